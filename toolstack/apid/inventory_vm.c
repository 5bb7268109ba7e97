// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Domains become VMs that run, or new VMs when the API did not know them.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "apid/inventory.h"
#include "apid/ops.h"
#include "apid/recent.h"

bool vm_is(const struct object *vm, const char *state)
{
	return strcmp(get_text(vm, "power_state"), state) == 0;
}

bool vm_is_live(const struct object *vm)
{
	return vm_is(vm, "Running") || vm_is(vm, "Paused");
}

/* ---- domains that have ended --------------------------------------------------------------- */

/*
 * vmd's watch may still tell of a domain that an operation has ended already, as paused, for it is
 * dying; and only later that it is gone.
 */
static struct recent ended;

static void ended_note(const struct object *vm)
{
	if (get_int(vm, "domid") >= 0)
		recent_note(&ended, get_text(vm, "uuid"), get_int(vm, "domid"));
}

/* ---- states ------------------------------------------------------------------------------ */

static void devices_attach(struct object *vm, bool attached)
{
	static const char *const sets[] = { "VBDs", "VIFs" };

	for (size_t k = 0; k < 2; k++) {
		const struct many *all = get_many(vm, sets[k]);

		for (size_t i = 0; i < all->nr; i++)
			set_int(all->items[i], "currently_attached", attached);
	}
}

/* Where clients find it: a WebSocket (docs/management.md, Streams). */
static void console_locate(struct object *console)
{
	const char *address = get_text(the_host(), "address");
	char url[200] = "";

	if (*address)
		snprintf(url, sizeof(url), "https://%s/console?uuid=%s", address,
			 get_text(console, "uuid"));
	set_text(console, "location", url);
}

void inventory_consoles_locate(void)
{
	const struct store_class *all = store_class_of("console");

	for (size_t i = 0; i < all->nr; i++)
		console_locate(all->objects[i]);
}

static void console_make(struct object *vm, const char *protocol)
{
	const struct many *all = get_many(vm, "consoles");
	struct object *console;

	for (size_t i = 0; i < all->nr; i++)
		if (strcmp(get_text(all->items[i], "protocol"), protocol) == 0)
			return;
	console = object_create("console", NULL);
	set_ref(console, "VM", vm);
	set_text(console, "protocol", protocol);
	console_locate(console);
}

void vm_set_screen(struct object *vm, const json_t *told)
{
	/* A domain that is just being made may be told of before it has one; it never loses it. */
	if (json_is_true(json_object_get(told, "screen")))
		console_make(vm, "rfb");
}

void vm_set_live(struct object *vm, const char *state, int64_t domid)
{
	struct object *metrics = get_ref(vm, "metrics");

	if (!vm_is_live(vm)) {
		devices_attach(vm, true);
		if (metrics)
			set_int(metrics, "start_time", time(NULL));
	}
	set_text(vm, "power_state", state);
	set_ref(vm, "resident_on", the_host());
	if (domid >= 0 && domid != get_int(vm, "domid")) {
		ended_note(vm);
		set_int(vm, "domid", domid);
	}
	console_make(vm, "vt100");
	if (metrics)
		set_text(metrics, "current_domain_type", get_text(vm, "domain_type"));
}

void vm_set_halted(struct object *vm)
{
	const struct many *consoles;

	ended_note(vm);
	set_text(vm, "power_state", "Halted");
	set_ref(vm, "resident_on", NULL);
	set_int(vm, "domid", -1);
	devices_attach(vm, false);
	while ((consoles = get_many(vm, "consoles"))->nr)
		object_destroy(consoles->items[0]);
	if (get_ref(vm, "metrics"))
		set_text(get_ref(vm, "metrics"), "current_domain_type", "unspecified");
}

/* A domain that someone else has started. */
static struct object *vm_found(const json_t *told, const char *uuid, bool control)
{
	struct object *vm = object_create("VM", uuid);
	const char *name = json_string_value(json_object_get(told, "name"));
	json_int_t memory = json_integer_value(json_object_get(told, "memory_static_max"));
	json_int_t vcpus = json_integer_value(json_object_get(told, "vcpus_max"));

	if (memory <= 0)
		memory = json_integer_value(json_object_get(told, "memory_target"));
	set_text(vm, "name_label", name ? name : uuid);
	set_text(vm, "name_description",
		 control ? "The control domain" : "Started without the API");
	set_int(vm, "is_control_domain", control);
	set_int(vm, "memory_static_max", memory);
	set_int(vm, "memory_dynamic_max", memory);
	set_int(vm, "memory_dynamic_min", memory);
	set_int(vm, "VCPUs_max", vcpus);
	set_int(vm, "VCPUs_at_startup", vcpus);
	set_ref(vm, "metrics", object_create("VM_metrics", NULL));
	set_ref(vm, "affinity", control ? the_host() : NULL);
	if (control)
		set_ref(the_host(), "control_domain", vm);
	return vm;
}

