// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Objects and their slots; what is undone on rollback. See object.h.
 */
#include "apid/object_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "apid/database.h"
#include "apid/event.h"
#include "lib/uuid.h"
#include "model/value.h"

#define BUCKETS 16384 /* of the table of references: a power of two */

static struct store_class *classes;
static struct object *buckets[BUCKETS];

static struct undo {
	enum undo_kind kind;
	struct object *object;
	size_t field;
	union slot old;
} * undo;
static size_t nr_undo, room_undo;

static struct object **touched;
static size_t nr_touched, room_touched;
static bool open_transaction;

void *need(void *memory)
{
	/* An API without memory cannot say so either; it starts again from its database. */
	if (!memory) {
		log_error("out of memory");
		abort();
	}
	return memory;
}

static void *grow(void *list, size_t nr, size_t *room, size_t size)
{
	if (nr < *room)
		return list;
	*room = *room ? *room * 2 : 16;
	return need(reallocarray(list, *room, size));
}

/* ---- classes ----------------------------------------------------------------------------- */

static short inverse_of(const struct model_class *from, const struct model_field *f)
{
	const struct model_class *to;

	if (f->type->kind != MODEL_REF || !(to = model_class_find(f->type->name)))
		return -1;
	for (size_t i = 0; i < to->nr_fields; i++) {
		const struct model_field *other = &to->fields[i];

		if (other->life == LIFE_INVERSE && strcmp(other->inverse, f->name) == 0 &&
		    strcmp(other->type->element->name, from->name) == 0)
			return (short)i;
	}
	return -1;
}

int store_open(void)
{
	classes = need(calloc(model_nr_classes, sizeof(*classes)));
	for (size_t i = 0; i < model_nr_classes; i++) {
		const struct model_class *c = model_classes[i];
		short *inverse = need(calloc(c->nr_fields + 1, sizeof(*inverse)));

		for (size_t k = 0; k < c->nr_fields; k++)
			inverse[k] = inverse_of(c, &c->fields[k]);
		classes[i] = (struct store_class){
			.model = c,
			.inverse = inverse,
			.kept = !(c->flags & (CLASS_NO_OBJECTS | CLASS_NO_GET_ALL)),
		};
	}
	return 0;
}

struct store_class *store_class_at(size_t i)
{
	return &classes[i];
}

struct store_class *store_class_of(const char *name)
{
	for (size_t i = 0; i < model_nr_classes; i++)
		if (strcmp(classes[i].model->name, name) == 0)
			return &classes[i];
	return NULL;
}

size_t field_index(const struct model_class *c, const char *field)
{
	const struct model_field *f = model_field_find(c, field);

	if (!f) {
		log_error("%s has no field %s", c->name, field);
		abort();
	}
	return f - c->fields;
}

/* ---- references -------------------------------------------------------------------------- */

static struct object **bucket_of(const uint8_t id[16])
{
	/* They are random. */
	return &buckets[(id[0] | id[1] << 8) & (BUCKETS - 1)];
}

struct object *object_find_any(const char *ref)
{
	uint8_t id[16];
	struct object *o;

	if (strncmp(ref, MODEL_REF_PREFIX, strlen(MODEL_REF_PREFIX)) != 0 ||
	    !uuid_parse(ref + strlen(MODEL_REF_PREFIX), id))
		return NULL;
	for (o = *bucket_of(id); o; o = o->hash_next)
		if (memcmp(o->id, id, sizeof(id)) == 0)
			return o;
	return NULL;
}

struct object *object_find(const struct store_class *c, const char *ref)
{
	struct object *o = object_find_any(ref);

	return o && o->cls == c ? o : NULL;
}

struct object *object_by_uuid(const char *class, const char *uuid)
{
	struct store_class *c = store_class_of(class);

	for (size_t i = 0; i < c->nr; i++)
		if (strcasecmp(get_text(c->objects[i], "uuid"), uuid) == 0)
			return c->objects[i];
	return NULL;
}

void object_ref(const struct object *o, char text[REF_TEXT])
{
	if (!o) {
		strcpy(text, MODEL_NULL_REF);
		return;
	}
	strcpy(text, MODEL_REF_PREFIX);
	uuid_format(o->id, text + strlen(MODEL_REF_PREFIX));
}

bool object_is(const struct object *o, const char *class)
{
	return strcmp(o->cls->model->name, class) == 0;
}

