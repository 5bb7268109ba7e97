// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A request over transfer's socket, as the web server makes it. See stream.h.
 */
#include "backup/stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/write_all.h"

#define QUIET_SECONDS 900 /* a disk that is slower than that is none */
#define TASK_MS       60000

static int connect_to(const char *path, struct reason *why)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const struct timeval patience = { .tv_sec = QUIET_SECONDS };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0)
		return fd;
	reason_errno(why, "%s", path);
	if (fd >= 0)
		close(fd);
	return -1;
}

static void header_put(struct buf *headers, const char *name, const char *value)
{
	buf_append(headers, name, strlen(name) + 1);
	buf_append(headers, value, strlen(value) + 1);
}

static int request_send(int fd, const char *method, const char *uri, uint64_t len,
			struct reason *why)
{
	struct buf headers = { 0 }, request = { 0 };
	char number[24];
	int rc;

	snprintf(number, sizeof(number), "%llu", (unsigned long long)len);
	header_put(&headers, "CONTENT_LENGTH", number);
	header_put(&headers, "SCGI", "1");
	header_put(&headers, "REQUEST_METHOD", method);
	header_put(&headers, "REQUEST_URI", uri);
	buf_printf(&request, "%zu:", headers.len);
	buf_append(&request, headers.data, headers.len);
	buf_printf(&request, ",");
	rc = headers.failed || request.failed               ? reason_set(why, "out of memory")
	     : write_all(fd, request.data, request.len) < 0 ? reason_errno(why, "transfer")
							    : 0;
	buf_free(&headers);
	buf_free(&request);
	return rc;
}

/* The session and a task of our own are in the query. */
static int stream_open(struct stream *s, struct backup *b, const char *method, const char *query,
		       uint64_t len, struct reason *why)
{
	char uri[512];
	json_t *task;

	s->b = b;
	s->fd = -1;
	s->len = 0;
	s->task[0] = '\0';
	task = api_call(&b->api, "task.create", json_pack("[ss]", "backup", ""));
	if (!task)
		return backup_api_failed(b, why);
	snprintf(s->task, sizeof(s->task), "%s", json_string_value(task));
	json_decref(task);
	snprintf(uri, sizeof(uri), "%s&session_id=%s&task_id=%s", query, b->api.session, s->task);
	s->fd = connect_to(b->settings->transfer, why);
	if (s->fd < 0 || request_send(s->fd, method, uri, len, why) < 0) {
		stream_close(s);
		return -1;
	}
	return 0;
}

/* How the task ended: its record, or NULL with the reason. */
static json_t *task_wait(struct stream *s, struct reason *why)
{
	const int64_t deadline = now_ms() + TASK_MS;
	const char *status = "pending";
	struct buf words = { 0 };
	json_t *record = NULL, *word;
	size_t i;

	while (strcmp(status, "pending") == 0 && now_ms() < deadline) {
		json_decref(record);
		record = api_call(&s->b->api, "task.get_record", json_pack("[s]", s->task));
		status = record_text(record, "status");
		if (strcmp(status, "pending") == 0)
			usleep(100000);
	}
	if (strcmp(status, "success") == 0)
		return record;
	json_array_foreach(json_object_get(record, "error_info"), i, word)
	{
		buf_printf(&words, " %.100s", json_string_value(word));
	}
	reason_set(why, "the stream ended%s%s", words.data ? ":" : "",
		   words.data ? words.data : " before its time");
	buf_free(&words);
	json_decref(record);
	return NULL;
}

/* The answer up to its body, whose beginning stays in piece: as much as there is room for. */
static int reply_read(struct stream *s, struct reason *why)
{
	char *end = NULL;
	unsigned int status = 0;

	while (!end) {
		ssize_t n = recv(s->fd, s->piece + s->len, sizeof(s->piece) - 1 - s->len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return reason_set(why, "transfer gives no answer");
		s->len += (size_t)n;
		s->piece[s->len] = '\0';
		end = strstr(s->piece, "\r\n\r\n");
	}
	sscanf(s->piece, "Status: %3u", &status);
	end += 4;
	s->len -= (size_t)(end - s->piece);
	memmove(s->piece, end, s->len);
	s->piece[s->len] = '\0';
	if (status == 200)
		return 0;
	return reason_set(why, "%.*s", (int)strcspn(s->piece, "\r\n"), s->piece);
}

int stream_export(struct stream *s, struct backup *b, const char *vm, struct reason *why)
{
	char query[160];

	snprintf(query, sizeof(query), "/export/?ref=%s&use_compression=zstd", vm);
	if (stream_open(s, b, "GET", query, 0, why) < 0)
		return -1;
	if (reply_read(s, why) == 0)
		return 0;
	stream_close(s);
	return -1;
}

ssize_t stream_read(struct stream *s, struct reason *why)
{
	ssize_t n = (ssize_t)s->len;
	json_t *record;

	s->len = 0;
	while (n == 0) {
		n = recv(s->fd, s->piece, sizeof(s->piece), 0);
		if (n < 0 && errno != EINTR)
			return reason_errno(why, "the export");
		if (n == 0) {
			record = task_wait(s, why);
			json_decref(record);
			return record ? 0 : -1;
		}
		n = n < 0 ? 0 : n;
	}
	return n;
}

int stream_import(struct stream *s, struct backup *b, uint64_t len, const char *sr,
		  struct reason *why)
{
	char query[160];

	snprintf(query, sizeof(query), "/import/?restore=false%s%s", sr ? "&sr_id=" : "",
		 sr ? sr : "");
	return stream_open(s, b, "PUT", query, len, why);
}

int stream_write(struct stream *s, const void *data, size_t len, struct reason *why)
{
	if (write_all(s->fd, data, len) == 0)
		return 0;
	/* It was refused in the middle; the task says why. */
	json_decref(task_wait(s, why));
	return -1;
}

int stream_imported(struct stream *s, char vm[API_REF], struct reason *why)
{
	json_t *record;
	const char *ref;

	if (reply_read(s, why) < 0)
		return -1;
	record = task_wait(s, why);
	if (!record)
		return -1;
	ref = strstr(record_text(record, "result"), "OpaqueRef:");
	if (ref)
		snprintf(vm, API_REF, "%.*s", (int)strcspn(ref, "<\"] "), ref);
	json_decref(record);
	return ref ? 0 : reason_set(why, "the import made no VM");
}

void stream_close(struct stream *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	if (s->task[0])
		api_do(&s->b->api, "task.destroy", json_pack("[s]", s->task));
	s->task[0] = '\0';
}
