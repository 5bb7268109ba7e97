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

/* Its length and checksum verified; NULL, and a log line, if wrong. */
static const uint8_t *table_at(paddr_t pa)
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
	const uint8_t *table = pa ? table_at(pa) : NULL;

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
static const uint8_t *find(const struct acpi_root *root, const char *signature, uint32_t min)
{
	for (unsigned i = 0; i < root->nr; i++) {
		paddr_t pa = acpi_root_entry(root, i);
		const char *name = acpi_map(pa, 4);
		const uint8_t *table;

		if (!name || memcmp(name, signature, 4) != 0)
			continue;
		table = table_at(pa);
		if (table && get_le32(table + 4) >= min)
			return table;
		log_warn("ACPI: %s at %#lx is not usable", signature, pa);
	}
	return NULL;
}

/* --- MADT ------------------------------------------------------------------------------------- */

static bool has_room(unsigned nr, unsigned max, const char *what, uint32_t id)
{
	if (nr == max)
		log_warn("ACPI: more than %u %s, %#x is not used", max, what, id);
	return nr < max;
}

static void add_cpu(struct acpi_info *info, uint32_t apic_id, uint32_t uid, uint32_t flags)
{
	struct acpi_cpu *c = info->cpu, *end = c + info->nr_cpus;

	/* Firmwares that speak of a CPU twice, once in each form, exist. */
	while (c < end && c->apic_id != apic_id)
		c++;
	if (c == end) {
		if (!has_room(info->nr_cpus, ACPI_MAX_CPUS, "CPUs", apic_id))
			return;
		*c = (struct acpi_cpu){ apic_id, uid, false };
		info->nr_cpus++;
	}
	c->enabled |= flags & 1;
}

static void add_ioapic(struct acpi_info *info, const uint8_t *e)
{
	if (has_room(info->nr_ioapics, ACPI_MAX_IOAPICS, "IO-APICs", e[2]))
		info->ioapic[info->nr_ioapics++] = (struct acpi_ioapic){ e[2], get_le32(e + 4),
									 get_le32(e + 8) };
}

static void add_override(struct acpi_info *info, const uint8_t *e)
{
	uint16_t flags = get_le16(e + 8), polarity = flags & 3, trigger = flags & (3 << 2);
	/*
	 * "As the bus has it" is edge and high for ISA, but level and low for ACPI's own interrupt.
	 */
	bool sci = info->has_fadt && e[3] == info->sci_irq;

	if (has_room(info->nr_overrides, ACPI_MAX_OVERRIDES, "interrupt overrides", e[3]))
		info->override[info->nr_overrides++] = (struct acpi_override){
			.irq = e[3],
			.gsi = get_le32(e + 4),
			.level = trigger ? trigger == MPS_LEVEL : sci,
			.active_low = polarity ? polarity == MPS_ACTIVE_LOW : sci,
		};
}

static void read_madt_entry(struct acpi_info *info, const uint8_t *e, unsigned len)
{
	if (e[0] == MADT_LAPIC && len >= 8 && e[3] != 0xff)
		add_cpu(info, e[3], e[2], get_le32(e + 4));
	else if (e[0] == MADT_X2APIC && len >= 16 && get_le32(e + 4) != 0xffffffff)
		add_cpu(info, get_le32(e + 4), get_le32(e + 12), get_le32(e + 8));
	else if (e[0] == MADT_IOAPIC && len >= 12)
		add_ioapic(info, e);
	else if (e[0] == MADT_OVERRIDE && len >= 10)
		add_override(info, e);
}

static int read_madt(struct acpi_info *info, const struct acpi_root *root)
{
	const uint8_t *t = find(root, "APIC", MADT_ENTRIES);
	uint32_t at = MADT_ENTRIES, length;

	if (!t) {
		log_err("ACPI: no MADT: neither CPUs nor IO-APICs are known");
		return -ENOENT;
	}
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

#define FADT_HAS_RESET (1u << 10)

static void read_fadt(struct acpi_info *info, const struct acpi_root *root)
{
	const uint8_t *t = find(root, "FACP", 116); /* ACPI 1.0's size */

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
	if ((get_le32(t + 112) & FADT_HAS_RESET) && get_le32(t + 4) >= 129) {
		info->reset_reg = get_gas(t + 116);
		info->reset_value = t[128];
		info->has_reset = info->reset_reg.address != 0;
	}
}

static void read_mcfg(struct acpi_info *info, const struct acpi_root *root)
{
	const uint8_t *t = find(root, "MCFG", 44);

	if (!t)
		return;
	for (uint32_t at = 44; at + 16 <= get_le32(t + 4); at += 16) {
		struct acpi_ecam e = { get_le64(t + at), get_le16(t + at + 8), t[at + 10],
				       t[at + 11] };

		if (info->nr_ecam == ACPI_MAX_ECAM || e.first_bus > e.last_bus)
			log_warn("ACPI: MCFG window at %#lx is not used", e.base);
		else
			info->ecam[info->nr_ecam++] = e;
	}
}

int acpi_parse(struct acpi_info *info, paddr_t rsdp)
{
	struct acpi_root root;

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
	info->dmar = find(&root, "DMAR", 48);
	info->ivrs = find(&root, "IVRS", 48);
	return read_madt(info, &root);
}
