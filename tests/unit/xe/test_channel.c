// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A WebSocket against a host that answers right, wrong, and in pieces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "xe/channel.h"

/* ---- a connection in memory ------------------------------------------------------------------ */

static struct buf incoming, outgoing;
static size_t at;
static struct link link;
static const struct settings settings = { 0 };

bool link_write(struct link *l, const void *data, size_t len)
{
	buf_append(&outgoing, data, len);
	return true;
}

ssize_t link_read(struct link *l, void *data, size_t len)
{
	/* Two bytes at once, then silence. */
	size_t n = incoming.len - at < 2 ? incoming.len - at : 2;

	errno = EAGAIN;
	if (!n)
		return -1;
	memcpy(data, incoming.data + at, n);
	at += n;
	return n;
}

bool link_line(struct link *l, char *line, size_t len)
{
	const char *end = memchr(incoming.data + at, '\n', incoming.len - at);
	size_t n = end ? (size_t)(end - incoming.data) - at : 0;

	if (!end || n >= len)
		return false;
	memcpy(line, incoming.data + at, n);
	line[n - (n && line[n - 1] == '\r')] = '\0';
	at += n + 1;
	return true;
}

bool link_pending(const struct link *l)
{
	return at < incoming.len;
}

void link_close(struct link *l)
{
}

static int setup(void **state)
{
	buf_free(&incoming);
	buf_free(&outgoing);
	incoming = outgoing = (struct buf){ 0 };
	at = 0;
	return 0;
}

/* Asks, and is answered with what the key demands, and behind it those frames. */
static bool opened(struct channel *c, const char *status, const char *frames, size_t len)
{
	char accept[WEBSOCKET_ACCEPT];
	struct reply r;

	assert_true(channel_ask(c, &link, &settings, "/console?a=b"));
	assert_non_null(strstr(outgoing.data, c->key));
	assert_true(websocket_accept(c->key, accept));
	buf_printf(&incoming, "HTTP/1.1 %s\r\nSec-WebSocket-Accept: %s\r\n\r\n", status, accept);
	buf_append(&incoming, frames, len);
	outgoing.len = 0;
	return channel_answered(c, &r);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void there_and_back(void **state)
{
	struct websocket server = { 0 };
	struct websocket_event e;
	struct buf out = { 0 };
	struct channel c;
	struct reason why;

	assert_true(opened(&c, "101 Yes", "\x82\x05login\x89\x01?", 10));
	while (channel_pending(&c))
		assert_true(channel_receive(&c, &out));
	assert_int_equal(out.len, 5);
	assert_memory_equal(out.data, "login", 5);
	/* The ping was answered, and what is sent is masked. */
	assert_int_equal(websocket_take(&server, (uint8_t *)outgoing.data, outgoing.len, &e, &why),
			 7);
	outgoing.len = 0;
	assert_true(channel_send(&c, "root", 4));
	assert_int_equal(websocket_take(&server, (uint8_t *)outgoing.data, outgoing.len, &e, &why),
			 10);
	assert_int_equal(e.kind, WEBSOCKET_DATA);
	assert_memory_equal(e.data, "root", 4);
	/* Silence is no end. */
	assert_true(channel_receive(&c, &out));
	channel_close(&c);
	buf_free(&out);
}

static void long_texts_go_in_pieces(void **state)
{
	static char text[10000];
	struct websocket server = { 0 };
	struct websocket_event e;
	struct channel c;
	struct reason why;
	size_t got = 0, done = 0;

	assert_true(opened(&c, "101 Yes", "", 0));
	assert_true(channel_send(&c, text, sizeof(text)));
	while (done < outgoing.len) {
		done += websocket_take(&server, (uint8_t *)outgoing.data + done,
				       outgoing.len - done, &e, &why);
		got += e.kind == WEBSOCKET_DATA ? e.len : 0;
	}
	assert_int_equal(got, sizeof(text));
}

static void the_host_ends_it(void **state)
{
	struct buf out = { 0 };
	struct channel c;

	assert_true(opened(&c, "101 Yes", "\x88\x02\x03\xe8", 4));
	assert_true(channel_receive(&c, &out));
	assert_false(channel_receive(&c, &out));
	/* A frame that only clients send. */
	setup(NULL);
	assert_true(opened(&c, "101 Yes", "\x82\x81mask!", 7));
	assert_false(channel_receive(&c, &out));
}

static void no_websocket(void **state)
{
	struct channel c;
	struct reply r;

	assert_false(opened(&c, "403 No", "", 0));
	setup(NULL);
	assert_true(channel_ask(&c, &link, &settings, "/console"));
	buf_printf(&incoming, "HTTP/1.1 101 Yes\r\n\r\n");
	assert_false(channel_answered(&c, &r));
	setup(NULL);
	assert_true(channel_ask(&c, &link, &settings, "/console"));
	buf_printf(&incoming, "HTTP/1.1 101 Yes\r\nSec-WebSocket-Accept: AAAA\r\n\r\n");
	assert_false(channel_answered(&c, &r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(there_and_back, setup),
		cmocka_unit_test_setup(long_texts_go_in_pieces, setup),
		cmocka_unit_test_setup(the_host_ends_it, setup),
		cmocka_unit_test_setup(no_websocket, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
