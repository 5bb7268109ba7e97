// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The screen driver against a page of memory: wrapping, scrolling, control characters, the cursor;
 * and letters in pixels.
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
#include "x86/screen.c"

/* Exactly the screen: the sanitizer sees what is written outside. */
static uint16_t *video;
static uint8_t *pixels;
static const struct boot_screen text = { .kind = SCREEN_TEXT };
static struct console_sink *registered;

#define PIXELS_AT 0x80000000UL

void *paddr_to_virt(paddr_t pa)
{
	if (pa == PIXELS_AT)
		return pixels;
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
	screen_init(&text);
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
	screen_release();
	assert_null(registered);
}

/* --- pixels ----------------------------------------------------------------------------------- */

static struct boot_screen pixels_of(uint32_t width, uint32_t height, uint8_t bits)
{
	struct boot_screen s = { .kind = SCREEN_PIXELS,
				 .address = PIXELS_AT,
				 .width = width,
				 .height = height,
				 .bits = bits };
	size_t bytes = (bits + 7u) / 8;

	s.pitch = (uint32_t)(width * bytes + 64);
	s.blue.bits = s.red.bits = bits < 24 ? 5 : 8;
	s.green.bits = bits == 16 ? 6 : s.red.bits;
	s.green.at = s.blue.bits;
	s.red.at = (uint8_t)(s.green.at + s.green.bits);
	/* Without what is behind the last line. */
	pixels = malloc(s.pitch * (height - 1) + width * bytes);
	memset(pixels, 0x55, s.pitch * (height - 1) + width * bytes);
	return s;
}

static uint32_t pixel_at(const struct boot_screen *s, unsigned x, unsigned y)
{
	uint32_t pixel = 0;

	memcpy(&pixel, pixels + (size_t)y * s->pitch + x * ((s->bits + 7u) / 8),
	       (s->bits + 7u) / 8);
	return pixel;
}

/* The middle of point (x, y) of the letter in a row and column. */
static uint32_t point_at(const struct boot_screen *s, unsigned r, unsigned c, unsigned x,
			 unsigned y)
{
	unsigned w = s->width / 480, h = s->height / 225 < 2 * w ? s->height / 225 : 2 * w;

	return pixel_at(s, (s->width - 480 * w) / 2 + (c * 6 + x) * w + w / 2,
			(s->height - 225 * h) / 2 + (r * 9 + y) * h + h / 2);
}

static void check_pixels(uint32_t width, uint32_t height, uint8_t bits, uint32_t grey)
{
	struct boot_screen s = pixels_of(width, height, bits);

	screen_release();
	screen_init(&s);
	write_text("\n T\n");
	for (unsigned y = 0; y < 9; y++)
		for (unsigned x = 0; x < 6; x++)
			assert_int_equal(point_at(&s, 1, 1, x, y),
					 x < 5 && y < 7 && (y == 0 || x == 2) ? grey : 0);
	assert_int_equal(point_at(&s, 1, 0, 2, 0), 0);
	assert_int_equal(pixel_at(&s, 0, 0), 0);
	assert_int_equal(pixel_at(&s, width - 1, height - 1), 0);
	assert_int_equal(pixels[width * ((bits + 7u) / 8)], 0x55); /* what is beside stays */
	for (unsigned i = 0; i < 24; i++)                          /* and scrolled away */
		write_text("\n");
	write_text("\t_\001\377");
	assert_int_equal(point_at(&s, 0, 1, 2, 0), 0);
	assert_int_equal(point_at(&s, 24, 8, 0, 7), grey);
	screen_release();
	free(pixels);
	screen_init(&text);
}

static void test_pixels(void **state)
{
	check_pixels(640, 480, 32, 0xaaaaaa);
	check_pixels(1280, 800, 24, 0xaaaaaa);
	check_pixels(1024, 768, 16, 0x15 << 11 | 0x2a << 5 | 0x15);
	check_pixels(800, 600, 15, 0x15 << 10 | 0x15 << 5 | 0x15);
	check_pixels(480, 225, 32, 0xaaaaaa);
	check_pixels(7680, 4320, 32, 0xaaaaaa);
}

/* Nothing is written to, nothing registered. */
static void test_screens_that_are_none(void **state)
{
	struct boot_screen small = pixels_of(479, 300, 32), far = small;
	struct boot_screen none = { .kind = SCREEN_NONE };

	far.address = 0xfffffff000;
	far.width = 640;
	screen_release();
	screen_init(&small);
	screen_init(&far);
	screen_init(&none);
	assert_null(registered);
	assert_int_equal(pixels[0], 0x55);
	free(pixels);
	screen_init(&text);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_lines),
		TEST(test_scroll),
		TEST(test_wrap),
		TEST(test_controls),
		TEST(test_release),
		TEST(test_pixels),
		TEST(test_screens_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
