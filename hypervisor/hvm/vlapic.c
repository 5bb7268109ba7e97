// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The local APIC's registers: xAPIC page, x2APIC and base MSRs, priorities, and the way of an
 * interrupt through IRR and ISR. No lock: registers belong to their vCPU, and while a processor
 * with APICv runs it to that. Others leave what they want in bitmaps beside them, and kick; pending
 * errors are set atomically, too.
 */
#include "abi/errno.h"
#include "atomic.h"
#include "lib.h"
#include "log.h"
#include "mm.h"
#include "vlapic_private.h"

/* Version 0x14, six LVT entries, no suppression of EOI broadcasts. */
#define VERSION_VALUE 0x00050014u

#define ALL_WORDS     0xffu

bool vlapic_in_hardware;

/* --- interrupts: IRR -> ISR -> EOI ------------------------------------------------------------ */

/*
 * The highest bit of eight registers, of which only those named by words can have any; -1 if none.
 */
static int highest_bit(const struct vlapic_register *group, uint32_t words)
{
	while (words) {
		unsigned w = bit_highest(words);
		uint32_t bits = READ_ONCE(group[w].value);

		if (bits)
			return (int)(w * 32 + bit_highest(bits));
		words &= ~(1u << w);
	}
	return -1;
}

uint8_t vlapic_ppr(const struct vlapic *a)
{
	uint8_t tpr = (uint8_t)READ_ONCE(a->regs[APIC_TPR].value);
	int in_service = highest_bit(&a->regs[APIC_ISR], READ_ONCE(a->isr_words));

	if (in_service < 0 || (tpr & 0xf0) >= (in_service & 0xf0))
		return tpr;
	return in_service & 0xf0;
}

void vlapic_set_irq(struct vcpu *v, uint8_t vector, bool level)
{
	struct vlapic *a = vcpu_vlapic(v);
	unsigned word = vector / 32;
	uint32_t bit = 1u << vector % 32;

	if (!vlapic_is_enabled(a))
		return;
	if (vector < FIRST_VECTOR) {
		vlapic_error(v, ESR_RECEIVE_VECTOR);
		return;
	}
	if (level)
		atomic_or(&a->level[word], bit);
	else if (READ_ONCE(a->level[word]) & bit)
		atomic_and(&a->level[word], ~bit);
	if (atomic_or(&a->requests[word], bit) & bit)
		return; /* whoever set it has kicked */
	atomic_or(&a->request_words, 1u << word);
	vcpu_kick(v);
}

void vlapic_accept(struct vcpu *v)
{
	struct vlapic *a = vcpu_vlapic(v);
	uint32_t words;

	if (likely(!READ_ONCE(a->request_words)))
		return;
	words = atomic_xchg(&a->request_words, 0);
	a->irr_words |= words;
	a->changed = true;
	while (words) {
		unsigned w = bit_highest(words);
		uint32_t bits = atomic_xchg(&a->requests[w], 0);
		uint32_t *tmr = &a->regs[APIC_TMR + w].value;

		*tmr = (*tmr & ~bits) | (READ_ONCE(a->level[w]) & bits);
		a->regs[APIC_IRR + w].value |= bits;
		words &= ~(1u << w);
	}
}

int vlapic_pending(struct vcpu *v)
{
	struct vlapic *a = vcpu_vlapic(v);
	int vector;

	vlapic_accept(v);
	if (a->irr_words == 0)
		return -1;
	vector = highest_bit(&a->regs[APIC_IRR], a->irr_words);
	if (vector < 0 || !vlapic_is_enabled(a) || (vector & 0xf0) <= (vlapic_ppr(a) & 0xf0))
		return -1;
	return vector;
}

void vlapic_taken(struct vcpu *v, uint8_t vector)
{
	struct vlapic *a = vcpu_vlapic(v);
	unsigned word = vector / 32;
	uint32_t bit = 1u << vector % 32;

	a->regs[APIC_IRR + word].value &= ~bit;
	if (a->regs[APIC_IRR + word].value == 0)
		a->irr_words &= ~(1u << word);
	a->regs[APIC_ISR + word].value |= bit;
	a->isr_words |= 1u << word;
}

void vlapic_ran(struct vcpu *v)
{
	vcpu_vlapic(v)->irr_words = vcpu_vlapic(v)->isr_words = ALL_WORDS;
}

