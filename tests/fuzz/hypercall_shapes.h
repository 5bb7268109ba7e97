// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What arguments of hypercalls look like, for fuzz_hypercall.c: one line for each operation, with a
 * letter for each field of its structure.
 *
 * 16 bits: d a domain, h a number, _ 0. 32 bits: C the command, I the version of domctl's
 * interface, S of sysctl's, F of platform_op's, D a domain, i a number, v a vCPU, x anything, 0-3
 * this value. 8 bits: b anything. 64 bits: G a frame, P an address, a the address of a frame, q a
 * number, t a time. A word of the caller's mode: g a frame, p an address, s a number, | where a
 * structure within begins.
 */
#ifndef TESTS_FUZZ_HYPERCALL_SHAPES_H
#define TESTS_FUZZ_HYPERCALL_SHAPES_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/domctl.h"
#include "abi/event_channel.h"
#include "abi/grant_table.h"
#include "abi/hvm_op.h"
#include "abi/memory.h"
#include "abi/physdev.h"
#include "abi/platform.h"
#include "abi/sched.h"
#include "abi/sysctl.h"
#include "abi/vcpu.h"
#include "abi/version.h"
#include "abi/xen.h"
#include "lib.h"

struct shape {
	uint8_t number;
	bool is_array; /* there may be several, one behind the other */
	uint32_t cmd;
	const char *fields;
};

#define SHAPE(call, cmd, fields)                        \
	{                                               \
		__HYPERVISOR_##call, false, cmd, fields \
	}
#define LIST(cmd, fields)                                                 \
	{                                                                 \
		__HYPERVISOR_grant_table_op, true, GNTTABOP_##cmd, fields \
	}
#define MEMORY(cmd, fields)   SHAPE(memory_op, XENMEM_##cmd, fields)
#define EVENT(cmd, fields)    SHAPE(event_channel_op, EVTCHNOP_##cmd, fields)
#define VCPU(cmd, fields)     SHAPE(vcpu_op, VCPUOP_##cmd, fields)
#define SCHED(cmd, fields)    SHAPE(sched_op, SCHEDOP_##cmd, fields)
#define HVM(cmd, fields)      SHAPE(hvm_op, HVMOP_##cmd, fields)
#define DOMCTL(cmd, fields)   SHAPE(domctl, XEN_DOMCTL_##cmd, "CId___" fields)
#define SYSCTL(cmd, fields)   SHAPE(sysctl, XEN_SYSCTL_##cmd, "CS" fields)
#define PLATFORM(cmd, fields) SHAPE(platform_op, XENPF_##cmd, "CF" fields)
#define PHYSDEV(cmd, fields)  SHAPE(physdev_op, PHYSDEVOP_##cmd, fields)
#define VERSION(cmd, fields)  SHAPE(xen_version, XENVER_##cmd, fields)

static const struct shape memory_shapes[] = {
	MEMORY(populate_physmap, "psiid"),
	MEMORY(populate_physmap, "ps00d"),
	MEMORY(decrease_reservation, "psiid"),
	MEMORY(decrease_reservation, "ps00d"),
	MEMORY(increase_reservation, "psiid"),
	MEMORY(add_to_physmap, "dhisg"),
	MEMORY(add_to_physmap, "d_2gg"),
	MEMORY(add_to_physmap, "d_1sg"),
	MEMORY(add_to_physmap, "d_0sg"),
	MEMORY(add_to_physmap, "dh3gg"),
	MEMORY(add_to_physmap_batch, "dhhdppp"),
	MEMORY(add_to_physmap_batch, "dhhdppp"),
	MEMORY(remove_from_physmap, "dg"),
	MEMORY(remove_from_physmap, "dg"),
	MEMORY(acquire_resource, "dhii0qP"),
	MEMORY(acquire_resource, "dhii0qP"),
	MEMORY(exchange, "psiidpsiids"),
	MEMORY(maximum_ram_page, ""),
	MEMORY(current_reservation, "d"),
	MEMORY(maximum_reservation, "d"),
	MEMORY(maximum_gpfn, "d"),
	MEMORY(memory_map, "ip"),
	MEMORY(machine_memory_map, "ip"),
	MEMORY(set_memory_map, "d|ip"),
	MEMORY(set_pod_target, "qqqqd"),
	MEMORY(get_pod_target, "qqqqd"),
	MEMORY(claim_pages, "ps00d"),
	MEMORY(get_vnumainfo, "d_iii"),
	MEMORY(reserved_device_memory_map, "iiPx"),
};

