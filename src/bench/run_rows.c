/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows there are. */
#include <string.h>

#include "bench/dp.h"
#include "bench/run.h"
#include "bench/tx.h"

/* Past the kernel's UDP, with the kernel's means: they see frames, or run in its driver. */
static bool
is_bypass(const struct rsd_rx *rx)
{
	static const char *const names[] = { "tpacket-v3", "af_xdp", "af_xdp-busy", "xdp_tx" };
	unsigned int i;

	for (i = 0; i < RTE_DIM(names); i++)
		if (strcmp(rx->name, names[i]) == 0)
			return true;
	return false;
}

static unsigned int
add_receivers(struct rsd_run_row *rows)
{
	const struct rsd_rx *rx;
	unsigned int nb;

	for (nb = 0; (rx = rsd_rx_rows[nb]) != NULL && nb < RSD_RUN_MAX_ROWS; nb++) {
		rows[nb] = (struct rsd_run_row){ .rx = rx,
			.is_main = true,
			.max_payload = rx->needs & RSD_RX_NEEDS_SUMS ? RSD_RUN_PLAIN_PAYLOAD
								     : RSD_TX_MAX_PAYLOAD,
			.group = is_bypass(rx) ? RSD_GROUP_BYPASS : RSD_GROUP_SOCKETS };
		snprintf(rows[nb].name, sizeof(rows[nb].name), "%s", rx->name);
		snprintf(rows[nb].device, sizeof(rows[nb].device), "veth");
		snprintf(rows[nb].what, sizeof(rows[nb].what), "%s",
			rx->what != NULL ? rx->what : rx->missing);
	}
	return nb;
}

/* All on one device, and on the others ringside beside what is nearest to it. */
static bool
is_main(const struct rsd_dp_row *dp)
{
	return strcmp(dp->device->name, "virtio-user") == 0 || strcmp(dp->name, "ringside") == 0 ||
	       strcmp(dp->name, "testpmd-5tswap") == 0;
}

static unsigned int
add_pollers(struct rsd_run_row *rows, unsigned int nb)
{
	const struct rsd_dp_row *dp;
	unsigned int i;

	for (i = 0; i < rsd_dp_nb_rows && nb < RSD_RUN_MAX_ROWS; i++, nb++) {
		dp = &rsd_dp_rows[i];
		rows[nb] = (struct rsd_run_row){ .dp = dp,
			.is_main = is_main(dp),
			.max_payload = dp->device->max_payload,
			.group = dp->group };
		snprintf(rows[nb].name, sizeof(rows[nb].name), "%s", dp->name);
		snprintf(rows[nb].device, sizeof(rows[nb].device), "%s", dp->device->name);
		snprintf(rows[nb].what, sizeof(rows[nb].what), "%s", dp->what);
	}
	return nb;
}

unsigned int
rsd_run_rows(struct rsd_run_row rows[RSD_RUN_MAX_ROWS])
{
	return add_pollers(rows, add_receivers(rows));
}

unsigned int
rsd_run_twin(const struct rsd_run_plant *plant, struct rsd_run_row *rows, unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb && nb < RSD_RUN_MAX_ROWS; i++) {
		if (rows[i].rx == NULL || strcmp(rows[i].name, plant->row) != 0)
			continue;
		rows[nb] = rows[i];
		rows[nb].plant = *plant;
		snprintf(rows[nb].name, sizeof(rows[nb].name), "%.20s+%s", rows[i].name,
			plant->spin_ns != 0 ? "spin" : "copy");
		return 1;
	}
	return 0;
}

bool
rsd_run_row_is(const struct rsd_run_row *row, const char *word, size_t len)
{
	const char *at = memchr(word, '@', len);
	size_t name = at != NULL ? (size_t)(at - word) : len;
	size_t device = at != NULL ? len - name - 1 : 0;

	return strlen(row->name) == name && memcmp(row->name, word, name) == 0 &&
	       (at == NULL ||
		       (strlen(row->device) == device && memcmp(row->device, at + 1, device) == 0));
}
