// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtual interrupts, pollers, and what is left when a port or a domain goes away. */
#include "channels.h"

/* --- polling ---------------------------------------------------------------------------------- */

static void test_pollers(void **state)
{
	uint32_t pa, pb, qa, qb;

	connect_ab(&pa, &pb);
	connect_ab(&qa, &qb);
	a->shared_info->evtchn_mask[0] = ~0UL; /* pollers see masked events too */
	a->vcpu[0]->event.poll_port = qa;
	a->vcpu[1]->event.poll_port = 0;
	a->vcpu[2]->event.poll_port = pa;
	a->poll_mask[0] = 7;
	assert_int_equal(send_port(b, pb), 0);
	assert_int_equal(a->poll_mask[0], 1); /* vCPU 0 waits for another port */
	assert_int_equal(fake_unblocked, 2);
	assert_int_equal(send_port(b, pb), 0); /* still pending: nothing new */
	assert_int_equal(send_port(b, qb), 0);
	assert_int_equal(a->poll_mask[0], 0);
	assert_int_equal(fake_unblocked, 3);
	assert_int_equal(fake_upcalls, 0);
	/* Bits of vCPUs that there are not are left alone. */
	a->poll_mask[1] = ~0UL;
	a->shared_info->evtchn_pending[0] = 0;
	assert_int_equal(send_port(b, pb), 0);
	assert_int_equal(fake_unblocked, 3);
	a->poll_mask[1] = 0;
}

/* --- virtual interrupts ----------------------------------------------------------------------- */

static void test_virq_arguments(void **state)
{
	uint32_t port;

	assert_int_equal(bind_virq(a, NR_VIRQS, 0, &port), -EINVAL);
	assert_int_equal(bind_virq(a, UINT32_MAX, 0, &port), -EINVAL);
	assert_int_equal(bind_virq(a, VIRQ_TIMER, 3, &port), -ENOENT);
	assert_int_equal(bind_virq(a, VIRQ_CONSOLE, 1, &port), -EINVAL);
	assert_int_equal(bind_virq(a, VIRQ_TIMER, 1, &port), 0);
	assert_int_equal(bind_virq(a, VIRQ_TIMER, 1, &port), -EEXIST);
	assert_int_equal(bind_virq(a, VIRQ_TIMER, 2, &port), 0);
	assert_int_equal(send_port(a, port), -EINVAL);
	assert_int_equal(bind_vcpu(a, port, 0), -EINVAL);
	assert_int_equal(status_of(a, port).status, EVTCHNSTAT_virq);
	assert_int_equal(status_of(a, port).u.virq, VIRQ_TIMER);
}

static void test_virq_of_a_vcpu(void **state)
{
	uint32_t port;

	event_virq(a->vcpu[1], VIRQ_TIMER); /* unbound: nothing */
	assert_int_equal(bind_virq(a, VIRQ_TIMER, 1, &port), 0);
	event_virq(a->vcpu[0], VIRQ_TIMER);
	assert_int_equal(fake_upcalls, 0);
	event_virq(a->vcpu[1], VIRQ_TIMER);
	assert_int_equal(fake_upcalls, 1);
	assert_int_equal(take_event(a, 1), port);
	assert_int_equal(close_port(a, port), 0);
	event_virq(a->vcpu[1], VIRQ_TIMER);
	assert_int_equal(fake_upcalls, 1);
	assert_int_equal(bind_virq(a, VIRQ_TIMER, 1, &port), 0);
}

static void test_global_virq_goes_to_domain_0(void **state)
{
	uint32_t port, other;

	assert_int_equal(bind_virq(a, VIRQ_DOM_EXC, 0, &other), 0);
	event_global_virq(VIRQ_DOM_EXC);
	assert_int_equal(fake_upcalls, 0);
	assert_int_equal(bind_virq(dom0, VIRQ_DOM_EXC, 0, &port), 0);
	assert_int_equal(bind_vcpu(dom0, port, 1), 0);
	event_global_virq(VIRQ_DOM_EXC);
	assert_int_equal(fake_upcalls, 1);
	assert_ptr_equal(fake_upcalled, dom0->vcpu[1]);
	assert_int_equal(take_event(dom0, 1), port);
	/* Moved, but still bound on vCPU 0: closing it frees that. */
	assert_int_equal(close_port(dom0, port), 0);
	assert_int_equal(bind_virq(dom0, VIRQ_DOM_EXC, 0, &port), 0);
}

static void test_global_virq_without_domain_0(void **state)
{
	gone(&dom0);
	event_global_virq(VIRQ_DOM_EXC);
	assert_int_equal(fake_upcalls, 0);
}

