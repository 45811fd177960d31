/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How the kernel lays out the record of a tracepoint: the file "format" in tracefs. Fields are
 * found by name, for their offsets differ between kernels.
 */
#ifndef RSD_JOURNEY_TRACE_FORMAT_H
#define RSD_JOURNEY_TRACE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RSD_TRACE_FIELDS 32

struct rsd_trace_field {
	char name[32];
	uint16_t offset, size;
	bool is_signed;
	bool is_text_elsewhere; /* __data_loc: offset and length of the text are what is stored */
};

struct rsd_trace_format {
	uint32_t id;
	unsigned int nb_fields;
	struct rsd_trace_field field[RSD_TRACE_FIELDS];
};

/*
 * Read the text of a format file. Returns 0, or -EINVAL when it has no ID or a field of it cannot
 * be understood. More than RSD_TRACE_FIELDS fields: the first are kept.
 */
int rsd_trace_format_parse(const char *text, struct rsd_trace_format *format);

/* NULL: there is no such field. */
const struct rsd_trace_field *rsd_trace_field(
	const struct rsd_trace_format *format, const char *name);

/*
 * The value of a number in a record of len bytes, by its sign and size; 0 when there is no such
 * field (field may be NULL), or the record ends before it.
 */
int64_t rsd_trace_number(const struct rsd_trace_field *field, const void *record, size_t len);

/* Element i of an array of 64-bit numbers. */
uint64_t rsd_trace_element(
	const struct rsd_trace_field *field, unsigned int i, const void *record, size_t len);

/* A text, cut where it does not fit; "" when there is none. */
void rsd_trace_text(const struct rsd_trace_field *field, const void *record, size_t len, char *text,
	size_t size);

#endif
