/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/ledger.h"

/* Where frames that end in a row of the books have been: as far as this place. */
static enum rsd_place
reached(unsigned int c)
{
	switch (c) {
	case RSD_C_answered:
	case RSD_C_delivered:
	case RSD_C_svc_drop:
	case RSD_C_svc_bad_verdict:
	case RSD_C_resp_to_many:
	case RSD_C_resp_amplify:
	case RSD_C_resp_no_room:
	case RSD_C_tx_segments:
	case RSD_C_tx_full: /* nearly always answers */
	case RSD_C_sock_queue_full:
	case RSD_C_sock_closed:
		return RSD_PLACE_SERVICE;
	case RSD_C_udp_no_socket:
	case RSD_C_udp_loop_guard:
	case RSD_C_udp_sport0:
	case RSD_C_udp_dport0:
		return RSD_PLACE_LOOKUP;
	case RSD_C_forwarded:
	case RSD_C_sunk:
		return RSD_PLACE_DRIVER_RX;
	default:
		return RSD_PLACE_PARSE;
	}
}

/* How many frames came to each of the engine's places. */
static void
count_frames(const struct rsd_stats *s, bool stages, uint64_t frames[RSD_PLACES])
{
	const uint64_t *n = s->counter;
	unsigned int c;

	frames[RSD_PLACE_QUEUE] = n[RSD_C_held_in];
	frames[RSD_PLACE_TX] =
		n[RSD_C_answered] + n[RSD_C_host_answered] + n[RSD_C_forwarded] + n[RSD_C_tx_full];
	frames[RSD_PLACE_PARSE] = stages ? n[RSD_C_rx_frames] : 0;
	if (!stages)
		return;
	/* Those that are kept have been served; back again, they end as all others do. */
	frames[RSD_PLACE_SERVICE] = n[RSD_C_held_in] - n[RSD_C_held_out];
	for (c = 0; c < RSD_C_MAX; c++) {
		enum rsd_counter_kind kind = rsd_counter_info(c)->kind;

		if ((kind != RSD_KIND_END && kind != RSD_KIND_DROP) ||
			reached(c) < RSD_PLACE_LOOKUP)
			continue;
		frames[reached(c)] += n[c];
	}
	/* Copies for further receivers are made at the look-up: they did not come to it. */
	frames[RSD_PLACE_LOOKUP] += frames[RSD_PLACE_SERVICE] - n[RSD_C_rx_copies];
}

static struct rsd_ledger_number
known(uint64_t n)
{
	return (struct rsd_ledger_number){ .known = true, .n = n };
}

static struct rsd_ledger_number
times(int each, uint64_t n)
{
	return each < 0 ? (struct rsd_ledger_number){ .known = false } : known(n * (uint64_t)each);
}

static void
add_port(struct rsd_ledger *l, enum rsd_place place, const struct rsd_ledger_port *p)
{
	const struct rsd_driver_facts *f = p->facts;
	bool rx = place == RSD_PLACE_DRIVER_RX;
	uint64_t frames = rx ? p->rx_frames : p->tx_frames;
	int copies = rx ? f->rx_copies : f->tx_copies;

	l->row[l->nb_rows++] = (struct rsd_ledger_row){ .place = place,
		.port = p,
		.frames = frames,
		.each = copies,
		.copies = times(copies, frames),
		.bytes = times(copies, rx ? p->rx_bytes : p->tx_bytes),
		.dma = times(rx ? f->rx_dma : f->tx_dma, frames),
		.remaps = times(rx ? f->rx_remaps : f->tx_remaps, frames) };
}

/* Copies for receivers of a group are the only ones the engine makes, and makes at the look-up. */
static void
add_own(struct rsd_ledger *l, enum rsd_place place, uint64_t frames, const struct rsd_stats *sum)
{
	bool here = place == RSD_PLACE_LOOKUP;

	l->row[l->nb_rows++] = (struct rsd_ledger_row){ .place = place,
		.frames = frames,
		.copies = known(here ? sum->counter[RSD_C_payload_copies] : 0),
		.bytes = known(here ? sum->counter[RSD_C_payload_copied] : 0),
		.dma = known(0),
		.remaps = known(0),
		.seen = l->custody.place[place] };
}

void
rsd_ledger_make(struct rsd_ledger *l, const struct rsd_stats *sum)
{
	uint64_t frames[RSD_PLACES] = { 0 };
	unsigned int p;

	count_frames(sum, l->stages, frames);
	l->nb_rows = 0;
	for (p = 0; p < l->nb_ports; p++)
		add_port(l, RSD_PLACE_DRIVER_RX, &l->port[p]);
	for (p = RSD_PLACE_PARSE; p <= RSD_PLACE_TX; p++)
		add_own(l, p, frames[p], sum);
	for (p = 0; p < l->nb_ports; p++)
		add_port(l, RSD_PLACE_DRIVER_TX, &l->port[p]);
}

static double
part(uint64_t n, uint64_t of)
{
	return of == 0 ? 0 : (double)n / (double)of;
}

double
rsd_ledger_each(const struct rsd_ledger_row *row)
{
	if (row->port != NULL)
		return row->each;
	return part(row->copies.n, row->frames) + part(row->seen.moved, row->seen.samples);
}

/* What was declared was made for receivers of groups, and those are not answered: only what was
 * seen counts for one that is. */
void
rsd_ledger_sum(const struct rsd_ledger *l, unsigned int port, struct rsd_ledger_sum *sum)
{
	unsigned int i;

	*sum = (struct rsd_ledger_sum){ .driver_rx = l->port[port].facts->rx_copies,
		.driver_tx = l->port[port].facts->tx_copies };
	for (i = 0; i < l->nb_rows; i++)
		if (l->row[i].port == NULL)
			sum->engine += part(l->row[i].seen.moved, l->row[i].seen.samples);
}

const struct rsd_ledger_row *
rsd_ledger_broken(const struct rsd_ledger *l)
{
	unsigned int i;

	for (i = 0; i < l->nb_rows; i++)
		if (l->row[i].seen.moved != 0)
			return &l->row[i];
	return NULL;
}
