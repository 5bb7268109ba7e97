// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control domain's IO-APICs against a recorder of what happens to the real pins and local
 * APICs.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "irq.h"
#include "log.h"
#include "mm.h"
#include "vioapic.h"

#define BASE  0xfec00000UL
#define BASE2 0xfec10000UL

static struct domain dom;

/* The real pins, by GSI. */
static struct {
	unsigned binds, eois, unmasks;
	bool level, active_low, masked;
} pin[64];
static int bind_error;

/* What local APICs were sent last. */
static struct {
	unsigned count;
	uint32_t dest;
	bool logical, level;
	uint8_t mode, vector;
} sent;
static size_t allocated;
static bool no_memory;

int irq_gsi_bind(uint32_t gsi, bool level, bool active_low)
{
	if (bind_error)
		return bind_error;
	pin[gsi].binds++;
	pin[gsi].level = level;
	pin[gsi].active_low = active_low;
	pin[gsi].masked = true;
	return 0;
}

void irq_gsi_mask(uint32_t gsi, bool masked)
{
	pin[gsi].masked = masked;
	pin[gsi].unmasks += !masked;
}

void irq_gsi_eoi(uint32_t gsi)
{
	pin[gsi].eois++;
}

void vlapic_deliver(struct domain *d, uint32_t dest, bool logical, uint8_t delivery_mode,
		    uint8_t vector, bool level)
{
	assert_ptr_equal(d, &dom);
	assert_false(spin_is_locked(&d->hvm.vioapic[0]->lock));
	sent.count++;
	sent.dest = dest;
	sent.logical = logical;
	sent.level = level;
	sent.mode = delivery_mode;
	sent.vector = vector;
}

void log_domain(const struct domain *d, enum log_level level, const char *fmt, ...)
{
}

void *object_alloc(size_t size)
{
	if (no_memory)
		return NULL;
	allocated += size;
	return calloc(1, size);
}

void object_free(void *p, size_t size)
{
	allocated -= size;
	free(p);
}

static bool vioapic_mmio_read(struct domain *d, gpaddr_t gpa, uint32_t *value)
{
	uint64_t read = ~0UL;
	bool ours = vioapic_mmio(d, gpa, false, &read);

	assert_true(!ours || read >> 32 == 0);
	*value = (uint32_t)read;
	return ours;
}

static bool vioapic_mmio_write(struct domain *d, gpaddr_t gpa, uint64_t value)
{
	return vioapic_mmio(d, gpa, true, &value);
}

static void free_all(struct domain *d)
{
	while (d->hvm.nr_vioapics)
		object_free(d->hvm.vioapic[--d->hvm.nr_vioapics], sizeof(struct vioapic));
}

static int setup(void **state)
{
	memset(&dom, 0, sizeof(dom));
	memset(pin, 0, sizeof(pin));
	memset(&sent, 0, sizeof(sent));
	bind_error = 0;
	for (unsigned i = 0; i < ARRAY_SIZE(pin); i++)
		pin[i].masked = true;
	assert_int_equal(vioapic_create(&dom, BASE, 0, 24), 0);
	assert_int_equal(vioapic_create(&dom, BASE2, 24, 8), 0);
	return 0;
}

static int teardown(void **state)
{
	free_all(&dom);
	assert_int_equal(allocated, 0);
	return 0;
}

static uint32_t reg(paddr_t base, uint32_t index)
{
	uint32_t value;

	assert_true(vioapic_mmio_write(&dom, base, index));
	assert_true(vioapic_mmio_read(&dom, base + 0x10, &value));
	return value;
}

static void set_reg(paddr_t base, uint32_t index, uint32_t value)
{
	assert_true(vioapic_mmio_write(&dom, base, index));
	assert_true(vioapic_mmio_write(&dom, base + 0x10, value));
}

/* Writes an entry as systems do: upper half first. */
static void set_entry(unsigned n, uint64_t rte)
{
	set_reg(BASE, 0x11 + 2 * n, (uint32_t)(rte >> 32));
	set_reg(BASE, 0x10 + 2 * n, (uint32_t)rte);
}

static uint64_t entry(unsigned n)
{
	return (uint64_t)reg(BASE, 0x11 + 2 * n) << 32 | reg(BASE, 0x10 + 2 * n);
}

#define EDGE(vector)  ((uint64_t)(vector))
#define LEVEL(vector) ((uint64_t)(vector) | BIT(15))
#define LOW           BIT(13)
#define REMOTE_IRR    BIT(14)
#define MASKED        BIT(16)
#define TO(id)        ((uint64_t)(id) << 56)

