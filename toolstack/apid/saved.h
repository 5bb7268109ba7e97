// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the memory of a VM is that is suspended, or was when a checkpoint was made: a disk
 * (suspend_VDI), or where there is no storage for that, a file of the host, named by the VM's UUID.
 */
#ifndef APID_SAVED_H
#define APID_SAVED_H

#include "apid/call.h"

/* The storage for a VM's memory; NULL: there is none, it goes to a file. */
struct object *saved_sr(const struct object *vm);
/* Asks vmd for a disk there that the memory of vm fits into; its name says of what. */
void saved_disk_ask(struct call *c, const struct object *vm, struct object *sr, const char *of,
		    void (*then)(struct call *c, const json_t *answer));
/* That disk. */
struct object *saved_disk(struct object *sr, const json_t *answer);

/* Into the arguments of a verb of vmd: the disk, or with NULL the file for that VM's UUID. */
void saved_put(json_t *args, const struct object *vdi, const char *uuid);
/*
 * The memory of vm is given up, as part of this transaction. then is called when vmd has removed
 * it, or could not; it may be NULL.
 */
void saved_forget(struct call *c, struct object *vm,
		  void (*then)(struct call *c, const json_t *ignored));

#endif
