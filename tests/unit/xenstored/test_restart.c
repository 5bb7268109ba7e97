// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The store's process is killed at any moment, hundreds of times, while two domains use it: this
 * process plays the domains, in pages that it shares with a child, which is the store. Each request
 * must have exactly one answer, the right one, and each change exactly one event for the other
 * domain, in order. The devices are faked.
 */
#include "../toolstack/test.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/evtchn.h"
#include "lib/grant_map.h"
#include "xenstored/domain.h"
#include "xenstored/journal.h"
#include "xenstored/monitor.h"
#include "xenstored/state.h"
#include "xenstored/transaction.h"

#define WRITER        5
#define READER        6
#define MORTAL        7
#define DOMAINS       8
#define KILLS         400
#define LIFE_US       4000 /* at most; of some ten times that */
#define PATIENCE      60
#define JOURNAL_LIMIT (4 * 1024 * 1024)

static struct shared {
	struct page {
		struct xenstore_domain_interface ring;
	} __attribute__((aligned(4096))) page[DOMAINS];
	bool gone[DOMAINS];
	bool event; /* some domain has sent one */
	unsigned int starts, restored;
} * shared;

static char folder[] = "/tmp/test_restart.XXXXXX";
static pid_t store_pid;
static uint64_t kill_at;
static unsigned int kills;
static bool killing;
static bool let_start; /* it is killed some time after it is up, and not while it starts */
static unsigned int starts_before;

int evtchn_open(void)
{
	return 3;
}

int evtchn_bind_virq(int fd, uint32_t virq)
{
	return 99;
}

int evtchn_bind_interdomain(int fd, uint32_t domid, uint32_t remote_port)
{
	if (remote_port != domid * 10 || shared->gone[domid]) {
		errno = EINVAL;
		return -1;
	}
	return (int)domid + 100;
}

int evtchn_unbind(int fd, uint32_t port)
{
	return 0;
}

int evtchn_notify(int fd, uint32_t port)
{
	return 0;
}

int evtchn_next(int fd, uint32_t *port)
{
	*port = 0;
	return 0;
}

int evtchn_unmask(int fd, uint32_t port)
{
	return 0;
}

int grant_open(void)
{
	return 4;
}

void *grant_map(int fd, uint32_t domid, uint32_t ref, uint64_t *index)
{
	*index = domid;
	return &shared->page[domid].ring;
}

void grant_unmap(int fd, void *page, uint64_t index)
{
}

int monitor_ask(struct domain_state states[MONITOR_DOMAINS])
{
	int nr = 0;

	for (unsigned int i = 0; i < DOMAINS; i++)
		if (!shared->gone[i])
			states[nr++] = (struct domain_state){ .domid = (uint16_t)i };
	return nr;
}

/* The store's process. */

static void fill(void)
{
	static const struct perms readable = { .nr = 2,
					       .entry = { { WRITER, 0 }, { READER, PERM_READ } } };
	static const struct perms mortal = { .nr = 1, .entry = { { MORTAL, 0 } } };
	static const struct perms mentions = { .nr = 2, .entry = { { 0, 0 }, { MORTAL, 3 } } };

	if (transaction_store_init() || tree_write(&store, "/local/domain/5", "", 0, 0) ||
	    tree_set_perms(&store, "/local/domain/5", &readable) ||
	    tree_write(&store, "/local/domain/7", "", 0, 0) ||
	    tree_write(&store, "/mortal/a/b", "x", 1, 0) ||
	    tree_set_perms(&store, "/mortal/a", &mortal) ||
	    tree_write(&store, "/mortal/c", "x", 1, 0) ||
	    tree_set_perms(&store, "/mortal/c", &mentions))
		_exit(2);
}

static void store_run(void)
{
	bool fresh = !state_restore(folder);

	if (fresh)
		fill();
	if (domains_open() < 0)
		_exit(3);
	domains_start();
	state_keep();
	if (fresh &&
	    (domain_introduce(WRITER, WRITER * 10) || domain_introduce(READER, READER * 10) ||
	     domain_introduce(MORTAL, MORTAL * 10)))
		_exit(4);
	state_commit();
	shared->restored += !fresh;
	shared->starts++;
	/* What was sent to nobody is made up for at the start. */
	for (bool again = true;; syscall(SYS_sched_yield)) {
		if (!__atomic_exchange_n(&shared->event, false, __ATOMIC_SEQ_CST) && !again)
			continue;
		again = domains_serve();
		state_tidy();
	}
}

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000;
}

static unsigned int life_us(void)
{
	return rand() % (rand() % 8 ? LIFE_US : 10 * LIFE_US);
}

static void store_start(void)
{
	starts_before = shared->starts;
	store_pid = fork();
	assert_true(store_pid >= 0);
	let_start = rand() % 4;
	if (store_pid == 0)
		store_run();
	kill_at = now_us() + life_us();
}

