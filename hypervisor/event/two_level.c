// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The two-level layout: a pending and a mask bit per port in the shared info page, and in each
 * vcpu_info a selector with one bit per word of 64 ports. All are shared with the guest and atomic;
 * the caller keeps the channel's binding from changing (private.h).
 */
#include "private.h"

#include "atomic.h"

static void select_word(struct domain *d, const struct event_channel *c)
{
	struct vcpu *v = d->vcpu[READ_ONCE(c->vcpu)];
	struct vcpu_info *info = READ_ONCE(v->info);

	if (!bit_test_and_set(c->port / 64, &info->evtchn_pending_sel))
		event_raise_upcall(v);
}

bool event_2l_set_pending(struct domain *d, struct event_channel *c)
{
	struct shared_info *s = d->shared_info;

	if (c->port >= EVTCHN_2L_NR_CHANNELS || bit_test_and_set(c->port, s->evtchn_pending))
		return false;
	if (!bit_test(c->port, s->evtchn_mask))
		select_word(d, c);
	return true;
}

void event_2l_clear_pending(struct domain *d, struct event_channel *c)
{
	if (c->port < EVTCHN_2L_NR_CHANNELS)
		bit_test_and_clear(c->port, d->shared_info->evtchn_pending);
}

bool event_2l_is_pending(const struct domain *d, const struct event_channel *c)
{
	return c->port < EVTCHN_2L_NR_CHANNELS && bit_test(c->port, d->shared_info->evtchn_pending);
}

void event_2l_unmask(struct domain *d, struct event_channel *c)
{
	struct shared_info *s = d->shared_info;

	if (c->port < EVTCHN_2L_NR_CHANNELS && bit_test_and_clear(c->port, s->evtchn_mask) &&
	    bit_test(c->port, s->evtchn_pending))
		select_word(d, c);
}
