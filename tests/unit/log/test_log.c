// SPDX-License-Identifier: GPL-2.0-or-later
/* The log, its ring and sinks, console input, guests' lines, and panic with the lock held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "boot_info.h"
#include "console.h"
#include "domain.h"
#include "hypercall.h"
#include "kept_log.h"
#include "lib.h"
#include "log.h"
#include "machine.h"

#define RING 32768u

struct cmdline cmdline = { .log_level = LOG_INFO };
struct domain *domain0;

static time_ns_t now;
static unsigned virqs;
static jmp_buf machine_stopped;
enum { REBOOTED = 1, HALTED };

time_ns_t time_now(void)
{
	return now;
}

void event_global_virq(unsigned virq)
{
	assert_int_equal(virq, VIRQ_CONSOLE);
	virqs++;
}

void machine_reboot(void)
{
	longjmp(machine_stopped, REBOOTED);
}

static unsigned traces;

void machine_back_trace(void)
{
	traces++;
}

void machine_stop_others(void)
{
}

static unsigned on_cpu;

unsigned cpu_this(void)
{
	return on_cpu;
}

void machine_halt(void)
{
	longjmp(machine_stopped, HALTED);
}

/* A sink that keeps the last of what it was given. */
static char seen[65536];
static size_t seen_len;
static const char *panic_on; /* text at which the sink itself dies */

static void keep(const char *s, size_t len)
{
	if (panic_on && len >= strlen(panic_on) && strstr(s, panic_on)) {
		panic_on = NULL;
		panic("the sink broke");
	}
	assert_true(seen_len + len < sizeof(seen));
	memcpy(seen + seen_len, s, len);
	seen_len += len;
	seen[seen_len] = '\0';
}

static struct console_sink sink = { .write = keep };

static uint32_t ring_mark; /* where the ring's reader of this test begins */

static int begin(void **state)
{
	char c;

	console_register(&sink);
	console_write("\n", 1);
	seen_len = 0;
	seen[0] = '\0';
	cmdline = (struct cmdline){ .log_level = LOG_INFO };
	now += SECONDS(10);
	while (console_input(&c, 1))
		;
	virqs = 0;
	log_ring_read(NULL, 0, &ring_mark, false, true);
	log_ring_read(NULL, 0, &ring_mark, false, false);
	return 0;
}

static const char *ring_text(void)
{
	static char text[RING + 1];
	uint32_t index = 0;

	text[log_ring_read(text, RING, &index, false, false)] = '\0';
	return text;
}

/* --- lines ------------------------------------------------------------------------------------ */

static void test_line(void **state)
{
	log_info("cpu%u: %s", 3, "up");
	assert_string_equal(seen, "(socle) cpu3: up\n");
	assert_string_equal(ring_text(), "(socle) cpu3: up\n");
}

static void test_levels(void **state)
{
	log_debug("no");
	assert_string_equal(seen, "");
	cmdline.log_level = LOG_ERR;
	log_warn("no");
	log_err("yes");
	assert_string_equal(seen, "(socle) yes\n");
	cmdline.log_level = -1;
	log_err("no");
	assert_string_equal(seen, "(socle) yes\n");
}

