// SPDX-License-Identifier: GPL-2.0-or-later
/* The guest's side of the console ring: see pv_console.h. */
#include "pv_console.h"

#include "abi/console.h"
#include "abi/hvm_params.h"
#include "clock.h"
#include "event.h"
#include "hypercall.h"
#include "print.h"

static volatile struct xencons_interface *ring;
static evtchn_port_t port;

/* No CHECK: that would print. */
static void kick(void)
{
	struct evtchn_send op = { .port = port };

	evtchn_op(EVTCHNOP_send, &op);
}

static void write(const char *text, size_t n)
{
	uint64_t end = clock_now() + 1000 * MS;

	while (n && clock_now() < end) {
		if (ring->out_prod - ring->out_cons == sizeof(ring->out)) {
			kick();
			event_wait(0, 10);
			continue;
		}
		ring->out[MASK_XENCONS_IDX(ring->out_prod, ring->out)] = *text++;
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		ring->out_prod++;
		n--;
	}
	kick();
}

void pv_console_init(void)
{
	ring = (void *)(hvm_param(HVM_PARAM_CONSOLE_PFN) << 12);
	port = (evtchn_port_t)hvm_param(HVM_PARAM_CONSOLE_EVTCHN);
	clock_now(); /* what it needs is there now, or the test fails here */
	print_also = write;
}
