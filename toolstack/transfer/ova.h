// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ova.xml: the objects that make up a VM, as records in XML-RPC. In it an object is called "Ref:N",
 * and everything that is not in it is the null reference. What is read is foreign: the accessors
 * give NULL, or a value of the model's type.
 */
#ifndef TRANSFER_OVA_H
#define TRANSFER_OVA_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/bytes.h"
#include "lib/log.h"

struct ova {
	json_t *objects; /* an array of [class, id, record] */
};

/* Adds an object once, under its reference. False: memory. */
bool ova_add(struct ova *o, const char *class, const char *ref, json_t *record);
/* The number of what ova.xml calls "Ref:N"; -1: it is not in it. */
int ova_number(const struct ova *o, const char *ref);
/* version: what made it. */
void ova_write(const struct ova *o, const char *version, struct buf *out);

/* -1 with the reason: it is none, or not one of a VM. */
int ova_read(struct ova *o, struct bytes text, struct reason *why);
/* The i-th object of a class; NULL: there are fewer. *id: what others call it. */
const json_t *ova_object(const struct ova *o, const char *class, size_t i, const char **id);
const json_t *ova_find(const struct ova *o, const char *class, const char *id);
/* A text in a record; "" if there is none. */
const char *ova_text(const json_t *record, const char *field);
/* A value of the field's type of the model, a new reference; NULL: none, or not of that type. */
json_t *ova_value(const char *class, const json_t *record, const char *field);
void ova_free(struct ova *o);

#endif
