// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose certificate was seen before. The file is small, is read as a whole and grows at its end.
 */
#include "xe/known.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_KNOWN (1 << 20)

bool fingerprint_same(const char *a, const char *b)
{
	size_t digits = 0;

	for (;;) {
		while (*a == ':')
			a++;
		while (*b == ':')
			b++;
		if (toupper((unsigned char)*a) != toupper((unsigned char)*b))
			return false;
		if (!*a)
			return digits == 64;
		digits++;
		a++;
		b++;
	}
}

enum known known_find(const char *text, const char *host, const char *fingerprint)
{
	enum known found = KNOWN_NOT;
	size_t len = strlen(host);

	while (text && *text) {
		size_t line = strcspn(text, "\n");

		if (line > len && strncmp(text, host, len) == 0 && text[len] == ' ') {
			char *value = strndup(text + len + 1, line - len - 1);
			bool same = value && fingerprint_same(value, fingerprint);

			free(value);
			if (same)
				return KNOWN_SAME;
			found = KNOWN_OTHER;
		}
		text += line + (text[line] == '\n');
	}
	return found;
}

static bool known_path(char *path, size_t len)
{
	const char *home = getenv("HOME");

	return home && snprintf(path, len, "%s/.xe-known", home) < (int)len;
}

enum known known_look(const char *host, const char *fingerprint)
{
	enum known found = KNOWN_NOT;
	struct buf text = { 0 };
	char path[512];

	if (known_path(path, sizeof(path)) && buf_read_file(&text, path, MAX_KNOWN) == 0)
		found = known_find(text.data, host, fingerprint);
	buf_free(&text);
	return found;
}

bool known_add(const char *host, const char *fingerprint)
{
	char path[512], line[512];
	int len = snprintf(line, sizeof(line), "%s %s\n", host, fingerprint), fd;
	bool done;

	errno = ENOENT;
	if (len >= (int)sizeof(line) || !known_path(path, sizeof(path)))
		return false;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	done = write(fd, line, len) == len;
	return close(fd) == 0 && done;
}
