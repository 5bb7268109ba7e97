// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Event channels through their hypercall: opening and closing ports, the two-level layout, virtual
 * interrupts, IPIs, polling, who may do what, and domains that go away. FIFO: test_fifo.c.
 */
#include "fake_domain.h"

#include <errno.h>
#include <string.h>

#include "atomic.h"
#include "event.h"
#include "event/private.h"
#include "guest_access.h"

static struct domain *dom0, *a, *b;

/* No guest page is ever given here. */
void *guest_frame_map(struct domain *d, gfn_t gfn)
{
	return NULL;
}
void guest_frame_unmap(void *va)
{
	fail();
}

static int setup(void **state)
{
	fake_reset();
	dom0 = fake_domain_create(0, 2, true);
	a = fake_domain_create(1, 3, false);
	b = fake_domain_create(2, 1, false);
	assert_int_equal(event_domain_init(dom0, 4095), 0);
	assert_int_equal(event_domain_init(a, 1023), 0);
	assert_int_equal(event_domain_init(b, 7), 0);
	return 0;
}

static void gone(struct domain **d)
{
	if (!*d)
		return;
	(*d)->is_dying = true;
	event_domain_destroy(*d);
	event_domain_destroy(*d); /* may be called again */
	fake_domain_forget(*d);
	*d = NULL;
}

static int teardown(void **state)
{
	gone(&b);
	gone(&a);
	gone(&dom0);
	fake_check_clean();
	return 0;
}

/* --- hypercalls --------------------------------------------------------------------------------- */

static long call(struct domain *d, unsigned cmd, void *arg)
{
	fake_run_as(d, 0);
	return do_event_channel_op(cmd, (uintptr_t)arg);
}

static long alloc_unbound(struct domain *d, domid_t dom, domid_t remote, uint32_t *port)
{
	struct evtchn_alloc_unbound op = { .dom = dom, .remote_dom = remote };
	long rc = call(d, EVTCHNOP_alloc_unbound, &op);

	*port = op.port;
	return rc;
}

static long bind_interdomain(struct domain *d, domid_t remote, uint32_t remote_port, uint32_t *port)
{
	struct evtchn_bind_interdomain op = { .remote_dom = remote, .remote_port = remote_port };
	long rc = call(d, EVTCHNOP_bind_interdomain, &op);

	*port = op.local_port;
	return rc;
}

static long bind_virq(struct domain *d, uint32_t virq, uint32_t vcpu, uint32_t *port)
{
	struct evtchn_bind_virq op = { .virq = virq, .vcpu = vcpu };
	long rc = call(d, EVTCHNOP_bind_virq, &op);

	*port = op.port;
	return rc;
}

static long bind_ipi(struct domain *d, uint32_t vcpu, uint32_t *port)
{
	struct evtchn_bind_ipi op = { .vcpu = vcpu };
	long rc = call(d, EVTCHNOP_bind_ipi, &op);

	*port = op.port;
	return rc;
}

static long bind_vcpu(struct domain *d, uint32_t port, uint32_t vcpu)
{
	struct evtchn_bind_vcpu op = { .port = port, .vcpu = vcpu };

	return call(d, EVTCHNOP_bind_vcpu, &op);
}

static long send_port(struct domain *d, uint32_t port)
{
	struct evtchn_send op = { .port = port };

	return call(d, EVTCHNOP_send, &op);
}

static long close_port(struct domain *d, uint32_t port)
{
	struct evtchn_close op = { .port = port };

	return call(d, EVTCHNOP_close, &op);
}

static long unmask(struct domain *d, uint32_t port)
{
	struct evtchn_unmask op = { .port = port };

	return call(d, EVTCHNOP_unmask, &op);
}

static struct evtchn_status status_of(struct domain *d, uint32_t port)
{
	struct evtchn_status op = { .dom = DOMID_SELF, .port = port };

	assert_int_equal(call(d, EVTCHNOP_status, &op), 0);
	return op;
}

