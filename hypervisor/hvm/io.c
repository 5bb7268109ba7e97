// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Port accesses that exit: PCI configuration for domain 0; everything else is a port where nobody
 * is. Reads there give all ones, writes are lost, as on a bus without a device.
 */
#include "abi/dm_op.h"
#include "abi/errno.h"
#include "domain.h"
#include "hvm.h"
#include "vpci.h"

/*
 * Systems calibrate against the PIT until its count moves; one that stands at 0 is given up at
 * once.
 */
static bool is_pit(uint16_t port)
{
	return port >= 0x40 && port <= 0x43;
}

/* 0, or -EAGAIN. A device model comes first, but string instructions do not reach it. */
static int port_read(struct vcpu *v, uint16_t port, uint8_t size, uint64_t *value)
{
	int rc;

	*value = 0xffffffffu;
	if (v->domain->is_control) {
		if (port >= 0xcf8 && port <= 0xcff)
			*value = vpci_port_read(port, size);
		else if (is_pit(port))
			*value = 0;
		return 0;
	}
	rc = ioreq_access(v, IOREQ_TYPE_PIO, port, size, false, value);
	if (rc == -ENODEV && is_pit(port))
		*value = 0;
	return rc == -EAGAIN ? rc : 0;
}

static int port_write(struct vcpu *v, uint16_t port, uint8_t size, uint64_t value)
{
	if (!v->domain->is_control)
		return ioreq_access(v, IOREQ_TYPE_PIO, port, size, true, &value) == -EAGAIN
			       ? -EAGAIN
			       : 0;
	if (port >= 0xcf8 && port <= 0xcff)
		vpci_port_write(port, size, (uint32_t)value);
	return 0;
}

/* INS and OUTS to nowhere: the registers move on as if it had happened; INS leaves memory alone. */
static void string_skip(struct vcpu *v, const struct vmexit *e)
{
	struct cpu_regs *r = &v->hvm.regs;
	uint64_t count = e->io.rep ? r->rcx : 1;
	uint64_t bytes = count * e->io.size;

	if (r->rflags & BIT(10))
		bytes = -bytes;
	if (e->io.in)
		r->rdi += bytes;
	else
		r->rsi += bytes;
	if (e->io.rep)
		r->rcx = 0;
}

void hvm_handle_io(struct vcpu *v, const struct vmexit *e)
{
	struct cpu_regs *r = &v->hvm.regs;
	uint64_t value, mask = 0xffffffffu >> (32 - 8 * e->io.size);
	int rc = 0;

	if (e->io.string) {
		string_skip(v, e);
	} else if (e->io.in) {
		rc = port_read(v, e->io.port, e->io.size, &value);
		value &= mask;
		/* A 32-bit result clears the upper half, smaller ones leave the rest. */
		if (!rc)
			r->rax = e->io.size == 4 ? value : (r->rax & ~mask) | value;
	} else {
		rc = port_write(v, e->io.port, e->io.size, r->rax & mask);
	}
	if (rc)
		hvm_handle_later(v, e);
	else
		hvm_skip(v, e->length);
}
