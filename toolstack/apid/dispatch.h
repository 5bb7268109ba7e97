// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a method's name to what it means: a row of the model with its function, or one that the
 * model makes for each class and field (get_record, set_name_label, add_to_other_config, ...).
 */
#ifndef APID_DISPATCH_H
#define APID_DISPATCH_H

#include "apid/call.h"

struct target {
	const struct model_class *cls;
	const struct model_method *method; /* NULL: a generated one */
	call_function *run;
	size_t field; /* of a generated one */
	enum model_role role;
	/* Of a generated one; they point into the target. */
	struct model_type self;
	struct model_param params[4];
};

/* False: there is no such method. */
bool dispatch_find(const char *name, struct target *t);
const struct model_param *target_params(const struct target *t);

/* What a generated method takes after the session. */
enum generic_takes {
	TAKES_NOTHING,
	TAKES_SELF,
	TAKES_TEXT,
	TAKES_VALUE,
	TAKES_ITEM,
	TAKES_KEY,
	TAKES_ENTRY
};

/* The generated ones (generic.c); the list ends with a NULL prefix. */
struct generic {
	const char *prefix; /* the name, or with per_field what stands in front of a field's */
	bool per_field, writes;
	enum generic_takes takes;
	/* f is NULL for those that are not per field. */
	bool (*fits)(const struct model_class *c, const struct model_field *f);
	call_function *run;
};
extern const struct generic generics[];

#endif
