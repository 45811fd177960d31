/* SPDX-License-Identifier: BSD-3-Clause */
/* Columns for a terminal: as many as fit, those that matter most first, in their order. */
#ifndef RSD_BENCH_OUT_TABLE_H
#define RSD_BENCH_OUT_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define RSD_CELL_LEN    96
#define RSD_MAX_COLUMNS 24

struct rsd_column {
	const char *over, *head; /* two lines of heading */
	unsigned int width;
	unsigned int rank; /* left out last when 0 */
	bool left;         /* adjusted */
	/* The text of a cell, or leaves it empty. */
	void (*cell)(char buf[static RSD_CELL_LEN], const void *row, unsigned int arg);
	unsigned int arg;
};

/* Which columns to print in a terminal so wide, one bit each. Columns of one rank go together. */
uint32_t rsd_table_fit(const struct rsd_column *columns, unsigned int nb, unsigned int width);

void rsd_table_head(FILE *f, const struct rsd_column *columns, unsigned int nb, uint32_t shown);

/* The name stands in the first column, which has no function. */
void rsd_table_row(FILE *f, const struct rsd_column *columns, unsigned int nb, uint32_t shown,
	const char *name, const void *row);

/* Text in lines of at most so many columns, all but the first indented. */
void rsd_table_wrap(FILE *f, const char *text, unsigned int indent, unsigned int width);

#endif
