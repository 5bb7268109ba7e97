// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices of a running VM, given and taken under the lock, and never by halves: an interruption
 * waits. All return -1 with the reason.
 */
#ifndef VM_VM_DEVICES_H
#define VM_VM_DEVICES_H

#include "devices/devices.h"

/* A MAC is chosen for an interface without one. */
int vm_attach(unsigned int domid, struct device_list *list, struct reason *why);
/* An interface is told from those that the VM has: the next number, and a MAC of its own. */
int vm_attach_vif(unsigned int domid, const struct vif_config *v, struct reason *why);
/* target NULL: the drive is empty then. */
int vm_change_medium(unsigned int domid, uint32_t devid, const char *target, struct reason *why);

#endif
