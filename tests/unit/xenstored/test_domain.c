// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Domains on their rings, in pages that the test plays the domain in: introduction, requests and
 * answers, and what happens to one that lies or never stops. The devices are faked.
 */
#include "../toolstack/test.h"

#include <errno.h>

#include "abi/xen.h"
#include "lib/evtchn.h"
#include "lib/grant_map.h"
#include "xenstored/domain.h"
#include "xenstored/monitor.h"
#include "xenstored/request.h"
#include "xenstored/transaction.h"
#include "xenstored/watch.h"

#define DOMAINS   8
#define VIRQ_PORT 99

static struct xenstore_domain_interface *pages[DOMAINS]; /* by domain id, mapped */
static unsigned int notified[DOMAINS];                   /* ports are domain ids + 100 */
static unsigned int mapped, bound;
static bool refuse_map, refuse_bind;
static uint32_t fired;     /* a port */
static bool gone[DOMAINS]; /* what the monitor says */
static uint16_t flags[DOMAINS];

int evtchn_open(void)
{
	return 3;
}

int evtchn_bind_virq(int fd, uint32_t virq)
{
	assert_int_equal(virq, VIRQ_DOM_EXC);
	return VIRQ_PORT;
}

int evtchn_bind_interdomain(int fd, uint32_t domid, uint32_t remote_port)
{
	if (refuse_bind || remote_port == 0) {
		errno = EINVAL;
		return -1;
	}
	bound++;
	return (int)domid + 100;
}

int evtchn_unbind(int fd, uint32_t port)
{
	bound--;
	return 0;
}

int evtchn_notify(int fd, uint32_t port)
{
	notified[port - 100]++;
	return 0;
}

int evtchn_next(int fd, uint32_t *port)
{
	*port = fired;
	fired = 0;
	return 0;
}

int evtchn_unmask(int fd, uint32_t port)
{
	return 0;
}

int monitor_ask(struct domain_state states[MONITOR_DOMAINS])
{
	int nr = 0;

	for (unsigned int i = 0; i < DOMAINS; i++)
		if (!gone[i])
			states[nr++] = (struct domain_state){ .domid = (uint16_t)i,
							      .flags = flags[i] };
	return nr;
}

int grant_open(void)
{
	return 4;
}

void *grant_map(int fd, uint32_t domid, uint32_t ref, uint64_t *index)
{
	assert_int_equal(ref, 1);
	*index = domid;
	if (refuse_map) {
		errno = EINVAL;
		return NULL;
	}
	mapped++;
	/* As large as it is, so that a byte too far is seen. */
	pages[domid] = calloc(1, sizeof(*pages[domid]));
	return pages[domid];
}

void grant_unmap(int fd, void *page, uint64_t index)
{
	assert_ptr_equal(page, pages[index]);
	free(page);
	pages[index] = NULL;
	mapped--;
}

/* The domain's half: puts one message into its ring, as much as fits. */
static void domain_puts(unsigned int domid, uint32_t type, const char *payload, uint32_t len)
{
	struct xenstore_domain_interface *ring = pages[domid];
	struct xsd_sockmsg h = { .type = type, .req_id = 9, .len = len };
	const char *header = (const char *)&h;

	for (uint32_t i = 0; i < sizeof(h) + len; i++) {
		char c = i < sizeof(h) ? header[i] : payload[i - sizeof(h)];

		ring->req[MASK_XENSTORE_IDX(ring->req_prod++)] = c;
	}
}

/* Takes a message; its payload with | for 0. */
static const char *domain_takes(unsigned int domid, struct xsd_sockmsg *h)
{
	struct xenstore_domain_interface *ring = pages[domid];
	static char text[XENSTORE_RING_SIZE + 1];
	char *header = (char *)h;

	memset(h, 0, sizeof(*h));
	assert_true(ring->rsp_prod - ring->rsp_cons >= sizeof(*h));
	for (size_t i = 0; i < sizeof(*h); i++)
		header[i] = ring->rsp[MASK_XENSTORE_IDX(ring->rsp_cons++)];
	assert_true(ring->rsp_prod - ring->rsp_cons >= h->len);
	for (uint32_t i = 0; i < h->len; i++) {
		text[i] = ring->rsp[MASK_XENSTORE_IDX(ring->rsp_cons++)];
		text[i] = text[i] ? text[i] : '|';
	}
	text[h->len] = '\0';
	return text;
}

