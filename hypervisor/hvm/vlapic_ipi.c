// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages to local APICs: interrupt commands of other vCPUs, and MSI and IO-APIC messages. Finds
 * the destinations and acts on each. No lock: a destination's state is read as it is at that
 * moment.
 */
#include "log.h"
#include "vlapic_private.h"

enum shorthand { SHORTHAND_NONE, SHORTHAND_SELF, SHORTHAND_ALL, SHORTHAND_OTHERS };

struct message {
	const struct vcpu *from; /* of a shorthand */
	enum shorthand shorthand;
	uint32_t dest;
	bool logical;
	uint8_t mode; /* enum delivery_mode */
	uint8_t vector;
	bool level;
};

static bool matches_logical(const struct vlapic *a, uint32_t dest)
{
	uint32_t ldr = READ_ONCE(a->regs[APIC_LDR].value);

	if (vlapic_is_x2apic(a))
		return dest == DEST_BROADCAST || (ldr >> 16 == dest >> 16 && ldr & dest & 0xffff);
	ldr >>= 24;
	if (dest > 0xff)
		return dest == DEST_BROADCAST;
	if (READ_ONCE(a->regs[APIC_DFR].value) == DFR_FLAT)
		return ldr & dest;
	return dest == 0xff || (ldr >> 4 == dest >> 4 && ldr & dest & 0xf);
}

static bool message_reaches(const struct message *m, const struct vcpu *v)
{
	const struct vlapic *a = &v->hvm.vlapic;

	if (!vlapic_is_on(a))
		return false;
	switch (m->shorthand) {
	case SHORTHAND_SELF: return v == m->from;
	case SHORTHAND_ALL: return true;
	case SHORTHAND_OTHERS: return v != m->from;
	case SHORTHAND_NONE: break;
	}
	if (m->logical)
		return matches_logical(a, m->dest);
	return m->dest == DEST_BROADCAST || m->dest == vlapic_id(a);
}

static void message_accept(const struct message *m, struct vcpu *v)
{
	switch (m->mode) {
	case DELIVER_FIXED:
	case DELIVER_LOWEST: vlapic_set_irq(v, m->vector, m->level); break;
	case DELIVER_NMI: vcpu_nmi(v); break;
	case DELIVER_INIT: vcpu_down(v); break;
	case DELIVER_SIPI: vcpu_sipi(v, m->vector); break;
	default:
		log_domain(v->domain, LOG_DEBUG, "interrupt of delivery mode %u ignored", m->mode);
		break;
	}
}

/* Of those that take interrupts the one that is doing the least important thing. */
static void deliver_lowest(struct domain *d, const struct message *m)
{
	struct vcpu *v, *best = NULL;
	unsigned best_priority = 256;

	for_each_vcpu(d, v) {
		if (!message_reaches(m, v) || !vlapic_is_enabled(vcpu_vlapic(v)))
			continue;
		if (vlapic_ppr(vcpu_vlapic(v)) < best_priority) {
			best = v;
			best_priority = vlapic_ppr(vcpu_vlapic(v));
		}
	}
	if (best)
		message_accept(m, best);
}

/* IDs are 2 * vcpu_id and cannot be changed, so that one physical destination needs no search. */
static bool is_unicast(const struct message *m)
{
	return m->shorthand == SHORTHAND_NONE && !m->logical && m->dest != DEST_BROADCAST;
}

static void deliver(struct domain *d, const struct message *m)
{
	struct vcpu *v;

	if (is_unicast(m)) {
		v = domain_vcpu(d, m->dest / 2);
		if (v && message_reaches(m, v))
			message_accept(m, v);
	} else if (m->mode == DELIVER_LOWEST) {
		deliver_lowest(d, m);
	} else {
		for_each_vcpu(d, v)
			if (message_reaches(m, v))
				message_accept(m, v);
	}
}

/* 8 bits of destination, all ones: everybody. */
static uint32_t widen(uint32_t dest, bool logical)
{
	return dest == 0xff && !logical ? DEST_BROADCAST : dest;
}

void vlapic_send_ipi(struct vcpu *from, uint32_t icr, uint32_t dest)
{
	struct message m = {
		.from = from,
		.shorthand = ICR_SHORTHAND(icr),
		.logical = icr & ICR_LOGICAL,
		.mode = ICR_MODE(icr),
		.vector = (uint8_t)icr,
	};

	m.dest = vlapic_is_x2apic(&from->hvm.vlapic) ? dest : widen(dest, m.logical);
	if (m.mode <= DELIVER_LOWEST && m.vector < FIRST_VECTOR) {
		vlapic_error(from, ESR_SEND_VECTOR);
		return;
	}
	if (m.mode == DELIVER_INIT && (icr & (ICR_LEVEL | ICR_ASSERT)) == ICR_LEVEL)
		return; /* de-assertion: of no effect since the Pentium 4 */
	if (m.mode == DELIVER_INIT || m.mode == DELIVER_SIPI) {
		if (m.shorthand == SHORTHAND_SELF)
			return;
		if (m.shorthand == SHORTHAND_ALL)
			m.shorthand = SHORTHAND_OTHERS;
	}
	deliver(from->domain, &m);
}

void vlapic_deliver(struct domain *d, uint32_t dest, bool logical, uint8_t delivery_mode,
		    uint8_t vector, bool level)
{
	struct message m = {
		.dest = widen(dest, logical),
		.logical = logical,
		.mode = delivery_mode,
		.vector = vector,
		.level = level,
	};

	if (m.mode != DELIVER_SIPI) /* reserved here: only CPUs start each other */
		deliver(d, &m);
}

void vlapic_deliver_msi(struct domain *d, uint64_t address, uint32_t data)
{
	bool level = data & ICR_LEVEL;

	if (address >> 20 != VLAPIC_DEFAULT_BASE >> 20) {
		log_domain(d, LOG_WARN, "MSI to %#llx dropped, expected %#lx to %#lx",
			   (unsigned long long)address, VLAPIC_DEFAULT_BASE,
			   VLAPIC_DEFAULT_BASE + 0xfffff);
		return;
	}
	if (level && !(data & ICR_ASSERT))
		return;
	vlapic_deliver(d, address >> 12 & 0xff, address & 4, ICR_MODE(data), (uint8_t)data, level);
}

struct vcpu *vlapic_target(struct domain *d, uint32_t dest, bool logical)
{
	const struct message m = { .dest = widen(dest, logical), .logical = logical };
	struct vcpu *v;

	if (is_unicast(&m)) {
		v = domain_vcpu(d, m.dest / 2);
		return v && message_reaches(&m, v) ? v : NULL;
	}
	for_each_vcpu(d, v)
		if (message_reaches(&m, v))
			return v;
	return NULL;
}
