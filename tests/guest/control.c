// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a toolstack needs: making a domain, giving it memory and registers, watching it run, end
 * and go away.
 */
#include "abi/grant_table.h"
#include "abi/sched.h"
#include "abi/vcpu.h"
#include "clock.h"
#include "cpu.h"
#include "domain.h"
#include "event.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "test.h"
#include "trap.h"

#define LOAD(domid, name) domain_load(domid, payload_##name, payload_##name##_end)

/* The data page of the domain that the running test works with. */
static volatile uint32_t *data;

static domid_t prepare(const char *code, const char *end)
{
	domid_t domid = domain_create();

	domain_load(domid, code, end);
	data = domain_map(domid, PAYLOAD_DATA / PAGE_SIZE);
	return domid;
}

#define PREPARE(name) prepare(payload_##name, payload_##name##_end)

static void finish(domid_t domid)
{
	domain_unmap((void *)data);
	domain_end(domid);
}

TEST(wrong_interface_version_is_refused)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_getdomaininfo, .interface_version = 1 };
	struct xen_sysctl sys = { .cmd = XEN_SYSCTL_physinfo, .interface_version = 1 };

	CHECK_EQ(hypercall1(__HYPERVISOR_domctl, (uint64_t)&op), -EACCES);
	CHECK_EQ(hypercall1(__HYPERVISOR_sysctl, (uint64_t)&sys), -EACCES);
	CHECK_EQ(domctl(9999, 0, &op), -ENOSYS);
	CHECK_EQ(sysctl(9999, &sys), -ENOSYS);
}

TEST(physinfo_is_plausible)
{
	struct xen_sysctl op = { 0 };

	CHECK_EQ(sysctl(XEN_SYSCTL_physinfo, &op), 0);
	CHECK_EQ(op.u.physinfo.nr_cpus, 2);
	CHECK(op.u.physinfo.total_pages > 100000 && op.u.physinfo.total_pages <= 131072,
	      "%lu pages of 512 MiB", op.u.physinfo.total_pages);
	CHECK(op.u.physinfo.free_pages < op.u.physinfo.total_pages, "all free");
	CHECK(op.u.physinfo.free_pages > op.u.physinfo.total_pages / 2, "%lu free",
	      op.u.physinfo.free_pages);
	CHECK(op.u.physinfo.capabilities & XEN_SYSCTL_PHYSCAP_hvm, "no HVM");
	CHECK(op.u.physinfo.capabilities & XEN_SYSCTL_PHYSCAP_hap, "no nested paging");
	CHECK(op.u.physinfo.cpu_khz > 100000, "%u kHz", op.u.physinfo.cpu_khz);
}

TEST(our_own_domain_info)
{
	struct xen_domctl op = { 0 };

	CHECK_EQ(domctl(XEN_DOMCTL_getdomaininfo, 0, &op), 0);
	CHECK_EQ(op.u.getdomaininfo.domain, 0);
	CHECK(op.u.getdomaininfo.flags & XEN_DOMINF_running, "not running: %x",
	      op.u.getdomaininfo.flags);
	CHECK(op.u.getdomaininfo.flags & XEN_DOMINF_hvm_guest, "not HVM: %x",
	      op.u.getdomaininfo.flags);
	CHECK_EQ(op.u.getdomaininfo.max_vcpu_id, 1);
	CHECK_EQ(op.u.getdomaininfo.nr_online_vcpus, 1);
	CHECK(op.u.getdomaininfo.cpu_time > 0, "no CPU time");
	CHECK(op.u.getdomaininfo.tot_pages > 8192, "%lu pages", op.u.getdomaininfo.tot_pages);
	CHECK_EQ(domctl(XEN_DOMCTL_getdomaininfo, 1234, &op), -ESRCH);
}

