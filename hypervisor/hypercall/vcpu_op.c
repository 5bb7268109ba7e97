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

static long vcpu_op_down(struct vcpu *v)
{
	struct vcpu *other;

	for_each_vcpu(v->domain, other)
		if (other != v && !vcpu_is_down(other)) {
			vcpu_down(v);
			return 0;
		}
	/* Nobody would be left to bring it up again. */
	domain_shutdown(v->domain, 0 /* poweroff */);
	return 0;
}

/* --- areas ------------------------------------------------------------------------------------ */

/* vcpu_info moves out of the shared info page, once; required for vCPUs beyond the first 32. */
static long register_vcpu_info(struct vcpu *v, uint64_t arg)
{
	struct vcpu_register_vcpu_info reg;
	struct vcpu_info *to;
	void *page;

	if (guest_copy_from(&reg, arg, sizeof(reg)))
		return -EFAULT;
	if (reg.offset > PAGE_SIZE - sizeof(*to) || reg.offset % sizeof(uint64_t))
		return -ENXIO;
	if (v != vcpu_current() && !vcpu_is_down(v))
		return -EINVAL;
	page = guest_frame_map(v->domain, GFN(reg.mfn));
	if (!page)
		return -EINVAL;

	spin_lock(&v->domain->event_lock);
	if (v->info_page) {
		spin_unlock(&v->domain->event_lock);
		guest_frame_unmap(page);
		return -EBUSY;
	}
	to = (struct vcpu_info *)((char *)page + reg.offset);
	memcpy(to, v->info, sizeof(*to));
	v->info_page = page;
	WRITE_ONCE(v->info, to);
	spin_unlock(&v->domain->event_lock);
	/* Events that were set in the old place while we copied are raised again. */
	event_vcpu_info_moved(v);
	return 0;
}

static long register_time_area(struct vcpu *v, uint64_t arg)
{
	struct vcpu_register_time_memory_area area;
	struct vcpu_time_info now;

	if (guest_struct_from(&area, arg, FIELDS_word))
		return -EFAULT;
	if (v != vcpu_current() && !vcpu_is_down(v))
		return -EINVAL;
	/* The address is one of this vCPU's address space: try it while it is at hand. */
	if (area.addr.h) {
		memcpy(&now, &v->time, sizeof(now));
		if (guest_copy_to(area.addr.h, &now, sizeof(now)))
			return -EFAULT;
	}
	v->time_guest = area.addr.h;
	v->time_physical = false;
	if (v == vcpu_current())
		vcpu_publish_time(v);
	return 0;
}

static long get_runstate(struct vcpu *v, uint64_t to)
{
	struct vcpu_runstate_info info;

	runstate_get(v, &info);
	return guest_struct_to(to, &info, FIELDS_runstate);
}

static long register_runstate_area(struct vcpu *v, uint64_t arg)
{
	struct vcpu_register_runstate_memory_area area;
	long rc;

	if (guest_struct_from(&area, arg, FIELDS_word))
		return -EFAULT;
	rc = area.addr.h ? get_runstate(v, area.addr.h) : 0;
	if (!rc) {
		v->runstate_guest = area.addr.h;
		v->runstate_physical = false;
		v->runstate_32bit = guest_is_32bit();
	}
	return rc;
}

/* Within one page, so that it is there as a whole; all ones: no more. 0 is nobody's. */
static long register_area_physical(struct vcpu *v, uint64_t arg, bool time)
{
	const size_t size = time ? sizeof(v->time) : sizeof(v->runstate);
	uint64_t at;

	if (guest_copy_from(&at, arg, sizeof(at)))
		return -EFAULT;
	if (v != vcpu_current() && !vcpu_is_down(v))
		return -EINVAL;
	if (at == ~0UL)
		at = 0;
	else if (!at || at % sizeof(uint64_t) || (at & ~PAGE_MASK) > PAGE_SIZE - size)
		return -ENXIO;
	else if (guest_publish(at, true, time ? (void *)&v->time : &v->runstate, size))
		return -EINVAL;
	if (time) {
		v->time_guest = at;
		v->time_physical = true;
		vcpu_publish_time(v);
	} else {
		v->runstate_guest = at;
		v->runstate_physical = true;
		v->runstate_32bit = guest_is_32bit();
		vcpu_publish_runstate(v);
	}
	return 0;
}

/* In 32-bit mode there is no gap behind the first field. */
static void runstate_write(struct vcpu *v, const struct vcpu_runstate_info *info)
{
	const size_t rest = offsetof(typeof(*info), state_entry_time);

	if (!v->runstate_32bit) {
		guest_publish(v->runstate_guest, v->runstate_physical, info, sizeof(*info));
		return;
	}
	guest_publish(v->runstate_guest, v->runstate_physical, &info->state, sizeof(info->state));
	guest_publish(v->runstate_guest + sizeof(info->state), v->runstate_physical,
		      &info->state_entry_time, sizeof(*info) - rest);
}

void vcpu_publish_runstate(struct vcpu *v)
{
	struct vcpu_runstate_info info;
	const uint64_t entry_time = v->runstate_guest +
				    (v->runstate_32bit ? sizeof(info.state)
						       : offsetof(typeof(info), state_entry_time));

	if (!v->runstate_guest)
		return;
	memcpy(&info, &v->runstate, sizeof(info));
	if (!v->domain->runstate_update_flag) {
		runstate_write(v, &info);
		return;
	}
	/* Readers on other vCPUs wait while the flag is up. */
	info.state_entry_time |= XEN_RUNSTATE_UPDATE;
	guest_publish(entry_time, v->runstate_physical, &info.state_entry_time,
		      sizeof(info.state_entry_time));
	runstate_write(v, &info);
	info.state_entry_time &= ~XEN_RUNSTATE_UPDATE;
	guest_publish(entry_time, v->runstate_physical, &info.state_entry_time,
		      sizeof(info.state_entry_time));
}

long do_vcpu_op(unsigned cmd, unsigned vcpuid, uint64_t arg)
{
	struct vcpu *v = domain_vcpu(domain_current(), vcpuid);

	if (!v)
		return -ENOENT;
	switch (cmd) {
	case VCPUOP_initialise: return vcpu_initialise(v, arg);
	case VCPUOP_up: return vcpu_op_up(v);
	case VCPUOP_down: return vcpu_op_down(v);
	case VCPUOP_is_up: return !vcpu_is_down(v);
	case VCPUOP_get_runstate_info: return get_runstate(v, arg);
	case VCPUOP_register_runstate_memory_area: return register_runstate_area(v, arg);
	case VCPUOP_set_periodic_timer: return vcpu_periodic_set(v, arg);
	case VCPUOP_stop_periodic_timer: return vcpu_periodic_stop(v);
	case VCPUOP_set_singleshot_timer: return vcpu_singleshot_set(v, arg);
	case VCPUOP_stop_singleshot_timer: return vcpu_singleshot_stop(v);
	case VCPUOP_register_vcpu_info: return register_vcpu_info(v, arg);
	case VCPUOP_register_vcpu_time_memory_area: return register_time_area(v, arg);
	case VCPUOP_register_runstate_phys_area: return register_area_physical(v, arg, false);
	case VCPUOP_register_vcpu_time_phys_area: return register_area_physical(v, arg, true);
	case VCPUOP_send_nmi: vcpu_nmi(v); return 0;
	case VCPUOP_get_physid:
		/* Only for a vCPU that never moves, and none is promised that. */
		return -EINVAL;
	default: return unknown("vcpu_op", cmd);
	}
}
