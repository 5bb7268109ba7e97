// SPDX-License-Identifier: GPL-2.0-or-later
/* Fakes of domain/, hvm/, hypercall/, lib/ and the object allocator: see fake_domain.h. */
#include "fake_domain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "atomic.h"
#include "guest_access.h"
#include "hypercall.h"
#include "log.h"
#include "mm.h"

unsigned fake_upcalls;
struct vcpu *fake_upcalled, *fake_answered;
unsigned fake_unblocked;
long fake_objects;
int fake_alloc_budget = -1;
int fake_preempt_budget = -1;
void *fake_bad_address;
bool fake_read_only;

struct domain *domain0;
static struct domain *domains[FAKE_DOMAINS];
static _Thread_local struct vcpu *current_vcpu;

/* --- domains ---------------------------------------------------------------------------------- */

struct vcpu *vcpu_current(void)
{
	return current_vcpu;
}

void fake_run_as(struct domain *d, unsigned vcpu)
{
	current_vcpu = d->vcpu[vcpu];
}

struct domain *fake_domain_create(domid_t id, unsigned vcpus, bool control)
{
	struct domain *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	assert_true(id < FAKE_DOMAINS && !domains[id]);
	d->id = id;
	d->is_control = control;
	d->max_vcpus = vcpus;
	d->refs = 1;
	d->shared_info = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
	memset(d->shared_info, 0, PAGE_SIZE);
	for (unsigned i = 0; i < vcpus; i++) {
		struct vcpu *v = calloc(1, sizeof(*v));

		v->domain = d;
		v->id = i;
		v->info = &d->shared_info->vcpu_info[i];
		d->vcpu[i] = v;
	}
	domains[id] = d;
	if (id == 0)
		domain0 = d;
	return d;
}

void fake_domain_forget(struct domain *d)
{
	assert_int_equal(d->refs, 1);
	domains[d->id] = NULL;
	if (domain0 == d)
		domain0 = NULL;
	for (unsigned i = 0; i < d->max_vcpus; i++)
		free(d->vcpu[i]);
	free(d->shared_info);
	free(d);
}

unsigned fake_domain_refs(const struct domain *d)
{
	return d->refs;
}

struct domain *domain_get(domid_t id)
{
	struct domain *d = NULL;

	if (id == DOMID_SELF)
		d = domain_current();
	else if (id < FAKE_DOMAINS)
		d = domains[id];
	if (d)
		atomic_add(&d->refs, 1);
	return d;
}

void domain_put(struct domain *d)
{
	assert_true(d->refs > 1);
	atomic_sub(&d->refs, 1);
}

/* --- vCPUs ------------------------------------------------------------------------------------ */

void ioreq_answered(struct vcpu *v)
{
	fake_answered = v;
}

void hvm_assert_upcall(struct vcpu *v)
{
	atomic_add(&fake_upcalls, 1);
	fake_upcalled = v;
}

void vcpu_unblock(struct vcpu *v)
{
	atomic_add(&fake_unblocked, 1);
}

/* --- hypercalls and guest memory -------------------------------------------------------------- */

bool hypercall_preempt(void)
{
	if (fake_preempt_budget < 0)
		return false;
	if (fake_preempt_budget == 0)
		return true;
	fake_preempt_budget--;
	return false;
}

static bool is_bad(uint64_t guest_va, size_t len)
{
	uint64_t bad = (uintptr_t)fake_bad_address;

	return !guest_va || (bad && bad >= guest_va && bad < guest_va + len);
}

int guest_copy_from(void *dst, uint64_t guest_va, size_t len)
{
	if (is_bad(guest_va, len))
		return -EFAULT;
	memcpy(dst, (void *)(uintptr_t)guest_va, len);
	return 0;
}

int guest_copy_to(uint64_t guest_va, const void *src, size_t len)
{
	if (fake_read_only || is_bad(guest_va, len))
		return -EFAULT;
	memcpy((void *)(uintptr_t)guest_va, src, len);
	return 0;
}

/* --- allocator, log --------------------------------------------------------------------------- */

void *object_alloc(size_t size)
{
	if (fake_alloc_budget == 0)
		return NULL;
	if (fake_alloc_budget > 0)
		fake_alloc_budget--;
	fake_objects++;
	return calloc(1, size);
}

void object_free(void *p, size_t size)
{
	assert_non_null(p);
	memset(p, 0xdd, size); /* the address sanitizer checks that size is right */
	fake_objects--;
	free(p);
}

void log_domain(const struct domain *d, enum log_level level, const char *fmt, ...)
{
	char line[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (getenv("VERBOSE"))
		fprintf(stderr, "d%u: %s\n", d->id, line);
}

noreturn_fn void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	abort();
}

/* --- between tests ---------------------------------------------------------------------------- */

void fake_reset(void)
{
	fake_upcalls = fake_unblocked = 0;
	fake_upcalled = NULL;
	fake_alloc_budget = fake_preempt_budget = -1;
	fake_bad_address = NULL;
	fake_read_only = false;
}

void fake_check_clean(void)
{
	assert_int_equal(fake_objects, 0);
	for (unsigned i = 0; i < FAKE_DOMAINS; i++)
		assert_null(domains[i]);
}
