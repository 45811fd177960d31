/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's description of a tracepoint's record, and records read by it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "journey/trace_format.h"
#include "support/cunit_runner.h"

static const char head[] = "name: sample\n"
			   "ID: 4711\n"
			   "format:\n"
			   "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
			   "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"
			   "\n"
			   "\tfield:const void * skbaddr;\toffset:8;\tsize:8;\tsigned:0;\n"
			   "\tfield:unsigned int len;\toffset:16;\tsize:4;\tsigned:0;\n"
			   "\tfield:__data_loc char[] name;\toffset:20;\tsize:4;\tsigned:0;\n"
			   "\tfield:char next_comm[16];\toffset:24;\tsize:16;\tsigned:0;\n"
			   "\tfield:unsigned long args[3];\toffset:40;\tsize:24;\tsigned:0;\n"
			   "\tfield:short ret;\toffset:64;\tsize:2;\tsigned:1;\n"
			   "\n"
			   "print fmt: \"dev=%s field:unsigned\", __get_str(name)\n";

/* A record of that kind, name "lo" behind it. */
struct sample {
	uint16_t type, pad;
	int32_t pid;
	uint64_t skb;
	uint32_t len, name;
	char next_comm[16];
	uint64_t args[3];
	int16_t ret;
	char text[6];
};

static const struct sample record = {
	.pid = -5,
	.skb = 0xffff888105279800,
	.len = 0xfffffff0,
	.name = 3u << 16 | offsetof(struct sample, text),
	.next_comm = "sixteen letters",
	.args = { 7, 0x55ae2ae2c000, 16 },
	.ret = -11,
	.text = "lo",
};

static struct rsd_trace_format format;

static int64_t
number(const char *name, size_t len)
{
	return rsd_trace_number(rsd_trace_field(&format, name), &record, len);
}

static void
numbers(void)
{
	RSD_CHECK_EQ(rsd_trace_format_parse(head, &format), 0);
	RSD_CHECK_EQ(format.id, 4711);
	RSD_CHECK_EQ(format.nb_fields, 8);
	RSD_CHECK_EQ(number("common_pid", sizeof(record)), -5);
	RSD_CHECK_EQ(number("skbaddr", sizeof(record)), 0xffff888105279800);
	RSD_CHECK_EQ(number("len", sizeof(record)), 0xfffffff0);
	RSD_CHECK_EQ(number("ret", sizeof(record)), -11);
	RSD_CHECK_EQ(
		rsd_trace_element(rsd_trace_field(&format, "args"), 1, &record, sizeof(record)),
		0x55ae2ae2c000);
}

static void
what_is_not_there(void)
{
	RSD_CHECK_EQ(rsd_trace_format_parse(head, &format), 0);
	RSD_CHECK(rsd_trace_field(&format, "nosuch") == NULL, "found");
	RSD_CHECK_EQ(number("nosuch", sizeof(record)), 0);
	RSD_CHECK_EQ(number("skbaddr", 15), 0); /* the record ends within it */
	RSD_CHECK_EQ(number("skbaddr", 16), 0xffff888105279800);
	RSD_CHECK_EQ(
		rsd_trace_element(rsd_trace_field(&format, "args"), 3, &record, sizeof(record)), 0);
	RSD_CHECK_EQ(rsd_trace_element(rsd_trace_field(&format, "args"), 2, &record, 60), 0);
	RSD_CHECK_EQ(number("next_comm", sizeof(record)), 0); /* no number */
}

static void
texts(void)
{
	char text[16];

	RSD_CHECK_EQ(rsd_trace_format_parse(head, &format), 0);
	rsd_trace_text(rsd_trace_field(&format, "name"), &record, sizeof(record), text, 16);
	RSD_CHECK(strcmp(text, "lo") == 0, "got '%s'", text);
	rsd_trace_text(rsd_trace_field(&format, "next_comm"), &record, sizeof(record), text, 8);
	RSD_CHECK(strcmp(text, "sixteen") == 0, "got '%s'", text);
	rsd_trace_text(rsd_trace_field(&format, "name"), &record, 67, text, 16);
	RSD_CHECK(text[0] == '\0', "got '%s' from behind the end", text);
	rsd_trace_text(NULL, &record, sizeof(record), text, 16);
	RSD_CHECK(text[0] == '\0', "got '%s' from no field", text);
}

static void
refused(void)
{
	static const char *const wrong[] = {
		"",
		"name: x\nformat:\n\tfield:int a;\toffset:0;\tsize:4;\tsigned:1;\n", /* no ID */
		"ID: 1\n\tfield:int a\toffset:0\n",                                  /* no end */
		"ID: 1\n\tfield:int a;\tsize:4;\n",
		"ID: 1\n\tfield:;\toffset:0;\tsize:4;\tsigned:1;\n",
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(wrong); i++)
		RSD_CHECK(rsd_trace_format_parse(wrong[i], &format) == -EINVAL, "row %u", i);
}

static void
too_many(void)
{
	static char text[8192] = "ID: 9\n";
	size_t used = strlen(text);
	unsigned int i;

	for (i = 0; i < RSD_TRACE_FIELDS + 5; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
			"\tfield:int f%u;\toffset:%u;\tsize:4;\tsigned:1;\n", i, 4 * i);
	RSD_CHECK_EQ(rsd_trace_format_parse(text, &format), 0);
	RSD_CHECK_EQ(format.nb_fields, RSD_TRACE_FIELDS);
	RSD_CHECK(rsd_trace_field(&format, "f31") != NULL, "the last one kept");
	RSD_CHECK(rsd_trace_field(&format, "f32") == NULL, "one too many");
}

int
main(void)
{
	static const struct rsd_test tests[] = {
		{ "numbers by name, sign and size", numbers },
		{ "no field, no record: nothing", what_is_not_there },
		{ "texts in a record and behind it", texts },
		{ "what is no format is refused", refused },
		{ "more fields than there is room for", too_many },
	};

	return rsd_test_run("journey_format", tests, RTE_DIM(tests));
}
