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

/* Both ends, and what came of the last that was done at one. */
struct connection {
	int ends[2];
	struct stream_writer w;
	struct stream_reader r;
	struct stream_record rec;
	struct reason why;
};

/* The writer's does not block; the configuration has gone through. */
static void open_both(struct connection *c)
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, c->ends), 0);
	assert_int_equal(fcntl(c->ends[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(stream_write_start(&c->w, c->ends[0], CONFIG, 0, &c->why), 0);
	assert_int_equal(stream_read_start(&c->r, c->ends[1], &c->why), 0);
}

static void close_both(struct connection *c)
{
	stream_read_free(&c->r);
	close(c->ends[0]);
	close(c->ends[1]);
}

static void reads_of_silence(const struct stream_wait *wait, const char *words)
{
	struct connection c;

	open_both(&c);
	c.r.wait = wait;
	assert_int_equal(stream_read_next(&c.r, &c.rec, &c.why), -1);
	assert_non_null(strstr(c.why.text, words));
	close_both(&c);
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
	struct connection c;
	int rc = 0;

	open_both(&c);
	c.w.wait = wait;
	for (int i = 0; i < 64 && rc == 0; i++)
		rc = stream_write_record(&c.w, STREAM_STORE_NODES, much, sizeof(much), &c.why);
	assert_int_equal(rc, -1);
	assert_non_null(strstr(c.why.text, words));
	close_both(&c);
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
	struct connection c;

	(void)state;
	open_both(&c);
	c.r.wait = &hour;
	shutdown(c.ends[0], SHUT_RDWR);
	assert_int_equal(stream_read_next(&c.r, &c.rec, &c.why), -1);
	assert_non_null(strstr(c.why.text, "truncated"));
	close_both(&c);
}

static void test_a_record_goes_through(void **state)
{
	struct connection c;

	(void)state;
	open_both(&c);
	c.w.wait = c.r.wait = &silence;
	assert_int_equal(stream_write_record(&c.w, STREAM_STORE_NODES, "odd", 3, &c.why), 0);
	assert_int_equal(stream_read_next(&c.r, &c.rec, &c.why), 0);
	assert_int_equal(c.rec.type, STREAM_STORE_NODES);
	assert_int_equal(c.rec.body.len, 3);
	close_both(&c);
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
