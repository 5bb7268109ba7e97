// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reader of saved guests. Its checksums are always 0 here, or the fuzzer would never get behind
 * the first one.
 */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "saverestore/stream_read.h"

/* The reader is compiled to call this one. */
unsigned long no_checksum(unsigned long crc, const unsigned char *data, size_t len);
unsigned long no_checksum(unsigned long crc, const unsigned char *data, size_t len)
{
	(void)crc;
	(void)data;
	(void)len;
	return 0;
}

static void check_pages(const struct stream_record *rec)
{
	struct stream_pages p;
	struct reason why = { "" };
	size_t nr_data = 0;

	if (stream_pages_parse(&p, rec->body, &why) < 0) {
		MUST(why.text[0]);
		return;
	}
	MUST(p.count >= 1 && p.count <= STREAM_WINDOW);
	for (uint32_t i = 0; i < p.count; i++) {
		bool has_data;

		MUST(stream_page(&p, i, &has_data) / STREAM_WINDOW == p.first / STREAM_WINDOW);
		nr_data += has_data;
	}
	MUST(p.data + nr_data * 4096 == rec->body.data + rec->body.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct reason why = { "" };
	struct stream_record rec;
	struct stream_reader r;
	int rc;

	if (fd < 0)
		fd = memfd_create("saved", 0);
	MUST(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
	lseek(fd, 0, SEEK_SET);
	rc = stream_read_start(&r, fd, &why);
	while (rc == 0) {
		rc = stream_read_next(&r, &rec, &why);
		if (rc < 0 || rec.type == STREAM_END)
			break;
		MUST(rec.body.len <= STREAM_MAX_RECORD && r.at <= size);
		if (rec.type == STREAM_PAGE_DATA)
			check_pages(&rec);
	}
	MUST(rc == 0 || why.text[0]);
	stream_read_free(&r);
	return 0;
}
