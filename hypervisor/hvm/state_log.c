// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A vCPU's state for the log, when its domain cannot go on: who is to find out why has nothing else
 * to look at. The vCPU is the current one, or paused.
 */
#include "domain.h"
#include "hvm.h"
#include "log.h"

static const char *const segment_names[SEG_COUNT] = {
	[SEG_ES] = "es",     [SEG_CS] = "cs", [SEG_SS] = "ss",     [SEG_DS] = "ds",
	[SEG_FS] = "fs",     [SEG_GS] = "gs", [SEG_GDTR] = "gdtr", [SEG_LDTR] = "ldtr",
	[SEG_IDTR] = "idtr", [SEG_TR] = "tr",
};

static void registers_log(const struct cpu_regs *r)
{
	log_err("  rip %016lx rsp %016lx rflags %08lx", r->rip, r->rsp, r->rflags);
	log_err("  rax %016lx rbx %016lx rcx %016lx rdx %016lx", r->rax, r->rbx, r->rcx, r->rdx);
	log_err("  rsi %016lx rdi %016lx rbp %016lx r8  %016lx", r->rsi, r->rdi, r->rbp, r->r8);
	log_err("  r9  %016lx r10 %016lx r11 %016lx r12 %016lx", r->r9, r->r10, r->r11, r->r12);
	log_err("  r13 %016lx r14 %016lx r15 %016lx", r->r13, r->r14, r->r15);
}

void hvm_log_state(struct vcpu *v)
{
	struct hvm_state s;

	log_err("d%uv%u on CPU %u:", v->domain->id, v->id, v->processor);
	registers_log(&v->hvm.regs);
	hvm->get_state(v, &s);
	log_err("  cr0 %lx cr2 %lx cr3 %lx cr4 %lx efer %lx", s.cr0, s.cr2, s.cr3, s.cr4, s.efer);
	for (unsigned i = 0; i < SEG_COUNT; i++)
		log_err("  %-4s %04x attributes %03x limit %08x base %016lx", segment_names[i],
			s.seg[i].selector, s.seg[i].attributes, s.seg[i].limit, s.seg[i].base);
	hvm->log_exit(v);
}
