// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All hypercalls together: domain 0 and two guests with two vCPUs each make any call with any
 * argument, in any order, in 32 and in 64 bits. While a call reads its caller's memory, another
 * vCPU makes a call of its own, or changes what is read; calls are interrupted and started again
 * with what is there by then; memory runs out. Domains die and are made.
 *
 * The input is a row of steps. Arguments are filled field by field, with values that are mostly
 * right: the tables below say what each field is.
 */
#include "hypercall_machine.h"

#include <string.h>

#include "abi/domctl.h"
#include "abi/errno.h"
#include "abi/hvm_op.h"
#include "abi/physdev.h"
#include "abi/platform.h"
#include "abi/sched.h"
#include "abi/sysctl.h"
#include "abi/version.h"
#include "cpu.h"
#include "grant/private.h"
#include "guest_access.h"
#include "hypercall_shapes.h"

#define ARGS      (RAM_GFN + 40) /* pages for arguments and lists, of each domain */
#define RESTARTS  100u           /* of one call, before nothing interrupts it any more */
#define SECRET    0xaau          /* what the compiler puts into variables nobody has set */
#define ARRAY_MAX 4u

/* --- input ------------------------------------------------------------------------------------ */

static const uint8_t *input;
static size_t left;

static uint8_t byte(void)
{
	uint8_t b = 0;

	if (left) {
		left--;
		b = *input++;
	}
	return b == SECRET ? 0 : b;
}

static uint32_t word32(void)
{
	uint32_t w = byte();

	return w | (uint32_t)byte() << 8 | (uint32_t)byte() << 16 | (uint32_t)byte() << 24;
}

#define PICK(array) array[byte() % ARRAY_SIZE(array)]

static domid_t some_domid(void)
{
	static const domid_t odd[] = { DOMID_SELF, DOMID_INVALID, DOMID_FIRST_RESERVED, 0x7fef, 7 };
	uint8_t b = byte();
	domid_t id = DOMID_SELF;
	struct domain *d;

	if (b >= 0xf0)
		return PICK(odd);
	if (b < 0xc0)
		return b % 16 == 15 ? DOMID_SELF : b % 3;
	/* One that was made on the way. */
	d = domain_next(3);
	if (d) {
		id = d->id;
		domain_put(d);
	}
	return id;
}

static uint64_t some_gfn(void)
{
	static const uint64_t odd[] = { ~0ul,       BIT(36),     BIT(36) - 1, BIT(40),
					UINT32_MAX, BIT(52) - 1, BIT(52),     512,
					1024,       RAM_GFN - 1, 0xfee00,     BIT(31) };
	uint8_t b = byte();

	if (b >= 0xf0)
		return PICK(odd);
	return b < 0xa0 ? RAM_GFN + b % 64 : b < 0xe0 ? RAM_GFN + 48 + b % 32 : b % 16;
}

static uint64_t some_address(void)
{
	static const uint64_t odd[] = {
		0, ~0ul, BIT(47), ~0ul << 47, UINT32_MAX - 3, (RAM_GFN + 112) * PAGE_SIZE - 8,
	};
	uint8_t b = byte();

	if (b >= 0xf0)
		return PICK(odd);
	if (b >= 0xc0) /* anywhere, or across the end of a page */
		return ((RAM_GFN + b % 60) << PAGE_SHIFT) + (b & 0x10 ? PAGE_SIZE - 12 : b * 16u);
	return ((ARGS + b % 8) << PAGE_SHIFT) + (b & 0x80 ? 2048 : 0);
}

static uint32_t some_number(void)
{
	static const uint32_t odd[] = { UINT32_MAX, BIT(31), BIT(31) - 1, 4096,  65535, 65536,
					1023,       1024,    128,         8192,  2048,  33,
					64,         BIT(26), BIT(20),     0x7f00 };
	uint8_t b = byte();

	return b >= 0xf0 ? PICK(odd) : b < 0xc0 ? b % 16 : b % 64;
}

/* --- arguments -------------------------------------------------------------------------------- */

static uint64_t some_field(char kind)
{
	static const uint64_t ns[] = { 0, 1000, MS(1), SECONDS(2), SECONDS(4000), ~0ul, BIT(63) };

	switch (kind) {
	case 'd':
	case 'D': return some_domid();
	case 'g':
	case 'G': return some_gfn();
	case 'a': return (some_gfn() << PAGE_SHIFT) + (byte() < 0xf8 ? 0 : 8);
	case 'p':
	case 'P': return some_address();
	case 'h':
	case 'i':
	case 's':
	case 'q': return some_number();
	case 't': return PICK(ns);
	case 'v': return byte() < 0xf0 ? byte() % 2 : some_number();
	case 'x': return word32();
	case 'b': return byte();
	case '0':
	case '1':
	case '2':
	case '3': return byte() < 0xf0 ? (uint64_t)(kind - '0') : some_number();
	case 'I': return XEN_DOMCTL_INTERFACE_VERSION;
	case 'S': return XEN_SYSCTL_INTERFACE_VERSION;
	case 'F': return XENPF_INTERFACE_VERSION;
	case '_': return byte() < 0xf0 ? 0 : some_number();
	default: MUST(!"a field of a known kind"); return 0;
	}
}

