// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The states of a guest's screen and keyboard in the store: drivers that come, leave, come back and
 * lie, the toolstack that takes devices away, painters that refuse and die.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "devices/device_store.h"
#include "lib/listener.h"
#include "screen/packet.h"
#include "screen/painter.h"
#include "screen/screen.h"
#include "screen/viewers.h"
#include "screen/wire.h"

#define DOMID 5

/* What the store has of one device, the ends' states among it. */
static struct device {
	enum device_state back, front;
	long page, port;
	const char *protocol;
	bool offline;
} devices[NR_ENDS];

static struct screen screen;
static struct store store;
static int painter = -1;                       /* the painter's end of its orders */
static unsigned int painters, offers, watched; /* watched: states that are */
static bool no_store;

/* ---- what is around -------------------------------------------------------------------------- */

static struct device *device_of(const struct device_id *id)
{
	assert_int_equal(id->domid, DOMID);
	return &devices[id->kind == DEVICE_SCREEN ? END_PICTURE : END_KEYS];
}

enum device_state device_back_state(struct store *s, const struct device_id *id)
{
	(void)s;
	return device_of(id)->back;
}

enum device_state device_front_state(struct store *s, const struct device_id *id)
{
	(void)s;
	return device_of(id)->front;
}

long device_front_number(struct store *s, const struct device_id *id, const char *node)
{
	const struct device *d = device_of(id);

	(void)s;
	return strcmp(node, "page-ref") == 0        ? d->page
	       : strcmp(node, "event-channel") == 0 ? d->port
						    : 1;
}

bool device_front_text(struct store *s, const struct device_id *id, const char *node, char *text,
		       size_t room)
{
	(void)s;
	(void)node;
	snprintf(text, room, "%s", device_of(id)->protocol);
	return true;
}

bool device_read(struct store *s, const struct device_id *id, const char *node, char *text,
		 size_t room)
{
	(void)s;
	snprintf(text, room, "%s",
		 strcmp(node, "videoram") == 0 ? "2"
		 : device_of(id)->offline      ? "0"
					       : "1");
	return true;
}

int device_write_back(struct store *s, const struct device_id *id, const char *node,
		      const char *value)
{
	(void)s;
	if (strcmp(node, "state") == 0)
		device_of(id)->back = (enum device_state)atoi(value);
	offers += strncmp(node, "feature-", 8) == 0;
	return 0;
}

void device_front_path(char path[DEVICE_PATH_MAX], const struct device_id *id, const char *node)
{
	snprintf(path, DEVICE_PATH_MAX, "%u/%s", (unsigned int)id->kind, node);
}

const char *device_text(const struct device_id *id)
{
	return id->kind == DEVICE_SCREEN ? "screen" : "keyboard";
}

int store_open(struct store *s)
{
	errno = ECONNREFUSED;
	s->fd = no_store ? -1 : 99;
	return no_store ? -1 : 0;
}

void store_close(struct store *s)
{
	s->fd = -1;
	watched = 0;
}

int store_watch(struct store *s, const char *path, const char *token)
{
	(void)s;
	(void)token;
	watched++;
	return strstr(path, "/state") ? 0 : -1;
}

int listener_open(const char *path, int type, uid_t owner, gid_t group, int backlog,
		  struct reason *why)
{
	(void)path;
	(void)type;
	(void)owner;
	(void)group;
	(void)backlog;
	(void)why;
	return open("/dev/null", O_RDONLY);
}

pid_t painter_start(uint32_t domid, int pixels, uint32_t limit, int *order, struct reason *why)
{
	int pair[2];

	assert_int_equal(domid, DOMID);
	assert_true(fcntl(pixels, F_GETFL) >= 0);
	assert_int_equal(limit, 2 << 20);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
		return reason_errno(why, "a pair of sockets");
	painter = pair[1];
	*order = pair[0];
	return (pid_t)++painters;
}

int viewer_start(int client, int picture)
{
	(void)client;
	return dup(picture);
}

/* ---- steps ----------------------------------------------------------------------------------- */

static struct order next_order(void)
{
	struct order o;
	int fd;

	assert_true(packet_receive(painter, &o, sizeof(o), &fd));
	return o;
}