static const struct shape grant_shapes[] = {
	LIST(map_grant_ref, "a2id_0q"),  LIST(map_grant_ref, "a2id_0q"),
	LIST(map_grant_ref, "aiid_0q"),  LIST(unmap_grant_ref, "aqi_"),
	LIST(unmap_grant_ref, "aqi_"),   LIST(copy, "gd_|gd_|hh_"),
	LIST(copy, "sdh|gd_|hh_"),       LIST(copy, "sd_|sd_|hh_"),
	LIST(setup_table, "di_p"),       LIST(query_size, "dii_"),
	LIST(set_version, "i"),          LIST(set_version, "2"),
	LIST(get_status_frames, "id_p"), LIST(get_version, "d_i"),
	LIST(swap_grant_ref, "ii_"),     LIST(cache_flush, "qhhi"),
	LIST(transfer, "gdi_"),          LIST(unmap_and_replace, "aai_"),
	LIST(dump_table, "d_"),
};

static const struct shape event_shapes[] = {
	EVENT(alloc_unbound, "ddi"),
	EVENT(alloc_unbound, "ddi"),
	EVENT(bind_interdomain, "dii"),
	EVENT(bind_interdomain, "dii"),
	EVENT(bind_virq, "ivi"),
	EVENT(bind_ipi, "vi"),
	EVENT(bind_pirq, "iii"),
	EVENT(close, "i"),
	EVENT(send, "i"),
	EVENT(send, "i"),
	EVENT(status, "dixx"),
	EVENT(bind_vcpu, "iv"),
	EVENT(unmask, "i"),
	EVENT(reset, "d"),
	EVENT(init_control, "Giv"),
	EVENT(init_control, "G0v"),
	EVENT(expand_array, "G"),
	EVENT(set_priority, "ii"),
};

