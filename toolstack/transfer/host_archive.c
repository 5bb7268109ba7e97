// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files have the order of the manifest, and nothing but them follows it.
 */
#include "transfer/host_archive.h"

#include <jansson.h>
#include <mbedtls/md.h>
#include <stdlib.h>
#include <string.h>

#include "transfer/tar.h"

#define MANIFEST     "manifest.json"
#define FORMAT       "socle-host"
#define VERSION      1
#define MANIFEST_MAX (1u << 20)
#define SUM_TEXT     65

static bool sum_of(const struct buf *data, char text[SUM_TEXT])
{
	unsigned char sum[32];

	if (mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
		       (const unsigned char *)(data->data ? data->data : ""), data->len, sum) != 0)
		return false;
	for (size_t i = 0; i < sizeof(sum); i++)
		snprintf(text + 2 * i, 3, "%02x", sum[i]);
	return true;
}

struct host_file *host_archive_add(struct host_archive *a, const char *name)
{
	struct host_file *f = &a->files[a->nr];

	if (a->nr == HOST_ARCHIVE_FILES || strlen(name) >= sizeof(f->name))
		return NULL;
	a->nr++;
	snprintf(f->name, sizeof(f->name), "%s", name);
	return f;
}

const struct host_file *host_archive_find(const struct host_archive *a, const char *name)
{
	for (size_t i = 0; i < a->nr; i++)
		if (strcmp(a->files[i].name, name) == 0)
			return &a->files[i];
	return NULL;
}

void host_archive_free(struct host_archive *a)
{
	for (size_t i = 0; i < a->nr; i++)
		buf_free(&a->files[i].data);
	a->nr = 0;
}

/* ---- out --------------------------------------------------------------------------------- */

int host_file_write(struct sink *to, const char *name, const void *data, size_t len,
		    struct reason *why)
{
	uint8_t block[TAR_BLOCK];

	tar_header(block, name, len);
	return sink_write(to, block, sizeof(block), why) < 0 || sink_write(to, data, len, why) < 0
		       ? -1
		       : sink_zeroes(to, tar_padding(len), why);
}

static char *manifest_text(const struct host_archive *a)
{
	json_t *files = json_array();
	json_t *manifest = json_pack("{s: s, s: i, s: o}", "format", FORMAT, "version", VERSION,
				     "files", files);
	char sum[SUM_TEXT], *text = NULL;
	bool good = manifest != NULL;

	for (size_t i = 0; good && i < a->nr; i++) {
		good = sum_of(&a->files[i].data, sum) &&
		       json_array_append_new(files, json_pack("{s: s, s: I, s: s}", "name",
							      a->files[i].name, "size",
							      (json_int_t)a->files[i].data.len,
							      "sha256", sum)) == 0;
	}
	if (good)
		text = json_dumps(manifest, JSON_INDENT(1));
	json_decref(manifest);
	return text;
}

int host_archive_write(struct sink *to, const struct host_archive *a, struct reason *why)
{
	char *manifest = manifest_text(a);
	int rc = manifest ? host_file_write(to, MANIFEST, manifest, strlen(manifest), why)
			  : reason_set(why, "out of memory");

	for (size_t i = 0; rc == 0 && i < a->nr; i++)
		rc = host_file_write(to, a->files[i].name, a->files[i].data.data,
				     a->files[i].data.len, why);
	free(manifest);
	if (rc < 0 || sink_zeroes(to, 2 * TAR_BLOCK, why) < 0)
		return -1;
	return sink_end(to, why);
}

/* ---- in ---------------------------------------------------------------------------------- */

/* The next file, which has to have that name and at most so many bytes. */
static int file_read(struct source *from, const char *name, uint64_t most, struct buf *data,
		     struct reason *why)
{
	uint8_t block[TAR_BLOCK];
	struct tar_entry entry;
	int rc;

	if (source_read_all(from, block, sizeof(block), why) < 0)
		return -1;
	rc = tar_parse(block, &entry, why);
	if (rc < 0)
		return -1;
	if (rc == 0 || !entry.file || strcmp(entry.name, name) != 0)
		return reason_set(why, "%s is not where it should be", name);
	if (entry.size > most)
		return reason_set(why, "%s is too long: %llu bytes", name,
				  (unsigned long long)entry.size);
	data->data = malloc((size_t)entry.size + 1);
	if (!data->data)
		return reason_set(why, "out of memory");
	data->len = (size_t)entry.size;
	data->room = data->len + 1;
	data->data[data->len] = '\0';
	return source_read_all(from, data->data, data->len, why) < 0
		       ? -1
		       : source_skip(from, tar_padding(entry.size), why);
}

static int file_take(struct source *from, struct host_archive *a, const json_t *told,
		     uint64_t *left, struct reason *why)
{
	const char *name = json_string_value(json_object_get(told, "name"));
	const char *sum = json_string_value(json_object_get(told, "sha256"));
	struct host_file *f;
	char is[SUM_TEXT];

	if (!name || !sum || host_archive_find(a, name) || !(f = host_archive_add(a, name)))
		return reason_set(why, "its manifest is none");
	if (file_read(from, name, *left, &f->data, why) < 0)
		return -1;
	*left -= f->data.len;
	if (!sum_of(&f->data, is) || strcmp(is, sum) != 0)
		return reason_set(why, "%s was altered: its checksum is another", name);
	return 0;
}

static int files_take(struct source *from, struct host_archive *a, const json_t *manifest,
		      struct reason *why)
{
	const json_t *files = json_object_get(manifest, "files"), *one;
	json_int_t version = json_integer_value(json_object_get(manifest, "version"));
	const char *format = json_string_value(json_object_get(manifest, "format"));
	uint64_t left = HOST_ARCHIVE_BYTES;
	size_t i;

	if (!format || strcmp(format, FORMAT) != 0 || !json_is_array(files))
		return reason_set(why, "it is no backup of a host");
	if (version != VERSION)
		return reason_set(why, "it has the version %lld, and only %d is known",
				  (long long)version, VERSION);
	json_array_foreach(files, i, one)
	{
		if (file_take(from, a, one, &left, why) < 0)
			return -1;
	}
	return 0;
}

int host_archive_read(struct source *from, struct host_archive *a, struct reason *why)
{
	struct buf text = { 0 };
	json_t *manifest = NULL;
	int rc = file_read(from, MANIFEST, MANIFEST_MAX, &text, why);

	if (rc == 0) {
		manifest = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
		rc = files_take(from, a, manifest, why);
	}
	json_decref(manifest);
	buf_free(&text);
	return rc;
}
