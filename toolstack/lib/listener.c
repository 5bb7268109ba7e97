// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bound beside its place, and moved there when it is ready.
 */
#include "lib/listener.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/file.h"

int listener_open(const char *path, int type, uid_t owner, gid_t group, int backlog,
		  struct reason *why)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd;

	if ((size_t)snprintf(at.sun_path, sizeof(at.sun_path), "%s.new", path) >=
	    sizeof(at.sun_path))
		return reason_set(why, "%s: the name is too long", path);
	file_folders(path);
	unlink(at.sun_path);
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	    chown(at.sun_path, owner, group) == 0 && chmod(at.sun_path, 0660) == 0 &&
	    listen(fd, backlog) == 0 && rename(at.sun_path, path) == 0)
		return fd;
	reason_errno(why, "%s", path);
	if (fd >= 0)
		close(fd);
	return -1;
}