static const struct shape vcpu_shapes[] = {
	/* 32 bits, everything flat. */
	VCPU(initialise, "00xxxxxxxxxx1000xxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
	VCPU(initialise, "10GGGGGGGGGGqqqq"),
	VCPU(up, ""),
	VCPU(down, ""),
	VCPU(is_up, ""),
	VCPU(get_runstate_info, ""),
	VCPU(register_runstate_memory_area, "P"),
	VCPU(set_periodic_timer, "t"),
	VCPU(stop_periodic_timer, ""),
	VCPU(set_singleshot_timer, "ti"),
	VCPU(stop_singleshot_timer, ""),
	VCPU(register_vcpu_info, "G00"),
	VCPU(register_vcpu_info, "Gii"),
	VCPU(send_nmi, ""),
	VCPU(get_physid, ""),
	VCPU(register_vcpu_time_memory_area, "P"),
	SCHED(yield, ""),
	SCHED(block, ""),
	SCHED(shutdown, "i"),
	SCHED(poll, "pit"),
	SCHED(poll, "pit"),
	SCHED(remote_shutdown, "di"),
	SCHED(shutdown_code, "i"),
	SCHED(watchdog, "ii"),
	SCHED(pin_override, "i"),
	HVM(set_param, "d_iq"),
	HVM(set_param, "d_0Pq"),
	HVM(get_param, "d_iq"),
	HVM(get_time, ""),
	HVM(get_mem_type, "d___G"),
	HVM(set_evtchn_upcall_vector, "vb"),
	HVM(pagetable_dying, "dG"),
	SHAPE(multicall, 0, "ssssssssssssssss"),
	SHAPE(set_timer_op, 0, ""),
	SHAPE(vm_assist, 0, ""),
	SHAPE(console_io, 0, "xxxx"),
	SHAPE(console_io, 1, ""),
};

static const struct shape control_shapes[] = {
	DOMCTL(createdomain, "0xxxx30iiii00001000"),
	DOMCTL(createdomain, "0xxxxiiiiiiiiiiiiii"),
	DOMCTL(destroydomain, ""),
	DOMCTL(pausedomain, ""),
	DOMCTL(unpausedomain, ""),
	DOMCTL(unpausedomain, ""),
	DOMCTL(getdomaininfo, ""),
	DOMCTL(max_vcpus, "i"),
	DOMCTL(max_mem, "q"),
	DOMCTL(setdomainhandle, "xxxx"),
	DOMCTL(resumedomain, ""),
	DOMCTL(settimeoffset, "t"),
	DOMCTL(setnodeaffinity, "Pi"),
	DOMCTL(getnodeaffinity, "Pi"),
	DOMCTL(setvcpuaffinity, "v3PiPi"),
	DOMCTL(getvcpuaffinity, "v3PiPi"),
	DOMCTL(getvcpuinfo, "v"),
	DOMCTL(setvcpucontext, "vP"),
	DOMCTL(getvcpucontext, "vP"),
	DOMCTL(get_vcpu_msrs, "viP"),
	DOMCTL(set_vcpu_msrs, "viP"),
	DOMCTL(sendtrigger, "iv"),
	DOMCTL(scheduler_op, "xihh"),
	DOMCTL(scheduler_op, "i3Pi"),
	DOMCTL(sethvmcontext, "iP"),
	DOMCTL(gethvmcontext, "iP"),
	DOMCTL(gethvmcontext_partial, "ivqP"),
	DOMCTL(set_cpu_policy, "iiPPiii"),
	DOMCTL(get_cpu_policy, "iiPPiii"),
	DOMCTL(settscinfo, "iii0q"),
	DOMCTL(gettscinfo, ""),
	DOMCTL(set_address_size, "i"),
	DOMCTL(get_address_size, ""),
	DOMCTL(hypercall_init, "G"),
	DOMCTL(getpageframeinfo3, "qP"),
	DOMCTL(shadow_op, "iiiPqii"),
	DOMCTL(set_paging_mempool_size, "a"),
	DOMCTL(get_paging_mempool_size, ""),
	DOMCTL(ioport_permission, "iib"),
	DOMCTL(iomem_permission, "GGb"),
	DOMCTL(irq_permission, "ib"),
	DOMCTL(gsi_permission, "ii"),
	DOMCTL(gdbsx_guestmemio, "qaPib"),
	DOMCTL(gdbsx_guestmemio, "taPib"),
	DOMCTL(soft_reset, ""),
};

static const struct shape host_shapes[] = {
	SYSCTL(readconsole, "bb_iPi"),
	SYSCTL(physinfo, ""),
	SYSCTL(sched_id, ""),
	SYSCTL(getdomaininfolist, "diPi"),
	SYSCTL(debug_keys, "Pi"),
	SYSCTL(getcpuinfo, "iPi"),
	SYSCTL(availheap, "iii"),
	SYSCTL(cputopoinfo, "iP"),
	SYSCTL(numainfo, "iPP"),
	SYSCTL(pcitopoinfo, "iPP"),
	SYSCTL(cpupool_op, "iiiiiiPi"),
	SYSCTL(scheduler_op, "iiiP"),
	SYSCTL(get_cpu_levelling_caps, ""),
	SYSCTL(get_cpu_featureset, "iiP"),
	SYSCTL(get_cpu_policy, "iii0PP"),
	SYSCTL(get_pmstat, "ii"),
	PLATFORM(settime32, "iit"),
	PLATFORM(settime64, "qi0t"),
	PLATFORM(firmware_info, "iii"),
	PLATFORM(enter_acpi_sleep, "hhii"),
	PLATFORM(getidletime, "PPit"),
	PLATFORM(set_processor_pminfo, "i3iP"),
	PLATFORM(get_cpuinfo, "ii"),
	PLATFORM(get_cpu_version, "ii"),
	PLATFORM(get_dom0_console, ""),
	PHYSDEV(pci_device_add, "hbbxxxx"),
	PHYSDEV(pci_device_remove, "hbb"),
	PHYSDEV(manage_pci_add_ext, "bbbb"),
	PHYSDEV(setup_gsi, "ibb"),
	PHYSDEV(pci_mmcfg_reserved, "Ghbbi"),
	PHYSDEV(dbgp_op, "bbx"),
	PHYSDEV(map_pirq, "diiixx"),
	VERSION(version, ""),
	VERSION(extraversion, ""),
	VERSION(compile_info, ""),
	VERSION(capabilities, ""),
	VERSION(changeset, ""),
	VERSION(platform_parameters, ""),
	VERSION(get_features, "i"),
	VERSION(guest_handle, ""),
	VERSION(commandline, ""),
	VERSION(extraversion2, "i"),
	VERSION(capabilities2, "i"),
	VERSION(commandline2, "i"),
};

static inline const struct shape *shape_of(uint8_t group, uint8_t n)
{
#define OF(shapes) &shapes[n % ARRAY_SIZE(shapes)]
	switch (group % 8) {
	case 0:
	case 1: return OF(memory_shapes);
	case 2:
	case 3: return OF(grant_shapes);
	case 4: return OF(event_shapes);
	case 5: return OF(vcpu_shapes);
	case 6: return OF(control_shapes);
	default: return group & 0x80 ? OF(host_shapes) : OF(control_shapes);
	}
#undef OF
}

#endif
