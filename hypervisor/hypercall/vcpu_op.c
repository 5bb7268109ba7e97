// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_vcpu_op: what a domain does with its own vCPUs: up and down, their timers, and the
 * areas of memory where they are told the time and their events. A vCPU's areas are registered by
 * itself, or by another one while it is down.
 */
#include "private.h"

#include "abi/vcpu.h"
#include "event.h"
#include "hvm.h"
#include "mm.h"

static bool vcpu_is_down(const struct vcpu *v)
{
	return READ_ONCE(v->pause_flags) & VCPU_PAUSE_DOWN;
}

static bool may_register(const struct vcpu *v)
{
	return v == vcpu_current() || vcpu_is_down(v);
}

static long vcpu_op_up(struct vcpu *v)
{
	long rc = -EINVAL;

	/* A start-up IPI writes the state that v would begin to run with. */
	spin_lock(&v->domain->lock);
	if (v->initialised) {
		vcpu_up(v);
		rc = 0;
	}
	spin_unlock(&v->domain->lock);
	return rc;
}

/* Down before it looks for others: of two that do this at once, one sees that nobody is left. */
void vcpu_halt_forever(struct vcpu *v)
{
	struct vcpu *other;

	vcpu_down(v);
	for_each_vcpu(v->domain, other)
		if (!vcpu_is_down(other))
			return;
	domain_shutdown(v->domain, 0 /* poweroff */);
}

/* --- areas ------------------------------------------------------------------------------------ */

/* vcpu_info moves out of the shared info page, once; required for vCPUs beyond the first 32. */
static long register_vcpu_info(struct request *q)
{
	const struct vcpu_register_vcpu_info *reg = q->arg;
	struct vcpu *v = q->v;
	struct vcpu_info *to;
	void *page;

	if (reg->offset > PAGE_SIZE - sizeof(*to) || reg->offset % sizeof(uint64_t))
		return -ENXIO;
	if (!may_register(v))
		return -EINVAL;
	page = guest_frame_map(v->domain, GFN(reg->mfn));
	if (!page)
		return -EINVAL;

	spin_lock(&v->domain->event_lock);
	if (v->info_page) {
		spin_unlock(&v->domain->event_lock);
		guest_frame_unmap(page);
		return -EBUSY;
	}
	to = (struct vcpu_info *)((char *)page + reg->offset);
	memcpy(to, v->info, sizeof(*to));
	v->info_page = page;
	WRITE_ONCE(v->info, to);
	spin_unlock(&v->domain->event_lock);
	/* Events that were set in the old place while we copied are raised again. */
	event_vcpu_info_moved(v);
	return 0;
}

static long get_runstate(struct vcpu *v, uint64_t to)
{
	struct vcpu_runstate_info info;

	runstate_get(v, &info);
	return guest_struct_to(to, &info, FIELDS_runstate);
}

/* A linear address is of the caller's address space: tried while that is at hand. 0: no more. */
static long register_area(struct request *q)
{
	const bool time = q->cmd == VCPUOP_register_vcpu_time_memory_area;
	const uint64_t at = *(uint64_t *)q->arg;
	struct vcpu *v = q->v;
	struct guest_area *area = time ? &v->time_area : &v->runstate_area;
	long rc = 0;

	if (time && !may_register(v))
		return -EINVAL;
	if (at)
		rc = time ? guest_copy_to(at, &v->time, sizeof(v->time)) : get_runstate(v, at);
	if (rc)
		return rc;
	*area = (struct guest_area){ .at = at, .is_32bit = guest_is_32bit() };
	if (time && v == vcpu_current())
		vcpu_publish_time(v);
	return 0;
}

