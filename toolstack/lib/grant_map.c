// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The gntdev device. The hypercall that maps happens in mmap(), so a refused grant shows there.
 */
#include "lib/grant_map.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>

#include "lib/xen_devices.h"

#define PAGE 4096

int grant_open(void)
{
	return open("/dev/xen/gntdev", O_RDWR | O_CLOEXEC);
}

static void grant_forget(int fd, uint64_t index)
{
	struct gntdev_unmap_arg arg = { .index = index, .count = 1 };

	ioctl(fd, IOCTL_GNTDEV_UNMAP_GRANT_REF, &arg);
}

void *grant_map(int fd, uint32_t domid, uint32_t ref, uint64_t *index)
{
	struct gntdev_map_arg arg = { .count = 1, .domid = domid, .ref = ref };
	void *p;

	if (ioctl(fd, IOCTL_GNTDEV_MAP_GRANT_REF, &arg) < 0)
		return NULL;
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)arg.index);
	if (p == MAP_FAILED) {
		int saved = errno;

		grant_forget(fd, arg.index);
		errno = saved;
		return NULL;
	}
	*index = arg.index;
	return p;
}

void grant_unmap(int fd, void *page, uint64_t index)
{
	munmap(page, PAGE);
	grant_forget(fd, index);
}
