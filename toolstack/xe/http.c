// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HTTP and SCGI, as far as the API uses them. A host may be hostile: lengths are checked.
 */
#include "xe/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_LINE    8192
#define MAX_HEADERS 100

static void scgi_field(struct buf *b, const char *name, const char *value)
{
	buf_append(b, name, strlen(name) + 1);
	buf_append(b, value, strlen(value) + 1);
}

/* The fields as one netstring; the body follows it. */
static void scgi_put(struct buf *out, const char *method, const char *path, const char *content,
		     int64_t len)
{
	const char *query = strchr(path, '?');
	struct buf fields = { 0 };
	char number[24], *script = strndup(path, query ? (size_t)(query - path) : strlen(path));

	snprintf(number, sizeof(number), "%lld", (long long)len);
	scgi_field(&fields, "CONTENT_LENGTH", number);
	scgi_field(&fields, "SCGI", "1");
	scgi_field(&fields, "REQUEST_METHOD", method);
	scgi_field(&fields, "REQUEST_URI", path);
	scgi_field(&fields, "SCRIPT_NAME", script ? script : "");
	scgi_field(&fields, "QUERY_STRING", query ? query + 1 : "");
	scgi_field(&fields, "CONTENT_TYPE", content);
	scgi_field(&fields, "SERVER_PROTOCOL", "HTTP/1.1");
	buf_printf(out, "%zu:", fields.len);
	buf_append(out, fields.data, fields.len);
	buf_append(out, ",", 1);
	out->failed |= fields.failed || !script;
	buf_free(&fields);
	free(script);
}

bool http_request(struct link *l, const struct settings *s, const char *method, const char *path,
		  const char *content, int64_t len)
{
	struct buf out = { 0 };
	bool sent;

	if (l->tls)
		buf_printf(&out,
			   "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: xe\r\n"
			   "Content-Type: %s\r\nContent-Length: %lld\r\n\r\n",
			   method, path, s->server, content, (long long)len);
	else
		scgi_put(&out, method, path, content, len);
	errno = ENOMEM;
	sent = !out.failed && link_write(l, out.data, out.len);
	buf_free(&out);
	return sent;
}

bool http_upgrade(struct link *l, const struct settings *s, const char *path, const char *key)
{
	struct buf out = { 0 };
	bool sent;

	buf_printf(&out,
		   "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: xe\r\nConnection: Upgrade\r\n"
		   "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
		   "Sec-WebSocket-Protocol: binary\r\nSec-WebSocket-Key: %s\r\n\r\n",
		   path, l->tls ? s->server : "localhost", key);
	errno = ENOMEM;
	sent = !out.failed && link_write(l, out.data, out.len);
	buf_free(&out);
	return sent;
}

/* "HTTP/1.1 200 OK", or "Status: 200 OK" from the local socket. */
static bool status_parse(const char *line, int *status)
{
	const char *at = strchr(line, ' ');

	if (!at || (strncmp(line, "HTTP/1.", 7) != 0 && strncasecmp(line, "Status:", 7) != 0))
		return false;
	*status = atoi(at + 1);
	return *status >= 100 && *status <= 599;
}

static bool header_parse(struct reply *r, char *line)
{
	char *value = strchr(line, ':'), *end;

	if (!value)
		return false;
	*value++ = '\0';
	value += strspn(value, " \t");
	if (strcasecmp(line, "Content-Length") == 0) {
		errno = 0;
		r->left = strtoll(value, &end, 10);
		return end != value && !*end && !errno && r->left >= 0;
	}
	if (strcasecmp(line, "Transfer-Encoding") == 0)
		r->pieces = strcasecmp(value, "chunked") == 0;
	if (strcasecmp(line, "Sec-WebSocket-Accept") == 0)
		snprintf(r->accept, sizeof(r->accept), "%s", value);
	if (strcasecmp(line, "Connection") == 0)
		r->last = strcasecmp(value, "close") == 0;
	return true;
}

static bool headers_read(struct link *l, struct reply *r)
{
	char line[MAX_LINE];

	*r = (struct reply){ .link = l, .left = LENGTH_UNKNOWN, .last = !l->tls };
	if (!link_line(l, line, sizeof(line)) || !status_parse(line, &r->status))
		return false;
	for (int i = 0; i < MAX_HEADERS; i++) {
		if (!link_line(l, line, sizeof(line)))
			return false;
		if (!*line) {
			if (r->pieces)
				r->left = 0;
			return true;
		}
		if (!header_parse(r, line))
			return false;
	}
	return false;
}

bool http_reply(struct link *l, struct reply *r)
{
	/* "100 Continue" and its like announce the answer. */
	for (int i = 0; i < 5; i++) {
		if (!headers_read(l, r))
			return false;
		if (r->status >= 200 || r->status == 101)
			return true;
	}
	return false;
}

/* To the first byte of the next piece; 0: that was the last one. */
static int piece_next(struct reply *r)
{
	char line[MAX_LINE], *end;

	if (!link_line(r->link, line, sizeof(line)))
		return -1;
	/* The line end behind the piece before. */
	if (!*line && !link_line(r->link, line, sizeof(line)))
		return -1;
	errno = 0;
	r->left = strtoll(line, &end, 16);
	if (end == line || errno || r->left < 0)
		return -1;
	if (r->left)
		return 1;
	r->pieces = false;
	return link_line(r->link, line, sizeof(line)) ? 0 : -1;
}

ssize_t http_read(struct reply *r, void *data, size_t len)
{
	ssize_t n;

	if (r->left == 0) {
		int next = r->pieces ? piece_next(r) : 0;

		if (next <= 0)
			return next;
	}
	if (r->left != LENGTH_UNKNOWN && len > (uint64_t)r->left)
		len = r->left;
	n = link_read(r->link, data, len);
	if (r->left == LENGTH_UNKNOWN) {
		r->last = true;
		return n;
	}
	if (n <= 0)
		return -1;
	r->left -= n;
	return n;
}

bool http_read_all(struct reply *r, struct buf *out, size_t limit)
{
	char data[16384];
	ssize_t n;

	while ((n = http_read(r, data, sizeof(data))) > 0) {
		if (out->len + n > limit)
			return false;
		buf_append(out, data, n);
	}
	return n == 0 && !out->failed;
}
