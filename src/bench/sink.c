/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stddef.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <sys/mman.h>

#include <rte_byteorder.h>

#include "bench/bpf_asm.h"
#include "bench/sink.h"

#define WORDS  (RSD_SINK_NUMBERS / 64)
#define COPIED 50 /* headers and the number: Ethernet 14, IPv4 20, UDP 8, 8 */

/* Where the program keeps them on its stack: so that every field read there is aligned. */
#define FRAME -66
#define KEY   -8

enum {
	MASK = BPF_REG_3,
	CTX = BPF_REG_6,
	SEEN = BPF_REG_7, /* 0: new, 1: seen before */
	NUMBER = BPF_REG_8,
	STACK = BPF_REG_10,
};

static void
want(struct rsd_bpf *p, uint8_t size, int16_t at, uint32_t value)
{
	rsd_bpf_load(p, size, BPF_REG_4, STACK, (int16_t)(FRAME + at));
	rsd_bpf_unless_equal(p, BPF_REG_4, value, RSD_BPF_PASS);
}

/* The first bytes of the frame to the stack, wherever the kernel has them. */
static void
copy_headers(struct rsd_bpf *p, bool xdp)
{
	rsd_bpf_set(p, CTX, BPF_REG_1);
	rsd_bpf_set_to(p, BPF_REG_2, 0);
	rsd_bpf_set(p, BPF_REG_3, STACK);
	rsd_bpf_add_to(p, BPF_REG_3, FRAME);
	rsd_bpf_set_to(p, BPF_REG_4, COPIED);
	rsd_bpf_emit(p, BPF_JMP | BPF_CALL, 0, 0, 0,
		xdp ? BPF_FUNC_xdp_load_bytes : BPF_FUNC_skb_load_bytes);
	rsd_bpf_unless_equal(p, BPF_REG_0, 0, RSD_BPF_PASS);
}

/* r0 becomes the element whose number is in key. */
static void
find(struct rsd_bpf *p, int map_fd, uint8_t key)
{
	rsd_bpf_store(p, BPF_W, STACK, KEY, key);
	rsd_bpf_set(p, BPF_REG_2, STACK);
	rsd_bpf_add_to(p, BPF_REG_2, KEY);
	rsd_bpf_load_map(p, BPF_REG_1, map_fd);
	rsd_bpf_emit(p, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem);
	rsd_bpf_note_jump(p, RSD_BPF_PASS);
	rsd_bpf_emit(p, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 0, 0);
}

/* Set the number's bit; SEEN says whether it was set. */
static void
remember(struct rsd_bpf *p, int bitmap_fd)
{
	rsd_bpf_load(p, BPF_DW, NUMBER, STACK, FRAME + 42);
	rsd_bpf_set(p, SEEN, NUMBER);
	rsd_bpf_emit(p, BPF_ALU64 | BPF_RSH | BPF_K, SEEN, 0, 0, 6);
	rsd_bpf_emit(p, BPF_ALU64 | BPF_AND | BPF_K, SEEN, 0, 0, WORDS - 1);
	find(p, bitmap_fd, SEEN);
	rsd_bpf_emit(p, BPF_ALU64 | BPF_AND | BPF_K, NUMBER, 0, 0, 63);
	rsd_bpf_set_to(p, MASK, 1);
	rsd_bpf_emit(p, BPF_ALU64 | BPF_LSH | BPF_X, MASK, NUMBER, 0, 0);
	rsd_bpf_set(p, BPF_REG_1, MASK);
	rsd_bpf_emit(p, BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_0, BPF_REG_1, 0, BPF_OR | BPF_FETCH);
	rsd_bpf_emit(p, BPF_ALU64 | BPF_AND | BPF_X, BPF_REG_1, MASK, 0, 0);
	rsd_bpf_set_to(p, SEEN, 0);
	rsd_bpf_emit(p, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_1, 0, 1, 0);
	rsd_bpf_set_to(p, SEEN, 1);
}

