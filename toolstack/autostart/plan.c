// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMs of the same order go by their names, so that it is always the same.
 */
#include "autostart/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text(const json_t *vm, const char *field)
{
	const char *value = json_string_value(json_object_get(vm, field));

	return value ? value : "";
}

static bool is_guest(const json_t *vm)
{
	return !json_is_true(json_object_get(vm, "is_a_template")) &&
	       !json_is_true(json_object_get(vm, "is_a_snapshot")) &&
	       !json_is_true(json_object_get(vm, "is_control_domain"));
}

static bool starts_with_the_host(const json_t *vm)
{
	return is_guest(vm) && strcmp(text(vm, "power_state"), "Halted") == 0 &&
	       strcmp(text(json_object_get(vm, "other_config"), "auto_poweron"), "true") == 0;
}

static bool stops_with_the_host(const json_t *vm)
{
	return is_guest(vm) && (strcmp(text(vm, "power_state"), "Running") == 0 ||
				strcmp(text(vm, "power_state"), "Paused") == 0);
}

static int by_order(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int by_order_backwards(const void *a, const void *b)
{
	return by_order(b, a);
}

static bool plan(const json_t *vms, struct plan *p, bool (*wanted)(const json_t *vm),
		 const char *delay, int (*compare)(const void *a, const void *b))
{
	const char *ref;
	json_t *vm;

	*p = (struct plan){ .turns = calloc(json_object_size(vms) + 1, sizeof(*p->turns)) };
	if (!p->turns)
		return false;
	json_object_foreach((json_t *)vms, ref, vm)
	{
		struct turn *t = &p->turns[p->nr];
		json_int_t seconds = json_integer_value(json_object_get(vm, delay));

		if (!wanted(vm))
			continue;
		snprintf(t->vm, sizeof(t->vm), "%s", ref);
		snprintf(t->name, sizeof(t->name), "%s", text(vm, "name_label"));
		t->order = json_integer_value(json_object_get(vm, "order"));
		t->delay = seconds < 0           ? 0
			   : seconds > DELAY_MAX ? DELAY_MAX
						 : (unsigned int)seconds;
		p->nr++;
	}
	qsort(p->turns, p->nr, sizeof(*p->turns), compare);
	return true;
}

bool plan_start(const json_t *vms, struct plan *p)
{
	return plan(vms, p, starts_with_the_host, "start_delay", by_order);
}

bool plan_stop(const json_t *vms, struct plan *p)
{
	return plan(vms, p, stops_with_the_host, "shutdown_delay", by_order_backwards);
}

size_t plan_together(const struct plan *p, size_t i)
{
	size_t nr = 0;

	while (i + nr < p->nr && p->turns[i + nr].order == p->turns[i].order)
		nr++;
	return nr;
}

void plan_free(struct plan *p)
{
	free(p->turns);
}
