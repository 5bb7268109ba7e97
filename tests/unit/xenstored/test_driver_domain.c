// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An interface whose back end is in a driver domain: what both domains may do in the store, and
 * what the toolstack makes of a driver domain that lies there, removes what is its own, or never
 * answers. The toolstack's side is real, and so are the store's answers; the guest is domain 7, the
 * driver domain 5.
 */
#include "client.h"

#include <errno.h>

#include "devices/device_backend.h"
#include "devices/device_private.h"
#include "lib/deadline.h"
#include "lib/domain.h"
#include "lib/vm_state.h"

#define BACK   "/local/domain/5/backend/vif/7/0"
#define FRONT  "/local/domain/7/device/vif/0"
#define RECORD "/libxl/7/device/vif/0"
#define ERRORS "/local/domain/5/error"

static struct reason why;
static int64_t clock_ms;
static void (*on_wait)(void); /* what the driver domain does while it is waited for */
static uint32_t flags;        /* of the domains */

/* ---- the toolstack's store is the one under test ---- */

static int asked(uint32_t type, const char *payload, size_t len, struct buf *answer)
{
	const char *text;
	uint32_t got;

	start(dom0, type, payload, len);
	text = next(dom0, &got);
	if (got == XS_ERROR) {
		errno = strncmp(text, "ENOENT", 6) == 0 ? ENOENT : EACCES;
		return -1;
	}
	for (; answer && *text; text++)
		buf_append(answer, *text == '|' ? "" : text, 1);
	return 0;
}

static int asked_two(uint32_t type, const char *one, const char *two, bool end, struct buf *answer)
{
	struct buf payload = { 0 };
	int rc;

	buf_append(&payload, one, strlen(one) + 1);
	buf_append(&payload, two, strlen(two) + end);
	rc = asked(type, payload.data, payload.len, answer);
	buf_free(&payload);
	return rc;
}

int store_open(struct store *s)
{
	memset(s, 0, sizeof(*s));
	return 0;
}

void store_close(struct store *s)
{
	(void)s;
}

int store_read(struct store *s, const char *path, struct buf *answer)
{
	(void)s;
	return asked(XS_READ, path, strlen(path) + 1, answer);
}

int store_list(struct store *s, const char *path, struct buf *names)
{
	(void)s;
	return asked(XS_DIRECTORY, path, strlen(path) + 1, names);
}

int store_write(struct store *s, const char *path, const char *value)
{
	(void)s;
	return asked_two(XS_WRITE, path, value, false, NULL);
}

int store_remove(struct store *s, const char *path)
{
	(void)s;
	return asked(XS_RM, path, strlen(path) + 1, NULL) < 0 && errno != ENOENT ? -1 : 0;
}

int store_set_perms(struct store *s, const char *path, const char *perms)
{
	struct buf payload = { 0 };
	int rc;

	(void)s;
	buf_append(&payload, path, strlen(path) + 1);
	for (; *perms; perms++)
		buf_append(&payload, *perms == ' ' ? "" : perms, 1);
	buf_append(&payload, "", 1);
	rc = asked(XS_SET_PERMS, payload.data, payload.len, NULL);
	buf_free(&payload);
	return rc;
}

int store_begin(struct store *s)
{
	(void)s;
	begin(dom0);
	return 0;
}

int store_end(struct store *s, bool commit)
{
	int rc;

	(void)s;
	rc = asked(XS_TRANSACTION_END, commit ? "T" : "F", 2, NULL);
	tx = 0;
	return rc;
}

void store_batch_begin(struct store *s)
{
	(void)s;
}

int store_batch_end(struct store *s)
{
	(void)s;
	return 0;
}

int store_watch(struct store *s, const char *path, const char *token)
{
	(void)s;
	(void)path;
	(void)token;
	return 0;
}

int store_event(struct store *s, struct buf *event)
{
	(void)s;
	(void)event;
	return 0;
}

/* Each look takes a second, and the driver domain has its turn. */
int store_event_wait(struct store *s, int ms)
{
	(void)s;
	(void)ms;
	clock_ms += 1000;
	if (on_wait)
		on_wait();
	return 1;
}

int64_t now_ms(void)
{
	return clock_ms;
}

/* ---- the hypervisor and the state files ---- */

int xencall_open(struct xencall *xc)
{
	(void)xc;
	return 0;
}

void xencall_close(struct xencall *xc)
{
	(void)xc;
}

int domain_info(struct xencall *xc, domid_t domid, struct xen_domctl_getdomaininfo *info)
{
	(void)xc;
	memset(info, 0, sizeof(*info));
	info->domain = domid;
	info->flags = flags;
	info->handle[15] = (uint8_t)domid;
	return 0;
}

