// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process between a guest and those who look, with a guest that is memory which both have, and
 * event channels that are bytes in a pair of sockets.
 */
#include "test.h"

#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/evtchn.h"
#include "lib/foreign_map.h"
#include "screen/fb.h"
#include "screen/jail.h"
#include "screen/keys.h"
#include "screen/packet.h"
#include "screen/painter.h"

#define DOMID        7
#define LIMIT        (1u << 20)
#define WIDTH        320
#define HEIGHT       200
#define FRAMES       512
#define PICTURE      1 /* frames: the framebuffer's page, ... */
#define LIST         2
#define KEYS         3
#define PIXELS       16
#define PORT_PICTURE 21 /* the guest's ports; the painter's are higher by 100 */
#define PORT_KEYS    22
#define WAIT_MS      60000
#define QUIET_MS     120

static uint8_t *guest; /* FRAMES pages */
static uint32_t *picture;
static int picture_fd;
static int channel[2]; /* the guest's end, the painter's */
static int order, viewer;
static pid_t painter;

/* ---- what the painter finds instead of a hypervisor ---------------------------------------- */

int jail_enter(const char *name)
{
	(void)name;
	return 0;
}

void close_all_but(int a, int b)
{
	for (int fd = 3; fd < 64; fd++)
		if (fd != a && fd != b && fd != channel[1])
			close(fd);
}

int foreign_open(uint32_t domid)
{
	assert_int_equal(domid, DOMID);
	return 0;
}

void *foreign_map(int fd, uint32_t domid, const uint64_t *gfns, size_t nr, bool writable)
{
	(void)fd;
	(void)writable;
	errno = EFAULT;
	for (size_t i = 0; i < nr; i++)
		if (domid != DOMID || gfns[i] >= FRAMES || gfns[i] != gfns[0] + i)
			return NULL;
	return guest + gfns[0] * FB_PAGE;
}

void foreign_unmap(void *p, size_t nr)
{
	(void)p;
	(void)nr;
}

int evtchn_open(void)
{
	return channel[1];
}

int evtchn_restrict(int fd, uint32_t domid)
{
	(void)fd;
	return domid == DOMID ? 0 : -1;
}

int evtchn_bind_interdomain(int fd, uint32_t domid, uint32_t remote_port)
{
	(void)fd;
	(void)domid;
	errno = EINVAL;
	return remote_port < 100 ? (int)remote_port + 100 : -1;
}

int evtchn_unbind(int fd, uint32_t port)
{
	(void)fd;
	(void)port;
	return 0;
}

int evtchn_notify(int fd, uint32_t port)
{
	return send(fd, &port, sizeof(port), MSG_DONTWAIT) < 0 ? -1 : 0;
}

int evtchn_unmask(int fd, uint32_t port)
{
	(void)fd;
	(void)port;
	return 0;
}

int evtchn_next(int fd, uint32_t *port)
{
	if (recv(fd, port, sizeof(*port), MSG_DONTWAIT) != sizeof(*port))
		*port = 0;
	return 0;
}

/* ---- the guest ------------------------------------------------------------------------------ */

static struct xenfb_page *fb_page(void)
{
	return (struct xenfb_page *)(guest + PICTURE * FB_PAGE);
}

static void guest_make(void)
{
	struct xenfb_page *page = fb_page();
	uint64_t *list = (uint64_t *)(guest + LIST * FB_PAGE);

	memset(guest, 0, FRAMES * FB_PAGE);
	page->width = WIDTH;
	page->height = HEIGHT;
	page->line_length = WIDTH * 4;
	page->mem_length = LIMIT;
	page->depth = 32;
	page->pd[0] = LIST;
	for (uint64_t i = 0; i < LIMIT / FB_PAGE; i++)
		list[i] = PIXELS + i;
}

static void guest_draw(unsigned int x, unsigned int y, uint32_t colour)
{
	memcpy(guest + PIXELS * FB_PAGE + (y * WIDTH + x) * 4, &colour, 4);
}

