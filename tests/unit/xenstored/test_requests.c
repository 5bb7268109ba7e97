// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each request of the store means, who may do it, transactions and watches; and the bytes on a
 * ring.
 */
#include "client.h"
#include "xenstored/request.h"
#include "xenstored/ring.h"

static void test_nodes(void **state)
{
	(void)state;
	ask(dom0, XS_WRITE, "/a/b/c\0va\0lue", "OK|");
	ask(dom0, XS_READ, "/a/b/c\0", "va|lue");
	ask(dom0, XS_READ, "/a/b\0", "");
	ask(dom0, XS_DIRECTORY, "/\0", "a|local|");
	ask(dom0, XS_MKDIR, "/a/x\0", "OK|");
	ask(dom0, XS_MKDIR, "/a/b/c\0", "OK|");
	ask(dom0, XS_READ, "/a/b/c\0", "va|lue");
	ask(dom0, XS_DIRECTORY, "/a\0", "b|x|");
	ask(dom0, XS_RM, "/a/b\0", "OK|");
	ask(dom0, XS_READ, "/a/b/c\0", "ENOENT|");
	ask(dom0, XS_RM, "/a/b\0", "OK|");
	ask(dom0, XS_RM, "/\0", "EINVAL|");
	ask(dom0, XS_DIRECTORY, "/a\0", "x|");
}

static void test_bad_requests(void **state)
{
	char payload[XENSTORE_PAYLOAD_MAX];

	(void)state;
	ask(dom0, XS_READ, "", "EINVAL|");
	ask(dom0, XS_READ, "/unterminated", "EINVAL|");
	ask(dom0, XS_READ, "/a//b\0", "EINVAL|");
	ask(dom0, XS_READ, "/a/\0", "EINVAL|");
	ask(dom0, XS_READ, "/a b\0", "EINVAL|");
	ask(dom0, XS_READ, "\0", "EINVAL|");
	ask(dom0, 77, "x\0", "ENOSYS|");
	ask(dom0, XS_INVALID, "x\0", "ENOSYS|");
	ask(dom0, XS_WATCH, "/a\0", "EINVAL|");
	ask(dom0, XS_SET_PERMS, "/local\0q5\0", "EINVAL|");
	ask(dom0, XS_SET_PERMS, "/local\0", "EINVAL|");
	ask(dom0, XS_TRANSACTION_END, "T\0", "EINVAL|");
	memset(payload, 'a', sizeof(payload));
	payload[0] = '/';
	payload[sizeof(payload) - 1] = '\0';
	ask_bytes(dom0, XS_READ, payload, sizeof(payload), "EINVAL|");
}

static void test_too_long(void **state)
{
	struct xsd_sockmsg h = { .type = XS_READ, .len = XENSTORE_PAYLOAD_MAX + 1 };

	(void)state;
	conn_feed(guest, (char *)&h, sizeof(h));
	assert_true(guest->dead);
}

static void test_guest_access(void **state)
{
	(void)state;
	ask(dom0, XS_WRITE, "/secret\0x", "OK|");
	ask(guest, XS_READ, "/secret\0", "EACCES|");
	ask(guest, XS_READ, "/nothing\0", "EACCES|");
	ask(guest, XS_WRITE, "/secret\0y", "EACCES|");
	ask(guest, XS_WRITE, "/new\0y", "EACCES|");
	ask(guest, XS_RM, "/secret\0", "EACCES|");
	ask(guest, XS_DIRECTORY, "/local/domain/5\0", "data|");
	ask(guest, XS_WRITE, "/local/domain/5/name\0evil", "EACCES|");
	ask(guest, XS_READ, "/local/domain/5/nothing\0", "ENOENT|");
	/* Relative, and its own. */
	ask(guest, XS_WRITE, "data/x\0mine", "OK|");
	ask(dom0, XS_READ, "/local/domain/5/data/x\0", "mine");
	ask(guest, XS_GET_PERMS, "data/x\0", "n5|");
	ask(guest, XS_SET_PERMS, "data/x\0n5\0r7\0", "OK|");
	ask(guest, XS_SET_PERMS, "data/x\0n0\0", "EPERM|");
	ask(guest, XS_SET_PERMS, "/local/domain/5\0b5\0", "EACCES|");
	ask(guest, XS_INTRODUCE, "7\0001\0003\0", "EACCES|");
	ask(guest, XS_RELEASE, "7\0", "EACCES|");
	ask(guest, XS_WRITE, "../../0/x\0y", "EACCES|");
}

