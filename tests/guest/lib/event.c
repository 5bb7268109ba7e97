// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The two-level event layout as a guest uses it. Bits are changed atomically: the hypervisor and
 * other vCPUs do, too.
 */
#include "event.h"

#include "abi/hvm_op.h"
#include "abi/hvm_params.h"
#include "abi/sched.h"
#include "clock.h"
#include "cpu.h"
#include "hypercall.h"
#include "smp.h"
#include "test.h"
#include "trap.h"

#define PORTS EVTCHN_2L_NR_CHANNELS
#define VCPUS 4

static volatile unsigned counts[PORTS];
static volatile unsigned last_vcpu[PORTS];
static struct vcpu_info *infos[VCPUS];

struct vcpu_info *event_vcpu_info(unsigned vcpu)
{
	return infos[vcpu] ? infos[vcpu] : &shared_info_get()->vcpu_info[vcpu];
}

void event_set_vcpu_info(unsigned vcpu, struct vcpu_info *info)
{
	infos[vcpu] = info;
}

void event_scan(void)
{
	struct shared_info *shared = shared_info_get();
	struct vcpu_info *info = event_vcpu_info(smp_cpu());

	while (__atomic_exchange_n(&info->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST)) {
		uint64_t words = __atomic_exchange_n(&info->evtchn_pending_sel, 0,
						     __ATOMIC_SEQ_CST);

		for (unsigned w = 0; w < 64; w++) {
			uint64_t ready;

			if (!(words >> w & 1))
				continue;
			ready = READ_ONCE(shared->evtchn_pending[w]) &
				~READ_ONCE(shared->evtchn_mask[w]);
			for (unsigned b = 0; b < 64; b++) {
				if (!(ready >> b & 1))
					continue;
				event_clear(w * 64 + b);
				last_vcpu[w * 64 + b] = smp_cpu();
				counts[w * 64 + b]++;
			}
		}
	}
}

static void upcall(struct trap_frame *frame)
{
	(void)frame;
	event_scan();
}

void event_init(void)
{
	struct xen_hvm_param param = {
		.domid = DOMID_SELF,
		.index = HVM_PARAM_CALLBACK_IRQ,
		.value = (uint64_t)HVM_PARAM_CALLBACK_TYPE_VECTOR << 56 | EVENT_VECTOR,
	};

	shared_info_get();
	irq_set_handler(EVENT_VECTOR, upcall);
	CHECK_EQ(hvm_op(HVMOP_set_param, &param), 0);
}

/* A port that was masked when it was closed may come back masked. */
static void port_fresh(evtchn_port_t port)
{
	__atomic_and_fetch(&shared_info_get()->evtchn_mask[port / 64], ~(1UL << port % 64),
			   __ATOMIC_SEQ_CST);
	event_count_reset(port);
}

evtchn_port_t event_alloc_unbound(domid_t remote)
{
	struct evtchn_alloc_unbound op = { .dom = DOMID_SELF, .remote_dom = remote };

	CHECK_EQ(evtchn_op(EVTCHNOP_alloc_unbound, &op), 0);
	port_fresh(op.port);
	return op.port;
}

evtchn_port_t event_bind_interdomain(domid_t remote, evtchn_port_t remote_port)
{
	struct evtchn_bind_interdomain op = { .remote_dom = remote, .remote_port = remote_port };

	CHECK_EQ(evtchn_op(EVTCHNOP_bind_interdomain, &op), 0);
	port_fresh(op.local_port);
	return op.local_port;
}

evtchn_port_t event_bind_virq(uint32_t virq, uint32_t vcpu)
{
	struct evtchn_bind_virq op = { .virq = virq, .vcpu = vcpu };

	CHECK_EQ(evtchn_op(EVTCHNOP_bind_virq, &op), 0);
	port_fresh(op.port);
	return op.port;
}

evtchn_port_t event_bind_ipi(uint32_t vcpu)
{
	struct evtchn_bind_ipi op = { .vcpu = vcpu };

	CHECK_EQ(evtchn_op(EVTCHNOP_bind_ipi, &op), 0);
	port_fresh(op.port);
	return op.port;
}

void event_close(evtchn_port_t port)
{
	struct evtchn_close op = { .port = port };

	CHECK_EQ(evtchn_op(EVTCHNOP_close, &op), 0);
}

void event_send(evtchn_port_t port)
{
	struct evtchn_send op = { .port = port };

	CHECK_EQ(evtchn_op(EVTCHNOP_send, &op), 0);
}

void event_pair(evtchn_port_t pair[2])
{
	pair[0] = event_alloc_unbound(DOMID_SELF);
	pair[1] = event_bind_interdomain(DOMID_SELF, pair[0]);
}

void event_unmask(evtchn_port_t port)
{
	struct evtchn_unmask op = { .port = port };

	CHECK_EQ(evtchn_op(EVTCHNOP_unmask, &op), 0);
}

void event_mask(evtchn_port_t port)
{
	__atomic_or_fetch(&shared_info_get()->evtchn_mask[port / 64], 1UL << port % 64,
			  __ATOMIC_SEQ_CST);
}

bool event_pending(evtchn_port_t port)
{
	return READ_ONCE(shared_info_get()->evtchn_pending[port / 64]) >> port % 64 & 1;
}

void event_wait(evtchn_port_t port, unsigned ms)
{
	struct sched_poll poll = { .ports = (uint64_t)&port,
				   .nr_ports = port ? 1 : 0,
				   .timeout = clock_now() + ms * MS };

	CHECK_EQ(sched_op(SCHEDOP_poll, &poll), 0);
}

void event_clear(evtchn_port_t port)
{
	__atomic_and_fetch(&shared_info_get()->evtchn_pending[port / 64], ~(1UL << port % 64),
			   __ATOMIC_SEQ_CST);
}

unsigned event_count(evtchn_port_t port)
{
	return counts[port];
}

void event_sleep(evtchn_port_t port)
{
	while (!event_count(port)) {
		irq_enable_and_halt();
		irq_disable();
	}
}

void event_count_reset(evtchn_port_t port)
{
	counts[port] = 0;
}

unsigned event_last_vcpu(evtchn_port_t port)
{
	return last_vcpu[port];
}
