// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM's console and its screen, for those who may not speak with consoled and screend themselves:
 * they are asked, and the connection is passed on.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/consoled.h"
#include "screen/wire.h"
#include "vmd/verbs.h"

#define BACK_MAX 65536

static const struct arg console_args[] = {
	ARG("uuid", UUID),
	ARG("back", NUMBER, .optional = true, .min = 0, .max = BACK_MAX),
	ARGS_END,
};

static int do_console(struct call *c)
{
	struct reason why;
	char line[64];
	domid_t domid;

	if (call_domain(c, &domid) < 0)
		return -1;
	snprintf(line, sizeof(line), "console %u %llu\n", domid,
		 (unsigned long long)arg_number(c->args, "back", 0));
	c->passed = consoled_connect(line, &why);
	return c->passed < 0 ? call_fail_why(c, "INTERNAL_ERROR", &why) : 0;
}

static const char *const screen_forms[] = { "rfb", "png", NULL };

static const struct arg screen_args[] = {
	ARG("uuid", UUID),
	ARG("as", WORD, .words = screen_forms),
	ARGS_END,
};

static int screen_connect(domid_t domid, const char *form, struct reason *why)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct timeval soon = { .tv_sec = 5 }, ever = { .tv_sec = 0 };
	char line[8];
	int len = snprintf(line, sizeof(line), "%s\n", form);

	snprintf(address.sun_path, sizeof(address.sun_path), SCREEN_FOLDER "/%u", domid);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon)) == 0 &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(fd, line, (size_t)len, MSG_NOSIGNAL) == len &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &ever, sizeof(ever)) == 0)
		return fd;
	reason_errno(why, "the screen of domain %u", domid);
	if (fd >= 0)
		close(fd);
	return -1;
}

static int do_screen(struct call *c)
{
	struct reason why;
	domid_t domid;

	if (call_domain(c, &domid) < 0)
		return -1;
	c->passed = screen_connect(domid, arg_text(c->args, "as"), &why);
	return c->passed < 0 ? call_fail_why(c, "INTERNAL_ERROR", &why) : 0;
}

const struct verb vm_console_verbs[] = {
	{ "vm.console", console_args, do_console,
	  "a stream to and from its console comes along, from so many bytes ago on" },
	{ "vm.screen", screen_args, do_screen,
	  "a stream to and from its screen comes along: RFB, or a picture" },
	{ .name = NULL },
};
