// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The objects: all that the API knows, in memory, in slots that the model's table lays out. Who
 * changes something does so between store_begin and store_commit, or store_rollback, which leaves
 * all as it was. A reference and the set on its other side are one thing: set the reference, and
 * the set follows; when an object goes, references to it become null. One thread, no locks.
 *
 * Fields are named by text; a name that the class has not is a bug and ends the program. Getters
 * lend; setters copy, but share a set or a map with the caller, who does not change it any more.
 */
#ifndef APID_OBJECT_H
#define APID_OBJECT_H

#include <jansson.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/log.h"
#include "model/model.h"

#define REF_TEXT 47 /* "OpaqueRef:" and a UUID, with the terminator */

struct object;

/* The set on the other side of references. */
struct many {
	size_t nr;
	size_t room;
	struct object *items[];
};

union slot {
	int64_t number; /* int, bool, enum (its place), datetime (seconds since 1970) */
	double real;
	char *text;         /* NULL: empty */
	json_t *json;       /* sets and maps; NULL: empty; never changed in place */
	struct object *ref; /* NULL: the null reference */
	struct many *many;  /* inverse sets; NULL: empty */
};

/* What belongs to a class while we run. */
struct store_class {
	const struct model_class *model;
	struct object **objects;
	size_t nr, room;
	const short *inverse; /* of a reference: the field of its class that is its other side */
	bool kept;            /* its objects are in the database */
	void *insert;         /* the database's statement */
};

struct object {
	struct store_class *cls;
	struct object *hash_next;
	struct object *older, *newer; /* by their last change, for events */
	uint64_t created, changed;    /* numbers of events */
	size_t place;                 /* in cls->objects */
	uint8_t id[16];               /* what its reference says */
	unsigned int holds;           /* calls that are not at their end and know it */
	bool gone;          /* destroyed; its fields can be read, its references are null */
	bool touched;       /* in the list of what this transaction changes */
	bool write;         /* and a field of it is kept */
	bool passing;       /* never in the database: nobody will ask for it after a restart */
	union slot slots[]; /* one for each field of the model */
};

int store_open(void);
struct store_class *store_class_of(const char *name);
struct store_class *store_class_at(size_t i);

struct object *object_find(const struct store_class *c, const char *ref);
struct object *object_by_uuid(const char *class, const char *uuid);
/* Any class. */
struct object *object_find_any(const char *ref);
void object_ref(const struct object *o, char text[REF_TEXT]);
bool object_is(const struct object *o, const char *class);

/* With the defaults of its fields and a UUID; uuid NULL: a new one. */
struct object *object_create(const char *class, const char *uuid);
/* One that the database holds: its reference is known. */
struct object *object_restore(struct store_class *c, const uint8_t id[16]);
/* For one that was just made: it is not worth the disk. */
void object_pass(struct object *o);
void object_destroy(struct object *o);
/* Who keeps an object's address between transactions holds it, and asks then whether it is gone. */
struct object *object_hold(struct object *o);
void object_release(struct object *o);

const char *get_text(const struct object *o, const char *field); /* string, enum */
int64_t get_int(const struct object *o, const char *field);      /* int, bool, datetime */
double get_float(const struct object *o, const char *field);
struct object *get_ref(const struct object *o, const char *field);
const struct many *get_many(const struct object *o, const char *field); /* never NULL */
const json_t *get_json(const struct object *o, const char *field);      /* set, map: never NULL */
/* What a map says; "" if it has no such key. */
const char *get_entry(const struct object *o, const char *field, const char *key);

void set_text(struct object *o, const char *field, const char *text);
void set_int(struct object *o, const char *field, int64_t number);
void set_float(struct object *o, const char *field, double real);
void set_ref(struct object *o, const char *field, struct object *to);
void set_json(struct object *o, const char *field, const json_t *v);
void set_entry(struct object *o, const char *field, const char *key, const char *value);
void drop_entry(struct object *o, const char *field, const char *key);

size_t field_index(const struct model_class *c, const char *field);
/* A value in the form of model/value.h. Unknown references become null. */
void slot_set(struct object *o, size_t field, const json_t *v);
/* A new value, in that form. */
json_t *slot_get(const struct object *o, size_t field);
void datetime_format(int64_t seconds, char text[24]);
int64_t datetime_parse(const char *text);

void store_begin(void);
/* Writes to the database; when that fails, rolls back and says why. */
int store_commit(struct reason *why);
void store_rollback(void);
/* What came from the database is not written to it again. */
void store_loaded(void);
/* Nothing of it changed, but tell its watchers. */
void object_touch(struct object *o);
/* The objects that this transaction has touched so far, again from the start while it grows. */
struct object *store_touched(size_t i);

#endif
