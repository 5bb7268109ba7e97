// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A test is a function made with TEST. It runs to its end (PASS), or leaves at the first CHECK
 * that does not hold (FAIL). One verdict line each: "PASS name", "FAIL name: why", "SKIP name:
 * why". The names are in a section of their own, so that the runner knows which lines to expect
 * before the guest runs.
 */
#ifndef GUEST_TEST_H
#define GUEST_TEST_H

#include <stdbool.h>
#include <stdint.h>

struct test {
	const char *name;
	void (*run)(void);
};

#define TEST(name)                                                                             \
	static void name(void);                                                                \
	static const char name##_name[]                                                        \
		__attribute__((section(".testnames"), used, aligned(1))) = #name;              \
	static const struct test name##_test                                                   \
		__attribute__((section(".tests"), used, aligned(16))) = { name##_name, name }; \
	static void name(void)

/* QEMU options of the machine that this image needs, instead of the usual ones; once per image. */
#define MACHINE(options)                    \
	static const char machine_options[] \
		__attribute__((section(".machine"), used, aligned(1))) = options

/* Not another hypervisor, which the tests are compared with. */
bool is_ours(void);
/* Skips the test on other hypervisors. */
void need_ours(void);

/* Words for the hypervisor's command line, behind the usual ones; once per image. */
#define HYPERVISOR(words)                    \
	static const char hypervisor_words[] \
		__attribute__((section(".hypervisor"), used, aligned(1))) = words

void test_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void test_skip(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#define CHECK(condition, format, ...)                                                           \
	do {                                                                                    \
		if (!(condition))                                                               \
			test_fail("line %d: %s: " format, __LINE__, #condition, ##__VA_ARGS__); \
	} while (0)

/* Compares two whole numbers; the message shows both. */
#define CHECK_EQ(got, want)                                                                        \
	do {                                                                                       \
		long got_ = (long)(got), want_ = (long)(want);                                     \
		if (got_ != want_)                                                                 \
			test_fail("line %d: %s is %ld (%lx), not %ld (%lx)", __LINE__, #got, got_, \
				  (unsigned long)got_, want_, (unsigned long)want_);               \
	} while (0)

#endif