static size_t field_size(char kind)
{
	if (strchr("gps|", kind))
		return machine_is_32bit ? 4 : 8;
	if (strchr("dh_", kind))
		return 2;
	if (kind == 'b')
		return 1;
	return strchr("GPaqt", kind) ? 8 : 4;
}

/* A structure of these fields; returns its size. */
static size_t fill(uint8_t *to, const struct shape *s)
{
	size_t at = 0, widest = 1, size;
	uint64_t value;

	for (const char *fields = s->fields; *fields; fields++) {
		size = field_size(*fields);
		widest = MAX(widest, MIN(size, machine_is_32bit ? 4u : 8u));
		at = ROUND_UP(at, MIN(size, machine_is_32bit ? 4u : 8u));
		if (*fields == '|')
			continue;
		value = *fields == 'C' ? s->cmd : some_field(*fields);
		memcpy(to + at, &value, size);
		at += size;
	}
	return ROUND_UP(at, widest);
}

/* Arguments in the caller's memory: one structure, or a few in a row. Returns how many. */
static unsigned put_arguments(struct domain *d, uint64_t at, const struct shape *s)
{
	uint8_t bytes[ARRAY_MAX * 256] = { 0 };
	unsigned nr = s->is_array ? 1 + byte() % ARRAY_MAX : 1;
	size_t size = 0;

	for (unsigned i = 0; i < nr; i++)
		size += fill(bytes + size, s);
	guest_phys_write(d, (uint32_t)at, bytes, size);
	return nr;
}

/* --- the call --------------------------------------------------------------------------------- */

static unsigned depth;   /* 1: a step. 2: what another vCPU does in the middle of it */
static uint32_t touched; /* the domains that may look different after it */

static void step(void);

static void meanwhile(void)
{
	struct vcpu *v = vcpu_current();
	bool is_32bit = machine_is_32bit;
	int allocs = machine_allocs;

	step();
	machine_is_32bit = is_32bit;
	machine_allocs = allocs;
	machine_run_as(v, 0);
}

/* Domain 0 takes the machine along when it goes, and it is the machine that is looked at here. */
static bool ends_the_machine(const struct domain *d, const struct cpu_regs *r)
{
	uint64_t number = r->rax;

	if (!d->is_control)
		return false;
	if (number == __HYPERVISOR_sched_op)
		return r->rdi == SCHEDOP_shutdown || r->rdi == SCHEDOP_remote_shutdown ||
		       r->rdi == SCHEDOP_watchdog;
	return number == __HYPERVISOR_multicall ||
	       (number == __HYPERVISOR_vcpu_op && r->rdi == VCPUOP_down);
}

/* What the hypervisor's stack held is nobody's business. */
static void check_no_secret(struct domain *d, uint64_t at)
{
	uint8_t seen[160];

	if (guest_phys_read(d, (uint32_t)at, seen, sizeof(seen)))
		return;
	for (unsigned i = 0; i + 4 <= sizeof(seen); i++)
		MUST(seen[i] != SECRET || seen[i + 1] != SECRET || seen[i + 2] != SECRET ||
		     seen[i + 3] != SECRET);
}

/* Until it has an answer. The caller has a reference to the domain, but no right to its life. */
static void call(struct vcpu *v, const uint64_t args[6], uint64_t number)
{
	struct cpu_regs *r = &v->hvm.regs, kept = *r;
	const uint64_t rip = 0x1000;

	*r = (struct cpu_regs){ .rax = number, .rip = rip, .rflags = kept.rflags };
	r->rdi = args[0], r->rsi = args[1], r->rdx = args[2];
	r->r10 = args[3], r->r8 = args[4], r->r9 = args[5];
	if (ends_the_machine(v->domain, r))
		goto out;
	if (machine_is_32bit) {
		r->rbx = args[0], r->rcx = args[1], r->rdx = args[2];
		r->rsi = args[3], r->rdi = args[4], r->rbp = args[5];
	}
	for (unsigned n = 0; r->rip == rip; n++) {
		struct cpu_regs mine = *r;

		MUST(n < 4 * RESTARTS);
		if (n >= RESTARTS)
			machine_preempt = -1;
		hypercall_dispatch(v);
		if (r->rip == rip && depth == 1 && byte() >= 0xe0) {
			/* It takes an interrupt, and the others go on. */
			mine = *r;
			machine_access = -1;
			meanwhile();
			if (v->domain->is_dying)
				return;
			*r = mine;
		}
		if (machine_preempt == 0)
			machine_preempt = byte() % 4;
	}
out:
	*r = kept;
}

