// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Domain 0's own ACPI root: an RSDP and an XSDT that list the firmware's tables but for those about
 * what the hypervisor keeps (CPUs, NUMA, IOMMUs, the HPET), and a MADT with domain 0's virtual
 * CPUs. The FADT stays the firmware's.
 */
#include "acpi.h"

#include "abi/errno.h"
#include "acpi_private.h"
#include "lib.h"

#define VIRTUAL_LAPIC 0xfee00000u
#define LAPIC_ID_MAX  254u /* 255 is everyone */

/* The buffer being filled; once something did not fit, nothing more is written. */
struct writer {
	uint8_t *buf;
	size_t size, len;
	bool full;
};

static void put(struct writer *w, const void *data, size_t n)
{
	if (w->full || n > w->size - w->len) {
		w->full = true;
		return;
	}
	memcpy(w->buf + w->len, data, n);
	w->len += n;
}

/* The header with the firmware's OEM fields; length and checksum come with finish_table. */
static size_t begin_table(struct writer *w, const char *signature, uint8_t revision,
			  const struct acpi_header *firmware)
{
	static const uint8_t zeros[8];
	struct acpi_header h = *firmware;
	size_t start;

	put(w, zeros, ROUND_UP(w->len, sizeof(zeros)) - w->len);
	start = w->len;
	memcpy(h.signature, signature, sizeof(h.signature));
	h.revision = revision;
	put(w, &h, sizeof(h));
	return start;
}

static void finish_table(struct writer *w, size_t start)
{
	struct acpi_header *h = (struct acpi_header *)(w->buf + start);

	if (w->full)
		return;
	h->length = (uint32_t)(w->len - start);
	h->checksum = 0;
	h->checksum = (uint8_t)-acpi_sum(h, h->length);
}

static void put_cpus(struct writer *w, unsigned nr_vcpus)
{
	for (unsigned i = 0; i < nr_vcpus; i++) {
		struct {
			uint8_t type, length, uid, apic_id;
			uint32_t flags;
		} __packed e = { MADT_LAPIC, sizeof(e), (uint8_t)i, (uint8_t)(2 * i), 1 };

		put(w, &e, sizeof(e));
	}
}

static void put_interrupts(struct writer *w, const struct acpi_info *info)
{
	for (unsigned i = 0; i < info->nr_ioapics; i++) {
		const struct acpi_ioapic *io = &info->ioapic[i];
		struct {
			uint8_t type, length, id, reserved;
			uint32_t address, gsi_base;
		} __packed e = { MADT_IOAPIC, sizeof(e), io->id, 0, io->address, io->gsi_base };

		put(w, &e, sizeof(e));
	}
	for (unsigned i = 0; i < info->nr_overrides; i++) {
		const struct acpi_override *o = &info->override[i];
		struct {
			uint8_t type, length, bus, irq;
			uint32_t gsi;
			uint16_t flags;
		} __packed e = { MADT_OVERRIDE, sizeof(e), 0, o->irq, o->gsi, 0 };

		e.flags = (o->active_low ? MPS_ACTIVE_LOW : MPS_ACTIVE_HIGH) |
			  (o->level ? MPS_LEVEL : MPS_EDGE);
		put(w, &e, sizeof(e));
	}
}

static size_t put_madt(struct writer *w, const struct acpi_info *info, unsigned nr_vcpus,
		       const struct acpi_header *firmware)
{
	/* Flags 0: no pair of 8259s is there (PCAT_COMPAT). */
	const uint32_t fixed[2] = { VIRTUAL_LAPIC, 0 };
	size_t start = begin_table(w, "APIC", 4, firmware);

	put(w, fixed, sizeof(fixed));
	put_cpus(w, nr_vcpus);
	put_interrupts(w, info);
	finish_table(w, start);
	return start;
}

static bool hidden(const char *signature)
{
	static const char names[][5] = { "APIC", "DMAR", "IVRS", "HPET", "SRAT", "SLIT" };

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (memcmp(signature, names[i], 4) == 0)
			return true;
	return false;
}

static size_t put_xsdt(struct writer *w, const struct acpi_root *root, gpaddr_t madt,
		       const struct acpi_header *firmware)
{
	size_t start = begin_table(w, "XSDT", 1, firmware);

	put(w, &madt, sizeof(madt));
	for (unsigned i = 0; i < root->nr; i++) {
		uint64_t pa = acpi_root_entry(root, i);
		const char *signature = acpi_map(pa, sizeof(struct acpi_header));

		if (signature && !hidden(signature))
			put(w, &pa, sizeof(pa));
	}
	finish_table(w, start);
	return start;
}

long acpi_build_dom0(const struct acpi_info *info, unsigned nr_vcpus, void *buf, size_t size,
		     gpaddr_t gpa)
{
	struct acpi_rsdp rsdp = { .signature = "RSD PTR ", .revision = 2, .length = sizeof(rsdp) };
	struct writer w = { .buf = buf, .size = size };
	const struct acpi_header *firmware;
	struct acpi_root root;
	size_t madt;

	if (!nr_vcpus || 2 * (nr_vcpus - 1) > LAPIC_ID_MAX || acpi_root_open(info->rsdp, &root))
		return -EINVAL;
	firmware = (const struct acpi_header *)root.table;
	memcpy(rsdp.oem_id, firmware->oem_id, sizeof(rsdp.oem_id));

	put(&w, &rsdp, sizeof(rsdp)); /* its place; the addresses are not known yet */
	madt = put_madt(&w, info, nr_vcpus, firmware);
	rsdp.xsdt = gpa + put_xsdt(&w, &root, gpa + madt, firmware);
	if (w.full)
		return -ENOSPC;
	rsdp.checksum = (uint8_t)-acpi_sum(&rsdp, 20);
	rsdp.extended_checksum = (uint8_t)-acpi_sum(&rsdp, sizeof(rsdp));
	memcpy(buf, &rsdp, sizeof(rsdp));
	return (long)w.len;
}