static void store_kill(void)
{
	int status;

	kill(store_pid, SIGKILL);
	assert_int_equal(waitpid(store_pid, &status, 0), store_pid);
	/* And did not end by itself. */
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	kills++;
}

static void maybe_kill(void)
{
	if (let_start && shared->starts != starts_before) {
		let_start = false;
		kill_at = now_us() + life_us();
	}
	if (killing && !let_start && now_us() > kill_at) {
		store_kill();
		store_start();
	}
	syscall(SYS_sched_yield);
}

/* The domains. */

static unsigned int events; /* that the reader has seen; each names its number */
static char in[DOMAINS][8192];
static size_t in_len[DOMAINS];

/* Writes in pieces and sends events as sparingly as Linux does: only behind what was all taken. */
static void ring_put(unsigned int domid, const char *data, size_t len)
{
	struct xenstore_domain_interface *r = &shared->page[domid].ring;
	uint64_t until = now_us() + PATIENCE * 1000000ULL;

	for (size_t done = 0; done < len;) {
		uint32_t prod = r->req_prod;
		uint32_t used = prod - __atomic_load_n(&r->req_cons, __ATOMIC_ACQUIRE);
		uint32_t piece = XENSTORE_RING_SIZE - used;

		assert_true(used <= XENSTORE_RING_SIZE && now_us() < until);
		if (piece == 0)
			maybe_kill();
		if (piece > len - done)
			piece = (uint32_t)(len - done);
		for (uint32_t i = 0; i < piece; i++)
			r->req[MASK_XENSTORE_IDX(prod + i)] = data[done + i];
		done += piece;
		__atomic_store_n(&r->req_prod, prod + piece, __ATOMIC_SEQ_CST);
		if (prod - __atomic_load_n(&r->req_cons, __ATOMIC_SEQ_CST) == 0)
			__atomic_store_n(&shared->event, true, __ATOMIC_SEQ_CST);
		if (rand() % 4 == 0)
			syscall(SYS_sched_yield);
	}
}

/* A whole message of the domain's, taken from in[]; NULL if there is none yet. */
static const char *ring_get(unsigned int domid, struct xsd_sockmsg *h)
{
	struct xenstore_domain_interface *r = &shared->page[domid].ring;
	uint32_t prod = __atomic_load_n(&r->rsp_prod, __ATOMIC_ACQUIRE);
	static char payload[XENSTORE_PAYLOAD_MAX + 1];
	bool full = prod - r->rsp_cons == XENSTORE_RING_SIZE;

	while (r->rsp_cons != prod && in_len[domid] < sizeof(in[0])) {
		in[domid][in_len[domid]++] = r->rsp[MASK_XENSTORE_IDX(r->rsp_cons)];
		__atomic_store_n(&r->rsp_cons, r->rsp_cons + 1, __ATOMIC_SEQ_CST);
	}
	if (full)
		__atomic_store_n(&shared->event, true, __ATOMIC_SEQ_CST);
	if (in_len[domid] < sizeof(*h))
		return NULL;
	memcpy(h, in[domid], sizeof(*h));
	assert_true(h->len <= XENSTORE_PAYLOAD_MAX);
	if (in_len[domid] < sizeof(*h) + h->len)
		return NULL;
	memcpy(payload, in[domid] + sizeof(*h), h->len);
	payload[h->len] = '\0';
	in_len[domid] -= sizeof(*h) + h->len;
	memmove(in[domid], in[domid] + sizeof(*h) + h->len, in_len[domid]);
	return payload;
}

static void reader_look(void)
{
	struct xsd_sockmsg h;
	const char *payload;
	char expected[64];

	while ((payload = ring_get(READER, &h)) && h.type == XS_WATCH_EVENT) {
		if (events)
			snprintf(expected, sizeof(expected), "/local/domain/5/n%u", events % 50);
		else
			strcpy(expected, "/local/domain/5");
		assert_string_equal(payload, expected);
		events++;
	}
	assert_null(payload);
}

/* A request and its answer. */
static const char *request(unsigned int domid, uint32_t type, uint32_t tx, const void *data,
			   size_t len, uint32_t *got)
{
	uint64_t until = now_us() + PATIENCE * 1000000ULL;
	static uint32_t req_id;
	struct xsd_sockmsg h = { .type = type, .tx_id = tx, .len = (uint32_t)len };
	const char *payload;

	h.req_id = ++req_id;
	ring_put(domid, (const char *)&h, sizeof(h));
	ring_put(domid, data, len);
	while (!(payload = ring_get(domid, &h))) {
		assert_true(now_us() < until);
		maybe_kill();
		if (domid != READER)
			reader_look();
	}
	assert_int_equal(h.req_id, req_id);
	assert_int_equal(h.tx_id, tx);
	if (h.type != type && h.type != XS_ERROR)
		fail_msg("an answer of type %u, length %u to a request of type %u, length %zu",
			 h.type, h.len, type, len);
	*got = h.type;
	return payload;
}