static void test_domains(void **state)
{
	(void)state;
	ask(dom0, XS_INTRODUCE, "7\0001\0003\0", "OK|");
	ask(dom0, XS_INTRODUCE, "7\0", "EINVAL|");
	ask(dom0, XS_IS_DOMAIN_INTRODUCED, "7\0", "T|");
	ask(dom0, XS_IS_DOMAIN_INTRODUCED, "8\0", "F|");
	ask(dom0, XS_RELEASE, "8\0", "ENOENT|");
	ask(guest, XS_GET_DOMAIN_PATH, "7\0", "/local/domain/7|");
}

static void test_watches(void **state)
{
	uint32_t type;

	(void)state;
	ask(guest, XS_WATCH, "control/shutdown\0token\0", "OK|");
	event(guest, "control/shutdown|token|");
	ask(guest, XS_WATCH, "control/shutdown\0token\0", "EEXIST|");
	ask(dom0, XS_WRITE, "/local/domain/5/control/shutdown\0poweroff", "OK|");
	event(guest, "control/shutdown|token|");
	/* A parent's removal reaches those below. */
	ask(dom0, XS_RM, "/local/domain/5/control\0", "OK|");
	event(guest, "control/shutdown|token|");
	ask(guest, XS_UNWATCH, "control/shutdown\0other\0", "ENOENT|");
	ask(guest, XS_UNWATCH, "control/shutdown\0token\0", "OK|");
	ask(dom0, XS_WRITE, "/local/domain/5/control/shutdown\0reboot", "OK|");
	assert_int_equal(conn_pending(guest).len, 0);

	/* Above, absolute; and nothing of what one may not read. */
	ask(guest, XS_WATCH, "/\0all\0", "OK|");
	event(guest, "/|all|");
	ask(dom0, XS_WRITE, "/secret/a\0x", "OK|");
	assert_int_equal(conn_pending(guest).len, 0);
	start(guest, XS_WRITE, "data/y\0x", 8);
	event(guest, "/local/domain/5/data/y|all|");
	assert_string_equal(next(guest, &type), "OK|");
	ask(guest, XS_RESET_WATCHES, "\0", "OK|");
	ask(guest, XS_WRITE, "data/y\0x", "OK|");
	assert_int_equal(conn_pending(guest).len, 0);
}

static void test_transaction(void **state)
{
	uint32_t mine;

	(void)state;
	ask(dom0, XS_WATCH, "/t\0w\0", "OK|");
	event(dom0, "/t|w|");
	mine = begin(dom0);
	ask(dom0, XS_WRITE, "/t/a\0001", "OK|");
	ask(dom0, XS_READ, "/t/a\0", "1");
	/* Nobody else sees it, and no watch has fired. */
	tx = 0;
	ask(dom0, XS_READ, "/t/a\0", "ENOENT|");
	tx = mine;
	start(dom0, XS_TRANSACTION_END, "T", 2);
	tx = 0;
	uint32_t type;

	/* The event of the commit comes before its answer, or after: both are there. */
	assert_string_equal(next(dom0, &type), "/t/a|w|");
	assert_string_equal(next(dom0, &type), "OK|");
	ask(dom0, XS_READ, "/t/a\0", "1");
	tx = mine;
	ask(dom0, XS_READ, "/t/a\0", "ENOENT|");
}

