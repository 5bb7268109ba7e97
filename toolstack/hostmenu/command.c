// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs with a bounded time, and what they say. See command.h.
 */
#include "hostmenu/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "installer/ui/ui.h"
#include "lib/deadline.h"

#define OUTPUT_MAX (1u << 20)

void text_make_plain(char *text)
{
	char *to = text;

	for (const unsigned char *c = (unsigned char *)text; *c; c++) {
		if (*c == '\t')
			*to++ = ' ';
		else if (*c == '\n' || (*c >= ' ' && *c < 127))
			*to++ = (char)*c;
		else if (*c < 128 || *c >= 0xc0) /* one for all bytes of a character */
			*to++ = '?';
	}
	*to = '\0';
}

/* ---- running ----------------------------------------------------------------------------- */

static pid_t start(const char *const argv[], int in, int out)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	setpgid(0, 0);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(126);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

/* A file that holds the input: a program that does not read it cannot block us. */
static int input_open(const char *input)
{
	char path[] = "/tmp/.hostmenu.XXXXXX";
	int fd;

	if (!input)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -1;
	unlink(path);
	if (write(fd, input, strlen(input)) != (ssize_t)strlen(input) || lseek(fd, 0, SEEK_SET)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* False when the time is over. */
static bool output_read(int fd, int64_t deadline, struct buf *out)
{
	char piece[8192];
	ssize_t got;

	do {
		if (!wait_ready(fd, POLLIN, deadline))
			return false;
		got = read(fd, piece, sizeof(piece));
		if (got > 0 && out->len + (size_t)got <= OUTPUT_MAX)
			buf_append(out, piece, (size_t)got);
	} while (got > 0 || (got < 0 && errno == EINTR));
	return true;
}

/* One that has closed its output may still run: it has the rest of the time. */
static int child_end(pid_t pid, bool in_time, int64_t deadline)
{
	int status;

	while (in_time && waitpid(pid, &status, WNOHANG) == 0) {
		if (now_ms() >= deadline)
			in_time = false;
		else
			poll(NULL, 0, 10);
	}
	if (!in_time) {
		kill(-pid, SIGKILL);
		waitpid(pid, &status, 0);
		return -1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int command_run(const char *const argv[], const char *input, int64_t ms, struct buf *out)
{
	int64_t deadline = now_ms() + ms;
	int in = input_open(input), pipes[2], status = -1;
	pid_t pid = -1;

	if (in >= 0 && pipe2(pipes, O_CLOEXEC) == 0) {
		pid = start(argv, in, pipes[1]);
		close(pipes[1]);
		if (pid > 0)
			status = child_end(pid, output_read(pipes[0], deadline, out), deadline);
		close(pipes[0]);
	}
	if (in >= 0)
		close(in);
	buf_append(out, "", 1); /* an end, also for nothing */
	if (!out->failed)
		text_make_plain(out->data);
	return status;
}

void command_show(const char *const argv[])
{
	int status;
	pid_t pid;

	ui_close();
	pid = fork();
	if (pid == 0) {
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	ui_resume();
}

/* ---- what xe prints ---------------------------------------------------------------------- */

/* "   name-label ( RW): web" into record, if that field was asked for. */
static void field_take(const char *line, const char *const fields[], struct record *record)
{
	const char *value, *end;
	size_t name_len;

	line += strspn(line, " ");
	name_len = strcspn(line, " (");
	end = line + strcspn(line, "\n");
	/* The colons stand below each other. */
	value = strchr(line, ')');
	value = value ? strstr(value, ": ") : NULL;
	if (!value || value > end)
		return;
	value += strlen(": ");
	for (size_t i = 0; i < FIELDS && fields[i]; i++) {
		if (strlen(fields[i]) == name_len && strncmp(fields[i], line, name_len) == 0)
			snprintf(record->value[i], FIELD_TEXT, "%.*s", (int)(end - value), value);
	}
}

size_t records_parse(const char *text, const char *const fields[], struct record *records,
		     size_t max)
{
	struct record *now = NULL;
	size_t nr = 0;

	while (*text && (now || nr < max)) {
		if (*text == '\n') {
			now = NULL;
		} else {
			if (!now) {
				now = &records[nr++];
				memset(now, 0, sizeof(*now));
			}
			field_take(text, fields, now);
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return nr;
}
