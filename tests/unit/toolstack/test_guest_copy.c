// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copies to and from a guest while our own pages come and go: a hypervisor that finds some of them
 * missing, and says how far it came.
 */
#include "lib/guest_copy.h"

#include <errno.h>
#include <string.h>

#include "test.h"

#define GUEST_LEN (16 * XEN_PAGE_SIZE)

static uint8_t guest[GUEST_LEN], ours[GUEST_LEN];
static unsigned int calls;
static unsigned int misses; /* so many times, nothing is copied beyond miss_at */
static size_t miss_at;
static int refusal;

int xencall_domctl(struct xencall *xc, struct xen_domctl *op)
{
	struct xen_domctl_gdbsx_memio *m = &op->u.gdbsx_guest_memio;
	uint8_t *data = (uint8_t *)(uintptr_t)m->uva;
	size_t len = m->len;

	(void)xc;
	calls++;
	errno = refusal ? refusal : EFAULT;
	if (refusal)
		return -1;
	assert_int_equal(op->cmd, XEN_DOMCTL_gdbsx_guestmemio);
	assert_true(m->gva + m->len <= GUEST_LEN);
	if (misses && m->gva + len > miss_at) {
		misses--;
		len = miss_at > m->gva ? miss_at - m->gva : 0;
	}
	memcpy(m->gwr ? guest + m->gva : data, m->gwr ? data : guest + m->gva, len);
	m->remain = m->len - (uint32_t)len;
	return m->remain ? -1 : 0;
}

static int reset(void **state)
{
	(void)state;
	for (size_t i = 0; i < GUEST_LEN; i++) {
		ours[i] = (uint8_t)(i * 7 + i / 251);
		guest[i] = (uint8_t)~ours[i];
	}
	calls = misses = 0;
	refusal = 0;
	return 0;
}

static void test_in(void **state)
{
	(void)state;
	assert_int_equal(guest_copy_in(NULL, 5, GUEST_COPY_UNPAGED, 100, ours, 9000), 0);
	assert_memory_equal(guest + 100, ours, 9000);
	assert_int_equal(guest[9100], (uint8_t)~ours[9100]);
	assert_int_equal(calls, 1);
}

static void test_a_page_is_away_for_a_moment(void **state)
{
	static const size_t places[] = { 0, 1, 4095, 4096, 40000, GUEST_LEN - 1 };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		reset(state);
		miss_at = places[i];
		misses = 3;
		assert_int_equal(guest_copy_in(NULL, 5, GUEST_COPY_UNPAGED, 0, ours, GUEST_LEN), 0);
		assert_memory_equal(guest, ours, GUEST_LEN);
		assert_int_equal(calls, 4);
		reset(state);
		misses = 2;
		assert_int_equal(guest_copy_out(NULL, 5, GUEST_COPY_PHYSICAL, 0, ours, GUEST_LEN),
				 0);
		assert_memory_equal(guest, ours, GUEST_LEN);
		assert_int_equal(calls, 3);
	}
}

static void test_the_guest_has_no_such_page(void **state)
{
	(void)state;
	misses = ~0u;
	miss_at = 8192;
	assert_int_equal(guest_copy_in(NULL, 5, GUEST_COPY_UNPAGED, 0, ours, GUEST_LEN), -1);
	assert_int_equal(errno, EFAULT);
	assert_true(calls < 100);
}

static void test_refused(void **state)
{
	(void)state;
	refusal = EOPNOTSUPP;
	assert_int_equal(guest_copy_out(NULL, 5, GUEST_COPY_PHYSICAL, 0, ours, 16), -1);
	assert_int_equal(errno, EOPNOTSUPP);
	assert_int_equal(calls, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_in, reset),
		cmocka_unit_test_setup(test_a_page_is_away_for_a_moment, reset),
		cmocka_unit_test_setup(test_the_guest_has_no_such_page, reset),
		cmocka_unit_test_setup(test_refused, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
