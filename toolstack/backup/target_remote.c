// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SFTP and HTTP PUT, by curl. On an SFTP server an archive is "NAME.part" until it is whole; on a
 * web server it has its name at once, and the index makes it one.
 */
#include <errno.h>
#include <fcntl.h>
#include <mbedtls/md.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "backup/target.h"
#include "lib/curl.h"
#include "lib/write_all.h"

#define SMALL_MS  120000
#define END_MS    600000
#define SMALL_MAX (8u << 20)

static bool is_sftp(const struct target *t)
{
	return t->p->target == TARGET_SFTP;
}

/* The path in a URL of SFTP's. */
static const char *sftp_path(const struct target *t)
{
	const char *slash = strchr(t->p->location + strlen("sftp://"), '/');

	return slash ? slash : "";
}

static void login(struct target *t, struct buf *config)
{
	struct buf user = { 0 };

	if (!t->p->username[0])
		return;
	buf_printf(&user, "%s:%s", t->p->username, t->secret.len ? t->secret.data : "");
	if (user.data) {
		curl_option(config, "user", user.data);
		explicit_bzero(user.data, user.len);
	}
	buf_free(&user);
	if (t->p->target == TARGET_S3) {
		char sign[160];

		snprintf(sign, sizeof(sign), "aws:amz:%s:s3",
			 t->p->region[0] ? t->p->region : "us-east-1");
		curl_option(config, "aws-sigv4", sign);
	}
}

/* What S3 wants to know of a body beforehand, and what is signed. */
static void body_hash(struct buf *config, const struct buf *body)
{
	char header[128] = "x-amz-content-sha256: ";
	size_t at = strlen(header);
	unsigned char hash[32];

	mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
		   (const unsigned char *)(body ? body->data : ""), body ? body->len : 0, hash);
	for (size_t i = 0; i < sizeof(hash); i++)
		at += (size_t)snprintf(header + at, sizeof(header) - at, "%02x", hash[i]);
	curl_option(config, "header", header);
}

void remote_config(struct target *t, struct buf *config, const char *name, const struct buf *body)
{
	char url[LOCATION_MAX + 200];

	snprintf(url, sizeof(url), "%s/%s", t->p->location, name);
	courier_config(config, url);
	login(t, config);
	if (t->p->target == TARGET_S3)
		body_hash(config, body);
	if (is_sftp(t))
		/* MD5 has 32 hexadecimal digits; else it is SHA-256 in base64, as ssh shows it. */
		curl_option(config, strlen(t->p->host_key) == 32 ? "hostpubmd5" : "hostpubsha256",
			    strncmp(t->p->host_key, "SHA256:", 7) == 0 ? t->p->host_key + 7
								       : t->p->host_key);
}

int remote_run(struct target *t, struct buf *config, const struct buf *body, struct buf *answer,
	       struct reason *why)
{
	int rc = courier_run(t->b->courier, config, body, answer, SMALL_MAX, SMALL_MS, why);

	if (config->data)
		explicit_bzero(config->data, config->len);
	buf_free(config);
	return rc;
}

/* Behind an upload of NAME.part: it takes NAME's place. */
static void sftp_rename(const struct target *t, struct buf *config, const char *name)
{
	char command[2 * LOCATION_MAX];

	snprintf(command, sizeof(command), "-*rm \"%s/%s\"", sftp_path(t), name);
	curl_option(config, "quote", command);
	snprintf(command, sizeof(command), "-rename \"%s/%s.part\" \"%s/%s\"", sftp_path(t), name,
		 sftp_path(t), name);
	curl_option(config, "quote", command);
}

static void upload_config(struct target *t, struct buf *config, const char *name)
{
	char part[160];

	snprintf(part, sizeof(part), "%s%s", name, is_sftp(t) ? ".part" : "");
	remote_config(t, config, part, NULL);
	buf_printf(config, "upload-file = \"-\"\n");
	if (is_sftp(t)) {
		buf_printf(config, "ftp-create-dirs\n");
		sftp_rename(t, config, name);
	}
}

/* ---- archives ---------------------------------------------------------------------------- */

static int put_begin(struct target *t, struct reason *why)
{
	struct buf config = { 0 };
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return reason_errno(why, "pipe");
	upload_config(t, &config, t->name);
	rc = courier_curl(t->b->courier, &config, ends[0], -1, why);
	if (config.data)
		explicit_bzero(config.data, config.len);
	buf_free(&config);
	close(ends[0]);
	t->fd = ends[1];
	if (rc < 0) {
		close(t->fd);
		t->fd = -1;
	}
	return rc;
}

static int write_part(struct target *t, const void *data, size_t len, struct reason *why)
{
	if (write_all(t->fd, data, len) == 0)
		return 0;
	/* curl has ended, and knows why. */
	close(t->fd);
	t->fd = -1;
	if (courier_wait(t->b->courier, END_MS, why) == 0)
		reason_set(why, "the server took less than all of it");
	return -1;
}

static int put_end(struct target *t, struct reason *why)
{
	close(t->fd);
	t->fd = -1;
	return courier_wait(t->b->courier, END_MS, why);
}

