// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order of a soft reset, what it ends at, and which memory comes back. Everything that vm_reset
 * calls is here, and writes its name down.
 */
#include "test.h"

#include <errno.h>

#include "builder/domain_memory.h"
#include "builder/domain_shell.h"
#include "devices/devices.h"
#include "lib/domain.h"
#include "lib/host_memory.h"
#include "lib/vm_state.h"
#include "saverestore/guest_pages.h"
#include "vm/vm.h"
#include "vm/vm_reset.h"
#include "vm/vm_store.h"

#define DOMID 7
#define RAM   (64ULL << 8) /* frames of its 64 MiB */
#define OWN   6ULL         /* ACPI tables and rings, which are not in that */

static char trace[256];
static const char *fails;       /* the step that does */
static unsigned int store_away; /* so often there is no xenstored */
static bool hole[RAM];
static uint64_t tot_pages, max_pages, asked_kib;
static struct vm_state state;

static int step(const char *name)
{
	strcat(trace, name);
	strcat(trace, " ");
	errno = EBUSY;
	return fails && strcmp(fails, name) == 0 ? -1 : 0;
}

/* The same where the reason comes with it. */
static int step_why(const char *name, struct reason *why)
{
	return step(name) < 0 ? reason_set(why, "%s failed", name) : 0;
}

/* --- hypervisor ------------------------------------------------------------------------------- */

int domain_pause(struct xencall *xc, domid_t domid)
{
	(void)xc;
	assert_int_equal(domid, DOMID);
	return step("pause");
}

int domain_unpause(struct xencall *xc, domid_t domid)
{
	(void)xc, (void)domid;
	return step("unpause");
}

int domain_soft_reset(struct xencall *xc, domid_t domid)
{
	(void)xc, (void)domid;
	return step("reset");
}

int domain_info(struct xencall *xc, domid_t domid, struct xen_domctl_getdomaininfo *info)
{
	(void)xc, (void)domid;
	*info = (struct xen_domctl_getdomaininfo){ .tot_pages = tot_pages, .max_pages = max_pages };
	return 0;
}

int domain_set_max_memory(struct xencall *xc, domid_t domid, uint64_t kib)
{
	(void)xc, (void)domid;
	max_pages = kib >> 2;
	return step("limit");
}

int host_memory_check(struct xencall *xc, uint64_t kib, struct reason *why)
{
	(void)xc;
	asked_kib += kib;
	return step_why("promise", why);
}

int guest_pages_look(struct guest_pages *g, uint64_t first, bool present[STREAM_WINDOW],
		     struct reason *why)
{
	int found = 0;

	(void)why;
	assert_int_equal(g->domid, DOMID);
	for (unsigned int i = 0; i < STREAM_WINDOW; i++) {
		present[i] = first + i < RAM && !hole[first + i];
		found += present[i];
	}
	return found;
}

int domain_memory_populate_range(struct xencall *xc, domid_t domid, uint64_t gfn, uint64_t pages)
{
	(void)xc, (void)domid;
	for (uint64_t i = 0; i < pages; i++) {
		assert_true(gfn + i < RAM && hole[gfn + i]);
		hole[gfn + i] = false;
	}
	tot_pages += pages;
	assert_true(tot_pages <= max_pages);
	return step("populate");
}

int domain_shell_new_rings(struct xencall *xc, domid_t domid, struct reason *why)
{
	(void)xc, (void)domid;
	return step_why("rings", why);
}

int domain_shell_connect(struct xencall *xc, const struct domain_spec *spec,
			 struct domain_built *built, struct reason *why)
{
	(void)xc;
	assert_true(spec->with_store);
	assert_int_equal(built->domid, DOMID);
	built->console_port = 21;
	built->store_port = 22;
	return step_why("ports", why);
}

/* --- toolstack -------------------------------------------------------------------------------- */

struct domain_spec vm_spec(const struct vm_config *vm)
{
	return (struct domain_spec){ .memory_kib = vm->memory_mib << 10 };
}

int vm_lock(struct reason *why)
{
	return step_why("lock", why) < 0 ? -1 : 5;
}

void vm_unlock(void *lock)
{
	int *fd = lock;

	if (*fd >= 0)
		step("unlock");
	*fd = -1;
}

int store_open(struct store *s)
{
	(void)s;
	return store_away && store_away-- ? -1 : 0;
}

void store_close(struct store *s)
{
	(void)s;
}

/* Nobody waits for long here. */
unsigned int sleep(unsigned int seconds)
{
	(void)seconds;
	return 0;
}

int devices_detach_all(unsigned int domid, struct reason *why)
{
	(void)domid;
	return step_why("detach", why);
}

void devices_backend_ended(unsigned int domid)
{
	(void)domid;
	step("no-backend");
}

void vm_store_remove(unsigned int domid)
{
	(void)domid;
	step("no-store");
}

int vm_state_load(struct vm_state *s, unsigned int domid)
{
	assert_int_equal(domid, DOMID);
	*s = state;
	return 0;
}

int vm_state_save(const struct vm_state *s)
{
	state = *s;
	return step("state");
}

int vm_store_add(struct store *s, const struct vm_config *vm, const struct vm_state *added,
		 struct reason *why)
{
	(void)s, (void)vm;
	assert_int_equal(added->store_port, 22);
	return step_why("store", why);
}