static void test_long_line_is_cut(void **state)
{
	char text[1000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_info("%s", text);
	assert_int_equal(seen_len, strlen("(socle) ") + 240 + 1);
	assert_int_equal(seen[seen_len - 1], '\n');
}

static void test_line_begins_at_the_margin(void **state)
{
	console_write("login: ", 7);
	log_info("hello");
	console_write("again", 5);
	console_write("\n", 1);
	log_info("there");
	assert_string_equal(seen, "login: \n(socle) hello\nagain\n(socle) there\n");
	/* Domain 0's own text is not for the ring. */
	assert_string_equal(ring_text(), "(socle) hello\n(socle) there\n");
}

/* --- sinks and the ring ----------------------------------------------------------------------- */

static void test_replay_to_a_late_sink(void **state)
{
	console_unregister(&sink);
	log_info("early");
	assert_string_equal(seen, "");
	console_register(&sink);
	console_register(&sink);
	assert_string_equal(seen, "(socle) early\n");
	log_info("late");
	assert_string_equal(seen, "(socle) early\n(socle) late\n");
}

static void test_replay_of_a_wrapped_ring(void **state)
{
	static const char last[] = "\n(socle) line 2999 of many, to fill the ring\n";

	console_unregister(&sink);
	for (unsigned i = 0; i < 3000; i++)
		log_info("line %u of many, to fill the ring", i);
	console_register(&sink);
	assert_int_equal(seen_len, RING);
	assert_string_equal(seen + seen_len - strlen(last), last);
	assert_null(strstr(seen, "line 10 of many"));
}

static void test_ring_incremental(void **state)
{
	char buf[16];
	uint32_t index = ring_mark;
	size_t n;

	log_info("0123456789");
	n = log_ring_read(buf, 8, &index, true, false);
	assert_int_equal(n, 8);
	assert_memory_equal(buf, "(socle) ", 8);
	n = log_ring_read(buf, sizeof(buf), &index, true, false);
	assert_int_equal(n, 11);
	assert_memory_equal(buf, "0123456789\n", 11);
	assert_int_equal(log_ring_read(buf, sizeof(buf), &index, true, false), 0);
	log_info("x");
	assert_int_equal(log_ring_read(buf, sizeof(buf), &index, true, false), 10);
}

static void test_ring_clear(void **state)
{
	char buf[64];
	uint32_t index = 0;

	log_info("one");
	assert_int_equal(log_ring_read(buf, sizeof(buf), &index, false, true), 12);
	assert_string_equal(ring_text(), "");
	log_info("two");
	assert_string_equal(ring_text(), "(socle) two\n");
}

/*
 * An index that was overwritten or never existed reads from the oldest byte, and no further than
 * the end.
 */
static void test_ring_hostile_index(void **state)
{
	static const uint32_t offsets[] = {
		13, 1000, RING, 0x7fffffff, 0x80000000, (uint32_t)-1, (uint32_t)-40000
	};
	char buf[64];

	log_info("only");
	for (unsigned i = 0; i < ARRAY_SIZE(offsets); i++) {
		uint32_t index = ring_mark + offsets[i];
		size_t n = log_ring_read(buf, sizeof(buf), &index, true, false);

		if (n != 0) {
			assert_int_equal(n, 13);
			assert_memory_equal(buf, "(socle) only\n", 13);
		} else {
			assert_int_equal(offsets[i], 13);
		}
		assert_int_equal(index, ring_mark + 13);
	}
}

/* --- guests ----------------------------------------------------------------------------------- */

static struct domain *guest(domid_t id)
{
	static struct domain d[80];

	d[id].id = id;
	return &d[id];
}

static unsigned count(const char *needle)
{
	unsigned n = 0;

	for (const char *p = seen; (p = strstr(p, needle)) != NULL; p++)
		n++;
	return n;
}

static void test_domain_lines_are_limited(void **state)
{
	for (unsigned i = 0; i < 100; i++)
		log_domain(guest(1), LOG_WARN, "bad thing %u", i);
	assert_string_equal(strstr(seen, "(socle) d1: bad thing 0\n"), seen);
	assert_int_equal(count("bad thing"), 8);
	log_domain(guest(2), LOG_WARN, "other");
	assert_int_equal(count("d2: other"), 1);
	now += SECONDS(1);
	log_domain(guest(1), LOG_WARN, "later");
	assert_int_equal(count("d1: later"), 1);
	assert_int_equal(count("d1: 92 lines not shown"), 1);
	/* Those below the threshold do not count. */
	now += SECONDS(1);
	for (unsigned i = 0; i < 100; i++)
		log_domain(guest(1), LOG_DEBUG, "chatter");
	log_domain(guest(1), LOG_WARN, "heard");
	assert_int_equal(count("d1: heard"), 1);
	/* Two that are counted in one place do not clear each other's count. */
	now += SECONDS(1);
	for (unsigned i = 0; i < 100; i++)
		log_domain(guest(i % 2 ? 1 : 65), LOG_WARN, "by turns");
	assert_int_equal(count("by turns"), 8);
	now += SECONDS(1);
	log_domain(guest(1), LOG_WARN, "the tests after this begin with no line held back");
}

static void guest_says(domid_t id, const char *s)
{
	console_guest_write(guest(id), s, strlen(s));
}

static void test_guest_output(void **state)
{
	guest_says(1, "nothing shown\n");
	assert_string_equal(seen, "");
	cmdline.log_level = LOG_DEBUG;
	guest_says(1, "hel");
	guest_says(2, "other\n");
	guest_says(1, "lo\r\n\n");
	assert_string_equal(seen, "(socle) (d2) other\n(socle) (d1) hello\n");
}

static void test_guest_output_is_harmless(void **state)
{
	char text[400];

	cmdline.log_level = LOG_DEBUG;
	guest_says(1, "\033[2J%s%n\007evil\xff\n");
	assert_string_equal(seen, "(socle) (d1) [2J%s%nevil\n");
	memset(text, 'y', sizeof(text));
	console_guest_write(guest(1), text, sizeof(text));
	assert_int_equal(count("(d1) yyy"), 2);
	guest_says(1, "\n");
	assert_int_equal(count("(d1) yyy"), 3);
}

/* Neither's text appears under the other's name. */
static void test_guests_taking_turns(void **state)
{
	cmdline.log_level = LOG_DEBUG;
	guest_says(1, "from one");
	guest_says(17, "from seventeen\n");
	guest_says(1, "more\n");
	assert_string_equal(seen, "(socle) (d17) from seventeen\n(socle) (d1) from onemore\n");
}

/* --- input ------------------------------------------------------------------------------------ */

static void test_input(void **state)
{
	char buf[8];

	domain0 = guest(0);
	console_receive("ls\r", 3);
	assert_int_equal(virqs, 1);
	assert_int_equal(console_input(buf, 2), 2);
	assert_memory_equal(buf, "ls", 2);
	assert_int_equal(console_input(buf, sizeof(buf)), 1);
	assert_int_equal(buf[0], '\r');
	assert_int_equal(console_input(buf, sizeof(buf)), 0);
	console_receive("", 0);
	assert_int_equal(virqs, 1);
	domain0 = NULL;
	console_receive("x", 1);
	assert_int_equal(virqs, 1);
}

static void test_input_overflow(void **state)
{
	char text[2000], back[2000];

	for (unsigned i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 26);
	console_receive(text, 700);
	assert_int_equal(console_input(back, 300), 300);
	console_receive(text + 700, 1300);
	assert_int_equal(console_input(back, sizeof(back)), 1024);
	assert_memory_equal(back, text + 300, 1024);
}

/* --- what outlives a restart ------------------------------------------------------------------ */

static _Alignas(8) char area[KEPT_LOG_SIZE];
#define AREA_AT 0x10000000UL

static const char *kept_text(size_t *len)
{
	return kept_log_text(area, AREA_AT, len);
}

static void test_kept_log_is_told_once(void **state)
{
	size_t len;

	kept_log_use(area, AREA_AT);
	assert_null(kept_text(&len));
	log_info("a line with \033[2J in it");
	kept_log_write();
	assert_non_null(kept_text(&len));
	seen_len = 0;
	kept_log_tell(area, AREA_AT);
	assert_non_null(strstr(seen, "before this start the hypervisor panicked"));
	assert_non_null(strstr(seen, "| (socle) a line with .[2J in it\n"));
	assert_null(kept_text(&len));
	seen[seen_len = 0] = '\0';
	kept_log_tell(area, AREA_AT);
	assert_string_equal(seen, "");
}

/* What lies in memory after a start is anything. */
static void test_kept_log_is_not_believed_blindly(void **state)
{
	size_t len;

	kept_log_use(area, AREA_AT);
	log_info("text");
	kept_log_write();
	assert_null(kept_log_text(area, AREA_AT + KEPT_LOG_ALIGN, &len));
	assert_non_null(kept_text(&len));
	/* Each bit of the header, and one of the text. */
	for (unsigned bit = 0; bit < 25 * 8; bit++) {
		area[bit / 8] ^= (char)(1 << bit % 8);
		assert_null(kept_text(&len));
		area[bit / 8] ^= (char)(1 << bit % 8);
	}
	assert_non_null(kept_text(&len));
	memset(area, 0xff, sizeof(area));
	assert_null(kept_text(&len));
	memset(area, 0, sizeof(area));
	assert_null(kept_text(&len));
}

static void test_kept_log_holds_the_end_of_a_long_one(void **state)
{
	const char *text;
	size_t len;

	kept_log_use(area, AREA_AT);
	for (unsigned i = 0; i < 2000; i++)
		log_info("line %u of many", i);
	kept_log_write();
	text = kept_text(&len);
	assert_non_null(text);
	assert_true(len <= KEPT_LOG_SIZE - 24 && len > KEPT_LOG_SIZE / 2);
	assert_memory_equal(text + len - 18, "line 1999 of many\n", 18);
}

/* --- the end: each of these leaves the log in its last state, so the order matters ------------ */

static void test_panic_with_the_lock_held(void **state)
{
	int how;

	console_write("login: ", 7);
	panic_reboots = true;
	panic_on = "trigger";
	how = setjmp(machine_stopped);
	if (how == 0)
		log_info("trigger");
	assert_int_equal(how, REBOOTED);
	assert_non_null(strstr(seen, "\n(socle) PANIC: the sink broke\n"));
	assert_non_null(strstr(ring_text(), "PANIC: the sink broke"));
	assert_int_equal(traces, 1);
}

static void test_second_panic_is_silent(void **state)
{
	int how;

	assert_false(panic_elsewhere());
	on_cpu = 1;
	assert_true(panic_elsewhere());
	how = setjmp(machine_stopped);
	if (how == 0)
		panic("another one");
	assert_int_equal(how, HALTED);
	assert_null(strstr(seen, "another one"));
	on_cpu = 0;
}

/* The same CPU again: it is the end all the same, whatever of it still works. */
static void test_panic_within_a_panic_ends_the_machine(void **state)
{
	static const int ends[] = { REBOOTED, HALTED, HALTED };

	for (volatile unsigned i = 0; i < ARRAY_SIZE(ends); i++) {
		int how = setjmp(machine_stopped);

		if (how == 0)
			panic("another one");
		assert_int_equal(how, ends[i]);
	}
	assert_null(strstr(seen, "another one"));
	assert_non_null(strstr(seen, "while that was told"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_line, begin),
		cmocka_unit_test_setup(test_levels, begin),
		cmocka_unit_test_setup(test_long_line_is_cut, begin),
		cmocka_unit_test_setup(test_line_begins_at_the_margin, begin),
		cmocka_unit_test_setup(test_replay_to_a_late_sink, begin),
		cmocka_unit_test_setup(test_replay_of_a_wrapped_ring, begin),
		cmocka_unit_test_setup(test_ring_incremental, begin),
		cmocka_unit_test_setup(test_ring_clear, begin),
		cmocka_unit_test_setup(test_ring_hostile_index, begin),
		cmocka_unit_test_setup(test_domain_lines_are_limited, begin),
		cmocka_unit_test_setup(test_guest_output, begin),
		cmocka_unit_test_setup(test_guest_output_is_harmless, begin),
		cmocka_unit_test_setup(test_guests_taking_turns, begin),
		cmocka_unit_test_setup(test_input, begin),
		cmocka_unit_test_setup(test_input_overflow, begin),
		cmocka_unit_test_setup(test_kept_log_is_told_once, begin),
		cmocka_unit_test_setup(test_kept_log_is_not_believed_blindly, begin),
		cmocka_unit_test_setup(test_kept_log_holds_the_end_of_a_long_one, begin),
		cmocka_unit_test_setup(test_panic_with_the_lock_held, begin),
		cmocka_unit_test(test_second_panic_is_silent),
		cmocka_unit_test(test_panic_within_a_panic_ends_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
