// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One loop for both directions. A part that fails is begun again where it stopped, as long as it
 * moves on, and a few times where it does not: a page may be moved again before it is used.
 */
#include "lib/guest_copy.h"

#include <errno.h>
#include <stdbool.h>

#define PART_MAX (64UL << 20)
#define TRIES    16 /* without a byte copied in between */

/* The hypervisor copies at most a page at a time, which may lie on two of ours. */
static void pages_touch(uint8_t *data, size_t len, bool written)
{
	volatile uint8_t *first = data;
	volatile uint8_t *last = data + (len < XEN_PAGE_SIZE ? len : XEN_PAGE_SIZE) - 1;

	if (written) {
		*first = *first; /* cppcheck-suppress selfAssignment */
		*last = *last;   /* cppcheck-suppress selfAssignment */
	} else {
		(void)*first;
		(void)*last;
	}
}

static int copy(struct xencall *xc, struct xen_domctl *request, uint64_t at, uint8_t *data,
		size_t len)
{
	bool written = !request->u.gdbsx_guest_memio.gwr;
	unsigned int tries = 0;

	do {
		struct xen_domctl op = *request;
		struct xen_domctl_gdbsx_memio *m = &op.u.gdbsx_guest_memio;
		uint32_t part = len < PART_MAX ? (uint32_t)len : PART_MAX, done;
		int rc;

		m->gva = at;
		m->uva = xencall_handle(data);
		m->len = m->remain = part;
		rc = xencall_domctl(xc, &op);
		if (rc < 0 && errno != EFAULT)
			return -1;
		if (m->remain > part) {
			errno = EPROTO;
			return -1;
		}
		done = part - m->remain;
		tries = done ? 0 : tries + 1;
		at += done;
		data += done;
		len -= done;
		if ((rc < 0 || m->remain) && len)
			pages_touch(data, len, written);
	} while (len && tries < TRIES);
	errno = EFAULT;
	return len ? -1 : 0;
}

static struct xen_domctl copy_request(domid_t domid, enum guest_copy_address kind, bool in)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_gdbsx_guestmemio, .domain = domid };

	op.u.gdbsx_guest_memio.pgd3val = kind == GUEST_COPY_PHYSICAL ? SOCLE_GDBSX_PHYSICAL : 0;
	op.u.gdbsx_guest_memio.gwr = in;
	return op;
}

int guest_copy_in(struct xencall *xc, domid_t domid, enum guest_copy_address kind, uint64_t at,
		  const void *data, size_t len)
{
	struct xen_domctl op = copy_request(domid, kind, true);

	return copy(xc, &op, at, (uint8_t *)data, len);
}

int guest_copy_out(struct xencall *xc, domid_t domid, enum guest_copy_address kind, uint64_t at,
		   void *data, size_t len)
{
	struct xen_domctl op = copy_request(domid, kind, false);

	return copy(xc, &op, at, data, len);
}
