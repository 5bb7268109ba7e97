// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See bundle.h. What nobody came back for goes with the next one.
 */
#include "vmd/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "vmd/fetch.h"

#define FOLDER    "/srv/library"
#define PREFIX    ".bundle-"
#define LEFT_OVER 3600 /* seconds that nobody has written to it */
#define FETCH_MS  (60 * 60 * 1000)
#define FETCHING  0.7 /* of all the work */

/* ---- the file ---------------------------------------------------------------------------- */

bool bundle_path(const char *token, char path[BUNDLE_PATH])
{
	snprintf(path, BUNDLE_PATH, FOLDER "/" PREFIX "%.32s", token);
	return strlen(token) == BUNDLE_TOKEN - 1 &&
	       strspn(token, "0123456789abcdef") == BUNDLE_TOKEN - 1;
}

static void leftovers_remove(void)
{
	DIR *dir = opendir(FOLDER);
	const struct dirent *entry;
	struct stat st;

	while (dir && (entry = readdir(dir)))
		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0 &&
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    (st.st_mtime + LEFT_OVER < time(NULL) || st.st_mtime > time(NULL) + LEFT_OVER))
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
}

int bundle_make(struct call *c, char token[BUNDLE_TOKEN])
{
	unsigned char random[BUNDLE_TOKEN / 2];
	char path[BUNDLE_PATH];
	int fd = -1;

	mkdir(FOLDER, 0755);
	leftovers_remove();
	if (getrandom(random, sizeof(random), 0) == sizeof(random)) {
		for (size_t i = 0; i < sizeof(random); i++)
			snprintf(token + 2 * i, 3, "%02x", random[i]);
		bundle_path(token, path);
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	}
	if (fd < 0)
		call_fail(c, "INTERNAL_ERROR", FOLDER, FOLDER ": %s", strerror(errno));
	return fd;
}

/* ---- from a server ----------------------------------------------------------------------- */

/* From the bar of curl's, with percents. */
static double fetch_done(const struct fetch *f)
{
	char text[FETCH_SAID], *percent = strrchr(fetch_said(f, text), '%');
	double done = 0;

	while (percent && percent > text && (strchr("0123456789.", percent[-1])))
		percent--;
	if (percent)
		done = strtod(percent, NULL) / 100;
	return FETCHING * (done >= 0 && done <= 1 ? done : 0);
}

static int fetch_failed(struct call *c, const char *url, const char *words)
{
	call_fail(c, BUNDLE_FAILED, NULL, "%.150s: %.120s", url, words);
	json_array_append_new(c->error, json_string(c->why.text));
	return -1;
}

/* As curl said it, behind its bar. */
static int fetch_refused(const struct fetch *f, const char *url)
{
	char text[FETCH_SAID], *line, *lines = fetch_said(f, text);
	const char *words = "it could not be fetched";

	while ((line = strsep(&lines, "\r\n")))
		if (strncmp(line, "curl: ", 6) == 0)
			words = line + 6;
	return fetch_failed(f->call, url, words);
}

int bundle_fetch(struct call *c, const char *url, int fd)
{
	struct fetch f = {
		.call = c, .deadline = now_ms() + FETCH_MS, .done = fetch_done, .bar = true
	};
	int rc = 0;

	fetch_begin(&f);
	switch (fetch_url(&f, url, fd, BUNDLE_MAX)) {
	case FETCH_DONE: break;
	case FETCH_CANCELLED:
		rc = call_fail(c, "TASK_CANCELLED", NULL, "nobody waits for it any more");
		break;
	case FETCH_LATE: rc = fetch_failed(c, url, "it took too long"); break;
	case FETCH_TOO_LARGE: rc = fetch_failed(c, url, "it is larger than a bundle can be"); break;
	default: rc = fetch_refused(&f, url);
	}
	fetch_end(&f);
	return rc;
}