bool vlapic_summarise(struct vcpu *v, struct vlapic_summary *s)
{
	struct vlapic *a = vcpu_vlapic(v);
	bool enabled = vlapic_is_enabled(a);

	vlapic_accept(v);
	if (likely(!a->changed))
		return false;
	a->changed = false;
	s->x2apic = enabled && vlapic_is_x2apic(a);
	s->requested = enabled ? (uint8_t)MAX(highest_bit(&a->regs[APIC_IRR], ALL_WORDS), 0) : 0;
	s->in_service = (uint8_t)MAX(highest_bit(&a->regs[APIC_ISR], ALL_WORDS), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(s->level); i++)
		s->level[i] = a->regs[APIC_TMR + 2 * i].value |
			      (uint64_t)a->regs[APIC_TMR + 2 * i + 1].value << 32;
	return true;
}

static void end_of_interrupt(struct vcpu *v)
{
	struct vlapic *a = vcpu_vlapic(v);
	int vector = highest_bit(&a->regs[APIC_ISR], a->isr_words);
	unsigned word = (unsigned)vector / 32;
	uint32_t bit = 1u << (unsigned)vector % 32;

	if (vector < 0)
		return;
	a->changed = true;
	a->regs[APIC_ISR + word].value &= ~bit;
	if (a->regs[APIC_ISR + word].value == 0)
		a->isr_words &= ~(1u << word);
	if (READ_ONCE(a->regs[APIC_TMR + word].value) & bit)
		vioapic_eoi(v->domain, (uint8_t)vector);
}

void vlapic_error(struct vcpu *v, uint32_t errors)
{
	struct vlapic *a = vcpu_vlapic(v);
	uint32_t lvt = READ_ONCE(a->regs[APIC_LVT_ERROR].value);

	atomic_or(&a->esr_pending, errors);
	if (!(lvt & LVT_MASKED) && (lvt & 0xff) >= FIRST_VECTOR)
		vlapic_set_irq(v, (uint8_t)lvt, false);
}

uint8_t vlapic_get_tpr(const struct vcpu *v)
{
	return (uint8_t)v->hvm.vlapic.regs[APIC_TPR].value;
}

void vlapic_set_tpr(struct vcpu *v, uint8_t tpr)
{
	WRITE_ONCE(vcpu_vlapic(v)->regs[APIC_TPR].value, tpr);
}

/* --- registers -------------------------------------------------------------------------------- */

#define R(reg) BIT(APIC_##reg)
#define LVTS \
	(R(LVT_TIMER) | R(LVT_THERMAL) | R(LVT_PERF) | R(LVT_LINT0) | R(LVT_LINT1) | R(LVT_ERROR))
#define READABLE                                                                           \
	(R(ID) | R(VERSION) | R(TPR) | R(PPR) | R(LDR) | R(SVR) | 0xffffffUL << APIC_ISR | \
	 R(ESR) | R(ICR) | LVTS | R(TMICT) | R(TMCCT) | R(TDCR))
#define READABLE_XAPIC  (READABLE | R(APR) | R(EOI) | R(DFR) | R(ICR2))
#define WRITABLE        (R(TPR) | R(EOI) | R(SVR) | R(ESR) | R(ICR) | LVTS | R(TMICT) | R(TDCR))
#define WRITABLE_XAPIC  (WRITABLE | R(ID) | R(LDR) | R(DFR) | R(ICR2))
#define WRITABLE_X2APIC (WRITABLE | R(SELF_IPI))

/* The others are computed, or as wide as two. */
const uint64_t vlapic_plain_registers = READABLE & ~(R(PPR) | R(TMCCT) | R(ICR));

/* The bits of each register that software may set. */
static const uint32_t writable_bits[64] = {
	[APIC_TPR] = 0xff,
	[APIC_LDR] = 0xff000000,
	[APIC_DFR] = 0xf0000000,
	[APIC_SVR] = 0x3ff,
	[APIC_ICR] = 0x000ccfff & ~ICR_BUSY,
	[APIC_ICR2] = 0xff000000,
	[APIC_LVT_TIMER] = 0x700ff,
	[APIC_LVT_THERMAL] = 0x107ff,
	[APIC_LVT_PERF] = 0x107ff,
	[APIC_LVT_LINT0] = 0x1a7ff,
	[APIC_LVT_LINT1] = 0x1a7ff,
	[APIC_LVT_ERROR] = 0x100ff,
	[APIC_TMICT] = 0xffffffff,
	[APIC_TDCR] = 0xb,
	[APIC_SELF_IPI] = 0xff,
};
/* Read-only bits that a write of what was read may carry in x2APIC mode. */
#define LVT_STATUS_BITS 0x5000u