static void put_metrics(struct object *vm, const json_t *told)
{
	struct object *metrics = get_ref(vm, "metrics");
	json_int_t started = json_integer_value(json_object_get(told, "start_time"));

	set_int(vm, "memory_target", json_integer_value(json_object_get(told, "memory_target")));
	if (!metrics)
		return;
	set_int(metrics, "memory_actual",
		json_integer_value(json_object_get(told, "memory_actual")));
	set_int(metrics, "VCPUs_number", json_integer_value(json_object_get(told, "vcpus")));
	if (started > 0)
		set_int(metrics, "start_time", started);
	set_int(metrics, "last_updated", time(NULL));
}

/* An operation that is on its way says itself how it ends. */
static bool is_told_by_operation(const struct object *vm)
{
	return json_object_size(get_json(vm, "current_operations")) > 0;
}

static void vm_ended(struct object *vm)
{
	if (!vm_is_live(vm) || is_told_by_operation(vm))
		return;
	vm_set_halted(vm);
	/* One that the API did not make has nothing to come back to. */
	if (strcmp(get_text(vm, "name_description"), "Started without the API") == 0)
		vm_gone(vm);
}

void vm_gone(struct object *vm)
{
	static const char *const sets[] = { "VBDs", "VIFs", "consoles", "VTPMs", "crash_dumps" };
	static const char *const parts[] = { "metrics", "guest_metrics" };
	const struct many *all;

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		while ((all = get_many(vm, sets[i]))->nr)
			object_destroy(all->items[0]);
	for (size_t i = 0; i < 2; i++)
		if (get_ref(vm, parts[i]))
			object_destroy(get_ref(vm, parts[i]));
	object_destroy(vm);
}

/* Told of once for each domain, though it may stay for long. */
static void crash_note(const struct object *vm, int64_t domid)
{
	static struct recent crashed;

	if (recent_has(&crashed, get_text(vm, "uuid"), domid))
		return;
	recent_note(&crashed, get_text(vm, "uuid"), domid);
	message_make("VM_CRASHED", 3, "VM", get_text(vm, "uuid"), get_text(vm, "name_label"));
}

void inventory_crash(const json_t *crash)
{
	const char *uuid = json_string_value(json_object_get(crash, "uuid"));
	const struct object *vm = uuid ? object_by_uuid("VM", uuid) : NULL;

	if (vm)
		crash_note(vm, json_integer_value(json_object_get(crash, "domid")));
}

void inventory_vm(const json_t *told)
{
	const char *uuid = json_string_value(json_object_get(told, "uuid"));
	const char *state = json_string_value(json_object_get(told, "state"));
	json_int_t domid = json_integer_value(json_object_get(told, "domid"));
	struct object *vm;

	if (!uuid || !state || strlen(uuid) != 36)
		return;
	vm = object_by_uuid("VM", uuid);
	if (strcmp(state, "Gone") == 0 || strcmp(state, "Halted") == 0) {
		/* After a reboot the VM is another domain already. */
		if (vm && get_int(vm, "domid") == domid)
			vm_ended(vm);
		return;
	}
	if (recent_has(&ended, uuid, domid))
		return;
	if (!vm)
		vm = vm_found(told, uuid, domid == 0);
	if (strcmp(state, "Crashed") == 0)
		crash_note(vm, domid);
	if (strcmp(state, "Suspended") != 0 && !is_told_by_operation(vm)) {
		vm_set_live(vm, strcmp(state, "Paused") == 0 ? "Paused" : "Running", domid);
		vm_set_screen(vm, told);
	}
	put_metrics(vm, told);
}

void inventory_vms_forget(void)
{
	const struct store_class *all = store_class_of("VM");

	for (size_t i = 0; i < all->nr; i++)
		if (vm_is_live(all->objects[i]))
			set_int(all->objects[i], "domid", -1);
}

size_t inventory_vms_settle(void)
{
	const struct store_class *all = store_class_of("VM");
	size_t lost = 0;

	for (size_t i = all->nr; i-- > 0;) {
		struct object *vm = all->objects[i];

		if (vm_is_live(vm) && get_int(vm, "domid") < 0 && !is_told_by_operation(vm)) {
			vm_ended(vm);
			lost++;
		}
	}
	return lost;
}
