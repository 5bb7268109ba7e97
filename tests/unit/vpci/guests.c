// SPDX-License-Identifier: GPL-2.0-or-later
/* See guests.h. */
#include "guests.h"

#include "hvm/vpci_private.h"
#include "iommu.h"
#include "log.h"
#include "mm.h"

#define FRAMES 64u

struct domain guest = { .id = 1 }, other = { .id = 2 };
struct domain *domain0 = &control;
bool has_iommu = true, one_group;
int iommu_error;
unsigned flushes;
static bool need_flush;

static struct frame {
	uint64_t gfn, mfn;
	enum p2m_type type;
} frames[FRAMES];

static const struct pci_address *const all[] = { &HOST, &NIC, &NIC3, &BRIDGE, &DISK };
static struct domain *dma[ARRAY_SIZE(all)]; /* NULL: the control domain */

/* --- nested page tables ----------------------------------------------------------------------- */

static struct frame *frame_find(uint64_t gfn)
{
	for (unsigned i = 0; i < FRAMES; i++)
		if (frames[i].type != P2M_INVALID && frames[i].gfn == gfn)
			return &frames[i];
	return NULL;
}

static void frame_set(uint64_t gfn, uint64_t mfn, enum p2m_type type)
{
	struct frame *f = frame_find(gfn);

	for (unsigned i = 0; !f && i < FRAMES; i++)
		if (frames[i].type == P2M_INVALID)
			f = &frames[i];
	assert_non_null(f);
	*f = (struct frame){ gfn, mfn, type };
}

enum p2m_type p2m_at(uint64_t gfn, uint64_t *mfn)
{
	struct frame *f = frame_find(gfn);

	if (mfn)
		*mfn = f ? f->mfn : 0;
	return f ? f->type : P2M_INVALID;
}

void p2m_put_ram(uint64_t gfn)
{
	frame_set(gfn, 0x1000 + gfn, P2M_RAM_RW);
}

unsigned p2m_mmio(void)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < FRAMES; i++)
		nr += frames[i].type == P2M_MMIO_DIRECT;
	return nr;
}

mfn_t p2m_lookup(struct domain *d, gfn_t gfn, enum p2m_type *type)
{
	uint64_t mfn;

	assert_ptr_equal(d, &guest);
	*type = p2m_at(gfn.n, &mfn);
	return *type == P2M_INVALID ? INVALID_MFN : MFN(mfn);
}

int p2m_map(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned order, enum p2m_type type)
{
	assert_ptr_equal(d, &guest);
	assert_int_equal(order, 0);
	assert_false(spin_is_locked(&vpci_lock)); /* p2m's comes before */
	if (gfn.n >> 36)
		return -EINVAL;
	frame_set(gfn.n, mfn.n, type);
	return 0;
}

int p2m_unmap(struct domain *d, gfn_t gfn, unsigned order)
{
	need_flush = true;
	return p2m_map(d, gfn, MFN(0), order, P2M_INVALID);
}

void p2m_flush(struct domain *d)
{
	assert_ptr_equal(d, &guest);
	flushes += need_flush;
	need_flush = false;
}

/* Only the memory of bus.h's devices is not RAM. */
struct page_info *mfn_to_page(mfn_t mfn)
{
	static char ram;
	bool device = mfn.n >> 8 == BAR_BASE >> 20 || mfn.n >> 8 == 0x800000000 >> 20;

	return device ? NULL : (struct page_info *)&ram;
}

/* --- the IOMMU -------------------------------------------------------------------------------- */

bool iommu_present(void)
{
	return has_iommu;
}

static unsigned index_of(struct pci_address a)
{
	unsigned i = 0;

	while (i < ARRAY_SIZE(all) && memcmp(all[i], &a, sizeof(a)))
		i++;
	assert_true(i < ARRAY_SIZE(all));
	return i;
}

/* A device that changes hands does nothing by itself: no DMA, no message, no interrupt line. */
int iommu_assign(struct pci_address a, struct domain *d)
{
	assert_false(spin_is_locked(&vpci_lock));
	assert_int_equal(dev(a, PCI_COMMAND, 2) & PCI_COMMAND_MASTER, 0);
	assert_true(dev(a, PCI_COMMAND, 2) & PCI_COMMAND_INTX_OFF);
	assert_int_equal(nr_bound, 0);
	if (d != &control && iommu_error)
		return iommu_error;
	dma[index_of(a)] = d;
	return 0;
}

const struct domain *dma_of(struct pci_address a)
{
	const struct domain *d = dma[index_of(a)];

	return d ? d : &control;
}

struct pci_address iommu_group(struct pci_address a)
{
	return one_group && !memcmp(&a, &NIC3, sizeof(a)) ? NIC : a;
}

/* --- as the guest ----------------------------------------------------------------------------- */

static void select_port(unsigned slot, unsigned offset)
{
	vpci_port_write(&guest, 0xcf8, 4, 0x80000000u | slot << 11 | (offset & 0xfc));
}

uint32_t grd(unsigned slot, unsigned offset, unsigned size)
{
	select_port(slot, offset);
	return vpci_port_read(&guest, 0xcfc + (offset & 3), size);
}

void gwr(unsigned slot, unsigned offset, unsigned size, uint32_t value)
{
	select_port(slot, offset);
	vpci_port_write(&guest, 0xcfc + (offset & 3), size, value);
}

uint64_t gmem_rd(gpaddr_t gpa, unsigned size)
{
	uint64_t value = ~0UL;

	assert_int_not_equal(p2m_at(gpa >> 12, NULL), P2M_MMIO_DIRECT); /* it would not exit */
	vpci_guest_mmio(&guest, gpa, size, false, &value);
	return value;
}

void gmem_wr(gpaddr_t gpa, unsigned size, uint64_t value)
{
	assert_int_not_equal(p2m_at(gpa >> 12, NULL), P2M_MMIO_DIRECT);
	vpci_guest_mmio(&guest, gpa, size, true, &value);
}

int guests_setup(void **state)
{
	memset(frames, 0, sizeof(frames));
	memset(dma, 0, sizeof(dma));
	has_iommu = true;
	one_group = need_flush = false;
	iommu_error = 0;
	flushes = warnings = 0;
	return bus_setup(state);
}

int guests_teardown(void **state)
{
	if (spin_is_locked(&vpci_lock))
		vpci_lock = (struct spinlock)SPINLOCK_INIT;
	guest.hvm.pci_lock = (struct spinlock)SPINLOCK_INIT;
	vpci_deassign(&guest, NULL);
	vpci_deassign(&other, NULL);
	assert_int_equal(p2m_mmio(), 0);
	assert_false(need_flush);
	for (unsigned i = 0; i < ARRAY_SIZE(all); i++)
		assert_ptr_equal(dma_of(*all[i]), &control);
	return bus_teardown(state);
}