static int setup(void **state)
{
	(void)state;
	memset(notified, 0, sizeof(notified));
	memset(gone, 0, sizeof(gone));
	memset(flags, 0, sizeof(flags));
	refuse_map = refuse_bind = false;
	return transaction_store_init() == 0 && domains_open() == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	for (unsigned int i = 1; i < DOMAINS; i++)
		domain_release(i);
	tree_free(&store);
	return mapped || bound ? -1 : 0;
}

static void test_introduce_and_release(void **state)
{
	struct conn *watcher = conn_new(0);

	(void)state;
	assert_int_equal(watch_add(watcher, "@introduceDomain", "t"), 0);
	assert_int_equal(watch_add(watcher, "@releaseDomain", "t"), 0);
	assert_int_equal(domain_introduce(3, 11), 0);
	assert_true(domain_is_introduced(3));
	assert_true(conn_pending(watcher).len > 0);
	conn_taken(watcher, conn_pending(watcher).len);
	assert_int_equal(pages[3]->server_features & XENSTORE_SERVER_FEATURE_ERROR,
			 XENSTORE_SERVER_FEATURE_ERROR);
	/* Again: the old ring goes. */
	assert_int_equal(domain_introduce(3, 12), 0);
	assert_int_equal(mapped, 1);
	assert_int_equal(bound, 1);
	conn_taken(watcher, conn_pending(watcher).len);
	assert_int_equal(domain_release(3), 0);
	assert_true(conn_pending(watcher).len > 0);
	assert_int_equal(domain_release(3), ENOENT);
	assert_false(domain_is_introduced(3));
	assert_true(domain_is_introduced(0));
	assert_int_equal(domain_introduce(0, 1), EINVAL);
	assert_int_equal(domain_release(0), EINVAL);
	assert_int_equal(domain_introduce(0x7ff0, 1), EINVAL);
	conn_free(watcher);
}

static void test_what_fails_leaves_nothing(void **state)
{
	(void)state;
	refuse_map = true;
	assert_int_equal(domain_introduce(3, 11), EINVAL);
	refuse_map = false;
	refuse_bind = true;
	assert_int_equal(domain_introduce(3, 11), EINVAL);
	assert_false(domain_is_introduced(3));
	assert_int_equal(mapped, 0);
}

static void test_request(void **state)
{
	struct xsd_sockmsg h;

	(void)state;
	assert_int_equal(domain_introduce(3, 11), 0);
	assert_false(domains_serve());
	assert_int_equal(notified[3], 0);
	domain_puts(3, XS_GET_DOMAIN_PATH, "3", 2);
	domain_puts(3, XS_READ, "/nothing", 9);
	domains_serve();
	assert_int_equal(notified[3], 1);
	assert_string_equal(domain_takes(3, &h), "/local/domain/3|");
	assert_int_equal(h.type, XS_GET_DOMAIN_PATH);
	assert_int_equal(h.req_id, 9);
	assert_string_equal(domain_takes(3, &h), "EACCES|");
	assert_int_equal(h.type, XS_ERROR);
}

