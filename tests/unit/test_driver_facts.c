/* SPDX-License-Identifier: BSD-3-Clause */
/* What is said of drivers, by the words a device was made with; and where a payload is found. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include <rte_common.h>

#include "ledger/driver_facts.h"
#include "ledger/places.h"
#include "support/cunit_runner.h"

static const struct row {
	const char *driver, *devargs;
	int rx, tx;
	int rx_kernel, tx_kernel;
	const char *words;
} rows[] = {
	{ "net_tap", "iface=x", 1, 1, 1, 1, "1 in, 1 out" },
	{ "net_af_packet", "iface=x", 2, 2, 1, 1, "2 in, 2 out" },
	{ "net_af_xdp", "iface=x", -1, -1, -1, -1, "not known" },
	{ "net_af_xdp", "iface=x,force_copy=0", -1, -1, -1, -1, "not known" },
	{ "net_af_xdp", "iface=x,force_copy=1", 1, 1, 1, 1, "1 in, 1 out" },
	{ "net_virtio_user", "path=x", 0, 0, 0, 0, "none here: the peer copies" },
	{ "net_virtio", NULL, 0, 0, 0, 0, "none here: the peer copies" },
	{ "net_vhost", "iface=x", 1, 1, 0, 0, "1 in, 1 out" },
	{ "net_memif", NULL, 1, 1, 0, 0, "1 in, 1 out" },
	{ "net_memif", "zero-copy=yes", 0, 0, 0, 0, "none here: the peer copies" },
	{ "net_memif", "role=client,zero-copy=yes", 0, 0, 0, 0, "none here: the peer copies" },
	{ "net_memif", "role=server,zero-copy=yes", 1, 1, 0, 0, "1 in, 1 out" },
	{ "net_memif", "zero-copy=yes,role=master", 1, 1, 0, 0, "1 in, 1 out" },
	{ "net_memif", "zero-copy=no", 1, 1, 0, 0, "1 in, 1 out" },
	{ "net_ring", NULL, 0, 0, 0, 0, "none: zero-copy" },
	{ "net_null", NULL, 0, 0, 0, 0, "none: zero-copy" },
	{ "net_null", "copy=0", 0, 0, 0, 0, "none: zero-copy" },
	{ "net_null", "size=64,copy=1", 1, 1, 0, 0, "1 in, 1 out" },
	{ "net_null", "nocopy=1", 0, 0, 0, 0, "none: zero-copy" },
	{ "net_pcap", "rx_pcap=a,tx_pcap=b", 3, 2, 1, 1, "3 in, 2 out" },
	{ "net_pcap", "net_pcap0,rx_pcap=a", 3, 0, 1, 0, "3 in, 0 out" },
	{ "net_pcap", "rx_pcap=a,infinite_rx=1", 1, 0, 0, 0, "1 in, 0 out" },
	{ "net_pcap", "tx_pcap=b", 0, 2, 0, 1, "0 in, 2 out" },
	{ "net_pcap", "iface=x", 3, 1, 1, 1, "3 in, 1 out" },
	{ "net_pcap", "rx_iface=x,tx_pcap=b", 3, 2, 1, 1, "3 in, 2 out" },
	{ "net_ixgbe", NULL, 0, 0, 0, 0, "none: zero-copy" },
	{ "net_mlx5", NULL, -1, -1, -1, -1, "not known" },
	{ "mlx5_pci", NULL, -1, -1, -1, -1, "not known" },
	{ "net_vmxnet3", NULL, -1, -1, -1, -1, "not known" },
	{ "net_nobody", "copy=0", -1, -1, -1, -1, "not known" },
	{ "", NULL, -1, -1, -1, -1, "not known" },
};

static void
test_rows(void)
{
	char words[RSD_COPY_WORDS], how[RSD_COPIES_SAY];
	struct rsd_driver_facts f;
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		const struct row *r = &rows[i];

		rsd_driver_facts_for(r->driver, r->devargs, &f);
		RSD_CHECK(f.rx_copies == r->rx && f.tx_copies == r->tx, "%s,%s: %d in, %d out",
			r->driver, r->devargs, f.rx_copies, f.tx_copies);
		RSD_CHECK(f.rx_kernel == r->rx_kernel && f.tx_kernel == r->tx_kernel,
			"%s,%s: the kernel's %d in, %d out", r->driver, r->devargs, f.rx_kernel,
			f.tx_kernel);
		rsd_copy_words(&f, words, sizeof(words));
		RSD_CHECK(strcmp(words, r->words) == 0, "%s,%s: %s", r->driver, r->devargs, words);
		rsd_copies_say(&f, how, sizeof(how));
		RSD_CHECK(strlen(how) > 10 && strlen(how) < sizeof(how) - 1, "%s: %s", r->driver,
			how);
		/* Telemetry takes texts of up to 128 bytes. */
		RSD_CHECK(strlen(f.rx_how) < 128 && strlen(f.tx_how) < 128 && strlen(f.known) < 128,
			"%s: longer than can be told: %s", r->driver, how);
		RSD_CHECK(f.rx_calls != NULL && f.tx_calls != NULL && f.spreading != NULL,
			"%s: something is not said", r->driver);
	}
}

