// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bundle-verify KEYS BUNDLE: is the bundle signed by one of the keys? Prints where its content
 * begins, and the comment that was signed with it. KEYS has a public key in each line, as the
 * second line of a file KEY.pub; other lines are passed over.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "installer/bundle/minisign.h"

#define MAX_KEYS_BYTES (64 << 10)

/* Which of the keys has signed it. */
static int keys_check(const char *path, const struct minisign_signature *s,
		      const uint8_t hash[MINISIGN_HASH], struct reason *why)
{
	struct buf text = { 0 };
	struct minisign_public key;
	unsigned int keys = 0;
	bool good = false;
	char *line, *state;

	if (buf_read_file(&text, path, MAX_KEYS_BYTES) < 0) {
		buf_free(&text);
		return reason_errno(why, "%s", path);
	}
	for (line = strtok_r(text.data, "\n", &state); line && !good;
	     line = strtok_r(NULL, "\n", &state)) {
		if (!minisign_public_parse(line, &key))
			continue;
		keys++;
		good = minisign_check(s, &key, hash);
	}
	buf_free(&text);
	if (good)
		return 0;
	return reason_set(why, keys ? "it is not signed by a key that this host trusts, or damaged"
				    : "this host trusts no key yet");
}

static int verify(const char *keys, const char *path, struct reason *why)
{
	struct minisign_signature s;
	uint8_t head[MINISIGN_MAX], hash[MINISIGN_HASH];
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	ssize_t got;
	size_t used;

	if (fd < 0)
		return reason_errno(why, "%s", path);
	got = read(fd, head, sizeof(head));
	rc = got < 0 ? reason_errno(why, "%s", path)
		     : minisign_signature_parse((struct bytes){ head, (size_t)got }, &s, &used,
						why);
	if (rc == 0 && (lseek(fd, (off_t)used, SEEK_SET) < 0 || minisign_hash(fd, hash) < 0))
		rc = reason_errno(why, "%s", path);
	close(fd);
	if (rc < 0 || keys_check(keys, &s, hash, why) < 0)
		return -1;
	printf("%zu\n%s\n", used, s.comment);
	return 0;
}

int main(int argc, char **argv)
{
	struct reason why;

	log_open("bundle-verify", LOG_LEVEL_INFO);
	if (argc != 3) {
		fprintf(stderr, "usage: bundle-verify KEYS BUNDLE\n");
		return 2;
	}
	if (sodium_init() < 0)
		return 1;
	if (verify(argv[1], argv[2], &why) == 0)
		return 0;
	log_error("%s: %s", argv[2], why.text);
	return 1;
}
