// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Event channels: three domains that make any event_channel_op in any order, write what they like
 * into their shared pages, and come and go. Input: a row of steps of 16 bytes.
 */
#include "unit/event/fake_domain.h"

#include "fuzz.h"

#include <string.h>

#include "event.h"
#include "event/private.h"
#include "guest_access.h"
#include "mm.h"

#define DOMAINS 3
#define VCPUS   2
#define PAGES   8 /* of each domain; the last is its own but cannot be mapped */
#define PORTS   300

static char ram[DOMAINS][PAGES][PAGE_SIZE] __aligned(PAGE_SIZE);
static unsigned mapped;
static struct domain *domains[DOMAINS];

void *guest_frame_map(struct domain *d, gfn_t gfn)
{
	if (gfn.n >= PAGES - 1)
		return NULL;
	mapped++;
	return ram[d->id][gfn.n];
}

void guest_frame_unmap(void *va)
{
	size_t offset = (size_t)((char *)va - ram[0][0]);

	if (!va)
		return;
	MUST(offset < sizeof(ram) && mapped);
	mapped--;
}

static void domain_begin(unsigned id)
{
	domains[id] = fake_domain_create((domid_t)id, VCPUS, id == 0);
	MUST(event_domain_init(domains[id], PORTS - 1) == 0);
}

static void domain_end(unsigned id)
{
	domains[id]->is_dying = true;
	event_domain_destroy(domains[id]);
	fake_domain_forget(domains[id]);
}

/* --- what must hold after every step ---------------------------------------------------------- */

static void check_channel(const struct domain *d, const struct event_channel *c)
{
	const struct event_channel *peer;

	MUST(c->state <= EVENT_IPI && c->vcpu < VCPUS && c->priority <= EVTCHN_FIFO_PRIORITY_MIN);
	if (c->state == EVENT_INTERDOMAIN) {
		peer = event_channel(c->remote, c->remote_port);
		MUST(peer && peer->state == EVENT_INTERDOMAIN && peer->remote == d &&
		     peer->remote_port == c->port);
	} else if (c->state == EVENT_VIRQ) {
		unsigned vcpu = event_virq_is_per_vcpu(c->virq) ? c->vcpu : 0;

		MUST(d->vcpu[vcpu]->event.virq_port[c->virq] == c->port);
	}
}

static void check_domain(const struct domain *d)
{
	unsigned open = 0;

	for (uint32_t port = 1; port < d->event.nr_ports; port++) {
		const struct event_channel *c = event_channel(d, port);

		MUST(c->port == port);
		check_channel(d, c);
		open += c->state != EVENT_FREE;
	}
	MUST(event_channel(d, 0)->state == EVENT_RESERVED);
	MUST(open == d->event.nr_open);
	MUST(d->refs == 1);
}

/* --- steps ------------------------------------------------------------------------------------ */

/* The argument's 32-bit words, mostly small, so that they name things that are there. */
static void hypercall(const uint8_t *in)
{
	uint32_t arg[16] = { 0 };

	for (unsigned i = 0; i < 6; i++) {
		arg[i] = in[4 + i];
		if (in[3] & 1u << i)
			arg[i] *= 0x01010101u;
	}
	/* The two domain ids of alloc_unbound are in one word. */
	if (in[3] & 0x40)
		arg[0] |= (uint32_t)in[10] << 16;
	if (in[3] & 0x80)
		arg[0] = in[10] & 1 ? DOMID_SELF : DOMID_INVALID;
	fake_read_only = in[11] == 0xff;
	fake_alloc_budget = in[12] > 0xf0 ? in[12] - 0xf1 : -1;
	fake_preempt_budget = in[13] > 0xf0 ? in[13] - 0xf1 : -1;
	do_event_channel_op(in[2], (uintptr_t)arg);
	fake_read_only = false;
	fake_alloc_budget = fake_preempt_budget = -1;
}

static void scribble(const uint8_t *in, unsigned id)
{
	uint32_t value;
	char *page = in[2] % 8 == 7 ? (char *)domains[id]->shared_info : ram[id][in[2] % PAGES];

	memcpy(&value, in + 8, sizeof(value));
	memcpy(page + (in[4] | (in[5] & 0xf) << 8) % (PAGE_SIZE - 3), &value, sizeof(value));
}

static void step(const uint8_t *in)
{
	unsigned id = in[1] % DOMAINS, vcpu = in[1] >> 7;
	struct domain *d = domains[id];

	fake_run_as(d, vcpu);
	switch (in[0] % 8) {
	default: hypercall(in); break;
	case 4: event_virq(d->vcpu[vcpu], in[2] % NR_VIRQS); break;
	case 5: scribble(in, id); break;
	case 6:
		d->vcpu[vcpu]->event.poll_port = in[2];
		d->poll_mask[0] = in[3] & 3;
		event_port_pending(d, in[4]);
		break;
	case 7:
		if (in[2] % 8)
			break;
		domain_end(id);
		domain_begin(id);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fake_reset();
	memset(ram, 0, sizeof(ram));
	for (unsigned i = 0; i < DOMAINS; i++)
		domain_begin(i);
	for (; size >= 16; data += 16, size -= 16) {
		step(data);
		check_domain(domains[data[1] % DOMAINS]);
	}
	for (unsigned i = 0; i < DOMAINS; i++)
		check_domain(domains[i]);
	for (unsigned i = 0; i < DOMAINS; i++)
		domain_end(i);
	MUST(mapped == 0);
	MUST(fake_objects == 0);
	return 0;
}
