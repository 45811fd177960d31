/* SPDX-License-Identifier: BSD-3-Clause */
/* /ringside/ledger: the ledger, or with a number that trail, 0 for the newest. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include <rte_cycles.h>

#include "control/ledger.h"
#include "control/telemetry.h"

#define TRAILS_MAX RSD_TRAILS /* to be asked for, of all cores together */

/* What nobody knows is left out. */
static void
say_number(struct rte_tel_data *d, const char *name, const struct rsd_ledger_number *n)
{
	if (n->known)
		rsd_tel_dict_uint(d, name, n->n);
}

static void
say_driver(struct rte_tel_data *d, const struct rsd_ledger_row *row, unsigned int port)
{
	const struct rsd_driver_facts *f = row->port->facts;
	bool rx = row->place == RSD_PLACE_DRIVER_RX;

	rsd_tel_dict_uint(d, "port", port);
	rsd_tel_text(d, "driver", f->driver);
	rte_tel_data_add_dict_int(d, "each", row->each);
	rte_tel_data_add_dict_int(d, "kernel", rx ? f->rx_kernel : f->tx_kernel);
	rsd_tel_text(d, "how", rx ? f->rx_how : f->tx_how);
	rsd_tel_text(d, "known", f->known);
}

static void
say_seen(struct rte_tel_data *d, const struct rsd_custody_place *seen)
{
	rsd_tel_dict_uint(d, "samples", seen->samples);
	rsd_tel_dict_uint(d, "moved", seen->moved);
	rsd_tel_dict_uint(d, "remapped", seen->remapped);
	rsd_tel_dict_uint(d, "moved_bytes", seen->moved_bytes);
}

static int
put_row(struct rte_tel_data *rows, const struct rsd_ledger *l, unsigned int i)
{
	const struct rsd_ledger_row *row = &l->row[i];
	struct rte_tel_data *d = rsd_tel_dict();

	if (d == NULL)
		return -ENOMEM;
	rsd_tel_text(d, "place", rsd_place_name(row->place));
	rsd_tel_dict_uint(d, "frames", row->frames);
	say_number(d, "copies", &row->copies);
	say_number(d, "bytes", &row->bytes);
	say_number(d, "dma", &row->dma);
	say_number(d, "remaps", &row->remaps);
	if (row->port != NULL)
		say_driver(d, row, (unsigned int)(row->port - l->port));
	else
		say_seen(d, &row->seen);
	return rsd_tel_put_nth(rows, i, d);
}

static int
put_sum(struct rte_tel_data *sums, const struct rsd_ledger *l, unsigned int port)
{
	struct rte_tel_data *d = rsd_tel_dict();
	char words[RSD_COPY_WORDS], engine[32];
	struct rsd_ledger_sum sum;

	if (d == NULL)
		return -ENOMEM;
	rsd_ledger_sum(l, port, &sum);
	snprintf(engine, sizeof(engine), "%.6g", sum.engine);
	rsd_tel_text(d, "driver", l->port[port].facts->driver);
	rte_tel_data_add_dict_int(d, "driver_rx", sum.driver_rx);
	rsd_tel_text(d, "engine", engine); /* a fraction, which DPDK 22.11 has no type for */
	rte_tel_data_add_dict_int(d, "driver_tx", sum.driver_tx);
	rsd_tel_text(d, "outside", rsd_copy_words(l->port[port].facts, words, sizeof(words)));
	return rsd_tel_put_nth(sums, port, d);
}

static int
say_totals(const struct rsd_engine *eng, struct rte_tel_data *d)
{
	struct rte_tel_data *rows = rsd_tel_dict(), *sums = rsd_tel_dict();
	struct rsd_trail trails[TRAILS_MAX];
	struct rsd_ledger l;
	int ret = rows == NULL || sums == NULL ? -ENOMEM : 0;
	unsigned int i;

	rsd_ledger_get(eng, &l);
	rsd_tel_dict_uint(d, "every", l.every);
	rsd_tel_dict_uint(d, "tsc_hz", rte_get_tsc_hz());
	rsd_tel_dict_uint(d, "bursts", l.custody.bursts);
	rsd_tel_dict_uint(d, "samples", l.custody.samples);
	rsd_tel_dict_uint(d, "missed", l.custody.missed);
	rsd_tel_dict_uint(d, "trails", rsd_ledger_trails(eng, trails, TRAILS_MAX));
	for (i = 0; i < l.nb_rows && ret == 0; i++)
		ret = put_row(rows, &l, i);
	for (i = 0; i < l.nb_ports && ret == 0; i++)
		ret = put_sum(sums, &l, i);
	if (rsd_tel_put(d, "rows", rows) != 0)
		ret = -ENOMEM;
	return rsd_tel_put(d, "sums", sums) != 0 ? -ENOMEM : ret;
}

/* -- a trail ----------------------------------------------------------------------------------- */

static void
say_addr(struct rte_tel_data *d, const char *name, const void *addr)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIxPTR, (uintptr_t)addr);
	rsd_tel_text(d, name, text);
}

