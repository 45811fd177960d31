/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include "support/cunit_runner.h"
#include "support/observe.h"

#define NB_RX    8191
#define NB_TX    255
#define CACHE    64 /* what was freed last is taken next */
#define RING     256
#define PATIENCE 10 /* seconds */

static struct rte_mempool *rx_pool, *tx_pool;

void
rsd_obs_start(void)
{
	static char words[][24] = { "observe", "--no-huge", "-m", "96", "--no-pci",
		"--no-telemetry", "--no-shconf", "--single-file-segments", "--lcores=0@0",
		"--log-level=error" };
	static char prefix[48];
	char *argv[RTE_DIM(words) + 1];
	unsigned int i;

	for (i = 0; i < RTE_DIM(words); i++)
		argv[i] = words[i];
	snprintf(prefix, sizeof(prefix), "--file-prefix=rsd-obs-%d", (int)getpid());
	argv[i++] = prefix;
	if (rte_eal_init((int)i, argv) < 0) {
		fprintf(stderr, "observe: EAL did not start: %s\n", rte_strerror(rte_errno));
		exit(EXIT_FAILURE);
	}
	rmdir(rte_eal_get_runtime_dir()); /* it is empty, and nobody else would */
	rx_pool = rte_pktmbuf_pool_create(
		"observe-rx", NB_RX, CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	tx_pool = rte_pktmbuf_pool_create(
		"observe-tx", NB_TX, CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (rx_pool == NULL || tx_pool == NULL) {
		fprintf(stderr, "observe: no buffers: %s\n", rte_strerror(rte_errno));
		exit(EXIT_FAILURE);
	}
}

static int
setup(uint16_t port, uint64_t tx_offloads)
{
	struct rte_eth_conf conf = { .txmode.offloads = tx_offloads };
	uint16_t rx = RING, tx = RING;
	int ret = rte_eth_dev_configure(port, 1, 1, &conf);

	if (ret == 0)
		ret = rte_eth_dev_adjust_nb_rx_tx_desc(port, &rx, &tx);
	if (ret == 0)
		ret = rte_eth_rx_queue_setup(port, 0, rx, 0, NULL, rx_pool);
	if (ret == 0)
		ret = rte_eth_tx_queue_setup(port, 0, tx, 0, NULL);
	return ret == 0 ? rte_eth_dev_start(port) : ret;
}

int
rsd_obs_port(const char *devargs)
{
	return rsd_obs_port_with(devargs, 0);
}

int
rsd_obs_port_with(const char *devargs, uint64_t tx_offloads)
{
	char name[RTE_ETH_NAME_MAX_LEN];
	uint16_t port;
	int ret = rte_dev_probe(devargs);

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(devargs, ","), devargs);
	if (ret == 0)
		ret = rte_eth_dev_get_port_by_name(name, &port);
	if (ret == 0)
		ret = setup(port, tx_offloads);
	RSD_CHECK(ret == 0, "%s: %s", devargs, rte_strerror(-ret));
	return ret == 0 ? port : -1;
}

void
rsd_obs_port_close(int port)
{
	struct rte_eth_dev_info info;

	if (port < 0 || rte_eth_dev_info_get((uint16_t)port, &info) != 0)
		return;
	rte_eth_dev_stop((uint16_t)port);
	rte_dev_remove(info.device);
}

void
rsd_obs_new(struct rsd_obs *o)
{
	memset(o, 0, sizeof(*o));
	RSD_CHECK_EQ(getrandom(o->marker, sizeof(o->marker), 0), sizeof(o->marker));
}

void
rsd_obs_fill(const struct rsd_obs *o, uint8_t frame[RSD_OBS_FRAME])
{
	memset(frame, 0, RSD_OBS_FRAME);
	memset(frame, 0xff, 6);
	frame[6] = 2;
	frame[12] = 0x88; /* an EtherType for experiments: no host answers */
	frame[13] = 0xb5;
	memcpy(frame + RSD_OBS_HEADERS, o->marker, RSD_OBS_MARKER);
}

static struct rte_mbuf *
mbuf_of(struct rte_mempool *pool, const struct rsd_obs *o)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

	RSD_CHECK(m != NULL, "no buffer is left");
	if (m != NULL)
		rsd_obs_fill(o, (uint8_t *)rte_pktmbuf_append(m, RSD_OBS_FRAME));
	return m;
}

