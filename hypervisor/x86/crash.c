// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hypervisor's own end: registers, where each return address on the stack leads, and then
 * panic. Everything here may run on a CPU that was interrupted anywhere, so the log is taken away
 * from the others first (panic_begin) and no lock is asked for. The other CPUs stop with a
 * non-maskable interrupt, in the hypervisor or in a guest.
 */
#include "crash.h"

#include "cpu.h"
#include "log.h"
#include "machine.h"
#include "processor.h"
#include "symbols.h"

#define TRACE_LINES 24u

extern const char _image_start[], _text_end[];

static bool in_text(uint64_t address)
{
	return address >= (uintptr_t)_image_start && address < (uintptr_t)_text_end;
}

/*
 * Does a CALL end here? The relative one of five bytes, or FF /2 with its two to seven: of what is
 * on a stack, only return addresses have that, and what is left of earlier calls.
 */
static bool follows_call(uint64_t address)
{
	const uint8_t *p = (const uint8_t *)address;

	if (address - (uintptr_t)_image_start < 7)
		return false;
	if (p[-5] == 0xe8)
		return true;
	for (unsigned length = 2; length <= 7; length++)
		if (p[-(int)length] == 0xff && (p[1 - (int)length] & 0x38) == 0x10)
			return true;
	return false;
}

static void trace_line(uint64_t address)
{
	char name[SYMBOL_TEXT];

	symbol_text(name, sizeof(name), address);
	log_err("  %#lx %s", address, name);
}

/*
 * There are no frame pointers; so everything on the stack that can be a return address is shown,
 * the innermost first. A stack pointer that ran off the stack is taken back to where that begins.
 */
static void trace(uint64_t sp)
{
	uintptr_t base = ROUND_DOWN((uintptr_t)this_cpu(), STACK_SIZE), end = (uintptr_t)this_cpu();
	unsigned lines = 0, again = 0;
	uint64_t last = 0;

	if (sp < base + STACK_BOTTOM && sp >= base)
		log_err("the stack has run over, by %lu bytes", base + STACK_BOTTOM - sp);
	sp = MAX(sp & ~7UL, base + STACK_BOTTOM);
	for (; sp < end && lines < TRACE_LINES; sp += sizeof(uint64_t)) {
		uint64_t value = *(const uint64_t *)sp;

		if (!in_text(value) || !follows_call(value))
			continue;
		if (value == last) {
			again++;
			continue;
		}
		if (again)
			log_err("  and that %u more times", again);
		again = 0;
		last = value;
		trace_line(value);
		lines++;
	}
}

static void registers(const struct trap_frame *f)
{
	log_err("rip %#lx rflags %#lx rsp %#lx rbp %#lx", f->rip, f->rflags, f->rsp, f->rbp);
	log_err("rax %#lx rbx %#lx rcx %#lx rdx %#lx", f->rax, f->rbx, f->rcx, f->rdx);
	log_err("rsi %#lx rdi %#lx r8 %#lx r9 %#lx", f->rsi, f->rdi, f->r8, f->r9);
	log_err("r10 %#lx r11 %#lx r12 %#lx r13 %#lx r14 %#lx r15 %#lx", f->r10, f->r11, f->r12,
		f->r13, f->r14, f->r15);
	log_err("cr0 %#lx cr2 %#lx cr3 %#lx cr4 %#lx", read_cr0(), read_cr2(), read_cr3(),
		read_cr4());
}

static void who(const char *what)
{
	const struct vcpu *v = this_cpu()->current;

	if (v)
		log_err("CPU %u, running d%uv%u: %s", this_cpu()->id, v->domain->id, v->id, what);
	else
		log_err("CPU %u, running no vCPU: %s", this_cpu()->id, what);
}

noreturn_fn void crash_trap(const struct trap_frame *f, const char *what)
{
	char name[SYMBOL_TEXT];

	panic_begin();
	who(what);
	registers(f);
	trace_line(f->rip);
	trace(f->rsp);
	symbol_text(name, sizeof(name), f->rip);
	panic_end("%s in the hypervisor at %s", what, name);
}

void machine_back_trace(void)
{
	trace((uintptr_t)__builtin_frame_address(0));
}

void machine_stop_others(void)
{
	for (unsigned i = 0; i < nr_cpus; i++)
		if (cpus[i] && cpus[i] != this_cpu())
			apic_send(cpus[i]->apic_id, APIC_NMI);
}