/* Within one page, so that it is there as a whole; all ones: no more. 0 is nobody's. */
static long register_area_physical(struct request *q)
{
	const bool time = q->cmd == VCPUOP_register_vcpu_time_phys_area;
	struct vcpu *v = q->v;
	struct guest_area *area = time ? &v->time_area : &v->runstate_area;
	const size_t size = time ? sizeof(v->time) : sizeof(v->runstate);
	uint64_t at = *(uint64_t *)q->arg;

	if (!may_register(v))
		return -EINVAL;
	if (at == ~0UL)
		at = 0;
	else if (!at || at % sizeof(uint64_t) || (at & ~PAGE_MASK) > PAGE_SIZE - size)
		return -ENXIO;
	else if (guest_publish(at, true, time ? (void *)&v->time : &v->runstate, size))
		return -EINVAL;
	*area = (struct guest_area){ .at = at, .physical = true, .is_32bit = guest_is_32bit() };
	if (time)
		vcpu_publish_time(v);
	else
		vcpu_publish_runstate(v);
	return 0;
}

void vcpu_publish_runstate(struct vcpu *v)
{
	const struct guest_area *area = &v->runstate_area;
	const bool flag = v->domain->runstate_update_flag;
	struct vcpu_runstate_info info;
	/* In 32-bit mode there is no gap behind the first field: it moves up to the next one. */
	const size_t gap = area->is_32bit ? sizeof(info.state) : 0;
	const uint64_t entry_at = area->at + offsetof(typeof(info), state_entry_time) - gap;
	void *form = (char *)&info + gap;

	if (!area->at)
		return;
	memcpy(&info, &v->runstate, sizeof(info));
	memmove(form, &info, sizeof(info.state));
	/* Readers on other vCPUs wait while the flag is up. */
	if (flag) {
		info.state_entry_time |= XEN_RUNSTATE_UPDATE;
		guest_publish(entry_at, area->physical, &info.state_entry_time, sizeof(uint64_t));
	}
	guest_publish(area->at, area->physical, form, sizeof(info) - gap);
	if (flag) {
		info.state_entry_time &= ~XEN_RUNSTATE_UPDATE;
		guest_publish(entry_at, area->physical, &info.state_entry_time, sizeof(uint64_t));
	}
}

static const struct operation operations[] = {
	[VCPUOP_initialise] = { vcpu_initialise, 0, TAKES(vcpu_hvm_context) },
	[VCPUOP_set_periodic_timer] = { vcpu_periodic_set, 0, TAKES(vcpu_set_periodic_timer) },
	[VCPUOP_register_vcpu_info] = { register_vcpu_info, 0, TAKES(vcpu_register_vcpu_info) },
	[VCPUOP_register_runstate_memory_area] = { register_area, 0, sizeof(uint64_t),
						   .fields = FIELDS_word },
	[VCPUOP_register_vcpu_time_memory_area] = { register_area, 0, sizeof(uint64_t),
						    .fields = FIELDS_word },
	[VCPUOP_register_runstate_phys_area] = { register_area_physical, 0, sizeof(uint64_t) },
	[VCPUOP_register_vcpu_time_phys_area] = { register_area_physical, 0, sizeof(uint64_t) },
};

long do_vcpu_op(unsigned cmd, unsigned vcpuid, uint64_t arg)
{
	struct vcpu *v = domain_vcpu(domain_current(), vcpuid);
	struct request q = { .cmd = cmd, .at = arg, .v = v };

	if (!v)
		return -ENOENT;
	switch (cmd) {
	case VCPUOP_up: return vcpu_op_up(v);
	case VCPUOP_down: vcpu_halt_forever(v); return 0;
	case VCPUOP_is_up: return !vcpu_is_down(v);
	case VCPUOP_get_runstate_info: return get_runstate(v, arg);
	case VCPUOP_stop_periodic_timer: return vcpu_periodic_stop(v);
	/* The one that guests ask for all the time does without the table. */
	case VCPUOP_set_singleshot_timer: return vcpu_singleshot_set(v, arg);
	case VCPUOP_stop_singleshot_timer:
		return v == vcpu_current() ? do_set_timer_op(0) : -EINVAL;
	case VCPUOP_send_nmi: vcpu_nmi(v); return 0;
	case VCPUOP_get_physid:
		/* Only for a vCPU that never moves, and none is promised that. */
		return -EINVAL;
	default: return operation_run(operations, ARRAY_SIZE(operations), "vcpu_op", &q);
	}
}
