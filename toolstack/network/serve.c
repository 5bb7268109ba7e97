// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop: the kernel's events about links, signals, requests, and time. NICs get their numbers
 * when all drivers are loaded, or all NICs known from before are there, whichever comes first.
 */
#include "network/serve.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/signals.h"
#include "network/dhcp.h"
#include "network/files.h"
#include "network/requests.h"

#define TICK_SECONDS    0.25
#define SETTLE_SECONDS  0.3  /* events come in swarms */
#define RETRY_SECONDS   10.0 /* after a convergence that failed */
#define DRIVERS_SECONDS 90.0 /* the longest wait for drivers */

struct service {
	struct host host;
	struct change change;
	struct netlink events;
	int signals;
	double begun;
	double look_at; /* when to converge next; 0: not planned */
};

static void look_after(struct service *s, double seconds)
{
	double at = clock_now() + seconds;

	if (s->look_at == 0 || at < s->look_at)
		s->look_at = at;
}

/* ---- waiting for drivers ----------------------------------------------------------------- */

static bool drivers_ready(struct service *s)
{
	struct reason why;

	if (s->host.started)
		return true;
	if (!file_exists(s->host.root, FILE_COLDPLUG) && clock_now() - s->begun < DRIVERS_SECONDS &&
	    (kernel_read(&s->host.kernel, &s->host.present, &s->host.nics, &why) < 0 ||
	     !nics_complete(&s->host.nics, &s->host.memory)))
		return false;
	s->host.started = clock_now();
	log_info("NICs are known %.1f s after the start", s->host.started - s->begun);
	return true;
}

/* ---- events ------------------------------------------------------------------------------ */

static bool event_matters(const struct service *s, const struct nlmsghdr *h)
{
	const struct ifinfomsg *info = NLMSG_DATA(h);
	const struct nlattr *a[IFLA_MAX + 1];
	const struct link *known;
	char name[LINK_NAME];

	if ((h->nlmsg_type != RTM_NEWLINK && h->nlmsg_type != RTM_DELLINK) ||
	    h->nlmsg_len < NLMSG_LENGTH(sizeof(*info)))
		return false;
	known = net_link_by_index(&s->host.present, info->ifi_index);
	if (known)
		return known->kind != LINK_OTHER;
	/* Guests' interfaces come and go without us. */
	nl_parse_message(a, IFLA_MAX, h, sizeof(*info));
	nla_text(a[IFLA_IFNAME], name, sizeof(name));
	return strncmp(name, "vif", 3) != 0 && strncmp(name, "tap", 3) != 0;
}

static void events_read(struct service *s)
{
	static _Alignas(8) uint8_t buffer[65536];
	ssize_t got;

	while ((got = recv(s->events.fd, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0) {
		int left = (int)got;

		for (struct nlmsghdr *h = (void *)buffer; NLMSG_OK(h, left);
		     h = NLMSG_NEXT(h, left))
			if (event_matters(s, h))
				look_after(s, SETTLE_SECONDS);
	}
	/* Too many at once: some are lost, so look. */
	if (got < 0 && errno == ENOBUFS)
		look_after(s, SETTLE_SECONDS);
}

static void converge(struct service *s)
{
	struct reason why;

	s->look_at = 0;
	if (!drivers_ready(s)) {
		look_after(s, TICK_SECONDS);
		return;
	}
	if (host_converge(&s->host, false, &why) < 0) {
		log_error("%s", why.text);
		look_after(s, RETRY_SECONDS);
	} else if (s->host.settings.automatic_address && !s->host.automatic[0] && s->host.nics.nr &&
		   clock_now() - s->host.started < RETRY_SECONDS) {
		look_after(s, 1); /* a link may come up without an event of its own */
	}
}

/* True: it is time to end. */
static bool signals_read(struct service *s)
{
	struct signalfd_siginfo info;
	bool end = false;

	while (read(s->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo == SIGCHLD)
			dhcp_reap();
		else
			end = true;
	return end;
}

static int wait_ms(const struct service *s)
{
	double wait = dhcp_wait(), left = s->look_at ? s->look_at - clock_now() : -1;

	if (s->look_at && (wait < 0 || left < wait))
		wait = left > 0 ? left : 0;
	if (s->change.state != CHANGE_NONE && (wait < 0 || wait > TICK_SECONDS))
		wait = TICK_SECONDS;
	return wait < 0 ? -1 : (int)(wait * 1000) + 1;
}

static void loop(struct service *s)
{
	struct pollfd fds[2 + REQUESTS_MAX + 1];
	bool end = false;

	while (!end) {
		size_t nr = requests_poll(fds + 2);

		fds[0] = (struct pollfd){ .fd = s->events.fd, .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = s->signals, .events = POLLIN };
		if (poll(fds, 2 + nr, wait_ms(s)) < 0 && errno != EINTR) {
			log_error("poll: %s", strerror(errno));
			break;
		}
		if (fds[0].revents)
			events_read(s);
		if (fds[1].revents)
			end = signals_read(s);
		requests_serve(fds + 2, nr, &s->host, &s->change);
		change_tick(&s->change, &s->host);
		requests_tell(&s->change);
		if (s->look_at && clock_now() >= s->look_at)
			converge(s);
		if (s->host.started)
			dhcp_update(&s->host);
	}
	dhcp_stop();
}

int serve(const char *root)
{
	struct service *s = calloc(1, sizeof(*s));
	struct reason why = { "out of memory" };
	bool ready = false;

	log_open("network", LOG_LEVEL_INFO);
	if (s && (s->signals = signals_open()) >= 0 && host_open(&s->host, root, &why) == 0) {
		s->begun = clock_now();
		if (netlink_open(&s->events, NETLINK_ROUTE, RTMGRP_LINK) < 0)
			reason_errno(&why, "netlink");
		else
			ready = change_start(&s->host, &why) == 0 && requests_open(root, &why) == 0;
	}
	if (!ready) {
		log_error("%s", why.text);
		free(s);
		return 1;
	}
	look_after(s, 0);
	loop(s);
	free(s->host.text);
	free(s->host.resolv);
	free(s);
	return 0;
}
