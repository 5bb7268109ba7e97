// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Initial registers as records of a saved HVM state (abi/hvm_save.h), and CPUID's leaves about
 * topology. The state of everything else is the hypervisor's reset state.
 */
#include "builder/vcpu_state.h"

#include <cpuid.h>
#include <errno.h>
#include <string.h>

#include "abi/hvm_save.h"
#include "lib/bytes.h"
#include "lib/domain.h"

#define CR0_PE (1U << 0)
#define CR0_ET (1U << 4)

/* Segment attributes: present, accessed, 32-bit, limit in pages. */
#define SEG_CODE32      0xc9b
#define SEG_DATA32      0xc93
#define SEG_TSS32       0x08b

#define MTRR_DEFAULT_WB (1U << 11 | 6) /* enabled, write-back */
#define MTRR_CAP        0x508          /* 8 variable ranges, fixed ranges, write-combining */
#define PAT_RESET       0x0007040600070406ULL

static void records_add(struct buf *b, unsigned int code, unsigned int instance, const void *record,
			size_t len)
{
	struct hvm_save_descriptor d = {
		.typecode = code,
		.instance = instance,
		.length = (uint32_t)len,
	};

	buf_append(b, &d, sizeof(d));
	buf_append(b, record, len);
}

static void records_add_header(struct buf *b)
{
	struct hvm_save_header h = { .magic = HVM_FILE_MAGIC, .version = HVM_FILE_VERSION };
	unsigned int ebx, ecx, edx;

	/* The hypervisor compares this with the machine's own and warns if they differ. */
	__get_cpuid(1, &h.cpuid, &ebx, &ecx, &edx);
	records_add(b, HVM_SAVE_CODE_HEADER, 0, &h, sizeof(h));
}

static void records_add_cpu(struct buf *b, uint32_t entry, uint32_t start_info)
{
	struct hvm_hw_cpu cpu = {
		.rip = entry,
		.rbx = start_info,
		.rflags = 2,
		.cr0 = CR0_PE | CR0_ET,
		.dr6 = 0xffff0ff0,
		.dr7 = 0x400,
		.cs_limit = ~0U,
		.cs_arbytes = SEG_CODE32,
		.ds_limit = ~0U,
		.ds_arbytes = SEG_DATA32,
		.es_limit = ~0U,
		.es_arbytes = SEG_DATA32,
		.fs_limit = ~0U,
		.fs_arbytes = SEG_DATA32,
		.gs_limit = ~0U,
		.gs_arbytes = SEG_DATA32,
		.ss_limit = ~0U,
		.ss_arbytes = SEG_DATA32,
		.tr_limit = 0x67,
		.tr_arbytes = SEG_TSS32,
	};

	records_add(b, HVM_SAVE_CODE_CPU, 0, &cpu, sizeof(cpu));
}

int vcpu_state_set(struct xencall *xc, domid_t domid, unsigned int nr_vcpus, uint32_t entry,
		   uint32_t start_info, struct reason *why)
{
	const struct hvm_hw_mtrr mtrr = {
		.msr_pat_cr = PAT_RESET,
		.msr_mtrr_cap = MTRR_CAP,
		.msr_mtrr_def_type = MTRR_DEFAULT_WB,
	};
	struct buf b = { 0 };
	int rc;

	records_add_header(&b);
	records_add_cpu(&b, entry, start_info);
	for (unsigned int i = 0; i < nr_vcpus; i++)
		records_add(&b, HVM_SAVE_CODE_MTRR, i, &mtrr, sizeof(mtrr));
	records_add(&b, HVM_SAVE_CODE_END, 0, NULL, 0);
	if (b.failed)
		rc = reason_set(why, "out of memory");
	else if ((rc = domain_set_hvm_context(xc, domid, b.data, b.len)) < 0)
		reason_errno(why, "setting the registers of vCPU 0");
	buf_free(&b);
	return rc;
}

#define POLICY_MAX_LEAVES      256
#define POLICY_MAX_MSRS        64

#define LEAF1_EDX_HTT          (1U << 28)
#define LEAF8_ECX_NC           0xffU
#define LEAF8_ECX_APIC_ID_SIZE 0xf000U
#define EXT1_ECX_CMP_LEGACY    (1U << 1)

/*
 * vCPU n has APIC id 2n. Each is shown as a core of its own in one package whose id space has
 * room for all of them; where CPUID says less, Linux puts each vCPU into another package.
 */
static bool leaf_adjust(struct xen_cpuid_leaf *leaf, unsigned int nr_vcpus)
{
	unsigned int bits = 1;

	while ((1U << bits) < 2 * nr_vcpus)
		bits++;
	switch (leaf->leaf) {
	case 0x1:
		leaf->d |= LEAF1_EDX_HTT;
		leaf->b = (leaf->b & ~0xff0000U) | (bits < 8 ? 1U << bits : 0xffU) << 16;
		return true;
	case 0x4: /* Intel: threads that share a cache, cores in the package */
		if ((leaf->a & 0x1f) == 0)
			return false;
		leaf->a &= 0x3fff;
		leaf->a |= (bits < 6 ? (1U << bits) - 1 : 0x3fU) << 26;
		return true;
	case 0x80000001: leaf->c &= ~EXT1_ECX_CMP_LEGACY; return true;
	case 0x80000008:
		leaf->c &= ~(LEAF8_ECX_NC | LEAF8_ECX_APIC_ID_SIZE);
		leaf->c |= bits << 12 | ((1U << bits) - 1 > 0xff ? 0xff : (1U << bits) - 1);
		return true;
	default: return false;
	}
}

int cpu_policy_set(struct xencall *xc, domid_t domid, unsigned int nr_vcpus, struct reason *why)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_get_cpu_policy, .domain = domid };
	struct xen_domctl_cpu_policy *policy = &op.u.cpu_policy;
	size_t mark = xencall_mark(xc);
	struct xen_cpuid_leaf *leaves = xencall_alloc(xc, POLICY_MAX_LEAVES * sizeof(*leaves));
	struct xen_msr_entry *msrs = xencall_alloc(xc, POLICY_MAX_MSRS * sizeof(*msrs));
	unsigned int changed = 0;
	int rc = -1;

	if (!leaves || !msrs)
		goto out;
	policy->nr_leaves = POLICY_MAX_LEAVES;
	policy->nr_msrs = POLICY_MAX_MSRS;
	policy->leaves = xencall_handle(leaves);
	policy->msrs = xencall_handle(msrs);
	if (xencall_domctl(xc, &op) < 0)
		goto out;
	if (policy->nr_leaves > POLICY_MAX_LEAVES) {
		errno = ENOBUFS;
		goto out;
	}
	for (unsigned int i = 0; i < policy->nr_leaves; i++)
		if (leaf_adjust(&leaves[i], nr_vcpus))
			leaves[changed++] = leaves[i];
	op.cmd = XEN_DOMCTL_set_cpu_policy;
	policy->nr_leaves = changed;
	policy->nr_msrs = 0;
	rc = xencall_domctl(xc, &op);
out:
	if (rc < 0)
		reason_errno(why, "CPU policy (leaf %#x)",
			     op.cmd == XEN_DOMCTL_set_cpu_policy ? policy->err_leaf : 0);
	xencall_release(xc, mark);
	return rc;
}
