// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The FIFO layout, with a guest that empties its queues as the interface says, and guests that do not
 * keep to it: whatever they write, the hypervisor returns, and touches only what it was given.
 */
#include "fake_domain.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "atomic.h"
#include "event.h"
#include "event/private.h"
#include "guest_access.h"
#include "mm.h"

#define WORD_PENDING (1u << EVTCHN_FIFO_PENDING)
#define WORD_MASKED  (1u << EVTCHN_FIFO_MASKED)
#define WORD_LINKED  (1u << EVTCHN_FIFO_LINKED)
#define WORD_BUSY    (1u << EVTCHN_FIFO_BUSY)

#define GUEST_PAGES  256
#define CONTROL_GFN  1 /* of vCPU 0; vCPU 1 uses the same page at half */
#define ARRAY_GFN    16

static struct domain *g;
static char *ram;
static unsigned mapped[GUEST_PAGES];
/* What a guest remembers of each queue: the next to take, 0 to look at the control block. */
static uint32_t next[2][EVTCHN_FIFO_MAX_QUEUES];
static uint32_t ready[2]; /* queues that it took over from the control block */

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

	assert_true(offset < GUEST_PAGES * PAGE_SIZE && offset % PAGE_SIZE == 0);
	assert_true(mapped[offset / PAGE_SIZE]-- > 0);
}

static int setup(void **state)
{
	fake_reset();
	memset(next, 0, sizeof(next));
	memset(ready, 0, sizeof(ready));
	ram = aligned_alloc(PAGE_SIZE, GUEST_PAGES * PAGE_SIZE);
	memset(ram, 0, GUEST_PAGES * PAGE_SIZE);
	g = fake_domain_create(1, 2, false);
	assert_int_equal(event_domain_init(g, 4095), 0);
	fake_run_as(g, 0);
	return 0;
}

static int teardown(void **state)
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

/* --- the guest's side --------------------------------------------------------------------------- */

static struct evtchn_fifo_control_block *control(unsigned vcpu)
{
	return (void *)(ram + CONTROL_GFN * PAGE_SIZE + vcpu * PAGE_SIZE / 2);
}

static event_word_t *word(uint32_t port)
{
	return (event_word_t *)(ram + ARRAY_GFN * PAGE_SIZE) + port;
}

static long init_control(unsigned vcpu, uint64_t gfn, uint32_t offset)
{
	struct evtchn_init_control op = { .control_gfn = gfn, .offset = offset, .vcpu = vcpu };
	long rc = do_event_channel_op(EVTCHNOP_init_control, (uintptr_t)&op);

	if (rc == 0)
		assert_int_equal(op.link_bits, EVTCHN_FIFO_LINK_BITS);
	return rc;
}

static long expand(uint64_t gfn)
{
	struct evtchn_expand_array op = { .array_gfn = gfn };

	return do_event_channel_op(EVTCHNOP_expand_array, (uintptr_t)&op);
}

static void go_fifo(void)
{
	assert_int_equal(init_control(0, CONTROL_GFN, 0), 0);
	assert_int_equal(init_control(1, CONTROL_GFN, PAGE_SIZE / 2), 0);
	assert_int_equal(expand(ARRAY_GFN), 0);
}

static uint32_t ipi(unsigned vcpu)
{
	struct evtchn_bind_ipi op = { .vcpu = vcpu };

	assert_int_equal(do_event_channel_op(EVTCHNOP_bind_ipi, (uintptr_t)&op), 0);
	return op.port;
}

/* A port that may be moved between vCPUs, and its sender. */
static void loopback(uint32_t *port, uint32_t *sender)
{
	struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF, .remote_dom = DOMID_SELF };
	struct evtchn_bind_interdomain bind = { .remote_dom = DOMID_SELF };

	assert_int_equal(do_event_channel_op(EVTCHNOP_alloc_unbound, (uintptr_t)&alloc), 0);
	bind.remote_port = alloc.port;
	assert_int_equal(do_event_channel_op(EVTCHNOP_bind_interdomain, (uintptr_t)&bind), 0);
	*port = alloc.port;
	*sender = bind.local_port;
}

