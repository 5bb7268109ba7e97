// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * New VMs from others: clone and copy.
 */
#include <stdlib.h>

#include "apid/copying.h"
#include "apid/ops.h"
#include "apid/record.h"
#include "model/value.h"

static void copied(struct call *c, struct copying *k)
{
	struct object *vm = vm_copy(c, k, NULL, false);

	if (get_int(k->vm, "is_a_snapshot"))
		set_int(vm, "is_a_template", false);
	if (get_int(k->vm, "is_default_template"))
		set_text(vm, "reference_label", get_text(k->vm, "name_label"));
	record_write_ref(&c->out, vm);
}

static void copy_with(struct call *c, const char *verb, const char *operation, struct object *sr)
{
	static const char *const states[] = { "Halted", "Suspended", NULL };
	struct object *vm = c->refs[0];
	struct copying *k;

	if (get_int(vm, "is_control_domain"))
		call_fail(c, "OPERATION_NOT_ALLOWED", "this is the control domain", NULL);
	else if (!get_int(vm, "is_a_snapshot"))
		vm_check_state(c, vm, states);
	if (call_failed(c) || !call_occupy(c, vm, operation))
		return;
	k = calloc(1, sizeof(*k));
	if (!k)
		abort();
	k->verb = verb;
	k->sr = object_hold(sr);
	k->done = copied;
	if (copying_begin(c, k, vm, MODEL_PARAMS))
		copying_go(c);
}

static void vm_clone(struct call *c)
{
	copy_with(c, "vdi.clone", "clone", NULL);
}

static void vm_copy_to(struct call *c)
{
	copy_with(c, "vdi.copy", "copy", c->refs[2]);
}

const struct binding vm_copy_bindings[] = {
	{ "VM.clone", vm_clone },
	{ "VM.copy", vm_copy_to },
	{ NULL, NULL },
};
