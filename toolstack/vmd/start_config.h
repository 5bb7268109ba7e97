// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From checked arguments to a VM's configuration as xl.cfg has it: so that a VM that vmd starts is
 * one like any other, for xl and for the process that restarts it. Changes nothing, asks nobody.
 */
#ifndef VMD_START_CONFIG_H
#define VMD_START_CONFIG_H

#include <jansson.h>

#include "devices/disk_config.h"
#include "lib/bytes.h"
#include "lib/vm_config.h"

#define GRUB_KERNEL "/usr/lib/grub-xen/grub-i386-xen_pvh.bin"

/*
 * Text for args of vm.start. targets: for each disk where it is, or NULL for an empty drive.
 * Returns -1 with the reason.
 */
int start_config(const json_t *args, const char *name, const char *const *targets, struct buf *text,
		 struct reason *why);
/* One disk, one interface: as disk= and vif= have them. */
void disk_spec(const json_t *disk, const char *target, struct buf *spec);
void vif_spec(const json_t *vif, struct buf *spec);

/*
 * A domain's name out of a label, which may be anything: what a name cannot have becomes "_". With
 * suffix (of a UUID, say), "-SUFFIX" at its end.
 */
void label_to_name(const char *label, const char *suffix, char name[VM_NAME_MAX + 1]);

#endif
