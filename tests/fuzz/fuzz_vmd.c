// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A message to vmd, of any bytes: it is refused by name, or is a request; and what vm.start takes
 * becomes a configuration that says what was asked, and nothing more. Input: a message.
 */
#include "fuzz.h"

#include <string.h>

#include "vm/vm_text.h"
#include "vmd/start_config.h"
#include "vmd/verbs.h"

/* Where each disk is, so that none is told twice. */
static void fill_targets(const json_t *disks, char paths[DISKS_MAX][64], const char **targets)
{
	for (size_t i = 0; i < json_array_size(disks); i++) {
		snprintf(paths[i], 64, "/dev/SR/disk-%zu", i);
		targets[i] = json_object_get(json_array_get(disks, i), "vdi") ? paths[i] : NULL;
	}
}

static void compare(const json_t *args, const struct vm_config *vm)
{
	const char *cmdline = json_string_value(json_object_get(args, "cmdline"));

	MUST(strcmp(vm->name, "guest") == 0);
	MUST(vm->has_uuid);
	MUST(vm->devices.nr_disks == json_array_size(json_object_get(args, "disks")));
	MUST(vm->devices.nr_vifs == json_array_size(json_object_get(args, "vifs")));
	MUST(strcmp(vm->cmdline, cmdline ? cmdline : "") == 0);
	for (size_t i = 0; i < vm->devices.nr_disks; i++)
		MUST(!vm->devices.disks[i].shared && vm->devices.disks[i].format == DISK_RAW);
	for (size_t i = 0; i < vm->devices.nr_vifs; i++)
		MUST(!vm->devices.vifs[i].name[0]);
}

static void try_start(const json_t *args)
{
	const char *targets[DISKS_MAX];
	char paths[DISKS_MAX][64];
	struct buf text = { 0 };
	struct vm_config vm;
	struct reason why;

	fill_targets(json_object_get(args, "disks"), paths, targets);
	if (start_config(args, "guest", targets, &text, &why) == 0 &&
	    vm_text_parse(&vm, "fuzz", text.data, &why) == 0) {
		compare(args, &vm);
		vm_config_free(&vm);
	}
	buf_free(&text);
}

static void try_label(const char *label)
{
	char name[VM_NAME_MAX + 1];

	if (!label || !*label)
		return;
	label_to_name(label, NULL, name);
	/* What has no character at all, such as a lone continuation, is not UTF-8. */
	MUST(vm_name_valid(name));
	label_to_name(label, "01234567", name);
	MUST(vm_name_valid(name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct refusal r;
	json_t *args;
	char verb[32];

	log_open("fuzz", LOG_LEVEL_ERROR);
	if (request_parse((struct bytes){ data, size }, verb, &args, &r) < 0) {
		MUST(r.code && r.why.text[0]);
		return 0;
	}
	MUST(strlen(verb) < sizeof(verb) && *verb);
	try_label(verb);
	if (args_check(args_start, args, &r) == 0)
		try_start(args);
	else
		MUST(r.code && r.why.text[0]);
	json_decref(args);
	return 0;
}
