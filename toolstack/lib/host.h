// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What can be asked of the hypervisor about itself and the machine. All return -1 with errno.
 */
#ifndef TOOLSTACK_HOST_H
#define TOOLSTACK_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/version.h"
#include "lib/xencall.h"

int host_physinfo(struct xencall *xc, struct xen_sysctl_physinfo *info);
/* XEN_SCHEDULER_* */
int host_scheduler(struct xencall *xc, uint32_t *id);
/* How long each CPU has been idle, ns; returns how many there are of them, at most max. */
int host_cpu_idle(struct xencall *xc, uint64_t *idle, uint32_t max);
/*
 * Reads the log ring from *index on (incremental) or from its oldest byte, at most len bytes;
 * returns how many. clear empties it.
 */
int host_read_console(struct xencall *xc, bool clear, bool incremental, uint32_t *index, char *data,
		      size_t len);
int host_debug_keys(struct xencall *xc, const char *keys);

/* major << 16 | minor */
int host_version(struct xencall *xc);
/* A sub-operation of xen_version that fills in a structure or a string of that length. */
int host_version_get(struct xencall *xc, unsigned int what, void *out, size_t len);

#endif
