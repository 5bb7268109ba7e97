// SPDX-License-Identifier: GPL-2.0-or-later
/* Port and memory-mapped I/O: single accesses of a given width, never reordered by the compiler. */
#ifndef SOCLE_IO_H
#define SOCLE_IO_H

#include "types.h"

static inline uint8_t in8(uint16_t port)
{
	uint8_t v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}
static inline uint16_t in16(uint16_t port)
{
	uint16_t v;

	__asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}
static inline uint32_t in32(uint16_t port)
{
	uint32_t v;

	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}
static inline void out8(uint16_t port, uint8_t v)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port) : "memory");
}
static inline void out16(uint16_t port, uint16_t v)
{
	__asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port) : "memory");
}
static inline void out32(uint16_t port, uint32_t v)
{
	__asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline uint8_t mmio_read8(const volatile void *va)
{
	return *(const volatile uint8_t *)va;
}
static inline uint16_t mmio_read16(const volatile void *va)
{
	return *(const volatile uint16_t *)va;
}
static inline uint32_t mmio_read32(const volatile void *va)
{
	return *(const volatile uint32_t *)va;
}
static inline uint64_t mmio_read64(const volatile void *va)
{
	return *(const volatile uint64_t *)va;
}
static inline void mmio_write8(volatile void *va, uint8_t v)
{
	*(volatile uint8_t *)va = v;
}
static inline void mmio_write16(volatile void *va, uint16_t v)
{
	*(volatile uint16_t *)va = v;
}
static inline void mmio_write32(volatile void *va, uint32_t v)
{
	*(volatile uint32_t *)va = v;
}
static inline void mmio_write64(volatile void *va, uint64_t v)
{
	*(volatile uint64_t *)va = v;
}

#endif
