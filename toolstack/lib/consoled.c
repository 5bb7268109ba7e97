// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One line there, one line back; what follows is the console's.
 */
#include "lib/consoled.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int fail(struct reason *why, int fd, const char *what, const char *detail)
{
	if (why)
		reason_set(why, "%s: %s", what, detail);
	if (fd >= 0)
		close(fd);
	return -1;
}

int consoled_connect(const char *line, struct reason *why)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "/run/xen/consoled.sock" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[96];
	size_t len = 0;

	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return fail(why, fd, "consoled is not running", strerror(errno));
	if (send(fd, line, strlen(line), MSG_NOSIGNAL) < 0)
		return fail(why, fd, "consoled", strerror(errno));
	/* One byte at a time: what follows the line is the console's. */
	while (len < sizeof(answer) - 1 && read(fd, answer + len, 1) == 1 && answer[len] != '\n')
		len++;
	answer[len] = '\0';
	errno = ENOENT;
	if (strcmp(answer, "ok") != 0)
		return fail(why, fd, "consoled",
			    strncmp(answer, "error ", 6) == 0 ? answer + 6 : "no answer");
	return fd;
}
