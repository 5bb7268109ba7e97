// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Times operations of the hypervisor from inside the control domain, on one CPU. The figures are
 * averages over many rounds; the median over several starts is the caller's business.
 */
#include "abi/memory.h"
#include "abi/sched.h"
#include "abi/vcpu.h"
#include "abi/version.h"
#include "bench.h"
#include "clock.h"
#include "cpu.h"
#include "domain.h"
#include "event.h"
#include "hypercall.h"
#include "page.h"
#include "test.h"
#include "trap.h"

#define MAP_AT        0x64000000UL
#define FOREIGN_TABLE 0x66000UL
#define HOLE_AT       0x70000000UL
#define FAULTS_EACH   1000

#define GUEST_EXTENTS 512 /* of 2 MiB: a guest of 1 GiB */

/*
 * What the hypervisor does while nobody wants anything (scrubbing memory), it does now: both are
 * given these ten seconds after the start, which is more than either needs.
 */
TEST(settle)
{
	for (unsigned i = 0; i < 40; i++)
		event_wait(0, 250);
}

TEST(hypercalls)
{
	evtchn_port_t pair[2];
	struct evtchn_send send;

	event_pair(pair);
	event_mask(pair[0]);
	send.port = pair[1];
	BENCH("hypercall", 5000, version_op(XENVER_version, 0));
	BENCH("cpuid", 2000, cpuid(1, 0));
	BENCH("evtchn_send", 5000, evtchn_op(EVTCHNOP_send, &send));
}

TEST(event_to_self)
{
	evtchn_port_t port;

	event_init();
	port = event_bind_ipi(0);
	irq_enable();
	BENCH("event_to_self", 2000, {
		unsigned before_ = event_count(port);

		event_send(port);
		while (event_count(port) == before_)
			cpu_relax();
	});
	irq_disable();
	event_close(port);
}

TEST(timer)
{
	struct vcpu_set_singleshot_timer op = { .timeout_abs_ns = clock_now() + 3600 * 1000 * MS };

	BENCH("set_timer", 3000, vcpu_op(VCPUOP_set_singleshot_timer, 0, &op));
	vcpu_op(VCPUOP_stop_singleshot_timer, 0, 0);
}

/* How long after its time a timer is heard of by who sleeps. */
TEST(timer_wakes)
{
	const unsigned rounds = 200;
	evtchn_port_t port;
	uint64_t late = 0;

	event_init();
	port = event_bind_virq(VIRQ_TIMER, 0);
	for (unsigned i = 0; i < rounds; i++) {
		struct vcpu_set_singleshot_timer op = { .timeout_abs_ns = clock_now() + MS };

		event_count_reset(port);
		vcpu_op(VCPUOP_set_singleshot_timer, 0, &op);
		event_sleep(port);
		late += clock_now() - op.timeout_abs_ns;
	}
	SAY("timer_wakes", late / rounds);
	event_close(port);
}

TEST(page_fault)
{
	volatile uint32_t *hole = (void *)HOLE_AT;

	page_unmap_2m(HOLE_AT);
	BENCH("page_fault", 2000, FAULTS("movl (%0), %%eax", ::"r"(hole) : "eax", "memory"));
}

TEST(domain_life)
{
	BENCH("domain_create_and_destroy", 20, {
		domid_t domid_ = domain_create();

		domain_destroy(domid_);
		WAIT_FOR(!domain_exists(domid_), 2000);
	});
}

