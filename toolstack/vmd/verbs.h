// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of verbs: one for each family, in the file of that name.
 */
#ifndef VMD_VERBS_H
#define VMD_VERBS_H

#include "vmd/call.h"
#include "vmd/schema.h"

struct verb {
	const char *name; /* NULL ends a table */
	const struct arg *args;
	/* 0, or -1 after call_fail(). */
	int (*run)(struct call *c);
	const char *help;
};

extern const struct verb host_verbs[], host_state_verbs[], host_log_verbs[], host_time_verbs[],
	host_certificate_verbs[], host_update_verbs[], acme_verbs[], vm_life_verbs[],
	vm_start_verbs[], vm_saved_verbs[], vm_change_verbs[], vm_list_verbs[], vm_stats_verbs[],
	vm_console_verbs[], sr_verbs[], iscsi_verbs[], vdi_verbs[], vdi_copy_verbs[],
	network_verbs[], watch_verbs[], backup_verbs[], ssh_verbs[];

/* NULL: there is none. */
const struct verb *verb_find(const char *name);
/* All of them, for people. */
void verbs_print(struct buf *out);

#define DISKS_MAX  32
#define MIN_MEMORY (16ULL << 20)
#define MAX_MEMORY (16ULL << 40)

/* Argument tables that several verbs share, and where their paths may lead (vm_args.c). */
extern const struct arg args_none[], args_vm[], args_start[], args_disk[], args_disks[], args_vif[],
	args_vdi_of[];
extern const char *const kernel_roots[];
extern const char *const disk_roots[];
extern const char *const saved_roots[];

#endif
