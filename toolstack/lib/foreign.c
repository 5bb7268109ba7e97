// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The mapping ioctls of privcmd.
 */
#include "lib/foreign.h"

#include <errno.h>
#include <sys/mman.h>

#include "abi/memory.h"
#include "lib/xen_devices.h"

void *foreign_map(struct xencall *xc, domid_t domid, uint64_t first, unsigned int count)
{
	uint64_t frames[FOREIGN_MAX_PAGES];
	int errors[FOREIGN_MAX_PAGES];
	struct privcmd_mmapbatch_v2 batch = {
		.num = count, .dom = domid, .arr = frames, .err = errors,
	};
	void *p;

	if (count == 0 || count > FOREIGN_MAX_PAGES) {
		errno = EINVAL;
		return NULL;
	}
	p = mmap(NULL, count * XEN_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, xc->fd, 0);
	if (p == MAP_FAILED)
		return NULL;
	for (unsigned int i = 0; i < count; i++)
		frames[i] = first + i;
	batch.addr = (uintptr_t)p;
	xc->calls += count;
	if (ioctl(xc->fd, IOCTL_PRIVCMD_MMAPBATCH_V2, &batch) < 0) {
		int saved = errno;

		munmap(p, count * XEN_PAGE_SIZE);
		errno = saved;
		return NULL;
	}
	return p;
}

void foreign_unmap(void *p, unsigned int count)
{
	munmap(p, count * XEN_PAGE_SIZE);
}

void *foreign_map_grant_table(struct xencall *xc, domid_t domid, unsigned int frame)
{
	struct privcmd_mmap_resource res = {
		.dom = domid,
		.type = XENMEM_resource_grant_table,
		.id = XENMEM_resource_grant_table_id_shared,
		.idx = frame,
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
