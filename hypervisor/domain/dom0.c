// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Building domain 0: the only domain that the hypervisor makes itself. A PVH kernel (ELF, from the
 * first boot module) in memory mapped one to one, its initial RAM disk (second module), the start
 * info and ACPI tables; then its IO-APICs and PCI. Runs once, before any domain does.
 */
#include "dom0.h"

#include "abi/domctl.h"
#include "abi/start_info.h"
#include "abi/xen.h"
#include "acpi.h"
#include "boot_info.h"
#include "domain.h"
#include "elf.h"
#include "iommu.h"
#include "lib.h"
#include "log.h"
#include "memory_map.h"
#include "mm.h"
#include "vioapic.h"
#include "vpci.h"
#include "private.h"

/* start info, memory map, command line, ACPI: a reserved region */
#define TABLES_SIZE    (256UL << 10)
#define MAX_MAP        (BOOT_MAX_REGIONS * 2)
#define LOW_MEMORY_END 0x100000UL

/* Everything that domain 0 finds at its start lies in this one reserved region. */
struct dom0_tables {
	struct hvm_start_info info;
	struct hvm_modlist_entry module;
	struct hvm_memmap_table_entry map[MAX_MAP];
	char cmdline[BOOT_CMDLINE_MAX];
	char acpi[] __aligned(64);
};

struct builder {
	struct domain *d;
	const struct boot_info *bi;
	const struct acpi_info *acpi;
	struct hvm_memmap_table_entry map[MAX_MAP];
	unsigned nr_map;
	paddr_t tables, initrd;
	uint64_t initrd_size;
	uint32_t entry;
};

static void map_add(struct builder *b, paddr_t start, paddr_t end, uint32_t type)
{
	if (start >= end)
		return;
	if (b->nr_map == MAX_MAP)
		panic("the firmware's memory map has too many regions for domain 0's");
	b->map[b->nr_map++] = (struct hvm_memmap_table_entry){ start, end - start, type, 0 };
}

/* The firmware's map with RAM cut down to domain 0's share and without the hypervisor's image. */
static void memory_map_build(struct builder *b)
{
	paddr_t end0 = memory_dom0_end();

	for (unsigned i = 0; i < b->bi->nr_regions; i++) {
		const struct mem_region *r = &b->bi->region[i];
		paddr_t end = r->start + r->size;

		if (r->type != MEM_RAM) {
			map_add(b, r->start, end, r->type);
			continue;
		}
		end = ROUND_DOWN(MIN(end, end0), PAGE_SIZE);
		map_add(b, ROUND_UP(r->start, PAGE_SIZE), MIN(end, IMAGE_HOLE_START), MEM_RAM);
		map_add(b, MAX(r->start, IMAGE_HOLE_END), end, MEM_RAM);
	}
}

/* Cuts size bytes off the end of the highest RAM below 4 GiB that has them. */
static paddr_t take_from_top(struct builder *b, uint64_t size, const char *what)
{
	size = ROUND_UP(size, PAGE_SIZE);
	for (unsigned i = b->nr_map; i--;) {
		struct hvm_memmap_table_entry *m = &b->map[i];

		if (m->type == MEM_RAM && m->addr >= IMAGE_HOLE_END && m->size > size &&
		    m->addr + m->size <= 1UL << 32)
			return m->addr + m->size - size;
	}
	panic("no room for %s (%lu KB) in domain 0's memory: raise dom0_mem", what, size >> 10);
}

static void memory_give(struct builder *b)
{
	struct domain *d = b->d;

	for (unsigned i = 0; i < b->nr_map; i++) {
		uint64_t first = b->map[i].addr >> PAGE_SHIFT;
		uint64_t end = (b->map[i].addr + b->map[i].size) >> PAGE_SHIFT;

		if (b->map[i].type != MEM_RAM)
			continue;
		/*
		 * Frame 0 ends our page lists, so it cannot be on one; the BIOS data is there, map
		 * it.
		 */
		if (!first) {
			if (p2m_map(d, GFN(0), MFN(0), ORDER_4K, P2M_MMIO_DIRECT))
				panic("no memory for domain 0's page tables");
			first = 1;
		}
		domain_pages_adopt(d, first, end);
		while (first < end) {
			unsigned order = bit_lowest(first);

			order = MIN(order, 9u);
			while (first + (1UL << order) > end)
				order--;
			if (p2m_map(d, GFN(first), MFN(first), order, P2M_RAM_RW))
				panic("no memory for domain 0's page tables");
			first += 1UL << order;
		}
	}
}

