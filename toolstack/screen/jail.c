// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An empty folder for a root, a network without interfaces, no way to get privilege back, and
 * nothing to be had by ptrace.
 */
#include "screen/jail.h"

#include <errno.h>
#include <pwd.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/privilege.h"
#include "screen/wire.h"

#define EMPTY SCREEN_FOLDER "/empty"

int jail_enter(const char *name)
{
	const struct passwd *user = getpwnam(name);
	const struct rlimit none = { 0, 0 };

	if (!user) {
		log_error("there is no user %s", name);
		return -1;
	}
	/* Sockets can still be made, but there is no network that they are in. */
	if (unshare(CLONE_NEWNET | CLONE_NEWIPC) < 0) {
		log_error("name spaces: %s", strerror(errno));
		return -1;
	}
	if ((mkdir(EMPTY, 0555) < 0 && errno != EEXIST) || chdir(EMPTY) < 0 || chroot(".") < 0 ||
	    setrlimit(RLIMIT_FSIZE, &none) < 0) {
		log_error("%s: %s", EMPTY, strerror(errno));
		return -1;
	}
	if (privilege_drop(user) < 0)
		return -1;
	/* No other process can be made. */
	if (setrlimit(RLIMIT_NPROC, &none) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) {
		log_error("giving up privilege: %s", strerror(errno));
		return -1;
	}
	return 0;
}

/* [from, upto); the C library has no function for it. */
static void close_from(unsigned int from, unsigned int upto)
{
	if (from < upto)
		syscall(SYS_close_range, from, upto - 1, 0);
}

void close_all_but(int a, int b)
{
	unsigned int low = (unsigned int)(a < b ? a : b), high = (unsigned int)(a < b ? b : a);

	close_from(3, low);
	close_from(low + 1, high);
	close_from(high + 1, ~0u);
}
