// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding a verb, and showing them.
 */
#include "vmd/verbs.h"

#include <string.h>

static const struct verb *const families[] = {
	host_verbs,        host_state_verbs, host_log_verbs,  vm_list_verbs,
	vm_start_verbs,    vm_life_verbs,    vm_saved_verbs,  vm_change_verbs,
	vm_stats_verbs,    vm_console_verbs, sr_verbs,        iscsi_verbs,
	vdi_verbs,         vdi_copy_verbs,   network_verbs,   watch_verbs,
	backup_verbs,      ssh_verbs,        host_time_verbs, host_certificate_verbs,
	host_update_verbs, acme_verbs,
};

#define FAMILIES (sizeof(families) / sizeof(families[0]))

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < FAMILIES; i++)
		for (const struct verb *v = families[i]; v->name; v++)
			if (strcmp(v->name, name) == 0)
				return v;
	return NULL;
}

void verbs_print(struct buf *out)
{
	for (size_t i = 0; i < FAMILIES; i++) {
		for (const struct verb *v = families[i]; v->name; v++) {
			buf_printf(out, "%s ", v->name);
			args_print(v->args, out);
			buf_printf(out, "\n    %s\n", v->help);
		}
	}
}