/* The last one is what is left of a domain whose id another has now. */
void vm_state_each(bool (*callback)(void *arg, const struct vm_state *s), void *arg)
{
	static const struct vm_state states[] = {
		{ .domid = 5, .name = "net", .uuid = "00000000-0000-0000-0000-000000000005" },
		{ .domid = 7, .name = "web", .uuid = "00000000-0000-0000-0000-000000000007" },
		{ .domid = 9, .name = "old", .uuid = "00000000-0000-0000-0000-000000000007" },
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (!callback(arg, &states[i]))
			return;
}

/* ---- tests ---- */

static struct store st;
static const struct device_id vif = {
	.domid = 7,
	.kind = DEVICE_NETWORK,
	.backend = 5,
};

static const struct vif_config config = {
	.mac = { 0, 0x16, 0x3e, 0, 0, 1 },
	.has_mac = true,
	.backend = "net",
	.bridge = "br0",
};

static int write_vif(struct store *s, const void *arg)
{
	return device_write_vif(s, arg, &config, "br0", 1500);
}

/* The driver domain as it was made, and one interface. */
static int setup(void **state)
{
	client_setup(state);
	flags = 0;
	on_wait = NULL;
	ask(dom0, XS_WRITE, "/local/domain/5/backend\0", "OK|");
	ask(dom0, XS_WRITE, ERRORS "\0", "OK|");
	ask(dom0, XS_SET_PERMS, ERRORS "\0n5\0", "OK|");
	ask(dom0, XS_WRITE, "/local/domain/7\0", "OK|");
	ask(dom0, XS_SET_PERMS, "/local/domain/7\0n0\0r7\0", "OK|");
	assert_int_equal(device_transaction(&st, write_vif, &vif), 0);
	return 0;
}

static void nothing_is_left(void)
{
	ask(dom0, XS_READ, BACK "\0", "ENOENT|");
	ask(dom0, XS_READ, "/local/domain/5/backend/vif/7\0", "ENOENT|");
	ask(dom0, XS_READ, ERRORS "/backend/vif/7\0", "ENOENT|");
	ask(dom0, XS_READ, FRONT "\0", "ENOENT|");
	ask(dom0, XS_READ, "/libxl/7\0", "ENOENT|");
}

static void each_end_is_its_owners(void **state)
{
	struct conn *client = conn_new(7);

	(void)state;
	ask(guest, XS_READ, FRONT "/backend-id\0", "5");
	ask(guest, XS_READ, BACK "/frontend\0", FRONT);
	ask(guest, XS_WRITE, BACK "/state\0002", "OK|");
	ask(client, XS_READ, BACK "/state\0", "2");
	ask(client, XS_WRITE, FRONT "/state\0003", "OK|");
	ask(guest, XS_READ, FRONT "/state\0", "3");

	ask(client, XS_WRITE, BACK "/state\0006", "EACCES|");
	ask(client, XS_WRITE, BACK "/bridge\0br1", "EACCES|");
	ask(guest, XS_WRITE, FRONT "/state\0006", "EACCES|");
	ask(guest, XS_WRITE, "/local/domain/7/device/vif/1\0", "EACCES|");
	/* Neither other devices nor other guests' does it make. */
	ask(guest, XS_WRITE, "/local/domain/5/backend/vif/7/1/state\0002", "EACCES|");
	ask(guest, XS_WRITE, "/local/domain/5/backend/vif/9/0/state\0002", "EACCES|");
	ask(guest, XS_WRITE, "/local/domain/5/backend/vbd/7/51712/state\0002", "EACCES|");
	ask(guest, XS_RM, "/local/domain/5/backend\0", "EACCES|");
	ask(guest, XS_SET_PERMS, FRONT "\0n5\0", "EACCES|");
	ask(guest, XS_READ, RECORD "/mac\0", "EACCES|");
	ask(client, XS_READ, RECORD "/mac\0", "EACCES|");
	ask(client, XS_WRITE, RECORD "/backend-id\0003", "EACCES|");
	conn_free(client);
}

struct seen {
	unsigned int nr;
	struct vif_config v;
};

static bool see(void *arg, struct store *s, const struct device_id *id)
{
	struct seen *seen = arg;

	seen->nr++;
	assert_int_equal(id->backend, 5);
	assert_true(device_read_vif(s, id, &seen->v));
	return true;
}

static void lies_are_not_read(void **state)
{
	static const uint8_t mac[] = { 0, 0x16, 0x3e, 0, 0, 1 };
	struct seen seen = { 0 };

	(void)state;
	ask(guest, XS_WRITE, BACK "/mac\00000:16:3e:99:99:99", "OK|");
	ask(guest, XS_WRITE, BACK "/bridge\0xenbr0", "OK|");
	ask(guest, XS_WRITE, BACK "/frontend\0/local/domain/9/device/vif/0", "OK|");
	ask(guest, XS_WRITE, BACK "/backend-id\0009", "OK|");
	ask(guest, XS_WRITE, BACK "/script\0/tmp/evil", "OK|");
	device_each(&st, DEVICE_NETWORK, DEVICE_EVERY_DOMAIN, see, &seen);
	assert_int_equal(seen.nr, 1);
	assert_memory_equal(seen.v.mac, mac, 6);
	assert_string_equal(seen.v.bridge, "br0");
	assert_string_equal(seen.v.backend, "net");
	/* Whoever serves it there reads it there. */
	assert_true(device_read_own_vif(&st, &vif, &seen.v));
	assert_string_equal(seen.v.bridge, "xenbr0");
}

static void keep_writing(void)
{
	ask(guest, XS_WRITE, BACK "/state\0004", "OK|");
	ask(guest, XS_WRITE, BACK "/online\0001", "OK|");
}

static void one_that_never_closes(void **state)
{
	int64_t before = clock_ms;

	(void)state;
	on_wait = keep_writing;
	assert_int_equal(devices_detach_all(7, &why), -1);
	assert_reason(why, "interface 0 of domain 7: the back end in domain 5 has not let go");
	assert_in_range(clock_ms - before, 1, 12000);
	nothing_is_left();
}

static void one_that_removes_its_end(void **state)
{
	(void)state;
	ask(guest, XS_RM, BACK "\0", "OK|");
	assert_int_equal(devices_detach(7, DEVICE_NETWORK, 0, false, &why), 0);
	nothing_is_left();
	assert_int_equal(devices_detach(7, DEVICE_NETWORK, 0, false, &why), -1);
	assert_reason(why, "has no interface 0");
}

/* What Linux does: it looks into the store after it has said that it closed, and complains. */
static void say_more_than_closed(void)
{
	if (clock_ms == 1000)
		ask(guest, XS_WRITE, BACK "/state\0006", "OK|");
	else if (clock_ms == 2000)
		ask(guest, XS_WRITE, ERRORS "/backend/vif/7/0/error\0002 reading script", "OK|");
	else if (clock_ms == 3000)
		ask(guest, XS_RM, BACK "\0", "OK|");
}

static void one_that_is_not_done_when_it_says_so(void **state)
{
	(void)state;
	clock_ms = 0;
	on_wait = say_more_than_closed;
	assert_int_equal(devices_detach_all(7, &why), 0);
	assert_int_equal(clock_ms, 3000);
	nothing_is_left();
}

static void say_closed(void)
{
	ask(guest, XS_WRITE, BACK "/state\0006", "OK|");
}

/* Both kernels have let go; only who would take it out of the store is not there. */
static void one_without_devd(void **state)
{
	struct conn *client = conn_new(7);

	(void)state;
	ask(client, XS_WRITE, FRONT "/state\0004", "OK|");
	conn_free(client);
	on_wait = keep_writing;
	assert_int_equal(devices_detach(7, DEVICE_NETWORK, 0, false, &why), -1);
	assert_reason(why, "the guest has not let go of interface 0");
	on_wait = say_closed;
	assert_int_equal(devices_detach(7, DEVICE_NETWORK, 0, false, &why), 0);
	nothing_is_left();
}

static void one_that_is_full(void **state)
{
	char path[64];
	uint32_t type;

	(void)state;
	for (unsigned int i = 0;; i++) {
		int len = snprintf(path, sizeof(path), BACK "/%u", i);

		start(guest, XS_WRITE, path, (size_t)len + 1);
		if (strcmp(next(guest, &type), "ENOSPC|") == 0)
			break;
		assert_int_equal(type, XS_WRITE);
	}
	ask(guest, XS_RM, BACK "/online\0", "OK|");
	devices_detach_all(7, &why);
	nothing_is_left();
}

static void one_that_is_gone(void **state)
{
	(void)state;
	devices_backend_ended(9);
	assert_true(device_find(&st, &(struct device_id){ .domid = 7, .kind = DEVICE_NETWORK }));
	devices_backend_ended(5);
	ask(dom0, XS_RM, "/local/domain/5\0", "OK|");
	/* Its successor by number is told nothing. */
	ask(dom0, XS_WRITE, "/local/domain/5\0", "OK|");
	assert_int_equal(devices_detach(7, DEVICE_NETWORK, 0, false, &why), 0);
	ask(dom0, XS_DIRECTORY, "/local/domain/5\0", "");
	ask(dom0, XS_READ, "/local/domain/32756\0", "ENOENT|");
	nothing_is_left();
}

static void wait_says(const char *part)
{
	assert_int_equal(device_backend_wait(&st, &vif, 1, "net", &why), -1);
	assert_reason(why, part);
}

static void answers(void **state)
{
	(void)state;
	wait_says("no xen-netback answers");
	ask(guest, XS_WRITE, BACK "/state\0002", "OK|");
	wait_says("has not put it on a bridge");
	ask(guest, XS_WRITE, BACK "/hotplug-error\0no\033[2Jbridge\n\x9b", "OK|");
	ask(guest, XS_WRITE, BACK "/hotplug-status\0error", "OK|");
	wait_says("net says: no?[2Jbridge??");
	ask(guest, XS_WRITE, BACK "/hotplug-status\0connected", "OK|");
	assert_int_equal(device_backend_wait(&st, &vif, 1, "net", &why), 0);
	ask(guest, XS_WRITE, BACK "/state\000-99999999999999999999", "OK|");
	assert_int_equal(device_backend_wait(&st, &vif, 1, "net", &why), -1);
}

static void answer_late(void)
{
	if (clock_ms == 39000)
		ask(guest, XS_WRITE, BACK "/hotplug-status\0connected", "OK|");
}

/* Each interface that a guest has there must not have time of its own. */
static void one_answer_keeps_nobody_for_the_next(void **state)
{
	const struct device_id ids[] = {
		vif, { .domid = 7, .kind = DEVICE_NETWORK, .devid = 1, .backend = 5 }
	};

	(void)state;
	assert_int_equal(device_transaction(&st, write_vif, &ids[1]), 0);
	ask(guest, XS_WRITE, BACK "/state\0002", "OK|");
	clock_ms = 0;
	on_wait = answer_late;
	assert_int_equal(device_backend_wait(&st, ids, 2, "net", &why), -1);
	assert_reason(why, "interface 1 of domain 7: no xen-netback answers");
	assert_in_range(clock_ms, 39000, 42000);
}

static void is_refused(const char *name, unsigned int domid, const char *part)
{
	unsigned int backend;

	assert_int_equal(device_backend_find(&st, name, domid, &backend, &why), -1);
	assert_reason(why, part);
}

static void names(void **state)
{
	unsigned int backend;

	(void)state;
	assert_int_equal(device_backend_find(&st, "net", 7, &backend, &why), 0);
	assert_int_equal(backend, 5);
	assert_int_equal(device_backend_find(&st, "5", 7, &backend, &why), 0);
	assert_int_equal(backend, 5);
	assert_int_equal(device_backend_find(&st, "", 7, &backend, &why), 0);
	assert_int_equal(backend, 0);
	is_refused("nobody", 7, "backend=nobody: there is no domain of that name");
	is_refused("old", 7, "there is no domain");
	is_refused("5x", 7, "there is no domain");
	is_refused("4294967301", 7, "there is no domain");
	is_refused("web", DEVICE_EVERY_DOMAIN, "domain 7 is no driver domain");
	is_refused("net", 5, "cannot be its own back end");
	flags = XEN_DOMINF_paused;
	is_refused("net", 7, "domain 5 does not run: it is paused");
	flags = XEN_DOMINF_shutdown;
	is_refused("net", 7, "domain 5 does not run: it has stopped");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_end_is_its_owners, setup, client_teardown),
		cmocka_unit_test_setup_teardown(lies_are_not_read, setup, client_teardown),
		cmocka_unit_test_setup_teardown(one_that_never_closes, setup, client_teardown),
		cmocka_unit_test_setup_teardown(one_that_removes_its_end, setup, client_teardown),
		cmocka_unit_test_setup_teardown(one_that_is_not_done_when_it_says_so, setup,
						client_teardown),
		cmocka_unit_test_setup_teardown(one_without_devd, setup, client_teardown),
		cmocka_unit_test_setup_teardown(one_that_is_full, setup, client_teardown),
		cmocka_unit_test_setup_teardown(one_that_is_gone, setup, client_teardown),
		cmocka_unit_test_setup_teardown(answers, setup, client_teardown),
		cmocka_unit_test_setup_teardown(one_answer_keeps_nobody_for_the_next, setup,
						client_teardown),
		cmocka_unit_test_setup_teardown(names, setup, client_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
