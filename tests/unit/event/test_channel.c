// SPDX-License-Identifier: GPL-2.0-or-later
/* Ports through their hypercall: opening and closing, who may do what, two-level delivery. */
#include "channels.h"

/* --- opening and closing ---------------------------------------------------------------------- */

static void test_ports_count_up_from_1_and_are_reused(void **state)
{
	uint32_t p[3], again;

	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(alloc_unbound(a, DOMID_SELF, 2, &p[i]), 0);
		assert_int_equal(p[i], i + 1);
	}
	assert_int_equal(close_port(a, 2), 0);
	assert_int_equal(alloc_unbound(a, DOMID_SELF, 2, &again), 0);
	assert_int_equal(again, 2);
	assert_int_equal(alloc_unbound(a, DOMID_SELF, 2, &again), 0);
	assert_int_equal(again, 4);
}

static void test_limit(void **state)
{
	uint32_t port;

	for (unsigned i = 1; i <= 7; i++)
		assert_int_equal(alloc_unbound(b, DOMID_SELF, 0, &port), 0);
	assert_int_equal(port, 7);
	assert_int_equal(alloc_unbound(b, DOMID_SELF, 0, &port), -ENOSPC);
	assert_int_equal(bind_ipi(b, 0, &port), -ENOSPC);
	assert_int_equal(bind_virq(b, VIRQ_TIMER, 0, &port), -ENOSPC);
	assert_int_equal(b->vcpu[0]->event.virq_port[VIRQ_TIMER], 0);
	assert_int_equal(close_port(b, 3), 0);
	assert_int_equal(bind_ipi(b, 0, &port), 0);
	assert_int_equal(port, 3);
}

/* A port's events go to vCPU 0, which a domain under construction need not have. */
static void test_no_port_where_no_vcpu_is(void **state)
{
	struct vcpu *first = b->vcpu[0];
	uint32_t port;

	b->vcpu[0] = NULL;
	assert_int_equal(alloc_unbound(dom0, b->id, DOMID_SELF, &port), -ENOENT);
	b->vcpu[0] = first;
	assert_int_equal(alloc_unbound(dom0, b->id, DOMID_SELF, &port), 0);
	assert_int_equal(port, 1);
}

static void test_two_level_ends_at_4095(void **state)
{
	struct domain *big = fake_domain_create(3, 1, false);
	uint32_t port;

	assert_int_equal(event_domain_init(big, UINT32_MAX), 0);
	for (unsigned i = 1; i < EVTCHN_2L_NR_CHANNELS; i++)
		assert_int_equal(alloc_unbound(big, DOMID_SELF, 0, &port), 0);
	assert_int_equal(port, 4095);
	assert_int_equal(alloc_unbound(big, DOMID_SELF, 0, &port), -ENOSPC);
	gone(&big);
}

static void test_init_refuses_no_ports(void **state)
{
	struct domain *none = fake_domain_create(3, 1, false);

	assert_int_equal(event_domain_init(none, 0), -EINVAL);
	fake_domain_forget(none);
}

static void test_out_of_memory(void **state)
{
	struct domain *poor = fake_domain_create(3, 1, false);
	uint32_t port;

	for (int budget = 0; budget < 2; budget++) {
		fake_alloc_budget = budget;
		assert_int_equal(event_domain_init(poor, 1023), -ENOMEM);
	}
	fake_alloc_budget = 2;
	assert_int_equal(event_domain_init(poor, 1023), 0);
	for (unsigned i = 1; i < EVENTS_PER_BUCKET; i++)
		assert_int_equal(alloc_unbound(poor, DOMID_SELF, 0, &port), 0);
	assert_int_equal(alloc_unbound(poor, DOMID_SELF, 0, &port), -ENOMEM);
	fake_alloc_budget = -1;
	assert_int_equal(alloc_unbound(poor, DOMID_SELF, 0, &port), 0);
	assert_int_equal(port, EVENTS_PER_BUCKET);
	gone(&poor);
}

static void test_bad_ports(void **state)
{
	static const uint32_t bad[] = { 0, 1, 127, 128, 4096, 131072, 0x80000000u, UINT32_MAX };

	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		uint32_t port;

		assert_int_equal(send_port(a, bad[i]), -EINVAL);
		assert_int_equal(close_port(a, bad[i]), -EINVAL);
		assert_int_equal(bind_vcpu(a, bad[i], 0), -EINVAL);
		assert_int_equal(bind_interdomain(b, 1, bad[i], &port), -EINVAL);
		assert_int_equal(event_port_pending(a, bad[i]), -EINVAL);
	}
	assert_int_equal(unmask(a, 0), -EINVAL);
	assert_int_equal(unmask(a, 128), -EINVAL);
	assert_int_equal(a->event.nr_open, 0);
}

