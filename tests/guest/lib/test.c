// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs the tests of an image one after the other. The command line may say only=NAME (that test
 * alone) or after=NAME (those behind it: how the runner goes on when a test took the guest down).
 * The last line is "END".
 */
#include "test.h"

#include <stdarg.h>
#include <stdbool.h>

#include "abi/sched.h"
#include "abi/start_info.h"
#include "abi/version.h"

#include "cpu.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "smp.h"
#include "trap.h"

extern const struct test tests_start[], tests_end[];
extern uint64_t start_info_paddr;
void guest_main(void); /* called by entry.S only */

static const struct test *current;
static void *leave_test[5]; /* __builtin_setjmp's buffer */

static void verdict(const char *word, const char *format, va_list args)
{
	irq_disable();
	print("%s %s: ", word, current->name);
	print_args(format, args);
	print("\n");
	__builtin_longjmp(leave_test, 1);
}

void test_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	verdict("FAIL", format, args);
	__builtin_unreachable();
	/* cppcheck-suppress va_end_missing; verdict jumps away */
}

void test_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	verdict("SKIP", format, args);
	__builtin_unreachable();
	/* cppcheck-suppress va_end_missing; verdict jumps away */
}

bool is_ours(void)
{
	xen_extraversion_t version;

	CHECK_EQ(version_op(XENVER_extraversion, version), 0);
	return string_starts(version, ".0-socle");
}

void need_ours(void)
{
	if (!is_ours())
		test_skip("of ours alone");
}

/*
 * Finds the word that begins with key; true when it goes on with value. Sets *found when the key
 * is there at all.
 */
static bool cmdline_says(const char *line, const char *key, const char *value, bool *found)
{
	for (; *line; line++) {
		if (!string_starts(line, key))
			continue;
		*found = true;
		line += strlen(key);
		return string_starts(line, value) &&
		       (line[strlen(value)] == ' ' || !line[strlen(value)]);
	}
	return false;
}

static void run_one(const struct test *test)
{
	current = test;
	print("RUN %s\n", test->name);
	if (__builtin_setjmp(leave_test))
		return;
	test->run();
	irq_disable();
	print("PASS %s\n", test->name);
}

void guest_main(void)
{
	const struct hvm_start_info *info = (const void *)start_info_paddr;
	const char *line = info->cmdline_paddr ? (const char *)info->cmdline_paddr : "";
	bool started = true, only = false, after = false;
	struct sched_shutdown off = { SHUTDOWN_poweroff };

	hypercall_init();
	trap_init();
	smp_init();
	page_init(info);
	cmdline_says(line, "only=", "", &only);
	cmdline_says(line, "after=", "", &after);
	started = !after;
	for (const struct test *test = tests_start; test < tests_end; test++) {
		if (started && (!only || cmdline_says(line, "only=", test->name, &only)))
			run_one(test);
		if (after && cmdline_says(line, "after=", test->name, &after))
			started = true;
	}
	print("END\n");
	sched_op(SCHEDOP_shutdown, &off);
}
