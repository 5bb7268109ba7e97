// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domctl, what concerns a domain as a whole: creation, pausing, limits, destruction, and what is
 * told about it. The work is domain/'s. Serialised by domctl.c; d->lock where others write the same
 * fields.
 */
#include "private.h"

#include "cpuid.h"
#include "hvm.h"
#include "iommu.h"
#include "sched.h"
#include "wallclock.h"

#define CREATE_FLAGS                                                             \
	(XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap | XEN_DOMCTL_CDF_s3_integrity | \
	 XEN_DOMCTL_CDF_oos_off | XEN_DOMCTL_CDF_xs_domain | XEN_DOMCTL_CDF_iommu)
/* When a toolstack leaves it to us (-1). */
#define GRANT_FRAMES_DEFAULT    64u
#define MAPTRACK_FRAMES_DEFAULT 1024u
#define GRANT_FRAMES_MAX        4096

/* --- creation --------------------------------------------------------------------------------- */

/* What is wrong with the request, or NULL. */
static const char *create_wrong(const struct xen_domctl_createdomain *c)
{
	uint32_t both = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap;

	if ((c->flags & both) != both)
		return "only hardware-assisted domains with nested paging can be created";
	if (c->flags & ~CREATE_FLAGS)
		return "nested virtualisation and virtual PMU are not supported";
	if (c->flags & XEN_DOMCTL_CDF_iommu && !iommu_present())
		return "there is no IOMMU";
	if (c->iommu_opts)
		return "IOMMU options are not supported";
	if (c->arch.emulation_flags & ~XEN_X86_EMU_LAPIC)
		return "of the emulated devices there is only the local APIC";
	if (c->arch.misc_flags & ~XEN_X86_MISC_FLAGS_MAX)
		return "unknown architectural flags";
	if (!c->max_vcpus || c->max_vcpus > MAX_VCPUS)
		return "the number of vCPUs is out of range";
	if (c->max_grant_frames > GRANT_FRAMES_MAX || c->max_maptrack_frames > GRANT_FRAMES_MAX)
		return "too many grant or maptrack frames";
	if (XEN_DOMCTL_GRANT_version(c->grant_opts) > 2 ||
	    (c->grant_opts & ~XEN_DOMCTL_GRANT_version_mask))
		return "there are grant tables of version 1 and 2";
	if (c->altp2m_opts || c->vmtrace_size)
		return "alternate page tables and tracing are not supported";
	if (c->cpupool_id)
		return "there is only the CPU pool 0";
	return NULL;
}

/*
 * An id that no domain has: the lowest beyond the last one given, so that ids are not reused soon.
 */
static int id_choose(domid_t *id)
{
	static domid_t last; /* only under domctl */

	for (unsigned n = 1; n < DOMID_FIRST_RESERVED; n++) {
		domid_t try = (domid_t)((last + n) % DOMID_FIRST_RESERVED);

		if (try && !domain_id_taken(try)) {
			*id = last = try;
			return 0;
		}
	}
	return -ENOSPC;
}

static uint32_t or_default(int32_t value, uint32_t by_default)
{
	return value < 0 ? by_default : (uint32_t)value;
}

long domctl_createdomain(struct domain *none, struct xen_domctl *op)
{
	const struct xen_domctl_createdomain *c = &op->u.createdomain;
	const char *wrong = create_wrong(c);
	struct domain_config config = {
		.flags = c->flags,
		.max_vcpus = c->max_vcpus,
		.max_evtchn_port = c->max_evtchn_port,
		.max_grant_frames = or_default(c->max_grant_frames, GRANT_FRAMES_DEFAULT),
		.max_maptrack_frames = or_default(c->max_maptrack_frames, MAPTRACK_FRAMES_DEFAULT),
	};
	domid_t id = op->domain;
	struct domain *d;
	int rc;

	if (wrong) {
		log_domain(domain_current(), LOG_INFO, "createdomain refused: %s", wrong);
		return -EINVAL;
	}
	if (!id || id >= DOMID_FIRST_RESERVED) {
		rc = id_choose(&id);
		if (rc)
			return rc;
	}
	memcpy(config.handle, c->handle, sizeof(config.handle));
	rc = domain_create(id, &config, &d);
	if (rc)
		return rc;
	/* It waits for XEN_DOMCTL_unpausedomain. Its vCPUs, once made, each carry this pause. */
	spin_lock(&d->lock);
	d->controller_pauses = 1;
	spin_unlock(&d->lock);
	op->domain = d->id;
	domain_put(d);
	return 0;
}

long domctl_max_vcpus(struct domain *d, struct xen_domctl *op)
{
	uint32_t max = op->u.max_vcpus.max;
	int rc;

	if (!max || max > d->max_vcpus)
		return -EINVAL;
	for (unsigned i = 0; i < max; i++) {
		if (d->vcpu[i])
			continue;
		rc = vcpu_create(d, i);
		if (rc)
			return rc;
		if (d->controller_pauses)
			vcpu_pause_nosync(d->vcpu[i]);
	}
	return 0;
}

/* --- life ------------------------------------------------------------------------------------- */

