// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs are started with posix_spawn in a process group of their own. Both output pipes are
 * read at once, with a limit, so that a program that talks too much cannot block or fill memory.
 */
#include "storage/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/deadline.h"

#define OUTPUT_LIMIT (8 << 20)
#define GRACE_MS     2000

/* LVM would otherwise complain about descriptors that a daemon has open. */
static char *const environment[] = {
	"PATH=/usr/sbin:/sbin:/usr/bin:/bin", "LC_ALL=C",        "HOME=/",
	"LVM_SUPPRESS_FD_WARNINGS=1",         "LVM_SYSTEM_DIR=", NULL
};
static const char *const folders[] = { "/usr/sbin", "/sbin", "/usr/bin", "/bin" };

struct child {
	pid_t pid;
	int fds[2]; /* its output and its errors, read ends; -1: ended */
	struct buf texts[2];
};

static bool program_find(const char *name, char *path, size_t room)
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, room, "%s/%s", folders[i], name);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

bool program_exists(const char *name)
{
	char path[256];

	return program_find(name, path, sizeof(path));
}

static void child_close(struct child *c)
{
	for (int i = 0; i < 2; i++)
		if (c->fds[i] >= 0)
			close(c->fds[i]);
}

static int spawn(struct child *c, const char *path, const char *const argv[])
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int out[2], err[2], rc;
	sigset_t none, usual;

	if (pipe2(out, O_CLOEXEC) < 0)
		return errno;
	if (pipe2(err, O_CLOEXEC) < 0) {
		rc = errno;
		close(out[0]);
		close(out[1]);
		return rc;
	}
	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_adddup2(&actions, err[1], 2);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	rc = posix_spawn(&c->pid, path, &actions, &attributes, (char *const *)argv, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	close(err[1]);
	c->fds[0] = out[0];
	c->fds[1] = err[0];
	if (rc)
		child_close(c);
	return rc;
}

/* One read from stream i; closes it at its end. */
static void child_read(struct child *c, int i)
{
	char piece[16384];
	ssize_t got = read(c->fds[i], piece, sizeof(piece));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got > 0 && c->texts[i].len + (size_t)got <= OUTPUT_LIMIT) {
		buf_append(&c->texts[i], piece, (size_t)got);
		return;
	}
	if (got > 0) {
		c->texts[i].failed = true; /* too much: the rest is dropped */
		return;
	}
	close(c->fds[i]);
	c->fds[i] = -1;
}

/* Reads until both streams end; false when the time is over. */
static bool child_talk(struct child *c, int64_t deadline)
{
	while (c->fds[0] >= 0 || c->fds[1] >= 0) {
		struct pollfd polls[2] = { { c->fds[0], POLLIN, 0 }, { c->fds[1], POLLIN, 0 } };
		int64_t left = deadline - now_ms();

		if (left <= 0)
			return false;
		if (poll(polls, 2, left > 60000 ? 60000 : (int)left) < 0)
			continue;
		for (int i = 0; i < 2; i++)
			if (polls[i].revents)
				child_read(c, i);
	}
	return true;
}

/*
 * Waits for the end; after the deadline the group is asked to end, and then made to. One that waits
 * for a silent disk inside the kernel does not end even then, and is left alone.
 */
static int child_wait(struct child *c, int64_t deadline, bool *late)
{
	int signals[] = { SIGTERM, SIGKILL };
	unsigned int sent = 0;
	int status;

	for (;;) {
		pid_t pid = waitpid(c->pid, &status, WNOHANG);

		if (pid == c->pid)
			return status;
		if (pid < 0 && errno != EINTR)
			return -1;
		if (now_ms() >= deadline) {
			*late = true;
			if (sent == 2)
				return -1;
			kill(-c->pid, signals[sent++]);
			deadline = now_ms() + GRACE_MS;
		}
		poll(NULL, 0, 2);
	}
}

/* What it complained of, in one line, without mere warnings. */
static void complaint(const struct buf *text, char *line, size_t room)
{
	const char *at = text->data ? text->data : "";
	size_t n = 0;

	line[0] = '\0';
	while (*at) {
		size_t len = strcspn(at, "\n");
		const char *from = at + strspn(at, " \t");
		size_t part = from < at + len ? (size_t)(at + len - from) : 0;

		if (part && strncmp(from, "WARNING", 7) != 0 && n + part + 3 < room)
			n += (size_t)snprintf(line + n, room - n, "%s%.*s", n ? "; " : "",
					      (int)part, from);
		at += len + (at[len] == '\n');
	}
}

static int verdict(struct child *c, const char *name, int status, bool late, unsigned int seconds,
		   struct sr_error *e)
{
	if (late)
		return sr_fail(e, ERR_BACKEND, "%s did not end within %u seconds", name, seconds);
	if (WIFSIGNALED(status))
		return sr_fail(e, ERR_BACKEND, "%s was ended by signal %d", name, WTERMSIG(status));
	if (WEXITSTATUS(status) != 0) {
		char said[220];

		complaint(&c->texts[1], said, sizeof(said));
		return sr_fail(e, ERR_BACKEND, "%s: %s", name,
			       said[0] ? said : "failed without a word");
	}
	if (c->texts[0].failed)
		return sr_fail(e, ERR_BACKEND, "%s: its output is too long to keep", name);
	return 0;
}

int program_status(const char *const argv[], unsigned int seconds, struct buf *out, int *ended,
		   struct sr_error *e)
{
	int64_t deadline = now_ms() + seconds * 1000LL;
	struct child c = { .pid = -1 };
	bool late = false;
	char path[256];
	char name[64];
	int rc, status;

	*ended = -1;
	/* "lvm lvcreate", "mke2fs": what a message calls it. */
	snprintf(name, sizeof(name), "%s%s%s", argv[0], argv[1] && argv[1][0] != '-' ? " " : "",
		 argv[1] && argv[1][0] != '-' && argv[1][0] != '/' ? argv[1] : "");
	if (!program_find(argv[0], path, sizeof(path)))
		return sr_fail(e, ERR_BACKEND, "this system has no program %s", argv[0]);
	rc = spawn(&c, path, argv);
	if (rc) {
		errno = rc;
		return sr_fail_errno(e, ERR_BACKEND, "starting %s", path);
	}
	if (!child_talk(&c, deadline))
		deadline = 0;
	status = child_wait(&c, deadline, &late);
	child_close(&c);
	if (!late && WIFEXITED(status))
		*ended = WEXITSTATUS(status);
	rc = verdict(&c, name, status, late, seconds, e);
	if (rc == 0 && out && c.texts[0].len)
		buf_append(out, c.texts[0].data, c.texts[0].len);
	buf_free(&c.texts[0]);
	buf_free(&c.texts[1]);
	return rc;
}

int program_run(const char *const argv[], unsigned int seconds, struct buf *out, struct sr_error *e)
{
	int status;

	return program_status(argv, seconds, out, &status, e);
}
