// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What devices.h leaves to its callers: the lock, and that nobody interrupts.
 */
#include "vm/vm_devices.h"

#include "vm/signals.h"
#include "vm/vm_lock.h"

static int lock_held(sigset_t *before, struct reason *why)
{
	int lock = vm_lock(why);

	if (lock >= 0)
		signals_hold(before);
	return lock;
}

static void lock_release(int *lock, const sigset_t *before)
{
	vm_unlock(lock);
	sigprocmask(SIG_SETMASK, before, NULL);
}

int vm_attach(unsigned int domid, struct device_list *list, struct reason *why)
{
	sigset_t before;
	int lock = lock_held(&before, why);
	int rc;

	if (lock < 0)
		return -1;
	rc = devices_name(list, why);
	if (rc == 0)
		rc = devices_attach(domid, list, vm_unlock, &lock, why);
	lock_release(&lock, &before);
	return rc;
}

int vm_attach_vif(unsigned int domid, const struct vif_config *v, struct reason *why)
{
	struct device_list all = { 0 }, one = { .nr_vifs = 1 };
	int rc;

	if (devices_read(domid, &all, why) < 0)
		return -1;
	if (device_list_add_vif(&all, v) < 0) {
		rc = reason_set(why, "out of memory");
	} else {
		device_list_number(&all);
		one.vifs = &all.vifs[all.nr_vifs - 1];
		rc = vm_attach(domid, &one, why);
	}
	device_list_free(&all);
	return rc;
}

int vm_change_medium(unsigned int domid, uint32_t devid, const char *target, struct reason *why)
{
	sigset_t before;
	int lock = lock_held(&before, why);
	int rc;

	if (lock < 0)
		return -1;
	rc = devices_change_medium(domid, devid, target, why);
	lock_release(&lock, &before);
	return rc;
}