static void send_port(uint32_t port)
{
	struct evtchn_send op = { .port = port };

	assert_int_equal(do_event_channel_op(EVTCHNOP_send, (uintptr_t)&op), 0);
}

static long unmask(uint32_t port)
{
	struct evtchn_unmask op = { .port = port };

	return do_event_channel_op(EVTCHNOP_unmask, (uintptr_t)&op);
}

static long set_priority(uint32_t port, uint32_t priority)
{
	struct evtchn_set_priority op = { .port = port, .priority = priority };

	return do_event_channel_op(EVTCHNOP_set_priority, (uintptr_t)&op);
}

static long bind_vcpu(uint32_t port, uint32_t vcpu)
{
	struct evtchn_bind_vcpu op = { .port = port, .vcpu = vcpu };

	return do_event_channel_op(EVTCHNOP_bind_vcpu, (uintptr_t)&op);
}

static long close_port(uint32_t port)
{
	struct evtchn_close op = { .port = port };

	return do_event_channel_op(EVTCHNOP_close, (uintptr_t)&op);
}

static long reset(void)
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
static uint32_t take(unsigned vcpu)
{
	struct evtchn_fifo_control_block *c = control(vcpu);

	atomic_set(&g->vcpu[vcpu]->info->evtchn_upcall_pending, 0);
	for (;;) {
		uint32_t port;
		event_word_t *w;
		unsigned q;

		/* Taken over before the queue is looked at: what is added later sets the bit again. */
		ready[vcpu] |= atomic_xchg(&c->ready, 0);
		if (!ready[vcpu])
			return 0;
		q = (unsigned)__builtin_ctz(ready[vcpu]);
		port = next[vcpu][q] ? next[vcpu][q] : atomic_read(&c->head[q]);
		w = word(port);
		next[vcpu][q] = unlink_word(w);
		if (!next[vcpu][q])
			ready[vcpu] &= ~(1u << q);
		if ((atomic_read(w) & (WORD_PENDING | WORD_MASKED)) == WORD_PENDING) {
			atomic_and(w, ~WORD_PENDING);
			return port;
		}
	}
}

/* --- setting up --------------------------------------------------------------------------------- */

static void test_bad_control_blocks(void **state)
{
	const uint32_t size = sizeof(struct evtchn_fifo_control_block);

	assert_int_equal(init_control(2, 1, 0), -ENOENT);
	assert_int_equal(init_control(UINT32_MAX, 1, 0), -ENOENT);
	assert_int_equal(init_control(0, 1, 4), -EINVAL);
	assert_int_equal(init_control(0, 1, PAGE_SIZE), -EINVAL);
	assert_int_equal(init_control(0, 1, (uint32_t)-8), -EINVAL);
	assert_int_equal(init_control(0, 1, ROUND_UP((uint32_t)PAGE_SIZE - size, 8) + 8), -EINVAL);
	assert_int_equal(init_control(0, GUEST_PAGES, 0), -EINVAL);
	assert_int_equal(init_control(0, ~0UL, 0), -EINVAL);
	assert_null(g->event.fifo);
	fake_alloc_budget = 0;
	assert_int_equal(init_control(0, 1, 0), -ENOMEM);
	fake_alloc_budget = -1;
	assert_int_equal(init_control(0, 1, ROUND_DOWN((uint32_t)PAGE_SIZE - size, 8)), 0);
	assert_int_equal(init_control(0, 1, 0), -EINVAL); /* once per vCPU */
	assert_int_equal(init_control(1, GUEST_PAGES, 0), -EINVAL);
	assert_int_equal(init_control(1, 1, 0), 0);
	assert_int_equal(mapped[1], 2);
}

