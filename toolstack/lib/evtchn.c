// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The evtchn device's ioctls, one function each.
 */
#include "lib/evtchn.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/xen_devices.h"

int evtchn_open(void)
{
	return open("/dev/xen/evtchn", O_RDWR | O_CLOEXEC | O_NONBLOCK);
}

int evtchn_restrict(int fd, uint32_t domid)
{
	uint16_t arg = (uint16_t)domid;

	return ioctl(fd, IOCTL_EVTCHN_RESTRICT_DOMID, &arg);
}

int evtchn_bind_virq(int fd, uint32_t virq)
{
	struct evtchn_bind_virq_arg arg = { .virq = virq };

	return ioctl(fd, IOCTL_EVTCHN_BIND_VIRQ, &arg);
}

int evtchn_bind_interdomain(int fd, uint32_t domid, uint32_t remote_port)
{
	struct evtchn_bind_interdomain_arg arg = {
		.remote_domain = domid,
		.remote_port = remote_port,
	};

	return ioctl(fd, IOCTL_EVTCHN_BIND_INTERDOMAIN, &arg);
}

int evtchn_unbind(int fd, uint32_t port)
{
	struct evtchn_port_arg arg = { .port = port };

	return ioctl(fd, IOCTL_EVTCHN_UNBIND, &arg);
}

int evtchn_notify(int fd, uint32_t port)
{
	struct evtchn_port_arg arg = { .port = port };

	return ioctl(fd, IOCTL_EVTCHN_NOTIFY, &arg);
}

int evtchn_next(int fd, uint32_t *port)
{
	ssize_t got = read(fd, port, sizeof(*port));

	if (got == sizeof(*port))
		return 0;
	*port = 0;
	return got < 0 && errno != EAGAIN && errno != EINTR ? -1 : 0;
}

int evtchn_unmask(int fd, uint32_t port)
{
	return write(fd, &port, sizeof(port)) == sizeof(port) ? 0 : -1;
}
