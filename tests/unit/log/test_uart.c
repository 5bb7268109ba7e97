// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The serial driver against a model of a 16550: what it writes, how often it looks, what it
 * survives.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "log.h"

#define PORT 0x3f8

/* --- the model -------------------------------------------------------------------------------- */

static struct {
	bool absent, no_fifo, never_empty;
	uint8_t lcr, mcr, ier, fcr, scratch, divisor[2];
	char sent[8192];
	unsigned nr_sent, in_fifo, overruns;
	char typed[512];
	unsigned nr_typed, taken;
	unsigned status_reads;
} hw;

static uint8_t in8(uint16_t port)
{
	assert_in_range(port, PORT, PORT + 7);
	if (hw.absent)
		return 0xff;
	switch (port - PORT) {
	case 0: return hw.taken < hw.nr_typed ? (uint8_t)hw.typed[hw.taken++] : 0;
	case 2: return (hw.fcr & 1) && !hw.no_fifo ? 0xc1 : 0x01;
	case 5:
		hw.status_reads++;
		if (!hw.never_empty)
			hw.in_fifo = 0; /* by now it is all out */
		return (uint8_t)((hw.in_fifo ? 0 : 0x60) | (hw.taken < hw.nr_typed));
	case 7: return hw.scratch;
	default: return 0;
	}
}

static void out8(uint16_t port, uint8_t v)
{
	assert_in_range(port, PORT, PORT + 7);
	switch (port - PORT) {
	case 0:
		if (hw.lcr & 0x80) {
			hw.divisor[0] = v;
			break;
		}
		if (++hw.in_fifo > (hw.no_fifo ? 1u : 16u))
			hw.overruns++;
		assert_true(hw.nr_sent < sizeof(hw.sent));
		hw.sent[hw.nr_sent++] = (char)v;
		break;
	case 1:
		if (hw.lcr & 0x80)
			hw.divisor[1] = v;
		else
			hw.ier = v;
		break;
	case 2: hw.fcr = v; break;
	case 3: hw.lcr = v; break;
	case 4: hw.mcr = v; break;
	case 7: hw.scratch = v; break;
	}
}

#define SOCLE_IO_H /* in place of the real ports */
#include "x86/uart.c"

/* --- what the driver needs -------------------------------------------------------------------- */

static struct console_sink *registered;
static char received[1024];
static unsigned nr_received, warnings;

void console_register(struct console_sink *sink)
{
	registered = sink;
}

void console_receive(const char *s, size_t len)
{
	assert_true(nr_received + len <= sizeof(received));
	memcpy(received + nr_received, s, len);
	nr_received += (unsigned)len;
}

void log_write(enum log_level level, const char *fmt, ...)
{
	warnings++;
}

static int begin(void **state)
{
	memset(&hw, 0, sizeof(hw));
	registered = NULL;
	nr_received = warnings = 0;
	base = 0;
	stuck = after_cr = false;
	return 0;
}

static void write_text(const char *s)
{
	registered->write(s, strlen(s));
}

static void assert_sent(const char *s)
{
	assert_int_equal(hw.nr_sent, strlen(s));
	assert_memory_equal(hw.sent, s, hw.nr_sent);
}

/* --- tests ------------------------------------------------------------------------------------ */

static void test_init(void **state)
{
	assert_true(uart_init(PORT, 38400));
	assert_int_equal(hw.divisor[0], 3);
	assert_int_equal(hw.divisor[1], 0);
	assert_int_equal(hw.lcr, 0x03);
	assert_int_equal(hw.mcr & 0x08, 0x08); /* or no interrupt ever comes */
	assert_int_equal(hw.ier, 0);
	uart_enable_interrupt();
	assert_int_equal(hw.ier, 1);
	begin(NULL);
	assert_true(uart_init(PORT, 0)); /* the firmware's speed stays */
	assert_int_equal(hw.divisor[0] | hw.divisor[1], 0);
	begin(NULL);
	assert_true(uart_init(PORT, 300));
	assert_int_equal(hw.divisor[1] << 8 | hw.divisor[0], 384);
}

static void test_absent(void **state)
{
	hw.absent = true;
	assert_false(uart_init(PORT, 115200));
	assert_null(registered);
	assert_int_equal(warnings, 1);
	uart_interrupt();
	uart_enable_interrupt();
	assert_int_equal(nr_received, 0);
}

static void test_newlines(void **state)
{
	uart_init(PORT, 115200);
	write_text("a\nb\r\nc");
	write_text("\r");
	write_text("\n\n");
	assert_sent("a\r\nb\r\nc\r\n\r\n");
}

static void test_fifo_is_filled_but_not_overrun(void **state)
{
	char text[1000];

	uart_init(PORT, 115200);
	memset(text, 'x', sizeof(text));
	hw.status_reads = 0;
	registered->write(text, sizeof(text));
	assert_int_equal(hw.nr_sent, sizeof(text));
	assert_int_equal(hw.overruns, 0);
	assert_int_equal(hw.status_reads, 63); /* one per sixteen characters */
}

static void test_without_fifo(void **state)
{
	hw.no_fifo = true;
	uart_init(PORT, 115200);
	write_text("0123456789");
	assert_sent("0123456789");
	assert_int_equal(hw.overruns, 0);
}

/* A line that the other end holds up costs its time once, and works again when it moves. */
static void test_stuck_line(void **state)
{
	unsigned reads;

	uart_init(PORT, 115200);
	hw.never_empty = true;
	hw.in_fifo = 1;
	hw.status_reads = 0;
	write_text("first");
	reads = hw.status_reads;
	assert_true(reads >= SPIN_MAX);
	assert_int_equal(hw.nr_sent, 0);
	write_text("second line");
	assert_true(hw.status_reads - reads < 100);
	hw.never_empty = false;
	write_text("third");
	assert_sent("third");
}

static void test_input(void **state)
{
	uart_init(PORT, 115200);
	memset(hw.typed, 'k', sizeof(hw.typed));
	hw.nr_typed = 3;
	uart_interrupt();
	assert_int_equal(nr_received, 3);
	/*
	 * More than a buffer's worth: all of it, or the edge-triggered interrupt would not come
	 * again.
	 */
	hw.nr_typed = 300;
	uart_interrupt();
	assert_int_equal(nr_received, 300);
	hw.absent = true; /* pulled out: all ones is no input */
	uart_interrupt();
	assert_int_equal(nr_received, 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_init, begin),
		cmocka_unit_test_setup(test_absent, begin),
		cmocka_unit_test_setup(test_newlines, begin),
		cmocka_unit_test_setup(test_fifo_is_filled_but_not_overrun, begin),
		cmocka_unit_test_setup(test_without_fifo, begin),
		cmocka_unit_test_setup(test_stuck_line, begin),
		cmocka_unit_test_setup(test_input, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
