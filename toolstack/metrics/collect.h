// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From what vmd counts to what people look at: shares of a CPU, bytes per second.
 */
#ifndef METRICS_COLLECT_H
#define METRICS_COLLECT_H

#include <jansson.h>

#include "metrics/metrics.h"

#define COLLECT_MAX 200 /* samples of one owner */

/*
 * The samples of a VM, or of the host, as vmd's vm.stats has them: now, and seconds before that
 * (NULL: not known; then there are no rates). Returns their number.
 */
size_t collect_vm(const json_t *now, const json_t *before, double seconds,
		  struct metrics_sample samples[COLLECT_MAX]);
/*
 * disks: what /proc/diskstats counts of whole disks, by name: {read_bytes, write_bytes}; it is in
 * now and before as "disks".
 */
size_t collect_host(const json_t *now, const json_t *before, double seconds,
		    struct metrics_sample samples[COLLECT_MAX]);

#endif
