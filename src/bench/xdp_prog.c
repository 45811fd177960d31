/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include "bench/bpf_asm.h"
#include "bench/xdp_prog.h"

#define MAX_UDP 16384 /* a bound the verifier can work with; no interface has such an MTU */

/* Where things lie in a frame: Ethernet, IPv4 without options, UDP. */
enum {
	ETH_TYPE = 12,
	IP = 14,
	IP_TOTAL = IP + 2,
	IP_FRAGMENT = IP + 6,
	IP_PROTO = IP + 9,
	IP_SRC = IP + 12,
	IP_DST = IP + 16,
	UDP = IP + 20,
	UDP_DST = UDP + 2,
	UDP_LEN = UDP + 4,
	HEADERS = UDP + 8,
};

/* What is kept in which register. */
enum {
	COUNTS = BPF_REG_0, /* after the look-up in the map; nothing is called after that */
	TMP = BPF_REG_4,
	TMP2 = BPF_REG_5,
	CTX = BPF_REG_6,
	DATA = BPF_REG_7,
	DATA_END = BPF_REG_8,
	LEN = BPF_REG_9, /* of UDP, header included */
	STACK = BPF_REG_10,
};

/* A field of the frame must have this value, both as they lie in memory. */
static void
want(struct rsd_bpf *p, uint8_t size, int16_t at, uint32_t value)
{
	rsd_bpf_load(p, size, TMP, DATA, at);
	rsd_bpf_unless_equal(p, TMP, value, RSD_BPF_PASS);
}

static void
match_ours(struct rsd_bpf *p, const struct sockaddr_in *addr)
{
	rsd_bpf_set(p, CTX, BPF_REG_1);
	rsd_bpf_load(p, BPF_W, DATA, CTX, offsetof(struct xdp_md, data));
	rsd_bpf_load(p, BPF_W, DATA_END, CTX, offsetof(struct xdp_md, data_end));
	rsd_bpf_set(p, TMP, DATA);
	rsd_bpf_add_to(p, TMP, HEADERS);
	rsd_bpf_if_above(p, TMP, DATA_END, RSD_BPF_PASS);
	want(p, BPF_H, ETH_TYPE, RTE_BE16(0x0800));
	want(p, BPF_B, IP, 0x45);
	rsd_bpf_load(p, BPF_H, TMP, DATA, IP_FRAGMENT);
	rsd_bpf_emit(p, BPF_ALU64 | BPF_AND | BPF_K, TMP, 0, 0, RTE_BE16(0x3fff));
	rsd_bpf_unless_equal(p, TMP, 0, RSD_BPF_PASS);
	want(p, BPF_B, IP_PROTO, IPPROTO_UDP);
	want(p, BPF_W, IP_DST, addr->sin_addr.s_addr);
	want(p, BPF_H, UDP_DST, addr->sin_port);
}

