// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Event channels with the FIFO layout: switching to it, delivery through the queues, masks,
 * priorities.
 */
#include "abi/event_channel.h"

#include "clock.h"
#include "cpu.h"
#include "event.h"
#include "hypercall.h"
#include "page.h"
#include "test.h"
#include "trap.h"

#define BIT(n) (1u << (n))

static struct evtchn_fifo_control_block *control;
static event_word_t *words;
static evtchn_port_t order[64];
static volatile unsigned delivered;
static evtchn_port_t heads[EVTCHN_FIFO_MAX_QUEUES];

static void bits_clear(event_word_t *word, uint32_t bits)
{
	__atomic_and_fetch(word, ~bits, __ATOMIC_SEQ_CST);
}

static void bits_set(event_word_t *word, uint32_t bits)
{
	__atomic_or_fetch(word, bits, __ATOMIC_SEQ_CST);
}

/* Takes the head of a queue: an empty local head means that the control block has it. */
static void consume(unsigned priority, uint32_t *ready)
{
	evtchn_port_t head = heads[priority];
	event_word_t word;

	if (!head) {
		asm volatile("" ::: "memory");
		head = READ_ONCE(control->head[priority]);
	}
	word = __atomic_fetch_and(&words[head], ~(BIT(EVTCHN_FIFO_LINKED) | EVTCHN_FIFO_LINK_MASK),
				  __ATOMIC_SEQ_CST);
	heads[priority] = word & EVTCHN_FIFO_LINK_MASK;
	if (!heads[priority])
		*ready &= ~BIT(priority);
	if ((word & BIT(EVTCHN_FIFO_PENDING)) && !(word & BIT(EVTCHN_FIFO_MASKED))) {
		bits_clear(&words[head], BIT(EVTCHN_FIFO_PENDING));
		order[delivered++ % 64] = head;
	}
}

static void upcall(struct trap_frame *frame)
{
	uint32_t ready = 0;

	(void)frame;
	__atomic_exchange_n(&event_vcpu_info(0)->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST);
	for (;;) {
		ready |= __atomic_exchange_n(&control->ready, 0, __ATOMIC_SEQ_CST);
		if (!ready)
			return;
		consume(__builtin_ctz(ready), &ready);
	}
}

static void send_both(evtchn_port_t first, evtchn_port_t second)
{
	delivered = 0;
	event_send(first);
	event_send(second);
	irq_enable();
	WAIT_FOR(delivered == 2, 500);
	irq_disable();
}

TEST(bad_arguments_are_refused)
{
	struct evtchn_init_control init = { .control_gfn = page_gfn(page_alloc()), .offset = 4092 };
	struct evtchn_expand_array expand = { .array_gfn = page_gfn(page_alloc()) };

	event_init();
	CHECK_EQ(evtchn_op(EVTCHNOP_init_control, &init), -EINVAL);
	init.offset = 4;
	CHECK_EQ(evtchn_op(EVTCHNOP_init_control, &init), -EINVAL);
	init.offset = 0;
	init.vcpu = 1000;
	CHECK_EQ(evtchn_op(EVTCHNOP_init_control, &init), -ENOENT);
	CHECK_EQ(evtchn_op(EVTCHNOP_expand_array, &expand), -EOPNOTSUPP);
}

TEST(control_block_and_array)
{
	struct evtchn_init_control init = { .vcpu = 0, .offset = 64 };
	struct evtchn_expand_array expand;

	control = (void *)((char *)page_alloc() + 64);
	words = page_alloc();
	init.control_gfn = page_gfn(control);
	CHECK_EQ(evtchn_op(EVTCHNOP_init_control, &init), 0);
	CHECK_EQ(init.link_bits, EVTCHN_FIFO_LINK_BITS);
	expand.array_gfn = page_gfn(words);
	CHECK_EQ(evtchn_op(EVTCHNOP_expand_array, &expand), 0);
	irq_set_handler(EVENT_VECTOR, upcall);
}

TEST(event_comes_through_the_queue)
{
	evtchn_port_t port = event_bind_ipi(0);

	bits_clear(&words[port], BIT(EVTCHN_FIFO_MASKED));
	delivered = 0;
	irq_enable();
	event_send(port);
	CHECK(WAIT_FOR(delivered == 1, 500), "not delivered; word %x, ready %x", words[port],
	      control->ready);
	CHECK_EQ(order[0], port);
	event_send(port);
	CHECK(WAIT_FOR(delivered == 2, 500), "not delivered again; word %x, ready %x", words[port],
	      control->ready);
	irq_disable();
	event_close(port);
}

TEST(queue_keeps_the_order)
{
	evtchn_port_t ports[20];

	for (unsigned i = 0; i < 20; i++) {
		ports[i] = event_bind_ipi(0);
		bits_clear(&words[ports[i]], BIT(EVTCHN_FIFO_MASKED));
	}
	delivered = 0;
	for (unsigned i = 0; i < 20; i++)
		event_send(ports[19 - i]);
	irq_enable();
	CHECK(WAIT_FOR(delivered == 20, 500), "%u of 20", delivered);
	irq_disable();
	for (unsigned i = 0; i < 20; i++) {
		CHECK_EQ(order[i], ports[19 - i]);
		event_close(ports[i]);
	}
}

TEST(masked_event_waits_for_unmask)
{
	evtchn_port_t port = event_bind_ipi(0);

	bits_set(&words[port], BIT(EVTCHN_FIFO_MASKED));
	delivered = 0;
	irq_enable();
	event_send(port);
	CHECK(words[port] & BIT(EVTCHN_FIFO_PENDING), "word %x", words[port]);
	CHECK_EQ(delivered, 0);
	event_unmask(port);
	CHECK(WAIT_FOR(delivered == 1, 500), "not delivered; word %x", words[port]);
	irq_disable();
	event_close(port);
}

TEST(urgent_queue_first)
{
	evtchn_port_t normal = event_bind_ipi(0), urgent = event_bind_ipi(0);
	struct evtchn_set_priority op = { urgent, EVTCHN_FIFO_PRIORITY_MAX };

	bits_clear(&words[normal], BIT(EVTCHN_FIFO_MASKED));
	bits_clear(&words[urgent], BIT(EVTCHN_FIFO_MASKED));
	CHECK_EQ(evtchn_op(EVTCHNOP_set_priority, &op), 0);
	send_both(normal, urgent);
	CHECK_EQ(delivered, 2);
	CHECK_EQ(order[0], urgent);
	CHECK_EQ(order[1], normal);
	op.priority = EVTCHN_FIFO_PRIORITY_MIN + 1;
	CHECK_EQ(evtchn_op(EVTCHNOP_set_priority, &op), -EINVAL);
	event_close(normal);
	event_close(urgent);
}

/* The page is the guest's own: whatever it writes there may cost it events, but nothing else. */
TEST(garbage_in_the_array_harms_nobody)
{
	evtchn_port_t port = event_bind_ipi(0), other = event_bind_ipi(0);

	for (unsigned i = 0; i < 1024; i++)
		words[i] = 0xffffffff;
	event_send(port);
	for (unsigned i = 0; i < 1024; i++)
		words[i] = EVTCHN_FIFO_LINK_MASK;
	event_send(port);
	event_send(other);
	for (unsigned i = 0; i < 1024; i++)
		words[i] = 0;
	control->ready = 0xffffffff;
	control->head[7] = 0xffffffff;
	event_send(port);
	event_close(port);
	event_close(other);
}
