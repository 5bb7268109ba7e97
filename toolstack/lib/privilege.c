// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Giving up root, for daemons that have opened what they need and are about to read foreign bytes.
 */
#include "lib/privilege.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

int privilege_drop(const struct passwd *user)
{
	if (!user)
		return 0;
	if (setgroups(0, NULL) < 0 || setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0) {
		log_error("becoming %s: %s", user->pw_name, strerror(errno));
		return -1;
	}
	return 0;
}
