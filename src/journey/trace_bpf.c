/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <rte_common.h>

#include "bench/bpf_asm.h"
#include "journey/trace_bpf.h"

#define SIGHTS_BYTES 65536 /* a power of two of pages */
#define PROGRAMS     8

/* Registers that a helper leaves alone. */
#define CTX  BPF_REG_6
#define SKB  BPF_REG_7
#define DATA BPF_REG_8
#define AT   BPF_REG_9

/* On the program's stack, from its end. */
#define SIGHT  (-(int)sizeof(struct rsd_trace_sight))
#define WORDS  (SIGHT - 16)
#define LOADED (WORDS - 8)

/*
 * From where data points to the payload, by how far the skb has come: at the payload, before the
 * UDP header, before the IP header, before the Ethernet header.
 */
static const int ways[] = { 0, 8, 28, 42 };

struct rsd_trace_bpf {
	uint64_t unlike[2]; /* the marker with every bit turned: it is to be found once */
	uint32_t data_at, truesize_at; /* in a struct sk_buff */
	int map, prog[PROGRAMS];
	unsigned int nb;
};

static int __attribute__((format(printf, 4, 5)))
fail(char *why, size_t size, int err, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(why, size, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < size)
		snprintf(why + n, size - (size_t)n, ": %s", strerror(err));
	return -err;
}

/* -- where the kernel has what ----------------------------------------------------------------- */

/* A member by name, also in structs without names inside. Returns its byte, or -1. */
static int
member(const struct btf *btf, uint32_t type_id, const char *name)
{
	const struct btf_type *t = btf__type_by_id(btf, type_id);
	const struct btf_member *m;
	uint16_t i;
	int at;

	if (t == NULL || !btf_is_composite(t))
		return -1;
	for (i = 0, m = btf_members(t); i < btf_vlen(t); i++, m++) {
		const char *is = btf__name_by_offset(btf, m->name_off);
		int base = (int)btf_member_bit_offset(t, i) / 8;

		if (is != NULL && strcmp(is, name) == 0)
			return base;
		if (is == NULL || is[0] == '\0') {
			at = member(btf, m->type, name);
			if (at >= 0)
				return base + at;
		}
	}
	return -1;
}

static int
find_members(struct rsd_trace_bpf *b, char *why, size_t size)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id, data, truesize;

	if (btf == NULL)
		return fail(why, size, errno, "the kernel does not tell its structures (BTF)");
	id = btf__find_by_name_kind(btf, "sk_buff", BTF_KIND_STRUCT);
	data = id < 0 ? -1 : member(btf, (uint32_t)id, "data");
	truesize = id < 0 ? -1 : member(btf, (uint32_t)id, "truesize");
	btf__free(btf);
	if (data < 0 || truesize < 0)
		return fail(why, size, ENOENT, "struct sk_buff");
	b->data_at = (uint32_t)data;
	b->truesize_at = (uint32_t)truesize;
	return 0;
}

/* -- the program ------------------------------------------------------------------------------- */

static void
call(struct rsd_bpf *p, int helper)
{
	rsd_bpf_emit(p, BPF_JMP | BPF_CALL, 0, 0, 0, helper);
}

/* Read size bytes of kernel memory at reg + off to the stack. What cannot be read is zero there. */
static void
read_kernel(struct rsd_bpf *p, int to, int size, uint8_t reg, int off)
{
	rsd_bpf_set(p, BPF_REG_1, BPF_REG_10);
	rsd_bpf_add_to(p, BPF_REG_1, to);
	rsd_bpf_set_to(p, BPF_REG_2, size);
	rsd_bpf_set(p, BPF_REG_3, reg);
	rsd_bpf_add_to(p, BPF_REG_3, off);
	call(p, BPF_FUNC_probe_read_kernel);
}

static void
set_word(struct rsd_bpf *p, uint8_t reg, uint64_t word)
{
	rsd_bpf_emit(p, BPF_LD | BPF_IMM | BPF_DW, reg, 0, 0, (int32_t)(uint32_t)word);
	rsd_bpf_emit(p, 0, 0, 0, 0, (int32_t)(uint32_t)(word >> 32));
}

/* AT = DATA + way; goes to PASS when the marker lies there, else on. */
static void
try(struct rsd_bpf *p, const struct rsd_trace_bpf *b, int way)
{
	read_kernel(p, WORDS, 16, DATA, way);
	rsd_bpf_set(p, AT, DATA);
	rsd_bpf_add_to(p, AT, way);
	rsd_bpf_load(p, BPF_DW, BPF_REG_1, BPF_REG_10, WORDS);
	set_word(p, BPF_REG_2, ~b->unlike[0]);
	/* Not equal: over the next five. */
	rsd_bpf_emit(p, BPF_JMP | BPF_JNE | BPF_X, BPF_REG_1, BPF_REG_2, 4, 0);
	rsd_bpf_load(p, BPF_DW, BPF_REG_1, BPF_REG_10, WORDS + 8);
	set_word(p, BPF_REG_2, ~b->unlike[1]);
	rsd_bpf_note_jump(p, RSD_BPF_PASS);
	rsd_bpf_emit(p, BPF_JMP | BPF_JEQ | BPF_X, BPF_REG_1, BPF_REG_2, 0, 0);
}

