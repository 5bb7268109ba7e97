// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * XEN_DOMCTL_soft_reset: a guest tells the hypervisor all that a kernel tells it when it boots,
 * shuts down, is reset, and can tell it all again, as in a domain that has just been made; what it
 * has in memory and registers stays.
 */
#include "abi/grant_table.h"
#include "abi/hvm_op.h"
#include "abi/hvm_params.h"
#include "abi/memory.h"
#include "abi/sched.h"
#include "abi/vcpu.h"
#include "clock.h"
#include "domain.h"
#include "event.h"
#include "hypercall.h"
#include "test.h"

#define OWN_TABLE 0x65000UL    /* our grant table */
#define MAP_AT    0x64000000UL /* what the guest grants, as we see it */

/* The guest's frames. */
#define SHARED_INFO_GFN 30
#define TABLE_GFN       31
#define VCPU_INFO_GFN   32
#define AREAS           (33UL << 12)
#define GRANTED_GFN     34
#define CONTROL_GFN     35
#define EVENTS_GFN      36
#define MAPPED_GFN      0x180 /* what we grant, as it sees it */

#define CALLS_AT        0x100 /* in the data page, as the arguments that they point to */

enum {
	SHARED_INFO,
	TABLE,
	VCPU_INFO,
	RUNSTATE,
	TIME,
	FIFO,
	EVENTS,
	VIRQ,
	PORT,
	TIMER,
	CALLBACK,
	MAP,
	WATCHDOG,
	NR_CALLS
};

struct call {
	uint64_t number, args[3], answer;
};

/* What the guest's data page holds behind the counter. */
struct arguments {
	struct xen_add_to_physmap shared_info, table;
	struct vcpu_register_vcpu_info vcpu_info;
	uint64_t runstate, time;
	struct evtchn_init_control fifo;
	struct evtchn_expand_array events;
	struct evtchn_bind_virq bind;
	struct evtchn_alloc_unbound port;
	struct vcpu_set_periodic_timer timer;
	struct xen_hvm_param callback;
	struct gnttab_map_grant_ref map;
	struct sched_watchdog watchdog;
};
#define ARGUMENTS_AT 0x400
_Static_assert(CALLS_AT + (NR_CALLS + 1) * sizeof(struct call) <= ARGUMENTS_AT &&
		       ARGUMENTS_AT + sizeof(struct arguments) <= 0x800,
	       "both fit");

static volatile uint32_t *data;
static struct call *calls;
static struct arguments *args;

static void call(unsigned i, unsigned number, uint64_t cmd, uint64_t second, uint64_t third)
{
	calls[i] = (struct call){ number, { cmd, second, third }, ~0ul };
}

#define AT(field) (PAYLOAD_DATA + ARGUMENTS_AT + offsetof(struct arguments, field))

static void calls_write(void)
{
	*args = (struct arguments){
		.shared_info = { .domid = DOMID_SELF,
				 .space = XENMAPSPACE_shared_info,
				 .gpfn = SHARED_INFO_GFN },
		.table = { .domid = DOMID_SELF,
			   .space = XENMAPSPACE_grant_table,
			   .gpfn = TABLE_GFN },
		.vcpu_info = { .mfn = VCPU_INFO_GFN, .offset = 64 },
		.runstate = AREAS,
		.time = AREAS + 0x800,
		.fifo = { .control_gfn = CONTROL_GFN },
		.events = { .array_gfn = EVENTS_GFN },
		.bind = { .virq = VIRQ_TIMER },
		.port = { .dom = DOMID_SELF },
		.timer = { .period_ns = 10000000 },
		.callback = { .domid = DOMID_SELF,
			      .index = HVM_PARAM_CALLBACK_IRQ,
			      .value = 2ul << 56 | 0xf3 },
		.map = { .host_addr = (uint64_t)MAPPED_GFN << 12,
			 .flags = GNTMAP_host_map,
			 .ref = 8 },
		.watchdog = { .timeout = 100 },
	};
	call(SHARED_INFO, __HYPERVISOR_memory_op, XENMEM_add_to_physmap, AT(shared_info), 0);
	call(TABLE, __HYPERVISOR_memory_op, XENMEM_add_to_physmap, AT(table), 0);
	call(VCPU_INFO, __HYPERVISOR_vcpu_op, VCPUOP_register_vcpu_info, 0, AT(vcpu_info));
	call(RUNSTATE, __HYPERVISOR_vcpu_op, VCPUOP_register_runstate_memory_area, 0, AT(runstate));
	call(TIME, __HYPERVISOR_vcpu_op, VCPUOP_register_vcpu_time_memory_area, 0, AT(time));
	call(FIFO, __HYPERVISOR_event_channel_op, EVTCHNOP_init_control, AT(fifo), 0);
	call(EVENTS, __HYPERVISOR_event_channel_op, EVTCHNOP_expand_array, AT(events), 0);
	call(VIRQ, __HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq, AT(bind), 0);
	call(PORT, __HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, AT(port), 0);
	call(TIMER, __HYPERVISOR_vcpu_op, VCPUOP_set_periodic_timer, 0, AT(timer));
	call(CALLBACK, __HYPERVISOR_hvm_op, HVMOP_set_param, AT(callback), 0);
	call(MAP, __HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref, AT(map), 1);
	call(WATCHDOG, __HYPERVISOR_sched_op, SCHEDOP_watchdog, AT(watchdog), 0);
	calls[NR_CALLS].number = ~0ul;
}