static void
redirect(struct rsd_bpf *p, int map_fd)
{
	rsd_bpf_load_map(p, BPF_REG_1, map_fd);
	rsd_bpf_load(p, BPF_W, BPF_REG_2, CTX, offsetof(struct xdp_md, rx_queue_index));
	rsd_bpf_set_to(p, BPF_REG_3, XDP_PASS); /* when no socket is there */
	rsd_bpf_emit(p, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_redirect_map);
	rsd_bpf_emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static void
find_counts(struct rsd_bpf *p, int map_fd)
{
	rsd_bpf_emit(p, BPF_ST | BPF_MEM | BPF_W, STACK, 0, -4, 0);
	rsd_bpf_set(p, BPF_REG_2, STACK);
	rsd_bpf_add_to(p, BPF_REG_2, -4);
	rsd_bpf_load_map(p, BPF_REG_1, map_fd);
	rsd_bpf_emit(p, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem);
	rsd_bpf_note_jump(p, RSD_BPF_PASS);
	rsd_bpf_emit(p, BPF_JMP | BPF_JEQ | BPF_K, COUNTS, 0, 0, 0);
}

/* Both lengths agree and lie inside the frame. */
static void
check_lengths(struct rsd_bpf *p)
{
	rsd_bpf_load(p, BPF_H, LEN, DATA, UDP_LEN);
	rsd_bpf_emit(p, BPF_ALU | BPF_END | BPF_TO_BE, LEN, 0, 0, 16);
	rsd_bpf_note_jump(p, RSD_BPF_REFUSE);
	rsd_bpf_emit(p, BPF_JMP | BPF_JGT | BPF_K, LEN, 0, 0, MAX_UDP);
	rsd_bpf_note_jump(p, RSD_BPF_REFUSE);
	rsd_bpf_emit(p, BPF_JMP | BPF_JLT | BPF_K, LEN, 0, 0, 8);
	rsd_bpf_load(p, BPF_H, TMP, DATA, IP_TOTAL);
	rsd_bpf_emit(p, BPF_ALU | BPF_END | BPF_TO_BE, TMP, 0, 0, 16);
	rsd_bpf_add_to(p, TMP, -20);
	rsd_bpf_note_jump(p, RSD_BPF_REFUSE);
	rsd_bpf_emit(p, BPF_JMP | BPF_JNE | BPF_X, TMP, LEN, 0, 0);
	rsd_bpf_set(p, TMP, DATA);
	rsd_bpf_add(p, TMP, LEN);
	rsd_bpf_add_to(p, TMP, UDP);
	rsd_bpf_if_above(p, TMP, DATA_END, RSD_BPF_REFUSE);
}

/* RFC 1071 over the 20 bytes; a right sum folds to 0xffff. */
static void
check_ip_sum(struct rsd_bpf *p)
{
	int16_t i;

	rsd_bpf_set_to(p, TMP2, 0);
	for (i = 0; i < 20; i += 4) {
		rsd_bpf_load(p, BPF_W, BPF_REG_2, DATA, (int16_t)(IP + i));
		rsd_bpf_add(p, TMP2, BPF_REG_2);
	}
	for (i = 0; i < 3; i++) {
		rsd_bpf_set(p, BPF_REG_2, TMP2);
		rsd_bpf_emit(p, BPF_ALU64 | BPF_RSH | BPF_K, BPF_REG_2, 0, 0, 16);
		rsd_bpf_emit(p, BPF_ALU64 | BPF_AND | BPF_K, TMP2, 0, 0, 0xffff);
		rsd_bpf_add(p, TMP2, BPF_REG_2);
	}
	rsd_bpf_unless_equal(p, TMP2, 0xffff, RSD_BPF_REFUSE);
}

static void
count(struct rsd_bpf *p, size_t field, uint8_t reg)
{
	rsd_bpf_load(p, BPF_DW, BPF_REG_3, COUNTS, (int16_t)field);
	rsd_bpf_add(p, BPF_REG_3, reg);
	rsd_bpf_store(p, BPF_DW, COUNTS, (int16_t)field, BPF_REG_3);
}

/* The application: TMP is the end of the payload, checked against the end of the frame. */
static void
see(struct rsd_bpf *p)
{
	rsd_bpf_set_to(p, BPF_REG_2, 1);
	count(p, offsetof(struct rsd_xdp_counts, datagrams), BPF_REG_2);
	rsd_bpf_set(p, BPF_REG_2, LEN);
	rsd_bpf_add_to(p, BPF_REG_2, -8);
	count(p, offsetof(struct rsd_xdp_counts, bytes), BPF_REG_2);
	/* An empty payload has no last byte: step over these four. */
	rsd_bpf_emit(p, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_2, 0, 4, 0);
	rsd_bpf_load(p, BPF_B, BPF_REG_2, TMP, -1);
	count(p, offsetof(struct rsd_xdp_counts, last_bytes), BPF_REG_2);
}

static void
exchange(struct rsd_bpf *p, uint8_t size, int16_t a, int16_t b)
{
	rsd_bpf_load(p, size, TMP, DATA, a);
	rsd_bpf_load(p, size, TMP2, DATA, b);
	rsd_bpf_store(p, size, DATA, a, TMP2);
	rsd_bpf_store(p, size, DATA, b, TMP);
}

static void
turn(struct rsd_bpf *p)
{
	exchange(p, BPF_W, 0, 6);
	exchange(p, BPF_H, 4, 10);
	exchange(p, BPF_W, IP_SRC, IP_DST);
	exchange(p, BPF_H, UDP, UDP_DST);
}

static void
build(struct rsd_bpf *p, enum rsd_xdp_verdict verdict, const struct sockaddr_in *addr, int map_fd)
{
	if (verdict != RSD_XDP_PASS) {
		match_ours(p, addr);
		if (verdict == RSD_XDP_REDIRECT) {
			redirect(p, map_fd);
		} else {
			find_counts(p, map_fd);
			check_lengths(p);
			check_ip_sum(p);
			see(p);
			if (verdict == RSD_XDP_TX)
				turn(p);
			rsd_bpf_leave(p, verdict == RSD_XDP_TX ? XDP_TX : XDP_DROP);
			rsd_bpf_land(p, RSD_BPF_REFUSE);
			rsd_bpf_set_to(p, BPF_REG_2, 1);
			count(p, offsetof(struct rsd_xdp_counts, refused), BPF_REG_2);
			rsd_bpf_leave(p, XDP_DROP);
		}
		rsd_bpf_land(p, RSD_BPF_PASS);
	}
	rsd_bpf_leave(p, XDP_PASS);
}

static int
make_map(enum rsd_xdp_verdict verdict)
{
	if (verdict == RSD_XDP_PASS)
		return -1;
	if (verdict == RSD_XDP_REDIRECT)
		return bpf_map_create(BPF_MAP_TYPE_XSKMAP, "rsd_xsks", sizeof(uint32_t),
			sizeof(uint32_t), 64, NULL);
	return bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "rsd_counts", sizeof(uint32_t),
		sizeof(struct rsd_xdp_counts), 1, NULL);
}