/* From RAM to a region of their own, after that RAM was given: it is domain 0's all the same. */
static void tables_reserve(struct builder *b)
{
	unsigned i = 0;

	while (b->map[i].addr + b->map[i].size != b->tables + TABLES_SIZE)
		i++;
	b->map[i].size -= TABLES_SIZE;
	map_add(b, b->tables, b->tables + TABLES_SIZE, MEM_ACPI);
	/* The map stays sorted: the new entry, the last one, comes behind what it was cut from. */
	memmove(&b->map[i + 2], &b->map[i + 1], (b->nr_map - i - 2) * sizeof(b->map[0]));
	b->map[i + 1] = (struct hvm_memmap_table_entry){ b->tables, TABLES_SIZE, MEM_ACPI, 0 };
}

static bool in_dom0_ram(const struct builder *b, paddr_t start, uint64_t size)
{
	for (unsigned i = 0; i < b->nr_map; i++)
		if (b->map[i].type == MEM_RAM && start >= b->map[i].addr &&
		    start + size <= b->map[i].addr + b->map[i].size)
			return true;
	return false;
}

static void kernel_load(struct builder *b)
{
	const struct boot_module *m = &b->bi->module[0];
	struct elf_image elf;
	const char *why;

	if (elf_parse(&elf, paddr_to_virt(m->start), m->size, &why))
		panic("the first boot module is not a kernel for domain 0: %s; a PVH kernel in ELF "
		      "format (vmlinux) is needed there",
		      why);
	if (!elf.has_pvh_entry)
		panic("domain 0's kernel has no PVH entry note (XEN_ELFNOTE_PHYS32_ENTRY): it must be "
		      "built with CONFIG_PVH");
	for (unsigned i = 0; i < elf.nr_segments; i++) {
		const struct elf_segment *s = &elf.segment[i];

		if (!in_dom0_ram(b, s->paddr, s->memsz) || s->paddr < LOW_MEMORY_END)
			panic("domain 0's kernel wants memory at %#lx-%#lx, which it does not have",
			      s->paddr, s->paddr + s->memsz);
		memcpy(paddr_to_virt(s->paddr), elf.data + s->offset, s->filesz);
		memset(paddr_to_virt(s->paddr + s->filesz), 0, s->memsz - s->filesz);
	}
	b->entry = elf.pvh_entry;
	log_info("domain 0: kernel at %#lx-%#lx, entry %#x", elf.low, elf.high, elf.pvh_entry);
	if (b->bi->nr_modules < 2)
		return;
	m = &b->bi->module[1];
	b->initrd_size = m->size;
	b->initrd = ROUND_DOWN(take_from_top(b, m->size, "the initial RAM disk"), PAGE_SIZE);
	if (b->initrd < elf.high)
		panic("domain 0's memory is too small for its kernel and its initial RAM disk (%lu KB): "
		      "raise dom0_mem",
		      m->size >> 10);
	memcpy(paddr_to_virt(b->initrd), paddr_to_virt(m->start), m->size);
}

/*
 * What stands behind the initial RAM disk's name belongs to the kernel, too: a boot loader puts
 * what somebody types at its menu there, at the end of its line.
 */
static void cmdline_write(const struct boot_info *bi, char *out, size_t size)
{
	size_t len = str_copy(out, bi->module[0].cmdline, size);

	if (bi->nr_modules < 2 || !bi->module[1].cmdline[0] || len + 1 >= size)
		return;
	out[len] = ' ';
	str_copy(out + len + 1, bi->module[1].cmdline, size - len - 1);
}

/*
 * Devices are handed addresses of pages that guests lent only where all of them see what domain 0
 * sees; elsewhere it has to copy.
 */
static void swiotlb_choose(char *line, size_t size)
{
	struct pci_address a = { 0 };
	bool covered = iommu_present() && iommu_covers_all(&a);
	int rc = dom0_swiotlb(line, size, !covered);

	if (rc < 0)
		panic("no room for swiotlb=force in domain 0's command line of %zu characters",
		      strlen(line));
	if (covered)
		log_info("domain 0: devices use its memory directly%s",
			 rc ? ": swiotlb=force taken out of its command line" : "");
	else if (iommu_present())
		log_info("domain 0: swiotlb=force %s: pci %04x:%02x:%02x.%u may go past the IOMMU",
			 rc ? "added" : "stays", a.segment, a.bus, a.devfn >> 3, a.devfn & 7);
	else
		log_info("domain 0: swiotlb=force %s: no IOMMU", rc ? "added" : "stays");
}

