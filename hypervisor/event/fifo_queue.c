// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The FIFO layout at work: an event word per port, linked into one queue per vCPU and priority that
 * the guest empties from the head. The words and control blocks are in guest pages: each is read
 * once, nothing in them is trusted, and the only wait for the guest is a few retries. Links and
 * tails are under fifo->lock.
 */
#include "private.h"

#include "atomic.h"
#include "log.h"

#define WORD_PENDING (1u << EVTCHN_FIFO_PENDING)
#define WORD_MASKED  (1u << EVTCHN_FIFO_MASKED)
#define WORD_LINKED  (1u << EVTCHN_FIFO_LINKED)
#define WORD_BUSY    (1u << EVTCHN_FIFO_BUSY)
#define LINK_RETRIES 4

static event_word_t *event_word(const struct event_fifo *fifo, uint32_t port)
{
	unsigned page = port / EVENT_WORDS_PER_PAGE;

	if (page >= atomic_read(&fifo->nr_pages))
		return NULL;
	return fifo->page[page] + port % EVENT_WORDS_PER_PAGE;
}

/*
 * Makes the word that was last in a queue point at port. False: the guest has taken that one out
 * already, the queue is empty. BUSY keeps an honest guest from masking and unmasking in between.
 */
static bool link_after(struct domain *d, event_word_t *tail, uint32_t port)
{
	event_word_t w = READ_ONCE(*tail);
	bool linked = true;

	if (!(w & WORD_LINKED))
		return false;
	if (atomic_cmpxchg(tail, w, (w & ~(event_word_t)EVTCHN_FIFO_LINK_MASK) | port))
		return true;

	atomic_or(tail, WORD_BUSY);
	for (unsigned i = 0; i < LINK_RETRIES; i++) {
		event_word_t next;

		w = READ_ONCE(*tail);
		linked = w & WORD_LINKED;
		if (!linked)
			break;
		next = (w & ~(event_word_t)(EVTCHN_FIFO_LINK_MASK | WORD_BUSY)) | port;
		if (atomic_cmpxchg(tail, w, next))
			return true;
	}
	atomic_and(tail, ~WORD_BUSY);
	if (linked)
		log_domain(d, LOG_WARN,
			   "port %u not linked: the guest keeps changing the word before it", port);
	return linked;
}

/* Puts the event at the end of its queue, unless it is in one. */
static void queue_event(struct domain *d, struct event_fifo *fifo, struct event_channel *c,
			event_word_t *word)
{
	struct vcpu *v = d->vcpu[READ_ONCE(c->vcpu)];
	unsigned priority = READ_ONCE(c->priority);
	struct event_fifo_vcpu *q = &fifo->vcpu[v->id], *old;
	struct evtchn_fifo_control_block *control;
	event_word_t *tail;
	bool linked;

	spin_lock(&fifo->lock);
	control = q->control;
	/* Without a control block the guest must not have unmasked it. It stays pending. */
	if (!control || (atomic_or(word, WORD_LINKED) & WORD_LINKED)) {
		spin_unlock(&fifo->lock);
		return;
	}
	/*
	 * If it was the last of a queue, that queue is empty now: nothing may be linked after it
	 * there.
	 */
	old = &fifo->vcpu[c->last_vcpu];
	if (old->tail[c->last_priority] == c->port)
		old->tail[c->last_priority] = 0;
	c->last_vcpu = (uint16_t)v->id;
	c->last_priority = (uint8_t)priority;

	tail = q->tail[priority] ? event_word(fifo, q->tail[priority]) : NULL;
	linked = tail && link_after(d, tail, c->port);
	if (!linked)
		WRITE_ONCE(control->head[priority], c->port);
	q->tail[priority] = c->port;
	spin_unlock(&fifo->lock);

	/* The head before the ready bit: the atomic operation is the barrier. */
	if (!linked && !(atomic_or(&control->ready, 1u << priority) & (1u << priority)))
		event_raise_upcall(v);
}

/* The guest has not given the page of this word yet: remembered until it does. */
static event_word_t *word_or_remember(struct event_fifo *fifo, struct event_channel *c)
{
	event_word_t *word;

	spin_lock(&fifo->lock);
	word = event_word(fifo, c->port);
	if (!word)
		c->pending = true;
	spin_unlock(&fifo->lock);
	return word;
}

bool event_fifo_set_pending(struct domain *d, struct event_fifo *fifo, struct event_channel *c)
{
	event_word_t *word = event_word(fifo, c->port);
	event_word_t old;

	if (unlikely(!word)) {
		word = word_or_remember(fifo, c);
		if (!word)
			return true;
	}
	old = atomic_or(word, WORD_PENDING);
	if (!(old & (WORD_MASKED | WORD_LINKED)))
		queue_event(d, fifo, c, word);
	return !(old & WORD_PENDING);
}

void event_fifo_clear_pending(struct event_fifo *fifo, struct event_channel *c)
{
	event_word_t *word = event_word(fifo, c->port);

	/* LINKED stays: only the guest takes an event out of a queue. */
	if (word)
		atomic_and(word, ~WORD_PENDING);
	c->pending = false;
}

bool event_fifo_is_pending(struct event_fifo *fifo, const struct event_channel *c)
{
	event_word_t *word = event_word(fifo, c->port);

	return word ? READ_ONCE(*word) & WORD_PENDING : c->pending;
}

void event_fifo_unmask(struct domain *d, struct event_fifo *fifo, struct event_channel *c)
{
	event_word_t *word = event_word(fifo, c->port);
	event_word_t old;

	if (!word)
		return;
	old = atomic_and(word, ~WORD_MASKED);
	if ((old & WORD_PENDING) && !(old & WORD_LINKED))
		queue_event(d, fifo, c, word);
}

bool event_fifo_is_busy(const struct event_fifo *fifo, uint32_t port)
{
	event_word_t *word = event_word(fifo, port);

	return word && (READ_ONCE(*word) & WORD_LINKED);
}
