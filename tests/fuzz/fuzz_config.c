// SPDX-License-Identifier: GPL-2.0-or-later
/* xl.cfg: the syntax, from a file and from a command line, and what the keys mean. */
#include "fuzz.h"

#include <string.h>

#include "lib/vm_config.h"

static void check_value(const struct config_value *v)
{
	if (v->type == CONFIG_STRING)
		MUST(v->text);
	if (v->type == CONFIG_LIST)
		for (size_t i = 0; i < v->nr_items; i++)
			check_value(&v->items[i]);
}

static void check_config(const struct config *c)
{
	for (size_t i = 0; i < c->nr_entries; i++) {
		MUST(c->entries[i].key[0]);
		for (size_t other = 0; other < i; other++)
			MUST(strcmp(c->entries[i].key, c->entries[other].key) != 0);
		check_value(&c->entries[i].value);
	}
}

static void check_vm(const struct vm_config *vm)
{
	MUST(vm_name_valid(vm->name));
	MUST(vm->kernel[0]);
	MUST(vm->cmdline);
	MUST(vm->memory_mib >= 1 && vm->memory_mib <= vm->max_memory_mib);
	MUST(vm->vcpus >= 1 && vm->vcpus <= vm->max_vcpus && vm->max_vcpus <= 128);
	MUST(vm->tsc_mode <= 2);
	MUST(vm_action_name(vm->on_crash) && vm->on_crash != VM_SOFT_RESET);
	MUST(vm_action_name(vm->on_soft_reset));
}

/* Input: a file, and behind a zero byte what was said on the command line. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
	struct bytes file = { data, zero ? (size_t)(zero - data) : size };
	struct config c = { 0 };
	struct reason why = { "" };
	struct vm_config vm;
	int rc;

	log_open("fuzz", LOG_LEVEL_ERROR);
	rc = config_parse(&c, "file", file, false, &why);
	if (rc == 0 && zero) {
		struct bytes words = { zero + 1, size - file.len - 1 };

		rc = config_parse(&c, "command line", words, true, &why);
	}
	MUST(rc == 0 || why.text[0]);
	check_config(&c);
	if (rc == 0 && vm_config_read(&vm, &c, &why) == 0) {
		check_vm(&vm);
		vm_config_free(&vm);
	}
	config_free(&c);
	return 0;
}