static long reset(struct domain *d, domid_t dom)
{
	struct evtchn_reset op = { .dom = dom };

	return call(d, EVTCHNOP_reset, &op);
}

/* What a two-level guest does in its upcall: takes one event off, 0 if there is none. */
static uint32_t take_event(struct domain *d, unsigned vcpu)
{
	struct vcpu_info *info = d->vcpu[vcpu]->info;
	struct shared_info *s = d->shared_info;

	info->evtchn_upcall_pending = 0;
	while (info->evtchn_pending_sel) {
		unsigned word = (unsigned)__builtin_ctzl(info->evtchn_pending_sel), bit;
		uint64_t ready = s->evtchn_pending[word] & ~s->evtchn_mask[word];

		if (!(ready & (ready - 1))) /* none, or the last: done with this word */
			info->evtchn_pending_sel &= ~BIT(word);
		if (!ready)
			continue;
		bit = (unsigned)__builtin_ctzl(ready);
		s->evtchn_pending[word] &= ~BIT(bit);
		return word * 64 + bit;
	}
	return 0;
}

/* A port of a, connected to a port of b; what connecting raised is taken off. */
static void connect(uint32_t *port_a, uint32_t *port_b)
{
	assert_int_equal(alloc_unbound(a, DOMID_SELF, b->id, port_a), 0);
	assert_int_equal(bind_interdomain(b, a->id, *port_a, port_b), 0);
	assert_int_equal(take_event(b, 0), *port_b);
	fake_upcalls = 0;
}

/* --- opening and closing ------------------------------------------------------------------------ */

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

/* --- who may ------------------------------------------------------------------------------------ */

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

/* --- delivery ----------------------------------------------------------------------------------- */

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

	connect(&pa, &pb);
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

	connect(&pa, &pb);
	connect(&qa, &qb);
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

	connect(&pa, &pb);
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

	connect(&pa, &pb);
	assert_int_equal(bind_vcpu(a, pa, 2), 0);
	assert_int_equal(bind_vcpu(a, pa, 3), -ENOENT);
	assert_int_equal(bind_vcpu(a, pa, UINT32_MAX), -ENOENT);
	assert_int_equal(send_port(b, pb), 0);
	assert_ptr_equal(fake_upcalled, a->vcpu[2]);
	assert_int_equal(take_event(a, 0), 0);
	assert_int_equal(take_event(a, 2), pa);
	assert_int_equal(status_of(a, pa).vcpu, 2);
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

	connect(&pa, &pb);
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

/* --- polling ------------------------------------------------------------------------------------ */

static void test_pollers(void **state)
{
	uint32_t pa, pb, qa, qb;

	connect(&pa, &pb);
	connect(&qa, &qb);
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

/* --- virtual interrupts ------------------------------------------------------------------------- */

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

/* --- the end ------------------------------------------------------------------------------------ */

static void test_closing_leaves_the_peer_unbound(void **state)
{
	uint32_t pa, pb, again;

	connect(&pa, &pb);
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

	connect(&pa, &pb);
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

	connect(&pa, &pb);
	gone(&b);
	assert_int_equal(status_of(a, pa).status, EVTCHNSTAT_unbound);
	assert_int_equal(send_port(a, pa), 0);
	assert_int_equal(close_port(a, pa), 0);
}

static void test_a_dead_domain_answers(void **state)
{
	struct evtchn_status st = { .dom = 2, .port = 1 };
	uint32_t pa, pb;

	connect(&pa, &pb);
	b->is_dying = true;
	event_domain_destroy(b);
	assert_int_equal(call(dom0, EVTCHNOP_status, &st), -EINVAL);
	assert_int_equal(reset(dom0, b->id), 0);
	event_virq(b->vcpu[0], VIRQ_TIMER);
}

static void test_reset(void **state)
{
	uint32_t pa, pb, port;

	connect(&pa, &pb);
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

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ports_count_up_from_1_and_are_reused),
		TEST(test_limit),
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
		TEST(test_loopback),
		TEST(test_ipi),
		TEST(test_vcpu_info_moved),
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