static void grant(struct grant_entry_v1 *table, grant_ref_t ref, domid_t to, uint64_t gfn)
{
	table[ref].domid = to;
	table[ref].frame = gfn;
	__atomic_store_n(&table[ref].flags, GTF_permit_access, __ATOMIC_SEQ_CST);
}

static struct grant_entry_v1 *own_table(void)
{
	struct gnttab_set_version version = { 1 };
	struct xen_add_to_physmap map = { .domid = DOMID_SELF,
					  .space = XENMAPSPACE_grant_table,
					  .gpfn = OWN_TABLE };

	grant_op(GNTTABOP_set_version, &version, 1);
	CHECK_EQ(memory_op(XENMEM_add_to_physmap, &map), 0);
	return (void *)(OWN_TABLE << 12);
}

static long soft_reset(domid_t domid)
{
	struct xen_domctl op = { 0 };

	return domctl(XEN_DOMCTL_soft_reset, domid, &op);
}

static uint64_t pages_of(domid_t domid)
{
	struct xen_domctl op = { 0 };

	CHECK_EQ(domctl(XEN_DOMCTL_getdomaininfo, domid, &op), 0);
	return op.u.getdomaininfo.tot_pages;
}

static uint64_t param_of(domid_t domid, unsigned index)
{
	struct xen_hvm_param p = { .domid = domid, .index = index };

	CHECK_EQ(hvm_op(HVMOP_get_param, &p), 0);
	return p.value;
}

static domid_t prepare(void)
{
	domid_t domid = domain_create();

	domain_load(domid, payload_make_calls, payload_make_calls_end);
	data = domain_map(domid, PAYLOAD_DATA >> 12);
	calls = (void *)((char *)data + CALLS_AT);
	args = (void *)((char *)data + ARGUMENTS_AT);
	calls[0].number = ~0ul;
	return domid;
}

static void finish(domid_t domid)
{
	domain_unmap((void *)data);
	domain_end(domid);
}

/* The guest has gone through its calls for the n-th time; each was answered so. */
static void check_round(domid_t domid, unsigned n)
{
	CHECK(WAIT_FOR(domain_shutdown_reason(domid) >= 0, 3000), "flags %x", domain_flags(domid));
	CHECK_EQ(domain_shutdown_reason(domid), SHUTDOWN_soft_reset);
	CHECK_EQ(data[0], n);
	for (unsigned i = 0; i < NR_CALLS; i++)
		CHECK((long)calls[i].answer == (i == WATCHDOG), "round %u, call %u: %ld", n, i,
		      (long)calls[i].answer);
	CHECK_EQ(args->map.status, GNTST_okay);
}

TEST(only_one_that_has_shut_down_is_reset)
{
	struct xen_domctl op = { 0 };
	domid_t domid;

	need_ours(); /* Xen's does less: it leaves grants as they are */
	domid = prepare();
	CHECK_EQ(soft_reset(domid), -EINVAL);
	CHECK_EQ(soft_reset(0), -EINVAL);
	CHECK_EQ(soft_reset(1234), -ESRCH);
	domain_unpause(domid);
	CHECK(WAIT_FOR(domain_shutdown_reason(domid) == SHUTDOWN_soft_reset, 3000), "flags %x",
	      domain_flags(domid));
	/* It goes on behind its call, at once: nobody has paused it. */
	CHECK_EQ(soft_reset(domid), 0);
	CHECK(WAIT_FOR(data[0] == 2 && domain_shutdown_reason(domid) >= 0, 3000), "%u", data[0]);
	domain_pause(domid);
	CHECK_EQ(soft_reset(domid), 0);
	CHECK_EQ(domain_flags(domid) & (XEN_DOMINF_shutdown | XEN_DOMINF_paused),
		 XEN_DOMINF_paused);
	CHECK_EQ(soft_reset(domid), -EINVAL);
	CHECK_EQ(domctl(XEN_DOMCTL_resumedomain, domid, &op), -EINVAL);
	CHECK_EQ(data[0], 2);
	finish(domid);
}