/* A message longer than the ring comes in parts, and so does a long answer. */
static void test_long_messages(void **state)
{
	static char payload[XENSTORE_PAYLOAD_MAX] = "/x";
	struct xenstore_domain_interface *ring;
	struct xsd_sockmsg h = { .type = XS_WRITE, .req_id = 9, .len = 2048 };
	size_t sent = 0, got = 0;

	(void)state;
	assert_int_equal(domain_introduce(3, 11), 0);
	ring = pages[3];
	memset(payload + 3, 'v', sizeof(payload) - 3);
	while (sent < sizeof(h) + h.len) {
		const char *from = sent < sizeof(h) ? (char *)&h + sent
						    : payload + sent - sizeof(h);

		if (ring->req_prod - ring->req_cons == XENSTORE_RING_SIZE) {
			domains_serve();
			assert_int_equal(ring->req_prod, ring->req_cons);
		}
		ring->req[MASK_XENSTORE_IDX(ring->req_prod++)] = *from;
		sent++;
	}
	domains_serve();
	assert_string_equal(domain_takes(3, &h), "EACCES|");
	/* The same way back. */
	assert_int_equal(tree_write(&store, "/local/domain/3/v", payload + 3, 3000, 3), 0);
	domain_puts(3, XS_READ, "v", 2);
	domain_puts(3, XS_READ, "w", 2);
	for (unsigned int round = 0; round < 20; round++) {
		domains_serve();
		got += ring->rsp_prod - ring->rsp_cons;
		ring->rsp_cons = ring->rsp_prod;
	}
	assert_int_equal(got, 2 * sizeof(h) + 3000 + strlen("EACCES") + 1);
}

static void test_lies(void **state)
{
	struct xsd_sockmsg h;

	(void)state;
	assert_int_equal(domain_introduce(3, 11), 0);
	assert_int_equal(domain_introduce(4, 11), 0);
	assert_int_equal(domain_introduce(5, 11), 0);
	assert_int_equal(domain_introduce(6, 11), 0);
	pages[3]->req_prod = pages[3]->req_cons + XENSTORE_RING_SIZE + 1;
	domain_puts(4, XS_READ, "/x", 3);
	pages[4]->rsp_cons = 5;
	domain_puts(5, XS_WRITE, "", 0);
	/* The length in the header. */
	pages[5]->req[12] = 1;
	pages[5]->req[13] = 0x10;
	domain_puts(6, XS_GET_DOMAIN_PATH, "6", 2);
	domains_serve();
	assert_int_equal(pages[3]->error, XENSTORE_ERROR_RINGIDX);
	assert_int_equal(pages[4]->error, XENSTORE_ERROR_RINGIDX);
	assert_int_equal(pages[5]->error, XENSTORE_ERROR_PROTO);
	assert_int_equal(pages[6]->error, XENSTORE_ERROR_NONE);
	assert_string_equal(domain_takes(6, &h), "/local/domain/6|");
	/* They are not looked at again; but they can be released. */
	pages[3]->req_prod = pages[3]->req_cons;
	domain_puts(3, XS_GET_DOMAIN_PATH, "3", 2);
	assert_false(domains_serve());
	assert_int_equal(pages[3]->rsp_prod, 0);
	assert_int_equal(domain_release(3), 0);
}

static void test_who_never_stops(void **state)
{
	struct xsd_sockmsg h;
	uint32_t left;

	(void)state;
	assert_int_equal(domain_introduce(3, 11), 0);
	assert_int_equal(domain_introduce(4, 11), 0);
	for (unsigned int i = 0; i < 50; i++)
		domain_puts(3, XS_GET_DOMAIN_PATH, "3", 2);
	domain_puts(4, XS_GET_DOMAIN_PATH, "4", 2);
	/* One round of a few requests: the other has its answer, and there is more to do. */
	assert_true(domains_serve());
	assert_string_equal(domain_takes(4, &h), "/local/domain/4|");
	assert_true(pages[3]->req_prod != pages[3]->req_cons);
	/* One that takes no answers is read no further than these fit in what is kept for it. */
	for (unsigned int i = 0; i < 100000 && pages[3]->req_cons != pages[3]->req_prod; i++)
		domains_serve();
	for (unsigned int i = 0; i < 100000; i++) {
		while (pages[3]->req_prod - pages[3]->req_cons <= XENSTORE_RING_SIZE - 18)
			domain_puts(3, XS_GET_DOMAIN_PATH, "3", 2);
		if (!domains_serve())
			break;
	}
	left = pages[3]->req_prod - pages[3]->req_cons;
	assert_true(left > XENSTORE_RING_SIZE / 2);
	assert_false(domains_serve());
	assert_int_equal(pages[3]->req_prod - pages[3]->req_cons, left);
	domain_puts(4, XS_GET_DOMAIN_PATH, "4", 2);
	domains_serve();
	assert_string_equal(domain_takes(4, &h), "/local/domain/4|");
}