static void test_expand_array(void **state)
{
	assert_int_equal(expand(ARRAY_GFN), -EOPNOTSUPP);
	assert_int_equal(init_control(0, 1, 0), 0);
	assert_int_equal(expand(GUEST_PAGES), -EINVAL);
	for (unsigned i = 0; i < 4; i++) /* 4096 ports */
		assert_int_equal(expand(ARRAY_GFN + i), 0);
	assert_int_equal(expand(ARRAY_GFN + 4), -ENOSPC);
}

static void test_two_level_events_are_carried_over(void **state)
{
	uint32_t port = ipi(0), masked = ipi(1), gone = ipi(1), remembered;

	g->shared_info->evtchn_mask[0] = ~0UL;
	send_port(port);
	send_port(masked);
	send_port(gone);
	assert_int_equal(init_control(0, CONTROL_GFN, 0), 0);
	assert_int_equal(init_control(1, CONTROL_GFN, PAGE_SIZE / 2), 0);
	remembered = ipi(0);
	send_port(remembered); /* no event word yet */
	assert_int_equal(event_port_pending(g, remembered), 1);
	assert_int_equal(event_port_pending(g, port), 1);
	assert_int_equal(close_port(gone), 0);
	*word(masked) = WORD_MASKED;
	assert_int_equal(expand(ARRAY_GFN), 0);
	assert_int_equal(take(0), port);
	assert_int_equal(take(0), remembered);
	assert_int_equal(take(0), 0);
	assert_int_equal(take(1), 0);
	assert_int_equal(*word(masked), WORD_PENDING | WORD_MASKED);
	assert_int_equal(*word(gone), 0);
	assert_int_equal(unmask(masked), 0);
	assert_int_equal(take(1), masked);
}

static void test_more_ports_than_two_levels_have(void **state)
{
	struct domain *big = fake_domain_create(2, 1, false);
	uint32_t port = 0;

	assert_int_equal(event_domain_init(big, 5000), 0);
	fake_run_as(big, 0);
	for (unsigned i = 1; i < EVTCHN_2L_NR_CHANNELS; i++)
		port = ipi(0);
	assert_int_equal(init_control(0, CONTROL_GFN, 0), 0);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(expand(ARRAY_GFN + i), 0);
	assert_int_equal(expand(ARRAY_GFN + 5), -ENOSPC);
	for (unsigned i = 4096; i <= 5000; i++)
		port = ipi(0);
	assert_int_equal(port, 5000);
	send_port(port);
	assert_int_equal(*word(port), WORD_PENDING | WORD_LINKED);
	big->is_dying = true;
	event_domain_destroy(big);
	fake_domain_forget(big);
}

/* --- queues ------------------------------------------------------------------------------------- */

static void test_first_in_first_out(void **state)
{
	uint32_t p[5];

	go_fifo();
	for (unsigned i = 0; i < 5; i++)
		p[i] = ipi(0);
	for (unsigned round = 0; round < 3; round++) {
		fake_upcalls = 0;
		for (unsigned i = 0; i < 5; i++)
			send_port(p[(i + round) % 5]);
		assert_int_equal(fake_upcalls, 1);
		assert_int_equal(control(0)->ready, 1u << EVTCHN_FIFO_PRIORITY_DEFAULT);
		for (unsigned i = 0; i < 5; i++)
			assert_int_equal(take(0), p[(i + round) % 5]);
		assert_int_equal(take(0), 0);
	}
}

static void test_sent_again_before_taken(void **state)
{
	uint32_t p, q;

	go_fifo();
	p = ipi(0);
	q = ipi(0);
	send_port(p);
	send_port(q);
	send_port(p);
	assert_int_equal(take(0), p);
	send_port(p); /* the tail is q */
	assert_int_equal(take(0), q);
	assert_int_equal(take(0), p);
	assert_int_equal(take(0), 0);
	send_port(p); /* it was the tail itself */
	assert_int_equal(take(0), p);
	assert_int_equal(take(0), 0);
}

