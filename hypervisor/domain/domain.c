// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A domain's life: creation, shutdown, destruction in steps that can be repeated, and the end. What
 * a domain owns is created and given back here side by side; d->lock guards its state flags. Soft
 * reset, in such steps, too: a guest that has shut down to begin another kernel (kexec) keeps
 * memory and registers; what it has told and opened is as in a domain that has just been made.
 */
#include "abi/domctl.h"
#include "abi/errno.h"
#include "abi/hvm_params.h"
#include "abi/sched.h"
#include "atomic.h"
#include "grant.h"
#include "hypercall.h"
#include "iommu.h"
#include "ioreq.h"
#include "lib.h"
#include "log.h"
#include "machine.h"
#include "memory_map.h"
#include "mm.h"
#include "private.h"
#include "vpci.h"
#include "wallclock.h"

#define RELEASE_BATCH 8192u /* pages given back between looks at the clock */

int domain_create(domid_t id, const struct domain_config *c, struct domain **out)
{
	struct domain *d;
	int rc;

	if (!c->max_vcpus || c->max_vcpus > MAX_VCPUS || id >= DOMID_FIRST_RESERVED)
		return -EINVAL;
	d = object_alloc(sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->id = id;
	d->is_control = c->is_control;
	d->create_flags = c->flags;
	d->max_vcpus = c->max_vcpus;
	memcpy(d->handle, c->handle, sizeof(d->handle));
	list_init(&d->link);
	rc = p2m_init(d);
	if (rc)
		goto free_domain;
	rc = hvm_domain_init(d);
	if (rc)
		goto free_p2m;
	rc = -ENOMEM;
	d->shared_info = heap_alloc(0);
	if (!d->shared_info)
		goto free_hvm;
	page_share_with(d->shared_info, d);
	rc = event_domain_init(d, c->max_evtchn_port);
	if (rc)
		goto free_shared_info;
	rc = grant_domain_init(d, c->max_grant_frames, c->max_maptrack_frames);
	if (rc)
		goto free_events;
	sched_domain_init(d);
	domain_watchdogs_init(d);
	wallclock_publish(d);
	if (c->flags & XEN_DOMCTL_CDF_iommu)
		rc = iommu_domain_enable(d);
	if (rc)
		goto free_grants;
	d->refs = 2; /* the list's and the caller's */
	rc = domain_register(d);
	if (rc)
		goto free_iommu;
	*out = d;
	return 0;

free_iommu:
	iommu_domain_destroy(d);
free_grants:
	sched_domain_destroy(d);
	grant_domain_destroy(d);
free_events:
	while (event_domain_destroy(d))
		; /* soon: nothing is open */
free_shared_info:
	page_unshare(d->shared_info);
free_hvm:
	hvm_domain_destroy(d);
free_p2m:
	p2m_destroy(d);
free_domain:
	object_free(d, sizeof(*d));
	return rc;
}

void domain_free(struct domain *d)
{
	struct vcpu *v;

	for_each_vcpu(d, v)
		vcpu_destroy(v);
	domain_free_memory_map(d);
	sched_domain_destroy(d);
	grant_domain_destroy(d);
	page_unshare(d->shared_info);
	/* Not before: as long as d could be found, another CPU may have been walking its tables. */
	p2m_destroy(d);
	hvm_domain_destroy(d);
	domain_unregister(d);
	object_free(d, sizeof(*d));
}

/* Once: no vCPU of it will ever run again. */
static void destroy_begin(struct domain *d)
{
	struct vcpu *v;

	spin_lock(&d->lock);
	d->is_dying = true;
	spin_unlock(&d->lock);
	domain_pause(d);
	vpci_deassign(d, NULL);
	domain_watchdogs_stop(d);
	for_each_vcpu(d, v)
		vcpu_timers_stop(v); /* before the event channels go that they would use */
	iommu_domain_destroy(d);
	/* Not with the last page: who lets go of that may hold locks. */
	ioreq_domain_destroy(d);
	domain_log_exits(d);
}

static int destroy_step(struct domain *d)
{
	struct vcpu *v;
	int rc;

	if (!d->is_dying)
		destroy_begin(d);
	if (list_empty(&d->link))
		return 0; /* done before; others still hold some of its pages */
	rc = event_domain_destroy(d);
	if (!rc)
		rc = grant_domain_release_mappings(d);
	if (rc)
		return rc;
	for_each_vcpu(d, v)
		guest_frame_release_info(v);
	if (!domain_pages_release(d, RELEASE_BATCH))
		return -ERESTART;
	domain_unlist(d);
	event_global_virq(VIRQ_DOM_EXC);
	domain_put(d);
	return 0;
}

int domain_destroy(struct domain *d)
{
	int rc;

	if (d->is_control)
		return -EINVAL;
	if (atomic_xchg(&d->being_destroyed, true))
		return -ERESTART; /* another CPU is at it: come again */
	rc = destroy_step(d);
	atomic_set(&d->being_destroyed, false);
	return rc;
}

/* Domain 0 speaks for the machine. */
static noreturn_fn void machine_follows(uint8_t code)
{
	switch (code) {
	case SHUTDOWN_poweroff:
		log_info("domain 0 has shut down: turning the machine off");
		machine_poweroff();
	case SHUTDOWN_reboot: log_info("domain 0 asks for a reboot"); machine_reboot();
	case SHUTDOWN_watchdog: panic("domain 0 hangs: it did not renew its watchdog");
	default: panic("domain 0 has shut down with code %u (2 is a suspend, 3 a crash)", code);
	}
}

void domain_shutdown(struct domain *d, uint8_t code)
{
	struct vcpu *v;

	if (d->is_control)
		machine_follows(d->shutdown_code_chosen ? d->shutdown_code : code);
	spin_lock(&d->lock);
	if (d->is_shut_down) {
		spin_unlock(&d->lock);
		return;
	}
	d->is_shut_down = true;
	if (!d->shutdown_code_chosen)
		d->shutdown_code = code;
	spin_unlock(&d->lock);
	domain_watchdogs_stop(d);
	for_each_vcpu(d, v) {
		atomic_or(&v->pause_flags, VCPU_PAUSE_SHUTDOWN);
		sched_sleep(v);
		vcpu_leave_guest(v);
	}
	event_global_virq(VIRQ_DOM_EXC);
}

int domain_resume(struct domain *d)
{
	struct vcpu *v;

	spin_lock(&d->lock);
	if (d->is_dying || !d->is_shut_down || d->is_resetting) {
		spin_unlock(&d->lock);
		return -EINVAL;
	}
	d->is_shut_down = d->shutdown_code_chosen = false;
	d->shutdown_code = 0;
	spin_unlock(&d->lock);
	for_each_vcpu(d, v) {
		atomic_and(&v->pause_flags, ~VCPU_PAUSE_SHUTDOWN);
		sched_wake(v);
	}
	return 0;
}

/* --- soft reset ------------------------------------------------------------------------------- */

static void vcpu_reset(struct vcpu *v)
{
	vcpu_timers_stop(v);
	/* Nothing that it polls for will come. */
	if (bit_test_and_clear(v->id, v->domain->poll_mask))
		vcpu_unblock(v);
	guest_frame_release_info(v);
	memset(v->info, 0, sizeof(*v->info));
	/* Now: the next kernel may begin on another one, and look here for the TSC's frequency. */
	vcpu_publish_time(v);
	v->runstate_area = v->time_area = (struct guest_area){ 0 };
	v->hvm.upcall_vector = 0;
}

/* Where the guest saw the page that is shared with it, the next kernel expects RAM. */
static void shared_info_reset(struct domain *d)
{
	gfn_t gfn = d->shared_info_gfn;
	struct page_info *pg;

	if (p2m_lookup(d, gfn, NULL).n == virt_to_mfn(d->shared_info).n) {
		p2m_unmap(d, gfn, ORDER_4K);
		p2m_flush(d);
		/* It was a hole if the domain's limit does not allow it. */
		pg = domain_page_alloc(d, 0);
		if (pg && p2m_map(d, gfn, page_to_mfn(pg), ORDER_4K, P2M_RAM_RW))
			page_drop_allocated(pg);
	}
	memset(d->shared_info, 0, PAGE_SIZE);
	wallclock_publish(d);
}

/* The last step, which cannot fail: what the guest had told about itself is forgotten. */
static void reset_finish(struct domain *d)
{
	struct vcpu *v;

	shared_info_reset(d);
	for_each_vcpu(d, v)
		vcpu_reset(v);
	spin_lock(&d->lock);
	d->hvm_params[HVM_PARAM_CALLBACK_IRQ] = 0;
	d->hvm_params[HVM_PARAM_STORE_EVTCHN] = d->hvm_params[HVM_PARAM_CONSOLE_EVTCHN] = 0;
	d->hvm.callback_vector = 0;
	d->runstate_update_flag = false;
	d->watchdog_armed = 0;
	d->is_resetting = false;
	spin_unlock(&d->lock);
}

int domain_soft_reset(struct domain *d)
{
	int rc;

	/* From here on it cannot be resumed: half of it is the old kernel's. */
	spin_lock(&d->lock);
	d->is_resetting = d->is_shut_down;
	spin_unlock(&d->lock);
	if (!d->is_resetting)
		return -EINVAL;
	ioreq_domain_destroy(d);
	rc = event_reset(d);
	if (!rc)
		rc = grant_domain_reset(d);
	if (rc)
		return rc;
	reset_finish(d);
	return domain_resume(d);
}

/* --- stopping --------------------------------------------------------------------------------- */

void domain_crash(struct domain *d, const char *fmt, ...)
{
	char why[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	log_domain(d, LOG_ERR, "crashed: %s", why);
	if (vcpu_current() && domain_current() == d && !d->is_shut_down)
		hvm_log_state(vcpu_current());
	if (d->is_control)
		panic("domain 0 crashed: %s", why);
	domain_shutdown(d, SHUTDOWN_crash);
}

void domain_pause(struct domain *d)
{
	struct vcpu *v;

	for_each_vcpu(d, v)
		vcpu_pause_nosync(v);
	for_each_vcpu(d, v)
		vcpu_wait_stopped(v);
}

void domain_unpause(struct domain *d)
{
	struct vcpu *v;

	for_each_vcpu(d, v)
		vcpu_unpause(v);
}
