// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The privcmd device. Memory for arguments comes from /dev/xen/hypercall, whose pages belong to the
 * kernel and never move; where that device is missing, or gives no more (256 KiB at a time), it is
 * locked anonymous memory. Knows nothing of single operations.
 */
#include "lib/xencall.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/xen_devices.h"

void *xencall_pages(size_t len)
{
	int fd = open("/dev/xen/hypercall", O_RDWR | O_CLOEXEC);
	void *p;

	if (fd >= 0) {
		p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		close(fd);
		if (p != MAP_FAILED)
			return p;
	}
	p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_LOCKED, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

int xencall_open(struct xencall *xc)
{
	memset(xc, 0, sizeof(*xc));
	xc->fd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);
	if (xc->fd < 0)
		return -1;
	xc->arena = xencall_pages(XENCALL_ARENA);
	if (!xc->arena) {
		close(xc->fd);
		return -1;
	}
	/* After a fork the child would get copies that the hypervisor does not see. */
	madvise(xc->arena, XENCALL_ARENA, MADV_DONTFORK);
	return 0;
}

void xencall_close(struct xencall *xc)
{
	munmap(xc->arena, XENCALL_ARENA);
	close(xc->fd);
	xc->fd = -1;
}

size_t xencall_mark(const struct xencall *xc)
{
	return xc->used;
}

void xencall_release(struct xencall *xc, size_t mark)
{
	xc->used = mark;
}

void *xencall_alloc(struct xencall *xc, size_t len)
{
	void *p = xc->arena + xc->used;

	if (len > XENCALL_ARENA - xc->used) {
		errno = ENOMEM;
		return NULL;
	}
	xc->used += (len + 15) & ~(size_t)15;
	memset(p, 0, len);
	return p;
}

long xencall(struct xencall *xc, unsigned long op, uint64_t a0, uint64_t a1, uint64_t a2)
{
	struct privcmd_hypercall call = { .op = op, .arg = { a0, a1, a2 } };

	xc->calls++;
	return ioctl(xc->fd, IOCTL_PRIVCMD_HYPERCALL, &call);
}

long xencall_struct(struct xencall *xc, unsigned long op, unsigned int cmd, void *arg, size_t len)
{
	size_t mark = xencall_mark(xc);
	void *copy = xencall_alloc(xc, len);
	long rc;

	if (!copy)
		return -1;
	memcpy(copy, arg, len);
	rc = xencall(xc, op, cmd, xencall_handle(copy), 0);
	memcpy(arg, copy, len);
	xencall_release(xc, mark);
	return rc;
}

/* Long operations (destroying a large domain) answer EAGAIN and want to be called again. */
static int xencall_ctl(struct xencall *xc, unsigned long op, void *arg, size_t len)
{
	size_t mark = xencall_mark(xc);
	void *copy = xencall_alloc(xc, len);
	long rc;

	if (!copy)
		return -1;
	memcpy(copy, arg, len);
	do {
		rc = xencall(xc, op, xencall_handle(copy), 0, 0);
	} while (rc < 0 && errno == EAGAIN);
	memcpy(arg, copy, len);
	xencall_release(xc, mark);
	return (int)rc;
}

int xencall_domctl(struct xencall *xc, struct xen_domctl *op)
{
	op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	return xencall_ctl(xc, __HYPERVISOR_domctl, op, sizeof(*op));
}

int xencall_sysctl(struct xencall *xc, struct xen_sysctl *op)
{
	op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	return xencall_ctl(xc, __HYPERVISOR_sysctl, op, sizeof(*op));
}
