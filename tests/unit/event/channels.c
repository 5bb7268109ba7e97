// SPDX-License-Identifier: GPL-2.0-or-later
/* Three domains and their hypercalls: see channels.h. */
#include "channels.h"

#include "guest_access.h"

struct domain *dom0, *a, *b;

/* No guest page is ever given here. */
void *guest_frame_map(struct domain *d, gfn_t gfn)
{
	return NULL;
}
void guest_frame_unmap(void *va)
{
	fail();
}

int channels_setup(void **state)
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

void gone(struct domain **d)
{
	if (!*d)
		return;
	(*d)->is_dying = true;
	fake_preempt_budget = -1;
	event_domain_destroy(*d);
	event_domain_destroy(*d); /* may be called again */
	fake_domain_forget(*d);
	*d = NULL;
}

int channels_teardown(void **state)
{
	gone(&b);
	gone(&a);
	gone(&dom0);
	fake_check_clean();
	return 0;
}

/* --- hypercalls ------------------------------------------------------------------------------- */

long call(struct domain *d, unsigned cmd, void *arg)
{
	fake_run_as(d, 0);
	return do_event_channel_op(cmd, (uintptr_t)arg);
}

long alloc_unbound(struct domain *d, domid_t dom, domid_t remote, uint32_t *port)
{
	struct evtchn_alloc_unbound op = { .dom = dom, .remote_dom = remote };
	long rc = call(d, EVTCHNOP_alloc_unbound, &op);

	*port = op.port;
	return rc;
}

long bind_interdomain(struct domain *d, domid_t remote, uint32_t remote_port, uint32_t *port)
{
	struct evtchn_bind_interdomain op = { .remote_dom = remote, .remote_port = remote_port };
	long rc = call(d, EVTCHNOP_bind_interdomain, &op);

	*port = op.local_port;
	return rc;
}

long bind_virq(struct domain *d, uint32_t virq, uint32_t vcpu, uint32_t *port)
{
	struct evtchn_bind_virq op = { .virq = virq, .vcpu = vcpu };
	long rc = call(d, EVTCHNOP_bind_virq, &op);

	*port = op.port;
	return rc;
}

long bind_ipi(struct domain *d, uint32_t vcpu, uint32_t *port)
{
	struct evtchn_bind_ipi op = { .vcpu = vcpu };
	long rc = call(d, EVTCHNOP_bind_ipi, &op);

	*port = op.port;
	return rc;
}

long bind_vcpu(struct domain *d, uint32_t port, uint32_t vcpu)
{
	struct evtchn_bind_vcpu op = { .port = port, .vcpu = vcpu };

	return call(d, EVTCHNOP_bind_vcpu, &op);
}

long send_port(struct domain *d, uint32_t port)
{
	struct evtchn_send op = { .port = port };

	return call(d, EVTCHNOP_send, &op);
}

long close_port(struct domain *d, uint32_t port)
{
	struct evtchn_close op = { .port = port };

	return call(d, EVTCHNOP_close, &op);
}

long unmask(struct domain *d, uint32_t port)
{
	struct evtchn_unmask op = { .port = port };

	return call(d, EVTCHNOP_unmask, &op);
}

struct evtchn_status status_of(struct domain *d, uint32_t port)
{
	struct evtchn_status op = { .dom = DOMID_SELF, .port = port };

	assert_int_equal(call(d, EVTCHNOP_status, &op), 0);
	return op;
}

long reset(struct domain *d, domid_t dom)
{
	struct evtchn_reset op = { .dom = dom };

	return call(d, EVTCHNOP_reset, &op);
}

/* What a two-level guest does in its upcall: takes one event off, 0 if there is none. */
uint32_t take_event(struct domain *d, unsigned vcpu)
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
void connect_ab(uint32_t *port_a, uint32_t *port_b)
{
	assert_int_equal(alloc_unbound(a, DOMID_SELF, b->id, port_a), 0);
	assert_int_equal(bind_interdomain(b, a->id, *port_a, port_b), 0);
	assert_int_equal(take_event(b, 0), *port_b);
	fake_upcalls = 0;
}