static void guest_says(int32_t x, int32_t y, int32_t width, int32_t height)
{
	struct xenfb_page *page = fb_page();
	union xenfb_out_event *ring =
		(union xenfb_out_event *)(guest + PICTURE * FB_PAGE + XENFB_OUT_RING_OFFS);
	uint32_t port = PORT_PICTURE + 100;

	ring[page->out_prod % XENFB_OUT_RING_LEN].update =
		(struct xenfb_update){ XENFB_TYPE_UPDATE, x, y, width, height };
	__atomic_store_n(&page->out_prod, page->out_prod + 1, __ATOMIC_RELEASE);
	assert_int_equal(send(channel[0], &port, sizeof(port), MSG_DONTWAIT), sizeof(port));
}

/* ---- orders and looks ------------------------------------------------------------------------ */

static struct order_answer ordered(const struct order *o)
{
	struct order_answer a;
	int fd;

	assert_int_equal(packet_send(order, o, sizeof(*o), -1), 0);
	assert_true(wait_ready(order, POLLIN, now_ms() + WAIT_MS));
	assert_true(packet_receive(order, &a, sizeof(a), &fd));
	assert_int_equal(a.kind, o->kind);
	return a;
}

static void connect_picture(bool updates)
{
	const struct order o = { .kind = ORDER_PICTURE,
				 .page = PICTURE,
				 .port = PORT_PICTURE,
				 .wide = 1,
				 .updates = updates };

	assert_int_equal(ordered(&o).ok, 1);
}

static int look(void)
{
	const struct order o = { .kind = ORDER_VIEWER };
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(packet_send(order, &o, sizeof(o), pair[1]), 0);
	close(pair[1]);
	return pair[0];
}

static void say(int fd, uint16_t kind, uint16_t a, uint16_t b, uint16_t buttons)
{
	const struct view_message m = { kind, a, b, buttons };

	assert_int_equal(send(fd, &m, sizeof(m), 0), sizeof(m));
}

static size_t hear(int fd, struct view_answer *a)
{
	ssize_t n;

	assert_true(wait_ready(fd, POLLIN, now_ms() + WAIT_MS));
	n = recv(fd, a, sizeof(*a), 0);
	assert_true(n >= (ssize_t)offsetof(struct view_answer, rects));
	return ((size_t)n - offsetof(struct view_answer, rects)) / sizeof(a->rects[0]);
}

static void assert_quiet(int fd)
{
	assert_false(wait_ready(fd, POLLIN, now_ms() + QUIET_MS));
}

static int start(void **state)
{
	struct reason why;

	(void)state;
	guest_make();
	memset(picture, 0, LIMIT);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel), 0);
	painter = painter_start(DOMID, dup(picture_fd), LIMIT, &order, &why);
	assert_true(painter > 0);
	close(channel[1]);
	viewer = look();
	return 0;
}

