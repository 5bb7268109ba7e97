// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The data model: which classes there are, their fields and methods, with types, defaults, access
 * and a line of documentation. It is constant data without state: the daemon, the command and the
 * reference are made from it. The rows stand in one file per group (vm.c, storage.c, ...).
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#define MODEL_NULL_REF   "OpaqueRef:NULL"
#define MODEL_REF_PREFIX "OpaqueRef:"

enum model_kind {
	MODEL_VOID, /* results only */
	MODEL_STRING,
	MODEL_INT, /* 64 bits */
	MODEL_FLOAT,
	MODEL_BOOL,
	MODEL_DATETIME, /* text: %Y%m%dT%H:%M:%SZ */
	MODEL_ENUM,
	MODEL_REF,
	MODEL_SET,
	MODEL_MAP,    /* keys are strings */
	MODEL_RECORD, /* all fields of an object of a class */
	MODEL_ANY,    /* a value that the method itself looks at */
};

struct model_type {
	enum model_kind kind;
	const char *name;                 /* ref, record: the class; enum: its own name */
	const char *const *names;         /* enum: ends with NULL */
	const struct model_type *element; /* of a set, or of a map's values */
};

enum model_role { ROLE_READ_ONLY, ROLE_OPERATOR, ROLE_ADMIN };

enum model_access {
	ACCESS_RO,     /* clients read it */
	ACCESS_STATIC, /* given when the object is made */
	ACCESS_RW,     /* has setters */
};

enum model_life {
	LIFE_KEPT,    /* in the database */
	LIFE_LIVE,    /* known only while the host runs: starts from its default */
	LIFE_INVERSE, /* the set of those whose field .inverse names this object */
};

struct model_field {
	const char *name;
	const struct model_type *type;
	enum model_access access;
	enum model_life life;
	const char
		*initial; /* as text, see value_from_text; NULL: zero, empty, the null reference */
	const char *inverse; /* LIFE_INVERSE: the field of the element's class */
	const char *since;   /* NULL: as old as its class */
	const char *doc;
};

#define MODEL_PARAMS 14

struct model_param {
	const char *name; /* with "?" in front: may be left out, as may all after it */
	const struct model_type *type;
};

/* Called as Class.name; the session, always the first argument, is not listed. */
struct model_method {
	const char *name;
	const struct model_type *result;
	enum model_role role;                    /* the least that may call it */
	struct model_param params[MODEL_PARAMS]; /* ends with a NULL name or at its end */
	const char *doc;
};

enum model_class_flags {
	CLASS_NO_OBJECTS = 1, /* only methods: no get_record and so on */
	CLASS_NO_GET_ALL = 2, /* objects that are known only to those who have their reference */
	CLASS_MADE = 4,       /* create and destroy are generated: an object is only its fields */
};

struct model_class {
	const char *name;
	const char *doc;
	const char *since;
	const struct model_field *fields;
	size_t nr_fields;
	const struct model_method *methods;
	size_t nr_methods;
	enum model_role reader, writer; /* the least role for reading, and for setters */
	unsigned int flags;
};

extern const struct model_class *const model_classes[];
extern const size_t model_nr_classes;

/* NULL: there is none. Names are matched exactly; model_event_class ignores case. */
const struct model_class *model_class_find(const char *name);
const struct model_class *model_event_class(const char *name);
const struct model_field *model_field_find(const struct model_class *c, const char *name);
const struct model_method *model_method_find(const struct model_class *c, const char *name);

size_t model_method_params(const struct model_method *m);
/* How many of them a call must give. */
size_t model_method_required(const struct model_method *m);
bool model_param_optional(const struct model_param *p);
/* Without the "?". */
const char *model_param_name(const struct model_param *p);

const char *model_role_name(enum model_role role);
bool model_role_parse(const char *name, enum model_role *role);

/* "VM ref set", for people; at most len bytes. Returns text. */
const char *model_type_text(const struct model_type *type, char *text, size_t len);
/* The number of a name of an enum; -1: not one of them. */
int model_enum_find(const struct model_type *type, const char *name);

#endif
