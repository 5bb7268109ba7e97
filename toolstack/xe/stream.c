// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Streams, each over a connection of its own and watched by a task, which knows how it ended.
 */
#include "xe/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/write_all.h"
#include "xe/die.h"

#define PIECE     (256 << 10)
#define MAX_WORDS 2048
#define MAX_JSON  (16 << 20)
/* "until the connection ends", as clients of XenAPI say it. */
#define LENGTH_OPEN 1125899906842624LL

static json_t *task_make(struct api *api, const char *label, const char *path, struct buf *full)
{
	json_t *task = api_call(api, "task.create", json_pack("[ss]", label, ""));

	buf_printf(full, "%s&task_id=%s", path, json_string_value(task) ?: "");
	if (full->failed)
		die_memory();
	return task;
}

/* The task knows best why; then the answer's own words; then its number. */
static _Noreturn void stream_failed(struct api *api, json_t *task, struct reply *r)
{
	json_t *record = api_call(api, "task.get_record", json_pack("[O]", task));
	json_t *info = json_object_get(record, "error_info"), *error;
	struct buf words = { 0 };

	json_decref(api_try(api, "task.destroy", json_pack("[O]", task), &error));
	if (json_array_size(info))
		error_fail(api, info);
	/* A web server's page is not for people who see text. */
	if (!http_read_all(r, &words, MAX_WORDS) || !words.len || words.data[0] == '<')
		die(EXIT_REFUSED, "the host refuses that (status %d)", r->status);
	die(EXIT_REFUSED, "the host refuses that: %s", words.data);
}

/* Who was cut off has no answer; the task may have had no end either. */
static void task_must_end(struct api *api, json_t *task)
{
	for (int i = 0; i < 10; i++) {
		json_t *status = api_call(api, "task.get_status", json_pack("[O]", task));
		bool pending = strcmp(json_string_value(status) ?: "", "pending") == 0;

		json_decref(status);
		if (!pending)
			return;
		sleep(1);
	}
	die(EXIT_REFUSED,
	    "the connection ended before all was sent, and the host does not say why");
}

/* 0, or words for what went wrong. */
static const char *body_save(struct reply *r, int fd)
{
	int64_t all = r->left, done = 0;
	char *data = malloc(PIECE);
	const char *wrong = NULL;
	ssize_t n = 0;

	if (!data)
		die_memory();
	while (!wrong && (n = http_read(r, data, PIECE)) > 0) {
		if (write_all(fd, data, n) < 0)
			wrong = strerror(errno);
		done += n;
		if (all > 0)
			progress_show("receiving", (double)done / all);
	}
	progress_end();
	free(data);
	return wrong ? wrong : n < 0 ? "the stream was cut off" : NULL;
}

void stream_download(struct api *api, const char *path, const char *file)
{
	bool output = strcmp(file, "-") == 0;
	struct buf full = { 0 };
	json_t *task = task_make(api, "export", path, &full);
	struct link *l = api_stream(api, "GET", full.data, 0);
	const char *wrong;
	struct reply r;
	int fd;

	if (!http_reply(l, &r))
		die(EXIT_NO_HOST, "the host does not answer");
	if (r.status != 200)
		stream_failed(api, task, &r);
	fd = output ? STDOUT_FILENO : open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		die(EXIT_USAGE, "%s: %s", file, strerror(errno));
	wrong = body_save(&r, fd);
	if (!output && fsync(fd) < 0 && errno != EINVAL && !wrong)
		wrong = strerror(errno);
	if (!output && close(fd) < 0 && !wrong)
		wrong = strerror(errno);
	if (wrong && !output)
		unlink(file);
	if (wrong)
		die(EXIT_REFUSED, "%s: %s", file, wrong);
	link_close(l);
	json_decref(api_task_wait(api, json_string_value(task) ?: ""));
	json_decref(task);
	buf_free(&full);
}

static bool body_send(struct link *l, int fd, int64_t len)
{
	char *data = malloc(PIECE);
	int64_t done = 0;
	bool sent = true;
	ssize_t n;

	if (!data)
		die_memory();
	while (sent && (n = read(fd, data, PIECE)) > 0) {
		sent = link_write(l, data, n);
		done += n;
		if (len != LENGTH_OPEN)
			progress_show("sending", (double)done / len);
	}
	progress_end();
	free(data);
	return sent;
}

json_t *stream_upload(struct api *api, const char *path, const char *file)
{
	bool input = strcmp(file, "-") == 0;
	int fd = input ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	struct buf full = { 0 };
	struct stat st;
	struct reply r;
	struct link *l;
	json_t *task, *result;
	bool answered;
	int64_t len;

	if (fd < 0 || fstat(fd, &st) < 0)
		die(EXIT_USAGE, "%s: %s", file, strerror(errno));
	len = S_ISREG(st.st_mode) ? st.st_size : LENGTH_OPEN;
	task = task_make(api, "import", path, &full);
	l = api_stream(api, "PUT", full.data, len);
	/* Refused in the middle: the answer, and the task, say why. */
	answered = body_send(l, fd, len) && len != LENGTH_OPEN && http_reply(l, &r);
	if (answered && r.status != 200)
		stream_failed(api, task, &r);
	link_close(l);
	if (!input)
		close(fd);
	buf_free(&full);
	if (!answered && len != LENGTH_OPEN)
		task_must_end(api, task);
	result = api_task_wait(api, json_string_value(task) ?: "");
	json_decref(task);
	return result;
}

json_t *stream_json(struct api *api, const char *path)
{
	struct link *l = api_stream(api, "GET", path, 0);
	struct buf text = { 0 };
	json_t *answer = NULL;
	struct reply r;

	if (!http_reply(l, &r) || !http_read_all(&r, &text, MAX_JSON))
		die(EXIT_NO_HOST, "the host's answer was cut off");
	if (r.status == 200 && text.data)
		answer = json_loadb(text.data, text.len, 0, NULL);
	if (!answer)
		die(EXIT_REFUSED, "the host does not tell that (status %d)", r.status);
	link_close(l);
	buf_free(&text);
	return answer;
}