struct rte_mbuf *
rsd_obs_mbuf(const struct rsd_obs *o)
{
	return mbuf_of(tx_pool, o);
}

struct rte_mbuf *
rsd_obs_rx_mbuf(const struct rsd_obs *o)
{
	return mbuf_of(rx_pool, o);
}

bool
rsd_obs_has(const struct rsd_obs *o, const uint8_t *frame, size_t len)
{
	return len >= RSD_OBS_HEADERS + RSD_OBS_MARKER &&
	       memcmp(frame + RSD_OBS_HEADERS, o->marker, RSD_OBS_MARKER) == 0;
}

bool
rsd_obs_mbuf_has(const struct rsd_obs *o, const struct rte_mbuf *m)
{
	return m != NULL &&
	       rsd_obs_has(o, rte_pktmbuf_mtod(m, const uint8_t *), rte_pktmbuf_data_len(m));
}

/* No device has its frames on a stack; what lies there is left from making the marker. */
static bool
note(const struct rsd_memory_place *place, void *arg)
{
	struct rsd_obs *o = arg;

	if (strcmp(place->name, "[stack]") == 0) {
		o->on_stack++;
		return true;
	}
	if (o->nb_told < RSD_OBS_PLACES)
		o->place[o->nb_told++] = *place;
	return true;
}

int
rsd_obs_look(struct rsd_obs *o)
{
	struct rsd_places_missed missed;

	o->nb_told = 0;
	o->on_stack = 0;
	o->nb = rsd_places_find(o->marker, RSD_OBS_MARKER, note, o, &missed);
	RSD_CHECK(o->nb >= 0, "the search: %s", strerror(-o->nb));
	o->nb -= o->on_stack;
	RSD_CHECK_EQ(missed.refused, 0);
	return o->nb;
}

const struct rsd_memory_place *
rsd_obs_in_mbuf(const struct rsd_obs *o, const struct rte_mbuf *m)
{
	unsigned int i;

	for (i = 0; i < o->nb_told && m != NULL; i++)
		if (o->place[i].addr == rte_pktmbuf_mtod_offset(m, uintptr_t, RSD_OBS_HEADERS))
			return &o->place[i];
	return NULL;
}

const struct rsd_memory_place *
rsd_obs_in(const struct rsd_obs *o, const char *mapping)
{
	unsigned int i;

	for (i = 0; i < o->nb_told; i++)
		if (strstr(o->place[i].name, mapping) != NULL)
			return &o->place[i];
	return NULL;
}

const char *
rsd_obs_text(const struct rsd_obs *o)
{
	static char text[2048];
	size_t used = 0;
	unsigned int i;

	text[0] = '\0';
	for (i = 0; i < o->nb_told && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%#lx %s%s",
			i != 0 ? ", " : "", (unsigned long)o->place[i].addr, o->place[i].name,
			o->place[i].again ? " (again)" : "");
	return text;
}

void
rsd_obs_spoil(const struct rsd_memory_place *place)
{
	if (place != NULL)
		*(volatile uint8_t *)place->addr ^= 0xff;
}

bool
rsd_obs_tx(int port, struct rte_mbuf *m)
{
	bool sent = rte_eth_tx_burst((uint16_t)port, 0, &m, 1) == 1;

	RSD_CHECK(sent, "port %d takes no frame", port);
	if (!sent)
		rte_pktmbuf_free(m);
	return sent;
}

struct rte_mbuf *
rsd_obs_rx(int port)
{
	uint64_t end = rte_get_timer_cycles() + PATIENCE * rte_get_timer_hz();
	struct rte_mbuf *m = NULL;

	while (rte_eth_rx_burst((uint16_t)port, 0, &m, 1) == 0 && rte_get_timer_cycles() < end)
		;
	return m;
}

void
rsd_obs_facts(int port, int rx_copies, int tx_copies)
{
	struct rsd_driver_facts f;

	rsd_driver_facts_of((uint16_t)port, &f);
	RSD_CHECK(f.rx_copies == rx_copies && f.tx_copies == tx_copies,
		"%s: %d in, %d out were seen, the facts say %d and %d", f.driver, rx_copies,
		tx_copies, f.rx_copies, f.tx_copies);
}
