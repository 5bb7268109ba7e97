// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the firmware's ACPI tables (ACPI Specification 6.4, chapter 5) into struct acpi_info. No
 * AML. Run once, before other CPUs; touches memory through acpi_map alone, so that it runs in host
 * tests.
 */
#include "acpi.h"

#include "abi/errno.h"
#include "acpi_private.h"
#include "lib.h"
#include "log.h"

#define RSDP_V1_SIZE 20u
#define TABLE_MAX    (1u << 20) /* the largest real ones, DSDTs, have a quarter of it */

uint8_t acpi_sum(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint8_t sum = 0;

	while (len--)
		sum = (uint8_t)(sum + *p++);
	return sum;
}

/* --- finding tables --------------------------------------------------------------------------- */

const uint8_t *acpi_table(paddr_t pa)
{
	const struct acpi_header *h = acpi_map(pa, sizeof(*h));
	uint32_t length;

	if (!h) {
		log_warn("ACPI: table at %#lx is not in memory", pa);
		return NULL;
	}
	memcpy(&length, &h->length, sizeof(length));
	if (length < sizeof(*h) || length > TABLE_MAX || !acpi_map(pa, length)) {
		log_warn("ACPI: table %.4s at %#lx says it has %u bytes", h->signature, pa, length);
		return NULL;
	}
	if (acpi_sum(h, length)) {
		log_warn("ACPI: checksum of table %.4s at %#lx is wrong", h->signature, pa);
		return NULL;
	}
	return (const uint8_t *)h;
}

static bool rsdp_valid(paddr_t pa)
{
	const struct acpi_rsdp *r = acpi_map(pa, RSDP_V1_SIZE);

	if (!r || memcmp(r->signature, "RSD PTR ", 8) != 0 || acpi_sum(r, RSDP_V1_SIZE))
		return false;
	if (r->revision < 2)
		return true;
	r = acpi_map(pa, sizeof(*r));
	return r && r->length >= sizeof(*r) && r->length <= PAGE_SIZE && acpi_map(pa, r->length) &&
	       !acpi_sum(r, r->length);
}

static paddr_t rsdp_search(paddr_t start, paddr_t end)
{
	for (paddr_t pa = ROUND_UP(start, 16); pa < end; pa += 16)
		if (rsdp_valid(pa))
			return pa;
	return 0;
}

/* The first KiB of the extended BIOS data area, then the BIOS itself (section 5.2.5.1). */
static paddr_t rsdp_find(void)
{
	const uint8_t *ebda = acpi_map(0x40e, 2);
	paddr_t start = ebda ? (paddr_t)get_le16(ebda) << 4 : 0, found = 0;

	if (start >= 0x400 && start < 0xa0000)
		found = rsdp_search(start, MIN(start + 1024, 0xa0000UL));
	return found ? found : rsdp_search(0xe0000, 0x100000);
}

static bool root_use(struct acpi_root *root, paddr_t pa, const char *signature, unsigned entry_size)
{
	const uint8_t *table = pa ? acpi_table(pa) : NULL;

	if (!table || memcmp(table, signature, 4) != 0)
		return false;
	root->table = table;
	root->entry_size = entry_size;
	root->nr = (get_le32(table + 4) - (unsigned)sizeof(struct acpi_header)) / entry_size;
	return true;
}

int acpi_root_open(paddr_t rsdp, struct acpi_root *root)
{
	const struct acpi_rsdp *r = rsdp_valid(rsdp) ? acpi_map(rsdp, RSDP_V1_SIZE) : NULL;

	if (!r)
		return -EINVAL;
	if (r->revision >= 2 && root_use(root, r->xsdt, "XSDT", 8))
		return 0;
	return root_use(root, r->rsdt, "RSDT", 4) ? 0 : -EINVAL;
}

paddr_t acpi_root_entry(const struct acpi_root *root, unsigned i)
{
	const uint8_t *p = root->table + sizeof(struct acpi_header) + i * root->entry_size;

	return root->entry_size == 8 ? get_le64(p) : get_le32(p);
}