static int stop(void **state)
{
	int status = -1;

	(void)state;
	/* The end of its orders is the end of it. */
	close(order);
	assert_int_equal(waitpid(painter, &status, 0), painter);
	assert_int_equal(status, 0);
	close(viewer);
	close(channel[0]);
	return 0;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void test_before_there_is_one(void **state)
{
	struct view_answer a;

	(void)state;
	say(viewer, VIEW_WANT, 0, 0, 0);
	assert_int_equal(hear(viewer, &a), 1);
	assert_int_equal(a.width, SCREEN_WIDTH);
	assert_int_equal(a.height, SCREEN_HEIGHT);
	say(viewer, VIEW_WANT, 0, 0, 0);
	assert_quiet(viewer);
	connect_picture(true);
	assert_int_equal(hear(viewer, &a), 1);
	assert_int_equal(a.width, WIDTH);
	assert_int_equal(a.rects[0].width, WIDTH);
	assert_int_equal(a.rects[0].height, HEIGHT);
}

static void test_what_changes(void **state)
{
	struct view_answer a;

	(void)state;
	connect_picture(true);
	say(viewer, VIEW_WANT, 0, 0, 0);
	hear(viewer, &a);
	say(viewer, VIEW_WANT, 0, 0, 0);
	guest_draw(10, 20, 0xabcdef);
	/* It tells of more than has changed. */
	guest_says(0, 0, WIDTH, HEIGHT);
	assert_int_equal(hear(viewer, &a), 1);
	assert_int_equal(a.rects[0].x, 10);
	assert_int_equal(a.rects[0].y, 16);
	assert_int_equal(a.rects[0].width, 1);
	assert_int_equal(picture[20 * WIDTH + 10], 0xabcdef);
	/* Of nothing: nobody hears of it. */
	say(viewer, VIEW_WANT, 0, 0, 0);
	guest_says(0, 0, WIDTH, HEIGHT);
	assert_quiet(viewer);
}

/* Nobody asks: the ring is left as it is, and what was in it comes later. */
static void test_nobody_asks(void **state)
{
	struct view_answer a;

	(void)state;
	connect_picture(true);
	say(viewer, VIEW_WANT, 0, 0, 0);
	hear(viewer, &a);
	guest_draw(5, 5, 1);
	guest_says(5, 5, 1, 1);
	assert_quiet(viewer);
	assert_int_equal(fb_page()->out_cons + 1, fb_page()->out_prod);
	say(viewer, VIEW_WANT, 0, 0, 0);
	assert_int_equal(hear(viewer, &a), 1);
	assert_int_equal(a.rects[0].x, 5);
	assert_int_equal(fb_page()->out_cons, fb_page()->out_prod);
}

static void test_a_guest_that_tells_nothing(void **state)
{
	struct view_answer a;

	(void)state;
	connect_picture(false);
	say(viewer, VIEW_WANT, 0, 0, 0);
	hear(viewer, &a);
	say(viewer, VIEW_WANT, 0, 0, 0);
	guest_draw(300, 199, 7);
	assert_int_equal(hear(viewer, &a), 1);
	assert_int_equal(a.rects[0].x, 300);
}

static void test_two_look(void **state)
{
	struct view_answer a;
	int other;

	(void)state;
	connect_picture(true);
	other = look();
	say(viewer, VIEW_WANT, 0, 0, 0);
	say(other, VIEW_WANT, 0, 0, 0);
	hear(viewer, &a);
	hear(other, &a);
	/* One is slow: it misses nothing, and the other does not wait for it. */
	for (unsigned int i = 0; i < 3; i++) {
		say(viewer, VIEW_WANT, 0, 0, 0);
		guest_draw(i, 0, 9);
		guest_says((int32_t)i, 0, 1, 1);
		assert_int_equal(hear(viewer, &a), 1);
		assert_int_equal(a.rects[0].x, i);
	}
	say(other, VIEW_WANT, 0, 0, 0);
	assert_int_equal(hear(other, &a), 1);
	assert_int_equal(a.rects[0].x, 0);
	assert_int_equal(a.rects[0].width, 3);
	close(other);
	say(viewer, VIEW_WANT, 0, 0, 0);
	guest_draw(9, 9, 9);
	guest_says(9, 9, 1, 1);
	hear(viewer, &a);
}

static void test_keys(void **state)
{
	const struct order o = {
		.kind = ORDER_KEYS, .page = KEYS, .port = PORT_KEYS, .absolute = 1
	};
	const struct xenkbd_page *page = (struct xenkbd_page *)(guest + KEYS * FB_PAGE);
	const union xenkbd_in_event *ring =
		(union xenkbd_in_event *)(guest + KEYS * FB_PAGE + XENKBD_IN_RING_OFFS);
	uint32_t port;

	(void)state;
	say(viewer, VIEW_KEY, 30, 1, 0);
	assert_int_equal(ordered(&o).ok, 1);
	/* What came before there was a keyboard is lost, and was let go of by none. */
	say(viewer, VIEW_KEY, 31, 1, 0);
	assert_true(wait_ready(channel[0], POLLIN, now_ms() + WAIT_MS));
	assert_int_equal(recv(channel[0], &port, sizeof(port), 0), sizeof(port));
	assert_int_equal(port, PORT_KEYS + 100);
	assert_int_equal(page->in_prod, 1);
	assert_int_equal(ring[0].key.keycode, 31);
	/* Who leaves lets go of all keys. */
	close(viewer);
	assert_true(wait_ready(channel[0], POLLIN, now_ms() + WAIT_MS));
	assert_int_equal(page->in_prod, 3);
	assert_int_equal(ring[2].key.pressed, 0);
	viewer = look();
}

static void refused(struct order o, const char *part)
{
	struct order_answer a = ordered(&o);

	assert_int_equal(a.ok, 0);
	if (!strstr(a.why, part))
		fail_msg("\"%s\" has no \"%s\"", a.why, part);
}

static void test_refused(void **state)
{
	struct order o = {
		.kind = ORDER_PICTURE, .page = PICTURE, .port = PORT_PICTURE, .wide = 1
	};
	struct view_answer a;

	(void)state;
	o.page = FRAMES;
	refused(o, "the framebuffer's page, frame 0x200");
	o.page = PICTURE;
	fb_page()->pd[0] = UINT64_MAX;
	refused(o, "page 0 of the framebuffer's directory");
	fb_page()->pd[0] = LIST;
	((uint64_t *)(guest + LIST * FB_PAGE))[255] = FRAMES;
	refused(o, "mapping 256 pages");
	guest_make();
	fb_page()->depth = 16;
	refused(o, "a depth of 16");
	fb_page()->depth = 32;
	o.port = 1000;
	refused(o, "event channel 1000");
	o.port = PORT_PICTURE;
	refused((struct order){ .kind = ORDER_KEYS, .page = FRAMES }, "the keyboard's page");
	/* It lives, and takes what is right. */
	assert_int_equal(ordered(&o).ok, 1);
	say(viewer, VIEW_WANT, 0, 0, 0);
	assert_int_equal(hear(viewer, &a), 1);
	assert_int_equal(a.width, WIDTH);
}

/* A driver that leaves and comes back with another picture. */
static void test_again(void **state)
{
	struct view_answer a;

	(void)state;
	connect_picture(true);
	say(viewer, VIEW_WANT, 0, 0, 0);
	hear(viewer, &a);
	assert_int_equal(ordered(&(struct order){ .kind = ORDER_PICTURE_CLOSE }).ok, 1);
	say(viewer, VIEW_WANT, 0, 0, 0);
	assert_quiet(viewer);
	fb_page()->width = 100;
	connect_picture(true);
	assert_int_equal(hear(viewer, &a), 1);
	assert_int_equal(a.width, 100);
	assert_int_equal(a.rects[0].width, 100);
}

static int group_start(void **state)
{
	(void)state;
	guest = mmap(NULL, FRAMES * FB_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	picture_fd = memfd_create("picture", 0);
	assert_int_equal(ftruncate(picture_fd, LIMIT), 0);
	picture = mmap(NULL, LIMIT, PROT_READ | PROT_WRITE, MAP_SHARED, picture_fd, 0);
	return guest == MAP_FAILED || picture == MAP_FAILED;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_before_there_is_one, start, stop),
		cmocka_unit_test_setup_teardown(test_what_changes, start, stop),
		cmocka_unit_test_setup_teardown(test_nobody_asks, start, stop),
		cmocka_unit_test_setup_teardown(test_a_guest_that_tells_nothing, start, stop),
		cmocka_unit_test_setup_teardown(test_two_look, start, stop),
		cmocka_unit_test_setup_teardown(test_keys, start, stop),
		cmocka_unit_test_setup_teardown(test_refused, start, stop),
		cmocka_unit_test_setup_teardown(test_again, start, stop),
	};

	return cmocka_run_group_tests(tests, group_start, NULL);
}
