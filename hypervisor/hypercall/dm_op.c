// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_dm_op: what a device model asks about its guest. The caller is the control domain; the
 * first of its buffers holds the operation, the second what belongs to that.
 */
#include "private.h"

#include "abi/dm_op.h"
#include "abi/hvm_op.h"
#include "ioreq.h"
#include "mm.h"
#include "p2m.h"
#include "vlapic.h"

#define BUFFERS_MAX       2u
#define ALL_WRITTEN_BATCH 512u
#define VRAM_FRAMES_MAX   (1u << 18)
#define MODIFIED_MAX      (1u << 16) /* frames and extents of one call */

static long server_create(struct domain *d, struct xen_dm_op_create_ioreq_server *c)
{
	bool known = c->handle_bufioreq <= HVM_IOREQSRV_BUFIOREQ_ATOMIC;
	int rc = known ? ioreq_server_create(d) : -EINVAL;

	c->id = (ioservid_t)rc;
	return rc < 0 ? rc : 0;
}

/* Each frame may have been written to: what is drawn anew without need is no mistake. */
static long track_vram(const struct xen_dm_op_track_dirty_vram *t, const struct xen_dm_op_buf *bits)
{
	uint8_t all[ALL_WRITTEN_BATCH];
	uint64_t bytes = DIV_ROUND_UP((uint64_t)t->nr, 8);

	if (t->nr > VRAM_FRAMES_MAX || bytes > bits->size)
		return -EINVAL;
	memset(all, 0xff, sizeof(all));
	for (uint64_t at = 0; at < bytes; at += sizeof(all))
		if (guest_copy_to(bits->h + at, all, MIN(bytes - at, sizeof(all))))
			return -EFAULT;
	return 0;
}

/*
 * All of it at once: progress in the caller's memory could be set back there for ever, by another
 * of its threads, and nothing else of the control domain would run on this vCPU meanwhile.
 */
static long modified(struct domain *d, const struct xen_dm_op_modified_memory *m,
		     const struct xen_dm_op_buf *extents)
{
	struct xen_dm_op_modified_memory_extent e;
	uint32_t left = MODIFIED_MAX;

	for (uint64_t i = 0; i < m->nr_extents; i++) {
		if ((i + 1) * sizeof(e) > extents->size || guest_array_from(&e, extents->h, i))
			return -EFAULT;
		if (e.nr >= left)
			return -E2BIG;
		left -= e.nr + 1;
		for (uint64_t n = 0; n < e.nr; n++) {
			struct page_info *pg = p2m_page_get(d, GFN(e.first_pfn + n), NULL);

			if (!pg)
				continue;
			page_mark_written(pg);
			page_put(pg);
		}
	}
	return 0;
}

static long run(struct domain *d, struct xen_dm_op *op, const struct xen_dm_op_buf *second)
{
	switch (op->op) {
	case XEN_DMOP_create_ioreq_server: return server_create(d, &op->u.create_ioreq_server);
	case XEN_DMOP_get_ioreq_server_info:
	case XEN_DMOP_map_io_range_to_ioreq_server:
	case XEN_DMOP_unmap_io_range_from_ioreq_server:
	case XEN_DMOP_set_ioreq_server_state: return ioreq_server_op(d, op);
	case XEN_DMOP_destroy_ioreq_server:
		return ioreq_server_destroy(d, op->u.destroy_ioreq_server.id);
	case XEN_DMOP_track_dirty_vram: return track_vram(&op->u.track_dirty_vram, second);
	case XEN_DMOP_modified_memory: return modified(d, &op->u.modified_memory, second);
	case XEN_DMOP_set_mem_type:
		/* Nothing here is of another type. */
		return op->u.set_mem_type.mem_type == HVMMEM_ram_rw
			       ? 0
			       : unsupported("memory type", op->u.set_mem_type.mem_type);
	case XEN_DMOP_inject_msi:
		vlapic_deliver_msi(d, op->u.inject_msi.addr, op->u.inject_msi.data);
		return 0;
	case XEN_DMOP_remote_shutdown:
		domain_shutdown(d, (uint8_t)op->u.remote_shutdown.reason);
		return 0;
	case XEN_DMOP_nr_vcpus: op->u.nr_vcpus.vcpus = d->max_vcpus; return 0;
	default: return unsupported("dm_op", op->op);
	}
}

long do_dm_op(unsigned id, unsigned nr, uint64_t list)
{
	struct xen_dm_op_buf buf[BUFFERS_MAX] = { 0 };
	struct xen_dm_op op = { 0 };
	struct domain *d;
	size_t size;
	long rc;

	if (!domain_current()->is_control)
		return -EPERM;
	if (!nr || nr > BUFFERS_MAX)
		return nr ? -E2BIG : -EINVAL;
	if (guest_copy_from(buf, list, nr * sizeof(buf[0])))
		return -EFAULT;
	size = MIN(buf[0].size, sizeof(op));
	if (guest_copy_from(&op, buf[0].h, size))
		return -EFAULT;
	if (op.pad)
		return -EINVAL;
	rc = target_get_live((domid_t)id, &d);
	if (rc)
		return rc;
	rc = d == domain_current() ? -EINVAL : run(d, &op, &buf[1]);
	domain_put(d);
	if (!rc && guest_copy_to(buf[0].h, &op, size))
		rc = -EFAULT;
	return rc;
}
