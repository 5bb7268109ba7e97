// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads with a deadline: whoever connects and says nothing is let go.
 */
#include "transfer/request.h"

#include <ctype.h>
#include <errno.h>
#include <mbedtls/base64.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/write_all.h"
#include "transfer/http_head.h"

#ifndef SILENCE_SECONDS /* tests are in a hurry */
#define SILENCE_SECONDS 180
#endif
/* What clients of XenAPI send when they do not know the length: 2^50. */
#define LENGTH_OPEN (1ull << 50)
#define QUIET_MS    2000

int request_read(struct request *r, int fd, struct reason *why)
{
	const struct timeval patience = { .tv_sec = SILENCE_SECONDS };
	const char *uri, *method;
	int rc = 0;

	*r = (struct request){ .fd = fd };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	while (rc == 0) {
		char part[16384];
		ssize_t n = recv(fd, part, sizeof(part), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return reason_set(why, "the request is cut off");
		buf_append(&r->in, part, (size_t)n);
		if (r->in.failed)
			return reason_set(why, "out of memory");
		/* SCGI begins with a number. */
		r->http = isalpha((unsigned char)r->in.data[0]);
		rc = r->http ? http_head_parse(r->in.data, r->in.len, &r->head, &r->scgi, why)
			     : scgi_parse(r->in.data, r->in.len, &r->scgi, why);
	}
	if (rc < 0)
		return -1;
	uri = scgi_header(&r->scgi, "REQUEST_URI");
	method = scgi_header(&r->scgi, "REQUEST_METHOD");
	if (!uri || !method)
		return reason_set(why, "no method or no path");
	r->put = strcmp(method, "PUT") == 0 || strcmp(method, "POST") == 0;
	snprintf(r->path, sizeof(r->path), "%.*s", (int)strcspn(uri, "?"), uri);
	while (strlen(r->path) > 1 && r->path[strlen(r->path) - 1] == '/')
		r->path[strlen(r->path) - 1] = '\0';
	return 0;
}

void request_close(struct request *r)
{
	buf_free(&r->in);
	buf_free(&r->head);
	close(r->fd);
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %41 and + as they are meant. False: no room, or no text. */
static bool unescape(const char *from, size_t len, char *text, size_t room)
{
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		char c = from[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			if (len - i < 3 || hex(from[i + 1]) < 0 || hex(from[i + 2]) < 0)
				return false;
			c = (char)(hex(from[i + 1]) << 4 | hex(from[i + 2]));
			i += 2;
		}
		if (c == '\0' || at + 1 >= room)
			return false;
		text[at++] = c;
	}
	text[at] = '\0';
	return true;
}

/* The next value of a parameter from at on, which is the query's "?" or a "&", or NULL. */
static const char *param_next(const char *at, const char *name, size_t *len)
{
	const size_t name_len = strlen(name);

	while (at) {
		const size_t all = strcspn(++at, "&");

		if (strncmp(at, name, name_len) == 0 && at[name_len] == '=') {
			*len = all - name_len - 1;
			return at + name_len + 1;
		}
		at = at[all] ? at + all : NULL;
	}
	return NULL;
}

static const char *query_of(const struct request *r)
{
	return strchr(scgi_header(&r->scgi, "REQUEST_URI"), '?');
}

bool request_has(const struct request *r, const char *name)
{
	size_t len;

	return param_next(query_of(r), name, &len) != NULL;
}

bool request_param(const struct request *r, const char *name, char *text, size_t room)
{
	const char *at = query_of(r);
	size_t len;

	while ((at = param_next(at, name, &len))) {
		if (unescape(at, len, text, room))
			return true;
		at = at[len] ? at + len : NULL;
	}
	text[0] = '\0';
	return false;
}

bool request_basic(const struct request *r, char name[128], char password[256])
{
	const char *header = scgi_header(&r->scgi, "HTTP_AUTHORIZATION");
	char text[384] = "", *colon;
	size_t len;

	if (!header || strncasecmp(header, "Basic ", 6) != 0 ||
	    mbedtls_base64_decode((unsigned char *)text, sizeof(text) - 1, &len,
				  (const unsigned char *)header + 6, strlen(header + 6)) != 0 ||
	    strlen(text) != len || !(colon = strchr(text, ':')))
		return false;
	*colon = '\0';
	return snprintf(name, 128, "%s", text) < 128 &&
	       snprintf(password, 256, "%s", colon + 1) < 256;
}

bool request_asks_only(const struct request *r)
{
	const uint64_t len = r->scgi.content_length;
	char first;

	if (len < LENGTH_OPEN || r->in.len > r->scgi.body_at)
		return len == 0;
	return !wait_ready(r->fd, POLLIN, now_ms() + QUIET_MS) ||
	       recv(r->fd, &first, 1, MSG_PEEK) == 0;
}

struct source_input request_body(const struct request *r)
{
	const uint64_t len = r->scgi.content_length;
	const struct bytes all = { (const uint8_t *)r->in.data, r->in.len };
	struct source_input input = { .fd = r->fd,
				      .len = len < LENGTH_OPEN ? len : SOURCE_UNKNOWN };

	bytes_part(all, r->scgi.body_at, r->in.len - r->scgi.body_at, &input.before);
	return input;
}

static int send_head(struct request *r, const struct buf *head, struct reason *why)
{
	r->replied = true;
	return !head->failed && write_all(r->fd, head->data, head->len) == 0
		       ? 0
		       : reason_set(why, "the client has gone");
}

const char *reply_start(const struct request *r)
{
	return r->http ? "HTTP/1.1 " : "Status: ";
}

int reply_begin(struct request *r, const char *type, const char *name, struct reason *why)
{
	struct buf head = { 0 };
	int rc;

	buf_printf(&head,
		   "%s200 OK\r\nContent-Type: %s\r\nCache-Control: no-store\r\n"
		   "Access-Control-Allow-Origin: *\r\n",
		   reply_start(r), type);
	if (name)
		buf_printf(&head, "Content-Disposition: attachment; filename=\"%s\"\r\n", name);
	buf_printf(&head, "\r\n");
	rc = send_head(r, &head, why);
	buf_free(&head);
	return rc;
}

void reply_words(struct request *r, const char *status, const char *words)
{
	struct buf reply = { 0 };
	struct reason unheard;

	buf_printf(&reply,
		   "%s%s\r\nContent-Type: text/plain; charset=utf-8\r\n"
		   "Access-Control-Allow-Origin: *\r\nContent-Length: %zu\r\n\r\n%s\n",
		   reply_start(r), status, strlen(words) + 1, words);
	send_head(r, &reply, &unheard);
	buf_free(&reply);
}
