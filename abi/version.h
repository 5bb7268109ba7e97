// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's version.h: sub-operations of xen_version and what they fill in. XENVER_version is
 * answered in the return value: major << 16 | minor. The strings are zero-terminated in arrays of
 * fixed size.
 */
#ifndef ABI_VERSION_H
#define ABI_VERSION_H

#include "features.h"
#include "xen.h"

#define XENVER_version             0
#define XENVER_extraversion        1
#define XENVER_compile_info        2
#define XENVER_capabilities        3
#define XENVER_changeset           4
#define XENVER_platform_parameters 5
#define XENVER_get_features        6
#define XENVER_pagesize            7
#define XENVER_guest_handle        8
#define XENVER_commandline         9
#define XENVER_build_id            10
#define XENVER_extraversion2       11 /* these last four answer with a xen_varbuf, of any length */
#define XENVER_capabilities2       12
#define XENVER_changeset2          13
#define XENVER_commandline2        14

typedef char xen_extraversion_t[16];
typedef char xen_capabilities_info_t[1024];
typedef char xen_changeset_info_t[64];
typedef char xen_commandline_t[1024];

#define XEN_EXTRAVERSION_LEN      (sizeof(xen_extraversion_t))
#define XEN_CAPABILITIES_INFO_LEN (sizeof(xen_capabilities_info_t))
#define XEN_CHANGESET_INFO_LEN    (sizeof(xen_changeset_info_t))

struct xen_compile_info {
	char compiler[64];
	char compile_by[16];
	char compile_domain[32];
	char compile_date[32];
};

struct xen_platform_parameters {
	uint64_t virt_start;
};

struct xen_feature_info {
	uint32_t submap_idx; /* in: which 32 features */
	uint32_t submap;     /* out: XENFEAT_* bits */
};

struct xen_build_id {
	uint32_t len;
	unsigned char buf[];
};

struct xen_varbuf {
	uint32_t len;
	unsigned char buf[];
};

ABI_SIZE(struct xen_compile_info, 144);
ABI_OFFSET(struct xen_compile_info, compile_date, 112);
ABI_SIZE(struct xen_platform_parameters, 8);
ABI_SIZE(struct xen_feature_info, 8);
ABI_OFFSET(struct xen_feature_info, submap, 4);
ABI_SIZE(struct xen_build_id, 4);
ABI_OFFSET(struct xen_build_id, buf, 4);
ABI_SIZE(struct xen_varbuf, 4);
ABI_OFFSET(struct xen_varbuf, buf, 4);

#endif
