// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What verbs that make a domain have in common, whether from a configuration or a saved VM.
 */
#ifndef VMD_MAKING_H
#define VMD_MAKING_H

#include "vm/vm_make.h"
#include "vmd/call.h"

/* Fails the call if the VM has a domain. */
int making_check_halted(struct call *c, const uint8_t uuid[16]);
/* A label, made fit to be a domain's name; another VM may have the same. */
void making_name(struct call *c, const char *label, const char *uuid, char name[VM_NAME_MAX + 1]);
/* Fails the call if there is no memory for it, or a device cannot be had: see refused_devices(). */
int making_check(struct call *c, const struct vm_config *vm, const json_t *disks);

/* Makes it, and answers with uuid, name and domid. -1: failed, with the reason. */
int making_run(struct call *c, struct vm_making *m, struct reason *why);
/*
 * Fails the call for that reason. code: what it means if nothing else explains it; NULL: a fault of
 * ours.
 */
int making_failed(struct call *c, const struct vm_config *vm, const char *code,
		  const struct reason *why);

#endif
