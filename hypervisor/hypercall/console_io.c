// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_console_io: dom0's text goes to the machine's console as it is, other domains' lines
 * into the log; what is typed at the machine is read by dom0 alone.
 */
#include "private.h"

#include "console.h"

#define CHUNK 256u

static long console_write_from(unsigned count, uint64_t buffer)
{
	struct domain *d = domain_current();
	char text[CHUNK];
	unsigned n;

	while (count) {
		n = MIN(count, CHUNK);
		if (guest_copy_from(text, buffer, n))
			return -EFAULT;
		if (d->is_control)
			console_write(text, n);
		else
			console_guest_write(d, text, n);
		buffer += n;
		count -= n;
		if (count && hypercall_preempt()) {
			hypercall_set_arg(1, count);
			hypercall_set_arg(2, buffer);
			return -ERESTART;
		}
	}
	return 0;
}

/* Up to `count` characters; as many as there are. */
static long console_read_to(unsigned count, uint64_t buffer)
{
	char text[CHUNK];
	size_t n = console_input(text, MIN(count, CHUNK));

	if (guest_copy_to(buffer, text, n))
		return -EFAULT;
	return (long)n;
}

long do_console_io(unsigned cmd, unsigned count, uint64_t buffer)
{
	switch (cmd) {
	case CONSOLEIO_write: return console_write_from(count, buffer);
	case CONSOLEIO_read:
		return domain_current()->is_control ? console_read_to(count, buffer) : -EPERM;
	default: return unknown("console_io", cmd);
	}
}
