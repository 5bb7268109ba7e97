// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which keys there are, and what each may be. A key that asks for something that Socle does not
 * do is an error, because a VM without what its owner asked for is not that VM; a key that nobody
 * knows is a warning.
 */
#include "lib/vm_config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/uuid.h"

static const char *const action_names[] = {
	[VM_DESTROY] = "destroy",
	[VM_RESTART] = "restart",
	[VM_RENAME_RESTART] = "rename-restart",
	[VM_PRESERVE] = "preserve",
	[VM_SOFT_RESET] = "soft-reset",
};

/* Meaningful to xl, with no effect on a PVH guest here. */
static const char *const ignored_keys[] = { "builder",   "pae", "acpi", "apic",
					    "nestedhvm", "hap", "sdl",  "seclabel" };

/* Empty lists of these are fine. */
static const char *const unsupported_keys[] = { "usbdev",   "p9",         "vtpm", "bootloader",
						"firmware", "channel",    "pool", "vnuma",
						"rdm",      "irqs",       "vkb",  "vsnd",
						"virtio",   "device_tree" };

const char *vm_action_name(enum vm_action action)
{
	return action_names[action];
}

bool vm_name_valid(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > VM_NAME_MAX || name[0] == '.' || name[0] == '-')
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("._-+:@", *name))
			return false;
	return true;
}

static int bad_value(const struct config_entry *e, struct reason *why, const char *expected)
{
	const struct config_value *v = &e->value;

	if (v->type == CONFIG_STRING)
		return reason_set(why, "%s:%u: %s: expected %s, found \"%s\"", e->source, v->line,
				  e->key, expected, v->text);
	if (v->type == CONFIG_NUMBER)
		return reason_set(why, "%s:%u: %s: expected %s, found %lld", e->source, v->line,
				  e->key, expected, v->number);
	return reason_set(why, "%s:%u: %s: expected %s, found a list", e->source, v->line, e->key,
			  expected);
}

/* *text points into the config; untouched if the key is not set. */
static int get_string(struct config *c, const char *key, const char **text, struct reason *why)
{
	struct config_entry *e = config_find(c, key);

	if (!e)
		return 0;
	if (e->value.type != CONFIG_STRING)
		return bad_value(e, why, "a \"quoted string\"");
	*text = e->value.text;
	return 0;
}

static int get_number(struct config *c, const char *key, uint64_t *number, uint64_t min,
		      uint64_t max, const char *expected, struct reason *why)
{
	struct config_entry *e = config_find(c, key);

	if (!e)
		return 0;
	if (e->value.type != CONFIG_NUMBER || e->value.number < 0 ||
	    (uint64_t)e->value.number < min || (uint64_t)e->value.number > max)
		return bad_value(e, why, expected);
	*number = e->value.number;
	return 0;
}

static int get_action(struct config *c, const char *key, enum vm_action *action, struct reason *why)
{
	struct config_entry *e = config_find(c, key);
	/* Only a guest that wants one has another kernel to go on with. */
	bool may_reset = strcmp(key, "on_soft_reset") == 0;
	unsigned int nr = may_reset ? VM_SOFT_RESET + 1 : VM_SOFT_RESET;

	if (!e)
		return 0;
	if (e->value.type == CONFIG_STRING) {
		for (unsigned int i = 0; i < nr; i++) {
			if (strcmp(e->value.text, action_names[i]) == 0) {
				*action = i;
				return 0;
			}
		}
		if (strncmp(e->value.text, "coredump-", 9) == 0)
			return bad_value(e, why,
					 "an action without a core dump (none are written)");
	}
	return bad_value(e, why,
			 may_reset ? "soft-reset, destroy, restart, rename-restart or preserve"
				   : "destroy, restart, rename-restart or preserve");
}

static int get_tsc_mode(struct config *c, struct vm_config *vm, struct reason *why)
{
	static const char *const names[] = { "default", "always_emulate", "native" };
	struct config_entry *e = config_find(c, "tsc_mode");

	/*
	 * Native: Linux in a PVH guest wants the raw counter, and trapping it costs an exit each
	 * time.
	 */
	vm->tsc_mode = 2;
	if (!e)
		return 0;
	if (e->value.type == CONFIG_NUMBER && e->value.number >= 0 && e->value.number <= 2) {
		vm->tsc_mode = (unsigned int)e->value.number;
		return 0;
	}
	for (unsigned int i = 0; e->value.type == CONFIG_STRING && i < 3; i++) {
		if (strcmp(e->value.text, names[i]) == 0) {
			vm->tsc_mode = i;
			return 0;
		}
	}
	return bad_value(e, why, "default, always_emulate or native");
}

