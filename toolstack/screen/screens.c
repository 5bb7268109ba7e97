// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One watch on the back ends tells of screens that come and go and of what the toolstack does to
 * them; each screen has one of its own on what its guest does.
 */
#include "screen/screens.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "devices/device_store.h"
#include "lib/deadline.h"
#include "lib/log.h"
#include "screen/screen.h"

#define STORE_MS       30000
#define EVENTS_AT_ONCE 64

static struct store store;  /* to ask */
static struct store events; /* watches the back ends */
static struct screen *screens[SCREENS_MAX];
static size_t nr_screens;

/* When the host starts, the store may come a moment later. */
static int store_open_soon(struct store *s)
{
	int64_t until = now_ms() + STORE_MS;

	while (store_open(s) < 0) {
		if (now_ms() >= until)
			return -1;
		usleep(100 * 1000);
	}
	return 0;
}

int screens_open(void)
{
	if (store_open_soon(&store) < 0 || store_open(&events) < 0 ||
	    store_watch(&events, "/local/domain/0/backend/vfb", "back") < 0 ||
	    store_watch(&events, "/local/domain/0/backend/vkbd", "back") < 0) {
		log_error("store: %s", strerror(errno));
		return -1;
	}
	return 0;
}

static struct screen *screen_find(uint32_t domid)
{
	for (size_t i = 0; i < nr_screens; i++)
		if (screens[i]->domid == domid)
			return screens[i];
	return NULL;
}

static struct screen *screen_add(struct store *s, uint32_t domid)
{
	struct screen *sc = nr_screens < SCREENS_MAX ? malloc(sizeof(*sc)) : NULL;

	if (!sc) {
		log_error("domain %u: no room for another screen", domid);
		return NULL;
	}
	if (screen_open(sc, s, domid) < 0) {
		free(sc);
		return NULL;
	}
	screens[nr_screens++] = sc;
	return sc;
}

static bool note(void *arg, struct store *s, const struct device_id *id)
{
	struct screen *sc = screen_find(id->domid);

	(void)arg;
	if (!sc)
		sc = screen_add(s, id->domid);
	if (sc)
		sc->seen = true;
	return true;
}

/* Which there are, and what each wants. */
static void look_at_all(void)
{
	for (size_t i = 0; i < nr_screens; i++)
		screens[i]->seen = false;
	device_each(&store, DEVICE_SCREEN, DEVICE_EVERY_DOMAIN, note, NULL);
	device_each(&store, DEVICE_KEYBOARD, DEVICE_EVERY_DOMAIN, note, NULL);
	for (size_t i = nr_screens; i-- > 0;) {
		if (screens[i]->seen) {
			screen_look(screens[i], &store);
			continue;
		}
		screen_close(screens[i]);
		free(screens[i]);
		screens[i] = screens[--nr_screens];
	}
}

size_t screens_poll(struct pollfd fds[1 + SCREENS_MAX * SCREEN_POLLS])
{
	size_t nr = 0;

	fds[nr++] = (struct pollfd){ .fd = events.fd, .events = POLLIN };
	for (size_t i = 0; i < nr_screens; i++) {
		fds[nr++] = (struct pollfd){ .fd = screens[i]->front.fd, .events = POLLIN };
		fds[nr++] = (struct pollfd){ .fd = screens[i]->order, .events = POLLIN };
		fds[nr++] = (struct pollfd){ .fd = screens[i]->listener, .events = POLLIN };
	}
	return nr;
}

/*
 * How many there were does not matter: what they tell of is looked at afterwards. More than so many
 * are for the next time, for a guest can make new ones as fast as we take them.
 */
static bool drain(struct store *s)
{
	bool any = false;

	for (unsigned int i = 0; i < EVENTS_AT_ONCE && store_event_wait(s, 0) > 0; i++) {
		struct buf event = { 0 };
		int rc = store_event(s, &event);

		buf_free(&event);
		if (rc < 0)
			break;
		any = true;
	}
	return any;
}

void screens_serve(const struct pollfd *fds)
{
	int64_t now = now_ms();
	size_t nr = nr_screens;
	bool changed = false;

	for (size_t i = 0; i < nr; i++) {
		const struct pollfd *mine = &fds[1 + i * SCREEN_POLLS];
		struct screen *sc = screens[i];

		if (mine[1].revents)
			screen_answer(sc, &store);
		if (mine[2].revents)
			screen_accept(sc);
		if (mine[0].revents && drain(&sc->front))
			screen_stirred(sc, &store, now);
		screen_due(sc, &store, now);
	}
	if (fds[0].revents)
		changed = drain(&events);
	if (changed)
		look_at_all();
}

int screens_wait(void)
{
	int64_t next = -1, now = now_ms();

	for (size_t i = 0; i < nr_screens; i++) {
		int64_t due = screen_next(screens[i]);

		if (due && (next < 0 || due < next))
			next = due;
	}
	return next < 0 ? -1 : next <= now ? 0 : (int)(next - now);
}
