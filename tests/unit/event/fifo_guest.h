// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest with two vCPUs that uses the FIFO layout as the interface says: its pages, its
 * hypercalls, and how it empties its queues.
 */
#ifndef FIFO_GUEST_H
#define FIFO_GUEST_H

#include "fake_domain.h"

#include <errno.h>
#include <string.h>

#include "atomic.h"
#include "event.h"
#include "event/private.h"
#include "mm.h"

#define WORD_PENDING (1u << EVTCHN_FIFO_PENDING)
#define WORD_MASKED  (1u << EVTCHN_FIFO_MASKED)
#define WORD_LINKED  (1u << EVTCHN_FIFO_LINKED)
#define WORD_BUSY    (1u << EVTCHN_FIFO_BUSY)

#define GUEST_PAGES  256
#define CONTROL_GFN  1 /* of vCPU 0; vCPU 1 uses the same page at half */
#define ARRAY_GFN    16

extern struct domain *g;
extern char *ram; /* guest frame n is at n * PAGE_SIZE */
extern unsigned mapped[GUEST_PAGES];
/* What the guest remembers of its queues; cleared when it starts over. */
extern uint32_t fifo_next[2][EVTCHN_FIFO_MAX_QUEUES];
extern uint32_t fifo_ready[2];

int fifo_setup(void **state);
int fifo_teardown(void **state);
struct evtchn_fifo_control_block *control(unsigned vcpu);
event_word_t *word(uint32_t port);
long init_control(unsigned vcpu, uint64_t gfn, uint32_t offset);
long expand(uint64_t gfn);
void go_fifo(void);
uint32_t ipi(unsigned vcpu);
void loopback(uint32_t *port, uint32_t *sender);
void send_port(uint32_t port);
long unmask(uint32_t port);
long set_priority(uint32_t port, uint32_t priority);
long bind_vcpu(uint32_t port, uint32_t vcpu);
long close_port(uint32_t port);
long reset(void);
uint32_t take(unsigned vcpu);

#endif
