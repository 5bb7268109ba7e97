// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Port accesses that exit: PCI configuration for domain 0; everything else is a port where nobody
 * is. Reads there give all ones, writes are lost, as on a bus without a device.
 */
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

static uint32_t port_read(struct vcpu *v, uint16_t port, uint8_t size)
{
	if (is_pit(port))
		return 0;
	if (v->domain->is_control && port >= 0xcf8 && port <= 0xcff)
		return vpci_port_read(port, size);
	return 0xffffffffu;
}

static void port_write(struct vcpu *v, uint16_t port, uint8_t size, uint32_t value)
{
	if (v->domain->is_control && port >= 0xcf8 && port <= 0xcff)
		vpci_port_write(port, size, value);
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
	uint32_t value, mask = 0xffffffffu >> (32 - 8 * e->io.size);

	if (e->io.string) {
		string_skip(v, e);
	} else if (e->io.in) {
		value = port_read(v, e->io.port, e->io.size) & mask;
		/* A 32-bit result clears the upper half, smaller ones leave the rest. */
		r->rax = e->io.size == 4 ? value : (r->rax & ~(uint64_t)mask) | value;
	} else {
		port_write(v, e->io.port, e->io.size, (uint32_t)r->rax & mask);
	}
	hvm_skip(v, e->length);
}
