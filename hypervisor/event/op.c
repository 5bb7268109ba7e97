// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_event_channel_op: one table of operations; copies the argument in once, runs it,
 * copies results out. Takes no locks. Xen's private reset_cont has no counterpart: a repeated reset
 * goes on.
 */
#include "private.h"

#include "abi/errno.h"
#include "guest_access.h"
#include "lib.h"
#include "log.h"

static int event_op_bind_pirq(struct domain *d, union event_arg *a)
{
	log_domain(d, LOG_INFO,
		   "bind_pirq %u: no PIRQs here, interrupts of devices come through the APICs",
		   a->bind_pirq.pirq);
	return -EOPNOTSUPP;
}

static int event_op_close(struct domain *d, union event_arg *a)
{
	return event_close(d, a->close.port, false);
}

static int event_op_reset(struct domain *d, union event_arg *a)
{
	struct domain *target;
	int rc = event_target_get(d, a->reset.dom, &target);

	if (rc)
		return rc;
	rc = event_reset(target);
	domain_put(target);
	return rc;
}

/* What an operation takes and gives. */
struct event_operation {
	int (*run)(struct domain *d, union event_arg *a);
	uint8_t size;
	bool results;
	/* offset of the port to close again if the caller cannot be told; 0: none */
	uint8_t opened;
};

#define OP(op, ...)   [EVTCHNOP_##op] = { event_op_##op, sizeof(struct evtchn_##op), ##__VA_ARGS__ }

#define OPENS(op, at) .results = true, .opened = offsetof(struct evtchn_##op, at)

static const struct event_operation operations[] = {
	OP(bind_interdomain, OPENS(bind_interdomain, local_port)),
	OP(bind_virq, OPENS(bind_virq, port)),
	OP(bind_pirq),
	OP(close),
	OP(status, .results = true),
	OP(alloc_unbound, .results = true),
	OP(bind_ipi, OPENS(bind_ipi, port)),
	OP(bind_vcpu),
	OP(unmask),
	OP(reset),
	OP(init_control, .results = true),
	OP(expand_array),
	OP(set_priority),
};

long do_event_channel_op(unsigned cmd, uint64_t arg)
{
	struct domain *d = domain_current();
	const struct event_operation *o;
	union event_arg a;
	uint32_t port;
	int rc;

	/* The hot one does without the table. */
	if (likely(cmd == EVTCHNOP_send))
		return guest_copy_from(&a, arg, sizeof(a.send)) ? -EFAULT
								: event_send(d, a.send.port);
	o = &operations[index_below(cmd, ARRAY_SIZE(operations))];
	if (cmd >= ARRAY_SIZE(operations) || !o->run) {
		log_domain(d, LOG_INFO, "event_channel_op %u is unknown", cmd);
		return -ENOSYS;
	}
	if (guest_copy_from(&a, arg, o->size))
		return -EFAULT;
	rc = o->run(d, &a);
	if (rc || !o->results || !guest_copy_to(arg, &a, o->size))
		return rc;
	if (o->opened) {
		memcpy(&port, (char *)&a + o->opened, sizeof(port));
		event_close(d, port, false);
	}
	return -EFAULT;
}
