// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMs start with the host and stop before it: `autostart start` once after each start of the host,
 * `autostart stop` before it goes down. A VM that does not start is told of and does not keep the
 * others; one that does not shut down in time loses its power.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "autostart/plan.h"
#include "lib/deadline.h"
#include "lib/file.h"
#include "lib/log.h"

#define DONE     "/run/socle/autostart.done" /* since the host's start */
#define API_MS   120000                      /* for the management plane to come up */
#define STOP_MS  120000                      /* for a guest to shut down */
#define PAUSE_US 500000

static struct api api = { .socket = API_SOCKET };

/* Logs the last error and leaves it where people look. */
static void complain(const struct turn *t, const char *what)
{
	struct buf words = { 0 };
	json_t *uuid;

	buf_printf(&words, "%s: ", t->name);
	api_error_words(&api, &words);
	log_warning("%s: %s", what, words.data ? words.data : "");
	uuid = api_call(&api, "VM.get_uuid", json_pack("[s]", t->vm));
	if (uuid)
		api_do(&api, "message.create",
		       json_pack("[sisOs]", what, 3, "VM", uuid, words.data ? words.data : ""));
	json_decref(uuid);
	buf_free(&words);
}

/* The API answers, and knows what runs. */
static bool api_wait(int64_t ms)
{
	const int64_t deadline = now_ms() + ms;

	while (!api_login(&api, "root", "", "autostart")) {
		if (now_ms() >= deadline)
			return false;
		usleep(PAUSE_US);
	}
	return true;
}

static json_t *vms_get(void)
{
	return api_call(&api, "VM.get_all_records", json_array());
}

/* ---- start ------------------------------------------------------------------------------- */

/* Whoever disabled it meant the host until it went down. */
static bool host_enable(void)
{
	json_t *hosts = api_call(&api, "host.get_all", json_array());
	bool done = hosts &&
		    api_do(&api, "host.enable", json_pack("[O]", json_array_get(hosts, 0)));

	json_decref(hosts);
	return done;
}

static int start(void)
{
	struct plan p = { 0 };
	json_t *vms;
	int fd;

	/* Once: whoever was stopped by hand since then stays so. */
	file_folders(DONE);
	if (access(DONE, F_OK) == 0)
		return 0;
	if (!api_wait(API_MS) || !host_enable() || !(vms = vms_get()) || !plan_start(vms, &p)) {
		log_error("the management plane does not answer: no VM was started");
		return 1;
	}
	fd = open(DONE, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	for (size_t i = 0; i < p.nr; i++) {
		log_info("starting %s", p.turns[i].name);
		if (!api_do(&api, "VM.start", json_pack("[sbb]", p.turns[i].vm, 0, 0)))
			complain(&p.turns[i], "AUTOSTART_FAILED");
		else if (i + 1 < p.nr)
			sleep(p.turns[i].delay);
	}
	plan_free(&p);
	json_decref(vms);
	api_logout(&api);
	return 0;
}

/* ---- stop -------------------------------------------------------------------------------- */

static bool is_pending(const char *task)
{
	json_t *status = api_call(&api, "task.get_status", json_pack("[s]", task));
	bool pending = status && strcmp(json_string_value(status), "pending") == 0;

	json_decref(status);
	return pending;
}

/* Those of one order: asked together, waited for together. The longest of their delays. */
static unsigned int stop_together(const struct turn *turns, size_t nr)
{
	const int64_t deadline = now_ms() + STOP_MS;
	unsigned int delay = 0;
	json_t *tasks[nr];

	for (size_t i = 0; i < nr; i++) {
		log_info("shutting down %s", turns[i].name);
		tasks[i] = api_call(&api, "Async.VM.shutdown", json_pack("[s]", turns[i].vm));
		if (!tasks[i])
			complain(&turns[i], "SHUTDOWN_FAILED");
	}
	for (size_t i = 0; i < nr; i++) {
		while (tasks[i] && is_pending(json_string_value(tasks[i])) && now_ms() < deadline)
			usleep(PAUSE_US);
		if (tasks[i] && is_pending(json_string_value(tasks[i])) &&
		    !api_do(&api, "VM.hard_shutdown", json_pack("[s]", turns[i].vm)))
			complain(&turns[i], "SHUTDOWN_FAILED");
		if (turns[i].delay > delay)
			delay = turns[i].delay;
		json_decref(tasks[i]);
	}
	return delay;
}

static int stop(void)
{
	struct plan p = { 0 };
	json_t *vms;

	if (!api_wait(0) || !(vms = vms_get()) || !plan_stop(vms, &p))
		return 1;
	for (size_t i = 0; i < p.nr;) {
		size_t nr = plan_together(&p, i);
		unsigned int delay = stop_together(&p.turns[i], nr);

		i += nr;
		if (i < p.nr)
			sleep(delay);
	}
	plan_free(&p);
	json_decref(vms);
	api_logout(&api);
	return 0;
}

int main(int argc, char **argv)
{
	/* The API may be started anew meanwhile. */
	signal(SIGPIPE, SIG_IGN);
	log_open("autostart", LOG_LEVEL_INFO);
	if (argc == 2 && strcmp(argv[1], "start") == 0)
		return start();
	if (argc == 2 && strcmp(argv[1], "stop") == 0)
		return stop();
	fprintf(stderr, "usage: autostart start|stop\n");
	return 2;
}