static void
build(struct rsd_bpf *p, const struct rsd_sink *s, bool xdp, const struct sockaddr_in *from)
{
	copy_headers(p, xdp);
	want(p, BPF_H, 12, RTE_BE16(0x0800));
	want(p, BPF_B, 14, 0x45);
	want(p, BPF_B, 23, IPPROTO_UDP);
	want(p, BPF_W, 26, from->sin_addr.s_addr);
	if (from->sin_port != 0)
		want(p, BPF_H, 34, from->sin_port);
	remember(p, s->bitmap_fd);
	find(p, s->counts_fd, SEEN);
	rsd_bpf_set_to(p, BPF_REG_1, 1);
	if (!xdp) {
		/* Answers that the kernel keeps joined all the way: 0 or 1 is a single one. */
		rsd_bpf_load(p, BPF_W, BPF_REG_2, CTX, offsetof(struct __sk_buff, gso_segs));
		rsd_bpf_emit(p, BPF_JMP | BPF_JLE | BPF_K, BPF_REG_2, 0, 1, 1);
		rsd_bpf_set(p, BPF_REG_1, BPF_REG_2);
	}
	rsd_bpf_emit(p, BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_0, BPF_REG_1, 0, BPF_ADD);
	rsd_bpf_leave(p, xdp ? XDP_DROP : TC_ACT_SHOT);
	rsd_bpf_land(p, RSD_BPF_PASS);
	rsd_bpf_leave(p, xdp ? XDP_PASS : TC_ACT_OK);
}

static int
make_map(const char *name, uint32_t nb, uint64_t **at)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	int fd = bpf_map_create(
		BPF_MAP_TYPE_ARRAY, name, sizeof(uint32_t), sizeof(uint64_t), nb, &opts);
	void *mem;

	if (fd < 0)
		return -errno;
	mem = mmap(NULL, nb * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED) {
		int err = errno;

		close(fd);
		return -err;
	}
	*at = mem;
	return fd;
}

static int
attach_tc(struct rsd_sink *s, unsigned int ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = s->prog_fd, .handle = 1, .priority = 1);
	int ret = bpf_tc_hook_create(&hook);

	if (ret < 0 && ret != -EEXIST)
		return ret;
	ret = bpf_tc_attach(&hook, &opts);
	s->ifindex = ret == 0 ? ifindex : 0;
	return ret;
}

static int
attach(struct rsd_sink *s, unsigned int ifindex, bool xdp)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);

	if (!xdp)
		return attach_tc(s, ifindex);
	s->link_fd = bpf_link_create(s->prog_fd, (int)ifindex, BPF_XDP, &opts);
	return s->link_fd < 0 ? -errno : 0;
}

int
rsd_sink_attach(struct rsd_sink *s, unsigned int ifindex, bool xdp, const struct sockaddr_in *from,
	const char **what)
{
	enum bpf_prog_type type = xdp ? BPF_PROG_TYPE_XDP : BPF_PROG_TYPE_SCHED_CLS;
	struct rsd_bpf p = { .nb = 0 };
	uint64_t *counts = NULL;
	int ret;

	*s = (struct rsd_sink){ .prog_fd = -1, .link_fd = -1, .counts_fd = -1 };
	*what = "an eBPF map";
	ret = s->bitmap_fd = make_map("rsd_seen", WORDS, &s->bitmap);
	if (ret >= 0)
		ret = s->counts_fd = make_map("rsd_answers", 2, &counts);
	s->counts = counts;
	if (ret >= 0) {
		*what = "loading the eBPF program that counts answers";
		build(&p, s, xdp, from);
		ret = s->prog_fd =
			bpf_prog_load(type, "rsd_sink", "Dual BSD/GPL", p.insn, p.nb, NULL);
	}
	if (ret >= 0) {
		*what = xdp ? "an XDP program at the client's end"
			    : "a tc filter at the client's end";
		ret = attach(s, ifindex, xdp);
	}
	if (ret < 0)
		rsd_sink_detach(s);
	return ret < 0 ? ret : 0;
}

void
rsd_sink_detach(struct rsd_sink *s)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)s->ifindex,
		.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);
	const int fd[] = { s->link_fd, s->prog_fd, s->counts_fd, s->bitmap_fd };
	unsigned int i;

	/* The queueing discipline, and the filter in it. */
	if (s->ifindex != 0)
		bpf_tc_hook_destroy(&hook);
	s->ifindex = 0;
	if (s->bitmap != NULL)
		munmap(s->bitmap, WORDS * sizeof(uint64_t));
	if (s->counts != NULL)
		munmap((void *)(uintptr_t)s->counts, 2 * sizeof(uint64_t));
	for (i = 0; i < sizeof(fd) / sizeof(fd[0]); i++)
		if (fd[i] >= 0)
			close(fd[i]);
	*s = (struct rsd_sink){ .prog_fd = -1, .link_fd = -1, .counts_fd = -1, .bitmap_fd = -1 };
}
