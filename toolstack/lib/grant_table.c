// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mapping by resource (XENMEM_acquire_resource), which works for any domain that we may build.
 */
#include "lib/grant_table.h"

#include <errno.h>
#include <sys/mman.h>

#include "abi/memory.h"
#include "lib/xen_devices.h"

struct grant_entry_v1 *grant_table_map(struct xencall *xc, domid_t domid)
{
	struct privcmd_mmap_resource res = {
		.dom = domid,
		.type = XENMEM_resource_grant_table,
		.id = XENMEM_resource_grant_table_id_shared,
		.num = 1,
	};
	void *p = mmap(NULL, XEN_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, xc->fd, 0);

	if (p == MAP_FAILED)
		return NULL;
	res.addr = (uintptr_t)p;
	xc->calls++;
	if (ioctl(xc->fd, IOCTL_PRIVCMD_MMAP_RESOURCE, &res) < 0) {
		int saved = errno;

		munmap(p, XEN_PAGE_SIZE);
		errno = saved;
		return NULL;
	}
	return p;
}

void grant_table_unmap(struct grant_entry_v1 *table)
{
	munmap(table, XEN_PAGE_SIZE);
}
