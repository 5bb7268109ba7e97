// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both ways to fill guest memory, behind one loop over windows of at most 2 MB: something fills a window,
 * and the window then is in the guest. In the mapped way the window is the guest's own memory, so nothing
 * is copied twice.
 */
#include "lib/guest_memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/foreign.h"

/* Puts len bytes at `to`; offset counts from the start of the whole transfer. */
typedef int (*fill_fn)(void *arg, size_t offset, uint8_t *to, size_t len, struct reason *why);

/*
 * The hypervisor walks our page tables for the buffer, so its pages must be present. They are: it is
 * memory that was just written, and nothing here swaps.
 */
static int bulk_copy(struct guest_memory *gm, uint64_t at, const void *data, size_t len)
{
	while (len) {
		struct xen_domctl op = { .cmd = XEN_DOMCTL_gdbsx_guestmemio, .domain = gm->domid };
		uint32_t part = len > 64U << 20 ? 64U << 20 : (uint32_t)len;

		op.u.gdbsx_guest_memio.gva = at;
		op.u.gdbsx_guest_memio.uva = xencall_handle(data);
		op.u.gdbsx_guest_memio.len = part;
		op.u.gdbsx_guest_memio.gwr = 1;
		if (xencall_domctl(gm->xc, &op) < 0)
			return -1;
		if (op.u.gdbsx_guest_memio.remain) {
			errno = EFAULT;
			return -1;
		}
		at += part;
		data = (const uint8_t *)data + part;
		len -= part;
	}
	return 0;
}

int guest_memory_open(struct guest_memory *gm, struct xencall *xc, domid_t domid)
{
	gm->xc = xc;
	gm->domid = domid;
	gm->bounce = mmap(NULL, GUEST_MEMORY_WINDOW, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (gm->bounce == MAP_FAILED)
		return -1;
	madvise(gm->bounce, GUEST_MEMORY_WINDOW, MADV_HUGEPAGE);
	memset(gm->bounce, 0, 16);
	gm->bulk = bulk_copy(gm, 0, gm->bounce, 16) == 0;
	return 0;
}

void guest_memory_close(struct guest_memory *gm)
{
	munmap(gm->bounce, GUEST_MEMORY_WINDOW);
}

static int fill_mapped(struct guest_memory *gm, uint64_t at, size_t offset, size_t len, fill_fn fill,
		       void *arg, struct reason *why)
{
	unsigned int lead = at % XEN_PAGE_SIZE;
	unsigned int pages = (lead + len + XEN_PAGE_SIZE - 1) / XEN_PAGE_SIZE;
	uint8_t *p = foreign_map(gm->xc, gm->domid, at / XEN_PAGE_SIZE, pages);
	int rc;

	if (!p)
		return reason_errno(why, "mapping %u guest pages at %#llx", pages,
				    (unsigned long long)at);
	rc = fill(arg, offset, p + lead, len, why);
	foreign_unmap(p, pages);
	return rc;
}

static int fill_bounced(struct guest_memory *gm, uint64_t at, size_t offset, size_t len, fill_fn fill,
			void *arg, struct reason *why)
{
	if (fill(arg, offset, gm->bounce, len, why) < 0)
		return -1;
	if (bulk_copy(gm, at, gm->bounce, len) < 0)
		return reason_errno(why, "writing %zu bytes to guest memory at %#llx", len,
				    (unsigned long long)at);
	return 0;
}

static int guest_memory_fill(struct guest_memory *gm, uint64_t at, size_t len, fill_fn fill, void *arg,
			     struct reason *why)
{
	for (size_t done = 0; done < len;) {
		/* Up to the next 2 MB boundary: a mapped window then never holds a page too many. */
		size_t part = GUEST_MEMORY_WINDOW - (at + done) % GUEST_MEMORY_WINDOW;
		int rc;

		if (part > len - done)
			part = len - done;
		if (gm->bulk)
			rc = fill_bounced(gm, at + done, done, part, fill, arg, why);
		else
			rc = fill_mapped(gm, at + done, done, part, fill, arg, why);
		if (rc < 0)
			return -1;
		done += part;
	}
	return 0;
}

static int fill_copy(void *arg, size_t offset, uint8_t *to, size_t len, struct reason *why)
{
	(void)why;
	memcpy(to, (const uint8_t *)arg + offset, len);
	return 0;
}

static int fill_zero(void *arg, size_t offset, uint8_t *to, size_t len, struct reason *why)
{
	(void)arg, (void)offset, (void)why;
	memset(to, 0, len);
	return 0;
}

static int fill_read(void *arg, size_t offset, uint8_t *to, size_t len, struct reason *why)
{
	int fd = *(int *)arg;

	(void)offset;
	while (len) {
		ssize_t got = read(fd, to, len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return reason_errno(why, "reading");
		if (got == 0)
			return reason_set(why, "the file ended %zu bytes early", len);
		to += got;
		len -= got;
	}
	return 0;
}

int guest_memory_write(struct guest_memory *gm, uint64_t at, const void *data, size_t len,
		       struct reason *why)
{
	if (!gm->bulk)
		return guest_memory_fill(gm, at, len, fill_copy, (void *)data, why);
	if (bulk_copy(gm, at, data, len) < 0)
		return reason_errno(why, "writing %zu bytes to guest memory at %#llx", len,
				    (unsigned long long)at);
	return 0;
}

int guest_memory_zero(struct guest_memory *gm, uint64_t at, size_t len, struct reason *why)
{
	return guest_memory_fill(gm, at, len, fill_zero, NULL, why);
}

int guest_memory_read_file(struct guest_memory *gm, uint64_t at, int fd, size_t len,
			   struct reason *why)
{
	return guest_memory_fill(gm, at, len, fill_read, &fd, why);
}