int devices_attach(unsigned int domid, const struct device_list *list, void (*entered)(void *arg),
		   void *arg, struct reason *why)
{
	(void)domid, (void)list;
	entered(arg);
	return step_why("attach", why);
}

/* --- tests ------------------------------------------------------------------------------------ */

#define WHOLE                                                                         \
	"pause detach no-backend no-store lock reset rings ports state store unlock " \
	"attach unpause "

static int fresh(void **unused)
{
	(void)unused;
	trace[0] = '\0';
	fails = NULL;
	store_away = 0;
	memset(hole, 0, sizeof(hole));
	tot_pages = RAM + OWN;
	max_pages = tot_pages + (HOST_MEMORY_SLACK_KIB >> 2);
	asked_kib = 0;
	state = (struct vm_state){ .domid = DOMID, .name = "web", .resets = 2 };
	return 0;
}

static int reset(struct reason *why)
{
	static const struct vm_config vm = { .name = "web", .memory_mib = RAM >> 8 };
	static struct xencall xc;

	return vm_soft_reset(&xc, &vm, DOMID, why);
}

static void dig(uint64_t gfn, uint64_t pages)
{
	memset(hole + gfn, true, pages);
	tot_pages -= pages;
}

static void test_order(void **unused)
{
	struct reason why;

	assert_int_equal(reset(&why), 0);
	assert_string_equal(trace, WHOLE);
	assert_int_equal(state.console_port, 21);
	assert_int_equal(state.store_port, 22);
	assert_int_equal(state.resets, 3);
	assert_string_equal(state.name, "web");
}

/* What is to be seen when that step fails: no other follows, but that the lock is let go of. */
static void trace_until(const char *name, char expected[sizeof(trace)])
{
	char word[32], *found;

	snprintf(word, sizeof(word), " %s ", name);
	strcpy(expected, " " WHOLE);
	found = strstr(expected, word);
	assert_non_null(found);
	found[strlen(word)] = '\0';
	if (strstr(expected, " lock ") && strcmp(name, "lock") && !strstr(expected, " unlock "))
		strcat(expected, "unlock ");
	memmove(expected, expected + 1, strlen(expected));
}

static void test_each_step_can_fail(void **unused)
{
	static const char *const steps[] = { "pause", "detach", "lock",  "reset",  "rings",
					     "ports", "state",  "store", "attach", "unpause" };
	char expected[sizeof(trace)];
	struct reason why;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		fresh(NULL);
		fails = steps[i];
		why.text[0] = '\0';
		assert_int_equal(reset(&why), -1);
		assert_true(why.text[0]);
		trace_until(steps[i], expected);
		assert_string_equal(trace, expected);
	}
}

/* A grant table that lay in RAM: within the limit, so nobody needs to be asked. */
static void test_holes_are_filled(void **unused)
{
	struct reason why;

	dig(1, 1);
	dig(STREAM_WINDOW - 3, 5);
	dig(RAM - 1, 1);
	assert_int_equal(reset(&why), 0);
	assert_null(memchr(hole, true, sizeof(hole)));
	assert_int_equal(asked_kib, 0);
	assert_null(strstr(trace, "limit"));
}

/* xl mem-set has taken 32 MiB, and the limit with it. */
static void test_memory_given_back_is_promised_again(void **unused)
{
	struct reason why;

	dig(RAM / 2, RAM / 2);
	max_pages = tot_pages + (HOST_MEMORY_SLACK_KIB >> 2);
	assert_int_equal(reset(&why), 0);
	assert_null(memchr(hole, true, sizeof(hole)));
	assert_int_equal(asked_kib, 32 << 10);
	assert_int_equal(tot_pages, RAM + OWN);
	assert_int_equal(max_pages, RAM + OWN + (HOST_MEMORY_SLACK_KIB >> 2));
}

static void test_a_host_that_has_no_more(void **unused)
{
	struct reason why;

	dig(RAM / 2, RAM / 2);
	max_pages = tot_pages;
	fails = "promise";
	assert_int_equal(reset(&why), -1);
	assert_string_equal(trace, "pause detach no-backend no-store lock reset promise unlock ");
	assert_reason(why, "promise failed");
}

static void test_it_ran_out_all_the_same(void **unused)
{
	struct reason why;

	dig(100, 7);
	fails = "populate";
	assert_int_equal(reset(&why), -1);
	assert_reason(why, "no memory for 7 frames at 0x64");
	assert_null(strstr(trace, "rings"));
}

static void test_a_store_that_starts_again_is_waited_for(void **unused)
{
	struct reason why;

	store_away = 3;
	assert_int_equal(reset(&why), 0);
	assert_string_equal(trace, WHOLE);
}

/* It is as it was: whoever comes next may try again, or end it. */
static void test_no_store(void **unused)
{
	struct reason why;

	store_away = 1000;
	assert_int_equal(reset(&why), -1);
	assert_string_equal(trace, "");
	assert_reason(why, "there is no xenstored");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_order, fresh),
		cmocka_unit_test(test_each_step_can_fail),
		cmocka_unit_test_setup(test_holes_are_filled, fresh),
		cmocka_unit_test_setup(test_memory_given_back_is_promised_again, fresh),
		cmocka_unit_test_setup(test_a_host_that_has_no_more, fresh),
		cmocka_unit_test_setup(test_it_ran_out_all_the_same, fresh),
		cmocka_unit_test_setup(test_a_store_that_starts_again_is_waited_for, fresh),
		cmocka_unit_test_setup(test_no_store, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
