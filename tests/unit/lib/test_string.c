// SPDX-License-Identifier: GPL-2.0-or-later
/* lib/string.c under other names, beside libc's: every length, every alignment, every overlap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define memcpy  hv_memcpy
#define memmove hv_memmove
#define memset  hv_memset
#define memcmp  hv_memcmp
#define strlen  hv_strlen
#define strnlen hv_strnlen
#define strcmp  hv_strcmp
#define strncmp hv_strncmp
#undef strchr
#define strchr    hv_strchr
#define vsnprintf hv_vsnprintf
#define snprintf  hv_snprintf
#undef SOCLE_HOST_TEST
#include "lib/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr

#define SIZE 256

static void fill(uint8_t *p, size_t n, unsigned seed)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(seed + i * 7);
}

static void check_memcpy(void)
{
	uint8_t src[SIZE], got[SIZE], want[SIZE];

	fill(src, SIZE, 3);
	for (size_t to = 0; to < 9; to++)
		for (size_t from = 0; from < 9; from++)
			for (size_t n = 0; n < 200; n++) {
				fill(got, SIZE, 100);
				fill(want, SIZE, 100);
				assert_ptr_equal(hv_memcpy(got + to, src + from, n), got + to);
				memcpy(want + to, src + from, n);
				assert_memory_equal(got, want, SIZE);
			}
}

/* By plain stores and by string instructions. */
static void test_memcpy(void **state)
{
	for (int fast = 0; fast < 2; fast++) {
		string_moves_are_fast = fast;
		check_memcpy();
	}
	string_moves_are_fast = false;
}

static void test_memmove(void **state)
{
	uint8_t got[SIZE], want[SIZE];

	for (size_t to = 0; to < 24; to++)
		for (size_t from = 0; from < 24; from++)
			for (size_t n = 0; n < 200; n++) {
				fill(got, SIZE, 5);
				fill(want, SIZE, 5);
				assert_ptr_equal(hv_memmove(got + to, got + from, n), got + to);
				memmove(want + to, want + from, n);
				assert_memory_equal(got, want, SIZE);
			}
}

static void test_memset(void **state)
{
	uint8_t got[SIZE], want[SIZE];
	static const int values[] = { 0, 1, 0x7f, 0x80, 0xff, 0x1a5, -1 };

	for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++)
		for (size_t to = 0; to < 9; to++)
			for (size_t n = 0; n < 200; n++) {
				fill(got, SIZE, 9);
				fill(want, SIZE, 9);
				assert_ptr_equal(hv_memset(got + to, values[v], n), got + to);
				memset(want + to, values[v], n);
				assert_memory_equal(got, want, SIZE);
			}
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void test_comparisons(void **state)
{
	static const char *const s[] = {
		"", "a", "b", "ab", "abc", "abd", "\x80", "\xff", "a\xff"
	};
	unsigned count = sizeof(s) / sizeof(s[0]);

	for (unsigned i = 0; i < count; i++)
		for (unsigned j = 0; j < count; j++) {
			assert_int_equal(sign(hv_strcmp(s[i], s[j])), sign(strcmp(s[i], s[j])));
			for (size_t n = 0; n < 5; n++)
				assert_int_equal(sign(hv_strncmp(s[i], s[j], n)),
						 sign(strncmp(s[i], s[j], n)));
		}
	assert_int_equal(hv_memcmp("a\0b", "a\0b", 3), 0);
	assert_true(hv_memcmp("a\0b", "a\0c", 3) < 0);
	assert_true(hv_memcmp("\x80", "\x01", 1) > 0);
	assert_int_equal(hv_memcmp("x", "y", 0), 0);
}

static void test_lengths(void **state)
{
	char *exact = malloc(4); /* the sanitizer sees a read behind it */

	memcpy(exact, "abcd", 4);
	assert_int_equal(hv_strnlen(exact, 4), 4);
	assert_int_equal(hv_strnlen(exact, 2), 2);
	exact[3] = '\0';
	assert_int_equal(hv_strlen(exact), 3);
	assert_int_equal(hv_strnlen(exact, 100), 3);
	assert_int_equal(hv_strlen(""), 0);
	free(exact);
}

static void test_strchr(void **state)
{
	const char *s = "key=value=x";

	assert_ptr_equal(hv_strchr(s, '='), s + 3);
	assert_null(hv_strchr(s, '?'));
	assert_ptr_equal(hv_strchr(s, '\0'), s + 11);
}

static void test_str_copy(void **state)
{
	char buf[6] = "#####";

	assert_int_equal(str_copy(buf, "abc", sizeof(buf)), 3);
	assert_string_equal(buf, "abc");
	assert_int_equal(str_copy(buf, "abcdef", sizeof(buf)), 6);
	assert_string_equal(buf, "abcde");
	assert_int_equal(str_copy(buf, "abcde", sizeof(buf)), 5);
	assert_string_equal(buf, "abcde");
	assert_int_equal(str_copy(buf, "zzz", 1), 3);
	assert_string_equal(buf, "");
}

static void test_arithmetic(void **state)
{
	uint64_t out;

	assert_false(add_overflows(UINT64_MAX - 1, 1, &out));
	assert_true(add_overflows(UINT64_MAX, 1, &out));
	assert_false(mul_overflows(1UL << 32, (1UL << 32) - 1, &out));
	assert_true(mul_overflows(1UL << 32, 1UL << 32, &out));
	assert_int_equal(bit_lowest(0x50), 4);
	assert_int_equal(bit_highest(0x50), 6);
	assert_int_equal(bit_highest(1UL << 63), 63);
	assert_true(mul_shift32(UINT64_MAX, 0x80000000u) == UINT64_MAX >> 1);
	assert_true(mul_div(UINT64_MAX, 1000, 1000) == UINT64_MAX);
	assert_true(mul_div(10, 7, 3) == 23);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memcpy),   cmocka_unit_test(test_memmove),
		cmocka_unit_test(test_memset),   cmocka_unit_test(test_comparisons),
		cmocka_unit_test(test_lengths),  cmocka_unit_test(test_strchr),
		cmocka_unit_test(test_str_copy), cmocka_unit_test(test_arithmetic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
