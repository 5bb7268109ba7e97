// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests in, answers and watch events out. No devices: what the toolstack says of domains is
 * faked.
 */
#include "client.h"

#include <errno.h>

#include "xenstored/domain.h"
#include "xenstored/request.h"
#include "xenstored/transaction.h"

int domain_introduce(unsigned int domid, unsigned int port)
{
	return domid == 7 && port == 3 ? 0 : EINVAL;
}

int domain_release(unsigned int domid)
{
	return domid == 7 ? 0 : ENOENT;
}

int domain_resume(unsigned int domid)
{
	return domid == 7 ? 0 : ENOENT;
}

bool domain_is_introduced(unsigned int domid)
{
	return domid == 7;
}

int domain_set_target(unsigned int domid, unsigned int target)
{
	return domid == 7 && target == 5 ? 0 : ENOENT;
}

struct conn *dom0, *guest;
uint32_t tx;

void start(struct conn *c, uint32_t type, const char *payload, size_t len)
{
	struct xsd_sockmsg h = { .type = type, .req_id = 42, .tx_id = tx, .len = (uint32_t)len };

	assert_int_equal(conn_feed(c, (char *)&h, sizeof(h)), sizeof(h));
	assert_int_equal(conn_feed(c, payload, len), len);
	assert_true(conn_complete(c));
	request_handle(c);
	conn_next(c);
}

const char *next(struct conn *c, uint32_t *type)
{
	static char text[XENSTORE_PAYLOAD_MAX + 1];
	struct bytes out = conn_pending(c);
	struct xsd_sockmsg h;

	if (!out.len)
		return "nothing";
	assert_true(bytes_read(out, 0, &h, sizeof(h)));
	assert_true(bytes_read(out, sizeof(h), text, h.len));
	for (size_t i = 0; i < h.len; i++)
		if (!text[i])
			text[i] = '|';
	text[h.len] = '\0';
	if (h.type != XS_WATCH_EVENT)
		assert_int_equal(h.req_id, 42);
	*type = h.type;
	conn_taken(c, sizeof(h) + h.len);
	return text;
}

void ask_bytes(struct conn *c, uint32_t type, const char *payload, size_t len, const char *answer)
{
	uint32_t got;

	start(c, type, payload, len);
	assert_string_equal(next(c, &got), answer);
	assert_int_equal(got, answer[0] == 'E' ? XS_ERROR : type);
}

void event(struct conn *c, const char *expected)
{
	uint32_t type = XS_WATCH_EVENT;

	assert_string_equal(next(c, &type), expected);
	assert_int_equal(type, XS_WATCH_EVENT);
}

int client_setup(void **state)
{
	(void)state;
	assert_int_equal(transaction_store_init(), 0);
	dom0 = conn_new(0);
	guest = conn_new(5);
	tx = 0;
	ask(dom0, XS_WRITE, "/local/domain/5\0", "OK|");
	ask(dom0, XS_SET_PERMS, "/local/domain/5\0n0\0r5\0", "OK|");
	ask(dom0, XS_WRITE, "/local/domain/5/data\0", "OK|");
	ask(dom0, XS_SET_PERMS, "/local/domain/5/data\0n5\0", "OK|");
	return 0;
}

int client_teardown(void **state)
{
	(void)state;
	conn_free(dom0);
	conn_free(guest);
	tree_free(&store);
	return 0;
}

uint32_t begin(struct conn *c)
{
	uint32_t type;

	tx = 0;
	start(c, XS_TRANSACTION_START, "", 1);
	tx = (uint32_t)strtoul(next(c, &type), NULL, 10);
	assert_int_equal(type, XS_TRANSACTION_START);
	assert_int_not_equal(tx, 0);
	return tx;
}