TEST(created_domain_is_paused_and_listed)
{
	domid_t domid = domain_create();
	static struct xen_domctl_getdomaininfo list[8];
	struct xen_sysctl op = { .u.getdomaininfolist = { .max_domains = 8,
							  .buffer = (uint64_t)list } };

	CHECK(domain_flags(domid) & XEN_DOMINF_paused, "flags %x", domain_flags(domid));
	CHECK_EQ(sysctl(XEN_SYSCTL_getdomaininfolist, &op), 0);
	CHECK_EQ(op.u.getdomaininfolist.num_domains, 2);
	CHECK_EQ(list[0].domain, 0);
	CHECK_EQ(list[1].domain, domid);
	CHECK_EQ(list[1].tot_pages, DOMAIN_PAGES);
	domain_destroy(domid);
	CHECK(WAIT_FOR(!domain_exists(domid), 2000), "it does not go away");
}

TEST(memory_of_a_domain_starts_as_zeroes)
{
	domid_t domid = domain_create();
	uint64_t *page = domain_map(domid, 5);

	for (unsigned i = 0; i < 512; i++)
		CHECK_EQ(page[i], 0);
	page[0] = 1;
	domain_unmap(page);
	page = domain_map(domid, 5);
	CHECK_EQ(page[0], 1);
	domain_unmap(page);
	domain_destroy(domid);
}

TEST(not_more_memory_than_allowed)
{
	domid_t domid = domain_create();
	uint64_t gfns[32];
	struct xen_memory_reservation op = { .extent_start = (uint64_t)gfns,
					     .nr_extents = 32,
					     .domid = domid };

	for (unsigned i = 0; i < 32; i++)
		gfns[i] = DOMAIN_PAGES + i;
	CHECK_EQ(memory_op(XENMEM_populate_physmap, &op), 16);
	domain_destroy(domid);
}

TEST(foreign_mapping_of_nothing_fails)
{
	domid_t domid = domain_create();
	uint64_t gfn = 0x12345, at = 0x69000;
	int error = 0;
	struct xen_add_to_physmap_batch op = {
		.domid = DOMID_SELF,
		.space = XENMAPSPACE_gmfn_foreign,
		.size = 1,
		.u.foreign_domid = domid,
		.idxs = (uint64_t)&gfn,
		.gpfns = (uint64_t)&at,
		.errs = (uint64_t)&error,
	};

	CHECK_EQ(memory_op(XENMEM_add_to_physmap_batch, &op), 0);
	CHECK_EQ(error, -EINVAL);
	op.u.foreign_domid = 1234;
	CHECK_EQ(memory_op(XENMEM_add_to_physmap_batch, &op), 0);
	CHECK_EQ(error, -ESRCH);
	domain_destroy(domid);
}

TEST(domain_runs_and_shuts_down)
{
	domid_t domid = PREPARE(poweroff);

	domain_unpause(domid);
	CHECK(WAIT_FOR(domain_shutdown_reason(domid) >= 0, 3000), "flags %x", domain_flags(domid));
	CHECK_EQ(domain_shutdown_reason(domid), SHUTDOWN_poweroff);
	CHECK_EQ(data[0], 0x600d);
	finish(domid);
}

TEST(reboot_is_reported)
{
	domid_t domid = PREPARE(reboot);

	domain_unpause(domid);
	CHECK(WAIT_FOR(domain_shutdown_reason(domid) >= 0, 3000), "flags %x", domain_flags(domid));
	CHECK_EQ(domain_shutdown_reason(domid), SHUTDOWN_reboot);
	finish(domid);
}

TEST(shutdown_raises_dom_exc)
{
	domid_t domid = PREPARE(poweroff);
	evtchn_port_t port;

	event_init();
	port = event_bind_virq(VIRQ_DOM_EXC, 0);
	irq_enable();
	domain_unpause(domid);
	CHECK(WAIT_FOR(event_count(port), 3000), "no event");
	event_count_reset(port);
	finish(domid);
	CHECK(WAIT_FOR(event_count(port), 3000), "no event when it was destroyed");
	irq_disable();
	event_close(port);
}

TEST(triple_fault_is_a_crash)
{
	domid_t domid = PREPARE(triple_fault);

	domain_unpause(domid);
	CHECK(WAIT_FOR(domain_shutdown_reason(domid) >= 0, 3000), "flags %x", domain_flags(domid));
	CHECK(domain_shutdown_reason(domid) == SHUTDOWN_crash ||
		      domain_shutdown_reason(domid) == SHUTDOWN_reboot,
	      "reason %d", domain_shutdown_reason(domid));
	finish(domid);
}

