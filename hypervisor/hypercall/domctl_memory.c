// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domctl, what concerns a domain's memory and the machine's resources that it may use. Serialised
 * by domctl.c.
 */
#include "private.h"

#include "atomic.h"
#include "hvm.h"
#include "mm.h"
#include "p2m.h"

#define CR0_PG BIT(31)
/* What one copy takes before it looks whether to make room for others. */
#define COPY_BATCH (256ul << 10)
/* Frames in one question about their types. */
#define PAGE_TYPES_MAX   1024u
#define PAGE_TYPES_BATCH 64u
/* Frames of which the log of writes is read at once: p2m_scan's ranges, so a multiple of 512. */
#define SCAN_STEP     1024u
#define LOG_PAGES_MAX (1ul << 40)

/* --- a debugger's, and our domain builder's, copy --------------------------------------------- */

/* The part of a page: into the guest or out of it, straight between the two memories. */
static int copy_piece(struct domain *d, gpaddr_t gpa, uint64_t caller, size_t len, bool write)
{
	uint8_t *frame = guest_frame_map(d, GFN(gpa >> PAGE_SHIFT));
	uint8_t *at;
	int rc;

	if (!frame)
		return -EFAULT;
	at = frame + (gpa & ~PAGE_MASK);
	rc = write ? guest_copy_from(at, caller, len) : guest_copy_to(caller, at, len);
	if (write)
		guest_frame_unmap(frame);
	else /* was only read, by a live migration perhaps */
		page_put(mfn_to_page(virt_to_mfn(frame)));
	return rc;
}

/* Virtual addresses of a guest are not translated here: gva is physical while its paging is off. */
static bool paging_is_off(struct domain *d)
{
	struct vcpu *v = domain_vcpu(d, 0);
	uint64_t cr0, cr4, efer;

	if (!v)
		return false;
	hvm->get_cr3(v, &cr0, &cr4, &efer);
	return !(cr0 & CR0_PG);
}

/*
 * The structure moves on with the copy, so that it can be interrupted: what is left is always what
 * it says. `remain` tells the caller what could not be copied.
 */
long domctl_guest_memory(struct domain *d, struct xen_domctl *op)
{
	struct xen_domctl_gdbsx_memio *m = &op->u.gdbsx_guest_memio;
	uint64_t done = 0, end;
	int rc = 0;

	if (m->pgd3val != SOCLE_GDBSX_PHYSICAL) {
		/* Only then is the state of vCPU 0 ours to look at. */
		if (!d->controller_pauses)
			return -EBUSY;
		if (m->pgd3val || !paging_is_off(d))
			return unsupported("access by virtual address, domctl", op->cmd);
	}
	if (add_overflows(m->gva, m->len, &end))
		return -EINVAL;
	while (m->len) {
		size_t n = MIN(m->len, PAGE_SIZE - (m->gva & ~PAGE_MASK));

		rc = copy_piece(d, m->gva, m->uva, n, m->gwr);
		if (rc)
			break;
		m->gva += n;
		m->uva += n;
		m->len -= (uint32_t)n;
		done += n;
		if (m->len && done >= COPY_BATCH && hypercall_preempt())
			return -ERESTART;
	}
	m->remain = m->len;
	return rc;
}

/* --- which frames there are ------------------------------------------------------------------- */

/*
 * Only RAM of the domain's own counts: what it was shown (shared info, grant table) or has mapped
 * of others is not part of what it is saved as.
 */
static uint64_t page_type(struct domain *d, uint64_t gfn)
{
	enum p2m_type type;
	struct page_info *pg = p2m_page_get(d, GFN(gfn), &type);
	bool own;

	if (!pg)
		return XEN_DOMCTL_PFINFO_XTAB;
	own = (type == P2M_RAM_RW || type == P2M_RAM_RO) && !(pg->flags & PAGE_XENHEAP);
	page_put(pg);
	return own ? XEN_DOMCTL_PFINFO_NOTAB : XEN_DOMCTL_PFINFO_XTAB;
}

long domctl_page_types(struct domain *d, struct xen_domctl *op)
{
	const struct xen_domctl_getpageframeinfo3 *g = &op->u.getpageframeinfo3;
	uint64_t gfns[PAGE_TYPES_BATCH];

	if (g->num > PAGE_TYPES_MAX)
		return -E2BIG;
	for (uint64_t done = 0; done < g->num; done += PAGE_TYPES_BATCH) {
		uint64_t at = g->array + done * sizeof(gfns[0]);
		uint64_t nr = MIN(g->num - done, PAGE_TYPES_BATCH);

		if (guest_copy_from(gfns, at, nr * sizeof(gfns[0])))
			return -EFAULT;
		for (uint64_t i = 0; i < nr; i++)
			gfns[i] = page_type(d, gfns[i]);
		if (guest_copy_to(at, gfns, nr * sizeof(gfns[0])))
			return -EFAULT;
	}
	return 0;
}

/* --- the log of writes ------------------------------------------------------------------------ */