static void test_unknown_operations(void **state)
{
	uint64_t arg[8] = { 0 };

	assert_int_equal(call(a, 14, arg), -ENOSYS);
	assert_int_equal(call(a, UINT32_MAX, arg), -ENOSYS);
	assert_int_equal(call(a, EVTCHNOP_bind_pirq, arg), -EOPNOTSUPP);
	assert_int_equal(call(a, EVTCHNOP_set_priority, arg), -ENOSYS); /* two-level has none */
	assert_int_equal(call(a, EVTCHNOP_expand_array, arg), -EOPNOTSUPP);
}

static void test_bad_pointers(void **state)
{
	uint32_t port;

	for (unsigned cmd = 0; cmd <= EVTCHNOP_set_priority; cmd++)
		assert_int_equal(call(a, cmd, NULL), -EFAULT);
	/* A port that the caller cannot be told of is closed again. */
	fake_read_only = true;
	assert_int_equal(bind_ipi(a, 0, &port), -EFAULT);
	assert_int_equal(bind_virq(a, VIRQ_TIMER, 1, &port), -EFAULT);
	assert_int_equal(a->event.nr_open, 0);
	fake_read_only = false;
	assert_int_equal(bind_virq(a, VIRQ_TIMER, 1, &port), 0);
	assert_int_equal(port, 1);
}

/* --- who may ---------------------------------------------------------------------------------- */

static void test_only_the_control_domain_acts_for_others(void **state)
{
	struct evtchn_status st = { .dom = 2, .port = 1 };
	uint32_t port;

	assert_int_equal(alloc_unbound(a, b->id, a->id, &port), -EPERM);
	assert_int_equal(alloc_unbound(a, 6, a->id, &port), -ESRCH);
	assert_int_equal(alloc_unbound(a, DOMID_INVALID, a->id, &port), -ESRCH);
	assert_int_equal(call(a, EVTCHNOP_status, &st), -EPERM);
	assert_int_equal(reset(a, b->id), -EPERM);

	/* The toolstack: a port in the guest, for domain 0 or for itself to name. */
	assert_int_equal(alloc_unbound(dom0, b->id, DOMID_SELF, &port), 0);
	assert_int_equal(port, 1);
	assert_int_equal(call(dom0, EVTCHNOP_status, &st), 0);
	assert_int_equal(st.status, EVTCHNSTAT_unbound);
	assert_int_equal(st.u.unbound.dom, 0);
	assert_int_equal(bind_interdomain(dom0, b->id, port, &port), 0);
	assert_int_equal(fake_domain_refs(b), 1);
}

static void test_only_the_named_domain_may_connect(void **state)
{
	uint32_t port, local;

	assert_int_equal(alloc_unbound(a, DOMID_SELF, dom0->id, &port), 0);
	assert_int_equal(bind_interdomain(b, a->id, port, &local), -EINVAL);
	assert_int_equal(bind_interdomain(b, 6, port, &local), -ESRCH);
	assert_int_equal(bind_interdomain(dom0, a->id, port, &local), 0);
	/* Once. */
	assert_int_equal(bind_interdomain(dom0, a->id, port, &local), -EINVAL);
	assert_int_equal(b->event.nr_open, 0);
	assert_int_equal(dom0->event.nr_open, 1);
}

static void test_nothing_opens_in_a_dying_domain(void **state)
{
	uint32_t port, local;

	assert_int_equal(alloc_unbound(b, DOMID_SELF, a->id, &port), 0);
	b->is_dying = true;
	assert_int_equal(bind_interdomain(a, b->id, port, &local), -ESRCH);
	assert_int_equal(alloc_unbound(dom0, b->id, 0, &local), -ESRCH);
	assert_int_equal(a->event.nr_open, 0);
}

/* --- delivery --------------------------------------------------------------------------------- */

static void test_connecting_raises_the_local_port(void **state)
{
	uint32_t pa, pb;

	assert_int_equal(alloc_unbound(a, DOMID_SELF, b->id, &pa), 0);
	assert_int_equal(send_port(a, pa), 0); /* nobody there: dropped */
	assert_int_equal(bind_interdomain(b, a->id, pa, &pb), 0);
	assert_int_equal(fake_upcalls, 1);
	assert_ptr_equal(fake_upcalled, b->vcpu[0]);
	assert_int_equal(take_event(b, 0), pb);
	assert_int_equal(take_event(a, 0), 0);
}

