// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A backup of a host: a manifest, and behind a zero what the file "a" has. 64 zeroes in the
 * manifest become the sum that is right, or nothing would be looked at behind it. What is taken is
 * as the manifest says.
 */
#include "fuzz.h"

#include <mbedtls/md.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transfer/host_archive.h"
#include "transfer/tar.h"

static void file_put(struct buf *to, const char *name, const void *data, size_t len)
{
	static const uint8_t zeroes[TAR_BLOCK];
	uint8_t block[TAR_BLOCK];

	tar_header(block, name, len);
	buf_append(to, block, sizeof(block));
	buf_append(to, data, len);
	buf_append(to, zeroes, tar_padding(len));
}

static void sum_put(char *manifest, const uint8_t *data, size_t len)
{
	static const char zeroes[] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	unsigned char sum[32];
	char text[65], *at = strstr(manifest, zeroes);

	if (!at || mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), data, len, sum) != 0)
		return;
	for (size_t i = 0; i < sizeof(sum); i++)
		snprintf(text + 2 * i, 3, "%02x", sum[i]);
	memcpy(at, text, 64);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct host_archive archive;
	size_t len = strnlen((const char *)data, size), behind = len < size ? size - len - 1 : 0;
	const uint8_t *contents = data + size - behind;
	struct source_input input = { .fd = -1 };
	char *manifest = strndup((const char *)data, len);
	struct reason why = { "" };
	struct buf tar = { 0 };
	struct source *from;

	MUST(manifest);
	sum_put(manifest, contents, behind);
	file_put(&tar, "manifest.json", manifest, len);
	file_put(&tar, "a", contents, behind);
	MUST(!tar.failed);
	input.len = tar.len;
	input.before = (struct bytes){ (uint8_t *)tar.data, tar.len };
	from = source_open(&input, &why);
	MUST(from);
	if (host_archive_read(from, &archive, &why) == 0) {
		MUST(archive.nr <= 1);
		MUST(!archive.nr || (archive.files[0].data.len == behind &&
				     memcmp(archive.files[0].data.data, contents, behind) == 0));
	} else {
		MUST(why.text[0]);
	}
	source_close(from);
	host_archive_free(&archive);
	buf_free(&tar);
	free(manifest);
	return 0;
}