static void test_registers(void **state)
{
	uint32_t value;

	assert_int_equal(reg(BASE, 1), 23 << 16 | 0x20);
	assert_int_equal(reg(BASE2, 1), 7 << 16 | 0x20);
	assert_int_equal(reg(BASE2, 0), 1 << 24);
	set_reg(BASE, 0, 0xffffffff);
	assert_int_equal(reg(BASE, 0), 0x0f000000);
	assert_int_equal(reg(BASE, 2), 0x0f000000);
	set_reg(BASE, 1, 0);
	assert_int_equal(reg(BASE, 1), 23 << 16 | 0x20);
	for (unsigned n = 0; n < 24; n++)
		assert_true(entry(n) == MASKED);
	assert_int_equal(reg(BASE, 3), 0);
	assert_int_equal(reg(BASE, 0x0f), 0);
	assert_int_equal(reg(BASE, 0x10 + 48), 0); /* behind the last pin */
	set_reg(BASE, 0x10 + 48, 0);
	set_reg(BASE, 0xff, 0);
	set_reg(BASE, 0x0a, 0);
	assert_true(vioapic_mmio_read(&dom, BASE, &value));
	assert_int_equal(value, 0x0a);
	assert_true(vioapic_mmio_read(&dom, BASE + 0x20, &value));
	assert_int_equal(value, 0);
	assert_true(vioapic_mmio_write(&dom, BASE + 0x20, 1));
	assert_false(vioapic_mmio_read(&dom, BASE + 0x1000, &value));
	assert_false(vioapic_mmio_write(&dom, BASE - 4, 0));
	assert_false(vioapic_mmio_write(&dom, BASE + (1UL << 32), 0));
	for (unsigned i = 0; i < ARRAY_SIZE(pin); i++)
		assert_int_equal(pin[i].binds + pin[i].unmasks, 0);
}

static void test_undefined_and_read_only_bits(void **state)
{
	set_entry(3, ~0UL);
	assert_true(entry(3) == (0xff0000000001ffff & ~(BIT(12) | REMOTE_IRR)));
}

static void test_bound_on_first_unmask(void **state)
{
	set_entry(4, EDGE(0x31) | MASKED);
	assert_int_equal(pin[4].binds, 0);
	set_entry(4, EDGE(0x31));
	assert_int_equal(pin[4].binds, 1);
	assert_false(pin[4].level || pin[4].active_low || pin[4].masked);
	set_entry(4, EDGE(0x31) | MASKED);
	assert_true(pin[4].masked);
	set_entry(4, EDGE(0x32) | TO(2));
	assert_false(pin[4].masked);
	assert_int_equal(pin[4].binds, 1); /* vector and destination are not the real pin's */
	assert_int_equal(pin[4].unmasks, 2);
	set_entry(4, EDGE(0x33) | TO(4)); /* no change of mask: the pin is left alone */
	assert_int_equal(pin[4].unmasks, 2);
}

static void test_trigger_and_polarity(void **state)
{
	set_entry(9, LEVEL(0x31) | LOW);
	assert_true(pin[9].level && pin[9].active_low && !pin[9].masked);
	set_entry(9, LEVEL(0x31));
	assert_int_equal(pin[9].binds, 2);
	assert_true(pin[9].level && !pin[9].active_low && !pin[9].masked);
	set_entry(9, EDGE(0x31) | MASKED); /* changed while masked: when it is unmasked */
	assert_int_equal(pin[9].binds, 2);
	assert_true(pin[9].masked);
	set_entry(9, EDGE(0x31));
	assert_int_equal(pin[9].binds, 3);
	assert_false(pin[9].level || pin[9].masked);
}

static void test_gsi_of_the_second(void **state)
{
	set_reg(BASE2, 0x10 + 2 * 3, (uint32_t)(LEVEL(0x40) | LOW));
	assert_int_equal(pin[27].binds, 1);
	vioapic_gsi_fired(&dom, 27);
	assert_int_equal(sent.vector, 0x40);
	vioapic_eoi(&dom, 0x40);
	assert_int_equal(pin[27].eois, 1);
}

static void test_failed_bind_is_tried_again(void **state)
{
	bind_error = -EBUSY;
	set_entry(5, EDGE(0x31));
	assert_int_equal(pin[5].unmasks, 0);
	bind_error = 0;
	set_entry(5, EDGE(0x31) | MASKED);
	set_entry(5, EDGE(0x31));
	assert_int_equal(pin[5].binds, 1);
	assert_false(pin[5].masked);
}

static void test_edge_delivery(void **state)
{
	set_entry(4, EDGE(0x31) | TO(6));
	vioapic_gsi_fired(&dom, 4);
	assert_int_equal(sent.count, 1);
	assert_int_equal(sent.dest, 6);
	assert_int_equal(sent.vector, 0x31);
	assert_int_equal(sent.mode, 0);
	assert_false(sent.logical || sent.level);
	vioapic_gsi_fired(&dom, 4);
	assert_int_equal(sent.count, 2);
	set_entry(4, EDGE(0x41) | 1 << 8 | BIT(11) | TO(0xff)); /* decoded when it fires */
	vioapic_gsi_fired(&dom, 4);
	assert_int_equal(sent.vector, 0x41);
	assert_int_equal(sent.mode, 1);
	assert_int_equal(sent.dest, 0xff);
	assert_true(sent.logical);
	vioapic_eoi(&dom, 0x41);
	assert_int_equal(pin[4].eois, 0);
	set_entry(4, EDGE(0x31) | MASKED);
	vioapic_gsi_fired(&dom, 4);
	assert_int_equal(sent.count, 3);
	vioapic_gsi_fired(&dom, 33); /* beyond all */
	vioapic_gsi_fired(&dom, ~0u);
	assert_int_equal(sent.count, 3);
}

