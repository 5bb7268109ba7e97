// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Machine checks: the hardware says that it has lost something. What is to be done about it is
 * decided from the banks (x86/mc_judge.c), without touching the hardware; reading them and doing it
 * is x86/machine_check.c.
 */
#ifndef SOCLE_MACHINE_CHECK_H
#define SOCLE_MACHINE_CHECK_H

#include "types.h"

#define MC_MAX_BANKS 32u

/* MCi_STATUS and MCG_STATUS (APM vol. 2, 9.3.2; SDM vol. 3, 16.3.2). */
#define MCI_VALID           BIT(63)
#define MCI_OVERFLOW        BIT(62)
#define MCI_UNCORRECTED     BIT(61)
#define MCI_ENABLED         BIT(60)
#define MCI_HAS_MISC        BIT(59)
#define MCI_HAS_ADDR        BIT(58)
#define MCI_CONTEXT_CORRUPT BIT(57)
#define MCG_RESTART_IP      BIT(0) /* the interrupted program can go on */
#define MCG_ERROR_IP        BIT(1) /* ... and is what the error belongs to */
#define MCG_IN_PROGRESS     BIT(2)

struct mc_bank {
	unsigned number;
	uint64_t status, addr, misc;
};

enum mc_verdict {
	MC_GOES_ON,    /* corrected, or nothing was found and the program can be restarted */
	MC_GUEST_LOST, /* contained in the guest that was running */
	MC_FATAL,
};

/* in_guest: it came while a guest ran. Only banks with MCI_VALID count. */
enum mc_verdict mc_judge(uint64_t mcg_status, const struct mc_bank *bank, unsigned nr,
			 bool in_guest);

/* Enables machine checks on this CPU, and tells of what the banks hold from before the boot. */
void machine_check_init_cpu(void);
/* Vector 18, in the hypervisor itself: comes back only when it can go on. */
void machine_check_trap(void);
/* The same while a guest ran. The current vCPU's domain may have crashed when it comes back. */
void machine_check_in_guest(void);
/* CR4.MCE where it is on: a guest's machine check would stop the CPU otherwise. */
uint64_t machine_check_cr4(void);
/* Tells of what could not be told where it was found. */
void machine_check_tell(void);

#endif