static void test_priorities(void **state)
{
	uint32_t low, normal, high;

	go_fifo();
	low = ipi(0);
	normal = ipi(0);
	high = ipi(0);
	assert_int_equal(set_priority(low, EVTCHN_FIFO_PRIORITY_MIN), 0);
	assert_int_equal(set_priority(high, EVTCHN_FIFO_PRIORITY_MAX), 0);
	assert_int_equal(set_priority(high, EVTCHN_FIFO_PRIORITY_MIN + 1), -EINVAL);
	assert_int_equal(set_priority(high + 1, 0), -EINVAL);
	assert_int_equal(set_priority(0, 0), -EINVAL);
	assert_int_equal(set_priority(UINT32_MAX, 0), -EINVAL);
	send_port(low);
	send_port(normal);
	send_port(high);
	assert_int_equal(take(0), high);
	assert_int_equal(take(0), normal);
	assert_int_equal(take(0), low);
	assert_int_equal(take(0), 0);
}

static void test_priority_changed_while_it_was_the_tail(void **state)
{
	uint32_t p, q;

	go_fifo();
	p = ipi(0);
	q = ipi(0);
	send_port(p);
	assert_int_equal(take(0), p); /* p is the default queue's tail, and taken */
	assert_int_equal(set_priority(p, 0), 0);
	send_port(p); /* now it is in queue 0 */
	send_port(q); /* must not be linked after p in the default queue */
	assert_int_equal(*word(p) & EVTCHN_FIFO_LINK_MASK, 0);
	assert_int_equal(take(0), p);
	assert_int_equal(take(0), q);
	assert_int_equal(take(0), 0);
}

static void test_moved_to_another_vcpu(void **state)
{
	uint32_t p, sender, q;

	go_fifo();
	loopback(&p, &sender);
	assert_int_equal(take(0), sender); /* raised by connecting */
	q = ipi(0);
	send_port(sender);
	assert_int_equal(bind_vcpu(p, 1), 0);
	send_port(sender); /* still linked on vCPU 0 */
	assert_int_equal(take(1), 0);
	assert_int_equal(take(0), p);
	send_port(sender);
	send_port(q);
	assert_int_equal(take(1), p);
	assert_int_equal(take(0), q);
	assert_int_equal(take(0) + take(1), 0);
}

static void test_masked(void **state)
{
	uint32_t p;

	go_fifo();
	p = ipi(1);
	*word(p) = WORD_MASKED;
	send_port(p);
	assert_int_equal(*word(p), WORD_MASKED | WORD_PENDING);
	assert_int_equal(fake_upcalls, 0);
	assert_int_equal(event_port_pending(g, p), 1);
	assert_int_equal(unmask(p), 0);
	assert_int_equal(fake_upcalls, 1);
	assert_ptr_equal(fake_upcalled, g->vcpu[1]);
	assert_int_equal(unmask(p), 0); /* linked already */
	assert_int_equal(take(1), p);
	assert_int_equal(take(1), 0);
	assert_int_equal(event_port_pending(g, p), 0);
}

static void test_masked_while_linked(void **state)
{
	uint32_t p;

	go_fifo();
	p = ipi(0);
	send_port(p);
	*word(p) |= WORD_MASKED;
	assert_int_equal(take(0), 0); /* unlinked, still pending */
	assert_int_equal(unmask(p), 0);
	assert_int_equal(take(0), p);
}

static void test_poller_wakes_on_fifo(void **state)
{
	uint32_t p;

	go_fifo();
	p = ipi(0);
	*word(p) = WORD_MASKED;
	g->vcpu[1]->event.poll_port = p;
	g->poll_mask[0] = 2;
	send_port(p);
	send_port(p);
	assert_int_equal(fake_unblocked, 1);
	assert_int_equal(g->poll_mask[0], 0);
}

/* --- ports and their end ------------------------------------------------------------------------ */

