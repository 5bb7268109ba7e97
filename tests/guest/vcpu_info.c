// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a vCPU's state lives: the shared info page, a vcpu_info of the guest's own, a copy of the
 * clock; and upcalls through a vector of the local APIC.
 */
#include "abi/hvm_op.h"
#include "abi/hvm_params.h"
#include "abi/memory.h"
#include "abi/vcpu.h"
#include "apic.h"
#include "clock.h"
#include "cpu.h"
#include "event.h"
#include "hypercall.h"
#include "page.h"
#include "test.h"
#include "trap.h"

TEST(shared_info_maps_where_we_say)
{
	struct xen_add_to_physmap map = { .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info };
	struct shared_info *first = shared_info_get(), *second;

	CHECK(clock_read(&first->vcpu_info[0].time) > 0, "no clock in it");
	second = page_alloc();
	map.gpfn = page_gfn(second);
	CHECK_EQ(memory_op(XENMEM_add_to_physmap, &map), 0);
	CHECK(READ_ONCE(second->wc_sec) != 0, "the second place does not show it");
	map.gpfn = page_gfn(first);
	CHECK_EQ(memory_op(XENMEM_add_to_physmap, &map), 0);
	CHECK(READ_ONCE(first->wc_sec) != 0, "it does not come back");
}

TEST(wrong_vcpu_info_is_refused)
{
	struct vcpu_register_vcpu_info op = { .mfn = page_gfn(page_alloc()) };

	op.offset = PAGE_SIZE - sizeof(struct vcpu_info) + 8;
	CHECK_EQ(vcpu_op(VCPUOP_register_vcpu_info, 0, &op), -ENXIO);
	op.offset = 4;
	CHECK_EQ(vcpu_op(VCPUOP_register_vcpu_info, 0, &op), -ENXIO);
	op.offset = 0;
	op.mfn = 0xfffffffffffUL;
	CHECK_EQ(vcpu_op(VCPUOP_register_vcpu_info, 0, &op), -EINVAL);
	op.mfn = page_gfn(page_alloc());
	CHECK_EQ(vcpu_op(VCPUOP_register_vcpu_info, 1000, &op), -ENOENT);
}

TEST(registered_vcpu_info_is_used)
{
	struct vcpu_info *info = (struct vcpu_info *)((char *)page_alloc() + 256);
	struct vcpu_register_vcpu_info op = { .mfn = page_gfn(info), .offset = 256 };
	evtchn_port_t port = event_bind_ipi(0);

	event_init();
	CHECK_EQ(vcpu_op(VCPUOP_register_vcpu_info, 0, &op), 0);
	event_set_vcpu_info(0, info);
	CHECK(clock_read(&info->time) > 0, "no clock in it");
	event_count_reset(port);
	irq_enable();
	event_send(port);
	CHECK(WAIT_FOR(event_count(port), 500), "no event through it");
	irq_disable();
	CHECK_EQ(vcpu_op(VCPUOP_register_vcpu_info, 0, &op), -EBUSY);
	event_close(port);
}

TEST(time_area_is_filled)
{
	struct vcpu_time_info *time = page_alloc();
	struct vcpu_register_time_memory_area area = { .addr.h = (uint64_t)time };
	uint64_t a, b;

	CHECK_EQ(vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0, &area), 0);
	WAIT_FOR(READ_ONCE(time->version), 500);
	a = clock_now();
	b = clock_read(time);
	CHECK(b >= a && b - a < 100 * MS, "%lu and %lu", a, b);
}

TEST(time_area_by_physical_address)
{
	struct vcpu_time_info *time = page_alloc();
	struct vcpu_register_time_memory_area area = { .addr.p = (uint64_t)time }, none = { 0 };
	uint64_t a, b;

	CHECK_EQ(vcpu_op(VCPUOP_register_vcpu_time_phys_area, 0, &area), 0);
	CHECK(WAIT_FOR(READ_ONCE(time->tsc_to_system_mul), 500), "nothing there");
	a = clock_now();
	b = clock_read(time);
	CHECK(b >= a && b - a < 100 * MS, "%lu and %lu", a, b);
	area.addr.p += PAGE_SIZE - 8;
	CHECK_EQ(vcpu_op(VCPUOP_register_vcpu_time_phys_area, 0, &area), -ENXIO);
	none.addr.p = ~0UL;
	CHECK_EQ(vcpu_op(VCPUOP_register_vcpu_time_phys_area, 0, &none), 0);
	CHECK_EQ(hvm_op(HVMOP_flush_tlbs, NULL), 0);
	CHECK_EQ(hvm_op(HVMOP_flush_tlbs, &none), -EINVAL);
}

static volatile bool apic_upcall_in_service;

static void apic_upcall(struct trap_frame *frame)
{
	apic_upcall_in_service = apic_bit(APIC_ISR, frame->vector);
	event_scan();
	apic_eoi();
}

TEST(upcall_vector_of_the_local_apic)
{
	struct xen_hvm_evtchn_upcall_vector op = { .vcpu = 0, .vector = 0x61 },
					    low = { .vcpu = 0, .vector = 0xf };
	evtchn_port_t port = event_bind_ipi(0);

	event_init();
	apic_init();
	irq_set_handler(0x61, apic_upcall);
	CHECK_EQ(hvm_op(HVMOP_set_evtchn_upcall_vector, &low), -EINVAL);
	CHECK_EQ(hvm_op(HVMOP_set_evtchn_upcall_vector, &op), 0);
	irq_enable();
	event_count_reset(port);
	event_send(port);
	CHECK(WAIT_FOR(event_count(port) == 1, 500), "no event");
	event_send(port);
	CHECK(WAIT_FOR(event_count(port) == 2, 500), "no second event");
	irq_disable();
	CHECK(irq_count(0x61) >= 2, "vector arrived %u times", irq_count(0x61));
	CHECK(apic_upcall_in_service, "not in service in the handler");
	event_close(port);
}

TEST(parameters_keep_their_value)
{
	struct xen_hvm_param param = { .domid = DOMID_SELF, .index = HVM_PARAM_CALLBACK_IRQ };

	event_init();
	CHECK_EQ(hvm_op(HVMOP_get_param, &param), 0);
	CHECK_EQ(param.value, (uint64_t)HVM_PARAM_CALLBACK_TYPE_VECTOR << 56 | EVENT_VECTOR);
	param.index = HVM_NR_PARAMS;
	CHECK_EQ(hvm_op(HVMOP_get_param, &param), -EINVAL);
	CHECK_EQ(hvm_op(HVMOP_set_param, &param), -EINVAL);
}
