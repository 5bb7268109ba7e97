// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which operations are allowed, by state. See allowed.h.
 */
#include "apid/allowed.h"

#include <string.h>

static bool is(const struct object *o, const char *field, const char *value)
{
	return strcmp(get_text(o, field), value) == 0;
}

static bool is_busy(const struct object *o)
{
	return json_object_size(get_json(o, "current_operations")) > 0;
}

#define LISTS 32

/* All objects in the same state share one set. */
static json_t *set_of(const char *const *names)
{
	static struct {
		const char *const *names;
		json_t *set;
	} known[LISTS];
	size_t i = 0;

	while (i < LISTS - 1 && known[i].set && known[i].names != names)
		i++;
	if (!known[i].set) {
		known[i].names = names;
		known[i].set = json_array();
		for (; names && *names; names++)
			json_array_append_new(known[i].set, json_string(*names));
	}
	return known[i].set;
}

static const char *const *vm_allowed(const struct object *vm)
{
	static const char *const snapshot[] = { "clone",  "copy",    "create_template",
						"revert", "destroy", "export",
						NULL };
	static const char *const template[] = { "clone",
						"copy",
						"provision",
						"destroy",
						"changing_memory_limits",
						"changing_VCPUs",
						"changing_static_range",
						"changing_dynamic_range",
						"export",
						NULL };
	static const char *const halted[] = { "start",
					      "start_on",
					      "clone",
					      "copy",
					      "snapshot",
					      "destroy",
					      "provision",
					      "make_into_template",
					      "export",
					      "changing_static_range",
					      "changing_dynamic_range",
					      "changing_memory_limits",
					      "changing_VCPUs",
					      NULL };
	static const char *const running[] = { "pause",
					       "clean_shutdown",
					       "clean_reboot",
					       "hard_shutdown",
					       "hard_reboot",
					       "shutdown",
					       "suspend",
					       "snapshot",
					       "checkpoint",
					       "send_sysrq",
					       "send_trigger",
					       "changing_VCPUs_live",
					       "changing_dynamic_range",
					       "changing_memory_live",
					       NULL };
	static const char *const paused[] = { "unpause", "hard_shutdown", "hard_reboot", "snapshot",
					      NULL };
	static const char *const suspended[] = { "resume",   "resume_on",         "hard_shutdown",
						 "snapshot", "power_state_reset", NULL };

	if (get_int(vm, "is_control_domain") || is_busy(vm))
		return NULL;
	if (get_int(vm, "is_a_snapshot"))
		return snapshot;
	if (get_int(vm, "is_a_template"))
		return template;
	if (is(vm, "power_state", "Running"))
		return running;
	if (is(vm, "power_state", "Paused"))
		return paused;
	return is(vm, "power_state", "Suspended") ? suspended : halted;
}

static const char *const *vbd_allowed(const struct object *vbd)
{
	static const char *const plug[] = { "attach", "plug", NULL };
	static const char *const unplug[] = { "attach", "unplug", "unplug_force", NULL };
	static const char *const insert[] = { "attach", "insert", "plug", NULL };
	static const char *const eject[] = { "attach", "eject", "plug", NULL };
	static const char *const attach[] = { "attach", NULL };
	const struct object *vm = get_ref(vbd, "VM");
	bool live;

	if (!vm || is_busy(vbd) || get_int(vm, "is_control_domain"))
		return NULL;
	if (is(vbd, "type", "CD"))
		return get_int(vbd, "empty") ? insert : eject;
	live = is(vm, "power_state", "Running");
	if (!live)
		return attach;
	return get_int(vbd, "currently_attached") ? unplug : plug;
}

static const char *const *vif_allowed(const struct object *vif)
{
	static const char *const plug[] = { "attach", "plug", NULL };
	static const char *const unplug[] = { "attach", "unplug", "unplug_force", NULL };
	static const char *const attach[] = { "attach", NULL };
	const struct object *vm = get_ref(vif, "VM");

	if (!vm || is_busy(vif))
		return NULL;
	if (!is(vm, "power_state", "Running"))
		return attach;
	return get_int(vif, "currently_attached") ? unplug : plug;
}

bool is_attached(const struct object *o, const char *set)
{
	const struct many *connections = get_many(o, set);

	for (size_t i = 0; i < connections->nr; i++)
		if (get_int(connections->items[i], "currently_attached"))
			return true;
	return false;
}

static const char *const *vdi_allowed(const struct object *vdi)
{
	static const char *const idle[] = { "snapshot", "clone",  "copy",
					    "mirror",   "resize", "resize_online",
					    "destroy",  "forget", "update",
					    NULL };
	static const char *const used[] = { "snapshot", "clone", "resize_online", "update", NULL };
	static const char *const fixed[] = { "clone", "copy", "destroy", "forget", "update", NULL };

	if (is_busy(vdi) || get_int(vdi, "missing"))
		return NULL;
	if (is_attached(vdi, "VBDs"))
		return used;
	return get_int(vdi, "is_a_snapshot") || get_int(vdi, "read_only") ? fixed : idle;
}

static const char *const *sr_allowed(const struct object *sr)
{
	static const char *const plugged[] = {
		"scan",        "update",      "unplug",    "vdi_create",
		"vdi_destroy", "vdi_resize",  "vdi_clone", "vdi_snapshot",
		"pbd_create",  "pbd_destroy", NULL
	};
	static const char *const unplugged[] = { "plug",       "forget",      "destroy",
						 "pbd_create", "pbd_destroy", NULL };

	if (is_busy(sr))
		return NULL;
	return is_attached(sr, "PBDs") ? plugged : unplugged;
}

static const char *const *host_allowed(const struct object *host)
{
	static const char *const enabled[] = { "provision", "vm_start", "vm_resume", "evacuate",
					       NULL };
	static const char *const disabled[] = { "shutdown", "reboot", "enable", NULL };

	return get_int(host, "enabled") ? enabled : disabled;
}

static const char *const *task_allowed(const struct object *task)
{
	static const char *const pending[] = { "cancel", "destroy", NULL };
	static const char *const ended[] = { "destroy", NULL };

	return is(task, "status", "pending") ? pending : ended;
}

static const struct {
	const char *class;
	const char *const *(*allowed)(const struct object *o);
} rules[] = {
	{ "VM", vm_allowed },     { "VBD", vbd_allowed }, { "VIF", vif_allowed },
	{ "VDI", vdi_allowed },   { "SR", sr_allowed },   { "host", host_allowed },
	{ "task", task_allowed },
};

void allowed_update(struct object *o)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (object_is(o, rules[i].class))
			set_json(o, "allowed_operations", set_of(rules[i].allowed(o)));
}

static void update_all(const struct many *m)
{
	for (size_t i = 0; i < m->nr; i++)
		allowed_update(m->items[i]);
}

/* Those whose rule looks at this object. */
static void update_neighbours(const struct object *o)
{
	if (object_is(o, "VM")) {
		update_all(get_many(o, "VBDs"));
		update_all(get_many(o, "VIFs"));
	} else if (object_is(o, "VBD") && get_ref(o, "VDI")) {
		allowed_update(get_ref(o, "VDI"));
	} else if (object_is(o, "PBD") && get_ref(o, "SR")) {
		allowed_update(get_ref(o, "SR"));
	}
}

void allowed_update_touched(void)
{
	struct object *o;

	/* The list grows while we go through it; what is added has no neighbours to look at. */
	for (size_t i = 0; (o = store_touched(i)); i++) {
		if (o->gone)
			continue;
		allowed_update(o);
		update_neighbours(o);
	}
}
