// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Machine checks (APM vol. 2, chapter 9): banks are read, told of and cleared. A handler may have
 * interrupted whoever holds the log's lock, so it only speaks in a panic; the rest is told later by
 * the CPU that it concerns. No locks: each CPU has its own banks and its own record.
 */
#include "machine_check.h"

#include "cpu.h"
#include "domain.h"
#include "lib.h"
#include "log.h"
#include "processor.h"

#define FEATURE_MCE       (1u << 7) /* CPUID 1 EDX */
#define FEATURE_MCA       (1u << 14)
#define MCG_CAP_CTL       BIT(8)
#define MSR_MCI_CTL(i)    (0x400u + 4 * (i))
#define MSR_MCI_STATUS(i) (0x401u + 4 * (i))
#define MSR_MCI_ADDR(i)   (0x402u + 4 * (i))
#define MSR_MCI_MISC(i)   (0x403u + 4 * (i))

static uint64_t cr4_bit;          /* 0 while machine checks are off */
static unsigned nr_banks;         /* the boot CPU's; the same on all */
static unsigned untold[MAX_CPUS]; /* machine checks after which a CPU went on */

/* False: it has nothing to tell. */
static bool bank_read(unsigned i, struct mc_bank *b)
{
	*b = (struct mc_bank){ .number = i };
	if (!rdmsr_safe(MSR_MCI_STATUS(i), &b->status) || !(b->status & MCI_VALID))
		return false;
	if (b->status & MCI_HAS_ADDR)
		rdmsr_safe(MSR_MCI_ADDR(i), &b->addr);
	if (b->status & MCI_HAS_MISC)
		rdmsr_safe(MSR_MCI_MISC(i), &b->misc);
	return true;
}

/* What was told of is cleared, for the next one. */
static void banks_tell(void)
{
	struct mc_bank b;

	for (unsigned i = 0; i < nr_banks; i++) {
		if (!bank_read(i, &b))
			continue;
		log_err("CPU %u: machine check bank %u: status %#lx address %#lx misc %#lx",
			this_cpu()->id, i, b.status, b.addr, b.misc);
		wrmsr_safe(MSR_MCI_STATUS(i), 0);
	}
}

/* All banks in one line: a panic says one thing. */
static noreturn_fn void fatal(const struct mc_bank *bank, unsigned nr, uint64_t mcg_status)
{
	char text[320] = "";
	int at = 0;

	for (unsigned i = 0; i < nr && at < (int)sizeof(text) - 80; i++)
		at += snprintf(text + at, sizeof(text) - (size_t)at,
			       "; bank %u: status %#lx address %#lx misc %#lx", bank[i].number,
			       bank[i].status, bank[i].addr, bank[i].misc);
	panic("machine check on CPU %u, status %#lx%s", this_cpu()->id, mcg_status, text);
}

static enum mc_verdict judge(bool in_guest)
{
	struct mc_bank bank[MC_MAX_BANKS];
	uint64_t mcg_status = 0;
	enum mc_verdict verdict;
	unsigned nr = 0;

	rdmsr_safe(MSR_MCG_STATUS, &mcg_status);
	for (unsigned i = 0; i < nr_banks; i++)
		nr += bank_read(i, &bank[nr]);
	verdict = mc_judge(mcg_status, bank, nr, in_guest);
	if (verdict == MC_FATAL)
		fatal(bank, nr, mcg_status);
	return verdict;
}

void machine_check_trap(void)
{
	judge(false);
	/* The banks are left for machine_check_tell. */
	untold[this_cpu()->id]++;
	WRITE_ONCE(this_cpu()->need_resched, true);
	wrmsr_safe(MSR_MCG_STATUS, 0);
}

void machine_check_in_guest(void)
{
	struct vcpu *v = vcpu_current();
	enum mc_verdict verdict = judge(true);

	banks_tell();
	wrmsr_safe(MSR_MCG_STATUS, 0);
	if (verdict == MC_GUEST_LOST)
		domain_crash(v->domain, "machine check while vCPU %u ran", v->id);
}

void machine_check_tell(void)
{
	unsigned cpu = this_cpu()->id;

	if (likely(!untold[cpu]))
		return;
	log_err("CPU %u: %u machine check%s, nothing was lost", cpu, untold[cpu],
		untold[cpu] == 1 ? "" : "s");
	untold[cpu] = 0;
	banks_tell();
}

uint64_t machine_check_cr4(void)
{
	return cr4_bit;
}

void machine_check_init_cpu(void)
{
	uint32_t features = cpuid_reg(1, CPUID_EDX);
	uint64_t cap = 0;

	if (~features & (FEATURE_MCE | FEATURE_MCA) || !rdmsr_safe(MSR_MCG_CAP, &cap))
		return;
	nr_banks = MIN((unsigned)(cap & 0xff), MC_MAX_BANKS);
	/* What led to the last reset perhaps: it outlives that. */
	banks_tell();
	if (cap & MCG_CAP_CTL)
		wrmsr_safe(MSR_MCG_CTL, ~0UL);
	for (unsigned i = 0; i < nr_banks; i++)
		wrmsr_safe(MSR_MCI_CTL(i), ~0UL);
	cr4_bit = CR4_MCE;
	write_cr4(read_cr4() | CR4_MCE);
}
