// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The other end of requests.c.
 */
#include "network/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/log.h"
#include "network/files.h"

static int client_connect(const char *root, struct reason *why)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || !root_path(to.sun_path, sizeof(to.sun_path), root, FILE_SOCKET) ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		reason_set(why,
			   "the network service does not answer: %s: %s; start it with \"sv start "
			   "/etc/service/network\"",
			   to.sun_path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static bool put_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		ssize_t put = send(fd, at, len, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		at += put;
		len -= (size_t)put;
	}
	return true;
}

static int client_talk(const char *root, const char *line, struct bytes text, struct buf *answer,
		       struct reason *why)
{
	int fd = client_connect(root, why);
	char piece[4096];
	ssize_t got;

	if (fd < 0)
		return -1;
	if (!put_all(fd, line, strlen(line)) || !put_all(fd, "\n", 1) ||
	    !put_all(fd, text.data, text.len) || shutdown(fd, SHUT_WR) < 0) {
		reason_errno(why, "the network service");
		close(fd);
		return -1;
	}
	while ((got = recv(fd, piece, sizeof(piece), 0)) > 0 || (got < 0 && errno == EINTR))
		if (got > 0)
			buf_append(answer, piece, (size_t)got);
	close(fd);
	return 0;
}

/* The last line is the verdict; what stands before it is for the reader. */
static int take_verdict(struct buf *answer, bool *done, struct reason *why)
{
	char *end, *last;

	if (!answer->data || !answer->len)
		return reason_set(why, "the network service has ended while it was asked");
	end = answer->data + answer->len - 1;
	if (*end == '\n')
		*end = '\0';
	last = strrchr(answer->data, '\n');
	last = last ? last + 1 : answer->data;
	*done = strcmp(last, "ok") == 0;
	*last = '\0';
	answer->len = (size_t)(last - answer->data);
	return 0;
}

int client_request(const char *root, const char *line, struct bytes text, struct buf *answer,
		   bool *done, struct reason *why)
{
	if (client_talk(root, line, text, answer, why) < 0)
		return -1;
	return take_verdict(answer, done, why);
}

int client_ask(const char *root, const char *line, struct bytes text)
{
	struct buf answer = { 0 };
	struct reason why;
	bool done = false;

	if (client_request(root, line, text, &answer, &done, &why) < 0)
		log_error("%s", why.text);
	else if (done)
		fputs(answer.data, stdout);
	else
		fprintf(stderr, "network: %s", answer.data);
	buf_free(&answer);
	return done ? 0 : 1;
}

int client_lease(const char *root, const char *action)
{
	static const char *const words[] = { "ip", "mask", "router", "dns" };
	const char *interface = getenv("interface");
	struct buf text = { 0 }, answer = { 0 };
	struct reason why;
	char line[80];
	int rc;

	if (!interface)
		return 1;
	snprintf(line, sizeof(line), "lease %.15s %.20s", interface, action);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *value = getenv(words[i]);

		if (value && !strchr(value, '\n'))
			buf_printf(&text, "%s=%s\n", words[i], value);
	}
	rc = client_talk(root, line, (struct bytes){ (uint8_t *)text.data, text.len }, &answer,
			 &why);
	if (rc < 0)
		log_error("%s", why.text);
	buf_free(&text);
	buf_free(&answer);
	return rc < 0;
}
