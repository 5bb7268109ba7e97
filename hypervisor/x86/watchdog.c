// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The watchdog: each CPU looks once a second whether the next one has passed through cpu_run, and
 * asks one that has not to do so; a guest, or sleep, is left for that at once. One that still has
 * not when its time is over is sent an NMI, and tells of itself where that finds it. Who watches is
 * never who is stuck, so this needs two CPUs, and nothing of the hardware.
 */
#include "atomic.h"
#include "boot_info.h"
#include "cpu.h"
#include "log.h"

#define PATIENCE 2u /* seconds between the NMI and the end without it */

static struct watch {
	struct timer timer;
	unsigned cpu;
	uint64_t passes;
	unsigned still; /* seconds */
} watches[MAX_CPUS];

static void look(void *data)
{
	struct watch *w = data;
	struct cpu *c = cpus[w->cpu];
	uint64_t passes = READ_ONCE(c->passes);

	w->still = passes == w->passes ? w->still + 1 : 0;
	w->passes = passes;
	if (w->still >= cmdline.watchdog + PATIENCE)
		panic("watchdog: CPU %u is stuck for %u s, and takes no NMI", w->cpu, w->still);
	if (w->still >= cmdline.watchdog) {
		atomic_set(&c->stuck_at, passes);
		apic_send(c->apic_id, APIC_NMI);
	} else if (w->still) {
		cpu_tickle(w->cpu);
	}
	timer_set(&w->timer, time_now() + SECONDS(1));
}

void watchdog_start(void)
{
	if (!cmdline.watchdog)
		return;
	if (nr_cpus < 2) {
		log_warn("watchdog: off, there is no second CPU to watch this one");
		return;
	}
	for (unsigned i = 0; i < nr_cpus; i++) {
		watches[i].cpu = (i + 1) % nr_cpus;
		timer_init(&watches[i].timer, look, &watches[i], i);
		timer_set(&watches[i].timer, time_now() + SECONDS(1));
	}
	log_info("watchdog: a CPU that is stuck for %u s is the end", cmdline.watchdog);
}
