// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * screen-rfb: shows one guest's screen to one who looks. screend starts it (toolstack/screen) with
 * the connection, the picture and the way to its painter; it has no privilege when it reads the
 * first byte. The first line says how to look: "rfb", or "png" for a picture.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/log.h"
#include "rfb/viewer.h"
#include "screen/jail.h"
#include "screen/viewers.h"

#define USER     "rfb"
#define MEMORY   (96ul << 20) /* for the library; a client can ask for copies of the picture */
#define FIRST_MS 10000

bool viewer_ask(const struct viewer *v)
{
	const struct view_message m = { .kind = VIEW_WANT };

	return send(v->painter, &m, sizeof(m), MSG_NOSIGNAL) == sizeof(m);
}

void viewer_tell(const struct viewer *v, const struct view_message *m)
{
	/* The painter takes what comes; if it has gone, the next answer will say so. */
	send(v->painter, m, sizeof(*m), MSG_NOSIGNAL);
}

static bool rect_fits(const struct view_answer *a, const struct view_rect *r)
{
	return r->x + r->width <= a->width && r->y + r->height <= a->height;
}

bool viewer_hear(struct viewer *v, struct view_answer *a, size_t *nr)
{
	const size_t head = offsetof(struct view_answer, rects);
	ssize_t n = recv(v->painter, a, sizeof(*a), 0);

	if (n < (ssize_t)head || ((size_t)n - head) % sizeof(a->rects[0]))
		return false;
	*nr = ((size_t)n - head) / sizeof(a->rects[0]);
	if (!a->width || !a->height || (size_t)a->width * a->height > v->bytes / 4)
		return false;
	for (size_t i = 0; i < *nr; i++)
		if (!rect_fits(a, &a->rects[i]))
			return false;
	v->width = a->width;
	v->height = a->height;
	return true;
}

static bool picture_open(struct viewer *v)
{
	struct stat st;
	void *p;

	if (fstat(VIEWER_PICTURE, &st) < 0 || st.st_size <= 0)
		return false;
	v->bytes = (size_t)st.st_size;
	p = mmap(NULL, v->bytes, PROT_READ, MAP_SHARED, VIEWER_PICTURE, 0);
	v->pixels = p;
	return p != MAP_FAILED;
}

/* One byte at a time: what follows the line is for others. */
static bool line_read(char line[8])
{
	int64_t until = now_ms() + FIRST_MS;
	size_t len = 0;

	for (; len < 7; len++)
		if (!receive_all(VIEWER_CLIENT, &line[len], 1, until) || line[len] == '\n')
			break;
	if (line[len] != '\n')
		return false;
	line[len] = '\0';
	return true;
}

int main(void)
{
	const struct rlimit memory = { MEMORY, MEMORY };
	struct viewer v = { .client = VIEWER_CLIENT, .painter = VIEWER_PAINTER };
	struct view_answer first;
	char line[8] = "";
	size_t nr;

	log_open("screen-rfb", LOG_LEVEL_INFO);
	signal(SIGPIPE, SIG_IGN);
	if (jail_enter(USER) < 0)
		return 1;
	if (!picture_open(&v) || setrlimit(RLIMIT_AS, &memory) < 0) {
		log_error("the picture: %s", strerror(errno));
		return 1;
	}
	/* The picture is what it is now when the first answer is there. */
	if (!line_read(line) || !viewer_ask(&v) ||
	    !wait_ready(v.painter, POLLIN, now_ms() + FIRST_MS) || !viewer_hear(&v, &first, &nr))
		return 1;
	if (strcmp(line, "rfb") == 0)
		view_rfb(&v);
	else if (strcmp(line, "png") == 0)
		view_png(&v);
	return 0;
}
