// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Event channels with the two-level layout, on one vCPU: making and ending ports, sending, masks,
 * status, polling.
 */
#include "abi/hvm_op.h"
#include "abi/sched.h"
#include "abi/vcpu.h"
#include "clock.h"
#include "cpu.h"
#include "event.h"
#include "hypercall.h"
#include "test.h"
#include "trap.h"

static struct evtchn_status status_of(evtchn_port_t port)
{
	struct evtchn_status op = { .dom = DOMID_SELF, .port = port };

	CHECK_EQ(evtchn_op(EVTCHNOP_status, &op), 0);
	return op;
}

TEST(unbound_port_has_its_status)
{
	evtchn_port_t port = event_alloc_unbound(DOMID_SELF);
	struct evtchn_status status = status_of(port);

	CHECK(port > 0, "port 0 is never given out");
	CHECK_EQ(status.status, EVTCHNSTAT_unbound);
	CHECK_EQ(status.u.unbound.dom, 0);
	event_close(port);
	CHECK_EQ(status_of(port).status, EVTCHNSTAT_closed);
}

TEST(interdomain_ports_know_each_other)
{
	evtchn_port_t pair[2];
	struct evtchn_status status;

	event_pair(pair);
	status = status_of(pair[0]);
	CHECK_EQ(status.status, EVTCHNSTAT_interdomain);
	CHECK_EQ(status.u.interdomain.port, pair[1]);
	CHECK_EQ(status.u.interdomain.dom, 0);
	CHECK_EQ(status_of(pair[1]).u.interdomain.port, pair[0]);
	event_close(pair[0]);
	CHECK_EQ(status_of(pair[0]).status, EVTCHNSTAT_closed);
	CHECK_EQ(status_of(pair[1]).status, EVTCHNSTAT_unbound);
	event_close(pair[1]);
}

TEST(bound_port_is_pending_at_once)
{
	evtchn_port_t pair[2];

	event_pair(pair);
	CHECK(event_pending(pair[1]), "binding leaves the local port pending");
	event_close(pair[0]);
	event_close(pair[1]);
}

TEST(closing_takes_the_pending_bit_away)
{
	evtchn_port_t pair[2];

	event_pair(pair);
	event_send(pair[1]);
	CHECK(event_pending(pair[0]), "not sent");
	event_close(pair[0]);
	event_close(pair[1]);
	CHECK(!event_pending(pair[0]) && !event_pending(pair[1]), "still pending");
}

TEST(send_reaches_the_other_end)
{
	evtchn_port_t pair[2];

	event_init();
	event_pair(pair);
	event_count_reset(pair[0]);
	irq_enable();
	event_send(pair[1]);
	CHECK(WAIT_FOR(event_count(pair[0]) == 1, 500), "count %u", event_count(pair[0]));
	event_send(pair[1]);
	CHECK(WAIT_FOR(event_count(pair[0]) == 2, 500), "count %u", event_count(pair[0]));
	irq_disable();
	event_close(pair[0]);
	event_close(pair[1]);
}

TEST(callback_waits_for_interrupts_on)
{
	evtchn_port_t pair[2];

	event_init();
	event_pair(pair);
	event_scan();
	event_count_reset(pair[0]);
	event_send(pair[1]);
	CHECK_EQ(event_count(pair[0]), 0);
	CHECK(READ_ONCE(event_vcpu_info(0)->evtchn_upcall_pending), "no upcall pending");
	irq_enable();
	CHECK(WAIT_FOR(event_count(pair[0]) == 1, 500), "count %u", event_count(pair[0]));
	irq_disable();
	event_close(pair[0]);
	event_close(pair[1]);
}

TEST(masked_port_stays_pending)
{
	evtchn_port_t pair[2];

	event_init();
	event_pair(pair);
	event_scan();
	event_count_reset(pair[0]);
	event_mask(pair[0]);
	irq_enable();
	event_send(pair[1]);
	CHECK(event_pending(pair[0]), "not pending");
	CHECK_EQ(event_count(pair[0]), 0);
	event_unmask(pair[0]);
	CHECK(WAIT_FOR(event_count(pair[0]) == 1, 500), "count %u", event_count(pair[0]));
	irq_disable();
	event_close(pair[0]);
	event_close(pair[1]);
}

TEST(ipi_port_comes_back)
{
	evtchn_port_t port;

	event_init();
	port = event_bind_ipi(0);
	CHECK_EQ(status_of(port).status, EVTCHNSTAT_ipi);
	irq_enable();
	event_send(port);
	CHECK(WAIT_FOR(event_count(port) == 1, 500), "count %u", event_count(port));
	irq_disable();
	event_close(port);
}

TEST(virq_binds_once)
{
	evtchn_port_t port = event_bind_virq(VIRQ_TIMER, 0);
	struct evtchn_bind_virq again = { .virq = VIRQ_TIMER, .vcpu = 0 };
	struct evtchn_bind_virq unknown = { .virq = NR_VIRQS, .vcpu = 0 };
	struct evtchn_status status = status_of(port);

	CHECK_EQ(status.status, EVTCHNSTAT_virq);
	CHECK_EQ(status.u.virq, VIRQ_TIMER);
	CHECK_EQ(evtchn_op(EVTCHNOP_bind_virq, &again), -EEXIST);
	CHECK_EQ(evtchn_op(EVTCHNOP_bind_virq, &unknown), -EINVAL);
	event_close(port);
	CHECK_EQ(evtchn_op(EVTCHNOP_bind_virq, &again), 0);
	event_close(again.port);
}