#define must(domid, type, tx, text, answer)                                                       \
	do {                                                                                      \
		uint32_t must_type;                                                               \
		assert_string_equal(request(domid, type, tx, text, sizeof(text) - 1, &must_type), \
				    answer);                                                      \
	} while (0)

static unsigned int changes;
static size_t lengths[50];

/* The next node gets its next value; sometimes in a transaction, sometimes longer than the ring. */
static void change(void)
{
	unsigned int n = ++changes;
	size_t len = n % 7 == 0 ? 1000 + n % 1000 : n % 30, at;
	char data[2100], tx_text[16];
	uint32_t type, tx = 0;
	const char *answer;

	at = snprintf(data, sizeof(data), "n%u", n % 50) + 1;
	memset(data + at, 'a' + n % 26, len);
	do {
		if (n % 5 == 0) {
			answer = request(WRITER, XS_TRANSACTION_START, 0, "", 1, &type);
			assert_int_equal(type, XS_TRANSACTION_START);
			snprintf(tx_text, sizeof(tx_text), "%s", answer);
			tx = (uint32_t)strtoul(tx_text, NULL, 10);
		}
		answer = request(WRITER, XS_WRITE, tx, data, at + len, &type);
		assert_string_equal(answer, "OK");
		type = XS_WRITE;
		if (tx)
			answer = request(WRITER, XS_TRANSACTION_END, tx, "T", 2, &type);
	} while (type == XS_ERROR && strcmp(answer, "EAGAIN") == 0);
	assert_string_equal(answer, "OK");
	lengths[n % 50] = len;
}

static void check(unsigned int n)
{
	char data[16];
	uint32_t type;
	const char *value;

	value = request(WRITER, XS_READ, 0, data, snprintf(data, sizeof(data), "n%u", n % 50) + 1,
			&type);
	assert_int_equal(type, XS_READ);
	assert_int_equal(strlen(value), lengths[n % 50]);
	for (size_t i = 0; i < lengths[n % 50]; i++)
		assert_int_equal(value[i], 'a' + n % 26);
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	return shared == MAP_FAILED ? -1 : 0;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	kill(store_pid, SIGKILL);
	waitpid(store_pid, NULL, 0);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static void test_killed_at_any_moment(void **state)
{
	uint64_t until;
	char path[64];
	struct stat st;

	(void)state;
	store_start();
	must(READER, XS_WATCH, 0, "/local/domain/5\0t\0", "OK");
	until = now_us() + PATIENCE * 1000000ULL;
	killing = true;
	while (kills < KILLS && now_us() < until) {
		change();
		check(changes);
		if (changes > 50)
			check(changes - 49 + rand() % 49);
	}
	killing = false;
	assert_true(kills >= 50);
	must(READER, XS_UNWATCH, 0, "/local/domain/5\0t\0", "OK");
	assert_int_equal(events, changes + 1);
	must(READER, XS_READ, 0, "/mortal/c\0", "EACCES");
	must(MORTAL, XS_READ, 0, "/mortal/c\0", "x");
	snprintf(path, sizeof(path), "%s/journal", folder);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size < JOURNAL_LIMIT);
	print_message("%u kills, %u starts (%u restored), %u changes, journal %ld KiB\n", kills,
		      shared->starts, shared->restored, changes, (long)st.st_size / 1024);
}

/* A request that ends the store's process each time is at last not tried again. */
static void test_suspect(void **state)
{
	int status;

	(void)state;
	store_kill();
	for (unsigned int i = 0; i < SUSPECT_LIMIT; i++) {
		assert_int_equal(shared->page[WRITER].ring.error, XENSTORE_ERROR_NONE);
		store_pid = fork();
		if (store_pid == 0) {
			state_restore(folder);
			domains_open();
			domains_start();
			state_keep();
			journal_request_begins(WRITER);
			_exit(5);
		}
		assert_int_equal(waitpid(store_pid, &status, 0), store_pid);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 5);
	}
	store_start();
	/* Nobody else suffers. */
	must(READER, XS_GET_DOMAIN_PATH, 0, "6\0", "/local/domain/6");
	assert_int_equal(shared->page[WRITER].ring.error, XENSTORE_ERROR_PROTO);
	assert_int_equal(shared->page[READER].ring.error, XENSTORE_ERROR_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed_at_any_moment),
		cmocka_unit_test(test_suspect),
	};

	srand(1);
	return cmocka_run_group_tests(tests, setup, teardown);
}
