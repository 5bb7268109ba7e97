// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a daemon that was killed leaves behind: disks and files that were being filled with a VM's
 * memory, and disks that a stream needed while it came in. vmd gives up what nobody waits for any
 * more, so most are removed; where a VM had been suspended by then, it is.
 */
#ifndef APID_LEFTOVER_H
#define APID_LEFTOVER_H

#include "apid/object.h"

/* The disk's VM, should it be suspended by the time that this is looked at. */
void leftover_note(struct object *vdi, const struct object *vm);
/* At the start, before anybody is served: which there are. */
void leftovers_find(void);
/* As part of a transaction, when vmd has told of VMs or disks. */
void leftovers_settle(void);
/* Asks for the files, when vmd has told of all VMs. */
void leftovers_ask(void);

#endif