static void shaped_call(struct vcpu *v, const struct shape *s)
{
	uint64_t at = some_address(), args[6] = { 0 };
	unsigned nr = put_arguments(v->domain, at, s);

	switch (s->number) {
	case __HYPERVISOR_platform_op:
	case __HYPERVISOR_sysctl:
	case __HYPERVISOR_domctl: args[0] = at; break;
	case __HYPERVISOR_grant_table_op:
		args[0] = s->cmd, args[1] = at;
		args[2] = byte() < 0xf0 ? nr : some_number();
		break;
	case __HYPERVISOR_vcpu_op: args[0] = s->cmd, args[1] = some_field('v'), args[2] = at; break;
	case __HYPERVISOR_console_io:
		args[0] = s->cmd, args[1] = some_number(), args[2] = at;
		break;
	case __HYPERVISOR_multicall: args[0] = at, args[1] = byte() % 8; break;
	case __HYPERVISOR_set_timer_op:
	case __HYPERVISOR_vm_assist: args[0] = some_number(), args[1] = some_number(); break;
	default: args[0] = s->cmd, args[1] = at;
	}
	call(v, args, s->number);
	if (depth == 1 && !v->domain->is_dying)
		check_no_secret(v->domain, at);
}

/* --- steps ------------------------------------------------------------------------------------ */

static void raw_call(struct vcpu *v)
{
	uint64_t args[6], number = byte();

	for (unsigned i = 0; i < 6; i++)
		args[i] = byte() & 1 ? some_address() : some_number();
	call(v, args, number >= 0xf8 ? ~0ul - number : number % 64);
}

/* A few bytes anywhere in the domain's memory, as it may write them. */
static void scribble(struct domain *d)
{
	gpaddr_t at = (RAM_GFN + byte() % (RAM_PAGES + 2)) << PAGE_SHIFT;
	uint32_t value[2] = { word32(), byte() };

	at += (byte() | (unsigned)byte() << 8) & ~PAGE_MASK & ~3ul;
	guest_phys_write(d, at, value, byte() & 1 ? 8 : 4);
}

/* An entry of its grant table that is mostly good for somebody. */
static void grant(struct domain *d)
{
	struct grant_table *gt = d->grant;
	uint32_t *word = grant_entry_word(gt, byte() % 16);
	uint32_t flags = GTF_permit_access | (byte() & 0x40 ? GTF_readonly : 0);
	uint64_t frame = some_gfn();
	domid_t to = some_domid();

	*word = (byte() < 0xf0 ? flags : byte()) | (uint32_t)to << 16;
	if (gt->version == 1) {
		word[1] = (uint32_t)frame;
	} else {
		word[1] = word32();
		memcpy(word + 2, &frame, sizeof(frame));
	}
}

/* A vCPU that waits for an event gets one; others that stand still make no calls. */
static struct vcpu *caller(struct domain *d, unsigned id)
{
	struct vcpu *v = domain_vcpu(d, id);

	if (!v || d->is_dying)
		return NULL;
	if (!vcpu_runnable(v))
		vcpu_unblock(v);
	return vcpu_runnable(v) && v != cpus[0]->current ? v : NULL;
}

static void step_of(struct vcpu *v)
{
	const struct shape *s;
	uint8_t kind = byte();

	machine_is_32bit = kind & 0x20;
	if (depth == 1) {
		machine_allocs = kind >= 0xf0 ? byte() % 8 : -1;
		machine_preempt = (kind & 0xc0) == 0x40 ? byte() % 8 : -1;
		machine_access = (kind & 0xc0) == 0x80 ? 1 + byte() % 16 : -1;
	}
	switch (kind & 0x1f) {
	case 0: raw_call(v); break;
	case 1:
	case 2: scribble(v->domain); break;
	case 3:
	case 4: grant(v->domain); break;
	case 5: machine_pass(MS(byte())); break;
	default:
		s = shape_of(byte(), byte());
		/* What pauses another domain waits until its vCPUs have left their calls. */
		if (depth == 1 || s->number != __HYPERVISOR_domctl)
			shaped_call(v, s);
	}
}

static void step(void)
{
	uint8_t who = byte();
	struct domain *d = domain_get(who % 3);
	struct vcpu *v;

	if (!d)
		return;
	touched |= d->id ? BIT(d->id) : ALL_DOMAINS;
	depth++;
	if (depth == 1)
		machine_run_as(NULL, 0);
	v = caller(d, who >> 4 & 1);
	if (v) {
		machine_run_as(v, depth - 1);
		step_of(v);
	}
	machine_run_as(NULL, depth - 1);
	depth--;
	domain_put(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = data;
	left = size;
	depth = 0;
	machine_begin();
	machine_at_access = meanwhile;
	machine_check(ALL_DOMAINS);
	while (left) {
		touched = 0;
		step();
		machine_allocs = machine_preempt = machine_access = -1;
		machine_check(touched);
	}
	machine_check(ALL_DOMAINS);
	machine_end();
	return 0;
}
