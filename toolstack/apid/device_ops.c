// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What disks and interfaces of a VM have in common: numbers, and being attached.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/device_ops.h"

static const char *const live[] = { "Running", "Paused", NULL };

bool field_is(const struct object *o, const char *field, const char *value)
{
	return strcmp(get_text(o, field), value) == 0;
}

/* The first number that no device of the VM has, as text. */
bool device_number_choose(const struct object *vm, const char *set, const char *field, int most,
			  char number[12])
{
	const struct many *all = get_many(vm, set);

	for (int n = 0; n < most; n++) {
		size_t i = 0;

		snprintf(number, 12, "%d", n);
		while (i < all->nr && !field_is(all->items[i], field, number))
			i++;
		if (i == all->nr)
			return true;
	}
	return false;
}

bool device_number_taken(const struct object *vm, const char *set, const char *field,
			 const char *number)
{
	const struct many *all = get_many(vm, set);

	for (size_t i = 0; i < all->nr; i++)
		if (field_is(all->items[i], field, number))
			return true;
	return false;
}

bool device_check_live(struct call *c)
{
	struct object *vm = get_ref(c->refs[0], "VM");

	if (vm)
		return vm_check_state(c, vm, live);
	call_fail(c, "HANDLE_INVALID", "VM", MODEL_NULL_REF, NULL);
	return false;
}

bool device_is_attached_live(const struct object *device)
{
	const struct object *vm = get_ref(device, "VM");

	return vm && vm_is_live(vm) && get_int(device, "currently_attached");
}

void device_attached(struct call *c, const json_t *ok)
{
	(void)ok;
	if (!c->refs[0]->gone)
		set_int(c->refs[0], "currently_attached", true);
}

void device_detached(struct call *c, const json_t *ok)
{
	(void)ok;
	if (!c->refs[0]->gone)
		set_int(c->refs[0], "currently_attached", false);
}
