/* SPDX-License-Identifier: BSD-3-Clause */
/* The ledger as OpenMetrics 1.0. What nobody knows has no line: it is not zero. */
#include "cli/ctl_ledger.h"

static const struct metric {
	const char *field; /* of a place */
	const char *name;
	const char *help;
} metrics[] = {
	{ "frames", "ringside_place_frames", "Frames that came to a place." },
	{ "copies", "ringside_place_copies",
		"CPU copies of frames at a place: known of the driver, or declared by the "
		"engine." },
	{ "bytes", "ringside_place_copied_bytes", "Bytes of those copies." },
	{ "dma", "ringside_place_dma", "Frames a device moved by itself." },
	{ "remaps", "ringside_place_remaps",
		"Frames whose memory changed hands instead of being copied." },
	{ "samples", "ringside_custody_samples",
		"Sampled datagrams whose payload address was compared after a place." },
	{ "moved", "ringside_custody_moved", "Of those, payload that lay at another address." },
	{ "remapped", "ringside_custody_remapped",
		"Of those, the same payload behind another buffer header." },
};

static void
labels(const json_t *ledger, const json_t *place)
{
	printf("{name=\"%s\",place=\"%s\"", rsd_ctl_str(ledger, "name"),
		rsd_ctl_str(place, "place"));
	if (json_is_integer(json_object_get(place, "port")))
		printf(",port=\"%d\",driver=\"%s\"", (int)rsd_ctl_u64(place, "port"),
			rsd_ctl_str(place, "driver"));
	printf("}");
}

void
rsd_ctl_ledger_metrics(const json_t *ledger)
{
	const json_t *place, *n;
	size_t m, i;

	for (m = 0; m < sizeof(metrics) / sizeof(metrics[0]); m++) {
		printf("# TYPE %s counter\n# HELP %s %s\n", metrics[m].name, metrics[m].name,
			metrics[m].help);
		json_array_foreach(json_object_get(ledger, "places"), i, place)
		{
			n = json_object_get(place, metrics[m].field);
			if (!json_is_integer(n))
				continue;
			printf("%s_total", metrics[m].name);
			labels(ledger, place);
			printf(" %llu\n", (unsigned long long)json_integer_value(n));
		}
	}
	printf("# TYPE ringside_custody_every gauge\n# HELP ringside_custody_every One of so many "
	       "datagrams is sampled; 0: none.\n");
	printf("ringside_custody_every{name=\"%s\"} %llu\n# EOF\n", rsd_ctl_str(ledger, "name"),
		(unsigned long long)rsd_ctl_u64(ledger, "sample_every"));
}
