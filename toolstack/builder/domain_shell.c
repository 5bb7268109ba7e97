// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hypercalls that make a domain, whatever its memory will hold.
 */
#include "builder/domain_shell.h"

#include <errno.h>
#include <string.h>

#include "abi/hvm_params.h"
#include "builder/layout.h"
#include "builder/vcpu_state.h"
#include "lib/domain.h"
#include "lib/guest_copy.h"

#define GRANT_VERSION_1 1
#define MAPTRACK_FRAMES 1024
#define MEMORY_SLACK_KIB \
	(1024 + (GUEST_MAX_TAIL >> 10)) /* ACPI and special pages; the kernel's tail */

static int shell_create(struct xencall *xc, const struct domain_spec *spec, domid_t *domid,
			struct reason *why)
{
	struct xen_domctl_createdomain how = {
		.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
		.max_vcpus = spec->max_vcpus,
		.max_evtchn_port = spec->max_event_channels,
		.max_grant_frames = spec->max_grant_frames,
		.max_maptrack_frames = MAPTRACK_FRAMES,
		.grant_opts = GRANT_VERSION_1,
		.arch.emulation_flags = XEN_X86_EMU_LAPIC,
	};

	if (spec->with_pci)
		how.flags |= XEN_DOMCTL_CDF_iommu;
	memcpy(how.handle, spec->uuid, sizeof(how.handle));
	if (domain_create(xc, &how, domid) < 0)
		return reason_errno(why, "creating the domain");
	return 0;
}

/*
 * Page tables of the guest's physical memory, as the hypervisor recommends: 8 KB a MB and 256 KB a
 * vCPU.
 */
static uint64_t paging_pool_bytes(const struct domain_spec *spec)
{
	uint64_t kib = 1024 + 256ULL * spec->max_vcpus + 8 * (spec->max_memory_kib >> 10);

	return (kib + 1023) / 1024 << 20;
}

static int shell_configure(struct xencall *xc, const struct domain_spec *spec, domid_t domid,
			   struct reason *why)
{
	struct reason policy;

	if (domain_set_max_vcpus(xc, domid, spec->max_vcpus) < 0)
		return reason_errno(why, "creating %u vCPUs", spec->max_vcpus);
	if (domain_set_paging_pool(xc, domid, paging_pool_bytes(spec)) < 0)
		return reason_errno(why, "memory for page tables");
	if (domain_set_max_memory(xc, domid, spec->memory_kib + MEMORY_SLACK_KIB) < 0)
		return reason_errno(why, "setting the memory limit");
	if (domain_set_tsc_mode(xc, domid, spec->tsc_mode) < 0)
		return reason_errno(why, "setting TSC mode %u", spec->tsc_mode);
	/* The default model boots too; Linux then mistakes the vCPUs for one package each. */
	if (cpu_policy_set(xc, domid, spec->max_vcpus, &policy) < 0)
		log_warning("%s", policy.text);
	return 0;
}

int domain_shell_create(struct xencall *xc, const struct domain_spec *spec, domid_t *domid,
			struct reason *why)
{
	if (shell_create(xc, spec, domid, why) < 0)
		return -1;
	if (shell_configure(xc, spec, *domid, why) == 0)
		return 0;
	if (domain_destroy(xc, *domid) < 0)
		log_error("domain %u is left behind: %s", *domid, strerror(errno));
	return -1;
}

/* Reserved grants, so that daemons without privilege can map the rings. */
void domain_shell_seed_grants(struct grant_entry_v1 *table)
{
	table[GNTTAB_RESERVED_CONSOLE] = (struct grant_entry_v1){
		.flags = GTF_permit_access,
		.domid = 0,
		.frame = GUEST_CONSOLE_GFN,
	};
	table[GNTTAB_RESERVED_XENSTORE] = (struct grant_entry_v1){
		.flags = GTF_permit_access,
		.domid = 0,
		.frame = GUEST_STORE_GFN,
	};
}

int domain_shell_new_rings(struct xencall *xc, domid_t domid, struct reason *why)
{
	static const uint64_t rings[] = { GUEST_CONSOLE_GFN, GUEST_STORE_GFN };
	static const uint8_t empty[GUEST_PAGE];
	struct grant_entry_v1 *table = grant_table_map(xc, domid);

	if (!table)
		return reason_errno(why, "mapping the grant table");
	domain_shell_seed_grants(table);
	grant_table_unmap(table);
	for (size_t i = 0; i < sizeof(rings) / sizeof(rings[0]); i++)
		if (guest_copy_in(xc, domid, GUEST_COPY_PHYSICAL, rings[i] * GUEST_PAGE, empty,
				  sizeof(empty)) < 0)
			return reason_errno(why, "emptying the ring at frame %#llx",
					    (unsigned long long)rings[i]);
	return 0;
}

int domain_shell_connect(struct xencall *xc, const struct domain_spec *spec,
			 struct domain_built *built, struct reason *why)
{
	domid_t domid = built->domid;

	if (domain_alloc_port(xc, domid, 0, &built->store_port) < 0 ||
	    domain_alloc_port(xc, domid, 0, &built->console_port) < 0)
		return reason_errno(why, "allocating event channels");
	if (domain_set_hvm_param(xc, domid, HVM_PARAM_CONSOLE_PFN, GUEST_CONSOLE_GFN) < 0 ||
	    domain_set_hvm_param(xc, domid, HVM_PARAM_CONSOLE_EVTCHN, built->console_port) < 0)
		return reason_errno(why, "setting the console's parameters");
	/* Linux waits for a store whose page it is told of: only where somebody serves it. */
	if (spec->with_store &&
	    (domain_set_hvm_param(xc, domid, HVM_PARAM_STORE_PFN, GUEST_STORE_GFN) < 0 ||
	     domain_set_hvm_param(xc, domid, HVM_PARAM_STORE_EVTCHN, built->store_port) < 0))
		return reason_errno(why, "setting the store's parameters");
	return 0;
}