/* The code that a guest has chosen ahead is what its end is told as; the first one counts. */
TEST(shutdown_code_is_chosen_ahead)
{
	domid_t domid = PREPARE(named_triple_fault);

	domain_unpause(domid);
	CHECK(WAIT_FOR(domain_shutdown_reason(domid) >= 0, 3000), "flags %x", domain_flags(domid));
	CHECK_EQ((int)data[1], 0);
	CHECK_EQ(domain_shutdown_reason(domid), SHUTDOWN_watchdog);
	finish(domid);
}

TEST(running_off_its_memory_ends_only_it)
{
	domid_t domid = PREPARE(wild);

	domain_unpause(domid);
	CHECK(WAIT_FOR(domain_shutdown_reason(domid) >= 0, 3000), "flags %x", domain_flags(domid));
	finish(domid);
}

TEST(writes_to_nowhere_are_lost)
{
	domid_t domid = PREPARE(wild_write);

	domain_unpause(domid);
	CHECK(WAIT_FOR(domain_shutdown_reason(domid) >= 0, 3000), "flags %x", domain_flags(domid));
	CHECK_EQ(domain_shutdown_reason(domid), SHUTDOWN_poweroff);
	CHECK_EQ(data[1], 0xffffffff);
	finish(domid);
}

TEST(wrong_calls_of_a_guest_are_errors)
{
	domid_t domid = PREPARE(bad_calls);

	domain_unpause(domid);
	CHECK(WAIT_FOR(domain_shutdown_reason(domid) >= 0, 3000), "flags %x", domain_flags(domid));
	CHECK_EQ((int)data[1], -ENOSYS);
	CHECK_EQ((int)data[2], -EFAULT);
	CHECK((int)data[3] == -EPERM || (int)data[3] == -ENOSYS, "domctl by a guest: %d",
	      (int)data[3]);
	finish(domid);
}

/* A guest may be allowed to write to the log, or not. */
TEST(console_line_of_a_guest)
{
	domid_t domid = PREPARE(console);

	domain_unpause(domid);
	CHECK(WAIT_FOR(domain_shutdown_reason(domid) >= 0, 3000), "flags %x", domain_flags(domid));
	CHECK((int)data[1] == 0 || (int)data[1] == -EPERM, "%d", (int)data[1]);
	finish(domid);
}

TEST(calls_in_32_bit_mode)
{
	domid_t domid = PREPARE(calls_32);

	domain_unpause(domid);
	CHECK(WAIT_FOR(domain_shutdown_reason(domid) >= 0, 3000), "flags %x", domain_flags(domid));
	if ((int)data[1] == -ENOSYS) {
		finish(domid);
		test_skip("hypercalls from 32-bit mode are refused");
	}
	CHECK_EQ(data[1], 4 << 16 | 20);
	CHECK_EQ(domain_shutdown_reason(domid), SHUTDOWN_reboot);
	finish(domid);
}

TEST(structures_of_32_bit_callers)
{
	domid_t domid = PREPARE(structures_32);
	const uint32_t guard = 0x600d600d;

	domain_unpause(domid);
	CHECK(WAIT_FOR(domain_shutdown_reason(domid) >= 0, 3000), "flags %x", domain_flags(domid));
	CHECK_EQ((int)data[1], 0); /* add_to_physmap */
	CHECK_EQ((int)data[2], 2); /* decrease_reservation */
	CHECK_EQ((int)data[3], 2); /* populate_physmap */
	CHECK_EQ(data[4], 0x41414141);
	CHECK_EQ((int)data[5], 0);
	CHECK_EQ((int)data[6], GNTST_okay); /* setup_table */
	CHECK_EQ(data[7], 42);
	CHECK_EQ(data[8], guard);
	CHECK_EQ(data[9], 0x600dc0de); /* copy */
	CHECK_EQ(data[10], 0x600dc0de);
	CHECK_EQ(data[11], guard);
	CHECK_EQ((int)data[12], 0);
	CHECK_EQ((int)data[13], -EINVAL); /* poll: a port that is not open */
	CHECK_EQ((int)data[14], 0);       /* poll: the time is over */
	CHECK_EQ(data[15], 4 << 16 | 20); /* multicall */
	CHECK_EQ((int)data[16], -ENOSYS);
	CHECK_EQ((int)data[17], 0); /* runstate */
	CHECK_EQ(data[18], RUNSTATE_running);
	CHECK_EQ(data[19], guard);
	CHECK_EQ((int)data[20], 0);
	CHECK_EQ(domain_shutdown_reason(domid), SHUTDOWN_poweroff);
	finish(domid);
}