static void test_virq_does_not_raise_the_ports_next_user(void **state)
{
	uint32_t port, next;

	assert_int_equal(bind_virq(a, VIRQ_TIMER, 1, &port), 0);
	assert_int_equal(close_port(a, port), 0);
	assert_int_equal(bind_ipi(a, 1, &next), 0);
	assert_int_equal(next, port);
	a->vcpu[1]->event.virq_port[VIRQ_TIMER] = port; /* read before it was closed */
	event_virq(a->vcpu[1], VIRQ_TIMER);
	assert_int_equal(event_port_pending(a, port), 0);
	a->vcpu[1]->event.virq_port[VIRQ_TIMER] = 0;
}

/* --- the end ---------------------------------------------------------------------------------- */

static void test_closing_leaves_the_peer_unbound(void **state)
{
	uint32_t pa, pb, again;

	connect_ab(&pa, &pb);
	assert_int_equal(close_port(b, pb), 0);
	assert_int_equal(status_of(a, pa).status, EVTCHNSTAT_unbound);
	assert_int_equal(status_of(a, pa).u.unbound.dom, b->id);
	assert_int_equal(status_of(b, pb).status, EVTCHNSTAT_closed);
	assert_int_equal(send_port(a, pa), 0);
	assert_int_equal(event_port_pending(b, pb), -EINVAL);
	/* The same domain may connect again, nobody else. */
	assert_int_equal(bind_interdomain(dom0, a->id, pa, &again), -EINVAL);
	assert_int_equal(bind_interdomain(b, a->id, pa, &again), 0);
	assert_int_equal(close_port(a, pa), 0);
	assert_int_equal(status_of(b, again).status, EVTCHNSTAT_unbound);
}

static void test_closing_clears_what_was_pending(void **state)
{
	uint32_t pa, pb, next;

	connect_ab(&pa, &pb);
	b->shared_info->evtchn_mask[0] = ~0UL;
	assert_int_equal(send_port(a, pa), 0);
	assert_int_equal(close_port(b, pb), 0);
	assert_int_equal(bind_ipi(b, 0, &next), 0);
	assert_int_equal(next, pb);
	assert_int_equal(event_port_pending(b, next), 0);
}

static void test_partner_dies(void **state)
{
	uint32_t pa, pb;

	connect_ab(&pa, &pb);
	gone(&b);
	assert_int_equal(status_of(a, pa).status, EVTCHNSTAT_unbound);
	assert_int_equal(send_port(a, pa), 0);
	assert_int_equal(close_port(a, pa), 0);
}

static void test_a_dead_domain_answers(void **state)
{
	struct evtchn_status st = { .dom = 2, .port = 1 };
	uint32_t pa, pb;

	connect_ab(&pa, &pb);
	b->is_dying = true;
	event_domain_destroy(b);
	assert_int_equal(call(dom0, EVTCHNOP_status, &st), -EINVAL);
	assert_int_equal(reset(dom0, b->id), 0);
	event_virq(b->vcpu[0], VIRQ_TIMER);
}

static void test_reset(void **state)
{
	uint32_t pa, pb, port;

	connect_ab(&pa, &pb);
	assert_int_equal(bind_virq(a, VIRQ_TIMER, 0, &port), 0);
	assert_int_equal(bind_ipi(a, 2, &port), 0);
	assert_int_equal(reset(a, DOMID_SELF), 0);
	assert_int_equal(a->event.nr_open, 0);
	assert_int_equal(status_of(b, pb).status, EVTCHNSTAT_unbound);
	assert_int_equal(bind_virq(a, VIRQ_TIMER, 0, &port), 0);
	assert_int_equal(port, 1);
	assert_int_equal(reset(dom0, a->id), 0);
	assert_int_equal(a->event.nr_open, 0);
}

static void test_reset_is_interrupted(void **state)
{
	unsigned calls = 0;
	uint32_t port;
	long rc;

	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(bind_ipi(a, 0, &port), 0);
	fake_preempt_budget = 0;
	do {
		rc = reset(a, DOMID_SELF);
		calls++;
	} while (rc == -ERESTART && calls < 10);
	assert_int_equal(rc, 0);
	assert_int_equal(calls, 4);
	assert_int_equal(a->event.nr_open, 0);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, channels_setup, channels_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pollers),
		TEST(test_virq_arguments),
		TEST(test_virq_of_a_vcpu),
		TEST(test_global_virq_goes_to_domain_0),
		TEST(test_global_virq_without_domain_0),
		TEST(test_virq_does_not_raise_the_ports_next_user),
		TEST(test_closing_leaves_the_peer_unbound),
		TEST(test_closing_clears_what_was_pending),
		TEST(test_partner_dies),
		TEST(test_a_dead_domain_answers),
		TEST(test_reset),
		TEST(test_reset_is_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