/* Of all there can be, the word stands over nothing but nothing. */
static void
test_word(void)
{
	char words[RSD_COPY_WORDS];
	int rx, tx, peer;

	for (rx = -1; rx <= 3; rx++)
		for (tx = -1; tx <= 3; tx++)
			for (peer = 0; peer <= 1; peer++) {
				struct rsd_driver_facts f = {
					.rx_copies = rx, .tx_copies = tx, .peer_copies = peer != 0
				};
				bool may = rx == 0 && tx == 0 && peer == 0;

				rsd_copy_words(&f, words, sizeof(words));
				RSD_CHECK((strstr(words, "zero") != NULL) == may, "%d, %d, %d: %s",
					rx, tx, peer, words);
			}
}

static void
test_xdp(void)
{
	struct rsd_driver_facts f;

	rsd_driver_facts_for("net_af_xdp", NULL, &f);
	rsd_driver_facts_set_xdp(&f, RSD_XDP_DISAGREE, "told");
	RSD_CHECK(f.rx_copies == -1 && strcmp(f.known, "told") != 0, "two modes are none");
	rsd_driver_facts_set_xdp(&f, RSD_XDP_COPIES, "told");
	RSD_CHECK(f.rx_copies == 1 && f.tx_copies == 1 && f.rx_kernel == 1, "copy mode");
	RSD_CHECK(f.rx_dma == 0 && strcmp(f.known, "told") == 0, "known: %s", f.known);
	rsd_driver_facts_set_xdp(&f, RSD_XDP_NO_COPY, "told");
	RSD_CHECK(f.rx_copies == 0 && f.tx_copies == 0 && f.rx_dma == 1 && f.tx_dma == 1,
		"the mode without copies");
	RSD_CHECK(rsd_xdp_mode_get() == RSD_XDP_NONE, "this program has such a socket");
}

static void
test_dma(void)
{
	struct rsd_driver_facts f;

	rsd_driver_facts_for("net_i40e", NULL, &f);
	RSD_CHECK(f.rx_dma == 1 && f.tx_dma == 1 && strcmp(f.driver, "net_i40e") == 0,
		"a NIC that moves frames itself");
	RSD_CHECK(strstr(f.known, "not observed") != NULL, "known: %s", f.known);
	rsd_driver_facts_for("net_ring", NULL, &f);
	RSD_CHECK(f.rx_dma == 0 && f.rx_remaps == 1 && f.tx_remaps == 1, "a ring");
	rsd_driver_facts_for("net_nobody", NULL, &f);
	RSD_CHECK(f.rx_dma == -1 && f.tx_remaps == -1, "unknown is not none");
}

#define LEN 24

/* Of the memory in arg, has each been found? */
struct wanted {
	const uint8_t *at[4];
	unsigned int nb, found, again;
};

static bool
check_off(const struct rsd_memory_place *p, void *arg)
{
	struct wanted *w = arg;
	unsigned int i;

	w->again += p->again;
	for (i = 0; i < w->nb; i++)
		if (p->addr == (uintptr_t)w->at[i])
			w->found |= 1u << i;
	return true;
}

static bool
end_at_once(const struct rsd_memory_place *p, void *arg)
{
	(void)p;
	return ++*(int *)arg < 1;
}

