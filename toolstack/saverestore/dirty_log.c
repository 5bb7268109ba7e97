// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * XEN_DOMCTL_shadow_op. The hypervisor writes the bitmap where our page tables say; Linux may take
 * a page of it away for a moment (lib/guest_copy.h). Then Socle says how far it came, and goes on
 * from there; a bitmap that fits into pages of the kernel's is spared that.
 */
#include "saverestore/dirty_log.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define TRIES 16

static size_t bitmap_len(const struct dirty_log *l)
{
	return ((l->frames + 7) / 8 + XEN_PAGE_SIZE - 1) & ~(XEN_PAGE_SIZE - 1);
}

static int shadow(const struct dirty_log *l, uint32_t what, struct xen_domctl *op)
{
	op->cmd = XEN_DOMCTL_shadow_op;
	op->domain = l->domid;
	op->u.shadow_op.op = what;
	return xencall_domctl(l->xc, op);
}

static int simple(const struct dirty_log *l, uint32_t what)
{
	struct xen_domctl op = { 0 };

	return shadow(l, what, &op);
}

int dirty_log_open(struct dirty_log *l, struct xencall *xc, domid_t domid, uint64_t frames,
		   struct reason *why)
{
	int rc;

	*l = (struct dirty_log){ .xc = xc, .domid = domid, .frames = frames };
	l->bits = xencall_pages(bitmap_len(l));
	if (!l->bits)
		return reason_errno(why, "a bitmap of %zu KiB", bitmap_len(l) >> 10);
	rc = simple(l, XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY);
	if (rc < 0 && errno == EINVAL) {
		/* Somebody else began it, and was killed perhaps. */
		simple(l, XEN_DOMCTL_SHADOW_OP_OFF);
		rc = simple(l, XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY);
	}
	if (rc < 0)
		return reason_errno(why, "having the guest's writes logged");
	l->is_on = true;
	return 0;
}

int dirty_log_read(struct dirty_log *l, struct reason *why)
{
	struct xen_domctl op = { .u.shadow_op = { .dirty_bitmap = xencall_handle(l->bits),
						  .pages = l->frames } };
	unsigned int tries = 0;
	uint32_t came_to;
	int rc;

	do {
		volatile uint8_t *p = l->bits;

		for (size_t i = 0; i < bitmap_len(l); i += XEN_PAGE_SIZE)
			p[i] = p[i]; /* cppcheck-suppress selfAssignment */
		came_to = op.u.shadow_op.mb;
		rc = shadow(l, XEN_DOMCTL_SHADOW_OP_CLEAN, &op);
		tries = op.u.shadow_op.mb == came_to ? tries + 1 : 0;
	} while (rc < 0 && errno == EFAULT && tries < TRIES);
	if (rc < 0)
		return reason_errno(why, "reading the log of the guest's writes");
	l->dirty = op.u.shadow_op.stats.dirty_count;
	return 0;
}

void dirty_log_close(struct dirty_log *l)
{
	if (l->is_on)
		simple(l, XEN_DOMCTL_SHADOW_OP_OFF);
	if (l->bits)
		munmap(l->bits, bitmap_len(l));
	*l = (struct dirty_log){ 0 };
}
