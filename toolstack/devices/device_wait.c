// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A watch has a connection of its own: closing it ends the watch.
 */
#include "devices/device_wait.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/deadline.h"

#define LOOK_MS 100

size_t device_alike(const struct device_id *ids, size_t nr)
{
	size_t same = 1;

	while (same < nr && ids[same].kind == ids[0].kind && ids[same].backend == ids[0].backend)
		same++;
	return same;
}

static bool all_done(struct store *s, const struct device_id *ids, size_t nr,
		     bool (*done)(struct store *s, const struct device_id *id))
{
	for (size_t i = 0; i < nr; i++)
		if (!done(s, &ids[i]))
			return false;
	return true;
}

/*
 * Waits for an event, but not long: some of what is waited for shows elsewhere than in the store.
 * False: the time is over, or the store gone.
 */
static bool next_event(struct store *events, int64_t until)
{
	struct buf event = { 0 };
	int there = now_ms() < until ? store_event_wait(events, LOOK_MS) : -1;

	if (there > 0 && store_event(events, &event) < 0)
		there = -1;
	buf_free(&event);
	return there >= 0;
}

bool device_wait(struct store *s, const struct device_id *ids, size_t nr,
		 bool (*done)(struct store *s, const struct device_id *id), unsigned int ms)
{
	int64_t until = now_ms() + ms;
	char path[DEVICE_PATH_MAX];
	struct store events;
	bool good;

	if (nr == 0)
		return true;
	if (store_open(&events) < 0)
		return false;
	device_back_path(path, &ids[0], NULL);
	if (nr > 1)
		*strrchr(path, '/') = '\0';
	good = store_watch(&events, path, "device") == 0;
	/* The first event comes at once. */
	while (good && !all_done(s, ids, nr, done))
		good = next_event(&events, until);
	store_close(&events);
	return good;
}

bool device_look(bool (*there)(const void *arg), const void *arg, unsigned int ms)
{
	int64_t until = now_ms() + ms;

	for (unsigned int pause = 1; !there(arg); pause = pause < 50 ? pause + 1 : pause) {
		if (now_ms() >= until)
			return false;
		usleep(pause * 1000);
	}
	return true;
}