static int read_identity(struct vm_config *vm, struct config *c, struct reason *why)
{
	const char *name = NULL, *type = "pvh", *uuid = NULL;

	if (get_string(c, "name", &name, why) < 0 || get_string(c, "type", &type, why) < 0 ||
	    get_string(c, "uuid", &uuid, why) < 0)
		return -1;
	if (!name)
		return reason_set(why, "name: not set, every VM needs one");
	if (!vm_name_valid(name))
		return bad_value(config_find(c, "name"), why,
				 "at most 63 letters, digits and . _ - + : @");
	strcpy(vm->name, name);
	if (strcmp(type, "pvh") != 0)
		return bad_value(config_find(c, "type"), why, "\"pvh\", the only type supported");
	if (uuid && !uuid_parse(uuid, vm->uuid))
		return bad_value(config_find(c, "uuid"), why, "a UUID");
	vm->has_uuid = uuid != NULL;
	return 0;
}

static int read_sizes(struct vm_config *vm, struct config *c, struct reason *why)
{
	const uint64_t max_mib = 16ULL << 20;
	uint64_t memory = 32, max_memory = 0, vcpus = 1, max_vcpus = 0;
	uint64_t grants = 64, channels = 1023;

	if (get_number(c, "memory", &memory, 1, max_mib, "a number of MiB", why) < 0)
		return -1;
	max_memory = memory;
	if (get_number(c, "maxmem", &max_memory, memory, max_mib,
		       "a number of MiB, not below memory", why) < 0 ||
	    get_number(c, "vcpus", &vcpus, 1, 128, "a number of vCPUs, 1 to 128", why) < 0)
		return -1;
	max_vcpus = vcpus;
	if (get_number(c, "maxvcpus", &max_vcpus, vcpus, 128,
		       "a number of vCPUs, not below vcpus, at most 128", why) < 0 ||
	    get_number(c, "max_grant_frames", &grants, 1, 4096, "a number of frames, 1 to 4096",
		       why) < 0 ||
	    get_number(c, "event_channels", &channels, 127, 131071, "a number, 127 to 131071",
		       why) < 0)
		return -1;
	vm->memory_mib = memory;
	vm->max_memory_mib = max_memory;
	vm->vcpus = (unsigned int)vcpus;
	vm->max_vcpus = (unsigned int)max_vcpus;
	vm->max_grant_frames = (unsigned int)grants;
	vm->max_event_channels = (unsigned int)channels;
	return 0;
}

static int read_cpu_list(struct config_entry *e, const struct config_value *v,
			 struct cpu_list *list, struct reason *why)
{
	struct reason inner;
	char text[24];

	snprintf(text, sizeof(text), "%lld", v->number);
	if (v->type != CONFIG_LIST &&
	    cpu_list_parse(list, v->type == CONFIG_STRING ? v->text : text, &inner) == 0)
		return 0;
	return reason_set(why, "%s:%u: %s: %s", e->source, v->line, e->key,
			  v->type == CONFIG_LIST ? "a list in a list" : inner.text);
}

/* One set for all vCPUs, or a list of them. */
static int get_cpu_lists(struct config *c, const char *key, struct cpu_list **lists,
			 unsigned int *nr, struct reason *why)
{
	struct config_entry *e = config_find(c, key);
	const struct config_value *v;

	if (!e)
		return 0;
	v = &e->value;
	*nr = v->type == CONFIG_LIST ? (unsigned int)v->nr_items : 1;
	if (*nr == 0 || *nr > 128) {
		*nr = 0;
		return bad_value(e, why, "CPUs, or a list with one set of CPUs per vCPU");
	}
	*lists = calloc(*nr, sizeof(**lists));
	if (!*lists)
		return reason_set(why, "out of memory");
	for (unsigned int i = 0; i < *nr; i++)
		if (read_cpu_list(e, v->type == CONFIG_LIST ? &v->items[i] : v, &(*lists)[i], why) <
		    0)
			return -1;
	return 0;
}

static int read_scheduling(struct vm_config *vm, struct config *c, struct reason *why)
{
	uint64_t weight = 0, cap = 0;

	if (get_number(c, "cpu_weight", &weight, 1, 65535, "a weight, 1 to 65535", why) < 0 ||
	    get_number(c, "cap", &cap, 0, 65534, "a percentage of one CPU, 0 for no cap", why) < 0)
		return -1;
	vm->cpu_weight = (uint16_t)weight;
	vm->cap = (uint16_t)cap;
	if (get_cpu_lists(c, "cpus", &vm->cpus, &vm->nr_cpus, why) < 0)
		return -1;
	return get_cpu_lists(c, "cpus_soft", &vm->cpus_soft, &vm->nr_cpus_soft, why);
}

/* cmdline alone, or root and extra put together. */
static int read_cmdline(struct vm_config *vm, struct config *c, struct reason *why)
{
	const char *cmdline = NULL, *root = NULL, *extra = NULL;
	struct buf text = { 0 };

	if (get_string(c, "cmdline", &cmdline, why) < 0 || get_string(c, "root", &root, why) < 0 ||
	    get_string(c, "extra", &extra, why) < 0)
		return -1;
	if (cmdline) {
		if (root || extra)
			log_warning("cmdline is set: root and extra are ignored");
		buf_printf(&text, "%s", cmdline);
	} else {
		buf_printf(&text, "%s%s%s%s", root ? "root=" : "", root ? root : "",
			   root && extra ? " " : "", extra ? extra : "");
	}
	vm->cmdline = text.data;
	return text.failed ? reason_set(why, "out of memory") : 0;
}

