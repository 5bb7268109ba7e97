// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bundle-sign: makes keys and bundles, on the machine that builds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "installer/bundle/minisign.h"
#include "lib/file.h"

#define MAX_KEY (4 << 10)
#define BLOCK   (64 << 10)

static int generate(const char *path, struct reason *why)
{
	struct minisign_public public;
	struct minisign_secret secret;
	struct buf open = { 0 }, closed = { 0 };
	char name[512];
	int rc = 0;

	minisign_generate(&public, &secret);
	minisign_public_format(&public, &open);
	minisign_secret_format(&secret, &closed);
	snprintf(name, sizeof(name), "%s.pub", path);
	if (file_replace(path, closed.data, closed.len, 0600) < 0 ||
	    file_replace(name, open.data, open.len, 0644) < 0)
		rc = reason_errno(why, "%s", path);
	sodium_memzero(&secret, sizeof(secret));
	sodium_memzero(closed.data, closed.len);
	buf_free(&closed);
	buf_free(&open);
	return rc;
}

static int secret_read(const char *path, struct minisign_secret *secret, struct reason *why)
{
	struct buf text = { 0 };
	int rc;

	if (buf_read_file(&text, path, MAX_KEY) < 0)
		rc = reason_errno(why, "%s", path);
	else
		rc = minisign_secret_parse(text.data ? text.data : "", secret, why);
	if (text.data)
		sodium_memzero(text.data, text.len);
	buf_free(&text);
	return rc;
}

static int copy_out(int fd)
{
	static char block[BLOCK];
	ssize_t got;

	while ((got = read(fd, block, sizeof(block))) > 0)
		if (fwrite(block, 1, (size_t)got, stdout) != (size_t)got)
			return -1;
	return got < 0 || fflush(stdout) != 0 ? -1 : 0;
}

static int sign(const char *key, const char *comment, const char *path, struct reason *why)
{
	struct minisign_signature s;
	struct minisign_secret secret;
	uint8_t hash[MINISIGN_HASH];
	struct buf lines = { 0 };
	int fd, rc = 0;

	if (strlen(comment) >= MINISIGN_COMMENT || strchr(comment, '\n'))
		return reason_set(why, "the comment is one line of at most %d bytes",
				  MINISIGN_COMMENT - 1);
	if (secret_read(key, &secret, why) < 0)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || minisign_hash(fd, hash) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		rc = reason_errno(why, "%s", path);
	if (rc == 0) {
		minisign_sign(&secret, hash, comment, &s);
		minisign_signature_format(&s, &lines);
		if (fwrite(lines.data, 1, lines.len, stdout) != lines.len || copy_out(fd) < 0)
			rc = reason_errno(why, "standard output");
		buf_free(&lines);
	}
	sodium_memzero(&secret, sizeof(secret));
	if (fd >= 0)
		close(fd);
	return rc;
}

int main(int argc, char **argv)
{
	struct reason why;
	int rc;

	log_open("bundle-sign", LOG_LEVEL_INFO);
	if (sodium_init() < 0)
		return 1;
	if (argc == 3 && strcmp(argv[1], "generate") == 0) {
		rc = generate(argv[2], &why);
	} else if (argc == 5 && strcmp(argv[1], "sign") == 0) {
		rc = sign(argv[2], argv[3], argv[4], &why);
	} else {
		fprintf(stderr, "usage: bundle-sign generate KEY               KEY and KEY.pub\n"
				"       bundle-sign sign KEY COMMENT FILE      FILE as a bundle\n");
		return 2;
	}
	if (rc == 0)
		return 0;
	log_error("%s", why.text);
	return 1;
}
