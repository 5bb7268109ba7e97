// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM's disks are made again in one of vmd's ways, one after the other; then the objects that make
 * up a VM are copied. When a disk fails, those that were made go again.
 */
#ifndef APID_COPYING_H
#define APID_COPYING_H

#include "apid/made.h"

#define COPYING_DISKS 64

struct copying {
	struct made made;
	const char *verb;       /* of vmd, for one disk */
	struct object *vm, *sr; /* held; sr only for copies to another repository */
	struct {
		struct object *vbd; /* of vm; held */
		struct object *vdi; /* what comes of its disk; NULL: not there yet */
	} disks[COPYING_DISKS];
	size_t nr, at;
	void (*done)(struct call *c, struct copying *k);
};

/*
 * Becomes the state of the call. Fails the call when the VM has too many disks. ignored: the
 * argument that lists disks to leave out.
 */
bool copying_begin(struct call *c, struct copying *k, struct object *vm, size_t ignored);
/* Goes through the disks that have nothing yet; then done is called. */
void copying_go(struct call *c);
/* For what has a struct copying at its beginning: all but that memory. */
void copying_close(struct copying *k);
/* With that memory. */
void copying_free(void *state);

/* The VM's fields, but what a VM has for itself. */
void fields_copy(struct object *to, const struct object *from);
void vbds_copy(const struct copying *k, struct object *to);
void vifs_copy(const struct copying *k, struct object *to, bool same_mac);
/* All of that: a new VM. uuid NULL: a new one. */
struct object *vm_copy(struct call *c, const struct copying *k, const char *uuid, bool same_mac);

#endif
