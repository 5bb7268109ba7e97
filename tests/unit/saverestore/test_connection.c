// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A saved guest that goes through a connection: an end that says nothing, or takes nothing, keeps
 * nobody for ever.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "saverestore/stream_read.h"
#include "saverestore/stream_write.h"

#define CONFIG "name = \"demo\"\n"

static bool never(void)
{
	return false;
}

static bool at_once(void)
{
	return true;
}

static const struct stream_wait silence = { 1, never };
static const struct stream_wait interruption = { 600, at_once };

/* Ours does not block; the configuration has gone through. */
static void connection(struct stream_writer *w, struct stream_reader *r, int ends[2])
{
	struct reason why;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(stream_write_start(w, ends[0], CONFIG, 0, &why), 0);
	assert_int_equal(stream_read_start(r, ends[1], &why), 0);
}

static void close_both(struct stream_reader *r, int ends[2])
{
	stream_read_free(r);
	close(ends[0]);
	close(ends[1]);
}

static void reads_of_silence(const struct stream_wait *wait, const char *words)
{
	struct stream_writer w;
	struct stream_reader r;
	struct stream_record rec;
	struct reason why;
	int ends[2];

	connection(&w, &r, ends);
	r.wait = wait;
	assert_int_equal(stream_read_next(&r, &rec, &why), -1);
	assert_non_null(strstr(why.text, words));
	close_both(&r, ends);
}

static void test_nobody_sends(void **state)
{
	(void)state;
	reads_of_silence(&silence, "nothing for 1 seconds");
	reads_of_silence(&interruption, "interrupted");
}

/* More than a socket holds. */
static void writes_to_nobody(const struct stream_wait *wait, const char *words)
{
	static uint8_t much[1 << 20];
	struct stream_writer w;
	struct stream_reader r;
	struct reason why;
	int ends[2], rc = 0;

	connection(&w, &r, ends);
	w.wait = wait;
	for (int i = 0; i < 64 && rc == 0; i++)
		rc = stream_write_record(&w, STREAM_STORE_NODES, much, sizeof(much), &why);
	assert_int_equal(rc, -1);
	assert_non_null(strstr(why.text, words));
	close_both(&r, ends);
}

static void test_nobody_takes_it(void **state)
{
	(void)state;
	writes_to_nobody(&silence, "nothing for 1 seconds");
	writes_to_nobody(&interruption, "interrupted");
}

/* An end is no silence: it is said for what it is, and at once. */
static void test_the_other_end_is_gone(void **state)
{
	struct stream_wait hour = { 3600, never };
	struct stream_writer w;
	struct stream_reader r;
	struct stream_record rec;
	struct reason why;
	int ends[2];

	(void)state;
	connection(&w, &r, ends);
	r.wait = &hour;
	shutdown(ends[0], SHUT_RDWR);
	assert_int_equal(stream_read_next(&r, &rec, &why), -1);
	assert_non_null(strstr(why.text, "truncated"));
	close_both(&r, ends);
}

static void test_a_record_goes_through(void **state)
{
	struct stream_writer w;
	struct stream_reader r;
	struct stream_record rec;
	struct reason why;
	int ends[2];

	(void)state;
	connection(&w, &r, ends);
	w.wait = r.wait = &silence;
	assert_int_equal(stream_write_record(&w, STREAM_STORE_NODES, "odd", 3, &why), 0);
	assert_int_equal(stream_read_next(&r, &rec, &why), 0);
	assert_int_equal(rec.type, STREAM_STORE_NODES);
	assert_int_equal(rec.body.len, 3);
	close_both(&r, ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_sends),
		cmocka_unit_test(test_nobody_takes_it),
		cmocka_unit_test(test_the_other_end_is_gone),
		cmocka_unit_test(test_a_record_goes_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