/* ---- transactions: what was touched, what is undone ---------------------------------------- */

void touch_note(struct object *o, bool write)
{
	if (!open_transaction) {
		log_error("%s changes outside of a transaction", o->cls->model->name);
		abort();
	}
	o->write |= write && o->cls->kept && !o->passing;
	if (o->touched)
		return;
	o->touched = true;
	touched = grow(touched, nr_touched, &room_touched, sizeof(*touched));
	touched[nr_touched++] = o;
}

void undo_note(enum undo_kind kind, struct object *o, size_t field, union slot old)
{
	undo = grow(undo, nr_undo, &room_undo, sizeof(*undo));
	undo[nr_undo++] = (struct undo){ kind, o, field, old };
}

void object_touch(struct object *o)
{
	touch_note(o, false);
}

struct object *store_touched(size_t i)
{
	return i < nr_touched ? touched[i] : NULL;
}

static bool is_text(const struct model_field *f)
{
	return f->type->kind == MODEL_STRING;
}

static bool is_json(const struct model_field *f)
{
	return (f->type->kind == MODEL_SET || f->type->kind == MODEL_MAP) &&
	       f->life != LIFE_INVERSE;
}

static void slot_free(const struct model_field *f, union slot slot)
{
	if (is_text(f))
		free(slot.text);
	else if (is_json(f))
		json_decref(slot.json);
}

static void object_free(struct object *o)
{
	const struct model_class *c = o->cls->model;

	for (size_t i = 0; i < c->nr_fields; i++) {
		if (c->fields[i].life == LIFE_INVERSE)
			free(o->slots[i].many);
		else
			slot_free(&c->fields[i], o->slots[i]);
	}
	free(o);
}

/* ---- the two sides of a reference -------------------------------------------------------- */

static void many_add(struct object *to, size_t field, struct object *o)
{
	struct many *m = to->slots[field].many;

	if (!m || m->nr == m->room) {
		size_t room = m ? m->room * 2 : 2, nr = m ? m->nr : 0;

		m = need(realloc(m, sizeof(*m) + room * sizeof(m->items[0])));
		m->nr = nr;
		m->room = room;
		to->slots[field].many = m;
	}
	m->items[m->nr++] = o;
}

static void many_remove(struct object *from, size_t field, struct object *o)
{
	struct many *m = from->slots[field].many;

	for (size_t i = 0; m && i < m->nr; i++) {
		if (m->items[i] == o) {
			/* In the order in which they came. */
			memmove(&m->items[i], &m->items[i + 1],
				(m->nr - i - 1) * sizeof(m->items[0]));
			m->nr--;
			return;
		}
	}
}

static void ref_put(struct object *o, size_t field, struct object *to)
{
	short inverse = o->cls->inverse[field];
	struct object *old = o->slots[field].ref;

	if (old && inverse >= 0)
		many_remove(old, inverse, o);
	o->slots[field].ref = to;
	if (to && inverse >= 0)
		many_add(to, inverse, o);
}

void ref_change(struct object *o, size_t field, struct object *to)
{
	struct object *old = o->slots[field].ref;

	if (old == to)
		return;
	undo_note(UNDO_SLOT, o, field, o->slots[field]);
	ref_put(o, field, to);
	touch_note(o, o->cls->model->fields[field].life == LIFE_KEPT);
	if (o->cls->inverse[field] >= 0) {
		if (old)
			touch_note(old, false);
		if (to)
			touch_note(to, false);
	}
}

/* ---- objects come and go ----------------------------------------------------------------- */

static void object_enter(struct object *o)
{
	struct object **bucket = bucket_of(o->id);
	struct store_class *c = o->cls;

	o->hash_next = *bucket;
	*bucket = o;
	c->objects = grow(c->objects, c->nr, &c->room, sizeof(struct object *));
	o->place = c->nr;
	c->objects[c->nr++] = o;
	o->gone = false;
}

static void object_leave(struct object *o)
{
	struct object **at = bucket_of(o->id);
	struct store_class *c = o->cls;

	while (*at != o)
		at = &(*at)->hash_next;
	*at = o->hash_next;
	c->objects[o->place] = c->objects[--c->nr];
	c->objects[o->place]->place = o->place;
	o->gone = true;
}

