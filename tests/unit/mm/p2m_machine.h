// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the tests of nested page tables share: AMD's entries, in an arena that stands for machine
 * memory; the domain d whose tables they are, and another that owns what d maps of it.
 */
#ifndef P2M_MACHINE_H
#define P2M_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain.h"
#include "hvm.h"
#include "mm.h"
#include "p2m.h"

#define TABLES   1024u
#define NR_PAGES 4096

extern unsigned used, limit; /* tables; no more than that many */
extern unsigned flushes;     /* of what CPUs keep */
extern struct domain *d, *owner;
extern struct page_info pages[NR_PAGES]; /* at first all are d's, with one reference */
extern const struct p2m_format format;
extern struct hvm_ops ops; /* a test that changes it puts format back */

/* What devices are told: the last change, and how many; told_limit of them find memory. */
struct told {
	uint64_t gfn, mfn;
	unsigned level;
	enum p2m_type type;
};
extern struct told told;
extern unsigned nr_told, told_limit, dma_flushes;

int setup(void **state);
int teardown(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* That is what is found there. */
void at(uint64_t gfn, uint64_t mfn, enum p2m_type type);

#endif
