// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What Linux offers to a control domain's programs: the ioctls of /dev/xen/privcmd,
 * /dev/xen/evtchn and /dev/xen/gntdev. Layouts are the kernel's; its own headers do not compile
 * outside the kernel.
 */
#ifndef TOOLSTACK_XEN_DEVICES_H
#define TOOLSTACK_XEN_DEVICES_H

#include <stdint.h>
#include <sys/ioctl.h>

#define XEN_IOCTL(type, nr, arg) _IOC(_IOC_NONE, type, nr, sizeof(arg))

struct privcmd_hypercall {
	uint64_t op;
	uint64_t arg[5];
};

/* Frames of another domain, each with an error of its own (0, or negative). */
struct privcmd_mmapbatch_v2 {
	uint32_t num;
	uint16_t dom;
	uint64_t addr;
	const uint64_t *gfns;
	int *errors;
};

struct privcmd_mmap_resource {
	uint16_t dom;
	uint32_t type;
	uint32_t id;
	uint32_t idx;
	uint64_t num;
	uint64_t addr;
};

#define IOCTL_PRIVCMD_HYPERCALL     XEN_IOCTL('P', 0, struct privcmd_hypercall)
#define IOCTL_PRIVCMD_MMAPBATCH_V2  XEN_IOCTL('P', 4, struct privcmd_mmapbatch_v2)
#define IOCTL_PRIVCMD_DM_RESTRICT   XEN_IOCTL('P', 6, uint16_t)
#define IOCTL_PRIVCMD_MMAP_RESOURCE XEN_IOCTL('P', 7, struct privcmd_mmap_resource)

/*
 * Binding answers with the local port. read() yields pending ports, write() of a port unmasks it.
 */
struct evtchn_bind_virq_arg {
	uint32_t virq;
};

struct evtchn_bind_interdomain_arg {
	uint32_t remote_domain;
	uint32_t remote_port;
};

struct evtchn_port_arg {
	uint32_t port;
};

#define IOCTL_EVTCHN_BIND_VIRQ        XEN_IOCTL('E', 0, struct evtchn_bind_virq_arg)
#define IOCTL_EVTCHN_BIND_INTERDOMAIN XEN_IOCTL('E', 1, struct evtchn_bind_interdomain_arg)
#define IOCTL_EVTCHN_UNBIND           XEN_IOCTL('E', 3, struct evtchn_port_arg)
#define IOCTL_EVTCHN_NOTIFY           XEN_IOCTL('E', 4, struct evtchn_port_arg)
#define IOCTL_EVTCHN_RESTRICT_DOMID   XEN_IOCTL('E', 6, uint16_t)

/* index is where to mmap the device to get at the page. */
struct gntdev_map_arg {
	uint32_t count;
	uint32_t pad;
	uint64_t index; /* out */
	uint32_t domid;
	uint32_t ref;
};

struct gntdev_unmap_arg {
	uint64_t index;
	uint32_t count;
	uint32_t pad;
};

/* Between local memory, which the kernel pins, and granted pages; within one granted page each. */
struct gntdev_copy_segment {
	union gntdev_copy_side {
		const void *local;
		struct {
			uint32_t ref;
			uint16_t offset;
			uint16_t domid;
		} foreign;
	} source, dest;
	uint16_t len;
	uint16_t flags; /* GNTCOPY_*: which side is foreign */
	int16_t status; /* out: GNTST_* */
};

struct gntdev_copy_arg {
	uint32_t count;
	struct gntdev_copy_segment *segments;
};

#define IOCTL_GNTDEV_MAP_GRANT_REF   XEN_IOCTL('G', 0, struct gntdev_map_arg)
#define IOCTL_GNTDEV_UNMAP_GRANT_REF XEN_IOCTL('G', 1, struct gntdev_unmap_arg)
#define IOCTL_GNTDEV_GRANT_COPY      XEN_IOCTL('G', 8, struct gntdev_copy_arg)

#endif
