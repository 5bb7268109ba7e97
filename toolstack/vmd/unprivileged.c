// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See unprivileged.h.
 */
#include "vmd/unprivileged.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/privilege.h"
#include "lib/write_all.h"

#define OUTPUT_MAX (1 << 20)
#define MEMORY_MAX (256ul << 20)

static void confine(const int fds[3], uint64_t file_max)
{
	const struct rlimit size = { file_max, file_max }, memory = { MEMORY_MAX, MEMORY_MAX },
			    none = { 0, 0 };
	const struct passwd *nobody = getpwnam("nobody");

	signal(SIGTERM, SIG_DFL);
	for (int i = 0; i < 3; i++)
		if (dup2(fds[i], i) < 0)
			_exit(126);
	syscall(SYS_close_range, 3, ~0U, 0);
	setrlimit(RLIMIT_FSIZE, &size);
	setrlimit(RLIMIT_AS, &memory);
	setrlimit(RLIMIT_CORE, &none);
	if (!nobody || privilege_drop(nobody) < 0)
		_exit(126);
	/* Another user forgets this one. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

pid_t unprivileged_fork(const int fds[3], uint64_t file_max)
{
	pid_t pid = fork();

	if (pid == 0)
		confine(fds, file_max);
	return pid;
}

pid_t unprivileged_start(const char *const argv[], const int fds[3], uint64_t file_max)
{
	static char *const environment[] = { "PATH=/usr/bin:/bin", "LC_ALL=C", "HOME=/", NULL };
	pid_t pid = unprivileged_fork(fds, file_max);

	if (pid == 0) {
		execve(argv[0], (char *const *)argv, environment);
		dprintf(STDERR_FILENO, "%s: %s", argv[0], strerror(errno));
		_exit(126);
	}
	return pid;
}

static int child_wait(pid_t pid, int64_t deadline)
{
	int status;

	for (;;) {
		pid_t ended = waitpid(pid, &status, WNOHANG);

		if (ended == pid)
			break;
		if (ended < 0 && errno != EINTR)
			return -1;
		if (now_ms() >= deadline) {
			kill(pid, SIGKILL);
			while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
				;
			errno = ETIMEDOUT;
			return -1;
		}
		poll(NULL, 0, 2);
	}
	errno = EINTR;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void text_take(int fd, struct buf *text)
{
	char part[4096];
	off_t at = 0;
	ssize_t n;

	while (text && (n = pread(fd, part, sizeof(part), at)) > 0) {
		buf_append(text, part, (size_t)n);
		at += n;
	}
}

int unprivileged_run(const char *const argv[], struct bytes input, unsigned int seconds,
		     struct buf *out, struct buf *said)
{
	int64_t deadline = now_ms() + seconds * 1000LL;
	int fds[3], rc = -1;
	pid_t pid = -1;

	for (int i = 0; i < 3; i++)
		fds[i] = memfd_create("unprivileged", MFD_CLOEXEC);
	if (fds[0] >= 0 && fds[1] >= 0 && fds[2] >= 0 &&
	    write_all(fds[0], input.data, input.len) == 0 && lseek(fds[0], 0, SEEK_SET) == 0)
		pid = unprivileged_start(argv, fds, OUTPUT_MAX);
	if (pid > 0)
		rc = child_wait(pid, deadline);
	if (rc >= 0) {
		text_take(fds[1], out);
		text_take(fds[2], said);
	}
	for (int i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return rc;
}