static void
close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

int
rsd_xdp_attach(struct rsd_xdp *x, unsigned int ifindex, enum rsd_xdp_verdict verdict,
	const struct sockaddr_in *addr, const char **what)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);
	struct rsd_bpf p = { .nb = 0 };
	int err;

	*x = (struct rsd_xdp){ .prog_fd = -1, .map_fd = -1, .link_fd = -1 };
	*what = "an eBPF map";
	x->map_fd = make_map(verdict);
	if (x->map_fd < 0 && verdict != RSD_XDP_PASS)
		return -errno;
	build(&p, verdict, addr, x->map_fd);
	*what = "loading an XDP program";
	x->prog_fd =
		bpf_prog_load(BPF_PROG_TYPE_XDP, "rsd_bench", "Dual BSD/GPL", p.insn, p.nb, NULL);
	if (x->prog_fd >= 0) {
		*what = "an XDP program in the driver of the interface";
		x->link_fd = bpf_link_create(x->prog_fd, (int)ifindex, BPF_XDP, &opts);
	}
	if (x->link_fd >= 0)
		return 0;
	err = errno;
	rsd_xdp_detach(x);
	return -err;
}

void
rsd_xdp_detach(struct rsd_xdp *x)
{
	close_fd(x->link_fd);
	close_fd(x->prog_fd);
	close_fd(x->map_fd);
}

int
rsd_xdp_read(const struct rsd_xdp *x, struct rsd_xdp_counts *sum)
{
	const uint32_t key = 0;
	int i, nb = libbpf_num_possible_cpus(), ret;
	struct rsd_xdp_counts *each;

	*sum = (struct rsd_xdp_counts){ 0 };
	if (nb < 0)
		return nb;
	each = calloc((size_t)nb, sizeof(*each));
	if (each == NULL)
		return -ENOMEM;
	ret = bpf_map_lookup_elem(x->map_fd, &key, each) < 0 ? -errno : 0;
	for (i = 0; ret == 0 && i < nb; i++) {
		sum->datagrams += each[i].datagrams;
		sum->bytes += each[i].bytes;
		sum->last_bytes += each[i].last_bytes;
		sum->refused += each[i].refused;
	}
	free(each);
	return ret;
}
