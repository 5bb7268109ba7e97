// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See fetch.h.
 */
#include "vmd/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/curl.h"
#include "lib/deadline.h"
#include "vmd/unprivileged.h"

#define CURL           "/usr/bin/curl"
#define LOOK_MS        100
#define TELL_MS        1000
#define CURL_NOT_THERE 22 /* what it ends with for an error of HTTP's */
#define CURL_TOO_LARGE 63

_Static_assert(CURL_NOT_THERE == FETCH_STATUS_NOT_THERE, "both are looked at alike");

static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
	(void)number;
	stopped = 1;
}

void fetch_begin(struct fetch *f)
{
	const struct sigaction stop = { .sa_handler = on_stop };

	f->null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	f->said = memfd_create("said", MFD_CLOEXEC);
	sigaction(SIGTERM, &stop, &f->before);
}

void fetch_end(struct fetch *f)
{
	sigaction(SIGTERM, &f->before, NULL);
	close(f->null);
	close(f->said);
}

char *fetch_said(const struct fetch *f, char text[FETCH_SAID])
{
	struct stat st;
	off_t from = fstat(f->said, &st) == 0 && st.st_size >= FETCH_SAID
			     ? st.st_size - FETCH_SAID + 1
			     : 0;
	ssize_t n = pread(f->said, text, FETCH_SAID - 1, from);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* What the one before has said is forgotten. */
static void said_clear(struct fetch *f)
{
	if (ftruncate(f->said, 0) < 0 || lseek(f->said, 0, SEEK_SET) < 0)
		log_warning("what is said while fetching: %s", strerror(errno));
}

pid_t fetch_fork(struct fetch *f, int out, uint64_t size)
{
	said_clear(f);
	return unprivileged_fork((int[3]){ f->null, out, f->said }, size);
}

enum fetch_verdict fetch_url(struct fetch *f, const char *url, int out, uint64_t size)
{
	const struct curl_rules rules = {
		.protocols = "=http,https",
		.redirects = 5,
		.connect_seconds = 20,
		.slow = 1000,
		.slow_for = 60,
		.size_max = size,
		.errors_fail = true,
		.bar = f->bar,
	};
	struct curl_args args;

	said_clear(f);
	curl_args(&args, CURL, &rules);
	curl_arg(&args, "--output", "-");
	return fetch_wait(f, unprivileged_start(curl_args_url(&args, url),
						(int[3]){ f->null, out, f->said }, size));
}

/* ---- its end ----------------------------------------------------------------------------- */

static enum fetch_verdict verdict(int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ)
		return FETCH_TOO_LARGE;
	if (!WIFEXITED(status))
		return FETCH_FAILED;
	switch (WEXITSTATUS(status)) {
	case 0: return FETCH_DONE;
	case CURL_NOT_THERE: return FETCH_NOT_THERE;
	case CURL_TOO_LARGE: return FETCH_TOO_LARGE;
	default: return FETCH_FAILED;
	}
}

static void child_kill(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

enum fetch_verdict fetch_wait(struct fetch *f, pid_t pid)
{
	int64_t tell = now_ms() + TELL_MS;
	int status;

	if (pid < 0) {
		dprintf(f->said, "%m");
		log_error("a process that fetches: %s", strerror(errno));
		return FETCH_FAILED;
	}
	while (waitpid(pid, &status, WNOHANG) != pid) {
		if (stopped || now_ms() >= f->deadline) {
			child_kill(pid);
			return stopped ? FETCH_CANCELLED : FETCH_LATE;
		}
		/* Whoever waits sees that something goes on. */
		if (now_ms() >= tell) {
			call_progress(f->call, f->done(f));
			tell = now_ms() + TELL_MS;
		}
		poll(NULL, 0, LOOK_MS);
	}
	return verdict(status);
}