static uint8_t marker[LEN];

static void
test_places(void)
{
	const size_t big = 3 << 20, border = (1 << 20) - 5;
	uint8_t *heap = malloc(100), stack[LEN + 8];
	uint8_t *map = mmap(NULL, big, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct wanted w = { .nb = 3 };
	int calls = 0;

	RSD_CHECK_EQ(getrandom(marker, LEN, 0), LEN);
	RSD_CHECK_EQ(rsd_places_find(marker, LEN, NULL, NULL, NULL), 0);
	memcpy(heap + 3, marker, LEN);
	memcpy(stack + 1, marker, LEN);
	memcpy(map + border, marker, LEN);
	w.at[0] = heap + 3;
	w.at[1] = stack + 1;
	w.at[2] = map + border;
	RSD_CHECK_EQ(rsd_places_find(marker, LEN, check_off, &w, NULL), 3);
	RSD_CHECK_EQ(w.found, 7);
	RSD_CHECK_EQ(rsd_places_find(marker, LEN, end_at_once, &calls, NULL), 1);
	RSD_CHECK_EQ(calls, 1);
	heap[3 + LEN - 1] ^= 1;
	RSD_CHECK_EQ(rsd_places_find(marker, LEN, NULL, NULL, NULL), 2);
	mprotect(map, big, PROT_NONE);
	RSD_CHECK_EQ(rsd_places_find(marker, LEN, NULL, NULL, NULL), 1);
	RSD_CHECK(rsd_places_find(marker, 3, NULL, NULL, NULL) < 0, "three bytes are anywhere");
	RSD_CHECK(rsd_places_find(marker, 257, NULL, NULL, NULL) < 0, "257 bytes");
	munmap(map, big);
	free(heap);
}

/* The same memory at two addresses is one place. */
static void
test_mapped_twice(void)
{
	int fd = memfd_create("places", MFD_CLOEXEC);
	struct wanted w = { .nb = 2 };
	uint8_t *a, *b;

	RSD_CHECK(fd >= 0 && ftruncate(fd, 1 << 16) == 0, "no memory file");
	a = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	/* From its second page on, so that the offsets in the mappings differ. */
	b = mmap(NULL, 1 << 15, PROT_READ, MAP_SHARED, fd, 4096);
	RSD_CHECK_EQ(getrandom(marker, LEN, 0), LEN);
	memcpy(a + 5000, marker, LEN);
	w.at[0] = a + 5000;
	w.at[1] = b + 5000 - 4096;
	RSD_CHECK_EQ(rsd_places_find(marker, LEN, check_off, &w, NULL), 1);
	RSD_CHECK_EQ(w.found, 3);
	RSD_CHECK_EQ(w.again, 1);
	memcpy(a + 9000, marker, LEN);
	RSD_CHECK_EQ(rsd_places_find(marker, LEN, NULL, NULL, NULL), 2);
	munmap(a, 1 << 16);
	munmap(b, 1 << 15);
	close(fd);
}

/* Address space that was only reserved is neither read nor made. */
static void
test_reserved(void)
{
	const size_t reserved = (size_t)1 << 33;
	struct rsd_places_missed missed;
	uint8_t *map = mmap(NULL, reserved, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	unsigned char there[1];

	if (map == MAP_FAILED)
		return;
	RSD_CHECK_EQ(getrandom(marker, LEN, 0), LEN);
	memcpy(map + reserved - 2 * LEN, marker, LEN);
	RSD_CHECK_EQ(rsd_places_find(marker, LEN, NULL, NULL, &missed), 1);
	RSD_CHECK_EQ(missed.refused, 0);
	RSD_CHECK(mincore(map, 1, there) == 0 && (there[0] & 1) == 0, "the search made memory");
	munmap(map, reserved);
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "each driver, as it can be made", test_rows },
		{ "zero-copy is said over no copy at all", test_word },
		{ "AF_XDP's modes", test_xdp },
		{ "DMA and remaps", test_dma },
		{ "every place of a payload is found", test_places },
		{ "memory mapped twice is one place", test_mapped_twice },
		{ "reserved address space stays empty", test_reserved },
	};

	return rsd_test_run("driver_facts", tests, RTE_DIM(tests));
}
