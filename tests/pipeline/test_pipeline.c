/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames in, frames out: what the engine does with everything that can arrive. */
#include <stdio.h>

#include "pipeline/rows_ip.h"
#include "pipeline/rows_link.h"
#include "pipeline/rows_udp.h"
#include "support/cunit_runner.h"
#include "support/rows.h"

/* The longest headers there are, and a few bytes of payload. */
#define SPLIT_MAX 90

static void
ethernet(void)
{
	rsd_rows_play(rows_ethernet, RTE_DIM(rows_ethernet));
}

static void
vlan(void)
{
	rsd_rows_play(rows_vlan, RTE_DIM(rows_vlan));
}

static void
arp(void)
{
	rsd_rows_play(rows_arp, RTE_DIM(rows_arp));
}

static void
ip4(void)
{
	rsd_rows_play(rows_ip4, RTE_DIM(rows_ip4));
}

static void
icmp(void)
{
	rsd_rows_play(rows_icmp, RTE_DIM(rows_icmp));
}

static void
udp(void)
{
	rsd_rows_play(rows_udp, RTE_DIM(rows_udp));
	rsd_rows_play(rows_linear, RTE_DIM(rows_linear));
}

static void
checksums(void)
{
	rsd_rows_play(rows_csum, RTE_DIM(rows_csum));
}

static void
pipelines(void)
{
	rsd_rows_play(rows_pipelines, RTE_DIM(rows_pipelines));
}

/* U5, U8: each length with a right checksum and with a wrong one, in bursts. */
static void
payload_lengths(void)
{
	char in[128], out[64];
	uint32_t len;

	for (len = 0; len <= 1472; len += len < 300 ? 1 : 53) {
		struct rsd_row row = { "any length", in, out, "answered=2 udp_csum=1", { 0 } };

		snprintf(in, sizeof(in), "udp len=%u;udp len=%u udpsum=bad;udp dport=7778 len=%u",
			len, len, len);
		snprintf(out, sizeof(out), "answer len=%u;answer sport=7778 len=%u", len, len);
		rsd_row_play(&row, NULL);
	}
}

/* U5: a flipped bit anywhere behind the IP header. */
static void
flipped_bits(void)
{
	struct rsd_frame frame = rsd_frame_make("udp len=21");
	uint32_t bit, first = 34 * 8;

	for (bit = first; bit < frame.len * 8; bit++) {
		struct rsd_fixture f;

		frame.data[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		rsd_fixture_open(&f, NULL);
		rsd_rows_open_socks(&f);
		rsd_fixture_push(&f, 0, rsd_fixture_mbuf(&f, &frame, NULL, "frame"));
		rsd_fixture_turn(&f);
		RSD_CHECK(rsd_fixture_count(&f, RSD_C_udp_csum) +
					  rsd_fixture_count(&f, RSD_C_udp_len) ==
				  1,
			"bit %u was not noticed", bit - first);
		rsd_fixture_close(&f);
		frame.data[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
	}
	rsd_frame_free(&frame);
}

/* E13 */
static void
split(void)
{
	rsd_rows_play_split(rows_ethernet, RTE_DIM(rows_ethernet), SPLIT_MAX);
	rsd_rows_play_split(rows_vlan, RTE_DIM(rows_vlan), SPLIT_MAX);
	rsd_rows_play_split(rows_ip4, RTE_DIM(rows_ip4), SPLIT_MAX);
	rsd_rows_play_split(rows_icmp, RTE_DIM(rows_icmp), SPLIT_MAX);
	rsd_rows_play_split(rows_csum, RTE_DIM(rows_csum), SPLIT_MAX);
}

static void
split_arp(void)
{
	rsd_rows_play_split(rows_arp, RTE_DIM(rows_arp), SPLIT_MAX);
}

static void
split_udp(void)
{
	rsd_rows_play_split(rows_udp, RTE_DIM(rows_udp), SPLIT_MAX);
}

/* U15 */
static void
nic_verdicts(void)
{
	rsd_rows_play_nic(rows_ethernet, RTE_DIM(rows_ethernet));
	rsd_rows_play_nic(rows_vlan, RTE_DIM(rows_vlan));
	rsd_rows_play_nic(rows_ip4, RTE_DIM(rows_ip4));
	rsd_rows_play_nic(rows_icmp, RTE_DIM(rows_icmp));
	rsd_rows_play_nic(rows_udp, RTE_DIM(rows_udp));
}

static void
tails(void)
{
	rsd_rows_play_tail(rows_ethernet, RTE_DIM(rows_ethernet));
	rsd_rows_play_tail(rows_vlan, RTE_DIM(rows_vlan));
	rsd_rows_play_tail(rows_arp, RTE_DIM(rows_arp));
	rsd_rows_play_tail(rows_ip4, RTE_DIM(rows_ip4));
	rsd_rows_play_tail(rows_icmp, RTE_DIM(rows_icmp));
	rsd_rows_play_tail(rows_udp, RTE_DIM(rows_udp));
}

/* A drop counter that no row reaches is a branch that no row takes. */
static void
every_reason(void)
{
	unsigned int c;

	for (c = 0; c < RSD_C_MAX; c++) {
		const struct rsd_counter_info *info = rsd_counter_info(c);

		/* Rows have no socket with a queue: test_recv.c has. */
		if (c == RSD_C_sock_queue_full || c == RSD_C_sock_closed)
			continue;
		if (info->kind == RSD_KIND_DROP || info->kind == RSD_KIND_END)
			RSD_CHECK(rsd_rows_seen(c) != 0, "no row reached %s", info->name);
	}
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "Ethernet: E1 to E14", ethernet },
		{ "a tagged port: E8, E11", vlan },
		{ "ARP: A1 to A12", arp },
		{ "IPv4: V1 to V23, fragments", ip4 },
		{ "ICMP: I1 to I5", icmp },
		{ "UDP and sockets: U1 to U11", udp },
		{ "who checks a checksum: U15", checksums },
		{ "payloads of any length, with right and wrong checksums", payload_lengths },
		{ "every flipped bit behind the IP header is noticed", flipped_bits },
		{ "sink, bounce and swap", pipelines },
		{ "segments: every row split at every offset of its headers (E13)", split },
		{ "segments: ARP split at every offset", split_arp },
		{ "segments: UDP split at every offset", split_udp },
		{ "what a NIC says of a checksum changes nothing when the engine verifies",
			nic_verdicts },
		{ "no reason to drop a frame is found behind its end", tails },
		{ "every reason to drop and every good end was reached", every_reason },
	};

	rsd_fixture_start();
	return rsd_test_run("pipeline", tests, RTE_DIM(tests));
}