/* What the caller could not be told is told next time. */
static void log_keep(struct domain *d, uint64_t first, const uint64_t *bits)
{
	for (unsigned i = 0; i < SCAN_STEP; i++) {
		struct page_info *pg = bit_test(i, bits) ? p2m_page_get(d, GFN(first + i), NULL)
							 : NULL;

		if (!pg)
			continue;
		page_mark_written(pg);
		page_put(pg);
	}
}

/*
 * Frames [0, end), as a bitmap if one is wanted. Can be interrupted, or go on where the caller's
 * memory was not there: `mb`, which these operations do not use, is how far it came, in steps of
 * SCAN_STEP, and the figures grow along.
 */
static long log_scan(struct domain *d, struct xen_domctl_shadow_op *s, enum p2m_scan_how how,
		     uint64_t end)
{
	uint64_t bits[SCAN_STEP / 64];
	long rc = 0;

	for (uint64_t at = (uint64_t)s->mb * SCAN_STEP; at < end; at += SCAN_STEP) {
		struct p2m_scan scan = { .how = how, .first = at, .nr = MIN(end - at, SCAN_STEP) };

		memset(bits, 0, sizeof(bits));
		if (s->dirty_bitmap)
			scan.bits = bits;
		p2m_scan(d, &scan);
		if (scan.bits &&
		    guest_copy_to(s->dirty_bitmap + at / 8, bits, DIV_ROUND_UP(scan.nr, 8))) {
			log_keep(d, at, bits);
			rc = -EFAULT;
			break;
		}
		s->stats.dirty_count += (uint32_t)scan.written;
		s->mb++;
		if (end - at > SCAN_STEP && hypercall_preempt()) {
			rc = -ERESTART;
			break;
		}
	}
	p2m_flush(d);
	return rc;
}

static long log_start(struct domain *d, struct xen_domctl_shadow_op *s)
{
	long rc;

	/* What a device writes is not logged. */
	if ((d->p2m.log_dirty && !s->mb) || d->iommu.root)
		return -EINVAL;
	s->dirty_bitmap = 0;
	WRITE_ONCE(d->p2m.log_dirty, true);
	rc = log_scan(d, s, P2M_SCAN_START, d->p2m.max_gfn + 1);
	d->p2m.write_faults = 0;
	return rc;
}

static long log_stop(struct domain *d, struct xen_domctl_shadow_op *s)
{
	long rc;

	if (!d->p2m.log_dirty)
		return 0;
	s->dirty_bitmap = 0;
	rc = log_scan(d, s, P2M_SCAN_STOP, d->p2m.max_gfn + 1);
	if (!rc)
		WRITE_ONCE(d->p2m.log_dirty, false);
	return rc;
}

static long log_read(struct domain *d, struct xen_domctl_shadow_op *s)
{
	bool clean = s->op == XEN_DOMCTL_SHADOW_OP_CLEAN;
	long rc;

	if (!d->p2m.log_dirty || (s->mode & ~XEN_DOMCTL_SHADOW_LOGDIRTY_FINAL) ||
	    s->pages > LOG_PAGES_MAX)
		return -EINVAL;
	if (!s->mb)
		s->stats = (struct xen_domctl_shadow_op_stats){ 0 };
	rc = log_scan(d, s, clean ? P2M_SCAN_CLEAN : P2M_SCAN_PEEK, s->pages);
	if (rc)
		return rc;
	s->mb = 0;
	s->stats.fault_count = d->p2m.write_faults;
	if (clean)
		d->p2m.write_faults = 0;
	return 0;
}

long domctl_shadow(struct domain *d, struct xen_domctl *op)
{
	struct xen_domctl_shadow_op *s = &op->u.shadow_op;

	switch (s->op) {
	case XEN_DOMCTL_SHADOW_OP_ENABLE:
		return s->mode == XEN_DOMCTL_SHADOW_ENABLE_LOG_DIRTY ? log_start(d, s) : -EINVAL;
	case XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY: return log_start(d, s);
	case XEN_DOMCTL_SHADOW_OP_CLEAN:
	case XEN_DOMCTL_SHADOW_OP_PEEK: return log_read(d, s);
	case XEN_DOMCTL_SHADOW_OP_OFF: return log_stop(d, s);
	case XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION: return 0;
	case XEN_DOMCTL_SHADOW_OP_GET_ALLOCATION:
		s->mb = (uint32_t)DIV_ROUND_UP(d->p2m.table_frames << PAGE_SHIFT, 1ul << 20);
		return 0;
	default: return unsupported("domctl shadow_op", s->op);
	}
}

/* --- machine resources ------------------------------------------------------------------------ */

/* Nobody but domain 0 has any, and it has them all: whichever they are, that is how it stays. */
long domctl_permission(struct domain *d, struct xen_domctl *op)
{
	bool allow;

	switch (op->cmd) {
	case XEN_DOMCTL_ioport_permission: allow = op->u.ioport_permission.allow_access; break;
	case XEN_DOMCTL_iomem_permission: allow = op->u.iomem_permission.allow_access; break;
	case XEN_DOMCTL_irq_permission: allow = op->u.irq_permission.allow_access; break;
	default: allow = op->u.gsi_permission.flags & XEN_DOMCTL_GSI_GRANT;
	}
	return allow == d->is_control ? 0 : unsupported("change of permission, domctl", op->cmd);
}