/* Before the vCPU has run: a kernel that begins on another one finds the TSC's frequency here. */
static void time_is_told(domid_t domid)
{
	struct xen_add_to_physmap map = { .domid = domid,
					  .space = XENMAPSPACE_shared_info,
					  .gpfn = SHARED_INFO_GFN };
	struct shared_info *shared;

	CHECK_EQ(memory_op(XENMEM_add_to_physmap, &map), 0);
	shared = domain_map(domid, SHARED_INFO_GFN);
	CHECK(shared->vcpu_info[0].time.tsc_to_system_mul, "no scale");
	CHECK_EQ(shared->vcpu_info[0].time.version & 1, 0);
	domain_unmap(shared);
}

/* A port whose event the old kernel has not taken out of its queue would still be in use there. */
static void events_page_clear(domid_t domid)
{
	uint32_t *words = domain_map(domid, EVENTS_GFN);

	memset(words, 0, PAGE_SIZE);
	domain_unmap(words);
}

static void told_twice(struct grant_entry_v1 *own)
{
	static uint64_t page[512] __attribute__((aligned(4096)));
	struct gnttab_map_grant_ref map = { .host_addr = MAP_AT,
					    .flags = GNTMAP_host_map,
					    .ref = 8 };
	struct gnttab_unmap_grant_ref unmap = { .host_addr = MAP_AT };
	struct evtchn_status status = { .dom = DOMID_SELF };
	domid_t domid = prepare();
	struct grant_entry_v1 *table;
	evtchn_port_t port, virq;
	uint64_t *ram, pages;

	calls_write();
	args->map.dom = 0;
	grant(own, 8, domid, (uint64_t)page >> 12);
	table = domain_grant_table(domid);
	grant(table, 8, 0, GRANTED_GFN);
	grant(table, 9, 0, GRANTED_GFN);
	domain_unpause(domid);
	check_round(domid, 1);
	port = args->port.port;
	virq = args->bind.port;
	CHECK(own[8].flags & GTF_writing, "our page is not mapped: %x", own[8].flags);
	map.dom = domid;
	CHECK_EQ(grant_op(GNTTABOP_map_grant_ref, &map, 1), 0);
	CHECK_EQ(map.status, GNTST_okay);
	*(volatile uint64_t *)MAP_AT = 0x600d;
	status.port = event_bind_interdomain(domid, port);
	pages = pages_of(domid);

	domain_pause(domid);
	CHECK_EQ(soft_reset(domid), 0);
	/* What was granted to it is given back; what it granted and we use is as it was. */
	CHECK_EQ(own[8].flags, GTF_permit_access);
	CHECK_EQ(table[8].flags, GTF_permit_access | GTF_reading | GTF_writing);
	CHECK_EQ(table[9].flags | table[9].domid | table[9].frame, 0);
	CHECK_EQ(evtchn_op(EVTCHNOP_status, &status), 0);
	CHECK_EQ(status.status, EVTCHNSTAT_unbound);
	CHECK_EQ(param_of(domid, HVM_PARAM_CALLBACK_IRQ), 0);
	/* RAM where the shared page was, and nothing missing. */
	CHECK_EQ(pages_of(domid), pages + 1);
	ram = domain_map(domid, SHARED_INFO_GFN);
	for (unsigned i = 0; i < 512; i++)
		CHECK_EQ(ram[i], 0);
	domain_unmap(ram);
	time_is_told(domid);
	events_page_clear(domid);
	domain_unpause(domid);
	check_round(domid, 2);
	CHECK_EQ(args->port.port, port);
	CHECK_EQ(args->bind.port, virq);

	CHECK_EQ(*(volatile uint64_t *)MAP_AT, 0x600d);
	unmap.handle = map.handle;
	CHECK_EQ(grant_op(GNTTABOP_unmap_grant_ref, &unmap, 1), 0);
	CHECK_EQ(unmap.status, GNTST_okay);
	CHECK_EQ(table[8].flags, GTF_permit_access);
	event_close(status.port);
	domain_grant_table_hide();
	finish(domid);
	own[8].flags = 0;
}

TEST(all_can_be_told_again)
{
	struct grant_entry_v1 *own = own_table();
	uint64_t free_before;

	need_ours();
	told_twice(own); /* page tables and lists of our own grow to what they need */
	free_before = free_pages();
	told_twice(own);
	CHECK(WAIT_FOR(free_pages() >= free_before, 2000), "%ld pages lost",
	      (long)(free_before - free_pages()));
}