/* Counted here; the domain itself is paused once. */
long domctl_pause(struct domain *d, struct xen_domctl *op)
{
	bool pause = op->cmd == XEN_DOMCTL_pausedomain, changes;
	long rc = 0;

	spin_lock(&d->lock);
	changes = d->controller_pauses == !pause;
	if (pause && d->controller_pauses < UINT32_MAX)
		d->controller_pauses++;
	else if (!pause && d->controller_pauses)
		d->controller_pauses--;
	else if (!pause)
		rc = -EINVAL;
	spin_unlock(&d->lock);
	if (changes && pause)
		domain_pause(d);
	else if (changes)
		domain_unpause(d);
	return rc;
}

/* --- properties ------------------------------------------------------------------------------- */

long domctl_max_mem(struct domain *d, struct xen_domctl *op)
{
	/* Less than it has is fine: it can then get no more until it has given some back. */
	spin_lock(&d->page_lock);
	d->max_pages = op->u.max_mem.max_memkb >> (PAGE_SHIFT - 10);
	spin_unlock(&d->page_lock);
	return 0;
}

long domctl_set_handle(struct domain *d, struct xen_domctl *op)
{
	spin_lock(&d->lock);
	memcpy(d->handle, op->u.setdomainhandle.handle, sizeof(d->handle));
	spin_unlock(&d->lock);
	return 0;
}

long domctl_time_offset(struct domain *d, struct xen_domctl *op)
{
	d->time_offset_s = op->u.settimeoffset.time_offset_seconds;
	wallclock_publish(d);
	return 0;
}

/* One NUMA node: it must be among those wanted, and it is the one that is used. */
long domctl_node_affinity(struct domain *d, struct xen_domctl *op)
{
	struct cpu_mask nodes = { .bits = { 1 } };
	int rc;

	if (op->cmd == XEN_DOMCTL_getnodeaffinity)
		return bitmap_to_guest(&op->u.nodeaffinity.nodemap, &nodes);
	rc = bitmap_from_guest(&op->u.nodeaffinity.nodemap, &nodes);
	return !rc && !(nodes.bits[0] & 1) ? -EINVAL : rc;
}

/* --- what is told ----------------------------------------------------------------------------- */

static uint32_t info_flags(const struct domain *d, bool any_up, bool all_blocked, bool any_running)
{
	uint32_t flags = XEN_DOMINF_hvm_guest | XEN_DOMINF_hap;

	flags |= d->is_dying ? XEN_DOMINF_dying : 0;
	flags |= d->is_shut_down ? XEN_DOMINF_shutdown : 0;
	flags |= d->controller_pauses ? XEN_DOMINF_paused : 0;
	flags |= any_up && all_blocked ? XEN_DOMINF_blocked : 0;
	flags |= any_running ? XEN_DOMINF_running : 0;
	flags |= d->create_flags & XEN_DOMCTL_CDF_xs_domain ? XEN_DOMINF_xs_domain : 0;
	if (d->is_shut_down)
		flags |= (uint32_t)d->shutdown_code << XEN_DOMINF_shutdownshift;
	return flags;
}

void domain_info_fill(struct domain *d, struct xen_domctl_getdomaininfo *info)
{
	bool all_blocked = true, any_running = false;
	struct vcpu_runstate_info r;
	struct vcpu *v;

	memset(info, 0, sizeof(*info));
	info->max_vcpu_id = XEN_INVALID_MAX_VCPU_ID;
	for_each_vcpu(d, v) {
		uint32_t pause = READ_ONCE(v->pause_flags);

		info->max_vcpu_id = v->id;
		runstate_get(v, &r);
		info->cpu_time += r.time[0 /* RUNSTATE_running */];
		if (pause & VCPU_PAUSE_DOWN)
			continue;
		info->nr_online_vcpus++;
		all_blocked = all_blocked && (pause & VCPU_PAUSE_BLOCKED);
		any_running = any_running || READ_ONCE(v->running);
	}
	info->domain = d->id;
	info->tot_pages = d->tot_pages;
	info->max_pages = d->max_pages;
	info->shared_info_frame = ~0ul;
	info->gpaddr_bits = d->hvm.cpuid ? (uint8_t)cpuid_physical_bits(d->hvm.cpuid) : 0;
	info->arch_config.emulation_flags =
		XEN_X86_EMU_LAPIC | (d->is_control ? XEN_X86_EMU_IOAPIC | XEN_X86_EMU_VPCI : 0);
	spin_lock(&d->lock);
	info->flags = info_flags(d, info->nr_online_vcpus, all_blocked, any_running);
	memcpy(info->handle, d->handle, sizeof(info->handle));
	spin_unlock(&d->lock);
}

/* The id is where the search begins: the answer is the first domain from there on. */
long domctl_info(struct domain *none, struct xen_domctl *op)
{
	struct domain *d = op->domain == DOMID_SELF ? domain_get(DOMID_SELF)
						    : domain_next(op->domain);

	if (!d)
		return -ESRCH;
	domain_info_fill(d, &op->u.getdomaininfo);
	op->domain = d->id;
	domain_put(d);
	return 0;
}
