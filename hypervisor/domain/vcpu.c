// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A virtual CPU's life: creation, pausing, waking, INIT and SIPI. Whether it may run is in
 * pause_flags and pause_count, both atomic; who runs it when is the scheduler's.
 */
#include "abi/errno.h"
#include "atomic.h"
#include "cpu.h"
#include "guest_access.h"
#include "hypercall.h"
#include "log.h"
#include "mm.h"
#include "private.h"

int vcpu_create(struct domain *d, unsigned id)
{
	struct vcpu *v;
	int rc = -ENOMEM;

	ASSERT(id < d->max_vcpus && !d->vcpu[id]);
	v = object_alloc(sizeof(*v));
	if (!v)
		return rc;
	v->domain = d;
	v->id = id;
	v->pause_flags = VCPU_PAUSE_DOWN;
	/* Those that find no place in shared_info have one of ours until they register theirs. */
	if (id >= XEN_LEGACY_MAX_VCPUS)
		v->info = v->info_private = object_alloc(sizeof(*v->info));
	else
		v->info = &d->shared_info->vcpu_info[id];
	if (!v->info)
		goto free_vcpu;
	sched_vcpu_init(v);
	vcpu_timers_init(v);
	rc = hvm_vcpu_init(v);
	if (rc)
		goto free_sched;
	d->vcpu[id] = v;
	return 0;

free_sched:
	sched_vcpu_destroy(v);
free_vcpu:
	object_free(v->info_private, sizeof(*v->info_private));
	object_free(v, sizeof(*v));
	return rc;
}

void vcpu_destroy(struct vcpu *v)
{
	v->domain->vcpu[v->id] = NULL;
	vcpu_timers_stop(v);
	hvm_vcpu_destroy(v);
	sched_vcpu_destroy(v);
	guest_frame_release_info(v);
	object_free(v->info_private, sizeof(*v->info_private));
	object_free(v, sizeof(*v));
}

/* The guest's page goes: a private copy takes its place, so that v->info stays valid. */
void guest_frame_release_info(struct vcpu *v)
{
	void *page = v->info_page;

	if (!page)
		return;
	v->info = v->info_private ? v->info_private : &v->domain->shared_info->vcpu_info[v->id];
	v->info_page = NULL;
	guest_frame_unmap(page);
}

bool vcpu_runnable(const struct vcpu *v)
{
	return !atomic_read(&v->pause_flags) && !atomic_read(&v->pause_count);
}

void vcpu_leave_guest(struct vcpu *v)
{
	struct cpu *c = cpus[READ_ONCE(v->processor)];

	if (READ_ONCE(v->running) && c != this_cpu())
		apic_send_ipi(c->apic_id, VECTOR_KICK);
}

void vcpu_pause_nosync(struct vcpu *v)
{
	atomic_add(&v->pause_count, 1);
	sched_sleep(v);
	vcpu_leave_guest(v);
}

/*
 * Spins until v's CPU has switched away from it. Only domain 0 comes here, for other domains'
 * vCPUs, and those never wait for anybody: so no two CPUs wait for each other.
 */
void vcpu_wait_stopped(struct vcpu *v)
{
	if (v == vcpu_current())
		return;
	while (READ_ONCE(v->running))
		__builtin_ia32_pause();
}

void vcpu_unpause(struct vcpu *v)
{
	ASSERT(atomic_read(&v->pause_count));
	if (!atomic_sub(&v->pause_count, 1))
		sched_wake(v);
}

void vcpu_unblock(struct vcpu *v)
{
	if (atomic_and(&v->pause_flags, ~VCPU_PAUSE_BLOCKED) & VCPU_PAUSE_BLOCKED)
		sched_wake(v);
}

void vcpu_kick(struct vcpu *v)
{
	if (atomic_read(&v->pause_flags) & VCPU_PAUSE_BLOCKED)
		vcpu_unblock(v);
	else
		vcpu_leave_guest(v);
}

void vcpu_up(struct vcpu *v)
{
	if (v->initialised &&
	    (atomic_and(&v->pause_flags, ~(VCPU_PAUSE_DOWN | VCPU_PAUSE_BLOCKED)) &
	     VCPU_PAUSE_DOWN))
		sched_wake(v);
}

void vcpu_down(struct vcpu *v)
{
	atomic_or(&v->pause_flags, VCPU_PAUSE_DOWN);
	sched_sleep(v);
	vcpu_leave_guest(v);
}

void vcpu_sipi(struct vcpu *v, uint8_t vector)
{
	/* Of several senders one wins, and nobody initialises it by hypercall meanwhile. */
	spin_lock(&v->domain->lock);
	/*
	 * Its CPU has not put it away yet, or it is up: as on hardware the SIPI is lost. In this
	 * order: one that is down and away stays away.
	 */
	if ((atomic_read(&v->pause_flags) & VCPU_PAUSE_DOWN) && sched_is_away(v)) {
		vlapic_reset(v);
		hvm_reset_state(v, vector);
		v->initialised = true;
		vcpu_up(v);
	}
	spin_unlock(&v->domain->lock);
}

void vcpu_nmi(struct vcpu *v)
{
	/* Visible before the kick looks whether v sleeps: a plain store might come after that. */
	atomic_set(&v->hvm.nmi_pending, true);
	vcpu_kick(v);
}
