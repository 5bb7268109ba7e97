// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding domains: by id, in order, by the owner of a page; ids far apart, and those of domains
 * that are gone but for their last references.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "abi/errno.h"
#include "domain/private.h"
#include "mm.h"

#define NR 4u

static struct domain domain[NR];
static struct vcpu current = { .domain = &domain[0] };
static struct domain *freed;
static bool no_memory;

struct vcpu *vcpu_current(void)
{
	return &current;
}

/* The pages of the table stay for good: they are not freed here either. */
void *heap_alloc(unsigned order)
{
	static uint8_t pages[64][PAGE_SIZE];
	static unsigned used;

	return no_memory ? NULL : pages[used++];
}

void domain_free(struct domain *d)
{
	freed = d;
	domain_unregister(d);
}

static int add(unsigned i, domid_t id)
{
	domain[i].id = id;
	domain[i].refs = 1;
	list_init(&domain[i].link);
	return domain_register(&domain[i]);
}

static int setup(void **state)
{
	memset(domain, 0, sizeof(domain));
	freed = NULL;
	no_memory = false;
	return 0;
}

static void all_go(unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		if (!list_empty(&domain[i].link))
			domain_unlist(&domain[i]);
		domain_put(&domain[i]);
		assert_ptr_equal(freed, &domain[i]);
	}
}

static void assert_found(domid_t id, struct domain *expected)
{
	struct domain *d = domain_get(id);

	assert_ptr_equal(d, expected);
	if (d)
		domain_put(d);
}

static void test_ids_that_are_1024_apart(void **state)
{
	assert_int_equal(add(0, 7), 0);
	assert_int_equal(add(1, 7 + 1024), 0);
	assert_int_equal(add(2, 7 + 8 * 1024), 0);
	assert_int_equal(add(3, 7), -EEXIST);
	for (unsigned i = 0; i < 3; i++)
		assert_found(domain[i].id, &domain[i]);
	assert_found(7 + 512, NULL);
	all_go(3);
	assert_found(7, NULL);
}

static void test_the_highest_ids(void **state)
{
	assert_int_equal(add(0, DOMID_FIRST_RESERVED - 1), 0);
	assert_found(DOMID_FIRST_RESERVED - 1, &domain[0]);
	assert_found(DOMID_SELF, &domain[0]);
	assert_found(DOMID_XEN, NULL);
	assert_false(domain_id_taken(0xffff));
	all_go(1);
}

static void test_order(void **state)
{
	struct domain *d;

	assert_int_equal(add(0, 3000), 0);
	assert_int_equal(add(1, 5), 0);
	assert_int_equal(add(2, 600), 0);
	d = domain_next(0);
	assert_ptr_equal(d, &domain[1]);
	domain_put(d);
	d = domain_next(6);
	assert_ptr_equal(d, &domain[2]);
	domain_put(d);
	assert_null(domain_next(3001));
	all_go(3);
}

static void test_who_only_waits_keeps_the_id(void **state)
{
	struct page_info pg = { .owner = 20 };

	assert_int_equal(add(0, 20), 0);
	domain_unlist(&domain[0]);
	assert_found(20, NULL);
	assert_null(domain_next(0));
	assert_true(domain_id_taken(20));
	assert_ptr_equal(domain_of_page(&pg), &domain[0]);
	assert_int_equal(add(1, 20), -EEXIST);
	domain_put(&domain[0]);
	assert_ptr_equal(freed, &domain[0]);
	assert_false(domain_id_taken(20));
	assert_null(domain_of_page(&pg));
	pg.owner = PAGE_OWNER_HYPERVISOR;
	assert_null(domain_of_page(&pg));
}

static void test_no_memory_for_the_table(void **state)
{
	no_memory = true;
	assert_int_equal(add(0, 25000), -ENOMEM);
	assert_found(25000, NULL);
	no_memory = false;
	assert_int_equal(add(0, 25000), 0);
	all_go(1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_ids_that_are_1024_apart, setup),
		cmocka_unit_test_setup(test_the_highest_ids, setup),
		cmocka_unit_test_setup(test_order, setup),
		cmocka_unit_test_setup(test_who_only_waits_keeps_the_id, setup),
		cmocka_unit_test_setup(test_no_memory_for_the_table, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
