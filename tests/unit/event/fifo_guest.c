// SPDX-License-Identifier: GPL-2.0-or-later
/* The guest's side of the FIFO layout: see fifo_guest.h. */
#include "fifo_guest.h"

#include <stdlib.h>

#include "guest_access.h"

struct domain *g;
char *ram;
unsigned mapped[GUEST_PAGES];
/* What a guest remembers of each queue: the next to take, 0 to look at the control block. */
uint32_t fifo_next[2][EVTCHN_FIFO_MAX_QUEUES];
uint32_t fifo_ready[2]; /* queues that it took over from the control block */

void *guest_frame_map(struct domain *d, gfn_t gfn)
{
	if (gfn.n >= GUEST_PAGES)
		return NULL;
	mapped[gfn.n]++;
	return ram + gfn.n * PAGE_SIZE;
}

void guest_frame_unmap(void *va)
{
	uintptr_t offset = (uintptr_t)va - (uintptr_t)ram;

	if (!va)
		return;
	assert_true(offset < GUEST_PAGES * PAGE_SIZE);
	assert_true(mapped[offset / PAGE_SIZE]-- > 0);
}

int fifo_setup(void **state)
{
	fake_reset();
	memset(fifo_next, 0, sizeof(fifo_next));
	memset(fifo_ready, 0, sizeof(fifo_ready));
	ram = aligned_alloc(PAGE_SIZE, GUEST_PAGES * PAGE_SIZE);
	memset(ram, 0, GUEST_PAGES * PAGE_SIZE);
	g = fake_domain_create(1, 2, false);
	assert_int_equal(event_domain_init(g, 4095), 0);
	fake_run_as(g, 0);
	return 0;
}

int fifo_teardown(void **state)
{
	g->is_dying = true;
	event_domain_destroy(g);
	fake_domain_forget(g);
	for (unsigned i = 0; i < GUEST_PAGES; i++)
		assert_int_equal(mapped[i], 0);
	free(ram);
	fake_check_clean();
	return 0;
}

/* --- the guest's side ------------------------------------------------------------------------- */

struct evtchn_fifo_control_block *control(unsigned vcpu)
{
	return (void *)(ram + CONTROL_GFN * PAGE_SIZE + vcpu * PAGE_SIZE / 2);
}

event_word_t *word(uint32_t port)
{
	return (event_word_t *)(ram + ARRAY_GFN * PAGE_SIZE) + port;
}

long init_control(unsigned vcpu, uint64_t gfn, uint32_t offset)
{
	struct evtchn_init_control op = { .control_gfn = gfn, .offset = offset, .vcpu = vcpu };
	long rc = do_event_channel_op(EVTCHNOP_init_control, (uintptr_t)&op);

	if (rc == 0)
		assert_int_equal(op.link_bits, EVTCHN_FIFO_LINK_BITS);
	return rc;
}

long expand(uint64_t gfn)
{
	struct evtchn_expand_array op = { .array_gfn = gfn };

	return do_event_channel_op(EVTCHNOP_expand_array, (uintptr_t)&op);
}

void go_fifo(void)
{
	assert_int_equal(init_control(0, CONTROL_GFN, 0), 0);
	assert_int_equal(init_control(1, CONTROL_GFN, PAGE_SIZE / 2), 0);
	assert_int_equal(expand(ARRAY_GFN), 0);
}

uint32_t ipi(unsigned vcpu)
{
	struct evtchn_bind_ipi op = { .vcpu = vcpu };

	assert_int_equal(do_event_channel_op(EVTCHNOP_bind_ipi, (uintptr_t)&op), 0);
	return op.port;
}

/* A port that may be moved between vCPUs, and its sender. */
void loopback(uint32_t *port, uint32_t *sender)
{
	struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF, .remote_dom = DOMID_SELF };
	struct evtchn_bind_interdomain bind = { .remote_dom = DOMID_SELF };

	assert_int_equal(do_event_channel_op(EVTCHNOP_alloc_unbound, (uintptr_t)&alloc), 0);
	bind.remote_port = alloc.port;
	assert_int_equal(do_event_channel_op(EVTCHNOP_bind_interdomain, (uintptr_t)&bind), 0);
	*port = alloc.port;
	*sender = bind.local_port;
}

void send_port(uint32_t port)
{
	struct evtchn_send op = { .port = port };

	assert_int_equal(do_event_channel_op(EVTCHNOP_send, (uintptr_t)&op), 0);
}

long unmask(uint32_t port)
{
	struct evtchn_unmask op = { .port = port };

	return do_event_channel_op(EVTCHNOP_unmask, (uintptr_t)&op);
}

long set_priority(uint32_t port, uint32_t priority)
{
	struct evtchn_set_priority op = { .port = port, .priority = priority };

	return do_event_channel_op(EVTCHNOP_set_priority, (uintptr_t)&op);
}

long bind_vcpu(uint32_t port, uint32_t vcpu)
{
	struct evtchn_bind_vcpu op = { .port = port, .vcpu = vcpu };

	return do_event_channel_op(EVTCHNOP_bind_vcpu, (uintptr_t)&op);
}

long close_port(uint32_t port)
{
	struct evtchn_close op = { .port = port };

	return do_event_channel_op(EVTCHNOP_close, (uintptr_t)&op);
}

long reset(void)
{
	struct evtchn_reset op = { .dom = DOMID_SELF };

	return do_event_channel_op(EVTCHNOP_reset, (uintptr_t)&op);
}

static uint32_t unlink_word(event_word_t *w)
{
	event_word_t old, new;

	do {
		old = atomic_read(w);
		new = old & ~(WORD_LINKED | (event_word_t)EVTCHN_FIFO_LINK_MASK);
	} while (!atomic_cmpxchg(w, old, new));
	return old & EVTCHN_FIFO_LINK_MASK;
}

/* Takes one event off the most urgent queue of a vCPU: its port, 0 when all are empty. */
uint32_t take(unsigned vcpu)
{
	struct evtchn_fifo_control_block *c = control(vcpu);

	atomic_set(&g->vcpu[vcpu]->info->evtchn_upcall_pending, 0);
	for (;;) {
		uint32_t port;
		event_word_t *w;
		unsigned q;

		/*
		 * Taken over before the queue is looked at: what is added later sets the bit again.
		 */
		fifo_ready[vcpu] |= atomic_xchg(&c->ready, 0);
		if (!fifo_ready[vcpu])
			return 0;
		q = (unsigned)__builtin_ctz(fifo_ready[vcpu]);
		port = fifo_next[vcpu][q] ? fifo_next[vcpu][q] : atomic_read(&c->head[q]);
		w = word(port);
		fifo_next[vcpu][q] = unlink_word(w);
		if (!fifo_next[vcpu][q])
			fifo_ready[vcpu] &= ~(1u << q);
		if ((atomic_read(w) & (WORD_PENDING | WORD_MASKED)) == WORD_PENDING) {
			atomic_and(w, ~WORD_PENDING);
			return port;
		}
	}
}