static void test_a_linked_port_is_not_given_out_again(void **state)
{
	uint32_t p, q;

	go_fifo();
	p = ipi(0);
	send_port(p);
	assert_int_equal(close_port(p), 0);
	assert_int_equal(*word(p), WORD_LINKED);
	q = ipi(0);
	assert_int_not_equal(q, p);
	send_port(q);
	assert_int_equal(take(0), q);
	assert_int_equal(take(0), 0);
	assert_int_equal(ipi(0), p); /* out of the queue: free */
}

static void test_reset_goes_back_to_two_level(void **state)
{
	uint32_t p;

	go_fifo();
	p = ipi(0);
	send_port(p);
	assert_int_equal(reset(), 0);
	assert_null(g->event.fifo);
	assert_int_equal(mapped[CONTROL_GFN] + mapped[ARRAY_GFN], 0);
	assert_int_equal(set_priority(p, 0), -ENOSYS);
	g->vcpu[0]->info->evtchn_upcall_pending = 0;
	fake_upcalls = 0;
	p = ipi(0);
	send_port(p);
	assert_int_equal(fake_upcalls, 1);
	assert_int_equal(g->shared_info->evtchn_pending[0], BIT(p));
	/* And forward again, with what the old queues left behind in the words. */
	memset(ram, 0, GUEST_PAGES * PAGE_SIZE);
	memset(next, 0, sizeof(next));
	memset(ready, 0, sizeof(ready));
	go_fifo();
	assert_int_equal(take(0), p);
	send_port(p);
	assert_int_equal(take(0), p);
}

static void test_vcpu_without_a_control_block(void **state)
{
	uint32_t p;

	assert_int_equal(init_control(0, CONTROL_GFN, 0), 0);
	assert_int_equal(expand(ARRAY_GFN), 0);
	p = ipi(1);
	send_port(p);
	assert_int_equal(*word(p), WORD_PENDING);
	assert_int_equal(fake_upcalls, 0);
	assert_int_equal(init_control(1, CONTROL_GFN, PAGE_SIZE / 2), 0);
	assert_int_equal(unmask(p), 0);
	assert_int_equal(take(1), p);
}

/* --- hostile ------------------------------------------------------------------------------------ */

static void test_garbage_in_the_words(void **state)
{
	uint32_t p[8];
	unsigned seed = 1;

	go_fifo();
	for (unsigned i = 0; i < 8; i++)
		p[i] = ipi(i % 2);
	for (unsigned i = 0; i < 20000; i++) {
		uint32_t port = p[rand_r(&seed) % 8];

		*word(p[rand_r(&seed) % 8]) = (event_word_t)rand_r(&seed) * 2654435761u;
		control(0)->head[7] = (uint32_t)rand_r(&seed);
		control(1)->ready = (uint32_t)rand_r(&seed);
		send_port(port);
		assert_int_equal(unmask(port), 0);
		if (i % 16 == 0)
			assert_int_equal(set_priority(port, (uint32_t)rand_r(&seed) % 16), 0);
	}
	/* Nothing beyond the pages that were given was written. */
	for (size_t i = (ARRAY_GFN + 1) * PAGE_SIZE; i < GUEST_PAGES * PAGE_SIZE; i++)
		assert_int_equal(ram[i], 0);
}

struct fight {
	bool stop;
	event_word_t *word;
};

static void *change_all_the_time(void *data)
{
	struct fight *f = data;

	while (!READ_ONCE(f->stop))
		WRITE_ONCE(*f->word, WORD_LINKED | (READ_ONCE(*f->word) + 1) % 1000);
	return NULL;
}

