// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Started without a shell: modprobe knows what a module needs and how it is packed.
 */
#include "devices/module.h"

#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#define MODPROBE "/bin/modprobe"

extern char **environ;

int module_load(const char *name, const char *const *parameters, const char *path,
		struct reason *why)
{
	char *argv[4 + MODULE_PARAMETERS] = { "modprobe", "-q", (char *)name };
	int error, status;
	pid_t pid;

	for (unsigned int i = 0; parameters && i < MODULE_PARAMETERS && parameters[i]; i++)
		argv[3 + i] = (char *)parameters[i];
	if (access(path, F_OK) == 0)
		return 0;
	error = posix_spawn(&pid, MODPROBE, NULL, NULL, argv, environ);
	if (error) {
		errno = error;
		return reason_errno(why, "loading the driver %s: " MODPROBE, name);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return reason_errno(why, "loading the driver %s", name);
	/* The status of another's modprobe, too: it may have been faster. */
	if (access(path, F_OK) == 0)
		return 0;
	return reason_set(why, "the driver %s cannot be loaded", name);
}
