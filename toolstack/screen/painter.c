// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A viewer asks once and is answered once: nothing piles up between us however slow it is. While
 * nobody asks, the guest's ring stays full and its event channel masked: the guest gathers what
 * changes on its side, and neither it nor we have work.
 */
#include "screen/painter.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/evtchn.h"
#include "lib/foreign_map.h"
#include "screen/jail.h"
#include "screen/keys.h"
#include "screen/packet.h"
#include "screen/picture.h"

#define USER        "screen"
#define VIEWERS_MAX 8
#define PAINT_MS    30  /* at least between two looks at the guest's picture */
#define SCAN_MS     150 /* the same, where the guest does not tell what it changes */

struct viewer {
	int fd;
	bool wants;
	struct changes changes; /* not yet told */
	struct hands hands;
};

struct painter {
	int order;
	int evtchn;
	struct picture picture;
	uint32_t picture_port; /* ours; 0: none */
	bool stale;            /* nobody looked: everything may be different */
	bool lied;             /* said once */
	int64_t painted;       /* ms, last time */
	void *keys_page;
	uint32_t keys_port;
	bool absolute;
	struct keys keys;
	struct viewer *viewers[VIEWERS_MAX];
	size_t nr_viewers;
};

/* ---- keys -------------------------------------------------------------------------------- */

static void keys_send(struct painter *p)
{
	if (!p->keys_page) {
		p->keys.nr = 0;
		return;
	}
	if (keys_flush(&p->keys, p->keys_page))
		evtchn_notify(p->evtchn, p->keys_port);
	/* Only who waits for room wants to hear of it: else a guest could keep us busy. */
	if (p->keys.nr)
		evtchn_unmask(p->evtchn, p->keys_port);
}

static void keys_close(struct painter *p)
{
	if (p->keys_page) {
		evtchn_unbind(p->evtchn, p->keys_port);
		foreign_unmap(p->keys_page, 1);
	}
	p->keys_page = NULL;
	p->keys.nr = 0;
}

static int keys_open(struct painter *p, const struct order *o, struct reason *why)
{
	const uint32_t domid = p->picture.domid;
	int port;

	keys_close(p);
	p->keys_page = foreign_map(p->picture.privcmd, domid, &o->page, 1, true);
	if (!p->keys_page)
		return reason_errno(why, "the keyboard's page, frame %#llx",
				    (unsigned long long)o->page);
	port = evtchn_bind_interdomain(p->evtchn, domid, o->port);
	if (port < 0) {
		reason_errno(why, "the keyboard's event channel %u", o->port);
		foreign_unmap(p->keys_page, 1);
		p->keys_page = NULL;
		return -1;
	}
	p->keys_port = (uint32_t)port;
	p->absolute = o->absolute;
	return 0;
}

/* ---- the picture ------------------------------------------------------------------------- */

static void tell_all(struct painter *p, const struct changes *changed)
{
	for (size_t i = 0; i < p->nr_viewers; i++)
		changes_merge(&p->viewers[i]->changes, changed);
}

static void advise(struct painter *p)
{
	if (!p->picture.page)
		return;
	fb_advise(p->picture.page, p->nr_viewers ? PAINT_MS : XENFB_NO_REFRESH);
	evtchn_notify(p->evtchn, p->picture_port);
}

/* The size has changed, or it is not known what has: everybody gets everything. */
static void paint_all(struct painter *p)
{
	static struct changes ignored, all;

	picture_copy_all(&p->picture, &ignored);
	changes_clear(&all);
	changes_add(&all, 0, 0, p->picture.width, p->picture.height);
	tell_all(p, &all);
	p->stale = false;
}

static void say_lie(struct painter *p, const struct fb_news *news)
{
	if (!p->lied)
		log_warning("domain %u: its framebuffer tells of %s", p->picture.domid,
			    news->why.text);
	p->lied = true;
}