/* The first valid table of that name with at least min bytes. */
static const uint8_t *find(const struct acpi_root *root, const char *signature, uint32_t min,
			   paddr_t *where)
{
	for (unsigned i = 0; i < root->nr; i++) {
		paddr_t pa = acpi_root_entry(root, i);
		const char *name = acpi_map(pa, 4);
		const uint8_t *table;

		if (!name || memcmp(name, signature, 4) != 0)
			continue;
		table = acpi_table(pa);
		if (table && get_le32(table + 4) >= min) {
			if (where)
				*where = pa;
			return table;
		}
		log_warn("ACPI: %s at %#lx is not usable", signature, pa);
	}
	return NULL;
}

/* --- MADT ------------------------------------------------------------------------------------- */

static void add_cpu(struct acpi_info *info, uint32_t apic_id, uint32_t uid, uint32_t flags,
		    bool x2apic)
{
	/* Firmwares that speak of a CPU twice, once in each form, exist. */
	for (unsigned i = 0; i < info->nr_cpus; i++)
		if (info->cpu[i].apic_id == apic_id) {
			info->cpu[i].enabled |= flags & 1;
			return;
		}
	if (info->nr_cpus == ACPI_MAX_CPUS) {
		log_warn("ACPI: more than %u CPUs, APIC ID %#x is not used", ACPI_MAX_CPUS,
			 apic_id);
		return;
	}
	info->cpu[info->nr_cpus].apic_id = apic_id;
	info->cpu[info->nr_cpus].acpi_uid = uid;
	info->cpu[info->nr_cpus].enabled = flags & 1;
	info->cpu[info->nr_cpus].x2apic = x2apic;
	info->nr_cpus++;
}

static void add_ioapic(struct acpi_info *info, const uint8_t *e)
{
	if (info->nr_ioapics == ACPI_MAX_IOAPICS) {
		log_warn("ACPI: more than %u IO-APICs, ID %u is not used", ACPI_MAX_IOAPICS, e[2]);
		return;
	}
	info->ioapic[info->nr_ioapics].id = e[2];
	info->ioapic[info->nr_ioapics].address = get_le32(e + 4);
	info->ioapic[info->nr_ioapics].gsi_base = get_le32(e + 8);
	info->nr_ioapics++;
}

static void add_override(struct acpi_info *info, const uint8_t *e)
{
	uint16_t flags = get_le16(e + 8), polarity = flags & 3, trigger = flags & (3 << 2);
	unsigned n = info->nr_overrides;
	/*
	 * "As the bus has it" is edge and high for ISA, but level and low for ACPI's own interrupt.
	 */
	bool sci = info->has_fadt && e[3] == info->sci_irq;

	if (n == ACPI_MAX_OVERRIDES) {
		log_warn("ACPI: more than %u interrupt overrides, IRQ %u is not used",
			 ACPI_MAX_OVERRIDES, e[3]);
		return;
	}
	info->override[n].irq = e[3];
	info->override[n].gsi = get_le32(e + 4);
	info->override[n].level = trigger ? trigger == MPS_LEVEL : sci;
	info->override[n].active_low = polarity ? polarity == MPS_ACTIVE_LOW : sci;
	info->nr_overrides++;
}

static void read_madt_entry(struct acpi_info *info, const uint8_t *e, unsigned len)
{
	if (e[0] == MADT_LAPIC && len >= 8 && e[3] != 0xff)
		add_cpu(info, e[3], e[2], get_le32(e + 4), false);
	else if (e[0] == MADT_X2APIC && len >= 16 && get_le32(e + 4) != 0xffffffff)
		add_cpu(info, get_le32(e + 4), get_le32(e + 12), get_le32(e + 8), true);
	else if (e[0] == MADT_IOAPIC && len >= 12)
		add_ioapic(info, e);
	else if (e[0] == MADT_OVERRIDE && len >= 10)
		add_override(info, e);
	else if (e[0] == MADT_LAPIC_ADDRESS && len >= 12 && get_le64(e + 4) <= UINT32_MAX)
		info->lapic_address = get_le32(e + 4);
}

