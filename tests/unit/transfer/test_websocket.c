// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The handshake's example of RFC 6455, frames whole and byte by byte, and clients that do it wrong.
 */
#include "transfer/websocket.h"

#include "../toolstack/test.h"

static void test_accept(void **state)
{
	char accept[WEBSOCKET_ACCEPT];

	(void)state;
	assert_true(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==", accept));
	assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	assert_false(websocket_accept("", accept));
	assert_false(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==dGhlIHNhbXBsZSBub25jZQ==", accept));
}

static void test_headers(void **state)
{
	uint8_t h[WEBSOCKET_HEADER];

	(void)state;
	assert_int_equal(websocket_header(h, WEBSOCKET_BINARY, 125), 2);
	assert_memory_equal(h, "\x82\x7d", 2);
	assert_int_equal(websocket_header(h, WEBSOCKET_BINARY, 126), 4);
	assert_memory_equal(h, "\x82\x7e\x00\x7e", 4);
	assert_int_equal(websocket_header(h, WEBSOCKET_PING, 65536), 10);
	assert_memory_equal(h, "\x89\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10);
}

/* A client's frame at the end of b. */
static void frame(struct buf *b, unsigned int first, const char *text, size_t len)
{
	static const uint8_t mask[] = { 0x37, 0xfa, 0x21, 0x3d };
	uint8_t header[WEBSOCKET_HEADER];
	size_t n = websocket_header(header, 0, len);

	header[0] = (uint8_t)first;
	header[1] |= 0x80;
	buf_append(b, header, n);
	buf_append(b, mask, sizeof(mask));
	for (size_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)text[i] ^ mask[i % 4];

		buf_append(b, &c, 1);
	}
}

/* All that comes out, in pieces of so many bytes; pings in brackets. */
static int all(struct buf *in, size_t piece, struct buf *out, bool *ended, struct reason *why)
{
	struct websocket w = { 0 };
	struct websocket_event e;

	*ended = false;
	for (size_t at = 0; at < in->len && !*ended;) {
		size_t len = in->len - at < piece ? in->len - at : piece;
		long took = websocket_take(&w, (uint8_t *)in->data + at, len, &e, why);

		if (took < 0)
			return -1;
		assert_true(took > 0 && (size_t)took <= len);
		at += (size_t)took;
		*ended = e.kind == WEBSOCKET_ENDED;
		if (e.kind == WEBSOCKET_DATA)
			buf_append(out, e.data, e.len);
		if (e.kind == WEBSOCKET_ASKED)
			buf_printf(out, "[%.*s]", (int)e.len, (const char *)e.data);
	}
	return 0;
}

static void test_frames(void **state)
{
	static const size_t pieces[] = { 1, 2, 3, 7, 100, 100000 };
	static char large[70000];

	(void)state;
	memset(large, 'x', sizeof(large));
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct buf in = { 0 }, out = { 0 };
		struct reason why;
		bool ended;

		frame(&in, 0x81, "Hello", 5);
		frame(&in, 0x02, "a message ", 10);
		frame(&in, 0x89, "are you there", 13);
		frame(&in, 0x80, "in parts", 8);
		frame(&in, 0x82, "", 0);
		frame(&in, 0x8a, "", 0);
		frame(&in, 0x82, large, 300);
		frame(&in, 0x82, large, sizeof(large));
		frame(&in, 0x88, "", 0);
		frame(&in, 0x82, "behind", 6);
		assert_int_equal(all(&in, pieces[i], &out, &ended, &why), 0);
		assert_true(ended);
		assert_memory_equal(out.data, "Helloa message [are you there]in partsxxx", 41);
		assert_int_equal(out.len, 38 + 300 + sizeof(large));
		buf_free(&in);
		buf_free(&out);
	}
}

static void refused(const char *bytes, size_t len, const char *said)
{
	struct buf in = { 0 }, out = { 0 };
	struct reason why;
	bool ended;

	buf_append(&in, bytes, len);
	assert_int_equal(all(&in, len, &out, &ended, &why), -1);
	assert_reason(why, said);
	buf_free(&in);
	buf_free(&out);
}

static void test_refused(void **state)
{
	struct buf long_ping = { 0 };

	(void)state;
	refused("\x82\x05Hello!", 8, "without a mask");
	refused("\xc2\x80mask", 6, "unknown kind");
	refused("\x83\x80mask", 6, "unknown kind");
	refused("\x8b\x80mask", 6, "unknown kind");
	refused("\x09\x80mask", 6, "control frame");
	refused("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xffmask", 14, "impossible length");
	frame(&long_ping, 0x89,
	      "0123456789012345678901234567890123456789012345678901234567890123"
	      "4567890123456789012345678901234567890123456789012345678901234567",
	      126);
	refused(long_ping.data, long_ping.len, "control frame");
	buf_free(&long_ping);
}

/* What a client sends a server takes, and the other way round; never its own kind. */
static void test_client(void **state)
{
	static const uint8_t mask[WEBSOCKET_MASK] = { 1, 2, 3, 4 };
	struct websocket client = { .client = true };
	uint8_t header[WEBSOCKET_HEADER], text[300], from_server[] = "\x82\x05Hello";
	struct buf in = { 0 }, out = { 0 };
	struct websocket_event e;
	struct reason why;
	bool ended;

	(void)state;
	memset(text, 'y', sizeof(text));
	for (size_t len = 0; len <= sizeof(text); len += 150) {
		size_t n = websocket_client_frame(header, WEBSOCKET_BINARY, mask, text, len);

		assert_int_equal(n, len <= 125 ? 6 : 8);
		buf_append(&in, header, n);
		buf_append(&in, text, len);
		memset(text, 'y', sizeof(text));
	}
	assert_int_equal(all(&in, 5, &out, &ended, &why), 0);
	assert_int_equal(out.len, 450);
	for (size_t i = 0; i < out.len; i++)
		assert_int_equal(out.data[i], 'y');
	assert_int_equal(websocket_take(&client, from_server, 7, &e, &why), 7);
	assert_int_equal(e.kind, WEBSOCKET_DATA);
	assert_memory_equal(e.data, "Hello", 5);
	assert_int_equal(websocket_take(&client, (uint8_t *)in.data, in.len, &e, &why), -1);
	assert_reason(why, "with a mask");
	buf_free(&in);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accept), cmocka_unit_test(test_headers),
		cmocka_unit_test(test_frames), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
