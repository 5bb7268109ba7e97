// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a guest cannot do: grow the store, keep others from it, or get at what is not its own by odd
 * requests.
 */
#include "client.h"

#include <errno.h>

#include "xenstored/transaction.h"
#include "xenstored/usage.h"
#include "xenstored/watch.h"

/* Writes a node of the guest's; the answer's type. */
static uint32_t put(const char *name, unsigned int number, size_t value_len)
{
	static char payload[XENSTORE_PAYLOAD_MAX];
	size_t len = snprintf(payload, sizeof(payload), "%s%u", name, number) + 1;
	uint32_t type;

	memset(payload + len, 'v', value_len);
	start(guest, XS_WRITE, payload, len + value_len);
	next(guest, &type);
	return type;
}

static void test_nodes_elsewhere_count(void **state)
{
	unsigned int made = 0;

	(void)state;
	ask(dom0, XS_MKDIR, "/shared\0", "OK|");
	ask(dom0, XS_SET_PERMS, "/shared\0n0\0b5\0", "OK|");
	while (made < 2 * QUOTA_NODES && put("/shared/", made, 0) == XS_WRITE)
		made++;
	assert_in_range(made, QUOTA_NODES - 4, QUOTA_NODES);
	ask(guest, XS_WRITE, "data/x\0", "ENOSPC|");
	ask(guest, XS_MKDIR, "data/x\0", "ENOSPC|");
	/* It is the guest's own limit. */
	ask(dom0, XS_WRITE, "/shared/x\0", "OK|");
	ask(guest, XS_RM, "/shared/7\0", "OK|");
	ask(guest, XS_WRITE, "data/x\0", "OK|");
}

static void test_snapshots_cost(void **state)
{
	unsigned int i, refused = 0;
	size_t most = 0;

	(void)state;
	for (i = 0; i < 200; i++)
		assert_int_equal(put("data/", i, QUOTA_VALUE), XS_WRITE);
	/* Each transaction keeps the values as they were; then all are replaced. */
	for (unsigned int round = 0; round < QUOTA_TRANSACTIONS; round++) {
		begin(guest);
		put("data/", round, 1);
		tx = 0;
		for (i = 0; i < 200; i++)
			refused += put("data/", i, QUOTA_VALUE) != XS_WRITE;
		if (usage_of(5).bytes > most)
			most = usage_of(5).bytes;
	}
	assert_true(refused > 0);
	assert_true(most < QUOTA_BYTES + 2 * XENSTORE_PAYLOAD_MAX);
	ask(guest, XS_RESET_WATCHES, "\0", "OK|");
	assert_true(usage_of(5).bytes < QUOTA_BYTES / 2 + QUOTA_BYTES / 4);
	assert_int_equal(put("data/", 1, 1), XS_WRITE);
}

static void test_steps_of_a_transaction(void **state)
{
	unsigned int steps = 0;

	(void)state;
	begin(guest);
	while (steps < 2 * QUOTA_STEPS && put("data/", 1, 0) == XS_WRITE)
		steps++;
	assert_int_equal(steps, QUOTA_STEPS);
	ask(guest, XS_READ, "data/1\0", "ENOSPC|");
	ask(guest, XS_TRANSACTION_END, "T\0", "OK|");
	tx = 0;
	ask(guest, XS_READ, "data/1\0", "");
}

static void test_no_transaction_in_another(void **state)
{
	(void)state;
	begin(guest);
	ask(guest, XS_TRANSACTION_START, "\0", "EBUSY|");
	ask(guest, XS_TRANSACTION_END, "X\0", "EINVAL|");
	/* Nobody else's either. */
	ask(dom0, XS_READ, "/local\0", "ENOENT|");
	tx = 99;
	ask(guest, XS_WRITE, "data/x\0y", "ENOENT|");
}

static void test_slow_reader(void **state)
{
	struct bytes out;
	size_t most = 0;

	(void)state;
	ask(guest, XS_WATCH, "data\0t\0", "OK|");
	event(guest, "data|t|");
	/* It takes some, and never all. */
	for (unsigned int i = 0; i < 50000; i++) {
		assert_int_equal(tree_write(&store, "/local/domain/5/data", "x", 1, 0), 0);
		watch_fire(&store, "/local/domain/5/data", NULL);
		out = conn_pending(guest);
		if (out.len > 4096)
			conn_taken(guest, 20);
		if (guest->out.room > most)
			most = guest->out.room;
	}
	assert_true(most <= 8 * OUT_LIMIT);
	assert_true(conn_pending(guest).len <= 2 * OUT_LIMIT + 4096);
	assert_false(conn_ready(guest));
	while (conn_pending(guest).len)
		conn_taken(guest, conn_pending(guest).len);
	assert_true(conn_ready(guest));
}

static void fire(unsigned int times)
{
	for (unsigned int i = 0; i < times; i++)
		watch_fire(&store, "/local/domain/5/data", NULL);
}

/* A tool that hangs is closed, and may come back: it must not believe that nothing happened. */
static void test_program_that_reads_nothing(void **state)
{
	(void)state;
	ask(dom0, XS_WATCH, "/local\0t\0", "OK|");
	fire(2 * OUT_LIMIT_PROGRAM / 30);
	assert_true(dom0->dead);
	assert_true(conn_pending(dom0).len < OUT_LIMIT_PROGRAM + 4096);
}

/* Domain 0's kernel gets every event: who causes them has to wait. */
static void test_kernel_that_reads_slowly(void **state)
{
	size_t one;

	(void)state;
	dom0->durable = true;
	ask(dom0, XS_WATCH, "/local\0t\0", "OK|");
	event(dom0, "/local|t|");
	fire(1);
	one = conn_pending(dom0).len;
	fire(99999);
	assert_int_equal(conn_pending(dom0).len, 100000 * one);
	assert_false(dom0->dead);
	assert_true(conn_is_congested(dom0));
}

