// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon's end. See courier.h.
 */
#include "courier/courier.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/curl.h"
#include "lib/deadline.h"
#include "lib/write_all.h"

#define LOGIN_MS 10000

int courier_start(struct courier *c, const struct courier_settings *s, struct reason *why)
{
	int pair[2];
	pid_t pid;

	c->errors = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return reason_errno(why, "socketpair");
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		/* Signals are the daemon's business; we end when it has. */
		signal(SIGTERM, SIG_IGN);
		signal(SIGINT, SIG_IGN);
		courier_serve(pair[1], s);
	}
	close(pair[1]);
	c->fd = pair[0];
	if (pid > 0)
		return 0;
	close(c->fd);
	return reason_errno(why, "fork");
}

/* Its answer; false: none in that time. */
static bool answer_wait(struct courier *c, char *text, size_t room, int64_t ms)
{
	ssize_t n;

	if (!wait_ready(c->fd, POLLIN, now_ms() + ms))
		return false;
	n = recv(c->fd, text, room - 1, 0);
	if (n <= 0) {
		/* Root's process went: the next of us has one. */
		log_error("the process that runs curl has ended");
		exit(1);
	}
	text[n] = '\0';
	return true;
}

bool courier_login(struct courier *c, struct api *api)
{
	const char letter = COURIER_LOGIN;

	api->session[0] = '\0';
	if (send(c->fd, &letter, 1, MSG_NOSIGNAL) != 1 ||
	    !answer_wait(c, api->session, sizeof(api->session), LOGIN_MS))
		return false;
	return api->session[0] != '\0';
}

/* ---- curl -------------------------------------------------------------------------------- */

void courier_config(struct buf *config, const char *url)
{
	static const struct curl_rules rules = {
		.protocols = "=http,https,sftp,smtp,smtps",
		.agent = "Socle",
		.connect_seconds = 15,
		.slow = 1,
		.slow_for = 60,
		.errors_fail = true,
	};

	curl_config(config, &rules, url);
}

/* A file in memory, to be read from its beginning. */
static int memory_file(const char *name, const struct buf *text)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd >= 0 && text && text->len &&
	    (write_all(fd, text->data, text->len) < 0 || lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int send_curl(int to, const int fds[COURIER_FDS])
{
	char letter = COURIER_CURL;
	struct iovec data = { &letter, 1 };
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(COURIER_FDS * sizeof(int))];
	} control = { 0 };
	struct msghdr m = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(COURIER_FDS * sizeof(int));
	memcpy(CMSG_DATA(&control.header), fds, COURIER_FDS * sizeof(int));
	return sendmsg(to, &m, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

int courier_curl(struct courier *c, const struct buf *config, int in, int out, struct reason *why)
{
	int none = open("/dev/null", O_RDWR | O_CLOEXEC), text = -1, rc = -1;

	if (config->failed) {
		reason_set(why, "out of memory");
		goto out;
	}
	text = memory_file("curl.conf", config);
	c->errors = memory_file("curl.errors", NULL);
	if (none >= 0 && text >= 0 && c->errors >= 0)
		rc = send_curl(c->fd, (int[COURIER_FDS]){ in >= 0 ? in : none,
							  out >= 0 ? out : none, c->errors, text });
	if (rc < 0) {
		reason_errno(why, "curl was not started");
		if (c->errors >= 0)
			close(c->errors);
		c->errors = -1;
	}
out:
	if (text >= 0)
		close(text);
	if (none >= 0)
		close(none);
	return rc;
}

/* "curl: (6) Could not resolve host: a" and perhaps more: the first line. */
static void words_read(int fd, int status, struct reason *why)
{
	char text[300] = "";
	const char *at = text;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	if (strncmp(at, "curl: ", 6) == 0)
		at += 6;
	if (*at)
		reason_set(why, "%.*s", (int)strcspn(at, "\r\n"), at);
	else
		reason_set(why, "curl ended with %d", status);
}

int courier_wait(struct courier *c, int64_t ms, struct reason *why)
{
	const char letter = COURIER_KILL;
	char text[16];
	bool late = !answer_wait(c, text, sizeof(text), ms);
	int status;

	if (late) {
		send(c->fd, &letter, 1, MSG_NOSIGNAL);
		answer_wait(c, text, sizeof(text), LOGIN_MS);
	}
	status = atoi(text);
	if (late)
		reason_set(why, "it took longer than %lld seconds", (long long)ms / 1000);
	else if (status)
		words_read(c->errors, status, why);
	close(c->errors);
	c->errors = -1;
	return late || status ? -1 : 0;
}

void courier_stop(struct courier *c)
{
	const char letter = COURIER_KILL;
	struct reason unknown;

	send(c->fd, &letter, 1, MSG_NOSIGNAL);
	courier_wait(c, LOGIN_MS, &unknown);
}

int courier_run(struct courier *c, const struct buf *config, const struct buf *body,
		struct buf *answer, size_t limit, int64_t ms, struct reason *why)
{
	int in = body ? memory_file("body", body) : -1;
	int out = memory_file("answer", NULL), rc = -1;
	char part[4096];
	ssize_t n;

	if (out < 0 || (body && in < 0))
		reason_errno(why, "memory");
	else if (courier_curl(c, config, in, out, why) == 0)
		rc = courier_wait(c, ms, why);
	if (rc == 0 && answer) {
		for (off_t at = 0;
		     (size_t)at < limit && (n = pread(out, part, sizeof(part), at)) > 0; at += n)
			buf_append(answer, part, (size_t)n);
		if (answer->failed)
			rc = reason_set(why, "out of memory");
	}
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return rc;
}
