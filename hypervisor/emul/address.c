// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory operands: the bytes that encode one (ModRM, SIB, displacement; APM vol. 3, 1.4), and the
 * address that comes out of it with given registers.
 */
#include "abi/errno.h"
#include "private.h"

#define REG_RBX 3
#define REG_RSP 4
#define REG_RBP 5
#define REG_RSI 6
#define REG_RDI 7
#define REG_RIP 16

uint64_t insn_fetch(struct decoder *d, unsigned n)
{
	uint64_t value = 0;

	if (d->error)
		return 0;
	if (d->len - d->pos < n) {
		d->error = d->len == INSN_MAX ? -EINVAL : -ENODATA;
		return 0;
	}
	for (unsigned i = 0; i < n; i++)
		value |= (uint64_t)d->bytes[d->pos++] << 8 * i;
	return value;
}

int64_t insn_fetch_signed(struct decoder *d, unsigned n)
{
	unsigned unused = 64 - 8 * n;

	return (int64_t)(insn_fetch(d, n) << unused) >> unused;
}

static void fetch_address_16(struct decoder *d)
{
	static const struct {
		int8_t base, index;
	} form[8] = {
		{ REG_RBX, REG_RSI }, { REG_RBX, REG_RDI }, { REG_RBP, REG_RSI },
		{ REG_RBP, REG_RDI }, { REG_RSI, -1 },      { REG_RDI, -1 },
		{ REG_RBP, -1 },      { REG_RBX, -1 },
	};
	struct insn *in = d->in;
	unsigned mod = d->modrm >> 6, rm = d->modrm & 7;

	if (mod == 0 && rm == 6) {
		in->disp = insn_fetch_signed(d, 2);
		return;
	}
	in->base = form[rm].base;
	in->index = form[rm].index;
	if (mod)
		in->disp = insn_fetch_signed(d, mod);
}

static void fetch_address_32(struct decoder *d)
{
	struct insn *in = d->in;
	unsigned mod = d->modrm >> 6, base = d->modrm & 7;

	if (base == REG_RSP) {
		unsigned sib = (unsigned)insn_fetch(d, 1);
		unsigned index = (sib >> 3 & 7) | (d->rex & REX_X ? 8 : 0);

		if (index != REG_RSP) {
			in->index = (int8_t)index;
			in->scale = (uint8_t)(1u << (sib >> 6));
		}
		base = sib & 7;
		if (base != REG_RBP || mod != 0)
			in->base = (int8_t)(base | (d->rex & REX_B ? 8 : 0));
	} else if (base == REG_RBP && mod == 0) {
		in->base = d->mode == CPU_MODE_64 ? REG_RIP : -1;
	} else {
		in->base = (int8_t)(base | (d->rex & REX_B ? 8 : 0));
	}
	if (mod == 1)
		in->disp = insn_fetch_signed(d, 1);
	else if (mod == 2 || base == REG_RBP) /* RBP with mod 0 is no register, but an address */
		in->disp = insn_fetch_signed(d, 4);
}

void insn_fetch_modrm(struct decoder *d)
{
	struct insn *in = d->in;

	d->modrm = (uint8_t)insn_fetch(d, 1);
	if (modrm_is_register(d))
		return;
	in->has_mem = true;
	if (in->address_size == 2)
		fetch_address_16(d);
	else
		fetch_address_32(d);
	if (!d->segment_prefix && (in->base == REG_RSP || in->base == REG_RBP))
		in->segment = 2; /* SS */
}

uint64_t insn_effective_address(const struct insn *in, const struct cpu_regs *regs)
{
	uint64_t address = (uint64_t)in->disp;

	if (in->base == REG_RIP)
		address += regs->rip + in->length;
	else if (in->base >= 0)
		address += regs->gpr[in->base];
	if (in->index >= 0)
		address += regs->gpr[in->index] * in->scale;
	if (in->address_size < 8)
		address &= BIT(8 * in->address_size) - 1;
	return address;
}