TEST(round_trip)
{
	domid_t domid = domain_create();
	struct evtchn_alloc_unbound theirs = { .dom = domid, .remote_dom = 0 };
	volatile uint32_t *data;
	evtchn_port_t ours;

	domain_load(domid, payload_echo_events, payload_echo_events_end);
	data = domain_map(domid, PAYLOAD_DATA / PAGE_SIZE);
	event_init();
	CHECK_EQ(evtchn_op(EVTCHNOP_alloc_unbound, &theirs), 0);
	ours = event_bind_interdomain(domid, theirs.port);
	data[1] = theirs.port;
	domain_unpause(domid);
	irq_enable();
	CHECK(WAIT_FOR(data[2] && event_count(ours), 3000), "no answer");
	BENCH("event_round_trip", 500, {
		unsigned before_ = event_count(ours);

		event_send(ours);
		while (event_count(ours) == before_)
			irq_enable_and_halt();
	});
	irq_disable();
	data[3] = FAULTS_EACH;
	SAY("nested_fault", TIME_OF(20, {
				    unsigned before_ = event_count(ours);

				    event_send(ours);
				    while (event_count(ours) == before_)
					    irq_enable_and_halt();
			    }) / FAULTS_EACH);
	irq_disable();
	domain_destroy(domid);
}

static domid_t create_1gib(const char *name)
{
	uint64_t start = clock_now();
	domid_t domid = domain_create_sized(GUEST_EXTENTS, 9);

	SAY(name, clock_now() - start);
	return domid;
}

static void destroy_1gib(domid_t domid)
{
	domain_destroy(domid);
	CHECK(WAIT_FOR(!domain_exists(domid), 60000), "it does not end");
}

/*
 * To all its memory, what that takes of the hypervisor's, and to its end. The second has memory
 * that belonged to the first; in between nobody wants anything.
 */
TEST(guest_of_1gib)
{
	uint64_t before, start;
	domid_t domid = create_1gib("create_1gib_first");

	destroy_1gib(domid);
	settle();
	before = free_pages();
	domid = create_1gib("create_1gib");
	SAY("memory_for_1gib", (before - free_pages() - GUEST_EXTENTS * 512) * PAGE_SIZE);
	start = clock_now();
	destroy_1gib(domid);
	SAY("destroy_1gib", clock_now() - start);
}

TEST(memory_of_its_own)
{
	struct xen_sysctl machine = { 0 };
	struct xen_domctl self = { 0 };

	CHECK_EQ(sysctl(XEN_SYSCTL_physinfo, &machine), 0);
	CHECK_EQ(domctl(XEN_DOMCTL_getdomaininfo, 0, &self), 0);
	SAY("own_memory", (machine.u.physinfo.total_pages - machine.u.physinfo.free_pages -
			   self.u.getdomaininfo.tot_pages) *
				  PAGE_SIZE);
}

TEST(grants)
{
	domid_t domid = domain_create();
	uint64_t frame = FOREIGN_TABLE;
	struct xen_mem_acquire_resource acquire = {
		.domid = domid,
		.type = XENMEM_resource_grant_table,
		.nr_frames = 1,
		.frame_list = (uint64_t)&frame,
	};
	struct grant_entry_v1 *table = (void *)(FOREIGN_TABLE << 12);
	struct gnttab_copy copy = { .len = 4096, .flags = GNTCOPY_source_gref };

	CHECK_EQ(memory_op(XENMEM_acquire_resource, &acquire), 0);
	table[8] = (struct grant_entry_v1){ GTF_permit_access, 0, 10 };
	copy.source.domid = domid;
	copy.source.u.ref = 8;
	copy.dest.domid = DOMID_SELF;
	copy.dest.u.gmfn = page_gfn(page_alloc());
	grant_op(GNTTABOP_copy, &copy, 1);
	CHECK_EQ(copy.status, GNTST_okay);
	BENCH("grant_copy_4k", 3000, grant_op(GNTTABOP_copy, &copy, 1));
	BENCH("grant_map_and_unmap", 2000, {
		struct gnttab_map_grant_ref map_ = { MAP_AT, GNTMAP_host_map, 8, domid, 0, 0, 0 };
		struct gnttab_unmap_grant_ref unmap_ = { .host_addr = MAP_AT };

		grant_op(GNTTABOP_map_grant_ref, &map_, 1);
		unmap_.handle = map_.handle;
		grant_op(GNTTABOP_unmap_grant_ref, &unmap_, 1);
	});
	domain_destroy(domid);
}
