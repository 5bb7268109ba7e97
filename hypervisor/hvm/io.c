// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Port accesses that exit: PCI configuration for domain 0 and for guests with devices; everything
 * else is a port where nobody is. Reads there give all ones, writes are lost, as on a bus without a
 * device.
 */
#include "abi/dm_op.h"
#include "abi/errno.h"
#include "domain.h"
#include "hvm.h"
#include "lib.h"
#include "vpci.h"

/*
 * Systems calibrate against the PIT until its count moves; one that stands at 0 is given up at
 * once.
 */
static bool is_pit(uint16_t port)
{
	return port >= 0x40 && port <= 0x43;
}

static bool is_pci(const struct vcpu *v, uint16_t port)
{
	return (v->domain->is_control || v->domain->hvm.has_pci) && port >= 0xcf8 && port <= 0xcff;
}

/* 0, or -EAGAIN. A device model comes first, but string instructions do not reach it. */
static int port_access(struct vcpu *v, const struct vmexit *e, uint64_t *value)
{
	uint16_t port = e->io.port;
	uint32_t pci = (uint32_t)*value;
	int rc = -ENODEV;

	if (is_pci(v, port)) {
		vpci_port_access(v->domain, port, e->io.size, !e->io.in, &pci);
		*value = pci;
		return 0;
	}
	if (!v->domain->is_control)
		rc = ioreq_access(v, IOREQ_TYPE_PIO, port, e->io.size, !e->io.in, value);
	if (rc == -ENODEV && e->io.in)
		*value = is_pit(port) ? 0 : 0xffffffffu;
	return rc == -EAGAIN ? rc : 0;
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
	uint64_t mask = bytes_mask(e->io.size), value = r->rax & mask;

	if (e->io.string) {
		string_skip(v, e);
	} else if (port_access(v, e, &value)) {
		hvm_handle_later(v, e);
		return;
	} else if (e->io.in) {
		value &= mask;
		/* A 32-bit result clears the upper half, smaller ones leave the rest. */
		r->rax = e->io.size == 4 ? value : (r->rax & ~mask) | value;
	}
	hvm_skip(v, e->length);
}
