// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The privcmd device, restricted to one domain.
 */
#include "lib/foreign_map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/xen_devices.h"

#define PAGE 4096UL

int foreign_open(uint32_t domid)
{
	int fd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);
	uint16_t arg = (uint16_t)domid;

	if (fd < 0)
		return -1;
	if (ioctl(fd, IOCTL_PRIVCMD_DM_RESTRICT, &arg) < 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/* Each frame has an error of its own; touching one that has would be a fault. */
static int map_all(int fd, struct privcmd_mmapbatch_v2 *map)
{
	if (ioctl(fd, IOCTL_PRIVCMD_MMAPBATCH_V2, map) < 0)
		return -1;
	for (uint32_t i = 0; i < map->num; i++) {
		if (map->errors[i]) {
			errno = EFAULT;
			return -1;
		}
	}
	return 0;
}

void *foreign_map(int fd, uint32_t domid, const uint64_t *gfns, size_t nr, bool writable)
{
	int prot = writable ? PROT_READ | PROT_WRITE : PROT_READ;
	int *errors = calloc(nr, sizeof(*errors));
	void *p = errors ? mmap(NULL, nr * PAGE, prot, MAP_SHARED, fd, 0) : MAP_FAILED;
	struct privcmd_mmapbatch_v2 map = {
		.num = (uint32_t)nr,
		.dom = (uint16_t)domid,
		.addr = (uintptr_t)p,
		.gfns = gfns,
		.errors = errors,
	};

	if (p != MAP_FAILED && map_all(fd, &map) < 0) {
		int saved = errno;

		munmap(p, nr * PAGE);
		errno = saved;
		p = MAP_FAILED;
	}
	free(errors);
	return p == MAP_FAILED ? NULL : p;
}

void foreign_unmap(void *p, size_t nr)
{
	munmap(p, nr * PAGE);
}
