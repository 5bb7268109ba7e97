// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hypervisor's own descriptor tables and what happens on its own exceptions and interrupts. An
 * exception here is our fault, so it ends in a panic with the registers, unless the instruction
 * stands in the fixup table (an MSR that may not exist). Guests' exceptions never arrive here.
 */
#include "cpu.h"
#include "log.h"
#include "machine_check.h"
#include "mm.h"
#include "private.h"
#include "processor.h"

struct trap_frame {
	uint64_t rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

struct idt_gate {
	uint16_t offset_low, selector;
	uint8_t ist, type;
	uint16_t offset_mid;
	uint32_t offset_high, zero;
};

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __packed;

#define SELECTOR_CODE 8
#define SELECTOR_TSS  32

extern const char trap_stubs[];
extern const uint64_t _fixup_start[], _fixup_end[];

static struct idt_gate idt[256];

/* The TSS is never used to switch stacks; long mode wants one loaded for VM exits to restore. */
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
}

void traps_init_cpu(void)
{
	struct cpu_descriptors *t = object_alloc(sizeof(*t));
	struct table_pointer gdtr, idtr = { sizeof(idt) - 1, (uint64_t)idt };
	uint64_t tss;

	if (!t)
		panic("no memory for the descriptor tables of CPU %u", this_cpu()->id);
	if (!idt[0].type)
		idt_build();
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
	const uint64_t *sp = (const uint64_t *)f->rsp;
	struct vcpu *v = this_cpu()->current;

	log_err("CPU %u, vCPU %d.%d: exception %lu, error code %#lx, CR2 %#lx", this_cpu()->id,
		v ? v->domain->id : -1, v ? (int)v->id : -1, f->vector, f->error, read_cr2());
	log_err("rip %#lx rflags %#lx rsp %#lx rbp %#lx", f->rip, f->rflags, f->rsp, f->rbp);
	log_err("rax %#lx rbx %#lx rcx %#lx rdx %#lx", f->rax, f->rbx, f->rcx, f->rdx);
	log_err("rsi %#lx rdi %#lx r8 %#lx r9 %#lx", f->rsi, f->rdi, f->r8, f->r9);
	log_err("r10 %#lx r11 %#lx r12 %#lx r13 %#lx r14 %#lx r15 %#lx", f->r10, f->r11, f->r12,
		f->r13, f->r14, f->r15);
	/* Return addresses into the image, for addr2line. */
	for (unsigned n = 0; ((uintptr_t)sp & (STACK_SIZE - 1)) && n < 12; sp++)
		if (*sp >= HYPERVISOR_BASE + 0x200000 && *sp < HYPERVISOR_BASE + 0x400000) {
			log_err("  stack: %#lx", *sp);
			n++;
		}
	panic("exception %lu in the hypervisor at %#lx", f->vector, f->rip);
}

/* Whatever it interrupted may hold any lock, the log's too: cpu_run tells of it. */
static void nmi_note(struct cpu *c)
{
	c->nmis++;
	WRITE_ONCE(c->need_resched, true);
}

void trap_handle(struct trap_frame *f)
{
	if (f->vector >= VECTOR_DEVICE_FIRST)
		irq_handle((uint8_t)f->vector);
	else if (f->vector == 2)
		nmi_note(this_cpu());
	else if (f->vector == 18)
		machine_check_trap();
	else if (f->vector != 13 || !fixup(f))
		trap_fatal(f);
}
