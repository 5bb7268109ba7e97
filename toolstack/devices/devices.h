// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a domain's devices: disks by the kernel's block back end, network interfaces by its
 * network back end, or by a driver domain's, and the store in between. All return -1 with the
 * reason. Whoever attaches holds xl's lock until the store says so: two must not find the same
 * disk unused.
 */
#ifndef DEVICES_DEVICES_H
#define DEVICES_DEVICES_H

#include <stdbool.h>

#include "devices/device_list.h"
#include "lib/store.h"

/* A screen and its keyboard have back ends of ours (toolstack/screen), the others the kernel's. */
enum device_kind { DEVICE_DISK, DEVICE_NETWORK, DEVICE_SCREEN, DEVICE_KEYBOARD };

/*
 * Gives a MAC that nobody here has to each interface without one. Once, when a VM is created: it
 * keeps them over its reboots.
 */
int devices_name(struct device_list *list, struct reason *why);

/*
 * Gives a domain all these devices, or none. Checks disks and bridges, loads drivers, writes both
 * ends into the store, and waits until the back ends have what they need; not for the guest, which
 * may be paused. For `create` and for `restore`: the domain must be in the store and may not run.
 * entered (may be NULL) is called as soon as anybody finds in the store what it has: what follows
 * may take a silent driver domain's time, and needs no lock.
 */
int devices_attach(unsigned int domid, const struct device_list *list, void (*entered)(void *arg),
		   void *arg, struct reason *why);

/*
 * What devices_attach() would refuse, as far as that can be told without a domain: a disk that is
 * not there or in use, a MAC that another guest has, a bridge that is missing. For who has much to
 * do before the domain is there. Changes nothing.
 */
int devices_check(struct store *s, const struct device_list *list, struct reason *why);

/*
 * Takes all devices from a domain that does not run any more (paused, shut down): the guest is not
 * asked. Afterwards nothing of the domain's is mapped or open here. A domain without devices, or
 * without a store, is fine.
 */
int devices_detach_all(unsigned int domid, struct reason *why);

/*
 * A domain is about to go, or gone: interfaces whose back end it had are dead from now on, and each
 * is told of in a warning. They stay with their guests until they are detached, and a guest that
 * reboots looks for its driver domain again.
 */
void devices_backend_ended(unsigned int domid);

/*
 * Takes one device from a running domain. The guest is asked to let go, and given ten seconds;
 * with force it loses the device whatever it says.
 */
int devices_detach(unsigned int domid, enum device_kind kind, uint32_t devid, bool force,
		   struct reason *why);

/* What a domain has now: such as another domain of the same VM will want. */
int devices_read(unsigned int domid, struct device_list *list, struct reason *why);

/*
 * Another disc, or none (NULL), in a CD drive. The guest loses the drive for a moment: a PVH guest
 * has no other way to see a disc change.
 */
int devices_change_medium(unsigned int domid, uint32_t devid, const char *target,
			  struct reason *why);
/*
 * A disk whose target has grown: sees to it that the guest learns of it. For a volume that happens
 * by itself; a file must be looked at again. bytes: its size now.
 */
int devices_resize(unsigned int domid, uint32_t devid, uint64_t *bytes, struct reason *why);

#endif
