// SPDX-License-Identifier: GPL-2.0-or-later
/* Between context.c and context_save.c: the same record, read and written. */
#ifndef SOCLE_CONTEXT_PRIVATE_H
#define SOCLE_CONTEXT_PRIVATE_H

#include "abi/hvm_save.h"

/* Which segment register stands where in struct hvm_hw_cpu. GDTR and IDTR have no selector. */
#define FOR_EACH_SAVED_SEGMENT(X) \
	X(SEG_CS, cs);            \
	X(SEG_DS, ds);            \
	X(SEG_ES, es);            \
	X(SEG_FS, fs);            \
	X(SEG_GS, gs);            \
	X(SEG_SS, ss);            \
	X(SEG_TR, tr);            \
	X(SEG_LDTR, ldtr)

#define FXSAVE_MXCSR      24u
#define FXSAVE_SIZE       512u
#define XSAVE_HEADER      512u /* after the legacy part: xstate_bv, xcomp_bv, reserved */

#define LAPIC_REG_ID      0x02u
#define LAPIC_REG_VERSION 0x03u

#define MSR_TSC_AUX       0xc0000103u
#define MSR_TSC_DEADLINE  0x6e0u

#endif
