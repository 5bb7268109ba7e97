// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One writev() per record, checksum included: a record of page data is megabytes, and its frames go
 * straight from where they were read to.
 */
#include "saverestore/stream_write.h"

#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define PARTS_A_CALL 1024 /* Linux's IOV_MAX */

static int no_room(struct stream_writer *w, struct reason *why)
{
	w->full = true;
	return reason_set(why, "there is no room for more than %llu KiB",
			  (unsigned long long)w->written >> 10);
}

static int write_all(struct stream_writer *w, struct iovec *parts, unsigned int nr,
		     struct reason *why)
{
	uint64_t len = 0;

	for (unsigned int i = 0; i < nr; i++)
		len += parts[i].iov_len;
	if (w->written > w->room || len > w->room - w->written)
		return no_room(w, why);
	while (nr) {
		ssize_t done = writev(w->fd, parts, nr < PARTS_A_CALL ? (int)nr : PARTS_A_CALL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EAGAIN && w->wait) {
			if (stream_wait(w->wait, w->fd, POLLOUT, why) < 0)
				return -1;
			continue;
		}
		if (done < 0 && (errno == ENOSPC || errno == EDQUOT))
			return no_room(w, why);
		if (done < 0)
			return reason_errno(why, "writing, after %llu KiB",
					    (unsigned long long)w->written >> 10);
		w->written += done;
		while (nr && (size_t)done >= parts->iov_len) {
			done -= parts->iov_len;
			parts++;
			nr--;
		}
		if (nr) {
			parts->iov_base = (char *)parts->iov_base + done;
			parts->iov_len -= done;
		}
	}
	return 0;
}

static void checksum(struct stream_writer *w, const struct iovec *parts, unsigned int nr)
{
	/* zlib would begin anew at a part that is nowhere. */
	for (unsigned int i = 0; i < nr; i++)
		if (parts[i].iov_len)
			w->crc = (uint32_t)crc32_z(w->crc, parts[i].iov_base, parts[i].iov_len);
}

struct checksum_record {
	struct stream_record_header head;
	struct stream_checksum body;
};

/* Writes the parts with a checksum after them, for which there must be room. */
static int write_checked(struct stream_writer *w, struct iovec *parts, unsigned int nr,
			 struct reason *why)
{
	struct checksum_record c = { .head = { STREAM_CHECKSUM, sizeof(c.body) } };

	checksum(w, parts, nr);
	c.body.crc = w->crc;
	parts[nr] = (struct iovec){ &c, sizeof(c) };
	checksum(w, &parts[nr], 1);
	return write_all(w, parts, nr + 1, why);
}

int stream_write_start(struct stream_writer *w, int fd, const char *config, uint32_t xen_version,
		       struct reason *why)
{
	uint32_t len = (uint32_t)strlen(config);
	struct xl_header xl = {
		.magic = XL_MAGIC,
		.byte_order = XL_BYTE_ORDER,
		.mandatory_flags = XL_FLAG_STREAM_V2,
		.optional_len = (uint32_t)(sizeof(len) + len),
	};
	struct libxl_header libxl = {
		.ident_be = htobe64(LIBXL_IDENT_BE),
		.version_be = htobe32(LIBXL_VERSION_BE),
	};
	struct stream_record_header context = { .type = LIBXL_LIBXC_CONTEXT };
	struct libxc_header libxc = {
		.marker = LIBXC_MARKER,
		.id_be = htobe32(LIBXC_ID_BE),
		.version_be = htobe32(LIBXC_VERSION_BE),
		.type = LIBXC_X86_HVM,
		.page_shift = 12,
		.xen_major = xen_version >> 16,
		.xen_minor = xen_version & 0xffff,
	};
	struct iovec parts[] = {
		{ &xl, sizeof(xl) },
		{ &len, sizeof(len) },
		{ (char *)config, len },
		{ &libxl, sizeof(libxl) },
		{ &context, sizeof(context) },
		{ &libxc, sizeof(libxc) },
		{ NULL, 0 },
	};

	*w = (struct stream_writer){ .fd = fd, .room = UINT64_MAX };
	if (len > STREAM_MAX_CONFIG)
		return reason_set(why,
				  "the configuration is %u bytes long, at most %u can be saved",
				  len, STREAM_MAX_CONFIG);
	return write_checked(w, parts, sizeof(parts) / sizeof(parts[0]) - 1, why);
}

int stream_write_parts(struct stream_writer *w, uint32_t type, const struct iovec *body,
		       unsigned int nr, struct reason *why)
{
	static const uint8_t padding[8];
	struct iovec parts[STREAM_MAX_PARTS + 3];
	struct stream_record_header head = { .type = type };
	size_t len = 0;

	if (nr > STREAM_MAX_PARTS)
		return reason_set(why, "a record of %u parts", nr);
	for (unsigned int i = 0; i < nr; i++) {
		parts[i + 1] = body[i];
		len += body[i].iov_len;
	}
	if (len > STREAM_MAX_RECORD)
		return reason_set(why, "a record of %zu bytes", len);
	head.length = (uint32_t)len;
	parts[0] = (struct iovec){ &head, sizeof(head) };
	parts[nr + 1] = (struct iovec){ (void *)padding, -len % 8 };
	return write_checked(w, parts, nr + 2, why);
}

int stream_write_record(struct stream_writer *w, uint32_t type, const void *body, size_t len,
			struct reason *why)
{
	struct iovec part = { (void *)body, len };

	return stream_write_parts(w, type, &part, 1, why);
}

int stream_write_end(struct stream_writer *w, struct reason *why)
{
	struct stream_record_header ends[] = { { .type = STREAM_END }, { .type = LIBXL_END } };
	struct iovec part = { ends, sizeof(ends) };

	return write_all(w, &part, 1, why);
}