static uint32_t read_register(struct vcpu *v, unsigned reg)
{
	const struct vlapic *a = vcpu_vlapic(v);

	vlapic_accept(v);
	switch (reg) {
	case APIC_PPR: return vlapic_ppr(a);
	case APIC_TMCCT: return vlapic_timer_current(a);
	default: return READ_ONCE(a->regs[reg].value);
	}
}

static void write_svr(struct vlapic *a, uint32_t value)
{
	WRITE_ONCE(a->regs[APIC_SVR].value, value);
	a->changed = true;
	if (value & SVR_ENABLE)
		return;
	for (unsigned reg = APIC_LVT_TIMER; reg <= APIC_LVT_ERROR; reg++)
		a->regs[reg].value |= LVT_MASKED;
}

static void write_register(struct vcpu *v, unsigned reg, uint32_t value)
{
	struct vlapic *a = vcpu_vlapic(v);

	value &= writable_bits[reg];
	if (BIT(reg) & LVTS && !(a->regs[APIC_SVR].value & SVR_ENABLE))
		value |= LVT_MASKED;
	switch (reg) {
	case APIC_ID: break; /* fixed, as newer processors have it */
	case APIC_EOI: end_of_interrupt(v); break;
	case APIC_SVR: write_svr(a, value); break;
	case APIC_DFR: a->regs[reg].value = value | ~writable_bits[reg]; break;
	case APIC_ESR: a->regs[reg].value = atomic_xchg(&a->esr_pending, 0); break;
	case APIC_ICR:
		a->regs[reg].value = value;
		vlapic_send_ipi(v, value,
				vlapic_is_x2apic(a) ? a->regs[APIC_ICR2].value
						    : a->regs[APIC_ICR2].value >> 24);
		break;
	case APIC_SELF_IPI: vlapic_send_ipi(v, 1u << 18 | value, 0); break;
	case APIC_LVT_TIMER: vlapic_timer_set_lvt(v, value); break;
	case APIC_TMICT: vlapic_timer_set_count(v, value); break;
	case APIC_TDCR: vlapic_timer_set_divide(v, value); break;
	default: WRITE_ONCE(a->regs[reg].value, value); break;
	}
}

uint32_t vlapic_mmio_read(struct vcpu *v, unsigned offset)
{
	struct vlapic *a = vcpu_vlapic(v);

	if (!vlapic_is_on(a) || vlapic_is_x2apic(a))
		return ~0u;
	if (offset & 0xf || offset >= PAGE_SIZE)
		return 0;
	if (offset / 16 < 64 && BIT(offset / 16) & READABLE_XAPIC)
		return read_register(v, offset / 16);
	vlapic_error(v, ESR_REGISTER);
	return 0;
}

void vlapic_mmio_write(struct vcpu *v, unsigned offset, uint32_t value)
{
	struct vlapic *a = vcpu_vlapic(v);

	if (!vlapic_is_on(a) || vlapic_is_x2apic(a) || offset & 0xf || offset >= PAGE_SIZE)
		return;
	if (offset / 16 < 64 && BIT(offset / 16) & WRITABLE_XAPIC)
		write_register(v, offset / 16, value);
	else
		vlapic_error(v, ESR_REGISTER);
}

static bool x2apic_read(struct vcpu *v, unsigned reg, uint64_t *value)
{
	struct vlapic *a = vcpu_vlapic(v);

	if (!vlapic_is_x2apic(a) || reg >= 64 || !(BIT(reg) & READABLE))
		return false;
	*value = read_register(v, reg);
	if (reg == APIC_ICR)
		*value |= (uint64_t)a->regs[APIC_ICR2].value << 32;
	return true;
}

static bool x2apic_write(struct vcpu *v, unsigned reg, uint64_t value)
{
	struct vlapic *a = vcpu_vlapic(v);
	uint64_t allowed;

	if (!vlapic_is_x2apic(a) || reg >= 64 || !(BIT(reg) & WRITABLE_X2APIC))
		return false;
	allowed = writable_bits[reg];
	if (BIT(reg) & LVTS)
		allowed |= LVT_STATUS_BITS;
	else if (reg == APIC_ICR)
		allowed |= 0xffffffff00000000UL | ICR_BUSY;
	if (value & ~allowed)
		return false;
	if (reg == APIC_ICR)
		a->regs[APIC_ICR2].value = (uint32_t)(value >> 32);
	write_register(v, reg, (uint32_t)value);
	return true;
}

