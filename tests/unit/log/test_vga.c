// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The screen driver against a page of memory: wrapping, scrolling, control characters, the cursor.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "types.h"

static uint8_t crtc[256], crtc_index;

static void out8(uint16_t port, uint8_t v)
{
	if (port == 0x3d4)
		crtc_index = v;
	else
		crtc[crtc_index] = v;
}

#define SOCLE_IO_H /* in place of the real ports */
#include "x86/vga.c"

/* Exactly the screen: the sanitizer sees what is written outside. */
static uint16_t *video;
static struct console_sink *registered;

void *paddr_to_virt(paddr_t pa)
{
	assert_in_range(pa, TEXT_BASE, TEXT_BASE + ROWS * COLUMNS * 2 - 1);
	return (uint8_t *)video + (pa - TEXT_BASE);
}

void console_register(struct console_sink *sink)
{
	registered = sink;
}

void console_unregister(struct console_sink *sink)
{
	assert_ptr_equal(sink, registered);
	registered = NULL;
}

static int begin(void **state)
{
	video = malloc(ROWS * COLUMNS * 2);
	memset(video, 0x55, ROWS * COLUMNS * 2);
	vga_init();
	return 0;
}

static int end(void **state)
{
	free(video);
	return 0;
}

static void write_text(const char *s)
{
	registered->write(s, strlen(s));
}

/* The text of a row, without the blanks behind it. */
static const char *row_text(unsigned r)
{
	static char text[COLUMNS + 1];
	unsigned n = COLUMNS;

	for (unsigned c = 0; c < COLUMNS; c++) {
		assert_int_equal(video[r * COLUMNS + c] >> 8, 0x07);
		text[c] = (char)video[r * COLUMNS + c];
	}
	while (n && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	return text;
}

static unsigned cursor(void)
{
	return crtc[0x0e] << 8 | crtc[0x0f];
}

static void test_lines(void **state)
{
	write_text("first\nsecond");
	write_text("!\r\nthird");
	assert_string_equal(row_text(0), "first");
	assert_string_equal(row_text(1), "second!");
	assert_string_equal(row_text(2), "third");
	assert_string_equal(row_text(24), ""); /* the firmware's text is gone */
	assert_int_equal(cursor(), 2 * COLUMNS + 5);
}

static void test_scroll(void **state)
{
	char line[16];

	for (unsigned i = 0; i < 40; i++) {
		snprintf(line, sizeof(line), "line %u\n", i);
		write_text(line);
	}
	assert_string_equal(row_text(0), "line 16");
	assert_string_equal(row_text(23), "line 39");
	assert_string_equal(row_text(24), "");
	assert_int_equal(cursor(), 24 * COLUMNS);
}

static void test_wrap(void **state)
{
	char text[COLUMNS + 3];

	memset(text, 'w', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	write_text(text);
	assert_int_equal(strlen(row_text(0)), COLUMNS);
	assert_string_equal(row_text(1), "ww");
	for (unsigned i = 0; i < 40; i++)
		write_text(text);
	assert_int_equal(cursor() / COLUMNS, 24);
}

static void test_controls(void **state)
{
	write_text("abc\bX\tT\rY\a\001");
	assert_string_equal(row_text(0), "YbX     T");
	write_text("\r\b\b"); /* not off the screen */
	assert_int_equal(cursor(), 0);
	write_text("\n\033[1;31mred\033[0m \033");
	write_text("[2Jend\033=x");
	assert_string_equal(row_text(1), "red endx");
	for (unsigned i = 0; i < 100; i++)
		write_text("\t");
	assert_true(cursor() < ROWS * COLUMNS);
}

static void test_release(void **state)
{
	vga_release();
	assert_null(registered);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_lines),    TEST(test_scroll),  TEST(test_wrap),
		TEST(test_controls), TEST(test_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
