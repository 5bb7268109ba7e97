// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host and the pool.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/ops.h"
#include "apid/record.h"

/* ---- host -------------------------------------------------------------------------------- */

static void host_enable(struct call *c)
{
	set_int(c->refs[0], "enabled", true);
}

static void host_disable(struct call *c)
{
	set_int(c->refs[0], "enabled", false);
}

static bool guests_run(void)
{
	const struct many *vms = get_many(the_host(), "resident_VMs");

	for (size_t i = 0; i < vms->nr; i++)
		if (!get_int(vms->items[i], "is_control_domain"))
			return true;
	return false;
}

/* Nobody starts a VM meanwhile; the next start of the host enables it. */
static void power_taken(struct call *c, const json_t *ok)
{
	(void)ok;
	set_int(c->refs[0], "enabled", false);
}

/* The host's init shuts VMs down, in their order, before it goes on: `autostart stop`. */
static void power(struct call *c, const char *action, const char *operation)
{
	bool with_vms = call_bool(c, 1);

	if (!with_vms && get_int(c->refs[0], "enabled"))
		call_fail_ref(c, "HOST_NOT_DISABLED", c->refs[0]);
	else if (!with_vms && guests_run())
		call_fail_ref(c, "HOST_HAS_RESIDENT_VMS", c->refs[0]);
	else if (call_occupy(c, c->refs[0], operation))
		call_vmd(c, "host.power", json_pack("{s: s}", "action", action), power_taken);
}

static void host_shutdown(struct call *c)
{
	power(c, "off", "shutdown");
}

static void host_reboot(struct call *c)
{
	power(c, "reboot", "reboot");
}

static void dmesg_told(struct call *c, const json_t *ok)
{
	const char *text = json_string_value(json_object_get(ok, "text"));

	wire_string(&c->out, text ? text : "");
}

static void host_dmesg(struct call *c)
{
	call_vmd(c, "host.dmesg", json_object(), dmesg_told);
}

static void get_log(struct call *c)
{
	call_vmd(c, "host.log", json_object(), dmesg_told);
}

static void syslog_reconfigure(struct call *c)
{
	const char *to = get_entry(c->refs[0], "logging", "syslog_destination");

	call_vmd(c, "host.set_syslog", *to ? json_pack("{s: s}", "destination", to) : json_object(),
		 NULL);
}

static void evacuate(struct call *c)
{
	if (guests_run())
		call_fail(c, "NO_HOSTS_AVAILABLE", NULL);
}

/* There is one, for ever, and nothing to unlock. */
static void apply_edition(struct call *c)
{
	if (strcmp(call_text(c, 1), "free") != 0)
		call_fail(c, "INVALID_EDITION", call_text(c, 1), NULL);
}

static void license_nothing(struct call *c)
{
	(void)c;
}

static void renamed(struct call *c, const json_t *ok)
{
	(void)ok;
	set_text(c->refs[0], "hostname", call_text(c, 1));
}

static void set_hostname(struct call *c)
{
	call_vmd(c, "host.set_name", json_pack("{s: s}", "name", call_text(c, 1)), renamed);
}

static void free_told(struct call *c, const json_t *ok)
{
	const json_t *free_now = json_object_get(ok, "memory_free");

	set_int(get_ref(the_host(), "metrics"), "memory_free", json_integer_value(free_now));
	wire_int(&c->out, json_integer_value(free_now));
}

static void compute_free_memory(struct call *c)
{
	call_vmd(c, "host.info", json_object(), free_told);
}

static void compute_memory_overhead(struct call *c)
{
	wire_int(&c->out, get_int(c->refs[0], "memory_overhead"));
}

static void get_vms_which_prevent_evacuation(struct call *c)
{
	const struct many *vms = get_many(the_host(), "resident_VMs");
	char ref[REF_TEXT];

	/* There is nowhere to go. */
	wire_struct_begin(&c->out);
	for (size_t i = 0; i < vms->nr; i++) {
		if (get_int(vms->items[i], "is_control_domain"))
			continue;
		object_ref(vms->items[i], ref);
		wire_key(&c->out, ref);
		wire_array_begin(&c->out);
		wire_string(&c->out, "NO_HOSTS_AVAILABLE");
		wire_array_end(&c->out);
	}
	wire_struct_end(&c->out);
}

static void get_uncooperative_resident_VMs(struct call *c)
{
	wire_array_begin(&c->out);
	wire_array_end(&c->out);
}

/* ---- pool -------------------------------------------------------------------------------- */

/* Every call that changes something has been written when it returns. */
static void pool_sync_database(struct call *c)
{
	(void)c;
}

static void pool_get_license_state(struct call *c)
{
	wire_struct_begin(&c->out);
	wire_key(&c->out, "edition");
	wire_string(&c->out, "free");
	wire_key(&c->out, "expiry");
	wire_string(&c->out, "never");
	wire_struct_end(&c->out);
}

const struct binding host_bindings[] = {
	{ "host.enable", host_enable },
	{ "host.disable", host_disable },
	{ "host.shutdown", host_shutdown },
	{ "host.reboot", host_reboot },
	{ "host.dmesg", host_dmesg },
	{ "host.get_log", get_log },
	{ "host.syslog_reconfigure", syslog_reconfigure },
	{ "host.evacuate", evacuate },
	{ "host.apply_edition", apply_edition },
	{ "host.license_apply", license_nothing },
	{ "host.license_add", license_nothing },
	{ "host.license_remove", license_nothing },
	{ "host.set_hostname", set_hostname },
	{ "host.set_hostname_live", set_hostname },
	{ "host.compute_free_memory", compute_free_memory },
	{ "host.compute_memory_overhead", compute_memory_overhead },
	{ "host.get_vms_which_prevent_evacuation", get_vms_which_prevent_evacuation },
	{ "host.get_uncooperative_resident_VMs", get_uncooperative_resident_VMs },
	{ "pool.sync_database", pool_sync_database },
	{ "pool.get_license_state", pool_get_license_state },
	{ NULL, NULL },
};
