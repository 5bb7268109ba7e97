// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing values for clients: the same calls make JSON or XML-RPC. In XML-RPC an int is a decimal
 * string and a date its own element; in JSON an int is a number and a date a string. Every value is
 * written by one call, or between a begin and its end; inside a struct, wire_key comes before each.
 */
#ifndef MODEL_WIRE_H
#define MODEL_WIRE_H

#include <jansson.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "model/model.h"

enum wire_format { WIRE_JSON, WIRE_XML };

struct wire {
	struct buf *out;
	enum wire_format format;
	/* A bit for each level, the innermost lowest: inside a struct; something is before. */
	uint64_t structs, filled;
};

void wire_open(struct wire *w, struct buf *out, enum wire_format format);
void wire_array_begin(struct wire *w);
void wire_array_end(struct wire *w);
void wire_struct_begin(struct wire *w);
void wire_struct_end(struct wire *w);
void wire_key(struct wire *w, const char *key);

void wire_string(struct wire *w, const char *text);
void wire_int(struct wire *w, int64_t number);
/* As a number in both: what is counted, not what is stored. */
void wire_number(struct wire *w, int64_t number);
void wire_float(struct wire *w, double number);
void wire_bool(struct wire *w, bool yes);
void wire_datetime(struct wire *w, const char *text);
/* A value as value.h describes. NULL as type: as its JSON kind says. */
void wire_value(struct wire *w, const struct model_type *type, const json_t *v);
/* A value that was written before, by the same format. */
void wire_raw(struct wire *w, const char *text, size_t len);

#endif
