// SPDX-License-Identifier: GPL-2.0-or-later
#include "edu.h"

#include "clock.h"
#include "cpu.h"
#include "test.h"

#define EDU_ID        0x11e81234u
#define EDU_SOURCE    0x80
#define EDU_TARGET    0x88
#define EDU_COUNT     0x90
#define EDU_COMMAND   0x98
#define EDU_RUN       1u
#define EDU_TO_MEMORY 2u
#define EDU_PAGE      0x40000u

#define PCI_COMMAND   4
#define PCI_BAR0      0x10

static volatile char *registers;

static void out32(uint16_t port, uint32_t value)
{
	asm volatile("outl %0, %1" ::"a"(value), "Nd"(port));
}

static uint32_t config(unsigned device, unsigned offset)
{
	out32(0xcf8, 0x80000000u | device << 11 | offset);
	return in32(0xcfc);
}

void edu_init(unsigned device)
{
	CHECK_EQ(config(device, 0), EDU_ID);
	registers = (volatile char *)(uint64_t)(config(device, PCI_BAR0) & ~15u);
	config(device, PCI_COMMAND);
	out32(0xcfc, 6); /* memory, bus master */
}

static void set(unsigned reg, uint64_t value)
{
	*(volatile uint64_t *)(registers + reg) = value;
}

static void copy(uint64_t source, uint64_t target, uint32_t bytes, uint32_t direction)
{
	volatile uint32_t *command = (volatile uint32_t *)(registers + EDU_COMMAND);

	set(EDU_SOURCE, source);
	set(EDU_TARGET, target);
	set(EDU_COUNT, bytes);
	*command = EDU_RUN | direction;
	CHECK(WAIT_FOR(!(*command & EDU_RUN), 5000), "the device does not come to an end");
}

void edu_read_from(uint64_t address, uint32_t bytes)
{
	copy(address, EDU_PAGE, bytes, 0);
}

void edu_write_to(uint64_t address, uint32_t bytes)
{
	copy(EDU_PAGE, address, bytes, EDU_TO_MEMORY);
}
