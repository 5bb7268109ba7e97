// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The console ring against guests that tell the truth and guests that do not, the history of a
 * console, and the files by which consoled finds guests.
 */
#include "test.h"

#include "consoled/console_ring.h"
#include "consoled/history.h"
#include "lib/vm_state.h"

static struct xencons_interface ring;
static char out[sizeof(ring.out)];

static void guest_writes(const char *text)
{
	for (; *text; text++)
		ring.out[MASK_XENCONS_IDX(ring.out_prod++, ring.out)] = *text;
}

static int make(void **state)
{
	(void)state;
	memset(&ring, 0, sizeof(ring));
	return 0;
}

static size_t take(char out[2048], bool *lied)
{
	uint32_t before = ring.out_cons, upto;
	size_t len = console_ring_peek(&ring, out, &upto, lied);

	assert_int_equal(ring.out_cons, before);
	console_ring_taken(&ring, upto);
	return len;
}

static void test_take(void **state)
{
	bool lied;

	(void)state;
	assert_int_equal(take(out, &lied), 0);
	guest_writes("hello");
	assert_int_equal(take(out, &lied), 5);
	assert_memory_equal(out, "hello", 5);
	assert_false(lied);
	assert_int_equal(ring.out_cons, 5);
	/* Around both the ring's end and the index's. */
	ring.out_prod = ring.out_cons = 0xfffffffe;
	guest_writes("wrapped");
	assert_int_equal(take(out, &lied), 7);
	assert_memory_equal(out, "wrapped", 7);
	assert_int_equal(ring.out_cons, 5);
}

static void test_take_full(void **state)
{
	bool lied;

	(void)state;
	ring.out_cons = 100;
	ring.out_prod = 100 + sizeof(ring.out);
	assert_int_equal(take(out, &lied), sizeof(ring.out));
	assert_false(lied);
	ring.out_prod = ring.out_cons + sizeof(ring.out) + 1;
	assert_int_equal(take(out, &lied), 0);
	assert_true(lied);
	/* And then it goes on. */
	guest_writes("ok");
	assert_int_equal(take(out, &lied), 2);
	assert_false(lied);
}

static void test_give(void **state)
{
	char many[2000];

	(void)state;
	memset(many, 'x', sizeof(many));
	assert_int_equal(console_ring_give(&ring, "hi", 2), 2);
	assert_memory_equal(ring.in, "hi", 2);
	assert_int_equal(console_ring_give(&ring, many, sizeof(many)), sizeof(ring.in) - 2);
	assert_int_equal(console_ring_give(&ring, many, 1), 0);
	ring.in_cons += 3;
	assert_int_equal(console_ring_give(&ring, many, sizeof(many)), 3);
	/* A consumer ahead of the producer. */
	ring.in_cons = ring.in_prod + 1;
	assert_int_equal(console_ring_give(&ring, many, 1), 0);
}

static size_t history_all(const struct history *h, uint64_t *at, char *to, uint64_t *missed)
{
	const char *data;
	uint64_t m;
	size_t len, all = 0;

	*missed = 0;
	while ((len = history_peek(h, at, &data, &m))) {
		memcpy(to + all, data, len);
		*at += len;
		all += len;
		*missed += m;
	}
	return all;
}

static void test_history(void **state)
{
	static struct history h;
	static char text[HISTORY_SIZE];
	static char chunk[HISTORY_SIZE];
	uint64_t at = 0, missed;

	(void)state;
	assert_int_equal(history_all(&h, &at, text, &missed), 0);
	history_add(&h, "abc", 3);
	assert_int_equal(history_all(&h, &at, text, &missed), 3);
	assert_memory_equal(text, "abc", 3);
	assert_int_equal(history_back(&h, 2), 1);
	assert_int_equal(history_back(&h, 100), 0);

	/* A reader that sleeps while more than everything is written. */
	memset(chunk, 'y', sizeof(chunk));
	history_add(&h, chunk, sizeof(chunk));
	history_add(&h, "end", 3);
	assert_int_equal(history_all(&h, &at, text, &missed), HISTORY_SIZE);
	assert_int_equal(missed, 3);
	assert_int_equal(at, h.end);
	assert_memory_equal(text + HISTORY_SIZE - 3, "end", 3);
	assert_int_equal(history_back(&h, ~0ULL), h.end - HISTORY_SIZE);
}

static void test_state_file(void **state)
{
	char good[] = "name=demo\nuuid=e45e27aa-db5f-45d4-8131-23609a3b4605\nconsole_port=2\n"
		      "later=whatever\nsupervisor=17\n";
	char bad_name[] = "name=../x\nconsole_port=2\n";
	char no_equals[] = "name=demo\nnonsense\n";
	struct vm_state s;

	(void)state;
	memset(&s, 0, sizeof(s));
	assert_true(vm_state_parse(&s, good));
	assert_string_equal(s.name, "demo");
	assert_int_equal(s.console_port, 2);
	assert_int_equal(s.supervisor, 17);
	assert_false(vm_state_parse(&s, bad_name));
	assert_false(vm_state_parse(&s, no_equals));
}

static void test_log_of_one_that_arrives(void **state)
{
	static const char *const logs[][2] = {
		{ "demo", "/var/log/xen/console/guest-demo.log" },
		{ "demo--incoming", "/var/log/xen/console/guest-demo.log" },
		{ "--incoming", "/var/log/xen/console/guest---incoming.log" },
		{ "demo--incoming-1", "/var/log/xen/console/guest-demo--incoming-1.log" },
	};
	char path[VM_CONSOLE_LOG], longest[VM_NAME_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		vm_console_log(path, logs[i][0]);
		assert_string_equal(path, logs[i][1]);
	}
	memset(longest, 'x', VM_NAME_MAX);
	longest[VM_NAME_MAX] = '\0';
	vm_console_log(path, longest);
	assert_string_equal(path + strlen(path) - 5, "x.log");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_take, make),
		cmocka_unit_test_setup(test_take_full, make),
		cmocka_unit_test_setup(test_give, make),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_state_file),
		cmocka_unit_test(test_log_of_one_that_arrives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
