// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The end of the hypervisor by its own decision: the other CPUs stop, the reason and where it was
 * found go to the log, the log is kept for the next start, and the machine starts again or stays.
 */
#include "log.h"

#include "atomic.h"
#include "boot_info.h"
#include "kept_log.h"
#include "machine.h"
#include "private.h"
#include "sched.h"

static unsigned panicking; /* atomic: 1 + the CPU that ends the machine; 0: none */
bool panic_reboots;

bool panic_under_way(void)
{
	return atomic_read(&panicking);
}

bool panic_elsewhere(void)
{
	unsigned who = atomic_read(&panicking);

	return who && who != cpu_this() + 1;
}

static noreturn_fn void stop(void)
{
	/* What keeps the machine from starting would keep it so after a reboot: let it be read. */
	bool reboots = panic_reboots && !cmdline.noreboot;
	static unsigned tries;

	/* Even this may fault, and come back: with less to do each time. */
	if (!tries++) {
		kept_log_write();
		log_write(LOG_ERR, reboots         ? "rebooting"
				   : panic_reboots ? "noreboot was given: halted"
						   : "stopped");
	}
	if (reboots && tries < 3)
		machine_reboot();
	machine_halt();
}

void panic_begin(void)
{
	static bool again;

	if (atomic_cmpxchg(&panicking, 0u, cpu_this() + 1)) {
		machine_stop_others();
		return;
	}
	/* The second one, on another CPU, has nothing to add. */
	if (panic_elsewhere())
		machine_halt();
	/* A fault while this CPU told of the first one. */
	if (!again) {
		again = true;
		log_write(LOG_ERR, "and while that was told, another fault");
	}
	stop();
}

void panic_end(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_emit("PANIC: ", fmt, ap);
	va_end(ap);
	stop();
}

void panic(const char *fmt, ...)
{
	va_list ap;

	panic_begin();
	va_start(ap, fmt);
	log_emit("PANIC: ", fmt, ap);
	va_end(ap);
	machine_back_trace();
	stop();
}