TEST(spinning_guest_starves_nobody)
{
	domid_t first = PREPARE(spin), second;
	volatile uint32_t *first_data = data;
	uint64_t start, spent;
	evtchn_port_t port;

	second = PREPARE(spin);
	event_init();
	port = event_bind_virq(VIRQ_TIMER, 0);
	domain_unpause(first);
	domain_unpause(second);
	start = clock_now();
	for (unsigned i = 0; i < 10; i++) {
		event_count_reset(port);
		hypercall1(__HYPERVISOR_set_timer_op, clock_now() + 20 * MS);
		event_sleep(port);
	}
	spent = clock_now() - start;
	event_close(port);
	CHECK(first_data[0] && data[0], "one of them did not run");
	CHECK(spent < 2000 * MS, "200 ms of sleep took %lu us", spent / 1000);
	CHECK(domain_cpu_time(first) > 0, "no CPU time");
	finish(second);
	data = first_data;
	finish(first);
}

TEST(paused_guest_stands_still)
{
	domid_t domid = PREPARE(spin);
	uint32_t count;

	domain_unpause(domid);
	CHECK(WAIT_FOR(data[0] > 0, 1000), "it does not run");
	domain_pause(domid);
	count = data[0];
	PAUSE(50);
	CHECK_EQ(data[0], count);
	domain_unpause(domid);
	CHECK(WAIT_FOR(data[0] > count, 1000), "it does not go on");
	finish(domid);
}

TEST(halted_guest_uses_no_cpu)
{
	domid_t domid = PREPARE(halt);
	uint64_t before;

	domain_unpause(domid);
	CHECK(WAIT_FOR(data[0] == 1, 1000), "it does not run");
	PAUSE(20);
	before = domain_cpu_time(domid);
	PAUSE(200);
	CHECK(domain_cpu_time(domid) - before < 20 * MS, "%lu us of 200000",
	      (domain_cpu_time(domid) - before) / 1000);
	CHECK(domain_flags(domid) & XEN_DOMINF_blocked, "flags %x", domain_flags(domid));
	finish(domid);
}

/* Nothing can wake it again: that vCPU is down, and with its last vCPU a domain is off. */
TEST(halt_without_interrupts_is_the_end)
{
	domid_t domid = PREPARE(halt_for_good);

	domain_unpause(domid);
	CHECK(WAIT_FOR(domain_shutdown_reason(domid) >= 0, 1000), "flags %x", domain_flags(domid));
	CHECK_EQ(domain_shutdown_reason(domid), SHUTDOWN_poweroff);
	CHECK_EQ(data[0], 1);
	finish(domid);
}

TEST(events_go_to_a_domain_and_back)
{
	domid_t domid = PREPARE(echo_events);
	struct evtchn_alloc_unbound theirs = { .dom = domid, .remote_dom = 0 };
	evtchn_port_t ours;

	event_init();
	CHECK_EQ(evtchn_op(EVTCHNOP_alloc_unbound, &theirs), 0);
	ours = event_bind_interdomain(domid, theirs.port);
	data[1] = theirs.port;
	domain_unpause(domid);
	irq_enable();
	CHECK(WAIT_FOR(data[2], 3000), "it does not start");
	CHECK(WAIT_FOR(event_count(ours), 3000),
	      "no answer to the event that binding makes; it counted %u", data[0]);
	for (unsigned i = 0; i < 5; i++) {
		event_count_reset(ours);
		event_send(ours);
		CHECK(WAIT_FOR(event_count(ours) == 1, 3000), "round %u: no answer; it counted %u",
		      i, data[0]);
	}
	irq_disable();
	CHECK(data[0] >= 5, "it counted %u", data[0]);
	finish(domid);
	event_close(ours);
}

