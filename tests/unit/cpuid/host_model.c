// SPDX-License-Identifier: GPL-2.0-or-later
/* See host_model.h. The leaves are written from the manuals, with the numbers of real machines. */
#include "host_model.h"

#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "hvm.h"
#include "mm.h"

enum host_model host_model;
uint64_t host_xcr0;
uint64_t guest_cr4_value;
long objects_alive;

struct row {
	uint32_t leaf, subleaf, r[4];
};

static const struct row qemu64[] = {
	{ 0, 0, { 0xd, 0x68747541, 0x444d4163, 0x69746e65 } },
	{ 1, 0, { 0x00060fb1, 0x00020800, 0x80002001, 0x078bfbfd } },
	{ 4, 0, { 0x00000121, 0x1c0003f, 0x3f, 1 } },
	{ 0x80000000, 0, { 0x8000000a, 0x68747541, 0x444d4163, 0x69746e65 } },
	{ 0x80000001, 0, { 0x00060fb1, 0, 0x00000065, 0x2193fbfd } },
	{ 0x80000002, 0, { 0x554d4551, 0x72695620, 0x6c617574, 0x55504320 } },
	{ 0x80000008, 0, { 0x00003028, 0, 0x00000001, 0 } },
	{ 0x8000000a, 0, { 1, 16, 0, 1 } },
};

static const struct row zen[] = {
	{ 0, 0, { 0x10, 0x68747541, 0x444d4163, 0x69746e65 } },
	{ 1, 0, { 0x00a20f12, 0x07100800, 0x7ef8320b, 0x178bfbff } },
	{ 5, 0, { 0x40, 0x40, 3, 0x11 } },
	{ 6, 0, { 4, 0, 1, 0 } },
	{ 7, 0, { 0, 0x219c97a9, 0x0040068c, 0x00000010 } },
	{ 0xb, 0, { 1, 2, 0x100, 7 } },
	{ 0xb, 1, { 4, 16, 0x201, 7 } },
	{ 0xd, 0, { 0x207, 0x988, 0x988, 0 } },
	{ 0xd, 1, { 0xf, 0x348, 0x1800, 0 } },
	{ 0xd, 2, { 0x100, 0x240, 0, 0 } },
	{ 0xd, 9, { 8, 0x980, 0, 0 } },
	{ 0x80000000, 0, { 0x80000023, 0x68747541, 0x444d4163, 0x69746e65 } },
	{ 0x80000001, 0, { 0x00a20f12, 0x20000000, 0x75c237ff, 0x2fd3fbff } },
	{ 0x80000007, 0, { 0, 0x3b, 0, 0x6799 } },
	{ 0x80000008, 0, { 0x00003030, 0x111ef657, 0x0000400f, 0x00010000 } },
	{ 0x8000000a, 0, { 1, 0x8000, 0, 0x101bbcff } },
	{ 0x8000001d, 0, { 0x4121, 0x1c0003f, 0x3f, 0 } },
	{ 0x8000001e, 0, { 7, 0x103, 0, 0 } },
	{ 0x8000001f, 0, { 1, 0, 0, 0 } },
	{ 0x80000021, 0, { 0x4d, 0, 0, 0 } },
};

static const struct row xeon[] = {
	{ 0, 0, { 0x16, 0x756e6547, 0x6c65746e, 0x49656e69 } },
	{ 1, 0, { 0x00050654, 0x08400800, 0x7ffefbff, 0xbfebfbff } },
	{ 4, 0, { 0x7c004121, 0x1c0003f, 0x3f, 0 } },
	{ 4, 3, { 0x7c0fc163, 0x280003f, 0x7fff, 4 } },
	{ 7, 0, { 0, 0xd39ffffb, 0x00000008, 0xbc000400 } },
	{ 0xa, 0, { 0x07300804, 0, 0, 0x603 } },
	{ 0xb, 0, { 1, 2, 0x100, 8 } },
	{ 0xb, 1, { 6, 64, 0x201, 8 } },
	{ 0xd, 0, { 0x2ff, 0xa88, 0xa88, 0 } },
	{ 0xd, 1, { 0xf, 0xa48, 0x100, 0 } },
	{ 0xd, 2, { 0x100, 0x240, 0, 0 } },
	{ 0xd, 5, { 0x40, 0x440, 0, 0 } },
	{ 0xd, 6, { 0x200, 0x480, 0, 0 } },
	{ 0xd, 7, { 0x400, 0x680, 0, 0 } },
	{ 0xd, 9, { 8, 0xa80, 0, 0 } },
	{ 0x80000000, 0, { 0x80000008, 0, 0, 0 } },
	{ 0x80000001, 0, { 0, 0, 0x121, 0x2c100800 } },
	{ 0x80000007, 0, { 0, 0, 0, 0x100 } },
	{ 0x80000008, 0, { 0x302e, 0, 0, 0 } },
};

static void look_up(const struct row *rows, size_t nr, uint32_t leaf, uint32_t subleaf,
		    uint32_t out[4])
{
	memset(out, 0, 16);
	for (size_t i = 0; i < nr; i++)
		if (rows[i].leaf == leaf && rows[i].subleaf == subleaf)
			memcpy(out, rows[i].r, 16);
}

void cpuid_host(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	switch (host_model) {
	case HOST_QEMU64: look_up(qemu64, ARRAY_SIZE(qemu64), leaf, subleaf, out); break;
	case HOST_ZEN: look_up(zen, ARRAY_SIZE(zen), leaf, subleaf, out); break;
	case HOST_XEON: look_up(xeon, ARRAY_SIZE(xeon), leaf, subleaf, out); break;
	case HOST_ALL_ONES:
		memset(out, 0xff, 16);
		if (leaf == 0)
			memcpy(out, (uint32_t[]){ 0xffff, 0x68747541, 0x444d4163, 0x69746e65 }, 16);
		if (leaf == 0x80000000)
			out[0] = 0x8000ffff;
		break;
	}
}

uint64_t fpu_xcr0_supported(void);
uint64_t fpu_xcr0_supported(void)
{
	return host_xcr0;
}

uint32_t host_tsc_khz(void)
{
	return 2500000;
}

void *object_alloc(size_t size)
{
	objects_alive++;
	return calloc(1, size);
}

void object_free(void *p, size_t size)
{
	(void)size;
	objects_alive--;
	free(p);
}

static uint64_t get_cr3(struct vcpu *v, uint64_t *cr0, uint64_t *cr4, uint64_t *efer)
{
	(void)v;
	*cr0 = 0x80000011;
	*cr4 = guest_cr4_value;
	*efer = 0x500;
	return 0;
}

static const struct hvm_ops model_ops = { .name = "model", .get_cr3 = get_cr3 };
const struct hvm_ops *hvm = &model_ops;

struct domain *model_domain(unsigned vcpus, bool control)
{
	struct domain *d = calloc(1, sizeof(*d));

	d->id = control ? 0 : 7;
	d->is_control = control;
	d->max_vcpus = vcpus;
	for (unsigned i = 0; i < vcpus; i++) {
		struct vcpu *v = calloc(1, sizeof(*v));

		v->domain = d;
		v->id = i;
		v->hvm.xcr0 = 1;
		v->hvm.vlapic.base_msr = VLAPIC_DEFAULT_BASE | BIT(11);
		d->vcpu[i] = v;
	}
	assert_int_equal(cpuid_domain_init(d), 0);
	return d;
}

void model_domain_free(struct domain *d)
{
	cpuid_domain_destroy(d);
	for (unsigned i = 0; i < d->max_vcpus; i++)
		free(d->vcpu[i]);
	free(d);
}