static void test_a_tail_that_never_holds_still(void **state)
{
	struct fight f = { 0 };
	uint32_t tail, p;
	pthread_t thread;

	go_fifo();
	tail = ipi(0);
	p = ipi(0);
	send_port(tail);
	f.word = word(tail);
	assert_int_equal(pthread_create(&thread, NULL, change_all_the_time, &f), 0);
	for (unsigned i = 0; i < 20000; i++) {
		g->event.fifo->vcpu[0].tail[EVTCHN_FIFO_PRIORITY_DEFAULT] = tail;
		*word(p) = 0;
		send_port(p); /* returns: that is the test */
		assert_int_equal(*word(p) & WORD_BUSY, 0);
	}
	WRITE_ONCE(f.stop, true);
	pthread_join(thread, NULL);
}

/* --- real concurrency: no event is lost --------------------------------------------------------- */

#define SENDERS 3
#define ROUNDS  20000

struct sender {
	uint32_t port, to; /* sent to, and where it arrives */
	uint32_t sent, seen;
};
static struct sender senders[SENDERS];
static unsigned finished;

static void *send_rounds(void *data)
{
	struct sender *s = data;

	fake_run_as(g, 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		atomic_add(&s->sent, 1);
		send_port(s->port);
	}
	atomic_add(&finished, 1);
	return NULL;
}

/* Whatever was sent to a port before an event of it is taken counts as seen. */
static bool consume(unsigned vcpu)
{
	uint32_t port = take(vcpu);

	for (unsigned i = 0; i < SENDERS; i++) {
		if (senders[i].to == port)
			senders[i].seen = atomic_read(&senders[i].sent);
	}
	return port;
}

static void run_senders(void (*meanwhile)(unsigned round))
{
	pthread_t thread[SENDERS];
	bool over, more;

	finished = 0;
	for (unsigned i = 0; i < SENDERS; i++) {
		senders[i].sent = senders[i].seen = 0;
		assert_int_equal(pthread_create(&thread[i], NULL, send_rounds, &senders[i]), 0);
	}
	for (unsigned round = 0;; round++) {
		over = atomic_read(&finished) == SENDERS;
		more = consume(0);
		more |= consume(1);
		if (over && !more)
			break;
		if (!over && meanwhile)
			meanwhile(round);
	}
	for (unsigned i = 0; i < SENDERS; i++) {
		pthread_join(thread[i], NULL);
		assert_int_equal(senders[i].seen, ROUNDS);
	}
}

static void test_concurrent_senders(void **state)
{
	go_fifo();
	for (unsigned i = 0; i < SENDERS; i++)
		senders[i].port = senders[i].to = ipi(0);
	run_senders(NULL);
}

static void move_about(unsigned round)
{
	uint32_t port = senders[round % SENDERS].to;

	assert_int_equal(bind_vcpu(port, round / 7 % 2), 0);
	assert_int_equal(set_priority(port, round / 3 % 16), 0);
	if (round % 5 == 0) {
		atomic_or(word(port), WORD_MASKED);
		assert_int_equal(unmask(port), 0);
	}
}

static void test_concurrent_senders_to_moving_ports(void **state)
{
	go_fifo();
	for (unsigned i = 0; i < SENDERS; i++)
		loopback(&senders[i].to, &senders[i].port);
	while (take(0))
		; /* raised by connecting */
	run_senders(move_about);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bad_control_blocks),
		TEST(test_expand_array),
		TEST(test_two_level_events_are_carried_over),
		TEST(test_more_ports_than_two_levels_have),
		TEST(test_first_in_first_out),
		TEST(test_sent_again_before_taken),
		TEST(test_priorities),
		TEST(test_priority_changed_while_it_was_the_tail),
		TEST(test_moved_to_another_vcpu),
		TEST(test_masked),
		TEST(test_masked_while_linked),
		TEST(test_poller_wakes_on_fifo),
		TEST(test_a_linked_port_is_not_given_out_again),
		TEST(test_reset_goes_back_to_two_level),
		TEST(test_vcpu_without_a_control_block),
		TEST(test_garbage_in_the_words),
		TEST(test_a_tail_that_never_holds_still),
		TEST(test_concurrent_senders),
		TEST(test_concurrent_senders_to_moving_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
