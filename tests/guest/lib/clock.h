// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Time as the hypervisor tells it, and waiting with an end. Needs shared_info_get, which maps the
 * page at first use.
 */
#ifndef GUEST_CLOCK_H
#define GUEST_CLOCK_H

#include <stdint.h>

#include "abi/xen.h"
#include "cpu.h"

#define MS 1000000ULL

/*
 * Maps the shared info page over one of our own and returns it; fails the running test if that
 * does not work.
 */
struct shared_info *shared_info_get(void);
/* ns of system time now, from this vCPU's record; and on vCPU 0. */
uint64_t clock_read(const struct vcpu_time_info *time);
uint64_t clock_now(void);

/*
 * Time goes on while an emulator on a busy machine stands still: who waits for something waits so
 * many times longer than it should take.
 */
#define PATIENCE 10

#define SPIN_UNTIL(condition, ms)                          \
	({                                                 \
		uint64_t end_ = clock_now() + (ms)*MS;     \
		while (!(condition) && clock_now() < end_) \
			cpu_relax();                       \
		(condition);                               \
	})

/* Spins until the condition holds, which takes at most so many ms; true when it held. */
#define WAIT_FOR(condition, ms) SPIN_UNTIL(condition, (ms)*PATIENCE)
#define PAUSE(ms)               SPIN_UNTIL(false, ms)

/* ns that a statement takes, which is run so many times. */
#define TIME_OF(rounds, ...)                               \
	({                                                 \
		uint64_t start_ = clock_now();             \
		for (unsigned i_ = 0; i_ < (rounds); i_++) \
			__VA_ARGS__;                       \
		(clock_now() - start_) / (rounds);         \
	})

#endif
