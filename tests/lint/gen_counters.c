/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints docs/counters.md from counters.def, read by the same preprocessor as everywhere else. */
#include <stdio.h>
#include <string.h>

struct row {
	const char *name, *unit, *kind, *sentence;
};

static const struct row rows[] = {
#define RSD_COUNTER(name, unit, kind, sentence) { #name, unit, #kind, sentence },
#include <ringside/counters.def>
#undef RSD_COUNTER
};

#define NB_ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct {
	const char *kind, *title, *text;
} kinds[] = {
	{ "RX", "Received", "The left side of the books." },
	{ "END", "All was well",
		"A final place of a received frame: it left the engine through here." },
	{ "DROP", "Dropped",
		"A final place of a received frame: it was freed, and the name says why." },
	{ "IN", "Given to a handler that keeps it", "Held = in - out." },
	{ "OUT", "Come back from a handler", "A kept frame that comes back ends as any other." },
	{ "COPY", "Copied by the CPU",
		"What the engine itself copied; drivers are told of apart." },
	{ "EVENT", "Other events", "Worth counting; not part of the books." },
};

#define NB_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void
print_cell(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '|')
			putchar('\\');
		putchar(*text);
	}
}

static size_t
print_kind(size_t k)
{
	size_t i, nb = 0;

	printf("\n## %s\n\n%s\n\n| counter | unit | what it counts |\n|---|---|---|\n",
		kinds[k].title, kinds[k].text);
	for (i = 0; i < NB_ROWS; i++) {
		if (strcmp(rows[i].kind, kinds[k].kind) != 0)
			continue;
		printf("| `%s` | %s | ", rows[i].name, rows[i].unit);
		print_cell(rows[i].sentence);
		printf(" |\n");
		nb++;
	}
	return nb;
}

int
main(void)
{
	size_t k, printed = 0;

	printf("<!-- Made from include/ringside/counters.def by `ninja -C build docs-counters`. "
	       "-->\n"
	       "# Counters\n\n"
	       "Every received frame ends in exactly one of the rows under *All was well* and "
	       "*Dropped*,\n"
	       "or is held by a handler. On every core, after every burst, the books say:\n\n"
	       "    received = sum(all was well) + sum(dropped) + in - out\n\n"
	       "`ringside ctl stats` checks that on a running engine, and the engine itself at its "
	       "end.\n");
	for (k = 0; k < NB_KINDS; k++)
		printed += print_kind(k);
	if (printed != NB_ROWS) {
		fprintf(stderr, "gen_counters: %zu of %zu rows are of a kind it knows\n", printed,
			NB_ROWS);
		return 1;
	}
	return 0;
}