static void test_level_and_eoi(void **state)
{
	set_entry(9, LEVEL(0x51) | LOW | TO(2));
	vioapic_gsi_fired(&dom, 9);
	assert_int_equal(sent.count, 1);
	assert_true(sent.level);
	assert_true(entry(9) & REMOTE_IRR);
	vioapic_gsi_fired(&dom, 9); /* not again before its end */
	assert_int_equal(sent.count, 1);
	vioapic_eoi(&dom, 0x52); /* another one's */
	assert_int_equal(pin[9].eois, 0);
	vioapic_eoi(&dom, 0x51);
	assert_int_equal(pin[9].eois, 1);
	assert_false(entry(9) & REMOTE_IRR);
	vioapic_eoi(&dom, 0x51);
	assert_int_equal(pin[9].eois, 1);
	vioapic_gsi_fired(&dom, 9);
	assert_int_equal(sent.count, 2);
}

static void test_eoi_register(void **state)
{
	set_entry(9, LEVEL(0x51));
	set_entry(10, LEVEL(0x51)); /* lines may share a vector */
	vioapic_gsi_fired(&dom, 9);
	vioapic_gsi_fired(&dom, 10);
	assert_true(vioapic_mmio_write(&dom, BASE2 + 0x40, 0x51)); /* of its own pins only */
	assert_int_equal(pin[9].eois, 0);
	assert_true(vioapic_mmio_write(&dom, BASE + 0x40, 0x51));
	assert_int_equal(pin[9].eois, 1);
	assert_int_equal(pin[10].eois, 1);
}

static void test_mask_while_in_service(void **state)
{
	set_entry(9, LEVEL(0x51));
	vioapic_gsi_fired(&dom, 9);
	set_entry(9, LEVEL(0x51) | MASKED);
	assert_true(entry(9) & REMOTE_IRR); /* a write does not touch it */
	vioapic_eoi(&dom, 0x51);
	assert_int_equal(pin[9].eois, 1);
	assert_true(pin[9].masked);
	set_entry(9, LEVEL(0x51));
	assert_false(pin[9].masked);
	vioapic_gsi_fired(&dom, 9);
	assert_int_equal(sent.count, 2);
}

static void test_fired_just_before_it_was_masked(void **state)
{
	set_entry(9, LEVEL(0x51));
	set_entry(9, LEVEL(0x51) | MASKED);
	vioapic_gsi_fired(&dom, 9);
	assert_int_equal(sent.count, 0);
	assert_int_equal(pin[9].eois, 1); /* nobody else will end it */
	assert_false(entry(9) & REMOTE_IRR);
}

static void test_stuck_remote_irr_cleared_through_edge(void **state)
{
	set_entry(9, LEVEL(0x51));
	vioapic_gsi_fired(&dom, 9);
	set_entry(9, EDGE(0x51) | MASKED);
	assert_false(entry(9) & REMOTE_IRR);
	assert_int_equal(pin[9].eois, 1);
	set_entry(9, LEVEL(0x51));
	vioapic_gsi_fired(&dom, 9);
	assert_int_equal(sent.count, 2);
}

static void test_creation(void **state)
{
	struct domain other;

	memset(&other, 0, sizeof(other));
	assert_int_equal(vioapic_create(&other, BASE, 0, 0), -EINVAL);
	assert_int_equal(vioapic_create(&other, BASE, 0, VIOAPIC_MAX_PINS + 1), -EINVAL);
	assert_int_equal(vioapic_create(&other, BASE + 0x10, 0, 24), -EINVAL);
	no_memory = true;
	assert_int_equal(vioapic_create(&other, BASE, 0, 24), -ENOMEM);
	no_memory = false;
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(vioapic_create(&other, BASE + i * 0x1000, i * 8, VIOAPIC_MAX_PINS),
				 0);
	assert_int_equal(vioapic_create(&other, BASE + 0x9000, 64, 8), -ENOSPC);
	free_all(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_registers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_undefined_and_read_only_bits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bound_on_first_unmask, setup, teardown),
		cmocka_unit_test_setup_teardown(test_trigger_and_polarity, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gsi_of_the_second, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failed_bind_is_tried_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_edge_delivery, setup, teardown),
		cmocka_unit_test_setup_teardown(test_level_and_eoi, setup, teardown),
		cmocka_unit_test_setup_teardown(test_eoi_register, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mask_while_in_service, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fired_just_before_it_was_masked, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_stuck_remote_irr_cleared_through_edge, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_creation, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
