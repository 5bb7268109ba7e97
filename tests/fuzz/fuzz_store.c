// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The store's requests, from a program of domain 0 and from two guests. Input: steps of who,
 * operation, transaction, length (two bytes), payload. Each request has one answer, a guest stays
 * below its quotas, it is refused whatever it tries on a node that is closed to it, and in the end
 * nothing is left.
 */
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "xenstored/domain.h"
#include "xenstored/request.h"
#include "xenstored/transaction.h"
#include "xenstored/usage.h"
#include "xenstored/watch.h"

#define GUEST    5
#define SLACK    (512 * 1024) /* one request may pass the limit; it is refused afterwards */
#define DEEP     1600         /* the longest path has that many names */
#define NR_CONNS 3

int domain_introduce(unsigned int domid, unsigned int port)
{
	return domid == 7 && port == 3 ? 0 : EINVAL;
}

int domain_release(unsigned int domid)
{
	return domid == 7 ? 0 : ENOENT;
}

int domain_set_target(unsigned int domid, unsigned int target)
{
	return domid && target ? ENOENT : EINVAL;
}

int domain_resume(unsigned int domid)
{
	return domid == 7 ? 0 : ENOENT;
}

bool domain_is_introduced(unsigned int domid)
{
	return domid == 7;
}

/* Takes what is there for a client, and counts answers; *type is that of the last. */
static unsigned int answers(struct conn *c, uint32_t *type)
{
	unsigned int nr = 0;

	while (conn_pending(c).len) {
		struct bytes out = conn_pending(c);
		struct xsd_sockmsg h;
		struct bytes payload;

		MUST(bytes_read(out, 0, &h, sizeof(h)));
		MUST(h.len <= XENSTORE_PAYLOAD_MAX);
		MUST(bytes_part(out, sizeof(h), h.len, &payload));
		if (h.type != XS_WATCH_EVENT) {
			nr++;
			*type = h.type;
		}
		conn_taken(c, sizeof(h) + h.len);
	}
	return nr;
}

static size_t step(struct conn *const *conns, const uint8_t *data, size_t size)
{
	struct conn *c = conns[data[0] % NR_CONNS];
	struct xsd_sockmsg h = {
		.type = data[1] % (XS_TYPE_COUNT + 2),
		.tx_id = data[2] % 16,
		.len = (uint32_t)(data[3] | data[4] << 8) % (XENSTORE_PAYLOAD_MAX + 1),
	};

	uint32_t type = XS_INVALID;

	data += 5;
	size -= 5;
	if (h.len > size)
		h.len = (uint32_t)size;
	MUST(conn_feed(c, (const char *)&h, sizeof(h)) == sizeof(h));
	MUST(conn_feed(c, (const char *)data, h.len) == h.len);
	MUST(conn_complete(c));
	request_handle(c);
	conn_next(c);
	for (unsigned int i = 0; i < NR_CONNS; i++)
		MUST(answers(conns[i], &type) == (conns[i] == c));
	if (c->domid && h.len >= 8 && memcmp(data, "/secret", 8) == 0 && h.type != XS_WATCH &&
	    h.type != XS_UNWATCH && h.type != XS_RESET_WATCHES && h.type != XS_TRANSACTION_START)
		MUST(type == XS_ERROR || h.type == XS_TRANSACTION_END ||
		     h.type == XS_GET_DOMAIN_PATH || h.type == XS_IS_DOMAIN_INTRODUCED);
	return 5 + h.len;
}

/* A node that is closed to guests, and a home where one may write. */
static void fill(void)
{
	struct perms own = { .nr = 1, .entry = { { .domid = GUEST } } };

	MUST(transaction_store_init() == 0);
	MUST(tree_write(&store, "/secret", "value", 5, 0) == 0);
	MUST(tree_write(&store, "/local/domain/5", "", 0, 0) == 0);
	MUST(tree_set_perms(&store, "/local/domain/5", &own) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conn *conns[NR_CONNS];

	fill();
	for (unsigned int i = 0; i < NR_CONNS; i++)
		MUST((conns[i] = conn_new(i ? GUEST + i - 1 : 0)));
	/* Domain 0 may open what it likes, so it does not write here. */
	while (size > 5) {
		size_t used;

		if (data[0] % NR_CONNS == 0 && data[1] != XS_READ && data[1] != XS_WATCH &&
		    data[1] != XS_TRANSACTION_START && data[1] != XS_TRANSACTION_END)
			break;
		used = step(conns, data, size);
		data += used;
		size -= used;
		for (unsigned int d = GUEST; d < GUEST + 2; d++) {
			MUST(usage_of(d).bytes < QUOTA_BYTES + SLACK);
			MUST(usage_of(d).nodes < 2 * (QUOTA_NODES + DEEP));
		}
	}
	for (unsigned int i = 0; i < NR_CONNS; i++)
		conn_free(conns[i]);
	tree_free(&store);
	for (unsigned int d = 0; d < 16; d++)
		MUST(usage_of(d).nodes == 0 && usage_of(d).bytes == 0);
	return 0;
}