/* Looks at what the guest has done, and lets it go on. */
static void paint(struct painter *p)
{
	static struct changes changed;
	struct fb_news news;

	p->painted = now_ms();
	fb_take(p->picture.page, &p->picture.memory, &news);
	if (news.lied)
		say_lie(p, &news);
	changes_clear(&changed);
	if (p->stale || news.resized)
		paint_all(p);
	else if (!p->picture.updates)
		picture_copy_all(&p->picture, &changed);
	else
		for (size_t i = 0; i < news.nr; i++)
			picture_copy(&p->picture, &news.rects[i], &changed);
	tell_all(p, &changed);
	if (news.any)
		evtchn_notify(p->evtchn, p->picture_port);
	evtchn_unmask(p->evtchn, p->picture_port);
}

static void picture_close(struct painter *p)
{
	if (p->picture.page)
		evtchn_unbind(p->evtchn, p->picture_port);
	picture_unmap(&p->picture);
}

static int picture_open(struct painter *p, const struct order *o, struct reason *why)
{
	int port;

	picture_close(p);
	if (picture_map(&p->picture, o->page, o->wide, o->updates, why) < 0)
		return -1;
	port = evtchn_bind_interdomain(p->evtchn, p->picture.domid, o->port);
	if (port < 0) {
		reason_errno(why, "the framebuffer's event channel %u", o->port);
		picture_unmap(&p->picture);
		return -1;
	}
	p->picture_port = (uint32_t)port;
	p->stale = true;
	p->lied = false;
	advise(p);
	return 0;
}

/* ---- viewers ----------------------------------------------------------------------------- */

static void viewer_remove(struct painter *p, size_t i)
{
	struct viewer *v = p->viewers[i];

	keys_let_go(&p->keys, &v->hands);
	keys_send(p);
	close(v->fd);
	free(v);
	p->viewers[i] = p->viewers[--p->nr_viewers];
	if (p->nr_viewers)
		return;
	/* Nobody needs the copy: its memory goes back until somebody does. */
	madvise(p->picture.pixels, p->picture.limit, MADV_REMOVE);
	advise(p);
}

static void viewer_add(struct painter *p, int fd)
{
	struct viewer *v = p->nr_viewers < VIEWERS_MAX ? calloc(1, sizeof(*v)) : NULL;

	if (!v) {
		close(fd);
		return;
	}
	v->fd = fd;
	changes_add(&v->changes, 0, 0, p->picture.width, p->picture.height);
	p->viewers[p->nr_viewers++] = v;
	if (p->nr_viewers == 1) {
		p->stale = true;
		advise(p);
	}
}

/* One message. False: it has gone. */
static bool viewer_serve(struct painter *p, struct viewer *v)
{
	struct view_message m;
	ssize_t n = recv(v->fd, &m, sizeof(m), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n != sizeof(m))
		return false;
	if (m.kind == VIEW_WANT)
		v->wants = true;
	else if (m.kind == VIEW_KEY)
		keys_key(&p->keys, &v->hands, m.a, m.b);
	else if (m.kind == VIEW_POINTER)
		keys_pointer(&p->keys, &v->hands, m.a, m.b, m.buttons, p->picture.width,
			     p->picture.height, p->absolute);
	keys_send(p);
	return true;
}