static void
tell(struct rsd_bpf *p, const struct rsd_trace_bpf *b, uint32_t kind)
{
	const int16_t at = SIGHT;

	call(p, BPF_FUNC_ktime_get_ns);
	rsd_bpf_store(p, BPF_DW, BPF_REG_10,
		(int16_t)(at + (int)offsetof(struct rsd_trace_sight, ns)), BPF_REG_0);
	rsd_bpf_store(p, BPF_DW, BPF_REG_10,
		(int16_t)(at + (int)offsetof(struct rsd_trace_sight, skb)), SKB);
	rsd_bpf_store(p, BPF_DW, BPF_REG_10,
		(int16_t)(at + (int)offsetof(struct rsd_trace_sight, payload)), AT);
	read_kernel(p, at + (int)offsetof(struct rsd_trace_sight, truesize), 4, SKB,
		(int)b->truesize_at);
	rsd_bpf_emit(p, BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0,
		(int16_t)(at + (int)offsetof(struct rsd_trace_sight, kind)), (int32_t)kind);
	rsd_bpf_load_map(p, BPF_REG_1, b->map);
	rsd_bpf_set(p, BPF_REG_2, BPF_REG_10);
	rsd_bpf_add_to(p, BPF_REG_2, at);
	rsd_bpf_set_to(p, BPF_REG_3, (int)sizeof(struct rsd_trace_sight));
	rsd_bpf_set_to(p, BPF_REG_4, 0);
	call(p, BPF_FUNC_ringbuf_output);
}

static void
build(struct rsd_bpf *p, const struct rsd_trace_bpf *b, uint32_t kind, uint16_t skb_offset)
{
	unsigned int i;

	rsd_bpf_set(p, CTX, BPF_REG_1);
	rsd_bpf_load(p, BPF_DW, SKB, CTX, (int16_t)skb_offset);
	read_kernel(p, LOADED, 8, SKB, (int)b->data_at);
	rsd_bpf_load(p, BPF_DW, DATA, BPF_REG_10, LOADED);
	for (i = 0; i < RTE_DIM(ways); i++)
		try(p, b, ways[i]);
	rsd_bpf_leave(p, 1); /* 1: the record is for perf as well */
	rsd_bpf_land(p, RSD_BPF_PASS);
	tell(p, b, kind);
	rsd_bpf_leave(p, 1);
}

/* -- the calls --------------------------------------------------------------------------------- */

/* What libbpf says is said here, or not at all. */
static int
silent(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level, (void)fmt, (void)ap;
	return 0;
}

struct rsd_trace_bpf *
rsd_trace_bpf_open(const uint8_t marker[16], char *why, size_t size)
{
	struct rsd_trace_bpf *b = calloc(1, sizeof(*b));
	unsigned int i;

	why[0] = '\0';
	if (b == NULL) {
		fail(why, size, ENOMEM, "eBPF");
		return NULL;
	}
	libbpf_set_print(silent);
	for (i = 0; i < sizeof(b->unlike); i++)
		((uint8_t *)b->unlike)[i] = (uint8_t)~marker[i];
	b->map = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "rsd_sights", 0, 0, SIGHTS_BYTES, NULL);
	if (b->map < 0)
		fail(why, size, errno, "an eBPF map");
	if (b->map >= 0 && find_members(b, why, size) == 0)
		return b;
	rsd_trace_bpf_close(b);
	return NULL;
}

void
rsd_trace_bpf_close(struct rsd_trace_bpf *b)
{
	unsigned int i;

	if (b == NULL)
		return;
	for (i = 0; i < b->nb; i++)
		close(b->prog[i]);
	if (b->map >= 0)
		close(b->map);
	free(b);
}

int
rsd_trace_bpf_attach(struct rsd_trace_bpf *b, int perf_fd, uint32_t kind, uint16_t skb_offset,
	char *why, size_t size)
{
	struct rsd_bpf p = { .nb = 0 };
	int fd, err;

	if (b->nb == PROGRAMS)
		return fail(why, size, ENOSPC, "eBPF programs");
	build(&p, b, kind, skb_offset);
	fd = bpf_prog_load(
		BPF_PROG_TYPE_TRACEPOINT, "rsd_journey", "Dual BSD/GPL", p.insn, p.nb, NULL);
	if (fd < 0)
		return fail(why, size, errno, "the kernel takes no eBPF program on a tracepoint");
	if (ioctl(perf_fd, PERF_EVENT_IOC_SET_BPF, fd) < 0) {
		err = errno;
		close(fd);
		return fail(why, size, err, "an eBPF program on a tracepoint");
	}
	b->prog[b->nb++] = fd;
	return 0;
}

struct taker {
	void (*take)(const struct rsd_trace_sight *s, void *arg);
	void *arg;
};

static int
take_one(void *ctx, void *data, size_t size)
{
	const struct taker *t = ctx;

	if (size >= sizeof(struct rsd_trace_sight))
		t->take(data, t->arg);
	return 0;
}

void
rsd_trace_bpf_sights(struct rsd_trace_bpf *b,
	void (*take)(const struct rsd_trace_sight *s, void *arg), void *arg)
{
	struct taker taker = { .take = take, .arg = arg };
	struct ring_buffer *rb = ring_buffer__new(b->map, take_one, &taker, NULL);

	if (rb == NULL)
		return;
	ring_buffer__consume(rb);
	ring_buffer__free(rb);
}
