// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order of the steps, and what is undone when one fails. The images are read and judged
 * before the domain exists; from then on, any failure destroys it.
 */
#include "builder/domain_build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builder/acpi_tables.h"
#include "builder/domain_memory.h"
#include "builder/domain_shell.h"
#include "builder/kernel_image.h"
#include "builder/start_info.h"
#include "builder/vcpu_state.h"
#include "lib/domain.h"
#include "lib/grant_table.h"
#include "lib/guest_memory.h"

struct build {
	struct xencall *xc;
	const struct domain_spec *spec;
	struct domain_built *built;
	struct phases *phases;
	struct kernel_image kernel;
	int ramdisk_fd;
	uint64_t ramdisk_len;
	struct guest_layout layout;
};

static int build_open_ramdisk(struct build *b, struct reason *why)
{
	const char *path = b->spec->ramdisk;
	struct stat st;

	if (!path)
		return 0;
	b->ramdisk_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (b->ramdisk_fd < 0 || fstat(b->ramdisk_fd, &st) < 0)
		return reason_errno(why, "%s", path);
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return reason_set(why, "%s: not a ramdisk (no regular file, or empty)", path);
	b->ramdisk_len = st.st_size;
	return 0;
}

/* Everything that can be refused before there is a domain. */
static int build_prepare(struct build *b, struct reason *why)
{
	if (strlen(b->spec->cmdline) > START_INFO_CMDLINE_MAX)
		return reason_set(why, "the command line is longer than %u characters",
				  START_INFO_CMDLINE_MAX);
	if (b->spec->max_vcpus > ACPI_MAX_VCPUS)
		return reason_set(why, "%u vCPUs, at most %u are supported", b->spec->max_vcpus,
				  ACPI_MAX_VCPUS);
	if (build_open_ramdisk(b, why) < 0)
		return -1;
	if (kernel_image_load(&b->kernel, b->spec->kernel, why) < 0)
		return -1;
	phases_end(b->phases, "kernel: read, unpack", b->xc->calls);
	if (guest_layout_plan(&b->layout, b->spec->memory_kib, &b->kernel.elf, b->ramdisk_len,
			      start_info_size(b->spec->cmdline), why) < 0)
		return -1;
	phases_end(b->phases, "layout", b->xc->calls);
	return domain_memory_check(b->xc, &b->layout, why);
}

static int build_load(struct build *b, struct guest_memory *gm, struct reason *why)
{
	const struct elf_image *elf = &b->kernel.elf;

	for (unsigned int i = 0; i < elf->nr_segments; i++) {
		const struct elf_segment *seg = &elf->segments[i];
		uint64_t bss = seg->paddr + seg->data.len;

		if (guest_memory_write(gm, seg->paddr, seg->data.data, seg->data.len, why) < 0 ||
		    guest_memory_zero(gm, bss, seg->memsz - seg->data.len, why) < 0)
			return -1;
	}
	phases_end(b->phases, "kernel: copy", b->xc->calls);
	if (b->ramdisk_len) {
		struct reason inner;

		if (guest_memory_read_file(gm, b->layout.ramdisk_at, b->ramdisk_fd, b->ramdisk_len,
					   &inner) < 0)
			return reason_set(why, "%s: %s", b->spec->ramdisk, inner.text);
		phases_end(b->phases, "ramdisk: copy", b->xc->calls);
	}
	return 0;
}

static int build_tables(struct build *b, struct guest_memory *gm, struct reason *why)
{
	static uint8_t acpi[GUEST_ACPI_SIZE];
	static uint8_t info[2 * GUEST_PAGE];
	size_t len;

	_Static_assert(START_INFO_CMDLINE_MAX + 512 < sizeof(info), "start info");
	/*
	 * All are enabled: a CPU that is not, Linux gives no APIC id, and could not start it later.
	 * Those that it may not use yet, it turns off again when it has read so in the store.
	 */
	len = acpi_tables_build(acpi, sizeof(acpi), GUEST_ACPI_BASE, b->spec->max_vcpus,
				b->spec->max_vcpus, b->spec->with_pci);
	if (len == 0)
		return reason_set(why, "ACPI tables for %u vCPUs do not fit", b->spec->max_vcpus);
	/*
	 * A kernel that another one begins (kexec) has no start info, and looks where a BIOS would
	 * have it. What the guest is loaded from may want that place, and gets it.
	 */
	if (guest_memory_write(gm, GUEST_ACPI_BASE, acpi, len, why) < 0 ||
	    guest_memory_write(gm, GUEST_RSDP_COPY, acpi, ACPI_RSDP_LEN, why) < 0)
		return -1;
	len = start_info_build(info, &b->layout, b->spec->cmdline, GUEST_ACPI_BASE);
	return guest_memory_write(gm, b->layout.start_info_at, info, len, why);
}

/* The rings' pages may hold anything; a ring starts with all indices 0. */
static int build_special_pages(struct guest_memory *gm, struct reason *why)
{
	if (guest_memory_zero(gm, GUEST_CONSOLE_GFN * GUEST_PAGE, GUEST_PAGE, why) < 0)
		return -1;
	return guest_memory_zero(gm, GUEST_STORE_GFN * GUEST_PAGE, GUEST_PAGE, why);
}

static int build_guest_memory(struct build *b, struct reason *why)
{
	struct grant_entry_v1 *table = grant_table_map(b->xc, b->built->domid);
	struct guest_memory gm;
	int rc = -1;

	if (!table)
		return reason_errno(why, "mapping the grant table");
	domain_shell_seed_grants(table);
	if (guest_memory_open(&gm, b->xc, b->built->domid, table) < 0) {
		reason_errno(why, "opening guest memory");
	} else {
		if (build_tables(b, &gm, why) == 0 && build_load(b, &gm, why) == 0)
			rc = build_special_pages(&gm, why);
		guest_memory_close(&gm);
	}
	grant_table_unmap(table);
	return rc;
}

static int build_domain(struct build *b, struct reason *why)
{
	domid_t domid = b->built->domid;

	phases_end(b->phases, "domain: create", b->xc->calls);
	if (domain_memory_set_map(b->xc, domid, &b->layout, why) < 0 ||
	    domain_memory_populate(b->xc, domid, &b->layout, why) < 0 ||
	    domain_memory_seal(b->xc, domid, why) < 0)
		return -1;
	phases_end(b->phases, "memory: populate", b->xc->calls);
	if (build_guest_memory(b, why) < 0 ||
	    domain_shell_connect(b->xc, b->spec, b->built, why) < 0 ||
	    vcpu_state_set(b->xc, domid, b->spec->max_vcpus, b->kernel.elf.entry,
			   (uint32_t)b->layout.start_info_at, why) < 0)
		return -1;
	phases_end(b->phases, "tables, rings, vCPUs", b->xc->calls);
	return 0;
}

int domain_build(struct xencall *xc, const struct domain_spec *spec, struct domain_built *built,
		 struct phases *phases, struct reason *why)
{
	struct build b = {
		.xc = xc,
		.spec = spec,
		.built = built,
		.phases = phases,
		.ramdisk_fd = -1,
	};
	int rc = -1;

	if (build_prepare(&b, why) < 0 || domain_shell_create(xc, spec, &built->domid, why) < 0)
		goto out;
	rc = build_domain(&b, why);
	if (rc < 0 && domain_destroy(xc, built->domid) < 0)
		log_error("domain %u is left behind: %s", built->domid, strerror(errno));
out:
	kernel_image_free(&b.kernel);
	if (b.ramdisk_fd >= 0)
		close(b.ramdisk_fd);
	return rc;
}