static void test_send_both_ways(void **state)
{
	uint32_t pa, pb;

	connect_ab(&pa, &pb);
	assert_int_equal(send_port(a, pa), 0);
	assert_int_equal(take_event(b, 0), pb);
	assert_int_equal(take_event(b, 0), 0);
	assert_int_equal(send_port(b, pb), 0);
	assert_int_equal(take_event(a, 0), pa);
	assert_int_equal(fake_upcalls, 2);
}

static void test_one_upcall_until_it_is_taken(void **state)
{
	uint32_t pa, pb, qa, qb;

	connect_ab(&pa, &pb);
	connect_ab(&qa, &qb);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(send_port(a, pa), 0);
		assert_int_equal(send_port(a, qa), 0);
	}
	assert_int_equal(fake_upcalls, 1);
	assert_true(event_upcall_pending(b->vcpu[0]));
	assert_int_equal(take_event(b, 0), pb);
	assert_int_equal(take_event(b, 0), qb);
	assert_int_equal(take_event(b, 0), 0);
	assert_false(event_upcall_pending(b->vcpu[0]));
}

static void test_masked_waits_for_unmask(void **state)
{
	uint32_t pa, pb;

	connect_ab(&pa, &pb);
	b->shared_info->evtchn_mask[pb / 64] |= BIT(pb % 64);
	assert_int_equal(send_port(a, pa), 0);
	assert_int_equal(fake_upcalls, 0);
	assert_int_equal(event_port_pending(b, pb), 1);
	assert_int_equal(unmask(b, pb), 0);
	assert_int_equal(fake_upcalls, 1);
	assert_int_equal(take_event(b, 0), pb);
	/* Unmasked already, or nothing pending: no upcall. */
	assert_int_equal(unmask(b, pb), 0);
	b->shared_info->evtchn_mask[pb / 64] |= BIT(pb % 64);
	assert_int_equal(unmask(b, pb), 0);
	assert_int_equal(fake_upcalls, 1);
	assert_int_equal(event_port_pending(b, pb), 0);
}

static void test_bind_vcpu_moves_the_upcall(void **state)
{
	uint32_t pa, pb;

	connect_ab(&pa, &pb);
	assert_int_equal(bind_vcpu(a, pa, 2), 0);
	assert_int_equal(bind_vcpu(a, pa, 3), -ENOENT);
	assert_int_equal(bind_vcpu(a, pa, UINT32_MAX), -ENOENT);
	assert_int_equal(send_port(b, pb), 0);
	assert_ptr_equal(fake_upcalled, a->vcpu[2]);
	assert_int_equal(take_event(a, 0), 0);
	assert_int_equal(take_event(a, 2), pa);
	assert_int_equal(status_of(a, pa).vcpu, 2);
}

/* A port of the hypervisor's: its own code hears of events, and the guest cannot touch it. */
static void test_ports_of_our_own(void **state)
{
	struct vcpu *v = a->vcpu[1];
	uint32_t port, local;

	assert_int_equal(event_open(a, b->id, 1, true, &port), 0);
	event_send(a, port); /* nobody there yet */
	/* A port's vCPU may not have been made: what the guest writes leads nobody there. */
	a->vcpu[1] = NULL;
	bit_test_and_set(port, a->shared_info->evtchn_pending);
	bit_test_and_set(port, a->shared_info->evtchn_mask);
	assert_int_equal(unmask(a, port), 0);
	assert_int_equal(event_port_pending(a, port), -EINVAL); /* nobody is to wait for it */
	bit_test_and_clear(port, a->shared_info->evtchn_pending);
	bit_test_and_clear(port, a->shared_info->evtchn_mask);
	a->vcpu[1] = v;
	assert_int_equal(bind_interdomain(dom0, a->id, port, &local), -EINVAL);
	assert_int_equal(bind_interdomain(b, a->id, port, &local), 0);
	take_event(b, 0);
	event_send(a, port);
	assert_int_equal(take_event(b, 0), local);
	fake_answered = NULL;
	assert_int_equal(send_port(b, local), 0);
	assert_ptr_equal(fake_answered, a->vcpu[1]);
	assert_int_equal(take_event(a, 1), 0);
	assert_int_equal(close_port(a, port), -EINVAL);
	assert_int_equal(bind_vcpu(a, port, 0), -EINVAL);
	/* The other side may go and come. */
	assert_int_equal(close_port(b, local), 0);
	assert_int_equal(close_port(a, port), -EINVAL);
	assert_int_equal(bind_interdomain(b, a->id, port, &local), 0);
	take_event(b, 0);
	/* A reset, of a kernel that another one starts, is not kept by it. */
	assert_int_equal(reset(a, DOMID_SELF), 0);
	event_send(a, port);
	assert_int_equal(take_event(b, 0), local);
	event_close(a, port, true);
	assert_int_equal(a->event.nr_open, 0);
}