static int
put_memory(struct rte_tel_data *to, const void *addr)
{
	struct rte_tel_data *d = rsd_tel_dict();
	struct rsd_memory mem;

	if (d == NULL)
		return -ENOMEM;
	rsd_memory_find(addr, &mem);
	rte_tel_data_add_dict_int(d, "dpdk", mem.dpdk);
	if (mem.dpdk) {
		rte_tel_data_add_dict_int(d, "external", mem.external);
		rsd_tel_dict_uint(d, "page", mem.page);
		rte_tel_data_add_dict_int(d, "node", mem.node);
		say_addr(d, "iova", (const void *)(uintptr_t)mem.iova);
		say_addr(d, "begin", mem.begin);
		rsd_tel_dict_uint(d, "len", mem.len);
		rsd_tel_text(d, "zone", mem.zone);
	}
	return rsd_tel_put(to, "memory", d);
}

static int
put_segments(struct rte_tel_data *to, const struct rsd_trail *t)
{
	struct rte_tel_data *list = rsd_tel_list(RTE_TEL_STRING_VAL);
	char text[24];
	unsigned int i;

	for (i = 0; list != NULL && i < t->nb_segs && i < RSD_TRAIL_SEGS; i++) {
		snprintf(text, sizeof(text), "0x%" PRIxPTR, (uintptr_t)t->seg[i]);
		rte_tel_data_add_array_string(list, text);
	}
	return rsd_tel_put(to, "segments", list);
}

static int
put_notes(struct rte_tel_data *to, const struct rsd_trail *t)
{
	struct rte_tel_data *notes = rsd_tel_dict(), *d;
	unsigned int p;

	for (p = 0; notes != NULL && p < RSD_PLACES; p++) {
		const struct rsd_trail_note *n = &t->note[p];

		if (n->tsc == 0)
			continue;
		d = rsd_tel_dict();
		if (d == NULL)
			break;
		rsd_tel_dict_uint(d, "tsc", n->tsc);
		say_addr(d, "mbuf", n->mbuf);
		say_addr(d, "payload", n->payload);
		if (rsd_tel_put(notes, rsd_place_name(p), d) != 0)
			break;
	}
	return rsd_tel_put(to, "notes", notes);
}

static void
say_from_to(struct rte_tel_data *d, const struct rsd_trail *t)
{
	const uint8_t *s = (const uint8_t *)&t->src, *r = (const uint8_t *)&t->dst;
	char text[64];

	snprintf(text, sizeof(text), "%u.%u.%u.%u:%u", s[0], s[1], s[2], s[3], t->sport);
	rsd_tel_text(d, "from", t->src != 0 ? text : "");
	snprintf(text, sizeof(text), "%u.%u.%u.%u:%u", r[0], r[1], r[2], r[3], t->dport);
	rsd_tel_text(d, "to", t->dst != 0 ? text : "");
}

/* As `ringside ctl ports` counts them; devices may have other numbers. */
static unsigned int
port_of(const struct rsd_engine *eng, const struct rsd_trail *t)
{
	unsigned int p = 0;

	while (p + 1 < eng->nb_ports && eng->port_info[p].port_id != t->port_id)
		p++;
	return p;
}

static int
say_trail(const struct rsd_engine *eng, const struct rsd_trail *t, struct rte_tel_data *d)
{
	static const char *const ends[] = {
		[RSD_TRAIL_KEPT] = "kept",
		[RSD_TRAIL_SENT] = "sent",
		[RSD_TRAIL_LEFT] = "left",
	};
	int ret;

	rsd_tel_dict_uint(d, "number", t->number);
	rsd_tel_dict_uint(d, "worker", t->worker);
	rsd_tel_dict_uint(d, "port", port_of(eng, t));
	rsd_tel_dict_uint(d, "queue", t->queue_id);
	rsd_tel_dict_uint(d, "burst", t->burst);
	rsd_tel_dict_uint(d, "position", t->position);
	rsd_tel_text(d, "end", ends[t->end]);
	rsd_tel_text(d, "moved_at", t->moved ? rsd_place_name(t->moved_at) : "");
	say_from_to(d, t);
	rsd_tel_dict_uint(d, "bytes", t->frame_len);
	rsd_tel_dict_uint(d, "headers", t->headers);
	rsd_tel_text(d, "pool", t->pool);
	say_addr(d, "buffer", t->buf_addr);
	say_addr(d, "buffer_iova", (const void *)(uintptr_t)t->buf_iova);
	rte_tel_data_add_dict_int(d, "attached", t->shared != NULL);
	rsd_tel_dict_uint(d, "nb_segments", t->nb_segs);
	ret = put_segments(d, t);
	if (ret == 0)
		ret = put_memory(d, t->buf_addr);
	return ret == 0 ? put_notes(d, t) : ret;
}

int
rsd_tel_ledger(struct rsd_engine *eng, const char *params, struct rte_tel_data *d)
{
	struct rsd_trail trails[TRAILS_MAX];
	long i = rsd_tel_param(params, TRAILS_MAX);

	rte_tel_data_add_dict_int(d, "trail", (int)i);
	rsd_tel_text(d, "name", eng->conf.name);
	if (i == RSD_TEL_NONE)
		return say_totals(eng, d);
	if (i == RSD_TEL_BAD)
		rsd_tel_error(
			d, "no such trail: expected nothing, or a number 0 to %u", TRAILS_MAX - 1);
	else if ((unsigned int)i >= rsd_ledger_trails(eng, trails, TRAILS_MAX))
		rsd_tel_error(d, "no such trail yet");
	else
		return say_trail(eng, &trails[i], d);
	return 0;
}
