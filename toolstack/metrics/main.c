// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon that asks vmd every five seconds what was counted, as the user apid. What it misses
 * while vmd is away is missing; it ends only by a signal.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/file.h"
#include "lib/privilege.h"
#include "metrics/collect.h"
#include "metrics/disks.h"
#include "vmd/client.h"

#define FOLDER    "/var/lib/socle/metrics"
#define USER      "apid"
#define ANSWER_MS 4000

/* What vmd said last, by uuid, and when. */
static struct {
	json_t *vms, *host;
	int64_t ms;
} last;

/* The VMs by their uuid. */
static void vms_add(json_t *vms, const json_t *list)
{
	json_t *vm;
	size_t i;

	json_array_foreach(list, i, vm)
	{
		const char *uuid = json_string_value(json_object_get(vm, "uuid"));

		if (uuid)
			json_object_set(vms, uuid, vm);
	}
}

/* All of the answer, which comes in parts. NULL with the reason. */
static json_t *answer_read(int fd, json_t *vms, struct reason *why)
{
	const int64_t deadline = now_ms() + ANSWER_MS;

	for (;;) {
		json_t *message, *ok;
		int64_t left = deadline - now_ms();
		int passed, rc = vmd_wait(fd, left > 0 ? left : 0, &message, &passed, why);

		if (rc == 0)
			reason_set(why, "vmd does not answer");
		if (rc <= 0)
			return NULL;
		if (passed >= 0)
			close(passed);
		vms_add(vms, json_object_get(message, "part"));
		ok = json_incref(json_object_get(message, "ok"));
		if (json_object_get(message, "error"))
			reason_set(why, "vmd refuses");
		rc = ok || json_object_get(message, "error");
		json_decref(message);
		if (rc)
			return ok;
	}
}

/* The VMs and the host as they are now; NULL with the reason. */
static json_t *figures_ask(json_t *vms, struct reason *why)
{
	int fd = vmd_connect(NULL, why);
	json_t *ok = NULL;

	if (fd < 0)
		return NULL;
	if (vmd_send(fd, "vm.stats", NULL, why) == 0)
		ok = answer_read(fd, vms, why);
	close(fd);
	return ok;
}

static void keep(const char *who, const struct metrics_sample *samples, size_t nr)
{
	struct reason why;

	if (metrics_add(FOLDER, who, time(NULL), samples, nr, &why) < 0)
		log_warning("%s", why.text);
}

static void collect(void)
{
	struct metrics_sample samples[COLLECT_MAX];
	json_t *vms = json_object(), *ok, *vm, *host;
	const int64_t now = now_ms();
	const double seconds = (double)(now - last.ms) / 1000;
	static bool silent;
	struct reason why;
	const char *uuid;

	ok = figures_ask(vms, &why);
	/* Once, and not every five seconds. */
	if (!ok && !silent)
		log_warning("%s", why.text);
	silent = !ok;
	if (!ok) {
		json_decref(vms);
		return;
	}
	vms_add(vms, json_object_get(ok, "vms"));
	host = json_object_get(ok, "host");
	json_object_set_new(host, "disks", disks_read());
	keep(METRICS_HOST, samples, collect_host(host, last.host, seconds, samples));
	json_object_foreach(vms, uuid, vm)
	{
		keep(uuid, samples,
		     collect_vm(vm, json_object_get(last.vms, uuid), seconds, samples));
	}
	json_decref(last.vms);
	json_decref(last.host);
	last.vms = vms;
	last.host = json_incref(host);
	last.ms = now;
	json_decref(ok);
}

/* On the fives of the clock, so that no two samples fall into one row. */
static void wait_for_next(void)
{
	struct timespec now, pause;

	clock_gettime(CLOCK_REALTIME, &now);
	pause.tv_sec = METRICS_STEP - 1 - now.tv_sec % METRICS_STEP;
	pause.tv_nsec = 999999999 - now.tv_nsec;
	nanosleep(&pause, NULL);
}

int main(int argc, char **argv)
{
	const struct passwd *user = getpwnam(USER);

	if (argc != 2 || strcmp(argv[1], "collect") != 0) {
		fprintf(stderr, "usage: metrics collect\n");
		return 2;
	}
	log_open("metrics", LOG_LEVEL_INFO);
	file_folders(FOLDER);
	if (mkdir(FOLDER, 0750) < 0 && errno != EEXIST) {
		log_error("%s: %s", FOLDER, strerror(errno));
		return 1;
	}
	if (user && chown(FOLDER, user->pw_uid, user->pw_gid) < 0)
		log_warning("%s: %s", FOLDER, strerror(errno));
	if (privilege_drop(getuid() == 0 ? user : NULL) < 0)
		return 1;
	for (;;) {
		collect();
		wait_for_next();
	}
}