TEST(destroying_a_running_domain)
{
	domid_t domid = PREPARE(spin);

	domain_unpause(domid);
	CHECK(WAIT_FOR(data[0] > 0, 1000), "it does not run");
	finish(domid);
}

TEST(ten_domains_leave_no_frame_behind)
{
	uint64_t before;
	domid_t domid = PREPARE(poweroff);

	finish(domid);
	PAUSE(50);
	before = free_pages();
	for (unsigned i = 0; i < 10; i++) {
		domid = PREPARE(poweroff);
		domain_unpause(domid);
		CHECK(WAIT_FOR(domain_shutdown_reason(domid) >= 0, 3000), "domain %u does not end",
		      domid);
		finish(domid);
	}
	CHECK(WAIT_FOR(free_pages() >= before, 2000), "%ld frames are missing",
	      (long)(before - free_pages()));
}

static void run_ten_at_once(void)
{
	domid_t domids[10];

	for (unsigned i = 0; i < 10; i++) {
		domids[i] = domain_create();
		LOAD(domids[i], poweroff);
	}
	for (unsigned i = 0; i < 10; i++)
		domain_unpause(domids[i]);
	for (unsigned i = 0; i < 10; i++)
		CHECK(WAIT_FOR(domain_shutdown_reason(domids[i]) >= 0, 3000),
		      "domain %u does not end", domids[i]);
	for (unsigned i = 0; i < 10; i++)
		domain_destroy(domids[i]);
	for (unsigned i = 0; i < 10; i++)
		CHECK(WAIT_FOR(!domain_exists(domids[i]), 2000), "domain %u does not go away",
		      domids[i]);
}

TEST(ten_domains_at_once)
{
	uint64_t before;

	run_ten_at_once(); /* the hypervisor's own small allocations are now at their size */
	PAUSE(50);
	before = free_pages();
	run_ten_at_once();
	CHECK(WAIT_FOR(free_pages() >= before, 2000), "%ld frames are missing",
	      (long)(before - free_pages()));
}

static void half_make_domain(bool with_vcpus)
{
	struct xen_domctl op = { .u.createdomain = {
					 .flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
					 .max_vcpus = 4,
					 .max_evtchn_port = 1023,
					 .max_grant_frames = 4,
					 .max_maptrack_frames = 4,
					 .grant_opts = XEN_DOMCTL_GRANT_version(1),
					 .arch.emulation_flags = XEN_X86_EMU_LAPIC,
				 } };
	domid_t domid;

	CHECK_EQ(domctl(XEN_DOMCTL_createdomain, DOMID_INVALID, &op), 0);
	domid = op.domain;
	if (with_vcpus) {
		op.u.max_vcpus.max = 4;
		CHECK_EQ(domctl(XEN_DOMCTL_max_vcpus, domid, &op), 0);
	}
	domain_destroy(domid);
	CHECK(WAIT_FOR(!domain_exists(domid), 2000), "domain %u does not go away", domid);
}

TEST(half_made_domains_go_away)
{
	uint64_t before;

	need_ours();            /* Xen's own lists grow at times */
	half_make_domain(true); /* the hypervisor's own small allocations are now at their size */
	PAUSE(50);
	before = free_pages();
	half_make_domain(false);
	half_make_domain(true);
	CHECK(WAIT_FOR(free_pages() >= before, 2000), "%ld frames are missing",
	      (long)(before - free_pages()));
}

TEST(wrong_domains_are_refused)
{
	struct xen_domctl op = { .u.createdomain = { .flags = 0xffffffff } };
	struct xen_domctl self = { 0 };

	CHECK_EQ(domctl(XEN_DOMCTL_createdomain, DOMID_INVALID, &op), -EINVAL);
	CHECK_EQ(domctl(XEN_DOMCTL_destroydomain, 1234, &self), -ESRCH);
	CHECK_EQ(domctl(XEN_DOMCTL_destroydomain, 0, &self), -EINVAL);
	CHECK_EQ(domctl(XEN_DOMCTL_pausedomain, 0, &self), -EINVAL);
}