static int read_madt(struct acpi_info *info, const struct acpi_root *root)
{
	const uint8_t *t = find(root, "APIC", MADT_ENTRIES, NULL);
	uint32_t at = MADT_ENTRIES, length;

	if (!t) {
		log_err("ACPI: no MADT: neither CPUs nor IO-APICs are known");
		return -ENOENT;
	}
	info->lapic_address = get_le32(t + 36);
	for (length = get_le32(t + 4); at + 2 <= length; at += t[at + 1]) {
		if (t[at + 1] < 2 || t[at + 1] > length - at) {
			log_warn("ACPI: MADT entry at %u has %u of %u bytes left", at, t[at + 1],
				 length - at);
			return -EINVAL;
		}
		read_madt_entry(info, t + at, t[at + 1]);
	}
	return 0;
}

/* --- FADT and the small ones ------------------------------------------------------------------ */

static struct acpi_gas get_gas(const uint8_t *p)
{
	return (struct acpi_gas){ p[0], p[1], p[2], p[3], get_le64(p + 4) };
}

/*
 * A register block's port: the extended field where there is one, in I/O space, else the old one.
 */
static uint32_t get_port(const uint8_t *t, unsigned old_field, unsigned extended)
{
	if (get_le32(t + 4) >= extended + 12) {
		struct acpi_gas gas = get_gas(t + extended);

		if (gas.space == 1 && gas.address && gas.address <= 0xffff)
			return (uint32_t)gas.address;
	}
	return get_le32(t + old_field) <= 0xffff ? get_le32(t + old_field) : 0;
}

static void read_fadt(struct acpi_info *info, const struct acpi_root *root)
{
	const uint8_t *t = find(root, "FACP", 116, NULL); /* ACPI 1.0's size */
	uint32_t flags;

	if (!t) {
		log_warn("ACPI: no FADT: no PM timer, no reset register");
		return;
	}
	info->has_fadt = true;
	info->sci_irq = get_le16(t + 46);
	info->dsdt = get_le32(t + 40);
	if (get_le32(t + 4) >= 148 && get_le64(t + 140))
		info->dsdt = get_le64(t + 140);
	info->pm1a_cnt = get_port(t, 64, 172);
	info->pm1b_cnt = get_port(t, 68, 184);
	info->pm_timer = get_port(t, 76, 208);
	flags = get_le32(t + 112);
	info->pm_timer_32bit = flags & (1u << 8);
	if ((flags & (1u << 10)) && get_le32(t + 4) >= 129) {
		info->reset_reg = get_gas(t + 116);
		info->reset_value = t[128];
		info->has_reset = info->reset_reg.address != 0;
	}
}

static void read_mcfg(struct acpi_info *info, const struct acpi_root *root)
{
	const uint8_t *t = find(root, "MCFG", 44, NULL);

	if (!t)
		return;
	for (uint32_t at = 44; at + 16 <= get_le32(t + 4); at += 16) {
		unsigned n = info->nr_ecam;

		if (n == ACPI_MAX_ECAM || t[at + 10] > t[at + 11]) {
			log_warn("ACPI: MCFG window at %#lx is not used", get_le64(t + at));
			continue;
		}
		info->ecam[n].base = get_le64(t + at);
		info->ecam[n].segment = get_le16(t + at + 8);
		info->ecam[n].first_bus = t[at + 10];
		info->ecam[n].last_bus = t[at + 11];
		info->nr_ecam++;
	}
}

int acpi_parse(struct acpi_info *info, paddr_t rsdp)
{
	struct acpi_root root;
	const uint8_t *hpet;

	memset(info, 0, sizeof(*info));
	info->rsdp = rsdp ? rsdp : rsdp_find();
	if (!info->rsdp) {
		log_err("ACPI: no root pointer found");
		return -ENOENT;
	}
	if (acpi_root_open(info->rsdp, &root)) {
		log_err("ACPI: the root pointer at %#lx leads to no valid table", info->rsdp);
		return -EINVAL;
	}
	info->is_bochs = !memcmp(acpi_map(info->rsdp + offsetof(struct acpi_rsdp, oem_id), 6),
				 "BOCHS ", 6);
	read_fadt(info, &root); /* before the MADT, which needs to know the SCI */
	read_mcfg(info, &root);
	hpet = find(&root, "HPET", 56, NULL);
	if (hpet && get_gas(hpet + 40).space == 0)
		info->hpet_base = get_gas(hpet + 40).address;
	find(&root, "SPCR", 52, &info->spcr);
	find(&root, "DMAR", 48, &info->dmar);
	find(&root, "IVRS", 48, &info->ivrs);
	return read_madt(info, &root);
}