struct object *object_restore(struct store_class *c, const uint8_t id[16])
{
	const struct model_class *m = c->model;
	struct object *o = need(calloc(1, sizeof(*o) + m->nr_fields * sizeof(union slot)));

	o->cls = c;
	memcpy(o->id, id, sizeof(o->id));
	object_enter(o);
	undo_note(UNDO_CREATE, o, 0, (union slot){ 0 });
	for (size_t i = 0; i < m->nr_fields; i++) {
		json_t *v;

		if (!m->fields[i].initial)
			continue;
		v = need(value_initial(&m->fields[i]));
		slot_set(o, i, v);
		json_decref(v);
	}
	return o;
}

struct object *object_create(const char *class, const char *uuid)
{
	char text[UUID_TEXT];
	uint8_t id[16];
	struct object *o;

	if (uuid_generate(id) < 0)
		need(NULL);
	o = object_restore(store_class_of(class), id);
	if (!uuid) {
		if (uuid_generate(id) < 0)
			need(NULL);
		uuid_format(id, text);
		uuid = text;
	}
	touch_note(o, true);
	set_text(o, "uuid", uuid);
	return o;
}

void object_pass(struct object *o)
{
	o->passing = true;
	o->write = false;
}

/* References to it that have no other side: they are looked for. */
static void forget_everywhere(const struct object *o)
{
	for (size_t i = 0; i < model_nr_classes; i++) {
		struct store_class *c = &classes[i];

		for (size_t f = 0; f < c->model->nr_fields; f++) {
			const struct model_type *type = c->model->fields[f].type;

			if (type->kind != MODEL_REF || strcmp(type->name, o->cls->model->name) != 0)
				continue;
			for (size_t k = 0; k < c->nr; k++)
				if (c->objects[k]->slots[f].ref == o)
					ref_change(c->objects[k], f, NULL);
		}
	}
}

void object_destroy(struct object *o)
{
	const struct model_class *m = o->cls->model;

	forget_everywhere(o);
	for (size_t i = 0; i < m->nr_fields; i++)
		if (m->fields[i].type->kind == MODEL_REF)
			ref_change(o, i, NULL);
	touch_note(o, true);
	undo_note(UNDO_DESTROY, o, 0, (union slot){ 0 });
	object_leave(o);
}

/* ---- transactions: their ends ------------------------------------------------------------ */

void store_begin(void)
{
	if (open_transaction) {
		log_error("a transaction inside of another");
		abort();
	}
	open_transaction = true;
}

static void transaction_close(void)
{
	open_transaction = false;
	nr_undo = 0;
	for (size_t i = 0; i < nr_touched; i++) {
		struct object *o = touched[i];

		o->touched = o->write = false;
		if (o->gone && !o->holds)
			object_free(o);
	}
	nr_touched = 0;
}

/* What was there before is not needed any more. */
static void undo_forget(void)
{
	for (size_t i = 0; i < nr_undo; i++)
		if (undo[i].kind == UNDO_SLOT)
			slot_free(&undo[i].object->cls->model->fields[undo[i].field], undo[i].old);
}

int store_commit(struct reason *why)
{
	if (database_write(touched, nr_touched, why) < 0) {
		store_rollback();
		return -1;
	}
	undo_forget();
	for (size_t i = 0; i < nr_touched; i++)
		event_note(touched[i]);
	if (nr_touched)
		event_tell();
	transaction_close();
	return 0;
}

void store_loaded(void)
{
	undo_forget();
	for (size_t i = 0; i < nr_touched; i++)
		event_note(touched[i]);
	transaction_close();
}

struct object *object_hold(struct object *o)
{
	if (o)
		o->holds++;
	return o;
}

void object_release(struct object *o)
{
	if (o && --o->holds == 0 && o->gone && !o->touched)
		object_free(o);
}

void store_rollback(void)
{
	while (nr_undo > 0) {
		struct undo *u = &undo[--nr_undo];
		struct object *o = u->object;

		if (u->kind == UNDO_CREATE) {
			object_leave(o);
		} else if (u->kind == UNDO_DESTROY) {
			object_enter(o);
		} else if (o->cls->model->fields[u->field].type->kind == MODEL_REF) {
			ref_put(o, u->field, u->old.ref);
		} else {
			slot_free(&o->cls->model->fields[u->field], o->slots[u->field]);
			o->slots[u->field] = u->old;
		}
	}
	transaction_close();
}