/* What it asked for, if there is something. */
static void viewer_answer(struct painter *p, struct viewer *v)
{
	struct view_answer a = { .width = (uint16_t)p->picture.width,
				 .height = (uint16_t)p->picture.height };
	size_t nr;

	if (!v->wants || !changes_any(&v->changes))
		return;
	nr = changes_take(&v->changes, a.width, a.height, a.rects, VIEW_RECTS);
	/* It waits for this one: there is room, or it is gone and will be noticed. */
	if (send(v->fd, &a, offsetof(struct view_answer, rects) + nr * sizeof(a.rects[0]),
		 MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		v->wants = false;
}

/* ---- the loop ---------------------------------------------------------------------------- */

static void order_answer(struct painter *p, uint32_t kind, int rc, const struct reason *why)
{
	struct order_answer a = { .kind = kind, .ok = rc == 0 };

	if (rc < 0)
		snprintf(a.why, sizeof(a.why), "%.*s", (int)sizeof(a.why) - 1, why->text);
	send(p->order, &a, sizeof(a), MSG_NOSIGNAL);
}

static void order_take(struct painter *p)
{
	struct reason why = { "" };
	struct order o;
	int rc = 0, fd = -1;

	if (!packet_receive(p->order, &o, sizeof(o), &fd))
		exit(0);
	switch (o.kind) {
	case ORDER_PICTURE: rc = picture_open(p, &o, &why); break;
	case ORDER_PICTURE_CLOSE: picture_close(p); break;
	case ORDER_KEYS: rc = keys_open(p, &o, &why); break;
	case ORDER_KEYS_CLOSE: keys_close(p); break;
	case ORDER_VIEWER: viewer_add(p, fd); return;
	}
	order_answer(p, o.kind, rc, &why);
}

static bool somebody_wants(const struct painter *p)
{
	for (size_t i = 0; i < p->nr_viewers; i++)
		if (p->viewers[i]->wants)
			return true;
	return false;
}

/* Whether it is time to look at the picture; *wait: ms until it is. */
static bool is_time(const struct painter *p, bool fired, int *wait)
{
	int64_t next = p->painted + (p->picture.updates ? PAINT_MS : SCAN_MS) - now_ms();

	*wait = -1;
	if (!p->picture.page || !somebody_wants(p))
		return false;
	/* A guest that tells of changes is looked at when it has. */
	if (p->picture.updates && !fired && !p->stale)
		return false;
	*wait = next > 0 ? (int)next : -1;
	return next <= 0;
}

static void events_take(struct painter *p, bool *fired)
{
	uint32_t port;

	while (evtchn_next(p->evtchn, &port) == 0 && port) {
		if (p->picture.page && port == p->picture_port)
			*fired = true;
		else if (p->keys_page && port == p->keys_port)
			keys_send(p);
	}
}

static void serve(struct painter *p)
{
	struct pollfd fds[2 + VIEWERS_MAX];
	bool fired = false;

	for (;;) {
		int wait;

		if (is_time(p, fired, &wait)) {
			fired = false;
			paint(p);
		}
		for (size_t i = 0; i < p->nr_viewers; i++)
			viewer_answer(p, p->viewers[i]);
		fds[0] = (struct pollfd){ .fd = p->order, .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = p->evtchn, .events = POLLIN };
		for (size_t i = 0; i < p->nr_viewers; i++)
			fds[2 + i] = (struct pollfd){ .fd = p->viewers[i]->fd, .events = POLLIN };
		is_time(p, fired, &wait);
		if (poll(fds, 2 + p->nr_viewers, wait) < 0)
			continue;
		/* From the end: who leaves is replaced by the last. */
		for (size_t i = p->nr_viewers; i-- > 0;)
			if (fds[2 + i].revents && !viewer_serve(p, p->viewers[i]))
				viewer_remove(p, i);
		if (fds[1].revents)
			events_take(p, &fired);
		if (fds[0].revents)
			order_take(p);
	}
}

static void painter_main(uint32_t domid, int pixels, uint32_t limit, int order)
{
	struct painter p = {
		.order = order,
		.evtchn = evtchn_open(),
		.stale = true,
		.picture = { .domid = domid,
			     .privcmd = foreign_open(domid),
			     .limit = limit,
			     .width = SCREEN_WIDTH,
			     .height = SCREEN_HEIGHT },
	};

	p.picture.pixels = mmap(NULL, limit, PROT_READ | PROT_WRITE, MAP_SHARED, pixels, 0);
	close(pixels);
	if (p.evtchn < 0 || p.picture.privcmd < 0 || p.picture.pixels == MAP_FAILED ||
	    evtchn_restrict(p.evtchn, domid) < 0) {
		log_error("domain %u: its screen: %s", domid, strerror(errno));
		exit(1);
	}
	if (jail_enter(USER) < 0)
		exit(1);
	serve(&p);
}

pid_t painter_start(uint32_t domid, int pixels, uint32_t limit, int *order, struct reason *why)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return reason_errno(why, "a pair of sockets");
	pid = fork();
	if (pid == 0) {
		close_all_but(pair[1], pixels);
		painter_main(domid, pixels, limit, pair[1]);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return reason_errno(why, "a process for the screen");
	}
	*order = pair[0];
	return pid;
}
