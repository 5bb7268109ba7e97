// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See bundle.h. What nobody came back for goes with the next one.
 */
#include "vmd/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "vmd/unprivileged.h"

#define FOLDER    "/srv/library"
#define PREFIX    ".bundle-"
#define LEFT_OVER 3600 /* seconds that nobody has written to it */
#define FETCH_MS  (60 * 60 * 1000)
#define SAID_ROOM 512
#define FETCHING  0.7 /* of all the work */

static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
	(void)number;
	stopped = 1;
}

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

/* The end of what curl has said: its bar with percents, or why it failed. */
static char *said_last(int fd, char text[SAID_ROOM])
{
	struct stat st;
	off_t from = fstat(fd, &st) == 0 && st.st_size >= SAID_ROOM ? st.st_size - SAID_ROOM + 1
								    : 0;
	ssize_t n = pread(fd, text, SAID_ROOM - 1, from);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void progress(struct call *c, int said)
{
	char text[SAID_ROOM], *percent = strrchr(said_last(said, text), '%');
	double done = 0;

	while (percent && percent > text && (strchr("0123456789.", percent[-1])))
		percent--;
	if (percent)
		done = strtod(percent, NULL) / 100;
	call_progress(c, FETCHING * (done >= 0 && done <= 1 ? done : 0));
}

static int fetch_failed(struct call *c, const char *url, int said, const char *otherwise)
{
	char text[SAID_ROOM], *line, *lines = said_last(said, text);
	const char *words = otherwise;

	while ((line = strsep(&lines, "\r\n")))
		if (strncmp(line, "curl: ", 6) == 0)
			words = line + 6;
	call_fail(c, BUNDLE_FAILED, NULL, "%.150s: %.120s", url, words);
	json_array_append_new(c->error, json_string(c->why.text));
	return -1;
}

static int fetch_end(struct call *c, const char *url, int status, int said)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ)
		return fetch_failed(c, url, -1, "it is larger than a bundle can be");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return fetch_failed(c, url, said, "it could not be fetched");
	return 0;
}

static int fetch_wait(struct call *c, const char *url, pid_t pid, int said)
{
	int64_t deadline = now_ms() + FETCH_MS;
	unsigned int round = 0;
	int status;

	while (waitpid(pid, &status, WNOHANG) != pid) {
		if (stopped || now_ms() >= deadline) {
			kill(pid, SIGKILL);
			while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
				;
			return stopped ? call_fail(c, "TASK_CANCELLED", NULL,
						   "nobody waits for it any more")
				       : fetch_failed(c, url, -1, "it took too long");
		}
		if (++round % 10 == 0)
			progress(c, said);
		poll(NULL, 0, 100);
	}
	return fetch_end(c, url, status, said);
}

int bundle_fetch(struct call *c, const char *url, int fd)
{
	/* Only those two protocols, whatever the answer redirects to. */
	const char *const argv[] = { "/usr/bin/curl",
				     "--disable",
				     "--progress-bar",
				     "--fail",
				     "--location",
				     "--max-redirs",
				     "5",
				     "--proto",
				     "=http,https",
				     "--connect-timeout",
				     "20",
				     "--speed-limit",
				     "1000",
				     "--speed-time",
				     "60",
				     "--output",
				     "-",
				     "--",
				     url,
				     NULL };
	const struct sigaction stop = { .sa_handler = on_stop };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int said = memfd_create("said", MFD_CLOEXEC);
	const int fds[3] = { null, fd, said };
	struct sigaction before;
	pid_t pid;
	int rc;

	sigaction(SIGTERM, &stop, &before);
	pid = unprivileged_start(argv, fds, BUNDLE_MAX);
	rc = pid < 0 ? fetch_failed(c, url, -1, strerror(errno)) : fetch_wait(c, url, pid, said);
	sigaction(SIGTERM, &before, NULL);
	close(null);
	close(said);
	return rc;
}
