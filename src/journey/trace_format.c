/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "journey/trace_format.h"

/* "int args[6]" has the name "args"; "const void * skbaddr" has "skbaddr". */
static int
take_name(const char *declaration, size_t len, struct rsd_trace_field *f)
{
	const char *end = memchr(declaration, '[', len), *begin;
	size_t n;

	/* __data_loc char[] name: the brackets belong to the type. */
	if (end == NULL || end[1] == ']')
		end = declaration + len;
	while (end > declaration && isspace((unsigned char)end[-1]))
		end--;
	begin = end;
	while (begin > declaration && (isalnum((unsigned char)begin[-1]) || begin[-1] == '_'))
		begin--;
	n = (size_t)(end - begin);
	if (n == 0 || n >= sizeof(f->name))
		return -EINVAL;
	memcpy(f->name, begin, n);
	f->name[n] = '\0';
	return 0;
}

/* A line, from behind "field:". */
static int
take_field(const char *line, struct rsd_trace_field *f)
{
	const char *end = strchr(line, ';');
	unsigned int offset, size, sign = 0;

	if (end == NULL ||
		sscanf(end, "; offset:%u; size:%u; signed:%u;", &offset, &size, &sign) < 2)
		return -EINVAL;
	*f = (struct rsd_trace_field){ .offset = (uint16_t)offset,
		.size = (uint16_t)size,
		.is_signed = sign != 0,
		.is_text_elsewhere = strncmp(line, "__data_loc ", 11) == 0 };
	return take_name(line, (size_t)(end - line), f);
}

int
rsd_trace_format_parse(const char *text, struct rsd_trace_format *format)
{
	const char *line = text, *rest;
	bool has_id = false;
	int ret = 0;

	memset(format, 0, sizeof(*format));
	for (; ret == 0 && line != NULL; line = strchr(line, '\n')) {
		line += strspn(line, " \t\n");
		if (sscanf(line, "ID: %u", &format->id) == 1)
			has_id = true;
		if (strncmp(line, "print fmt:", 10) == 0)
			break;
		if (strncmp(line, "field:", 6) != 0 || format->nb_fields == RSD_TRACE_FIELDS)
			continue;
		rest = line + 6;
		ret = take_field(rest, &format->field[format->nb_fields++]);
	}
	return ret == 0 && has_id ? 0 : -EINVAL;
}

const struct rsd_trace_field *
rsd_trace_field(const struct rsd_trace_format *format, const char *name)
{
	unsigned int i;

	for (i = 0; i < format->nb_fields; i++)
		if (strcmp(format->field[i].name, name) == 0)
			return &format->field[i];
	return NULL;
}

static uint64_t
load(const uint8_t *p, size_t size)
{
	uint64_t v = 0;

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	memcpy((uint8_t *)&v + sizeof(v) - size, p, size);
#else
	memcpy(&v, p, size);
#endif
	return v;
}

int64_t
rsd_trace_number(const struct rsd_trace_field *field, const void *record, size_t len)
{
	unsigned int unused;
	uint64_t v;

	if (field == NULL || field->size == 0 || field->size > sizeof(v) ||
		(size_t)field->offset + field->size > len)
		return 0;
	v = load((const uint8_t *)record + field->offset, field->size);
	unused = 8 * (unsigned int)(sizeof(v) - field->size);
	return field->is_signed ? (int64_t)(v << unused) >> unused : (int64_t)v;
}

uint64_t
rsd_trace_element(
	const struct rsd_trace_field *field, unsigned int i, const void *record, size_t len)
{
	size_t at = (size_t)i * sizeof(uint64_t);

	if (field == NULL || at + sizeof(uint64_t) > field->size ||
		field->offset + at + sizeof(uint64_t) > len)
		return 0;
	return load((const uint8_t *)record + field->offset + at, sizeof(uint64_t));
}

void
rsd_trace_text(const struct rsd_trace_field *field, const void *record, size_t len, char *text,
	size_t size)
{
	const uint8_t *bytes = record;
	size_t at, n;

	text[0] = '\0';
	if (field == NULL || (size_t)field->offset + field->size > len)
		return;
	at = field->offset;
	n = field->size;
	if (field->is_text_elsewhere) {
		uint32_t where = (uint32_t)rsd_trace_number(field, record, len);

		at = where & 0xffff;
		n = where >> 16;
	}
	if (at + n > len)
		return;
	n = RTE_MIN(n, size - 1);
	memcpy(text, bytes + at, n);
	text[n] = '\0';
}
