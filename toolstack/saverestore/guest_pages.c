// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both ways to read leave the contents at the same places of one buffer.
 */
#include "saverestore/guest_pages.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "abi/memory.h"
#include "lib/guest_copy.h"
#include "lib/xen_devices.h"

#define BUFFER_LEN (STREAM_WINDOW * XEN_PAGE_SIZE)

/* [first, first + nr) to the same place in the buffer. */
static int read_bulk(struct guest_pages *g, uint64_t first, unsigned int at, unsigned int nr)
{
	return guest_copy_out(g->xc, g->domid, GUEST_COPY_PHYSICAL, (first + at) * XEN_PAGE_SIZE,
			      g->buffer + at * XEN_PAGE_SIZE, nr * XEN_PAGE_SIZE);
}

/* One hypercall per frame, made by the kernel: slow, but Xen has no other way. */
static int read_mapped(struct guest_pages *g, uint64_t first, unsigned int at, unsigned int nr)
{
	size_t mark = xencall_mark(g->xc);
	uint64_t *gfns = xencall_alloc(g->xc, nr * sizeof(*gfns));
	int *errors = xencall_alloc(g->xc, nr * sizeof(*errors));
	struct privcmd_mmapbatch_v2 map = {
		.num = nr,
		.dom = g->domid,
		.gfns = gfns,
		.errors = errors,
	};
	void *p = mmap(NULL, nr * XEN_PAGE_SIZE, PROT_READ, MAP_SHARED, g->xc->fd, 0);
	int rc = -1;

	if (!gfns || !errors || p == MAP_FAILED)
		goto out;
	for (unsigned int i = 0; i < nr; i++)
		gfns[i] = first + at + i;
	map.addr = (uintptr_t)p;
	g->xc->calls += nr;
	rc = ioctl(g->xc->fd, IOCTL_PRIVCMD_MMAPBATCH_V2, &map);
	if (rc == 0)
		memcpy(g->buffer + at * XEN_PAGE_SIZE, p, nr * XEN_PAGE_SIZE);
out:
	if (p != MAP_FAILED)
		munmap(p, nr * XEN_PAGE_SIZE);
	xencall_release(g->xc, mark);
	return rc;
}

int guest_pages_open(struct guest_pages *g, struct xencall *xc, domid_t domid, struct reason *why)
{
	*g = (struct guest_pages){ .xc = xc, .domid = domid };
	g->buffer = mmap(NULL, BUFFER_LEN, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (g->buffer == MAP_FAILED)
		return reason_errno(why, "a buffer of %lu KiB", BUFFER_LEN >> 10);
	/* Nothing is copied; only Socle says that that is fine. */
	g->bulk = read_bulk(g, 0, 0, 0) == 0;
	return 0;
}

void guest_pages_close(struct guest_pages *g)
{
	munmap(g->buffer, BUFFER_LEN);
}

int guest_pages_last(struct guest_pages *g, uint64_t *last, struct reason *why)
{
	struct xen_memory_domain arg = { .domid = g->domid };
	long rc = xencall_struct(g->xc, __HYPERVISOR_memory_op, XENMEM_maximum_gpfn, &arg,
				 sizeof(arg));

	if (rc < 0)
		return reason_errno(why, "asking for the guest's highest frame");
	*last = (uint64_t)rc;
	return 0;
}

int guest_pages_look(struct guest_pages *g, uint64_t first, bool present[STREAM_WINDOW],
		     struct reason *why)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_getpageframeinfo3, .domain = g->domid };
	size_t mark = xencall_mark(g->xc);
	uint64_t *gfns = xencall_alloc(g->xc, STREAM_WINDOW * sizeof(*gfns));
	int found = -1;

	if (!gfns)
		goto out;
	for (unsigned int i = 0; i < STREAM_WINDOW; i++)
		gfns[i] = first + i;
	op.u.getpageframeinfo3.num = STREAM_WINDOW;
	op.u.getpageframeinfo3.array = xencall_handle(gfns);
	if (xencall_domctl(g->xc, &op) < 0)
		goto out;
	found = 0;
	for (unsigned int i = 0; i < STREAM_WINDOW; i++) {
		present[i] = gfns[i] == XEN_DOMCTL_PFINFO_NOTAB;
		found += present[i];
	}
out:
	if (found < 0)
		reason_errno(why, "asking for the guest's frames from %#llx on",
			     (unsigned long long)first);
	xencall_release(g->xc, mark);
	return found;
}

int guest_pages_read(struct guest_pages *g, uint64_t first, const bool present[STREAM_WINDOW],
		     struct reason *why)
{
	for (unsigned int i = 0; i < STREAM_WINDOW;) {
		unsigned int nr = 0;

		while (i + nr < STREAM_WINDOW && present[i + nr])
			nr++;
		if (nr && (g->bulk ? read_bulk(g, first, i, nr) : read_mapped(g, first, i, nr)) < 0)
			return reason_errno(why, "reading %u frames of the guest at %#llx", nr,
					    (unsigned long long)first + i);
		i += nr + 1;
	}
	return 0;
}
