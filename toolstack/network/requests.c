// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clients of the service: the commands of this program, run by root, and udhcpc's reports.
 */
#include "network/requests.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/file.h"
#include "network/files.h"
#include "network/lease.h"
#include "network/show.h"

#define REQUEST_MAX    (SETTINGS_MAX_BYTES + 512)
#define CLIENT_SECONDS 10

struct client {
	int fd; /* -1: free */
	struct buf text;
	double until; /* when its request must be complete */
	bool waits;   /* for the end of the change */
};

struct request {
	struct host *host;
	struct change *change;
	struct client *client;
	const char *words[3]; /* behind the first; "" where there is none */
	const char *text;
	struct buf answer;
};

static int listener = -1;
static struct client clients[REQUESTS_MAX];

int requests_open(const char *root, struct reason *why)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	mode_t mask;

	for (size_t i = 0; i < REQUESTS_MAX; i++)
		clients[i].fd = -1;
	if (!root_path(to.sun_path, sizeof(to.sun_path), root, FILE_SOCKET))
		return reason_set(why, "%s%s: the name is too long", root, FILE_SOCKET);
	file_folders(to.sun_path);
	unlink(to.sun_path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mask = umask(0177);
	if (listener < 0 || bind(listener, (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    listen(listener, REQUESTS_MAX) < 0)
		reason_errno(why, "%s", to.sun_path);
	else
		why->text[0] = '\0';
	umask(mask);
	return why->text[0] ? -1 : 0;
}

size_t requests_poll(struct pollfd *fds)
{
	fds[0] = (struct pollfd){ .fd = listener, .events = POLLIN };
	for (size_t i = 0; i < REQUESTS_MAX; i++)
		fds[1 + i] = (struct pollfd){ .fd = clients[i].waits ? -1 : clients[i].fd,
					      .events = POLLIN };
	return REQUESTS_MAX + 1;
}

static void client_close(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	buf_free(&c->text);
	*c = (struct client){ .fd = -1 };
}

static void client_answer(struct client *c, const char *text, bool ok)
{
	struct buf all = { 0 };

	buf_printf(&all, "%s%s%s\n", text, *text && text[strlen(text) - 1] != '\n' ? "\n" : "",
		   ok ? "ok" : "failed");
	/* Who does not read within the socket's patience gets less. */
	if (all.data && send(c->fd, all.data, all.len, MSG_NOSIGNAL) < 0)
		log_debug("answer: %s", strerror(errno));
	buf_free(&all);
	client_close(c);
}

/* ---- requests ---------------------------------------------------------------------------- */

static bool do_show(struct request *r)
{
	struct reason why;

	if (!r->host->started) {
		buf_printf(&r->answer, "The drivers of this machine's devices are being loaded.\n");
		return true;
	}
	if (host_converge(r->host, false, &why) < 0)
		buf_printf(&r->answer, "(%s)\n\n", why.text);
	show(r->host, r->change, &r->answer);
	return true;
}

static bool do_check(struct request *r)
{
	struct settings *s = malloc(sizeof(*s));
	struct bytes text = { (const uint8_t *)r->text, strlen(r->text) };
	struct reason why = { "out of memory" };
	int nr = -1;

	if (s && settings_parse(s, r->words[0], text, &why) == 0)
		nr = host_check(r->host, s, &r->answer, &why);
	free(s);
	if (nr < 0)
		buf_printf(&r->answer, "%s\n", why.text);
	else if (nr == 0)
		buf_printf(&r->answer, "nothing to do\n");
	return nr >= 0;
}

static bool do_apply(struct request *r)
{
	struct change *c = r->change;
	enum change_state before = c->state;
	unsigned int seconds = (unsigned int)strtoul(r->words[1], NULL, 10);

	if (before != CHANGE_NONE) {
		buf_printf(&r->answer, "another change waits: \"network confirm\" or "
				       "\"network rollback\"\n");
		return false;
	}
	change_begin(c, r->host, r->words[0], r->text, seconds);
	if (c->verdict == VERDICT_OPEN && c->state == CHANGE_WAITING)
		buf_printf(&r->answer,
			   "applied; it goes back in %u s without \"network confirm\"\n", seconds);
	else if (c->verdict == VERDICT_OPEN)
		r->client->waits = true;
	else
		buf_printf(&r->answer, "%s\n", c->said.text);
	return c->verdict != VERDICT_REFUSED;
}

static bool do_confirm(struct request *r)
{
	struct reason why;

	if (change_confirm(r->change, r->host, &why) < 0) {
		buf_printf(&r->answer, "%s\n", why.text);
		return false;
	}
	buf_printf(&r->answer, "confirmed: kept in %s\n", FILE_CONF);
	return true;
}

static bool do_rollback(struct request *r)
{
	struct reason why;

	if (change_rollback(r->change, r->host, "as asked", &why) < 0) {
		buf_printf(&r->answer, "%s\n", why.text);
		return false;
	}
	buf_printf(&r->answer, "%s\n", r->change->said.text);
	return true;
}

/* For programs: what waits, or what came of the last change. */
static bool do_state(struct request *r)
{
	const struct change *c = r->change;

	if (c->state == CHANGE_WAITING)
		buf_printf(&r->answer, "waiting %.0f\n", c->deadline - clock_now());
	else if (c->state != CHANGE_NONE)
		buf_printf(&r->answer, "testing\n");
	else if (c->verdict == VERDICT_OPEN)
		buf_printf(&r->answer, "none\n");
	else
		buf_printf(&r->answer, "%s\n%s\n", c->verdict == VERDICT_DONE ? "kept" : "undone",
			   c->said.text);
	return true;
}

/* udhcpc: words are the network and what happened. */
static bool do_lease(struct request *r)
{
	struct bytes text = { (const uint8_t *)r->text, strlen(r->text) };
	const char *link = r->words[0], *what = r->words[1];
	struct host *h = r->host;
	struct lease lease;
	struct reason why;
	char ip[IP_TEXT];

	if (strcmp(what, "bound") == 0 || strcmp(what, "renew") == 0) {
		if (lease_parse(&lease, link, text, &why) < 0) {
			log_warning("%s", why.text);
			return false;
		}
		if (!leases_put(&h->leases, &lease))
			return false;
		if (strcmp(what, "bound") == 0)
			log_info("DHCP on %s: %s", link, ip_format(&lease.ip, lease.prefix, ip));
	} else if (strcmp(what, "leasefail") == 0 || strcmp(what, "nak") == 0) {
		leases_drop(&h->leases, link);
	} else {
		/* deconfig: it begins anew. The address stays until it is known to be lost. */
		return true;
	}
	if (host_converge(h, false, &why) < 0)
		log_error("%s", why.text);
	return true;
}

static const struct {
	const char *word;
	bool (*run)(struct request *r);
	bool early; /* also before the NICs are known */
} requests[] = {
	{ "show", do_show, true },          { "check", do_check, false },
	{ "apply", do_apply, false },       { "confirm", do_confirm, false },
	{ "rollback", do_rollback, false }, { "lease", do_lease, false },
	{ "state", do_state, true },
};

static void request_run(struct host *h, struct change *change, struct client *c)
{
	struct request r = { .host = h, .change = change, .client = c, .words = { "", "", "" } };
	char *newline = strchr(c->text.data, '\n'), *rest, *word;
	bool ok = false;

	r.text = newline ? newline + 1 : "";
	if (newline)
		*newline = '\0';
	word = strtok_r(c->text.data, " ", &rest);
	for (size_t i = 0; i < 3; i++) {
		const char *next = strtok_r(NULL, " ", &rest);

		r.words[i] = next ? next : "";
	}
	for (size_t i = 0; word && i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (strcmp(word, requests[i].word) != 0)
			continue;
		if (h->started || requests[i].early)
			ok = requests[i].run(&r);
		else
			buf_printf(&r.answer, "the drivers of this machine's devices are being "
					      "loaded; ask again in some seconds\n");
	}
	if (!c->waits)
		client_answer(c, r.answer.data ? r.answer.data : "", ok);
	buf_free(&r.answer);
}

/* ---- sockets ----------------------------------------------------------------------------- */

static void client_accept(void)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	struct timeval patience = { .tv_sec = 2 };

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	for (size_t i = 0; i < REQUESTS_MAX; i++)
		if (clients[i].fd < 0) {
			clients[i] = (struct client){ .fd = fd,
						      .until = clock_now() + CLIENT_SECONDS };
			return;
		}
	close(fd);
}

/* True when the request is complete. */
static bool client_read(struct client *c)
{
	char piece[4096];
	ssize_t got = recv(c->fd, piece, sizeof(piece), MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (got > 0)
		buf_append(&c->text, piece, (size_t)got);
	if (got < 0 || c->text.failed || c->text.len > REQUEST_MAX ||
	    (got == 0 && (!c->text.data || strlen(c->text.data) != c->text.len))) {
		client_close(c);
		return false;
	}
	return got == 0;
}

bool requests_serve(const struct pollfd *fds, size_t nr, struct host *h, struct change *change)
{
	bool any = false;
	double now = clock_now();

	for (size_t i = 1; i < nr; i++) {
		struct client *c = &clients[i - 1];

		if (c->fd < 0 || c->waits || fds[i].fd != c->fd)
			continue;
		if (fds[i].revents && client_read(c)) {
			request_run(h, change, c);
			any = true;
		} else if (c->fd >= 0 && now > c->until) {
			client_close(c);
		}
	}
	if (fds[0].revents)
		client_accept();
	return any;
}

void requests_tell(struct change *change)
{
	if (change->state != CHANGE_NONE)
		return;
	for (size_t i = 0; i < REQUESTS_MAX; i++)
		if (clients[i].fd >= 0 && clients[i].waits)
			client_answer(&clients[i], change->said.text,
				      change->verdict == VERDICT_DONE);
}