static void test_loopback(void **state)
{
	uint32_t p, q;

	assert_int_equal(alloc_unbound(a, DOMID_SELF, DOMID_SELF, &p), 0);
	assert_int_equal(bind_interdomain(a, DOMID_SELF, p, &q), 0);
	assert_int_equal(take_event(a, 0), q);
	assert_int_equal(send_port(a, p), 0);
	assert_int_equal(take_event(a, 0), q);
	assert_int_equal(send_port(a, q), 0);
	assert_int_equal(take_event(a, 0), p);
	assert_int_equal(close_port(a, q), 0);
	assert_int_equal(status_of(a, p).status, EVTCHNSTAT_unbound);
	assert_int_equal(close_port(a, p), 0);
	assert_int_equal(a->event.nr_open, 0);
}

static void test_ipi(void **state)
{
	uint32_t port;

	assert_int_equal(bind_ipi(a, 3, &port), -ENOENT);
	assert_int_equal(bind_ipi(a, 1, &port), 0);
	assert_int_equal(bind_vcpu(a, port, 0), -EINVAL);
	assert_int_equal(send_port(a, port), 0);
	assert_ptr_equal(fake_upcalled, a->vcpu[1]);
	assert_int_equal(take_event(a, 1), port);
	assert_int_equal(status_of(a, port).status, EVTCHNSTAT_ipi);
}

static void test_vcpu_info_moved(void **state)
{
	struct vcpu_info elsewhere;
	uint32_t pa, pb;

	connect_ab(&pa, &pb);
	memset(&elsewhere, 0, sizeof(elsewhere));
	assert_int_equal(send_port(a, pa), 0);
	b->vcpu[0]->info = &elsewhere; /* the upcall was raised in the old place only */
	fake_upcalls = 0;
	event_vcpu_info_moved(b->vcpu[0]);
	assert_int_equal(fake_upcalls, 1);
	assert_int_equal(take_event(b, 0), pb);
	/* Also when the flag was set in the new place before. */
	elsewhere.evtchn_upcall_pending = 1;
	event_vcpu_info_moved(b->vcpu[0]);
	assert_int_equal(fake_upcalls, 2);
}

/* Thousands of ports are closed in portions; those that are left still work for the other side. */
static void test_the_end_of_many_ports_can_be_interrupted(void **state)
{
	uint32_t port = 0, peer;
	unsigned calls = 0;

	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(alloc_unbound(a, DOMID_SELF, dom0->id, &port), 0);
	assert_int_equal(bind_interdomain(dom0, a->id, port, &peer), 0);
	a->is_dying = true;
	fake_preempt_budget = 0;
	while (event_domain_destroy(a) == -ERESTART) {
		assert_true(++calls < 100);
		assert_int_equal(status_of(dom0, peer).status, port < a->event.nr_closed
								       ? EVTCHNSTAT_unbound
								       : EVTCHNSTAT_interdomain);
	}
	assert_true(calls >= 1000 / 64);
	assert_int_equal(status_of(dom0, peer).status, EVTCHNSTAT_unbound);
	assert_null(a->event.buckets);
	fake_preempt_budget = -1;
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, channels_setup, channels_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ports_count_up_from_1_and_are_reused),
		TEST(test_limit),
		TEST(test_no_port_where_no_vcpu_is),
		TEST(test_two_level_ends_at_4095),
		TEST(test_init_refuses_no_ports),
		TEST(test_out_of_memory),
		TEST(test_bad_ports),
		TEST(test_unknown_operations),
		TEST(test_bad_pointers),
		TEST(test_only_the_control_domain_acts_for_others),
		TEST(test_only_the_named_domain_may_connect),
		TEST(test_nothing_opens_in_a_dying_domain),
		TEST(test_connecting_raises_the_local_port),
		TEST(test_send_both_ways),
		TEST(test_one_upcall_until_it_is_taken),
		TEST(test_masked_waits_for_unmask),
		TEST(test_bind_vcpu_moves_the_upcall),
		TEST(test_ports_of_our_own),
		TEST(test_loopback),
		TEST(test_ipi),
		TEST(test_vcpu_info_moved),
		TEST(test_the_end_of_many_ports_can_be_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
