// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Power-off without an AML interpreter: the object \_S5 is, by ACPI 6.5, 16.1.6, a package of
 * constants, so its bytes can be found in the DSDT. Domain 0, which has an interpreter, hands the
 * values over instead (XENPF_enter_acpi_sleep); this serves those who cannot.
 */
#include "lib.h"
#include "log.h"
#include "machine.h"
#include "mm.h"
#include "private.h"

#define AML_PACKAGE 0x12
#define AML_ZERO    0x00
#define AML_ONE     0x01
#define AML_BYTE    0x0a

/* One integer constant at *p; -1 if it is anything else. */
static int constant_read(const uint8_t **p, const uint8_t *end)
{
	if (end - *p >= 1 && (**p == AML_ZERO || **p == AML_ONE))
		return *(*p)++;
	if (end - *p < 2 || **p != AML_BYTE)
		return -1;
	*p += 2;
	return (*p)[-1];
}

/* The sleep types of \_S5 in a DSDT's bytes, for PM1a and PM1b. */
static bool find_s5(const uint8_t *dsdt, size_t size, int *type_a, int *type_b)
{
	const uint8_t *end = dsdt + size, *p;

	for (size_t i = 0; i + 8 < size; i++) {
		if (memcmp(dsdt + i, "_S5_", 4) || dsdt[i + 4] != AML_PACKAGE)
			continue;
		p = dsdt + i + 5;
		p += 1 + (*p >> 6); /* package length: 1 to 4 bytes */
		p++;                /* number of elements */
		*type_a = constant_read(&p, end);
		*type_b = constant_read(&p, end);
		if (*type_a >= 0 && *type_b >= 0)
			return true;
	}
	return false;
}

noreturn_fn void machine_poweroff(void)
{
	const uint32_t *header = acpi.dsdt ? acpi_map(acpi.dsdt, 36) : NULL;
	const uint8_t *dsdt = header ? acpi_map(acpi.dsdt, header[1]) : NULL;
	int a, b;

	if (dsdt && find_s5(dsdt, header[1], &a, &b))
		machine_enter_sleep((uint16_t)(a << 10 | 1 << 13), (uint16_t)(b << 10 | 1 << 13));
	log_err("the machine cannot be turned off by software: halted, turn it off by hand");
	machine_halt();
}

const void *acpi_map(paddr_t pa, size_t len)
{
	/*
	 * All of the first 4 GiB is in the direct map, RAM or not; tables lie there on every
	 * machine.
	 */
	if (!pa || pa + len < pa || pa + len > 1UL << 32)
		return NULL;
	return paddr_to_virt(pa);
}
