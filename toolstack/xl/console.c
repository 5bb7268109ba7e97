// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `xl console`: a terminal in raw mode joined to a guest's console.
 */
#include "xl/console.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "lib/consoled.h"
#include "lib/write_all.h"
#include "xl/xl.h"

#define ESCAPE             0x1d /* Ctrl-] */
#define RECONNECT_TRIES    100
#define RECONNECT_PAUSE_US 100000

/* Should nobody listen there any more, that shows where it would be answered. */
static void type(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t put = send(fd, data, len, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return;
		data += put;
		len -= (size_t)put;
	}
}

/* False when it is over. */
static bool forward_input(int fd)
{
	char data[512];
	ssize_t got = read(STDIN_FILENO, data, sizeof(data));
	char *escape;

	if (got <= 0)
		return got < 0 && errno == EINTR;
	escape = memchr(data, ESCAPE, got);
	type(fd, data, (size_t)(escape ? escape - data : got));
	return !escape;
}

static bool forward_output(int fd)
{
	char data[4096];
	ssize_t got = read(fd, data, sizeof(data));

	if (got <= 0)
		return got < 0 && errno == EINTR;
	return write_all(STDOUT_FILENO, data, got) == 0;
}

/*
 * The console has ended: with its guest, or because consoled is being started again. -1: with its
 * guest, or for too long.
 */
static int console_again(domid_t domid)
{
	char line[64];
	int fd = -1;

	/* What it wrote meanwhile is new to us; a line or two before that is as well seen twice. */
	snprintf(line, sizeof(line), "console %u 128\n", domid);
	for (unsigned int i = 0; fd < 0 && i < RECONNECT_TRIES; i++) {
		struct reason why;

		usleep(RECONNECT_PAUSE_US);
		fd = consoled_connect(line, &why);
		if (fd < 0 && errno != ECONNREFUSED)
			break;
	}
	return fd;
}

int console_run(int fd, domid_t domid)
{
	struct termios saved, raw;
	bool terminal = tcgetattr(STDIN_FILENO, &saved) == 0;
	struct pollfd fds[2] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};

	if (terminal) {
		raw = saved;
		cfmakeraw(&raw);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (fds[0].revents && !forward_output(fd)) {
			close(fd);
			fd = fds[0].fd = console_again(domid);
			if (fd < 0)
				break;
			continue;
		}
		if (fds[1].revents && !forward_input(fd))
			break;
	}
	if (terminal)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
	putchar('\n');
	if (fd >= 0)
		close(fd);
	return XL_OK;
}

int cmd_console(int argc, char **argv)
{
	struct reason why;
	char line[64];
	domid_t domid;
	int fd;

	/* Options of Xen's xl that choose between consoles: there is one. */
	while (argc > 1 && argv[1][0] == '-') {
		argv++;
		argc--;
	}
	if (argc != 2)
		return xl_usage();
	if (!xl_domain(argv[1], &domid))
		return XL_FAILED;
	snprintf(line, sizeof(line), "console %u 2048\n", domid);
	fd = consoled_connect(line, &why);
	if (fd < 0) {
		log_error("console: %s", why.text);
		return XL_FAILED;
	}
	return console_run(fd, domid);
}