static void tables_write(struct builder *b)
{
	struct dom0_tables *t = paddr_to_virt(b->tables);
	gpaddr_t acpi_at = b->tables + offsetof(struct dom0_tables, acpi);
	long used;

	memset(t, 0, TABLES_SIZE);
	used = acpi_build_dom0(b->acpi, b->d->max_vcpus, t->acpi,
			       TABLES_SIZE - offsetof(struct dom0_tables, acpi), acpi_at);
	if (used < 0)
		panic("cannot build domain 0's ACPI tables: error %ld", used);
	memcpy(t->map, b->map, sizeof(t->map));
	cmdline_write(b->bi, t->cmdline, sizeof(t->cmdline));
	swiotlb_choose(t->cmdline, sizeof(t->cmdline));
	t->module = (struct hvm_modlist_entry){ .paddr = b->initrd, .size = b->initrd_size };
	t->info = (struct hvm_start_info){
		.magic = XEN_HVM_START_MAGIC_VALUE,
		.version = 1,
		.flags = SIF_PRIVILEGED | SIF_INITDOMAIN,
		.nr_modules = b->initrd_size ? 1 : 0,
		.modlist_paddr = b->tables + offsetof(struct dom0_tables, module),
		.cmdline_paddr = b->tables + offsetof(struct dom0_tables, cmdline),
		.rsdp_paddr = acpi_at,
		.memmap_paddr = b->tables + offsetof(struct dom0_tables, map),
		.memmap_entries = b->nr_map,
	};
}

/* The same map for those who ask by hypercall (XENMEM_memory_map). */
static void memory_map_publish(const struct builder *b)
{
	static struct e820_entry e[MAX_MAP];

	for (unsigned i = 0; i < b->nr_map; i++)
		e[i] = (struct e820_entry){ b->map[i].addr, b->map[i].size, b->map[i].type };
	if (domain_set_memory_map(b->d, e, MIN(b->nr_map, E820_MAX_ENTRIES)))
		panic("no memory for domain 0's memory map");
}

/* The state in which a PVH kernel is entered: 32-bit protected mode, flat, no paging. */
static void vcpu0_start(struct builder *b)
{
	struct vcpu *v = b->d->vcpu[0];
	struct hvm_state s = { 0 };

	hvm->get_state(v, &s);
	for (unsigned i = SEG_ES; i <= SEG_GS; i++)
		s.seg[i] =
			(struct hvm_segment){ .selector = 0x10, .attributes = 0xc93, .limit = ~0u };
	s.seg[SEG_CS] = (struct hvm_segment){ .selector = 0x08, .attributes = 0xc9b, .limit = ~0u };
	s.seg[SEG_TR] =
		(struct hvm_segment){ .selector = 0x18, .attributes = 0x08b, .limit = 0x67 };
	s.cr0 = 0x11; /* PE, ET */
	hvm->set_state(v, &s);
	v->hvm.regs = (struct cpu_regs){ .rip = b->entry, .rflags = 2, .rbx = b->tables };
	v->initialised = true;
	vcpu_up(v);
}

static void devices_create(struct builder *b)
{
	for (unsigned i = 0; i < b->acpi->nr_ioapics; i++) {
		const uint32_t base = b->acpi->ioapic[i].address;
		volatile uint32_t *regs = paddr_to_virt(base);
		uint32_t pins;

		regs[0] = 1;
		pins = (regs[4] >> 16 & 0xff) + 1;
		if (vioapic_create(b->d, base, b->acpi->ioapic[i].gsi_base, pins))
			panic("no memory for domain 0's IO-APIC %u", i);
	}
	for (unsigned i = 0; i < b->acpi->nr_ecam; i++)
		if (vpci_add_ecam(b->acpi->ecam[i].base, b->acpi->ecam[i].segment,
				  b->acpi->ecam[i].first_bus, b->acpi->ecam[i].last_bus))
			log_warn("PCI configuration window at %#lx is not watched",
				 b->acpi->ecam[i].base);
	vpci_scan();
}

void dom0_build(const struct boot_info *bi, const struct acpi_info *acpi, unsigned nr_vcpus)
{
	struct builder b = { .bi = bi, .acpi = acpi };
	struct domain_config config = {
		.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
		.max_vcpus = nr_vcpus,
		.max_evtchn_port = ~0u,
		.max_grant_frames = 64,
		.max_maptrack_frames = 1024,
		.is_control = true,
	};

	if (!bi->nr_modules)
		panic("no boot module: domain 0's kernel has to be the first one, its initial RAM disk "
		      "the second");
	if (domain_create(0, &config, &b.d))
		panic("no memory for domain 0");
	domain0 = b.d;
	for (unsigned i = 0; i < nr_vcpus; i++)
		if (vcpu_create(b.d, i))
			panic("no memory for vCPU %u of domain 0", i);
	memory_map_build(&b);
	b.tables = take_from_top(&b, TABLES_SIZE, "start-up tables");
	memory_give(&b);
	tables_reserve(&b);
	kernel_load(&b);
	devices_create(&b);
	iommu_start(b.d);
	tables_write(&b);
	memory_map_publish(&b);
	vcpu0_start(&b);
}
