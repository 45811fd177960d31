/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of the page. */
#ifndef RSD_BENCH_OUT_PAGE_H
#define RSD_BENCH_OUT_PAGE_H

#include <stdio.h>

#include "bench/out_words.h"

extern const char rsd_page_style[];

/* What a datagram costs; the others are folded, and only there when they have rows. */
void rsd_page_costs(FILE *f, const struct rsd_section *s);
void rsd_page_facts(FILE *f, const struct rsd_section *s);
void rsd_page_latency(FILE *f, const struct rsd_section *s);
void rsd_page_fits(FILE *f, const struct rsd_section *s);

#endif
