// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is looked at: each file one kind of thing. All tell by alert.h.
 */
#ifndef ALERTS_WATCH_H
#define ALERTS_WATCH_H

#include "alerts/alert.h"

/* host_watch.c: memory, file systems, arrays, NICs and the clock of this machine. */
void host_watch(const char *host_uuid);
/* disk_watch.c: kmsg is a descriptor of /dev/kmsg that does not block. */
void disk_watch(int kmsg, const char *host_uuid);

/* sr_watch.c: how full storage repositories are. */
void sr_watch(struct api *api, const char *vmd);

/*
 * vm_watch.c: VMs, from their events. first: they were so before we looked; nothing is told, but by
 * what was known already.
 */
void vm_watch(const char *ref, const json_t *vm, bool first);
/* metrics: the folder of the metrics daemon's files; the VM's goes. */
void vm_watch_gone(const char *ref, const char *metrics);
/* Tasks that have failed. */
void task_watch(const json_t *task, const char *host_uuid);

/*
 * metrics_sweep.c: files of VMs that the API has not had for a day, which were destroyed while
 * nobody looked.
 */
void metrics_sweep(struct api *api, const char *metrics);

/* thresholds.c: perfmon of VMs and of the host. */
void threshold_set(const char *class, const char *ref, const json_t *record);
void threshold_drop(const char *ref);
/* metrics: the folder of their files. */
void thresholds_check(const char *metrics);

#endif
