// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_xen_version: which interface this is and what it offers. The numbers are those of the
 * interface that we keep, Xen 4.20; the words after them are ours.
 */
#include "private.h"

#include "abi/version.h"
#include "boot_info.h"

#define VERSION_MAJOR 4
#define VERSION_MINOR 20
/* The build passes both; without it a version is still told, just not which commit. */
#ifndef SOCLE_CHANGESET
#define SOCLE_CHANGESET "unknown"
#endif
#ifndef SOCLE_BUILD_DATE
#define SOCLE_BUILD_DATE "unknown"
#endif

static const char extraversion[] = ".0-socle";
static const char capabilities[] = "xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ";
static const char changeset[] = SOCLE_CHANGESET;
static const char denied[] = "<denied>";

/* The answer is a fixed array: the string, zeros up to its end. */
static long put_string(uint64_t arg, const char *s, size_t size)
{
	size_t len = MIN(strlen(s), size - 1);

	if (guest_copy_to(arg, s, len) || guest_clear(arg + len, size - len))
		return -EFAULT;
	return 0;
}

/* The newer form: its length, then the bytes without a zero. Null: just the length. */
static long put_varbuf(uint64_t arg, const char *s)
{
	struct xen_varbuf head;
	size_t len = strlen(s);

	if (!arg)
		return (long)len;
	if (guest_copy_from(&head, arg, sizeof(head)))
		return -EFAULT;
	if (!head.len)
		return -EINVAL;
	if (head.len < len)
		return -ENOBUFS;
	if (guest_copy_to(arg + offsetof(struct xen_varbuf, buf), s, len))
		return -EFAULT;
	return (long)len;
}

static const char *command_line(void)
{
	return domain_current()->is_control ? boot_info.cmdline : denied;
}

static long put_compile_info(uint64_t arg)
{
	struct xen_compile_info info = { 0 };

	str_copy(info.compiler, "gcc " __VERSION__, sizeof(info.compiler));
	str_copy(info.compile_by, "socle", sizeof(info.compile_by));
	str_copy(info.compile_date, SOCLE_BUILD_DATE, sizeof(info.compile_date));
	return guest_copy_to(arg, &info, sizeof(info));
}

/*
 * hvm_pirqs is missing on purpose: interrupts reach dom0 through its APICs. hvm_safe_pvclock: the
 * clock's version is odd while it changes. Dom0's RAM is one to one, so that what it hands to a
 * device is right; guests' is not.
 */
static uint32_t features(const struct domain *d)
{
	uint32_t f = BIT(XENFEAT_auto_translated_physmap) | BIT(XENFEAT_hvm_callback_vector) |
		     BIT(XENFEAT_hvm_safe_pvclock) | BIT(XENFEAT_memory_op_vnode_supported);

	return f | (d->is_control ? BIT(XENFEAT_dom0) | BIT(XENFEAT_direct_mapped)
				  : BIT(XENFEAT_not_direct_mapped));
}

static long put_features(uint64_t arg)
{
	struct xen_feature_info info;

	if (guest_copy_from(&info, arg, sizeof(info)))
		return -EFAULT;
	if (info.submap_idx >= XENFEAT_NR_SUBMAPS)
		return -EINVAL;
	info.submap = features(domain_current());
	return guest_copy_to(arg, &info, sizeof(info));
}

long do_xen_version(unsigned cmd, uint64_t arg)
{
	struct xen_platform_parameters params = { 0 };

	switch (cmd) {
	case XENVER_version: return VERSION_MAJOR << 16 | VERSION_MINOR;
	case XENVER_extraversion: return put_string(arg, extraversion, sizeof(xen_extraversion_t));
	case XENVER_compile_info: return put_compile_info(arg);
	case XENVER_capabilities:
		return put_string(arg, capabilities, sizeof(xen_capabilities_info_t));
	case XENVER_changeset: return put_string(arg, changeset, sizeof(xen_changeset_info_t));
	case XENVER_platform_parameters:
		/* Where the hypervisor's part of a PV guest's address space begins: nowhere. */
		return guest_struct_to(arg, &params, FIELDS_word);
	case XENVER_get_features: return put_features(arg);
	case XENVER_pagesize: return PAGE_SIZE;
	case XENVER_guest_handle:
		return guest_copy_to(arg, domain_current()->handle, sizeof(xen_domain_handle_t));
	case XENVER_commandline: return put_string(arg, command_line(), sizeof(xen_commandline_t));
	case XENVER_build_id: return -ENODATA;
	case XENVER_extraversion2: return put_varbuf(arg, extraversion);
	case XENVER_capabilities2: return put_varbuf(arg, capabilities);
	case XENVER_changeset2: return put_varbuf(arg, changeset);
	case XENVER_commandline2: return put_varbuf(arg, command_line());
	default: return unknown("xen_version", cmd);
	}
}
