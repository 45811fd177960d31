/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "bench/out_table.h"

/* Characters, not bytes, of UTF-8. */
static unsigned int
columns_of(const char *s)
{
	unsigned int n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* Spaces at the end of a line are kept back in *owed until something follows. */
static void
put(FILE *f, const char *s, unsigned int width, bool left, unsigned int *owed)
{
	unsigned int have = columns_of(s), pad = have < width ? width - have : 0;

	if (have == 0) {
		*owed += width;
		return;
	}
	fprintf(f, "%*s%s", (int)(*owed + (left ? 0 : pad)), "", s);
	*owed = left ? pad : 0;
}

uint32_t
rsd_table_fit(const struct rsd_column *columns, unsigned int nb, unsigned int width)
{
	unsigned int i, rank, all, used = 0;
	uint32_t shown = 0, these;

	for (rank = 0; rank <= RSD_MAX_COLUMNS; rank++) {
		for (i = 0, these = 0, all = 0; i < nb; i++) {
			if (columns[i].rank != rank)
				continue;
			these |= UINT32_C(1) << i;
			all += columns[i].width + 1;
		}
		if (rank != 0 && used + all > width + 1)
			break;
		used += all;
		shown |= these;
	}
	return shown;
}

void
rsd_table_head(FILE *f, const struct rsd_column *columns, unsigned int nb, uint32_t shown)
{
	const char *word;
	unsigned int line, i, owed;

	for (line = 0; line < 2; line++) {
		owed = 0;
		for (i = 0; i < nb; i++) {
			if ((shown >> i & 1) == 0)
				continue;
			word = line == 0 ? columns[i].over : columns[i].head;
			put(f, word, columns[i].width, columns[i].left, &owed);
			owed++;
		}
		fputc('\n', f);
	}
}

void
rsd_table_row(FILE *f, const struct rsd_column *columns, unsigned int nb, uint32_t shown,
	const char *name, const void *row)
{
	unsigned int i, owed = 0;
	char cell[RSD_CELL_LEN];

	for (i = 0; i < nb; i++) {
		if ((shown >> i & 1) == 0)
			continue;
		cell[0] = '\0';
		if (columns[i].cell == NULL)
			snprintf(cell, sizeof(cell), "%s", name);
		else
			columns[i].cell(cell, row, columns[i].arg);
		put(f, cell, columns[i].width, columns[i].left, &owed);
		owed++;
	}
	fputc('\n', f);
}

void
rsd_table_wrap(FILE *f, const char *text, unsigned int indent, unsigned int width)
{
	unsigned int at = 0, len;
	char word[RSD_CELL_LEN];

	while (*text != '\0') {
		size_t bytes = strcspn(text, " ");

		snprintf(word, sizeof(word), "%.*s", (int)bytes, text);
		len = columns_of(word);
		if (at != 0 && at + 1 + len > width) {
			fprintf(f, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at != 0) {
			fputc(' ', f);
			at++;
		}
		fputs(word, f);
		at += len;
		text += bytes;
		text += strspn(text, " ");
	}
	fputc('\n', f);
}