static void test_transaction_abort(void **state)
{
	(void)state;
	begin(dom0);
	ask(dom0, XS_WRITE, "/t\0001", "OK|");
	ask(dom0, XS_TRANSACTION_END, "F\0", "OK|");
	tx = 0;
	ask(dom0, XS_READ, "/t\0", "ENOENT|");
}

static void test_transaction_conflict(void **state)
{
	uint32_t mine;

	(void)state;
	ask(dom0, XS_WRITE, "/t/a\0001", "OK|");
	ask(dom0, XS_WRITE, "/t/b\0001", "OK|");
	/* What it has read was changed. */
	mine = begin(dom0);
	ask(dom0, XS_READ, "/t/a\0", "1");
	ask(dom0, XS_WRITE, "/t/c\0x", "OK|");
	tx = 0;
	ask(dom0, XS_WRITE, "/t/a\0002", "OK|");
	tx = mine;
	ask(dom0, XS_TRANSACTION_END, "T\0", "EAGAIN|");
	tx = 0;
	ask(dom0, XS_READ, "/t/c\0", "ENOENT|");

	/* Something else was changed. */
	mine = begin(dom0);
	ask(dom0, XS_READ, "/t/a\0", "2");
	ask(dom0, XS_WRITE, "/t/a\0003", "OK|");
	tx = 0;
	ask(dom0, XS_WRITE, "/t/b\0002", "OK|");
	tx = mine;
	ask(dom0, XS_TRANSACTION_END, "T\0", "OK|");
	tx = 0;
	ask(dom0, XS_READ, "/t/a\0", "3");
	ask(dom0, XS_READ, "/t/b\0", "2");

	/* A node that it found missing has come. */
	mine = begin(dom0);
	ask(dom0, XS_READ, "/t/new\0", "ENOENT|");
	tx = 0;
	ask(dom0, XS_WRITE, "/t/new\0x", "OK|");
	tx = mine;
	ask(dom0, XS_TRANSACTION_END, "T\0", "EAGAIN|");
}

static void test_quotas(void **state)
{
	char payload[QUOTA_VALUE + 32] = "data/big";
	char path[64];
	uint32_t type;
	int len;

	(void)state;
	ask_bytes(guest, XS_WRITE, payload, 9 + QUOTA_VALUE, "OK|");
	ask_bytes(guest, XS_WRITE, payload, 9 + QUOTA_VALUE + 1, "ENOSPC|");
	for (unsigned int i = 0; i < QUOTA_WATCHES; i++) {
		len = snprintf(path, sizeof(path), "data/%u", i) + 1;
		len += snprintf(path + len, sizeof(path) - len, "t") + 1;
		start(guest, XS_WATCH, path, len);
		next(guest, &type);
		assert_int_equal(type, XS_WATCH);
		next(guest, &type);
	}
	ask(guest, XS_WATCH, "data/more\0t\0", "E2BIG|");
	ask(guest, XS_RESET_WATCHES, "\0", "OK|");
	for (unsigned int i = 0; i < QUOTA_TRANSACTIONS; i++)
		begin(guest);
	tx = 0;
	ask(guest, XS_TRANSACTION_START, "\0", "ENOSPC|");
	ask(guest, XS_RESET_WATCHES, "\0", "OK|");
	for (unsigned int i = 0; i < QUOTA_NODES; i++) {
		len = snprintf(path, sizeof(path), "data/n%u", i) + 1;
		start(guest, XS_WRITE, path, len);
		next(guest, &type);
	}
	ask(guest, XS_WRITE, "data/last\0x", "ENOSPC|");
	/* What is there can still be changed. */
	ask(guest, XS_WRITE, "data/n1\0x", "OK|");
	ask(guest, XS_DIRECTORY, "data\0", "E2BIG|");
}

