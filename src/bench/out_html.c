/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "bench/out.h"
#include "bench/out_page.h"
#include "bench/out_svg.h"

/* "Word: text" as a pair of a list; the run itself and the note stand elsewhere. */
static void
described(FILE *f, const struct rsd_bench_result *r)
{
	char text[1024], *colon;
	unsigned int i;

	fprintf(f, "<dl>\n");
	for (i = 0; rsd_describe(i, text, sizeof(text), r) != NULL; i++) {
		colon = strstr(text, ": ");
		if (colon == NULL || strncmp(text, "Note: ", 6) == 0)
			continue;
		*colon = '\0';
		fprintf(f, "<dt>");
		rsd_html_text(f, text);
		fprintf(f, "</dt><dd>");
		rsd_html_text(f, colon + 2);
		fprintf(f, "</dd>\n");
	}
	fprintf(f, "</dl>\n");
}

static void
paragraph(FILE *f, const char *class, const char *text)
{
	if (text[0] == '\0')
		return;
	fprintf(f, "<p class=\"%s\">", class);
	rsd_html_text(f, text);
	fprintf(f, "</p>\n");
}

static void
head(FILE *f, const struct rsd_bench_result *r, const struct rsd_sections *s)
{
	char text[1024], title[RSD_TITLE_LEN];
	size_t i;

	rsd_describe_run(text, sizeof(text), r);
	fprintf(f, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
		   "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n"
		   "<title>");
	rsd_html_text(f, text);
	fprintf(f,
		"</title>\n<style>%s</style>\n</head>\n<body>\n<header>\n<h1>ringside "
		"bench</h1>\n",
		rsd_page_style);
	paragraph(f, "dim", text);
	paragraph(f, "banner", r->note);
	if (s->nb != 0) {
		rsd_section_title(title, &s->at[0], &r->method);
		rsd_section_summary(text, &s->at[0], "µs");
		paragraph(f, "summary", text);
		paragraph(f, "dim", title);
	}
	described(f, r);
	fprintf(f, "<nav><ul>\n");
	for (i = 0; i < s->nb; i++) {
		fprintf(f, "<li><a href=\"#s%zu\">", i);
		rsd_html_text(f, rsd_section_title(title, &s->at[i], &r->method));
		fprintf(f, "</a></li>\n");
	}
	fprintf(f, "</ul></nav>\n</header>\n<main>\n");
}

static void
section(FILE *f, const struct rsd_bench_result *r, const struct rsd_section *s, unsigned int i)
{
	char text[RSD_SUMMARY_LEN], title[RSD_TITLE_LEN];

	fprintf(f, "<section id=\"s%u\">\n<h2>", i);
	rsd_html_text(f, rsd_section_title(title, s, &r->method));
	fprintf(f, "</h2>\n");
	if (i != 0)
		paragraph(f, "", rsd_section_summary(text, s, "µs"));
	rsd_page_costs(f, s);
	rsd_page_facts(f, s);
	fprintf(f, "<div class=\"plots\">\n");
	rsd_plot_rates(f, s, i);
	rsd_plot_cpu(f, s, i);
	rsd_plot_sizes(f, s, i);
	fprintf(f, "</div>\n");
	rsd_page_fits(f, s);
	rsd_plot_latency(f, s, i);
	rsd_page_latency(f, s);
	fprintf(f, "</section>\n");
}

void
rsd_bench_out_html(FILE *f, const struct rsd_bench_result *r)
{
	struct rsd_sections s;
	unsigned int i;

	if (rsd_sections_of(r, &s) != 0)
		s.nb = 0;
	head(f, r, &s);
	if (s.nb == 0)
		paragraph(f, "", "There are no rows.");
	for (i = 0; i < s.nb; i++)
		section(f, r, &s.at[i], i);
	rsd_sections_free(&s);
	fprintf(f, "</main>\n<footer>\n");
	paragraph(f, "", rsd_bench_not_claimed);
	paragraph(f, "dim",
		"Figures are medians over windows; ± is how far the 95 % interval of the median "
		"reaches, in per cent of it. System: CPU of the whole machine, softirqs included, "
		"less what its sender costs and less what an idle machine is busy with. Copies: by "
		"a CPU on our side of the device. Cost against size in copies: what a byte more "
		"costs, over what memcpy costs a byte.");
	fprintf(f, "</footer>\n</body>\n</html>\n");
}
