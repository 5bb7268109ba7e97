// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Started without a shell: modprobe knows what a module needs and how it is packed. It takes one
 * for loaded that another is loading, and some of what a module brings is there before the rest.
 */
#include "devices/module.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/deadline.h"

#define MODPROBE      "/bin/modprobe"
#define BEGIN_MS      20000 /* for a driver that is loaded to begin */
#define BEGIN_LOOK_US 5000
#ifndef MODULE_LIST /* unit tests have their own */
#define MODULE_LIST "/proc/modules"
#endif

extern char **environ;

/* The kernel has no hyphens in names. */
static bool is_name(const char *listed, const char *name)
{
	while (*listed && (*listed == *name || (*listed == '_' && *name == '-'))) {
		listed++;
		name++;
	}
	return *listed == *name;
}

/* "xen_blkback 49152 0 - Loading 0xffffffffc0000000" */
static bool is_beginning(const char *name)
{
	FILE *f = fopen(MODULE_LIST, "re");
	char line[512], word[64], state[16];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%63s %*s %*s %*s %15s", word, state) == 2 &&
			is_name(word, name) && strcmp(state, "Loading") == 0;
	if (f)
		fclose(f);
	return found;
}

/* What it brings is there, and it is not just beginning. */
static bool is_loaded(const char *name, const char *path)
{
	int64_t deadline = now_ms() + BEGIN_MS;

	while (is_beginning(name) && now_ms() < deadline)
		usleep(BEGIN_LOOK_US);
	return access(path, F_OK) == 0;
}

int module_load(const char *name, const char *const *parameters, const char *path,
		struct reason *why)
{
	char *argv[4 + MODULE_PARAMETERS] = { "modprobe", "-q", (char *)name };
	int error, status;
	pid_t pid;

	for (unsigned int i = 0; parameters && i < MODULE_PARAMETERS && parameters[i]; i++)
		argv[3 + i] = (char *)parameters[i];
	if (is_loaded(name, path))
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
	if (is_loaded(name, path))
		return 0;
	return reason_set(why, "the driver %s cannot be loaded", name);
}
