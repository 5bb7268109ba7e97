// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From front to back, once; nothing is believed before it is checked, and nothing is sought.
 */
#include "saverestore/stream_read.h"

#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "abi/domctl.h"

#define PAGE 4096U

static int read_exactly(struct stream_reader *r, void *to, size_t len, struct reason *why)
{
	size_t done = 0;

	while (done < len) {
		ssize_t got;

		if (r->wait && stream_wait(r->wait, r->fd, POLLIN, why) < 0)
			return -1;
		got = read(r->fd, (uint8_t *)to + done, len - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return reason_errno(why, "reading, at byte %llu",
					    (unsigned long long)r->at);
		if (got == 0)
			return reason_set(why,
					  "the file is truncated: it ends at byte %llu, in the "
					  "middle of what it should hold",
					  (unsigned long long)r->at);
		done += got;
		r->at += got;
	}
	r->crc = (uint32_t)crc32_z(r->crc, to, len);
	return 0;
}

static int read_checksum(struct stream_reader *r, struct reason *why)
{
	struct {
		struct stream_record_header head;
		struct stream_checksum body;
	} c;
	uint32_t crc = r->crc;

	if (read_exactly(r, &c, sizeof(c), why) < 0)
		return -1;
	if (c.head.type != STREAM_CHECKSUM || c.head.length != sizeof(c.body))
		return reason_set(why,
				  "no checksum at byte %llu: the file is damaged, or was not "
				  "written by this xl",
				  (unsigned long long)(r->at - sizeof(c)));
	if (c.body.crc != crc || c.body.reserved)
		return reason_set(why,
				  "the file is damaged: what stands before byte %llu does not fit "
				  "its checksum",
				  (unsigned long long)(r->at - sizeof(c)));
	return 0;
}

static int read_config(struct stream_reader *r, struct reason *why)
{
	struct xl_header h;
	uint32_t len;

	if (read_exactly(r, &h, sizeof(h), why) < 0)
		return -1;
	if (memcmp(h.magic, XL_MAGIC, sizeof(h.magic)) != 0 || h.byte_order != XL_BYTE_ORDER)
		return reason_set(why, "this is no saved guest");
	if (h.mandatory_flags != XL_FLAG_STREAM_V2)
		return reason_set(why, "a saved guest of a kind that is not supported (flags %#x)",
				  h.mandatory_flags);
	if (h.optional_len < sizeof(len) || h.optional_len > STREAM_MAX_CONFIG + sizeof(len))
		return reason_set(why, "a configuration of %u bytes", h.optional_len);
	if (read_exactly(r, &len, sizeof(len), why) < 0)
		return -1;
	if (len != h.optional_len - sizeof(len))
		return reason_set(why, "a configuration of %u bytes where there are %zu", len,
				  h.optional_len - sizeof(len));
	r->config = malloc(len + 1UL);
	if (!r->config)
		return reason_set(why, "out of memory");
	r->config[len] = '\0';
	return read_exactly(r, r->config, len, why);
}

int stream_read_start(struct stream_reader *r, int fd, struct reason *why)
{
	struct libxl_header libxl;
	struct stream_record_header context;
	struct libxc_header libxc;

	*r = (struct stream_reader){ .fd = fd };
	if (read_config(r, why) < 0 || read_exactly(r, &libxl, sizeof(libxl), why) < 0 ||
	    read_exactly(r, &context, sizeof(context), why) < 0 ||
	    read_exactly(r, &libxc, sizeof(libxc), why) < 0 || read_checksum(r, why) < 0)
		return -1;
	if (be64toh(libxl.ident_be) != LIBXL_IDENT_BE ||
	    be32toh(libxl.version_be) != LIBXL_VERSION_BE || libxl.options_be ||
	    context.type != LIBXL_LIBXC_CONTEXT || context.length)
		return reason_set(why, "a stream of libxl's that is not of version 2");
	if (libxc.marker != LIBXC_MARKER || be32toh(libxc.id_be) != LIBXC_ID_BE ||
	    be32toh(libxc.version_be) != LIBXC_VERSION_BE || libxc.options_be)
		return reason_set(why, "a stream of libxc's that is not of version 3");
	if (libxc.type != LIBXC_X86_HVM || libxc.page_shift != 12)
		return reason_set(why, "a domain of type %u, expected %u (hardware-assisted)",
				  libxc.type, LIBXC_X86_HVM);
	/* With the padding; as large as the largest record, so that it never moves. */
	r->body = malloc(STREAM_MAX_RECORD + 8);
	return r->body ? 0 : reason_set(why, "out of memory");
}

void stream_read_free(struct stream_reader *r)
{
	free(r->body);
	free(r->config);
	r->body = NULL;
	r->config = NULL;
}

/* After libxc's END: libxl's, and then nothing. */
static int read_end(struct stream_reader *r, struct reason *why)
{
	struct stream_record_header end;
	uint8_t byte;
	ssize_t got;

	if (read_exactly(r, &end, sizeof(end), why) < 0)
		return -1;
	do
		got = r->longer ? 0 : read(r->fd, &byte, 1);
	while (got < 0 && errno == EINTR);
	if (end.type != LIBXL_END || end.length || got != 0)
		return reason_set(why, "the file goes on after its end, at byte %llu",
				  (unsigned long long)r->at);
	return 0;
}

int stream_read_next(struct stream_reader *r, struct stream_record *rec, struct reason *why)
{
	struct stream_record_header head;
	uint64_t at = r->at;
	size_t padded;

	if (read_exactly(r, &head, sizeof(head), why) < 0)
		return -1;
	if (head.length > STREAM_MAX_RECORD)
		return reason_set(why, "the file is damaged: a record of %u bytes at byte %llu",
				  head.length, (unsigned long long)at);
	rec->type = head.type;
	rec->body = (struct bytes){ r->body, head.length };
	if (head.type == STREAM_END && head.length == 0)
		return read_end(r, why);
	padded = (head.length + 7UL) & ~7UL;
	if (read_exactly(r, r->body, padded, why) < 0)
		return -1;
	return read_checksum(r, why);
}

/* --- what is in records ----------------------------------------------------------------------- */

uint64_t stream_page(const struct stream_pages *p, uint32_t i, bool *has_data)
{
	uint64_t pfn;

	memcpy(&pfn, p->entries + i * sizeof(pfn), sizeof(pfn));
	*has_data = STREAM_PFN_TYPE(pfn) == XEN_DOMCTL_PFINFO_NOTAB;
	return pfn & STREAM_PFN_MASK;
}

int stream_pages_parse(struct stream_pages *p, struct bytes body, struct reason *why)
{
	struct stream_page_data head;
	struct bytes entries, data;
	uint64_t last = 0;
	size_t nr_data = 0;

	if (!bytes_read(body, 0, &head, sizeof(head)) || head.count == 0 ||
	    head.count > STREAM_WINDOW || head.reserved ||
	    !bytes_part(body, sizeof(head), head.count * sizeof(uint64_t), &entries))
		return reason_set(why, "page data with a count that does not fit it");
	*p = (struct stream_pages){ .count = head.count, .entries = entries.data };
	for (uint32_t i = 0; i < head.count; i++) {
		uint64_t pfn, entry;
		bool has_data;

		memcpy(&entry, p->entries + i * sizeof(entry), sizeof(entry));
		pfn = stream_page(p, i, &has_data);
		if (!has_data && STREAM_PFN_TYPE(entry) != XEN_DOMCTL_PFINFO_XALLOC)
			return reason_set(why, "frame %#llx is of a type that is not supported",
					  (unsigned long long)pfn);
		if ((entry & ~STREAM_PFN_MASK) >> 52 & 0xff || pfn >= STREAM_FRAMES)
			return reason_set(why, "frame %#llx is out of range",
					  (unsigned long long)pfn);
		if (i == 0)
			p->first = pfn;
		else if (pfn <= last || pfn / STREAM_WINDOW != p->first / STREAM_WINDOW)
			return reason_set(why, "frame %#llx is not where it belongs",
					  (unsigned long long)pfn);
		last = pfn;
		nr_data += has_data;
	}
	if (!bytes_part(body, sizeof(head) + entries.len, nr_data * PAGE, &data) ||
	    body.len != sizeof(head) + entries.len + nr_data * PAGE)
		return reason_set(why, "page data of a wrong length");
	p->data = data.data;
	return 0;
}

int stream_record_fixed(const struct stream_record *rec, void *out, size_t len, struct reason *why)
{
	if (rec->body.len == len && bytes_read(rec->body, 0, out, len))
		return 0;
	return reason_set(why, "record %s has %zu bytes, expected %zu",
			  stream_record_name(rec->type), rec->body.len, len);
}

const char *stream_record_name(uint32_t type)
{
	switch (type) {
	case STREAM_END: return "END";
	case STREAM_PAGE_DATA: return "PAGE_DATA";
	case STREAM_TSC_INFO: return "X86_TSC_INFO";
	case STREAM_HVM_CONTEXT: return "HVM_CONTEXT";
	case STREAM_HVM_PARAMS: return "HVM_PARAMS";
	case STREAM_STATIC_DATA_END: return "STATIC_DATA_END";
	case STREAM_CPUID_POLICY: return "X86_CPUID_POLICY";
	case STREAM_CHECKSUM: return "CHECKSUM";
	case STREAM_VM: return "VM";
	case STREAM_STORE_NODES: return "STORE_NODES";
	default: return "of an unknown type";
	}
}
