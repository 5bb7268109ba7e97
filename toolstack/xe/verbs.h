// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands that do something: a row each. Most rows name a method of the model and its arguments,
 * and need no function.
 */
#ifndef XE_VERBS_H
#define XE_VERBS_H

#include "xe/objects.h"

struct verb {
	const char *name;
	/* What its selectors mean; the method's first argument. NULL: it has none. */
	const char *kind;
	const char *method;
	const char *forced; /* instead, with --force */
	/*
	 * The method's further arguments in their order, as help shows them: "name=" must be given,
	 * "[name=]" may be, "[name=default]" has this value else, "[name:]" are all
	 * "name:key=value".
	 * An argument that is a record takes all of them, as its fields.
	 */
	const char *args;
	const char *doc;
	/* Does it all by itself; args are for help and completion. */
	void (*run)(struct api *api, struct request *r);
	bool quick; /* not worth a task */
};

/* Ends with a row without a name. */
extern const struct verb vm_verbs[], device_verbs[], storage_verbs[], host_verbs[], guard_verbs[],
	stream_verbs[], log_verbs[], data_verbs[], certificate_verbs[];
extern const struct verb *const all_verbs[];
extern const size_t nr_all_verbs;

const struct verb *verb_find(const char *name);
void verb_run(struct api *api, const struct verb *v, struct request *r);

/* One of args. False: there are no more. */
struct verb_arg {
	char name[40];
	const char *preset; /* text behind the '='; may be empty */
	size_t preset_len;
	bool optional, map;
};
bool verb_arg_next(const char **args, struct verb_arg *arg);

/* For verbs with a function: the one object of a kind; the UUID of a new one. */
const char *verb_object(struct api *api, const char *kind, struct request *r);
void verb_print_uuid(struct api *api, const char *class, const char *ref);

/* The older forms become the present ones. */
void legacy_translate(struct request *r);

#endif