static int remove_one(struct target *t, const char *name, unsigned int parts, struct reason *why)
{
	struct buf config = { 0 };
	char command[LOCATION_MAX + 200];

	(void)parts;
	if (!is_sftp(t)) {
		remote_config(t, &config, name, NULL);
		curl_option(&config, "request", "DELETE");
		if (remote_run(t, &config, NULL, NULL, why) < 0 && !strstr(why->text, "404"))
			return -1;
		return 0;
	}
	remote_config(t, &config, "", NULL);
	buf_printf(&config, "list-only\n");
	snprintf(command, sizeof(command), "*rm \"%s/%s.part\"", sftp_path(t), name);
	curl_option(&config, "quote", command);
	snprintf(command, sizeof(command), "*rm \"%s/%s\"", sftp_path(t), name);
	curl_option(&config, "quote", command);
	return remote_run(t, &config, NULL, NULL, why);
}

static void put_cancel(struct target *t)
{
	struct reason unknown;

	if (t->fd >= 0) {
		/* What has come so far would be taken for all of it. */
		courier_stop(t->b->courier);
		close(t->fd);
		t->fd = -1;
	}
	remove_one(t, t->name, 0, &unknown);
}

static int get_begin(struct target *t, unsigned int parts, struct reason *why)
{
	struct buf config = { 0 };
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return reason_errno(why, "pipe");
	buf_printf(&config, "fail-early\n");
	if (parts == 0)
		remote_config(t, &config, t->name, NULL);
	for (unsigned int i = 0; i < parts; i++) {
		char name[160];

		snprintf(name, sizeof(name), "%s.%06u", t->name, i);
		remote_config(t, &config, name, NULL);
		buf_printf(&config, "output = \"-\"\n%s", i + 1 < parts ? "next\n" : "");
	}
	rc = courier_curl(t->b->courier, &config, -1, ends[1], why);
	if (config.data)
		explicit_bzero(config.data, config.len);
	buf_free(&config);
	close(ends[1]);
	t->fd = ends[0];
	if (rc == 0)
		return t->fd;
	close(t->fd);
	t->fd = -1;
	return -1;
}

static int get_end(struct target *t, struct reason *why)
{
	close(t->fd);
	t->fd = -1;
	return courier_wait(t->b->courier, END_MS, why);
}

/* "Content-Length: N" of what a server says of a name; for SFTP curl says so as well. */
static int size_of_one(struct target *t, const char *name, uint64_t *size, struct reason *why)
{
	struct buf config = { 0 }, head = { 0 };
	const char *at;
	bool found = false;

	remote_config(t, &config, name, NULL);
	buf_printf(&config, "head\n");
	if (remote_run(t, &config, NULL, &head, why) < 0) {
		buf_free(&head);
		return -1;
	}
	for (at = head.data; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
		if (strncasecmp(at, "Content-Length:", 15) == 0) {
			*size = strtoull(at + 15, NULL, 10);
			found = true;
		}
	}
	buf_free(&head);
	return found ? 0 : reason_set(why, "the server does not say how long %s is", name);
}

static int size_of(struct target *t, const char *name, unsigned int parts, uint64_t *size,
		   struct reason *why)
{
	uint64_t one;

	if (!parts)
		return size_of_one(t, name, size, why);
	*size = 0;
	for (unsigned int i = 0; i < parts; i++) {
		char part[160];

		snprintf(part, sizeof(part), "%s.%06u", name, i);
		if (size_of_one(t, part, &one, why) < 0)
			return -1;
		*size += one;
	}
	return 0;
}

/* ---- small files ------------------------------------------------------------------------- */

static bool is_missing(const struct reason *why)
{
	return strstr(why->text, "404") || strstr(why->text, "No such file") ||
	       strstr(why->text, "does not exist") || strstr(why->text, "not found") ||
	       strstr(why->text, "Could not open remote file");
}

static int read_one(struct target *t, const char *name, struct buf *text, struct reason *why)
{
	struct buf config = { 0 };

	remote_config(t, &config, name, NULL);
	if (remote_run(t, &config, NULL, text, why) == 0)
		return 0;
	return is_missing(why) ? 1 : -1;
}

int remote_read_small(struct target *t, const char *name, struct buf *text, struct reason *why)
{
	char part[160];
	int rc = read_one(t, name, text, why);

	/* Between the two steps of taking a place there is only the new one. */
	snprintf(part, sizeof(part), "%s.part", name);
	return rc == 1 && is_sftp(t) ? read_one(t, part, text, why) : rc;
}

static int write_small(struct target *t, const char *name, const struct buf *text,
		       struct reason *why)
{
	struct buf config = { 0 };

	upload_config(t, &config, name);
	return remote_run(t, &config, text, NULL, why);
}

const struct target_type_ops target_remote = {
	.put_begin = put_begin,
	.write = write_part,
	.put_end = put_end,
	.put_cancel = put_cancel,
	.get_begin = get_begin,
	.get_end = get_end,
	.size = size_of,
	.remove = remove_one,
	.read_small = remote_read_small,
	.write_small = write_small,
};