/* --- life, modes ------------------------------------------------------------------------------ */

/* The ID register and what is derived from it, in the format of the mode that base_msr says. */
static void set_identity(struct vcpu *v)
{
	struct vlapic *a = vcpu_vlapic(v);
	uint32_t id = 2 * v->id;

	if (vlapic_is_x2apic(a)) {
		a->regs[APIC_ID].value = id;
		a->regs[APIC_LDR].value = id >> 4 << 16 | 1u << (id & 0xf);
	} else {
		a->regs[APIC_ID].value = id << 24;
	}
}

void vlapic_reset(struct vcpu *v)
{
	struct vlapic *a = vcpu_vlapic(v);

	vlapic_timer_clear(v);
	memset(a->regs, 0, VLAPIC_REGISTERS * sizeof(*a->regs));
	memset(a->requests, 0, sizeof(a->requests));
	atomic_set(&a->esr_pending, 0);
	a->irr_words = a->isr_words = 0;
	a->changed = true;
	a->regs[APIC_VERSION].value = VERSION_VALUE;
	a->regs[APIC_DFR].value = DFR_FLAT;
	a->regs[APIC_SVR].value = 0xff;
	for (unsigned reg = APIC_LVT_TIMER; reg <= APIC_LVT_ERROR; reg++)
		a->regs[reg].value = LVT_MASKED;
	set_identity(v);
}

int vlapic_init(struct vcpu *v)
{
	struct vlapic *a = vcpu_vlapic(v);

	memset(a, 0, sizeof(*a));
	a->regs = heap_alloc(0);
	if (!a->regs)
		return -ENOMEM;
	a->base_msr = VLAPIC_DEFAULT_BASE | APIC_BASE_ENABLE | (v->id == 0 ? APIC_BASE_BSP : 0);
	vlapic_timer_init(v);
	vlapic_reset(v);
	return 0;
}

void vlapic_destroy(struct vcpu *v)
{
	timer_stop(&vcpu_vlapic(v)->timer);
	heap_free(vcpu_vlapic(v)->regs, 0);
}

void vlapic_restored(struct vcpu *v)
{
	struct vlapic *a = vcpu_vlapic(v);
	uint32_t count = a->regs[APIC_TMICT].value;
	uint64_t deadline = a->tsc_deadline;

	set_identity(v);
	a->regs[APIC_VERSION].value = VERSION_VALUE;
	a->irr_words = a->isr_words = ALL_WORDS;
	a->changed = true;
	vlapic_timer_clear(v);
	vlapic_timer_set_count(v, count);
	vlapic_timer_set_deadline(v, deadline);
}

/* Disabled -> xAPIC -> x2APIC, and from each of them to disabled; nothing else (SDM 10.12.5). */
static bool write_base(struct vcpu *v, uint64_t value)
{
	struct vlapic *a = vcpu_vlapic(v);
	uint64_t modes = APIC_BASE_ENABLE | APIC_BASE_EXTD;
	uint64_t old = a->base_msr & modes;
	uint64_t next = value & modes;

	if (next == APIC_BASE_EXTD || (old == modes && next == APIC_BASE_ENABLE) ||
	    (old == 0 && next == modes))
		return false;
	if ((value & ~(modes | APIC_BASE_BSP)) != VLAPIC_DEFAULT_BASE) {
		log_domain(v->domain, LOG_WARN,
			   "vCPU %u: APIC base %#llx refused, it stays at %#lx", v->id,
			   (unsigned long long)value, VLAPIC_DEFAULT_BASE);
		return false;
	}
	a->base_msr = value;
	a->changed = true;
	if (next == 0)
		vlapic_reset(v);
	else if (next != old)
		set_identity(v);
	return true;
}

bool vlapic_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value)
{
	struct vlapic *a = vcpu_vlapic(v);

	switch (msr) {
	case MSR_APIC_BASE: *value = a->base_msr; return true;
	case MSR_TSC_DEADLINE: *value = a->tsc_deadline; return true;
	default: return msr >= MSR_X2APIC && x2apic_read(v, msr - MSR_X2APIC, value);
	}
}

bool vlapic_msr_write(struct vcpu *v, uint32_t msr, uint64_t value)
{
	switch (msr) {
	case MSR_APIC_BASE: return write_base(v, value);
	case MSR_TSC_DEADLINE: vlapic_timer_set_deadline(v, value); return true;
	default: return msr >= MSR_X2APIC && x2apic_write(v, msr - MSR_X2APIC, value);
	}
}
