// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lib/format.c under another name, compared with libc's over flags, widths, precisions and values.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define vsnprintf hv_vsnprintf
#define snprintf  hv_snprintf
/* Not lib.h's declarations of what libc declares as well. */
#define SOCLE_LIB_H
#include "types.h"
int hv_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int hv_snprintf(char *buf, size_t size, const char *fmt, ...);
#include "lib/format.c"
#undef vsnprintf
#undef snprintf

#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"

static unsigned compared;

static void compare(const char *fmt, ...)
{
	char got[256], want[256];
	int n_got, n_want;
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	n_got = hv_vsnprintf(got, sizeof(got), fmt, ap);
	n_want = vsnprintf(want, sizeof(want), fmt, again);
	va_end(again);
	va_end(ap);
	if (strcmp(got, want) != 0 || n_got != n_want)
		fail_msg("\"%s\": \"%s\" (%d), \"%s\" (%d) expected", fmt, got, n_got, want,
			 n_want);
	compared++;
}

static const char *const flag_sets[] = { "", "-", "0", "#", "-0", "#0", "#-", "-#0" };
static const char *const sizes[] = { "",   "1",  "5",   "12",  "30",   ".0",
				     ".1", ".7", "8.3", "3.8", "12.12" };

static bool has(const char *s, char c)
{
	return strchr(s, c) != NULL;
}

static void compare_integers(const char *length, const char *kinds)
{
	static const int64_t values[] = {
		0,    1,     -1,    9,       10,      127,      128,      255,      256,
		-128, 65535, 65536, INT_MAX, INT_MIN, UINT_MAX, LONG_MAX, LONG_MIN, 0xabcdef
	};
	char fmt[64];

	for (const char *k = kinds; *k; k++)
		for (unsigned f = 0; f < ARRAY_SIZE(flag_sets); f++)
			for (unsigned s = 0; s < ARRAY_SIZE(sizes); s++) {
				/* # is for %x: else undefined. */
				if (*k != 'x' && has(flag_sets[f], '#'))
					continue;
				snprintf(fmt, sizeof(fmt), "<%%%s%s%s%c>", flag_sets[f], sizes[s],
					 length, *k);
				for (unsigned v = 0; v < ARRAY_SIZE(values); v++)
					if (has(length, 'l') || has(length, 'z'))
						compare(fmt, values[v]);
					else
						compare(fmt, (int)values[v]);
			}
}

static void test_integers(void **state)
{
	static const char *const lengths[] = { "", "l", "ll", "z" };

	compared = 0;
	for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++)
		compare_integers(lengths[i], "dux");
	assert_true(compared > 10000);
}

static void test_strings(void **state)
{
	static const char *const s[] = { "", "a", "hello", "a rather longer piece of text" };

	for (unsigned i = 0; i < ARRAY_SIZE(s); i++) {
		compare("%s", s[i]);
		compare("<%10s>", s[i]);
		compare("<%-10s>", s[i]);
		compare("<%.3s>", s[i]);
		compare("<%10.3s|%-10.0s>", s[i], s[i]);
		compare("<%.*s>", 2, s[i]);
		compare("<%.*s>", -1, s[i]);
	}
	compare("<%c%5c%-5c>", 'x', 'y', 'z');
	compare("100%% %d", 5);
	compare("%s %d %s %lx", "mixed", -4, "kinds", 0xdeadbeefcafeUL);
}

static void test_precision_bounds_the_read(void **state)
{
	char *exact = malloc(4), buf[16];

	memcpy(exact, "abcd", 4); /* not terminated */
	hv_snprintf(buf, sizeof(buf), "<%.4s>", exact);
	assert_string_equal(buf, "<abcd>");
	free(exact);
}

static void test_ours(void **state)
{
	char buf[32];

	hv_snprintf(buf, sizeof(buf), "%s", (char *)NULL);
	assert_string_equal(buf, "(null)");
	hv_snprintf(buf, sizeof(buf), "%q %");
	assert_string_equal(buf, "%q ");
}

/* Never past the end, always terminated, and the length that it would have had. */
static void test_truncation(void **state)
{
	for (size_t size = 1; size < 16; size++) {
		char *buf = malloc(size);

		assert_int_equal(hv_snprintf(buf, size, "%s-%08x", "abc", 0x1234), 12);
		assert_int_equal(strlen(buf), size < 13 ? size - 1 : 12);
		assert_memory_equal(buf, "abc-00001234", strlen(buf));
		free(buf);
	}
	assert_int_equal(hv_snprintf(NULL, 0, "%d", 12345), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_precision_bounds_the_read),
		cmocka_unit_test(test_ours),
		cmocka_unit_test(test_truncation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