static void assert_no_order(void)
{
	char c;

	assert_int_equal(recv(painter, &c, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
}

static void answer(uint32_t kind, bool ok)
{
	struct order_answer a = { .kind = kind, .ok = ok };

	memset(a.why, 'x', sizeof(a.why));
	assert_int_equal(packet_send(painter, &a, sizeof(a), -1), 0);
	screen_answer(&screen, &store);
}

static void look(void)
{
	screen_look(&screen, &store);
}

static struct device *const picture = &devices[END_PICTURE], *const keys = &devices[END_KEYS];

/* Both devices as the toolstack makes them. */
static int start(void **state)
{
	(void)state;
	for (int i = 0; i < NR_ENDS; i++)
		devices[i] = (struct device){ .back = DEVICE_INITIALISING,
					      .front = DEVICE_INITIALISING,
					      .page = 100 + i,
					      .port = 10 + i,
					      .protocol = "x86_64-abi" };
	painters = offers = watched = 0;
	no_store = false;
	return screen_open(&screen, &store, DOMID);
}

static int stop(void **state)
{
	(void)state;
	screen_close(&screen);
	if (painter >= 0)
		close(painter);
	painter = -1;
	return 0;
}

static void connect_picture(void)
{
	look();
	assert_int_equal(picture->back, DEVICE_INIT_WAIT);
	picture->front = DEVICE_INITIALISED;
	look();
	assert_int_equal(next_order().kind, ORDER_PICTURE);
	answer(ORDER_PICTURE, true);
	assert_int_equal(picture->back, DEVICE_CONNECTED);
	picture->front = DEVICE_CONNECTED;
	look();
	assert_no_order();
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void test_both_connect(void **state)
{
	struct order o;

	(void)state;
	look();
	assert_int_equal(picture->back, DEVICE_INIT_WAIT);
	assert_int_equal(keys->back, DEVICE_INIT_WAIT);
	assert_int_equal(offers, 2);
	look();
	assert_int_equal(offers, 2);
	assert_int_equal(painters, 0);
	picture->front = keys->front = DEVICE_INITIALISED;
	keys->protocol = "x86_32-abi";
	look();
	assert_int_equal(painters, 1);
	o = next_order();
	assert_int_equal(o.kind, ORDER_PICTURE);
	assert_int_equal(o.page, 100);
	assert_int_equal(o.port, 10);
	assert_int_equal(o.wide, 1);
	assert_int_equal(o.updates, 1);
	o = next_order();
	assert_int_equal(o.kind, ORDER_KEYS);
	assert_int_equal(o.wide, 0);
	assert_int_equal(o.absolute, 1);
	assert_int_equal(picture->back, DEVICE_INIT_WAIT);
	answer(ORDER_PICTURE, true);
	answer(ORDER_KEYS, true);
	assert_int_equal(picture->back, DEVICE_CONNECTED);
	assert_int_equal(keys->back, DEVICE_CONNECTED);
}

/* What a guest does in a row at that time; how often it was looked at. */
static unsigned int flip(unsigned int times, int64_t now)
{
	unsigned int before = offers;

	for (unsigned int i = 0; i < times && !screen.resting; i++) {
		keys->back = DEVICE_CLOSED; /* each look offers again */
		screen_stirred(&screen, &store, now);
	}
	return offers - before;
}

/* One that changes its states without end is looked at now and then, and seen when it stops. */
static void test_a_guest_that_does_not_stop(void **state)
{
	int64_t now = 1000000;
	unsigned int looks;

	(void)state;
	look();
	picture->front = DEVICE_UNKNOWN;
	offers = 0;
	assert_int_equal(screen_next(&screen), 0);
	looks = flip(100000, now);
	assert_int_equal(looks, ALLOWANCE_MOST);
	/* Nothing of it comes to us any more, nor does what others do lead to a look. */
	assert_int_equal(watched, 0);
	assert_int_equal(screen.front.fd, -1);
	keys->back = DEVICE_CLOSED;
	look();
	assert_int_equal(offers, looks);
	for (unsigned int i = 0; i < 20; i++) {
		assert_true(screen_next(&screen) > now);
		screen_due(&screen, &store, screen_next(&screen) - 1);
		assert_int_equal(watched, 0);
		now = screen_next(&screen);
		screen_due(&screen, &store, now);
		assert_int_equal(watched, NR_ENDS);
		assert_int_equal(flip(100000, now), ALLOWANCE_FEW);
	}
	/* It stops: the watch tells of the state that it has, and that is seen. */
	now = screen_next(&screen);
	screen_due(&screen, &store, now);
	assert_int_equal(flip(1, now), 1);
	assert_int_equal(screen_next(&screen), 0);
	assert_int_equal(flip(1, now + 1), 1);
}

static void test_a_rest_without_a_store(void **state)
{
	int64_t now = 1000000, next;

	(void)state;
	look();
	flip(1000, now);
	no_store = true;
	now = screen_next(&screen);
	screen_due(&screen, &store, now);
	next = screen_next(&screen);
	assert_true(next > now);
	no_store = false;
	screen_due(&screen, &store, next);
	assert_int_equal(watched, NR_ENDS);
	assert_int_equal(screen_next(&screen), 0);
}

/* A driver that is unloaded and loaded; another kernel (kexec) that does not say goodbye. */
static void test_a_driver_comes_back(void **state)
{
	(void)state;
	connect_picture();
	picture->front = DEVICE_CLOSING;
	look();
	assert_int_equal(next_order().kind, ORDER_PICTURE_CLOSE);
	look();
	/* Not before the memory is let go of. */
	assert_int_equal(picture->back, DEVICE_CONNECTED);
	answer(ORDER_PICTURE_CLOSE, true);
	assert_int_equal(picture->back, DEVICE_CLOSED);
	picture->front = DEVICE_INITIALISING;
	connect_picture();
	picture->front = DEVICE_INITIALISING;
	look();
	assert_int_equal(next_order().kind, ORDER_PICTURE_CLOSE);
	assert_int_equal(picture->back, DEVICE_INIT_WAIT);
	answer(ORDER_PICTURE_CLOSE, true);
	assert_int_equal(picture->back, DEVICE_INIT_WAIT);
	connect_picture();
	assert_int_equal(painters, 1);
}

static void test_the_toolstack_takes_it(void **state)
{
	(void)state;
	connect_picture();
	/* With force: the guest's end is gone. */
	picture->back = DEVICE_CLOSING;
	picture->front = DEVICE_UNKNOWN;
	picture->offline = true;
	look();
	assert_int_equal(next_order().kind, ORDER_PICTURE_CLOSE);
	answer(ORDER_PICTURE_CLOSE, true);
	assert_int_equal(picture->back, DEVICE_CLOSED);
	/* A guest that has no driver, and is asked. */
	keys->back = DEVICE_CLOSING;
	keys->offline = true;
	look();
	assert_int_equal(keys->back, DEVICE_CLOSED);
	look();
	assert_int_equal(keys->back, DEVICE_CLOSED);
	assert_no_order();
}

static void test_a_guest_that_has_no_page(void **state)
{
	(void)state;
	look();
	picture->front = DEVICE_INITIALISED;
	picture->page = -1;
	look();
	assert_int_equal(picture->back, DEVICE_CLOSED);
	look();
	assert_int_equal(picture->back, DEVICE_CLOSED);
	assert_no_order();
	/* And one whose page is none. */
	keys->front = DEVICE_CONNECTED;
	look();
	assert_int_equal(next_order().kind, ORDER_KEYS);
	answer(ORDER_KEYS, false);
	assert_int_equal(keys->back, DEVICE_CLOSED);
	look();
	assert_no_order();
}

/* The driver has left before the painter was done. */
static void test_an_answer_too_late(void **state)
{
	(void)state;
	look();
	picture->front = DEVICE_INITIALISED;
	look();
	picture->front = DEVICE_CLOSED;
	look();
	answer(ORDER_PICTURE, true);
	assert_int_equal(picture->back, DEVICE_INIT_WAIT);
	answer(ORDER_PICTURE_CLOSE, true);
	assert_int_equal(picture->back, DEVICE_CLOSED);
}

static void test_a_painter_dies(void **state)
{
	(void)state;
	connect_picture();
	close(painter);
	screen_answer(&screen, &store);
	assert_true(screen.again > 0);
	look();
	assert_int_equal(painters, 1);
	/* The time has come. */
	screen.again = 1;
	look();
	assert_int_equal(painters, 2);
	assert_int_equal(next_order().kind, ORDER_PICTURE);
	answer(ORDER_PICTURE, true);
	assert_int_equal(picture->back, DEVICE_CONNECTED);
}

/* Started anew, it finds guests that are connected. */
static void test_after_a_restart(void **state)
{
	(void)state;
	picture->back = picture->front = keys->back = keys->front = DEVICE_CONNECTED;
	look();
	assert_int_equal(next_order().kind, ORDER_PICTURE);
	assert_int_equal(next_order().kind, ORDER_KEYS);
	answer(ORDER_PICTURE, true);
	assert_int_equal(picture->back, DEVICE_CONNECTED);
}

static void test_the_picture_is_shown_but_not_given(void **state)
{
	char c = 1;

	(void)state;
	assert_int_equal(lseek(screen.picture_readable, 0, SEEK_END), 2 << 20);
	assert_int_equal(write(screen.picture_readable, &c, 1), -1);
	assert_int_equal(ftruncate(screen.picture, 1 << 20), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_both_connect, start, stop),
		cmocka_unit_test_setup_teardown(test_a_guest_that_does_not_stop, start, stop),
		cmocka_unit_test_setup_teardown(test_a_rest_without_a_store, start, stop),
		cmocka_unit_test_setup_teardown(test_a_driver_comes_back, start, stop),
		cmocka_unit_test_setup_teardown(test_the_toolstack_takes_it, start, stop),
		cmocka_unit_test_setup_teardown(test_a_guest_that_has_no_page, start, stop),
		cmocka_unit_test_setup_teardown(test_an_answer_too_late, start, stop),
		cmocka_unit_test_setup_teardown(test_a_painter_dies, start, stop),
		cmocka_unit_test_setup_teardown(test_after_a_restart, start, stop),
		cmocka_unit_test_setup_teardown(test_the_picture_is_shown_but_not_given, start,
						stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