static void test_directory_part(void **state)
{
	char path[64], offset[80];
	size_t at = 0, names = 0;
	uint32_t type;
	bool last = false;

	(void)state;
	for (unsigned int i = 0; i < 900; i++) {
		int len = snprintf(path, sizeof(path), "/big/node-%04u", i) + 1;

		start(dom0, XS_WRITE, path, len);
		next(dom0, &type);
	}
	for (unsigned int round = 0; !last && round < 10; round++) {
		int len = snprintf(offset, sizeof(offset), "/big") + 1;
		const char *text;
		size_t name;

		len += snprintf(offset + len, sizeof(offset) - len, "%zu", at) + 1;
		start(dom0, XS_DIRECTORY_PART, offset, len);
		text = next(dom0, &type);
		assert_int_equal(type, XS_DIRECTORY_PART);
		text = strchr(text, '|') + 1;
		for (; *text; text += name + 1) {
			name = strcspn(text, "|");
			last = name == 0;
			names += !last;
			at += name + 1;
		}
	}
	assert_true(last);
	assert_int_equal(names, 900);
	ask(dom0, XS_DIRECTORY_PART, "/big\00099999999\0", "EINVAL|");
}

/* Bytes come in any pieces. */
static void test_pieces(void **state)
{
	struct xsd_sockmsg h = { .type = XS_READ, .req_id = 42, .len = 17 };
	char message[sizeof(h) + 17];
	uint32_t type;

	(void)state;
	memcpy(message, &h, sizeof(h));
	memcpy(message + sizeof(h), "/local/domain/5/x", 17);
	message[sizeof(message) - 1] = '\0';
	for (size_t i = 0; i < sizeof(message); i++) {
		assert_false(conn_complete(dom0));
		assert_int_equal(conn_feed(dom0, message + i, 1), 1);
	}
	assert_true(conn_complete(dom0));
	assert_int_equal(conn_feed(dom0, "x", 1), 0);
	request_handle(dom0);
	conn_next(dom0);
	assert_string_equal(next(dom0, &type), "EINVAL|");
}

static void test_ring(void **state)
{
	static struct xenstore_domain_interface ring;
	uint32_t prod = 0;
	char data[2048];
	bool lied;

	(void)state;
	memset(&ring, 0, sizeof(ring));
	memset(data, 'x', sizeof(data));
	assert_int_equal(ring_peek(&ring, 0, data, sizeof(data), &lied), 0);
	assert_false(lied);
	ring.req_cons = 77; /* ours, and whatever it says does not matter */
	ring.req_prod = 4;
	memcpy(ring.req + 1020, "abcd", 4);
	memcpy(ring.req, "efgh", 4);
	assert_int_equal(ring_peek(&ring, 0xfffffffc, data, 6, &lied), 6);
	assert_memory_equal(data, "abcdef", 6);
	assert_int_equal(ring_peek(&ring, 2, data, sizeof(data), &lied), 2);
	assert_memory_equal(data, "gh", 2);
	assert_int_equal(ring.req_cons, 77);
	ring_taken(&ring, 4);
	assert_int_equal(ring.req_cons, 4);
	ring.req_prod = 4 + XENSTORE_RING_SIZE + 1;
	assert_int_equal(ring_peek(&ring, 4, data, sizeof(data), &lied), 0);
	assert_true(lied);

	ring.rsp_prod = 77;
	assert_int_equal(ring_give(&ring, &prod, data, sizeof(data), &lied), XENSTORE_RING_SIZE);
	assert_int_equal(ring.rsp_prod, XENSTORE_RING_SIZE);
	assert_int_equal(ring_give(&ring, &prod, data, 1, &lied), 0);
	assert_false(lied);
	ring.rsp_cons = prod + 1;
	assert_int_equal(ring_give(&ring, &prod, data, 1, &lied), 0);
	assert_true(lied);
}

#define with_store(test) cmocka_unit_test_setup_teardown(test, client_setup, client_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_store(test_nodes),
		with_store(test_bad_requests),
		with_store(test_too_long),
		with_store(test_guest_access),
		with_store(test_domains),
		with_store(test_watches),
		with_store(test_transaction),
		with_store(test_transaction_abort),
		with_store(test_transaction_conflict),
		with_store(test_quotas),
		with_store(test_directory_part),
		with_store(test_pieces),
		cmocka_unit_test(test_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
