// SPDX-License-Identifier: GPL-2.0-or-later
/* How bad a machine check is, from the registers that describe it. */
#include "machine_check.h"

enum mc_verdict mc_judge(uint64_t mcg_status, const struct mc_bank *bank, unsigned nr,
			 bool in_guest)
{
	bool uncorrected = false;

	for (unsigned i = 0; i < nr; i++) {
		if (!(bank[i].status & MCI_VALID))
			continue;
		/* The registers that were saved cannot be trusted, nor can anything else. */
		if (bank[i].status & MCI_CONTEXT_CORRUPT)
			return MC_FATAL;
		if (bank[i].status & MCI_UNCORRECTED) {
			/* Another one came on top, and nobody knows where that was. */
			if (bank[i].status & MCI_OVERFLOW)
				return MC_FATAL;
			uncorrected = true;
		}
	}
	if (!uncorrected && (mcg_status & MCG_RESTART_IP))
		return MC_GOES_ON;
	return in_guest ? MC_GUEST_LOST : MC_FATAL;
}
