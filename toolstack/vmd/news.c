// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See news.h.
 */
#include "vmd/news.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/log.h"

#define SETTLE_MS  300   /* links and their addresses come in rows */
#define APART_MS   1000  /* between two looks at networks */
#define AGAIN_MS   60000 /* what no message told of is found then */
#define READS      64    /* at once */
#define CHANGES    (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)
#define LINKS      (RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE)
#define EVERYTHING (NEWS_NETWORKS | NEWS_SETTINGS)

static const char *const folders[NEWS_FOLDERS] = { "/etc", "/etc/socle", "/var/lib/socle/tls" };

static const struct {
	unsigned int folder;
	const char *name;
	unsigned int what;
} files[] = {
	{ 0, "resolv.conf", NEWS_NETWORKS }, { 1, "network.conf", NEWS_NETWORKS },
	{ 1, "timezone", NEWS_SETTINGS },    { 1, "ntp-servers", NEWS_SETTINGS },
	{ 1, "acme.json", NEWS_SETTINGS },   { 2, "acme.json", NEWS_SETTINGS },
	{ 2, "host.pem", NEWS_SETTINGS },
};

static void note(struct news *n, unsigned int what, int64_t now)
{
	if (!n->what) {
		n->due = now + SETTLE_MS;
		if (n->due < n->looked + APART_MS)
			n->due = n->looked + APART_MS;
	}
	n->what |= what;
}

/* ---- links ------------------------------------------------------------------------------- */

/* Guests' own interfaces come and go with them. */
static bool is_guests(const struct nlmsghdr *h)
{
	const struct nlattr *a[IFLA_IFNAME + 1];
	char name[16];

	if (h->nlmsg_type != RTM_NEWLINK && h->nlmsg_type != RTM_DELLINK)
		return false;
	nl_parse_message(a, IFLA_IFNAME, h, sizeof(struct ifinfomsg));
	nla_text(a[IFLA_IFNAME], name, sizeof(name));
	return strncmp(name, "vif", 3) == 0 || strncmp(name, "tap", 3) == 0;
}

static bool is_news(const uint8_t *data, size_t len)
{
	int left = (int)len;

	for (const struct nlmsghdr *h = (const void *)data; NLMSG_OK(h, left);
	     h = NLMSG_NEXT(h, left))
		if (!is_guests(h))
			return true;
	return false;
}

/* After an error that is no loss the socket is another. */
static bool links_failed(struct news *n)
{
	if (errno == EAGAIN || errno == EINTR)
		return false;
	if (errno != ENOBUFS) {
		log_warning("networks: %s", strerror(errno));
		netlink_close(&n->links);
	}
	return true;
}

static void links_read(struct news *n, int64_t now)
{
	static _Alignas(8) uint8_t data[32768];

	for (unsigned int i = 0; n->links.fd >= 0 && i < READS; i++) {
		ssize_t len = recv(n->links.fd, data, sizeof(data), MSG_DONTWAIT | MSG_TRUNC);

		if (len < 0 && !links_failed(n))
			return;
		if (len < 0 || (size_t)len > sizeof(data) || is_news(data, (size_t)len))
			note(n, NEWS_NETWORKS, now);
	}
}

static void links_open(struct news *n, int64_t now)
{
	if (n->links.fd < 0 && netlink_open(&n->links, NETLINK_ROUTE, LINKS) == 0)
		note(n, NEWS_NETWORKS, now);
}

/* ---- files ------------------------------------------------------------------------------- */

/* One that is not there yet, or is another now, may have anything in it. */
static void folders_open(struct news *n, int64_t now)
{
	char path[256];

	for (size_t i = 0; n->files >= 0 && i < NEWS_FOLDERS; i++) {
		if (n->folders[i] >= 0)
			continue;
		snprintf(path, sizeof(path), "%s%s", n->root, folders[i]);
		n->folders[i] = inotify_add_watch(n->files, path, CHANGES | IN_ONLYDIR);
		if (n->folders[i] >= 0)
			note(n, EVERYTHING, now);
	}
}

static void file_changed(struct news *n, const struct inotify_event *e, int64_t now)
{
	if (e->mask & IN_Q_OVERFLOW)
		note(n, EVERYTHING, now);
	for (size_t i = 0; e->mask & IN_IGNORED && i < NEWS_FOLDERS; i++)
		if (n->folders[i] == e->wd)
			n->folders[i] = -1;
	for (size_t i = 0; e->len && i < sizeof(files) / sizeof(files[0]); i++)
		if (n->folders[files[i].folder] == e->wd && strcmp(e->name, files[i].name) == 0)
			note(n, files[i].what, now);
}

static void files_read(struct news *n, int64_t now)
{
	static _Alignas(struct inotify_event) char data[8192];

	for (unsigned int i = 0; n->files >= 0 && i < READS; i++) {
		ssize_t len = read(n->files, data, sizeof(data));

		if (len <= 0)
			return;
		for (ssize_t at = 0; at < len;) {
			const struct inotify_event *e = (const void *)(data + at);

			file_changed(n, e, now);
			at += (ssize_t)(sizeof(*e) + e->len);
		}
	}
}

/* ---- all of it --------------------------------------------------------------------------- */

void news_open(struct news *n, const char *root, json_t *(*look)(void))
{
	*n = (struct news){ .root = root, .look = look, .links.fd = -1, .what = EVERYTHING };
	n->files = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (n->files < 0)
		log_warning("changes of settings will not be seen: %s", strerror(errno));
	for (size_t i = 0; i < NEWS_FOLDERS; i++)
		n->folders[i] = -1;
	links_open(n, 0);
	folders_open(n, 0);
}

void news_close(struct news *n)
{
	netlink_close(&n->links);
	if (n->files >= 0)
		close(n->files);
	json_decref(n->seen);
}

int news_poll(const struct news *n, struct pollfd fds[NEWS_FDS], int most)
{
	int64_t left = n->due - now_ms();

	/* More of them would not be told sooner. */
	fds[0] = (struct pollfd){ .fd = n->what ? -1 : n->links.fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = n->what ? -1 : n->files, .events = POLLIN };
	if (!n->what || left >= most)
		return most;
	return left > 0 ? (int)left : 0;
}

static bool networks_differ(struct news *n, int64_t now)
{
	json_t *found = n->look();
	bool differ = !json_equal(found, n->seen);

	json_decref(n->seen);
	n->seen = found;
	n->looked = now;
	return differ;
}

unsigned int news_take(struct news *n)
{
	int64_t now = now_ms();
	unsigned int told;

	if (!n->what || now >= n->due) {
		links_open(n, now);
		folders_open(n, now);
		/* Before the look: what comes after it is looked at again. */
		links_read(n, now);
		files_read(n, now);
	}
	if (!n->what && now >= n->looked + AGAIN_MS)
		n->what = NEWS_NETWORKS;
	if (!n->what || now < n->due)
		return 0;
	told = n->what;
	n->what = 0;
	if (told & NEWS_NETWORKS && !networks_differ(n, now))
		told &= ~(unsigned int)NEWS_NETWORKS;
	return told;
}
