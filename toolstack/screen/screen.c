// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both ends go the same way: closed until the guest's driver has published its page, connected once
 * the painter has mapped it, closed when the driver leaves or the toolstack takes the device. A
 * driver may come back any number of times.
 */
#include "screen/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "devices/device_store.h"
#include "lib/deadline.h"
#include "lib/listener.h"
#include "lib/log.h"
#include "screen/keys.h"
#include "screen/packet.h"
#include "screen/painter.h"
#include "screen/viewers.h"
#include "screen/wire.h"

#define AGAIN_MS 5000 /* after a painter has died */

static struct device_id id_of(const struct screen *sc, enum screen_end end)
{
	return (struct device_id){
		.domid = sc->domid,
		.kind = end == END_PICTURE ? DEVICE_SCREEN : DEVICE_KEYBOARD,
	};
}

static void socket_path(char path[64], uint32_t domid)
{
	snprintf(path, 64, SCREEN_FOLDER "/%u", domid);
}

/* ---- coming and going -------------------------------------------------------------------- */

/* A second descriptor of the memory, with which it cannot be changed. */
static int reopen_readable(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int picture_make(struct screen *sc, uint32_t limit)
{
	sc->picture = memfd_create("screen", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (sc->picture < 0)
		return -1;
	if (fchmod(sc->picture, 0600) < 0 || ftruncate(sc->picture, limit) < 0 ||
	    fcntl(sc->picture, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return -1;
	sc->picture_readable = reopen_readable(sc->picture);
	return sc->picture_readable < 0 ? -1 : 0;
}

static uint32_t limit_read(struct screen *sc, struct store *s)
{
	struct device_id id = id_of(sc, END_PICTURE);
	unsigned long mib;
	char text[16];

	device_read(s, &id, "videoram", text, sizeof(text));
	mib = strtoul(text, NULL, 10);
	if (mib < 1 || mib > SCREEN_MIB_MAX)
		mib = SCREEN_MIB_DEFAULT;
	return (uint32_t)mib << 20;
}

static int front_watch(struct screen *sc)
{
	char path[DEVICE_PATH_MAX];

	for (enum screen_end end = 0; end < NR_ENDS; end++) {
		struct device_id id = id_of(sc, end);

		device_front_path(path, &id, "state");
		if (store_watch(&sc->front, path, "front") < 0)
			return -1;
	}
	return 0;
}

int screen_open(struct screen *sc, struct store *s, uint32_t domid)
{
	struct reason why;
	char path[64];

	*sc = (struct screen){
		.domid = domid, .listener = -1, .picture = -1, .picture_readable = -1, .order = -1
	};
	if (store_open(&sc->front) < 0) {
		log_error("domain %u: its screen: store: %s", domid, strerror(errno));
		return -1;
	}
	socket_path(path, domid);
	sc->listener = listener_open(path, SOCK_STREAM, (uid_t)-1, (gid_t)-1, 8, &why);
	if (sc->listener < 0) {
		log_error("domain %u: its screen: %s", domid, why.text);
	} else if (picture_make(sc, limit_read(sc, s)) < 0 || front_watch(sc) < 0) {
		log_error("domain %u: its screen: %s", domid, strerror(errno));
	} else {
		return 0;
	}
	screen_close(sc);
	return -1;
}

static void painter_forget(struct screen *sc)
{
	if (sc->order >= 0)
		close(sc->order);
	sc->order = -1;
	sc->painter = 0;
	memset(sc->connected, 0, sizeof(sc->connected));
	memset(sc->closing, 0, sizeof(sc->closing));
}

static void close_one(int fd)
{
	if (fd >= 0)
		close(fd);
}

void screen_close(struct screen *sc)
{
	char path[64];

	/* The painter sees its end, and its viewers theirs. */
	painter_forget(sc);
	socket_path(path, sc->domid);
	unlink(path);
	close_one(sc->listener);
	close_one(sc->picture);
	close_one(sc->picture_readable);
	store_close(&sc->front);
}

/* ---- orders ------------------------------------------------------------------------------ */

static bool painter_there(struct screen *sc)
{
	struct reason why;
	off_t limit = lseek(sc->picture, 0, SEEK_END);
	pid_t pid;

	if (sc->painter)
		return true;
	pid = painter_start(sc->domid, sc->picture, (uint32_t)limit, &sc->order, &why);
	if (pid < 0) {
		log_error("domain %u: its screen: %s", sc->domid, why.text);
		sc->order = -1;
		sc->again = now_ms() + AGAIN_MS;
		return false;
	}
	sc->painter = pid;
	return true;
}

static int order_send(struct screen *sc, const struct order *o, int fd)
{
	return sc->order < 0 ? -1 : packet_send(sc->order, o, sizeof(*o), fd);
}

/* What the guest has published; false: it is incomplete, and will not become complete. */
static bool front_read(struct screen *sc, struct store *s, enum screen_end end, struct order *o)
{
	struct device_id id = id_of(sc, end);
	long page = device_front_number(s, &id, "page-ref");
	long port = device_front_number(s, &id, "event-channel");
	char protocol[24];

	if (page <= 0 || port <= 0 || port > UINT32_MAX)
		return false;
	device_front_text(s, &id, "protocol", protocol, sizeof(protocol));
	*o = (struct order){
		.kind = end == END_PICTURE ? ORDER_PICTURE : ORDER_KEYS,
		.page = (uint64_t)page,
		.port = (uint32_t)port,
		.wide = strcmp(protocol, "x86_32-abi") != 0,
		.updates = device_front_number(s, &id, "feature-update") > 0,
		.absolute = device_front_number(s, &id, "request-abs-pointer") > 0,
	};
	return true;
}

static void connect_end(struct screen *sc, struct store *s, enum screen_end end)
{
	struct device_id id = id_of(sc, end);
	struct order o;

	if (sc->connected[end] || !painter_there(sc))
		return;
	if (!front_read(sc, s, end, &o)) {
		log_warning("%s: the guest has not said where it is", device_text(&id));
		device_write_back(s, &id, "state", "6");
		return;
	}
	sc->connected[end] = order_send(sc, &o, -1) == 0;
}

static void close_end(struct screen *sc, enum screen_end end)
{
	struct order o = { .kind = end == END_PICTURE ? ORDER_PICTURE_CLOSE : ORDER_KEYS_CLOSE };

	if (!sc->connected[end])
		return;
	sc->connected[end] = false;
	sc->closing[end] = order_send(sc, &o, -1) == 0;
}

/* ---- states ------------------------------------------------------------------------------ */

static void put_number(struct store *s, const struct device_id *id, const char *node,
		       unsigned int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	if (device_write_back(s, id, node, text) < 0)
		log_warning("%s: %s: %s", device_text(id), node, strerror(errno));
}

static void put_state(struct store *s, const struct device_id *id, enum device_state state)
{
	if (device_back_state(s, id) != state)
		put_number(s, id, "state", state);
}

/* What we can do; then the guest's driver may begin. */
static void offer(struct screen *sc, struct store *s, enum screen_end end)
{
	struct device_id id = id_of(sc, end);

	if (end == END_PICTURE) {
		put_number(s, &id, "feature-resize", 1);
		put_number(s, &id, "request-update", 1);
	} else {
		put_number(s, &id, "feature-abs-pointer", 1);
		put_number(s, &id, "width", POINTER_RANGE);
		put_number(s, &id, "height", POINTER_RANGE);
	}
	put_state(s, &id, DEVICE_INIT_WAIT);
}

/* The guest's driver is leaving or gone. The painter's answer says when it has let go of memory. */
static void leave(struct screen *sc, struct store *s, enum screen_end end)
{
	struct device_id id = id_of(sc, end);

	close_end(sc, end);
	if (!sc->closing[end])
		put_state(s, &id, DEVICE_CLOSED);
}

static void look_end(struct screen *sc, struct store *s, enum screen_end end)
{
	struct device_id id = id_of(sc, end);
	enum device_state back = device_back_state(s, &id);
	enum device_state front = device_front_state(s, &id);
	char online[4];

	device_read(s, &id, "online", online, sizeof(online));
	if (back == DEVICE_UNKNOWN)
		return;
	if (online[0] != '1' && (front == DEVICE_UNKNOWN || front <= DEVICE_INITIALISING))
		front = DEVICE_CLOSED;
	switch (front) {
	case DEVICE_INITIALISING:
	case DEVICE_INIT_WAIT:
		/* Also a driver that has come back without having left. */
		close_end(sc, end);
		if (back != DEVICE_INIT_WAIT)
			offer(sc, s, end);
		break;
	case DEVICE_INITIALISED:
	case DEVICE_CONNECTED:
		if (back == DEVICE_INITIALISING)
			offer(sc, s, end);
		if (back <= DEVICE_CONNECTED)
			connect_end(sc, s, end);
		break;
	case DEVICE_CLOSING:
	case DEVICE_CLOSED:
	case DEVICE_UNKNOWN: leave(sc, s, end); break;
	}
}

void screen_look(struct screen *sc, struct store *s)
{
	if (sc->resting || now_ms() < sc->again)
		return;
	sc->again = 0;
	for (enum screen_end end = 0; end < NR_ENDS; end++)
		look_end(sc, s, end);
}

/* ---- guests that do not stop ------------------------------------------------------------- */

/* Without a watch the store does not tell us either. */
static void rest(struct screen *sc, int64_t until)
{
	store_close(&sc->front);
	sc->front.fd = -1;
	sc->resting = until;
}

void screen_stirred(struct screen *sc, struct store *s, int64_t now)
{
	if (allowance_take(&sc->looks, now)) {
		screen_look(sc, s);
		return;
	}
	if (!sc->rested)
		log_warning("domain %u: its screen's states change all the time; they are looked "
			    "at now and then",
			    sc->domid);
	sc->rested = true;
	rest(sc, allowance_rest(&sc->looks));
}

/* A new watch tells at once, as if something had changed. */
static void rest_end(struct screen *sc, int64_t now)
{
	sc->resting = 0;
	if (store_open(&sc->front) == 0 && front_watch(sc) == 0)
		return;
	log_warning("domain %u: its screen: store: %s", sc->domid, strerror(errno));
	rest(sc, now + AGAIN_MS);
}

void screen_due(struct screen *sc, struct store *s, int64_t now)
{
	if (sc->resting && now >= sc->resting)
		rest_end(sc, now);
	if (sc->again && now >= sc->again)
		screen_look(sc, s);
}

int64_t screen_next(const struct screen *sc)
{
	if (sc->resting)
		return sc->resting;
	return sc->again;
}

static void answered(struct screen *sc, struct store *s, const struct order_answer *a)
{
	enum screen_end end = a->kind < ORDER_KEYS ? END_PICTURE : END_KEYS;
	struct device_id id = id_of(sc, end);
	enum device_state front = device_front_state(s, &id);

	if (a->kind == ORDER_PICTURE_CLOSE || a->kind == ORDER_KEYS_CLOSE) {
		sc->closing[end] = false;
		if (front == DEVICE_UNKNOWN || front >= DEVICE_CLOSING)
			put_state(s, &id, DEVICE_CLOSED);
	} else if (sc->connected[end]) {
		if (!a->ok)
			log_warning("%s: %s", device_text(&id), a->why);
		sc->connected[end] = a->ok;
		put_state(s, &id, a->ok ? DEVICE_CONNECTED : DEVICE_CLOSED);
	}
}

void screen_answer(struct screen *sc, struct store *s)
{
	struct order_answer a;
	int fd;

	if (packet_receive(sc->order, &a, sizeof(a), &fd)) {
		close_one(fd);
		a.why[sizeof(a.why) - 1] = '\0';
		answered(sc, s, &a);
		return;
	}
	log_warning("domain %u: the process of its screen has ended; another follows", sc->domid);
	painter_forget(sc);
	sc->again = now_ms() + AGAIN_MS;
}

void screen_accept(struct screen *sc)
{
	struct order o = { .kind = ORDER_VIEWER };
	int client = accept4(sc->listener, NULL, NULL, SOCK_CLOEXEC);
	int painter = -1;

	if (client >= 0 && painter_there(sc))
		painter = viewer_start(client, sc->picture_readable);
	close_one(client);
	/* One that the painter does not get is told so by the end of its socket. */
	if (painter >= 0)
		order_send(sc, &o, painter);
	close_one(painter);
}
