// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two processes: the second makes the call, and the first waits for it with a deadline and ends
 * with its result. So the caller's child always ends, and the one that is stuck is nobody's zombie.
 */
#include "lib/bounded.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/deadline.h"

/* The result of a process as an errno, which fits into an exit status. */
static int result_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

static _Noreturn void wait_bounded(int (*call)(const void *arg), const void *arg, int64_t ms)
{
	int64_t deadline = now_ms() + ms;
	int status, fd;
	pid_t pid;

	/* Locks that the caller holds are not to wait for this, nor readers of what it prints. */
	syscall(SYS_close_range, 0, ~0u, 0);
	pid = fork();
	if (pid == 0)
		_exit(call(arg) < 0 ? errno : 0);
	fd = pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0)
		_exit(errno);
	if (!wait_ready(fd, POLLIN, deadline)) {
		kill(pid, SIGKILL);
		_exit(ETIMEDOUT);
	}
	_exit(waitpid(pid, &status, 0) == pid ? result_of(status) : EIO);
}

int bounded_call(int (*call)(const void *arg), const void *arg, int64_t ms)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		wait_bounded(call, arg, ms);
	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	errno = result_of(status);
	return errno ? -1 : 0;
}

static int call_open(const void *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	/* What it is for is over, and closing it could wait again: it goes with the process. */
	return fd < 0 ? -1 : 0;
}

int bounded_open(const char *path, int64_t ms)
{
	return bounded_call(call_open, path, ms);
}
