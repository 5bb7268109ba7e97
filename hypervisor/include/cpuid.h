// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a domain's vCPUs answer to CPUID: one policy per domain, made from the host's CPUID masked
 * to what can be offered, changeable by domctl until the domain has run. hvm_cpuid answers
 * an exit from it; hvm/context.c and the MSR and CR code ask it what a guest may turn on.
 */
#ifndef SOCLE_CPUID_H
#define SOCLE_CPUID_H

#include "types.h"

struct domain;
struct vcpu;
struct xen_cpuid_leaf;
struct xen_msr_entry;

#define CPUID_NR_BASIC  0x0eu /* leaves 0-0xd */
#define CPUID_NR_CACHE  6u    /* subleaves of 4 */
#define CPUID_NR_FEAT   3u    /* of 7 */
#define CPUID_NR_TOPO   2u    /* of 0xb */
#define CPUID_NR_XSTATE 64u   /* of 0xd */
#define CPUID_NR_EXT    0x22u /* leaves 0x80000000-0x80000021 */

struct cpuid_leaf {
	uint32_t a, b, c, d;
};

/* Constant but for cpuid_policy_apply, which only a domain that has never run allows. */
struct cpuid_policy {
	struct cpuid_leaf basic[CPUID_NR_BASIC]; /* 4, 7, 0xb and 0xd are in the arrays below */
	struct cpuid_leaf cache[CPUID_NR_CACHE];
	struct cpuid_leaf feat[CPUID_NR_FEAT];
	struct cpuid_leaf topo[CPUID_NR_TOPO];
	struct cpuid_leaf xstate[CPUID_NR_XSTATE];
	struct cpuid_leaf ext[CPUID_NR_EXT];
};

/* Which policy: the bare machine's, the most that a domain may have, what it gets unless told. */
enum cpuid_policy_kind { CPUID_RAW, CPUID_HOST, CPUID_MAX, CPUID_DEFAULT };

void cpuid_policy_fill(struct cpuid_policy *p, enum cpuid_policy_kind kind);
/* Makes all leaves about cores and APIC IDs say what a domain with so many vCPUs is. */
void cpuid_policy_topology(struct cpuid_policy *p, unsigned nr_vcpus);
bool cpuid_is_amd(const struct cpuid_policy *p);
/* Bytes of an XSAVE area for these components, in standard or compacted form. */
uint32_t cpuid_xsave_size(const struct cpuid_policy *p, uint64_t xcr0, bool compact);

/* d->hvm.cpuid from the default, for d->max_vcpus; called by hvm_domain_init. -ENOMEM. */
int cpuid_domain_init(struct domain *d);
void cpuid_domain_destroy(struct domain *d);

/*
 * The ABI's array form. Room for `room` leaves; *nr is how many there are. emit may fail with an
 * errno, which ends it. Used by domctl and sysctl to write to the caller's memory.
 */
int cpuid_policy_serialise(const struct cpuid_policy *p,
			   int (*emit)(void *ctx, unsigned index,
				       const struct xen_cpuid_leaf *leaf),
			   void *ctx, unsigned *nr);

/* What it says of one, as the CPUID instruction asks; zeros where there is none. */
struct cpuid_leaf cpuid_policy_leaf(const struct cpuid_policy *p, uint32_t leaf, uint32_t subleaf);
/* What v is answered: the policy, the vCPU's own, Xen's leaves. */
struct cpuid_leaf hvm_cpuid(struct vcpu *v, uint32_t leaf, uint32_t subleaf);

/*
 * One changed leaf into a copy of the domain's policy; checked later by cpuid_policy_check.
 * -ERANGE: no such leaf.
 */
int cpuid_policy_set_leaf(struct cpuid_policy *p, const struct xen_cpuid_leaf *leaf);
/*
 * Nothing beyond `max`, sizes plausible. -EINVAL with the leaf and subleaf that is wrong. Sets what
 * follows from the rest: the size of an XSAVE area.
 */
int cpuid_policy_check(struct cpuid_policy *p, const struct cpuid_policy *max, uint32_t *err_leaf,
		       uint32_t *err_subleaf);

/* What the domain may set: bits of CR4 and EFER, values of XCR0; guest-physical address width. */
uint64_t cpuid_cr4_allowed(const struct cpuid_policy *p);
uint64_t cpuid_efer_allowed(const struct cpuid_policy *p);
bool cpuid_xcr0_allowed(const struct cpuid_policy *p, uint64_t xcr0);
unsigned cpuid_physical_bits(const struct cpuid_policy *p);

/* Xen's feature words (cpufeatureset.h's order), for xl info and get_cpu_featureset. */
#define CPUID_FEATURE_WORDS 18u
void cpuid_feature_words(const struct cpuid_policy *p, uint32_t words[CPUID_FEATURE_WORDS]);

#endif
