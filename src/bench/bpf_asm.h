/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writing eBPF programs in instructions. A program is a list that grows; jumps go forward to one of
 * two labels, which are put in when the place is reached.
 */
#ifndef RSD_BENCH_BPF_ASM_H
#define RSD_BENCH_BPF_ASM_H

#include <stdint.h>
#include <linux/bpf.h>

#define RSD_BPF_MAX_INSNS 192
#define RSD_BPF_MAX_JUMPS 32

enum rsd_bpf_label {
	RSD_BPF_PASS,
	RSD_BPF_REFUSE
};

struct rsd_bpf {
	struct bpf_insn insn[RSD_BPF_MAX_INSNS];
	uint32_t nb;
	struct {
		uint32_t at;
		enum rsd_bpf_label to;
	} jump[RSD_BPF_MAX_JUMPS];
	uint32_t nb_jumps;
};

static inline void
rsd_bpf_emit(struct rsd_bpf *p, uint8_t code, uint8_t dst, uint8_t src, int16_t off, int32_t imm)
{
	p->insn[p->nb++] = (struct bpf_insn){
		.code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = imm
	};
}

static inline void
rsd_bpf_load(struct rsd_bpf *p, uint8_t size, uint8_t dst, uint8_t src, int16_t off)
{
	rsd_bpf_emit(p, BPF_LDX | BPF_MEM | size, dst, src, off, 0);
}

static inline void
rsd_bpf_store(struct rsd_bpf *p, uint8_t size, uint8_t dst, int16_t off, uint8_t src)
{
	rsd_bpf_emit(p, BPF_STX | BPF_MEM | size, dst, src, off, 0);
}

static inline void
rsd_bpf_set(struct rsd_bpf *p, uint8_t dst, uint8_t src)
{
	rsd_bpf_emit(p, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}

static inline void
rsd_bpf_set_to(struct rsd_bpf *p, uint8_t dst, int32_t imm)
{
	rsd_bpf_emit(p, BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm);
}

static inline void
rsd_bpf_add(struct rsd_bpf *p, uint8_t dst, uint8_t src)
{
	rsd_bpf_emit(p, BPF_ALU64 | BPF_ADD | BPF_X, dst, src, 0, 0);
}

static inline void
rsd_bpf_add_to(struct rsd_bpf *p, uint8_t dst, int32_t imm)
{
	rsd_bpf_emit(p, BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, imm);
}

static inline void
rsd_bpf_note_jump(struct rsd_bpf *p, enum rsd_bpf_label to)
{
	p->jump[p->nb_jumps].at = p->nb;
	p->jump[p->nb_jumps++].to = to;
}

/* 32-bit comparisons: a constant is not extended by its sign. */
static inline void
rsd_bpf_unless_equal(struct rsd_bpf *p, uint8_t reg, uint32_t imm, enum rsd_bpf_label to)
{
	rsd_bpf_note_jump(p, to);
	rsd_bpf_emit(p, BPF_JMP32 | BPF_JNE | BPF_K, reg, 0, 0, (int32_t)imm);
}

static inline void
rsd_bpf_if_above(struct rsd_bpf *p, uint8_t reg, uint8_t than, enum rsd_bpf_label to)
{
	rsd_bpf_note_jump(p, to);
	rsd_bpf_emit(p, BPF_JMP | BPF_JGT | BPF_X, reg, than, 0, 0);
}

static inline void
rsd_bpf_land(struct rsd_bpf *p, enum rsd_bpf_label label)
{
	uint32_t i;

	for (i = 0; i < p->nb_jumps; i++)
		if (p->jump[i].to == label)
			p->insn[p->jump[i].at].off = (int16_t)(p->nb - p->jump[i].at - 1);
}

static inline void
rsd_bpf_leave(struct rsd_bpf *p, int32_t action)
{
	rsd_bpf_set_to(p, BPF_REG_0, action);
	rsd_bpf_emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static inline void
rsd_bpf_load_map(struct rsd_bpf *p, uint8_t dst, int map_fd)
{
	rsd_bpf_emit(p, BPF_LD | BPF_IMM | BPF_DW, dst, BPF_PSEUDO_MAP_FD, 0, map_fd);
	rsd_bpf_emit(p, 0, 0, 0, 0, 0);
}

#endif
