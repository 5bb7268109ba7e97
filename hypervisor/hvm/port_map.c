// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which ports exit, a set bit for each, in the map that both vendors' hardware reads: guests own no
 * port at all; domain 0 owns all but those of which the hypervisor keeps or watches the device.
 */
#include "boot_info.h"
#include "domain.h"
#include "hvm.h"
#include "lib.h"

static void port_trap(uint8_t *map, unsigned first, unsigned last)
{
	for (unsigned p = first; p <= last; p++)
		map[p / 8] |= (uint8_t)(1u << p % 8);
}

void hvm_port_map_fill(const struct domain *d, uint8_t *map, size_t size)
{
	if (!d->is_control) {
		memset(map, 0xff, size);
		return;
	}
	port_trap(map, 0x20, 0x21); /* the 8259s: masked for good */
	port_trap(map, 0xa0, 0xa1);
	port_trap(map, 0x40, 0x43); /* the PIT: not domain 0's clock */
	port_trap(map, 0xcf8, 0xcff);
	if (cmdline.console_com1)
		port_trap(map, cmdline.com1_port, cmdline.com1_port + 7u);
}
