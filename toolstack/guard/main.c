// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `guard alerts` and `guard backup`: two daemons in one program. Each starts as root, to leave a
 * process behind that runs curl for it and opens sessions of the API, and is the user apid before
 * it reads a foreign byte.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "alerts/alerts.h"
#include "backup/backup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/privilege.h"

#define OLD_SECONDS 300

static struct {
	const char *api, *vmd, *transfer, *state, *metrics, *curl, *user, *courier;
	int64_t every_ms;
} options = {
	.api = API_SOCKET,
	.transfer = "/run/socle/transfer.sock",
	.metrics = "/var/lib/socle/metrics",
	.curl = "/usr/bin/curl",
	.user = "apid",
	.courier = "courier",
	.every_ms = 10000,
};

static int usage(void)
{
	fprintf(stderr,
		"usage: guard [--api PATH] [--vmd PATH] [--transfer PATH] [--state FOLDER]\n"
		"             [--metrics FOLDER] [--curl PROGRAM] [--user NAME]\n"
		"             [--courier NAME] [--every MS] alerts|backup\n");
	return 2;
}

/* A folder of the user's own. */
static int state_make(const char *path, const struct passwd *user)
{
	file_folders(path);
	if (mkdir(path, 0700) < 0 && errno != EEXIST) {
		log_error("%s: %s", path, strerror(errno));
		return -1;
	}
	if (user && chown(path, user->pw_uid, user->pw_gid) < 0)
		log_warning("%s: %s", path, strerror(errno));
	return 0;
}

/*
 * The kernel's log, which root may open: from its beginning if the machine has just started, else
 * from now on, since what was before was told before.
 */
static int kmsg_open(void)
{
	struct timespec up;
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	clock_gettime(CLOCK_BOOTTIME, &up);
	if (fd >= 0 && up.tv_sec > OLD_SECONDS)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* A copy, since there is one only in the library. */
static bool user_find(const char *name, struct passwd *u)
{
	const struct passwd *found = getpwnam(name);

	if (!found)
		return false;
	*u = *found;
	u->pw_name = (char *)name;
	return true;
}

/* Root's process. user NULL: we are not root, or stay so. */
static int courier_make(struct courier *c, const struct passwd *user)
{
	static struct passwd runs;
	struct courier_settings s = { options.api, options.curl, NULL };
	struct reason why;

	if (user && !user_find(options.courier, &runs)) {
		log_error("no user %s: curl would be root", options.courier);
		return -1;
	}
	s.runs = user ? &runs : NULL;
	if (courier_start(c, &s, &why) < 0) {
		log_error("%s", why.text);
		return -1;
	}
	return 0;
}

static int run_alerts(const struct passwd *user)
{
	struct alerts_settings s = {
		.api = options.api,
		.vmd = options.vmd,
		.state = options.state ? options.state : "/var/lib/socle/alerts",
		.metrics = options.metrics,
		.every_ms = options.every_ms,
		.kmsg = -1,
	};
	struct courier c;

	if (courier_make(&c, user) < 0 || state_make(s.state, user) < 0)
		return 1;
	s.kmsg = user ? kmsg_open() : -1;
	if (privilege_drop(user) < 0)
		return 1;
	return alerts_run(&s, &c);
}

static int run_backup(const struct passwd *user)
{
	const struct backup_settings s = {
		.api = options.api,
		.vmd = options.vmd,
		.transfer = options.transfer,
		.state = options.state ? options.state : "/var/lib/socle/backup",
		.every_ms = options.every_ms,
	};
	struct courier c;

	if (courier_make(&c, user) < 0 || state_make(s.state, user) < 0 || privilege_drop(user) < 0)
		return 1;
	return backup_run(&s, &c);
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "api", required_argument, NULL, 'a' },
		{ "vmd", required_argument, NULL, 'v' },
		{ "transfer", required_argument, NULL, 't' },
		{ "state", required_argument, NULL, 's' },
		{ "metrics", required_argument, NULL, 'm' },
		{ "curl", required_argument, NULL, 'c' },
		{ "user", required_argument, NULL, 'u' },
		{ "courier", required_argument, NULL, 'r' },
		{ "every", required_argument, NULL, 'n' },
		{ NULL, 0, NULL, 0 },
	};
	struct passwd user;
	bool drop;
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (c) {
		case 'a': options.api = optarg; break;
		case 'v': options.vmd = optarg; break;
		case 't': options.transfer = optarg; break;
		case 's': options.state = optarg; break;
		case 'm': options.metrics = optarg; break;
		case 'c': options.curl = optarg; break;
		case 'u': options.user = optarg; break;
		case 'r': options.courier = optarg; break;
		case 'n': options.every_ms = strtoll(optarg, NULL, 10); break;
		default: return usage();
		}
	}
	if (optind + 1 != argc)
		return usage();
	log_open(argv[optind], LOG_LEVEL_INFO);
	signal(SIGPIPE, SIG_IGN);
	drop = getuid() == 0 && user_find(options.user, &user);
	if (getuid() == 0 && !drop)
		log_warning("no user %s: everything runs as root", options.user);
	if (strcmp(argv[optind], "alerts") == 0)
		return run_alerts(drop ? &user : NULL);
	if (strcmp(argv[optind], "backup") == 0)
		return run_backup(drop ? &user : NULL);
	return usage();
}
