// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Amounts of memory, and what of the host's is still free to promise.
 */
#include "lib/memory_size.h"

#include "lib/domain.h"
#include "lib/host.h"
#include "lib/host_memory.h"
#include "test.h"

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t kib;
	} good[] = {
		{ "1", 1024 },         { "512", 512 << 10 }, { "512m", 512 << 10 },
		{ "512M", 512 << 10 }, { "64k", 64 },        { "2g", 2 << 20 },
		{ "1t", 1 << 30 },     { "4096b", 4 },       { "0", 0 },
	};
	static const char *const bad[] = { "",     "m",   "-1",   "1x", "1mm",
					   "0x10", "1 m", "1.5g", " 1", "9999999999999t" };
	uint64_t kib;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(memory_size_parse(good[i].text, &kib));
		assert_int_equal(kib, good[i].kib);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(memory_size_parse(bad[i], &kib));
}

/* --- a host with domains ---------------------------------------------------------------------- */

#define NR_DOMAINS 70 /* more than are asked for at once */

static struct xen_sysctl_physinfo phys;
static struct xen_domctl_getdomaininfo domains[NR_DOMAINS];

int host_physinfo(struct xencall *xc, struct xen_sysctl_physinfo *info)
{
	(void)xc;
	*info = phys;
	return 0;
}

int domain_list(struct xencall *xc, domid_t first, struct xen_domctl_getdomaininfo *info, int max)
{
	int nr = 0;

	(void)xc;
	for (int i = 0; i < NR_DOMAINS && nr < max; i++)
		if (domains[i].domain >= first)
			info[nr++] = domains[i];
	return nr;
}

static int setup(void **state)
{
	(void)state;
	phys = (struct xen_sysctl_physinfo){ .total_pages = 2048 << 8, .free_pages = 1000 << 8 };
	for (int i = 0; i < NR_DOMAINS; i++)
		domains[i] = (struct xen_domctl_getdomaininfo){
			.domain = (domid_t)i,
			.tot_pages = 1 << 8,
			.max_pages = 1 << 8,
		};
	return 0;
}

static void test_free_memory_is_given_away_once(void **state)
{
	struct host_memory m;
	struct reason why;

	(void)state;
	assert_int_equal(host_memory_check(NULL, 900 << 10, &why), 0);
	assert_int_equal(host_memory_check(NULL, 1001 << 10, &why), -1);
	/* Two domains may still take 100 MiB each; one of them is the last. */
	domains[3].max_pages += 100 << 8;
	domains[NR_DOMAINS - 1].max_pages += 100 << 8;
	assert_int_equal(host_memory_ask(NULL, &m), 0);
	assert_int_equal(m.promised_kib, 200 << 10);
	assert_int_equal(host_memory_check(NULL, 900 << 10, &why), -1);
	assert_non_null(strstr(why.text, "2048 MiB"));
	assert_non_null(strstr(why.text, "200 MiB"));
	assert_int_equal(host_memory_check(NULL, 780 << 10, &why), 0);
	/* Claims of others count; what dies takes nothing any more; domain 0 has no promise. */
	phys.outstanding_pages = 100 << 8;
	assert_int_equal(host_memory_check(NULL, 780 << 10, &why), -1);
	domains[3].flags = XEN_DOMINF_dying;
	domains[0].max_pages = ~0U;
	assert_int_equal(host_memory_check(NULL, 780 << 10, &why), 0);
}

static void test_promises(void **state)
{
	(void)state;
	assert_int_equal(host_memory_promise(100, 100), 0);
	assert_int_equal(host_memory_promise(100, 50), 0); /* ballooning down */
	assert_int_equal(host_memory_promise(50, 100), 200);
}

static void test_nothing_is_free(void **state)
{
	struct host_memory m = { .total_kib = 1 << 20, .free_kib = 4096, .promised_kib = 1 << 30 };
	struct reason why;

	(void)state;
	assert_int_equal(host_memory_judge(&m, 1, &why), -1);
	assert_int_equal(host_memory_judge(&m, 0, &why), 0);
	m.promised_kib = 0;
	assert_int_equal(host_memory_judge(&m, 1, &why), -1); /* the hypervisor's reserve */
	m.free_kib = 4097;
	assert_int_equal(host_memory_judge(&m, 1, &why), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test_setup(test_free_memory_is_given_away_once, setup),
		cmocka_unit_test(test_promises),
		cmocka_unit_test(test_nothing_is_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
