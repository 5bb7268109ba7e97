// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Wrappers of sysctl and xen_version. No policy and no state.
 */
#include "lib/host.h"

#include <errno.h>
#include <string.h>

int host_physinfo(struct xencall *xc, struct xen_sysctl_physinfo *info)
{
	struct xen_sysctl op = { .cmd = XEN_SYSCTL_physinfo };

	if (xencall_sysctl(xc, &op) < 0)
		return -1;
	*info = op.u.physinfo;
	return 0;
}

int host_scheduler(struct xencall *xc, uint32_t *id)
{
	struct xen_sysctl op = { .cmd = XEN_SYSCTL_sched_id };

	if (xencall_sysctl(xc, &op) < 0)
		return -1;
	*id = op.u.sched_id.sched_id;
	return 0;
}

int host_cpu_idle(struct xencall *xc, uint64_t *idle, uint32_t max)
{
	struct xen_sysctl op = { .cmd = XEN_SYSCTL_getcpuinfo };
	size_t mark = xencall_mark(xc);
	struct xen_sysctl_cpuinfo *info = xencall_alloc(xc, max * sizeof(*info));
	int rc = -1;

	if (!info)
		return -1;
	op.u.getcpuinfo.max_cpus = max;
	op.u.getcpuinfo.info = xencall_handle(info);
	if (xencall_sysctl(xc, &op) == 0 && op.u.getcpuinfo.nr_cpus <= max) {
		rc = (int)op.u.getcpuinfo.nr_cpus;
		for (int i = 0; i < rc; i++)
			idle[i] = info[i].idletime;
	}
	xencall_release(xc, mark);
	return rc;
}

int host_read_console(struct xencall *xc, bool clear, bool incremental, uint32_t *index, char *data,
		      size_t len)
{
	struct xen_sysctl op = { .cmd = XEN_SYSCTL_readconsole };
	size_t mark = xencall_mark(xc);
	char *copy = xencall_alloc(xc, len);
	int rc = -1;

	if (!copy)
		return -1;
	op.u.readconsole.clear = clear;
	op.u.readconsole.incremental = incremental;
	op.u.readconsole.index = *index;
	op.u.readconsole.buffer = xencall_handle(copy);
	op.u.readconsole.count = (uint32_t)len;
	if (xencall_sysctl(xc, &op) == 0 && op.u.readconsole.count <= len) {
		*index = op.u.readconsole.index;
		rc = (int)op.u.readconsole.count;
		memcpy(data, copy, rc);
	}
	xencall_release(xc, mark);
	return rc;
}

int host_debug_keys(struct xencall *xc, const char *keys)
{
	struct xen_sysctl op = { .cmd = XEN_SYSCTL_debug_keys };
	size_t mark = xencall_mark(xc);
	size_t len = strlen(keys);
	char *copy = xencall_alloc(xc, len);
	int rc;

	if (!copy)
		return -1;
	memcpy(copy, keys, len);
	op.u.debug_keys.keys = xencall_handle(copy);
	op.u.debug_keys.nr_keys = (uint32_t)len;
	rc = xencall_sysctl(xc, &op);
	xencall_release(xc, mark);
	return rc;
}

int host_version(struct xencall *xc)
{
	return (int)xencall(xc, __HYPERVISOR_xen_version, XENVER_version, 0, 0);
}

int host_version_get(struct xencall *xc, unsigned int what, void *out, size_t len)
{
	return (int)xencall_struct(xc, __HYPERVISOR_xen_version, what, out, len);
}