static int read_images(struct vm_config *vm, struct config *c, struct reason *why)
{
	const char *kernel = NULL, *ramdisk = NULL, *again = NULL;

	if (get_string(c, "kernel", &kernel, why) < 0 ||
	    get_string(c, "ramdisk", &ramdisk, why) < 0 ||
	    get_string(c, "reboot_kernel", &again, why) < 0)
		return -1;
	if (!kernel || !*kernel)
		return reason_set(why, "kernel: not set, a PVH guest needs one");
	vm->kernel = strdup(kernel);
	vm->ramdisk = ramdisk && *ramdisk ? strdup(ramdisk) : NULL;
	vm->reboot_kernel = again && *again ? strdup(again) : NULL;
	if (!vm->kernel || (ramdisk && *ramdisk && !vm->ramdisk) ||
	    (again && *again && !vm->reboot_kernel))
		return reason_set(why, "out of memory");
	return read_cmdline(vm, c, why);
}

static int read_actions(struct vm_config *vm, struct config *c, struct reason *why)
{
	vm->on_poweroff = VM_DESTROY;
	vm->on_reboot = VM_RESTART;
	vm->on_crash = VM_DESTROY;
	vm->on_watchdog = VM_DESTROY;
	vm->on_soft_reset = VM_SOFT_RESET;
	if (get_action(c, "on_poweroff", &vm->on_poweroff, why) < 0 ||
	    get_action(c, "on_reboot", &vm->on_reboot, why) < 0 ||
	    get_action(c, "on_crash", &vm->on_crash, why) < 0 ||
	    get_action(c, "on_watchdog", &vm->on_watchdog, why) < 0 ||
	    get_action(c, "on_soft_reset", &vm->on_soft_reset, why) < 0)
		return -1;
	return 0;
}

static int check_unsupported(struct config *c, struct reason *why)
{
	for (size_t i = 0; i < sizeof(unsupported_keys) / sizeof(unsupported_keys[0]); i++) {
		struct config_entry *e = config_find(c, unsupported_keys[i]);

		if (e && !(e->value.type == CONFIG_LIST && e->value.nr_items == 0))
			return reason_set(why, "%s:%u: %s: not supported by this version",
					  e->source, e->value.line, e->key);
	}
	return 0;
}

static int read_driver_domain(struct vm_config *vm, struct config *c, struct reason *why)
{
	uint64_t is = 0;

	if (get_number(c, "driver_domain", &is, 0, 1, "0 or 1", why) < 0)
		return -1;
	vm->driver_domain = is;
	return 0;
}

static void keep_text(struct vm_config *vm, const struct config *c)
{
	struct buf text = { 0 };

	config_format(c, &text);
	if (text.failed)
		buf_free(&text);
	vm->text = text.data;
}

int vm_config_read(struct vm_config *vm, struct config *c, struct reason *why)
{
	memset(vm, 0, sizeof(*vm));
	if (read_identity(vm, c, why) < 0 || read_sizes(vm, c, why) < 0 ||
	    read_actions(vm, c, why) < 0 || get_tsc_mode(c, vm, why) < 0 ||
	    read_scheduling(vm, c, why) < 0 || check_unsupported(c, why) < 0 ||
	    read_images(vm, c, why) < 0 || device_list_read(&vm->devices, c, why) < 0 ||
	    pci_list_read(&vm->pci, c, why) < 0 || read_driver_domain(vm, c, why) < 0) {
		vm_config_free(vm);
		return -1;
	}
	keep_text(vm, c);
	for (size_t i = 0; i < sizeof(ignored_keys) / sizeof(ignored_keys[0]); i++)
		config_find(c, ignored_keys[i]);
	for (size_t i = 0; i < c->nr_entries; i++)
		if (!c->entries[i].used)
			log_warning("%s:%u: unknown key \"%s\" is ignored", c->entries[i].source,
				    c->entries[i].value.line, c->entries[i].key);
	return 0;
}

void vm_config_free(struct vm_config *vm)
{
	free(vm->kernel);
	free(vm->ramdisk);
	free(vm->cmdline);
	free(vm->reboot_kernel);
	free(vm->text);
	free(vm->cpus);
	free(vm->cpus_soft);
	vm->kernel = vm->ramdisk = vm->cmdline = vm->reboot_kernel = vm->text = NULL;
	vm->cpus = vm->cpus_soft = NULL;
	device_list_free(&vm->devices);
}

void vm_config_rebooted(struct vm_config *vm)
{
	if (!vm->reboot_kernel)
		return;
	free(vm->kernel);
	free(vm->ramdisk);
	vm->kernel = vm->reboot_kernel;
	vm->ramdisk = vm->reboot_kernel = NULL;
	vm->cmdline[0] = '\0';
}
