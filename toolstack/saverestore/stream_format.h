// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file of `xl save`. It is Xen's: xl's header with the configuration as text, in it libxl's
 * stream, in that libxc's migration stream of version 3, whose records are no harder to write than
 * records of our own would be; so other tools can read a saved guest, and Xen's xl restore it. What
 * Xen's format lacks is in optional records, which Xen skips:
 *
 *	xl header, configuration (xl.cfg)
 *	libxl header, its record LIBXC_CONTEXT, libxc header, domain header
 *	CHECKSUM
 *	VM, CPUID policy, static data end, page data ..., TSC, HVM context, HVM parameters,
 *	store nodes, end: each but the end is followed by a CHECKSUM
 *	libxl's record END
 *
 * A CHECKSUM holds the CRC-32 of every byte of the file before it. Page data comes in windows of
 * STREAM_WINDOW frames; a frame of zeroes is of type XALLOC and has no data. All numbers are
 * little-endian but those named _be.
 */
#ifndef SAVERESTORE_STREAM_FORMAT_H
#define SAVERESTORE_STREAM_FORMAT_H

#include <stdint.h>

#define XL_MAGIC          "Xen saved domain, xl format\n \0 \r"
#define XL_BYTE_ORDER     0x01020304U
#define XL_FLAG_STREAM_V2 (1U << 1)

struct xl_header {
	char magic[32];
	uint32_t byte_order;
	uint32_t mandatory_flags;
	uint32_t optional_flags;
	uint32_t optional_len; /* of what follows: the configuration's length, and its text */
};

#define LIBXL_IDENT_BE      0x4c6962786c466d74ULL
#define LIBXL_VERSION_BE    2U
#define LIBXL_END           0U
#define LIBXL_LIBXC_CONTEXT 1U

struct libxl_header {
	uint64_t ident_be;
	uint32_t version_be;
	uint32_t options_be;
};

#define LIBXC_MARKER     (~0ULL)
#define LIBXC_ID_BE      0x58454e46U
#define LIBXC_VERSION_BE 3U
#define LIBXC_X86_HVM    2U

struct libxc_header {
	uint64_t marker;
	uint32_t id_be;
	uint32_t version_be;
	uint16_t options_be;
	uint16_t reserved1;
	uint32_t reserved2;
	/* the domain header */
	uint32_t type;
	uint16_t page_shift;
	uint16_t reserved3;
	uint32_t xen_major;
	uint32_t xen_minor;
};

/* Of libxl's stream and of libxc's; a body is padded with zeroes to a multiple of 8. */
struct stream_record_header {
	uint32_t type;
	uint32_t length; /* without the padding */
};

enum stream_record_type {
	STREAM_END = 0,
	STREAM_PAGE_DATA = 1,
	STREAM_TSC_INFO = 8,
	STREAM_HVM_CONTEXT = 9,
	STREAM_HVM_PARAMS = 0xa,
	STREAM_STATIC_DATA_END = 0x10,
	STREAM_CPUID_POLICY = 0x11,
	/* Ours. Bit 31: who does not know it may skip it. */
	STREAM_CHECKSUM = 0x80534f01,
	STREAM_VM = 0x80534f02,
	STREAM_STORE_NODES = 0x80534f03,
};

#define STREAM_WINDOW         1024U        /* frames, aligned; Xen's limit */
#define STREAM_MAX_RECORD     (8U << 20)   /* more than a full window */
#define STREAM_FRAMES         (1ULL << 36) /* whose numbers are below that */
#define STREAM_MAX_CONFIG     (1U << 20)
#define STREAM_PFN_MASK       0x000fffffffffffffULL /* the rest is the type */
#define STREAM_PFN_TYPE(pfn)  ((uint32_t)((pfn) >> 32) & 0xf0000000U)
#define STREAM_PFN_ALLOC_ONLY (0xeULL << 60)

struct stream_checksum {
	uint32_t crc;
	uint32_t reserved;
};

/* Followed by count frame numbers with their types, then the data of those that have some. */
struct stream_page_data {
	uint32_t count;
	uint32_t reserved;
};

struct stream_tsc_info {
	uint32_t mode;
	uint32_t khz;
	uint64_t nsec;
	uint32_t incarnation;
	uint32_t reserved;
};

/* Followed by count pairs. */
struct stream_hvm_params {
	uint32_t count;
	uint32_t reserved;
};

struct stream_hvm_param {
	uint64_t index;
	uint64_t value;
};

#define STREAM_MAX_RANGES 8U

struct stream_memory_range {
	uint64_t at;
	uint64_t size;
	uint32_t type;
	uint32_t reserved;
};

/* What a restorer must know before it makes the domain. */
struct stream_vm {
	uint64_t pages;   /* that the domain has */
	uint64_t max_kib; /* its limit */
	uint32_t nr_ranges;
	uint32_t reserved;
	struct stream_memory_range map[STREAM_MAX_RANGES]; /* its E820 */
};

#endif
