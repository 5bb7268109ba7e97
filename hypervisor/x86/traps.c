// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hypervisor's own descriptor tables and what happens on its own exceptions and interrupts. An
 * exception here is our fault, so it ends in a crash, unless the instruction stands in the fixup
 * table (an MSR that may not exist). Guests' exceptions never arrive here.
 */
#include "boot_info.h"
#include "cpu.h"
#include "crash.h"
#include "lib.h"
#include "log.h"
#include "machine.h"
#include "machine_check.h"
#include "mm.h"
#include "processor.h"

struct idt_gate {
	uint16_t offset_low, selector;
	uint8_t ist, type;
	uint16_t offset_mid;
	uint32_t offset_high, zero;
};

#define VECTOR_NMI          2
#define VECTOR_DOUBLE_FAULT 8
#define VECTOR_PROTECTION   13
#define VECTOR_PAGE_FAULT   14
#define VECTOR_MC           18

extern const char trap_stubs[];
extern const uint64_t _fixup_start[], _fixup_end[];

static struct idt_gate idt[256];

/*
 * The TSS has the stack for double faults, which is what becomes of an exception when the stack has
 * run into its guard page. Long mode wants one loaded for VM exits to restore, too.
 */
struct cpu_descriptors {
	uint64_t gdt[8];
	uint32_t tss[26];
} __aligned(64);

void trap_handle(struct trap_frame *f);

static void idt_build(void)
{
	for (unsigned i = 0; i < 256; i++) {
		uint64_t at = (uint64_t)trap_stubs + i * 16;

		idt[i] = (struct idt_gate){
			.offset_low = (uint16_t)at,
			.selector = SELECTOR_CODE,
			.type = 0x8e, /* present, 64-bit interrupt gate */
			.offset_mid = (uint16_t)(at >> 16),
			.offset_high = (uint32_t)(at >> 32),
		};
	}
	idt[VECTOR_DOUBLE_FAULT].ist = 1;
}

/* A VMLOAD leaves the guest's TSS in the register, and a guest shall not say where our stack is. */
void traps_lose_tss(void)
{
	idt[VECTOR_DOUBLE_FAULT].ist = 0;
}

void traps_init_cpu(void)
{
	struct cpu_descriptors *t = object_alloc(sizeof(*t));
	struct table_pointer gdtr, idtr = { sizeof(idt) - 1, (uint64_t)idt };
	uint64_t tss, stack = ROUND_DOWN((uint64_t)this_cpu(), STACK_SIZE) + STACK_EMERGENCY;

	if (!t)
		panic("no memory for the descriptor tables of CPU %u", this_cpu()->id);
	if (!idt[0].type)
		idt_build();
	/* IST 1, at byte 36. */
	t->tss[9] = (uint32_t)stack;
	t->tss[10] = (uint32_t)(stack >> 32);
	tss = (uint64_t)t->tss;
	t->gdt[1] = 0x00af9b000000ffffUL; /* 64-bit code */
	t->gdt[2] = 0x00cf93000000ffffUL; /* data */
	t->gdt[4] = (sizeof(t->tss) - 1) | (tss & 0xffffff) << 16 | 0x89UL << 40 |
		    (tss >> 24 & 0xff) << 56;
	t->gdt[5] = tss >> 32;
	gdtr = (struct table_pointer){ sizeof(t->gdt) - 1, (uint64_t)t->gdt };
	__asm__ volatile("lgdt %0; lidt %1; ltr %w2" : : "m"(gdtr), "m"(idtr), "r"(SELECTOR_TSS));
	__asm__ volatile("pushq $8; leaq 1f(%%rip), %%rax; pushq %%rax; lretq; 1:"
			 :
			 :
			 : "rax", "memory");
}

static bool fixup(struct trap_frame *f)
{
	for (const uint64_t *e = _fixup_start; e < _fixup_end; e += 2)
		if (e[0] == f->rip) {
			f->rip = e[1];
			return true;
		}
	return false;
}

static noreturn_fn void trap_fatal(const struct trap_frame *f)
{
	static const char *const names[32] = {
		[0] = "divide error", [1] = "debug exception",
		[3] = "breakpoint",   [6] = "invalid opcode",
		[7] = "no FPU",       [8] = "double fault",
		[12] = "stack fault", [13] = "general protection",
	};
	const char *name = f->vector < ARRAY_SIZE(names) ? names[f->vector] : NULL;
	char what[80];
	const char *access = f->error & 16 ? "execution" : f->error & 2 ? "write" : "read";

	if (f->vector == VECTOR_PAGE_FAULT)
		snprintf(what, sizeof(what), "page fault (%s%s of %#lx, error code %#lx)",
			 f->error & 1 ? "forbidden " : "", access, read_cr2(), f->error);
	else
		snprintf(what, sizeof(what), "%s (exception %lu, error code %#lx)",
			 name ? name : "exception", f->vector, f->error);
	crash_trap(f, what);
}

/* Whatever it interrupted may hold any lock, the log's too: cpu_run tells of it. */
static void nmi_note(struct cpu *c, const struct trap_frame *f)
{
	if (panic_elsewhere())
		machine_halt();
	if (c->stuck_at && c->stuck_at == c->passes)
		crash_trap(f, "watchdog: stuck for too long");
	if (cmdline.nmi == NMI_FATAL)
		crash_trap(f, "non-maskable interrupt from the machine");
	c->nmis++;
	WRITE_ONCE(c->need_resched, true);
}

void trap_handle(struct trap_frame *f)
{
	if (f->vector >= VECTOR_DEVICE_FIRST)
		irq_handle((uint8_t)f->vector);
	else if (f->vector == VECTOR_NMI)
		nmi_note(this_cpu(), f);
	else if (f->vector == VECTOR_MC)
		machine_check_trap();
	else if (f->vector != VECTOR_PROTECTION || !fixup(f))
		trap_fatal(f);
}
