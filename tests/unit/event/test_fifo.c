// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The FIFO layout with a guest that keeps to it: setting up, queues, priorities, the end of ports.
 */
#include "fifo_guest.h"

/* --- setting up ------------------------------------------------------------------------------- */

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

/* --- queues ----------------------------------------------------------------------------------- */

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

/* --- ports and their end ---------------------------------------------------------------------- */

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
	memset(fifo_next, 0, sizeof(fifo_next));
	memset(fifo_ready, 0, sizeof(fifo_ready));
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

#define TEST(t) cmocka_unit_test_setup_teardown(t, fifo_setup, fifo_teardown)

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
