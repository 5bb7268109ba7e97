// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values of the model's types, as JSON in memory: an int is a JSON integer, a float a real, a date,
 * an enum and a reference are strings, a set is an array, a map an object. What comes from clients
 * is foreign: it is brought into this form, or refused with words. Owns no state.
 */
#ifndef MODEL_VALUE_H
#define MODEL_VALUE_H

#include <jansson.h>

#include "lib/bytes.h"
#include "lib/log.h"
#include "model/model.h"

/* More than this in one text from a client is refused: nesting, and values of all kinds. */
#define VALUE_NESTING 32
#define VALUE_COUNT   20000

/* A text from a client. NULL: why says what is wrong with it. */
json_t *value_parse(const char *text, size_t len, struct reason *why);

/*
 * A new value of the type, in its form, or NULL and why. Decimal strings are taken as numbers, as
 * XML-RPC sends them. A record may lack fields (they are not added); unknown ones are refused.
 */
json_t *value_check(const struct model_type *type, const json_t *v, struct reason *why);

/* What an object starts with. Only memory can fail. */
json_t *value_initial(const struct model_field *f);

/*
 * From text, as a person writes it and as the table has its defaults: true, 12, 1.5, a name; sets
 * "a,b", maps "k:v,k2:v2". NULL: why.
 */
json_t *value_from_text(const struct model_type *type, const char *text, struct reason *why);
/* To text: sets "a; b", maps "k: v; k2: v2". */
void value_to_text(const json_t *v, struct buf *out);

bool value_is_datetime(const char *text);

#endif