/* Whether a connection was sent this event; nothing is pending then. */
static bool told(struct conn *c, const char *name)
{
	struct bytes out = conn_pending(c);
	bool found = out.len && memmem(out.data, out.len, name, strlen(name));

	if (out.len)
		conn_taken(c, out.len);
	return found;
}

static void put(const char *path, unsigned int owner, unsigned int other)
{
	const struct perms perms = { .nr = 2,
				     .entry = { { (uint16_t)owner, 0 },
						{ (uint16_t)other, PERM_READ | PERM_WRITE } } };

	assert_int_equal(tree_write(&store, path, "x", 1, 0), 0);
	assert_int_equal(tree_set_perms(&store, path, &perms), 0);
}

static void look(void)
{
	fired = VIRQ_PORT;
	domains_events();
}

static void test_dead_domains(void **state)
{
	struct conn *watcher = conn_new(0);

	(void)state;
	assert_int_equal(watch_add(watcher, "@releaseDomain", "t"), 0);
	assert_int_equal(watch_add(watcher, "/backend", "t"), 0);
	assert_int_equal(domain_introduce(3, 11), 0);
	put("/frontend", 3, 4);
	put("/frontend/of4", 4, 3);
	put("/backend", 4, 3);
	put("/backend/of3", 3, 4);
	look();
	assert_false(told(watcher, "@releaseDomain"));
	/* Its kernel has stopped: told once, and it stays. */
	flags[3] = MONITOR_SHUTDOWN;
	look();
	assert_true(told(watcher, "@releaseDomain"));
	look();
	assert_false(told(watcher, "@releaseDomain"));
	assert_true(domain_is_introduced(3));
	/* It is destroyed, as soon as we let go of its page. */
	flags[3] |= MONITOR_DYING;
	look();
	assert_int_equal(mapped, 0);
	assert_int_equal(bound, 0);
	assert_false(domain_is_introduced(3));
	assert_null(tree_find(&store, "/frontend"));
	assert_null(tree_find(&store, "/backend/of3"));
	assert_int_equal(tree_find(&store, "/backend")->perms.nr, 1);
	assert_int_equal(node_access(tree_find(&store, "/backend"), 3), 0);
	assert_true(told(watcher, "/backend/of3"));
	/* One that never had a ring. */
	gone[5] = true;
	look();
	assert_true(told(watcher, "@releaseDomain"));
	conn_free(watcher);
}

/* What is introduced again is the same domain, and keeps what it owns. */
static void test_introduced_again(void **state)
{
	(void)state;
	assert_int_equal(domain_introduce(3, 11), 0);
	put("/frontend", 3, 4);
	assert_int_equal(domain_introduce(3, 12), 0);
	assert_non_null(tree_find(&store, "/frontend"));
	assert_int_equal(domain_release(3), 0);
	assert_null(tree_find(&store, "/frontend"));
}

static void test_target(void **state)
{
	(void)state;
	assert_int_equal(domain_introduce(3, 11), 0);
	assert_int_equal(domain_set_target(3, 4), ENOENT);
	assert_int_equal(domain_introduce(4, 11), 0);
	assert_int_equal(domain_set_target(3, 4), 0);
	assert_int_equal(domain_set_target(3, 0), EINVAL);
	assert_int_equal(domain_set_target(0, 4), EINVAL);
	assert_int_equal(domain_set_target(5, 4), ENOENT);
}

#define with_domains(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_domains(test_introduce_and_release),
		with_domains(test_what_fails_leaves_nothing),
		with_domains(test_request),
		with_domains(test_long_messages),
		with_domains(test_lies),
		with_domains(test_who_never_stops),
		with_domains(test_dead_domains),
		with_domains(test_introduced_again),
		with_domains(test_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
