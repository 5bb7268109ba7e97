// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The FIFO layout with a guest that writes what it likes, and with several CPUs at once: the
 * hypervisor returns, touches only what it was given, and loses no event of an honest guest.
 */
#include "fifo_guest.h"

#include <pthread.h>
#include <stdlib.h>

/* --- hostile ---------------------------------------------------------------------------------- */

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

/* --- real concurrency: no event is lost ------------------------------------------------------- */

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

#define TEST(t) cmocka_unit_test_setup_teardown(t, fifo_setup, fifo_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_garbage_in_the_words),
		TEST(test_a_tail_that_never_holds_still),
		TEST(test_concurrent_senders),
		TEST(test_concurrent_senders_to_moving_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
