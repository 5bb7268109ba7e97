// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The local APIC, through its page or (after apic_use_x2apic) its MSRs. Register numbers are
 * offsets in the page.
 */
#ifndef GUEST_APIC_H
#define GUEST_APIC_H

#include <stdbool.h>
#include <stdint.h>

enum {
	APIC_ID = 0x20,
	APIC_VERSION = 0x30,
	APIC_TPR = 0x80,
	APIC_PPR = 0xa0,
	APIC_EOI = 0xb0,
	APIC_LDR = 0xd0,
	APIC_SPURIOUS = 0xf0,
	APIC_ISR = 0x100,
	APIC_TMR = 0x180,
	APIC_IRR = 0x200,
	APIC_ESR = 0x280,
	APIC_ICR = 0x300,
	APIC_ICR_HIGH = 0x310,
	APIC_LVT_TIMER = 0x320,
	APIC_LVT_LINT0 = 0x350,
	APIC_TIMER_INITIAL = 0x380,
	APIC_TIMER_CURRENT = 0x390,
	APIC_TIMER_DIVIDE = 0x3e0,
};

#define APIC_SPURIOUS_ENABLE 0x100
#define APIC_LVT_MASKED      (1 << 16)
#define APIC_TIMER_PERIODIC  (1 << 17)
#define APIC_ICR_FIXED       (0 << 8)
#define APIC_ICR_NMI         (4 << 8)
#define APIC_ICR_INIT        (5 << 8)
#define APIC_ICR_STARTUP     (6 << 8)
#define APIC_ICR_ASSERT      (1 << 14)
#define APIC_ICR_SELF        (1 << 18)
#define APIC_ICR_ALL         (2 << 18)

/* Software-enables it, timer masked, TPR 0; xAPIC unless x2APIC is already on. */
void apic_init(void);
bool apic_has_x2apic(void);
void apic_use_x2apic(void); /* there is no way back but a reset */
uint32_t apic_read(unsigned reg);
void apic_write(unsigned reg, uint32_t value);
uint32_t apic_id(void);
void apic_send(uint32_t destination, uint32_t command); /* the ICR, high half first */
void apic_eoi(void);
bool apic_bit(unsigned reg, uint8_t vector); /* of ISR, TMR or IRR */

#endif
