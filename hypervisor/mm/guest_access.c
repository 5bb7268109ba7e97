// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guest memory: linear addresses through the guest's own page tables (APM vol. 2, chapter 5),
 * physical ones through its p2m, piece by piece within a page. Page references keep what is being
 * copied alive.
 */
#include "guest_access.h"

#include "abi/errno.h"
#include "domain.h"
#include "guest_walk.h"
#include "lib.h"
#include "mm.h"
#include "processor.h"

#define PTE_PRESENT 1UL
#define PTE_WRITE   2UL
#define PTE_USER    4UL
#define PTE_LARGE   0x80UL
#define PTE_ADDRESS 0x000ffffffffff000UL

int guest_phys_read(struct domain *d, gpaddr_t gpa, void *dst, size_t len)
{
	while (len) {
		size_t off = gpa & ~PAGE_MASK, n = MIN(len, PAGE_SIZE - off);
		struct page_info *pg = p2m_page_get(d, GFN(gpa >> PAGE_SHIFT), NULL);

		if (!pg)
			return -EFAULT;
		memcpy(dst, (char *)mfn_to_virt(page_to_mfn(pg)) + off, n);
		page_put(pg);
		gpa += n;
		dst = (char *)dst + n;
		len -= n;
	}
	return 0;
}

int guest_phys_write(struct domain *d, gpaddr_t gpa, const void *src, size_t len)
{
	while (len) {
		size_t off = gpa & ~PAGE_MASK, n = MIN(len, PAGE_SIZE - off);
		enum p2m_type type;
		struct page_info *pg = p2m_page_get(d, GFN(gpa >> PAGE_SHIFT), &type);

		if (!pg)
			return -EFAULT;
		if (type == P2M_RAM_RO) {
			page_put(pg);
			return -EFAULT;
		}
		memcpy((char *)mfn_to_virt(page_to_mfn(pg)) + off, src, n);
		page_mark_written(pg);
		page_put(pg);
		gpa += n;
		src = (const char *)src + n;
		len -= n;
	}
	return 0;
}

static bool read_entry(struct domain *d, gpaddr_t table, unsigned index, bool wide, uint64_t *e)
{
	*e = 0;
	return !guest_phys_read(d, table + (uint64_t)index * (wide ? 8 : 4), e, wide ? 8 : 4);
}

/* *present: the entry that forbids the access is there. */
static bool walk(struct vcpu *v, uint64_t linear, bool write, bool user, gpaddr_t *gpa,
		 bool *present)
{
	struct domain *d = v->domain;
	uint64_t cr0, cr4, efer, cr3 = hvm->get_cr3(v, &cr0, &cr4, &efer), e, size;
	bool wide = cr4 & CR4_PAE;
	int level = efer & EFER_LMA ? 3 : wide ? 2 : 1;
	unsigned bits = wide ? 9 : 10;
	gpaddr_t table = cr3 & (efer & EFER_LMA ? PTE_ADDRESS : wide ? 0xffffffe0UL : 0xfffff000UL);

	*present = false;
	if (!(cr0 & CR0_PG)) {
		*gpa = (uint32_t)linear;
		return true;
	}
	if (!(efer & EFER_LMA))
		linear = (uint32_t)linear;
	else if ((uint64_t)((int64_t)(linear << 16) >> 16) != linear)
		return false;
	for (;; level--) {
		unsigned shift = PAGE_SHIFT + (unsigned)level * bits;
		/* PAE's top level has four entries, without access bits. */
		bool pdpte = level == 2 && !(efer & EFER_LMA);
		unsigned index = linear >> shift & (pdpte ? 3u : (1u << bits) - 1);

		*present = read_entry(d, table, index, wide, &e) && (e & PTE_PRESENT);
		if (!*present)
			return false;
		if (!pdpte && user && !(e & PTE_USER))
			return false;
		if (!pdpte && write && !(e & PTE_WRITE) && (user || (cr0 & CR0_WP)))
			return false;
		size = 1UL << shift;
		if (!level || (!pdpte && level < 3 && (e & PTE_LARGE) && (wide || (cr4 & CR4_PSE))))
			break;
		table = e & (wide ? PTE_ADDRESS : 0xfffff000UL);
	}
	/* Without PAE a 4M page keeps address bits 39-32 in bits 20-13. */
	if (!wide && level)
		e = (e & 0xffc00000UL) | (e & 0x1fe000UL) << 19;
	*gpa = (e & PTE_ADDRESS & ~(size - 1)) | (linear & (size - 1));
	return true;
}

bool guest_walk(struct vcpu *v, uint64_t linear, bool write, gpaddr_t *gpa, uint32_t *error)
{
	bool user = hvm->get_cpl(v) == 3, present;

	if (walk(v, linear, write, user, gpa, &present))
		return true;
	if (error)
		*error = (present ? PAGE_FAULT_PRESENT : 0) | (write ? PAGE_FAULT_WRITE : 0) |
			 (user ? PAGE_FAULT_USER : 0);
	return false;
}

int guest_copy_from(void *dst, uint64_t va, size_t len)
{
	struct vcpu *v = vcpu_current();
	gpaddr_t gpa;

	while (len) {
		size_t n = MIN(len, PAGE_SIZE - (va & ~PAGE_MASK));

		if (!guest_walk(v, va, false, &gpa, NULL) ||
		    guest_phys_read(v->domain, gpa, dst, n))
			return -EFAULT;
		va += n;
		dst = (char *)dst + n;
		len -= n;
	}
	return 0;
}

static int copy_to(uint64_t va, const void *src, size_t len, bool user)
{
	struct vcpu *v = vcpu_current();
	gpaddr_t gpa;
	bool present;

	while (len) {
		size_t n = MIN(len, PAGE_SIZE - (va & ~PAGE_MASK));

		if (!walk(v, va, true, user, &gpa, &present) ||
		    guest_phys_write(v->domain, gpa, src, n))
			return -EFAULT;
		va += n;
		src = (const char *)src + n;
		len -= n;
	}
	return 0;
}

int guest_copy_to(uint64_t va, const void *src, size_t len)
{
	return copy_to(va, src, len, hvm->get_cpl(vcpu_current()) == 3);
}

int guest_publish(uint64_t at, bool physical, const void *src, size_t len)
{
	return physical ? guest_phys_write(domain_current(), at, src, len)
			: copy_to(at, src, len, false);
}

int guest_clear(uint64_t va, size_t len)
{
	static const char zeros[256];

	while (len) {
		size_t n = MIN(len, sizeof(zeros));

		if (guest_copy_to(va, zeros, n))
			return -EFAULT;
		va += n;
		len -= n;
	}
	return 0;
}

void *guest_frame_map(struct domain *d, gfn_t gfn)
{
	enum p2m_type type;
	struct page_info *pg = p2m_page_get(d, gfn, &type);

	if (!pg)
		return NULL;
	if (type != P2M_RAM_RW) {
		page_put(pg);
		return NULL;
	}
	return mfn_to_virt(page_to_mfn(pg));
}

void guest_frame_unmap(void *va)
{
	struct page_info *pg = va ? mfn_to_page(virt_to_mfn(va)) : NULL;

	if (!pg)
		return;
	page_mark_written(pg);
	page_put(pg);
}