static void test_watches_cost(void **state)
{
	static char payload[XENSTORE_PAYLOAD_MAX] = "data";
	uint32_t type = XS_WATCH;
	unsigned int nr = 0;

	(void)state;
	for (unsigned int i = 0; i < 400; i++)
		assert_int_equal(put("data/", i, QUOTA_VALUE), XS_WRITE);
	memset(payload + 5, 't', 3000);
	for (; type == XS_WATCH && nr < QUOTA_WATCHES; nr++) {
		payload[6 + nr] = 'u';
		start(guest, XS_WATCH, payload, 5 + 3001);
		next(guest, &type);
		if (conn_pending(guest).len)
			conn_taken(guest, conn_pending(guest).len);
	}
	assert_in_range(nr, 10, QUOTA_WATCHES - 10);
	assert_true(usage_of(5).bytes < QUOTA_BYTES + 2 * XENSTORE_PAYLOAD_MAX);
	ask(guest, XS_RESET_WATCHES, "\0", "OK|");
	assert_int_equal(put("data/", 1, 1), XS_WRITE);
}

static void test_odd_permissions(void **state)
{
	(void)state;
	ask(guest, XS_SET_PERMS, "data\0n5\0r99999999999999999999\0", "EINVAL|");
	ask(guest, XS_SET_PERMS, "data\0n5\0r65541\0", "EINVAL|");
	ask(guest, XS_SET_PERMS, "data\0n\0", "EINVAL|");
	ask(guest, XS_SET_PERMS, "data\0n5x\0", "EINVAL|");
	ask(guest, XS_SET_PERMS, "data\0n5\0r1\0r2\0r3\0r4\0r6\0r7\0r8\0r9\0r10\0", "EINVAL|");
	ask(guest, XS_GET_PERMS, "data\0", "n5|");
	ask(guest, XS_SET_PERMS, "data\0n5\0r1\0r2\0r3\0r4\0r6\0r7\0r8\0", "OK|");
	ask(guest, XS_GET_PERMS, "data\0", "n5|r1|r2|r3|r4|r6|r7|r8|");
}

static void test_odd_numbers(void **state)
{
	(void)state;
	/* 7 and 2^32. */
	ask(dom0, XS_IS_DOMAIN_INTRODUCED, "4294967303\0", "EINVAL|");
	ask(dom0, XS_RELEASE, "-1\0", "EINVAL|");
	ask(dom0, XS_RELEASE, "7x\0", "EINVAL|");
	ask(dom0, XS_RELEASE, "", "EINVAL|");
	ask(dom0, XS_RELEASE, "\0", "EINVAL|");
	ask(dom0, XS_GET_DOMAIN_PATH, " 7\0", "EINVAL|");
	ask(guest, XS_DIRECTORY_PART, "/local/domain/5\0-1\0", "EINVAL|");
	ask(guest, XS_DIRECTORY_PART, "/local/domain/5\0", "EINVAL|");
}

static void test_target(void **state)
{
	struct conn *stub = conn_new(6);

	(void)state;
	ask(stub, XS_READ, "/local/domain/5/data\0", "EACCES|");
	ask(stub, XS_SET_TARGET, "6\0005\0", "EACCES|");
	ask(dom0, XS_SET_TARGET, "7\0005\0", "OK|");
	stub->target = 5;
	ask(stub, XS_READ, "/local/domain/5/data\0", "");
	ask(stub, XS_WRITE, "/local/domain/5/data/x\0y", "OK|");
	ask(stub, XS_WRITE, "/local/domain/5/name\0y", "EACCES|");
	conn_free(stub);
}

static void test_special_watches(void **state)
{
	(void)state;
	ask(dom0, XS_WATCH, "@releaseDomain\0gone\0", "OK|");
	event(dom0, "@releaseDomain|gone|");
	ask(guest, XS_WATCH, "@releaseDomain\0gone\0", "OK|");
	event(guest, "@releaseDomain|gone|");
	watch_fire_special("@introduceDomain");
	assert_int_equal(conn_pending(dom0).len, 0);
	watch_fire_special("@releaseDomain");
	event(dom0, "@releaseDomain|gone|");
	assert_int_equal(conn_pending(guest).len, 0);
	/* No node has such a name; this one would be in the guest's home. */
	ask(guest, XS_WRITE, "@releaseDomain\0x", "EACCES|");
}

static void test_control(void **state)
{
	(void)state;
	ask(guest, XS_CONTROL, "help\0", "EACCES|");
	ask(dom0, XS_CONTROL, "halt\0", "EINVAL|");
	ask(dom0, XS_CONTROL, "", "EINVAL|");
	ask(guest, XS_RESUME, "7\0", "EACCES|");
	ask(dom0, XS_RESUME, "7\0", "OK|");
	ask(dom0, XS_RESUME, "8\0", "ENOENT|");
}

#define with_store(test) cmocka_unit_test_setup_teardown(test, client_setup, client_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_store(test_nodes_elsewhere_count),
		with_store(test_snapshots_cost),
		with_store(test_steps_of_a_transaction),
		with_store(test_no_transaction_in_another),
		with_store(test_slow_reader),
		with_store(test_program_that_reads_nothing),
		with_store(test_kernel_that_reads_slowly),
		with_store(test_watches_cost),
		with_store(test_odd_permissions),
		with_store(test_odd_numbers),
		with_store(test_target),
		with_store(test_special_watches),
		with_store(test_control),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
