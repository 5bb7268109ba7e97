// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Soft reset: a guest has shut down to begin another kernel (kexec). Memory and registers
 * stay; all that it has of us is taken and given anew.
 */
#ifndef VM_VM_RESET_H
#define VM_VM_RESET_H

#include "lib/log.h"
#include "lib/vm_config.h"
#include "lib/xencall.h"

/*
 * The domain has shut down; vm has the devices that it is to have. It runs afterwards. Returns -1
 * with the reason: what is left of it cannot run.
 */
int vm_soft_reset(struct xencall *xc, const struct vm_config *vm, domid_t domid,
		  struct reason *why);

#endif
