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

static unsigned banks_read(struct mc_bank *bank)
{
	unsigned n = 0;

	for (unsigned i = 0; i < nr_banks; i++) {
		struct mc_bank b = { .number = i };

		if (!rdmsr_safe(MSR_MCI_STATUS(i), &b.status) || !(b.status & MCI_VALID))
			continue;
		if (b.status & MCI_HAS_ADDR)
			rdmsr_safe(MSR_MCI_ADDR(i), &b.addr);
		if (b.status & MCI_HAS_MISC)
			rdmsr_safe(MSR_MCI_MISC(i), &b.misc);
		bank[n++] = b;
	}
	return n;
}

static void banks_clear(const struct mc_bank *bank, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		wrmsr_safe(MSR_MCI_STATUS(bank[i].number), 0);
}

static void banks_log(const struct mc_bank *bank, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		log_err("CPU %u: machine check bank %u: status %#lx address %#lx misc %#lx",
			this_cpu()->id, bank[i].number, bank[i].status, bank[i].addr, bank[i].misc);
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

static enum mc_verdict judge(struct mc_bank *bank, unsigned *nr, bool in_guest)
{
	uint64_t mcg_status = 0;
	enum mc_verdict verdict;

	rdmsr_safe(MSR_MCG_STATUS, &mcg_status);
	*nr = banks_read(bank);
	verdict = mc_judge(mcg_status, bank, *nr, in_guest);
	if (verdict == MC_FATAL)
		fatal(bank, *nr, mcg_status);
	return verdict;
}

void machine_check_trap(void)
{
	struct mc_bank bank[MC_MAX_BANKS];
	unsigned nr;

	judge(bank, &nr, false);
	/* The banks are left for machine_check_tell. */
	untold[this_cpu()->id]++;
	WRITE_ONCE(this_cpu()->need_resched, true);
	wrmsr_safe(MSR_MCG_STATUS, 0);
}

void machine_check_in_guest(void)
{
	struct vcpu *v = vcpu_current();
	struct mc_bank bank[MC_MAX_BANKS];
	enum mc_verdict verdict;
	unsigned nr;

	verdict = judge(bank, &nr, true);
	banks_log(bank, nr);
	banks_clear(bank, nr);
	wrmsr_safe(MSR_MCG_STATUS, 0);
	if (verdict == MC_GUEST_LOST)
		domain_crash(v->domain, "machine check while vCPU %u ran", v->id);
}

void machine_check_tell(void)
{
	struct mc_bank bank[MC_MAX_BANKS];
	unsigned cpu = this_cpu()->id, nr;

	if (likely(!untold[cpu]))
		return;
	log_err("CPU %u: %u machine check%s, nothing was lost", cpu, untold[cpu],
		untold[cpu] == 1 ? "" : "s");
	untold[cpu] = 0;
	nr = banks_read(bank);
	banks_log(bank, nr);
	banks_clear(bank, nr);
}

uint64_t machine_check_cr4(void)
{
	return cr4_bit;
}

void machine_check_init_cpu(void)
{
	struct mc_bank bank[MC_MAX_BANKS];
	uint64_t cap = 0;
	uint32_t r[4];
	unsigned nr;

	cpuid_count(1, 0, r);
	if (!(r[3] & FEATURE_MCE) || !(r[3] & FEATURE_MCA) || !rdmsr_safe(MSR_MCG_CAP, &cap))
		return;
	nr_banks = MIN((unsigned)(cap & 0xff), MC_MAX_BANKS);
	/* What led to the last reset perhaps: it outlives that. */
	nr = banks_read(bank);
	banks_log(bank, nr);
	banks_clear(bank, nr);
	if (cap & MCG_CAP_CTL)
		wrmsr_safe(MSR_MCG_CTL, ~0UL);
	for (unsigned i = 0; i < nr_banks; i++)
		wrmsr_safe(MSR_MCI_CTL(i), ~0UL);
	cr4_bit = CR4_MCE;
	write_cr4(read_cr4() | CR4_MCE);
}
