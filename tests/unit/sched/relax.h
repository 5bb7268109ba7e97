// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Included before everything: spinning threads give way, there being more of them than real CPUs.
 */
#ifndef SOCLE_TEST_SCHED_RELAX_H
#define SOCLE_TEST_SCHED_RELAX_H

void test_relax(void);
#define __builtin_ia32_pause test_relax

#endif
