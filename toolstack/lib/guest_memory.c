// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both ways to write, behind one function that writes from memory; zeroes and files go through a
 * buffer.
 */
#include "lib/guest_memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/grant_map.h"
#include "lib/guest_copy.h"
#include "lib/xen_devices.h"

#define BOUNCE_LEN   (1UL << 20)
#define WINDOW_FIRST GNTTAB_NR_RESERVED_ENTRIES
#define WINDOW_PAGES (GRANT_TABLE_ENTRIES - WINDOW_FIRST)
#define GNTDEV_COPY_BATCH \
	16 /* Linux's: copies in one hypercall, for the count in the phase report */

static int write_bulk(struct guest_memory *gm, uint64_t at, const uint8_t *data, size_t len)
{
	return guest_copy_in(gm->xc, gm->domid, GUEST_COPY_UNPAGED, at, data, len);
}

/*
 * One window: as many pages as there are grant entries. step is 0 to write the same page's worth
 * of data everywhere, else 1. Returns how many bytes of the guest it has covered, or -1 with
 * errno.
 */
static ssize_t write_window(struct guest_memory *gm, uint64_t at, const uint8_t *data, size_t len,
			    unsigned int step)
{
	struct gntdev_copy_segment segs[WINDOW_PAGES];
	struct gntdev_copy_arg arg = { .segments = segs };
	size_t done = 0;

	while (done < len && arg.count < WINDOW_PAGES) {
		struct gntdev_copy_segment *seg = &segs[arg.count];
		unsigned int ref = WINDOW_FIRST + arg.count++;
		size_t offset = (at + done) % XEN_PAGE_SIZE;
		size_t part = XEN_PAGE_SIZE - offset;

		if (part > len - done)
			part = len - done;
		gm->table[ref].domid = 0;
		gm->table[ref].frame = (uint32_t)((at + done) / XEN_PAGE_SIZE);
		__atomic_store_n(&gm->table[ref].flags, GTF_permit_access, __ATOMIC_RELEASE);
		seg->source.local = data + done * step;
		seg->dest.foreign.ref = ref;
		seg->dest.foreign.offset = (uint16_t)offset;
		seg->dest.foreign.domid = gm->domid;
		seg->len = (uint16_t)part;
		seg->flags = GNTCOPY_dest_gref;
		done += part;
	}
	gm->xc->calls += (arg.count + GNTDEV_COPY_BATCH - 1) / GNTDEV_COPY_BATCH;
	if (ioctl(gm->gntdev, IOCTL_GNTDEV_GRANT_COPY, &arg) < 0)
		return -1;
	for (unsigned int i = 0; i < arg.count; i++) {
		if (segs[i].status != GNTST_okay) {
			errno = EFAULT;
			return -1;
		}
	}
	return (ssize_t)done;
}

static int write_granted(struct guest_memory *gm, uint64_t at, const uint8_t *data, size_t len,
			 unsigned int step)
{
	while (len) {
		ssize_t done = write_window(gm, at, data, len, step);

		if (done < 0)
			return -1;
		at += done;
		data += done * step;
		len -= done;
	}
	return 0;
}

int guest_memory_open(struct guest_memory *gm, struct xencall *xc, domid_t domid,
		      struct grant_entry_v1 *table)
{
	*gm = (struct guest_memory){ .xc = xc, .domid = domid, .table = table, .gntdev = -1 };
	gm->bounce = mmap(NULL, BOUNCE_LEN, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (gm->bounce == MAP_FAILED)
		return -1;
	gm->bulk = write_bulk(gm, 0, gm->bounce, 16) == 0;
	if (!gm->bulk && (gm->gntdev = grant_open()) < 0) {
		munmap(gm->bounce, BOUNCE_LEN);
		return -1;
	}
	return 0;
}

void guest_memory_close(struct guest_memory *gm)
{
	memset(gm->table + WINDOW_FIRST, 0, WINDOW_PAGES * sizeof(*gm->table));
	munmap(gm->bounce, BOUNCE_LEN);
	if (gm->gntdev >= 0)
		close(gm->gntdev);
}

int guest_memory_write(struct guest_memory *gm, uint64_t at, const void *data, size_t len,
		       struct reason *why)
{
	int rc = gm->bulk ? write_bulk(gm, at, data, len) : write_granted(gm, at, data, len, 1);

	if (rc < 0)
		reason_errno(why, "writing %zu bytes to guest memory at %#llx", len,
			     (unsigned long long)at);
	return rc;
}

int guest_memory_zero(struct guest_memory *gm, uint64_t at, size_t len, struct reason *why)
{
	int rc = 0;

	memset(gm->bounce, 0, BOUNCE_LEN);
	if (!gm->bulk)
		rc = write_granted(gm, at, gm->bounce, len, 0);
	for (size_t done = 0; gm->bulk && done < len && rc == 0; done += BOUNCE_LEN)
		rc = write_bulk(gm, at + done, gm->bounce,
				len - done < BOUNCE_LEN ? len - done : BOUNCE_LEN);
	if (rc < 0)
		reason_errno(why, "clearing %zu bytes of guest memory at %#llx", len,
			     (unsigned long long)at);
	return rc;
}

static int read_exactly(int fd, uint8_t *to, size_t len, struct reason *why)
{
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

int guest_memory_read_file(struct guest_memory *gm, uint64_t at, int fd, size_t len,
			   struct reason *why)
{
	for (size_t done = 0; done < len;) {
		size_t part = len - done < BOUNCE_LEN ? len - done : BOUNCE_LEN;

		if (read_exactly(fd, gm->bounce, part, why) < 0 ||
		    guest_memory_write(gm, at + done, gm->bounce, part, why) < 0)
			return -1;
		done += part;
	}
	return 0;
}
