// SPDX-License-Identifier: GPL-2.0-or-later
/* HYPERVISOR_vm_assist: the one assist that a hardware-assisted domain can use. */
#include "private.h"

long do_vm_assist(unsigned cmd, uint64_t type)
{
	struct domain *d = domain_current();

	if (cmd != VMASST_CMD_enable && cmd != VMASST_CMD_disable)
		return -ENOSYS;
	if ((unsigned)type != VMASST_TYPE_runstate_update_flag)
		return -EINVAL;
	WRITE_ONCE(d->runstate_update_flag, cmd == VMASST_CMD_enable);
	return 0;
}
