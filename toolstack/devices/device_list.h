// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The devices of a VM as its owner wants them: disk=, vif= and the screen of its configuration.
 * Nothing of the machine is looked at here.
 */
#ifndef DEVICES_DEVICE_LIST_H
#define DEVICES_DEVICE_LIST_H

#include <stddef.h>

#include "lib/config.h"
#include "devices/disk_config.h"
#include "devices/screen_config.h"
#include "devices/vif_config.h"

struct device_list {
	struct disk_config *disks;
	size_t nr_disks;
	struct vif_config *vifs;
	size_t nr_vifs;
	struct screen_config screen; /* what is attached to a running VM has none */
};

/*
 * Reads disk= and vif=, and gives a number to each interface that has none. Two disks of one name
 * or of one target to be written, two interfaces of one MAC or number: refused. Returns -1 with
 * the reason and an empty list.
 */
int device_list_read(struct device_list *list, struct config *c, struct reason *why);
/* Takes what d holds, on failure too. Returns -1: out of memory. */
int device_list_add_disk(struct device_list *list, struct disk_config *d);
int device_list_add_vif(struct device_list *list, const struct vif_config *v);
/* Gives each interface without a number the next that is free. */
void device_list_number(struct device_list *list);
void device_list_free(struct device_list *list);
/* As device_list_read() reads them, a line each; an empty list of disks or interfaces, too. */
void device_list_print(const struct device_list *list, struct buf *text);

#endif