TEST(wrong_ports_are_refused)
{
	struct evtchn_send never = { .port = 4000 }, huge = { .port = 0xffffffff },
			   zero = { .port = 0 };
	struct evtchn_bind_interdomain nobody = { .remote_dom = 1234, .remote_port = 1 };
	struct evtchn_bind_interdomain not_unbound = { .remote_dom = DOMID_SELF,
						       .remote_port = 4000 };
	struct evtchn_bind_ipi no_vcpu = { .vcpu = 1000 };
	struct evtchn_close close = { .port = 4000 };

	CHECK_EQ(evtchn_op(EVTCHNOP_send, &never), -EINVAL);
	CHECK_EQ(evtchn_op(EVTCHNOP_send, &huge), -EINVAL);
	CHECK_EQ(evtchn_op(EVTCHNOP_send, &zero), -EINVAL);
	CHECK_EQ(evtchn_op(EVTCHNOP_close, &close), -EINVAL);
	CHECK_EQ(evtchn_op(EVTCHNOP_bind_interdomain, &nobody), -ESRCH);
	CHECK_EQ(evtchn_op(EVTCHNOP_bind_interdomain, &not_unbound), -EINVAL);
	CHECK_EQ(evtchn_op(EVTCHNOP_bind_ipi, &no_vcpu), -ENOENT);
}

TEST(send_on_an_unbound_port_is_quiet)
{
	evtchn_port_t port = event_alloc_unbound(DOMID_SELF);

	event_send(port);
	CHECK(!event_pending(port), "pending without a sender");
	event_close(port);
}

TEST(many_ports)
{
	static evtchn_port_t ports[600];
	const unsigned count = sizeof(ports) / sizeof(ports[0]);

	for (unsigned i = 0; i < count; i++)
		ports[i] = event_bind_ipi(0);
	event_init();
	irq_enable();
	for (unsigned i = 0; i < count; i++)
		event_send(ports[i]);
	CHECK(WAIT_FOR(event_count(ports[count - 1]) == 1, 500), "last one not delivered");
	irq_disable();
	for (unsigned i = 0; i < count; i++)
		CHECK_EQ(event_count(ports[i]), 1);
	for (unsigned i = 0; i < count; i++)
		event_close(ports[i]);
}

TEST(poll_ends_with_a_pending_port)
{
	evtchn_port_t pair[2];
	struct sched_poll poll = { .ports = (uint64_t)pair,
				   .nr_ports = 1,
				   .timeout = clock_now() + 5000 * MS };

	event_pair(pair);
	event_clear(pair[0]);
	event_mask(pair[0]);
	event_send(pair[1]);
	CHECK_EQ(sched_op(SCHEDOP_poll, &poll), 0);
	CHECK(clock_now() < poll.timeout, "slept although the port was pending");
	event_close(pair[0]);
	event_close(pair[1]);
}

TEST(poll_ends_at_its_timeout)
{
	evtchn_port_t port = event_bind_ipi(0);
	uint64_t start = clock_now();
	struct sched_poll poll = { .ports = (uint64_t)&port,
				   .nr_ports = 1,
				   .timeout = start + 50 * MS };

	event_mask(port);
	CHECK_EQ(sched_op(SCHEDOP_poll, &poll), 0);
	CHECK(clock_now() >= start + 49 * MS, "after %lu us", (clock_now() - start) / 1000);
	poll.ports = 0x40000000 - 2;
	poll.nr_ports = 1000;
	CHECK_EQ(sched_op(SCHEDOP_poll, &poll), -EINVAL);
	event_close(port);
}

TEST(yield_returns)
{
	CHECK_EQ(sched_op(SCHEDOP_yield, 0), 0);
}

TEST(block_ends_with_an_event)
{
	evtchn_port_t port = event_bind_virq(VIRQ_TIMER, 0);
	uint64_t deadline = clock_now() + 300 * MS;
	struct vcpu_set_singleshot_timer timer = { deadline, 0 };

	event_init();
	CHECK_EQ(vcpu_op(VCPUOP_set_singleshot_timer, 0, &timer), 0);
	irq_enable();
	CHECK_EQ(sched_op(SCHEDOP_block, 0), 0);
	CHECK(WAIT_FOR(event_count(port) == 1, 500), "woken without an event");
	CHECK(clock_now() >= deadline, "early");
	irq_disable();
	event_close(port);
}

TEST(bind_vcpu_is_for_interdomain_ports)
{
	evtchn_port_t pair[2], ipi = event_bind_ipi(0);
	struct evtchn_bind_vcpu op = { .vcpu = 1 };

	event_pair(pair);
	op.port = pair[0];
	CHECK_EQ(evtchn_op(EVTCHNOP_bind_vcpu, &op), 0);
	CHECK_EQ(status_of(pair[0]).vcpu, 1);
	op.vcpu = 1000;
	CHECK_EQ(evtchn_op(EVTCHNOP_bind_vcpu, &op), -ENOENT);
	op = (struct evtchn_bind_vcpu){ .port = ipi, .vcpu = 1 };
	CHECK_EQ(evtchn_op(EVTCHNOP_bind_vcpu, &op), -EINVAL);
	event_close(pair[0]);
	event_close(pair[1]);
	event_close(ipi);
}
