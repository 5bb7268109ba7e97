// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The saved state of a domain's vCPUs as a stream of records (abi/hvm_save.h): what a domain
 * builder starts a guest with, and what migration carries. The domain's vCPUs are paused by the
 * caller.
 */
#ifndef SOCLE_HVM_CONTEXT_H
#define SOCLE_HVM_CONTEXT_H

#include "types.h"

struct cpu_regs;
struct domain;
struct hvm_state;
struct vcpu;

/* Largest stream that is taken or made. */
#define HVM_CONTEXT_MAX (2ul << 20)

/*
 * Is this a state that a vCPU of d can be in? Canonical addresses, reserved bits, modes that go
 * together, features that d has. -EINVAL, and a log line that names what is wrong.
 */
int hvm_state_check(const struct domain *d, const struct hvm_state *s, const struct cpu_regs *r);

/*
 * All records are checked before any takes effect. A vCPU with a CPU record is brought up. -EINVAL,
 * -ENOENT (no such vCPU), -EOPNOTSUPP (a device that d has not), -ENODATA (cut short).
 */
int hvm_context_load(struct domain *d, const uint8_t *data, size_t size);

/* Upper bound of what hvm_context_save writes. */
size_t hvm_context_size(const struct domain *d);
/* -ENOSPC. */
int hvm_context_save(struct domain *d, uint8_t *data, size_t size, size_t *used);
/* One record without its descriptor. -ENOENT, -EOPNOTSUPP, -ENOSPC. */
int hvm_context_save_one(struct domain *d, unsigned code, unsigned instance, uint8_t *data,
			 size_t size, size_t *used);

/* General registers, by the name that they have in all structures that keep them. */
#define FOR_EACH_CPU_REGISTER(X) \
	X(rax);                  \
	X(rbx);                  \
	X(rcx);                  \
	X(rdx);                  \
	X(rbp);                  \
	X(rsi);                  \
	X(rdi);                  \
	X(rsp);                  \
	X(r8);                   \
	X(r9);                   \
	X(r10);                  \
	X(r11);                  \
	X(r12);                  \
	X(r13);                  \
	X(r14);                  \
	X(r15);                  \
	X(rip);                  \
	X(rflags)

#endif
