// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /rrd_updates: what the host and its VMs did over time; once, or as it goes on. Who follows it
 * costs nothing between two rows: the process waits for the API's events.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/deadline.h"
#include "lib/write_all.h"
#include "transfer/figures.h"
#include "transfer/serve.h"

#define LIFE_MS 20000 /* a sign of life, if nothing else happens */
#define LATE_MS 300   /* a row is asked for so long after it is complete */

static bool flag(struct job *j, const char *name)
{
	char text[8];

	request_param(j->request, name, text, sizeof(text));
	return strcmp(text, "true") == 0;
}

static int64_t number(struct job *j, const char *name)
{
	char text[24];

	request_param(j->request, name, text, sizeof(text));
	return strtoll(text, NULL, 10);
}

static int send_text(struct job *j, const char *text, size_t len)
{
	const struct reason gone = { "the client has gone" };

	return write_all(j->request->fd, text, len) < 0 ? job_fail(j, "INTERNAL_ERROR", &gone) : 0;
}

/* All of it, with a head before it; as a line, if more are to come. */
static int answer(struct figures *f, const char *type, bool line)
{
	struct buf out = { 0 };
	struct reason why;
	int rc = figures_write(f, &out);

	if (line)
		buf_printf(&out, "\n");
	if (rc == 0 && reply_begin(f->job->request, type, NULL, &why) < 0)
		rc = job_fail(f->job, "INTERNAL_ERROR", &why);
	if (rc == 0)
		rc = send_text(f->job, out.data, out.len);
	buf_free(&out);
	return rc;
}

/* ---- as it goes on ----------------------------------------------------------------------- */

static bool has_rows(const struct buf *out)
{
	static const char none[] = "\"data\":[]}";
	const size_t len = strlen(none);

	return out->len < len || memcmp(out->data + out->len - len, none, len) != 0;
}

/* The rows since the last ones, or a sign of life if it is time for one. */
static int rows_send(struct figures *f, int64_t *told)
{
	struct buf out = { 0 };
	int rc = figures_write(f, &out);

	if (rc == 0 && !has_rows(&out))
		out.len = 0;
	if (rc == 0 && (out.len || now_ms() >= *told + LIFE_MS)) {
		buf_printf(&out, "\n");
		rc = send_text(f->job, out.data, out.len);
		*told = now_ms();
	}
	buf_free(&out);
	return rc;
}

/* Until the next row is complete, or a sign of life is due: in seconds. */
static double pause_of(int64_t step, int64_t told)
{
	int64_t ms, life = told + LIFE_MS - now_ms();
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	ms = (step - now.tv_sec % step) * 1000 - now.tv_nsec / 1000000 + LATE_MS;
	ms = ms < life ? ms : life;
	return ms > 0 ? (double)ms / 1000 : 0;
}

/* It sends nothing any more: what comes from it is its end. */
static bool client_is_gone(const struct job *j)
{
	struct pollfd p = { .fd = j->request->fd, .events = POLLRDHUP };

	return poll(&p, 1, 0) > 0;
}

static int follow(struct figures *f)
{
	int64_t step = metrics_step(&f->query), told = now_ms();
	struct api *api = &f->job->api;
	int rc = 0;

	f->query.interval = step;
	/* Who goes is noticed also while nothing happens. */
	api->client = f->job->request->fd;
	while (rc == 0 && !client_is_gone(f->job)) {
		f->query.start = f->query.now / step * step;
		rc = figures_look(f, pause_of(step, told));
		if (rc == 0)
			rc = rows_send(f, &told);
	}
	api->client = 0;
	return client_is_gone(f->job) ? 0 : rc;
}

int job_rrd_updates(struct job *j)
{
	struct figures f = { .job = j,
			     .host = flag(j, "host"),
			     .query = { .start = number(j, "start"),
					.now = time(NULL),
					.interval = number(j, "interval"),
					.json = flag(j, "json") } };
	const bool on = flag(j, "follow");
	int rc = -1;

	if (on && !serve_may_follow(j->api.session)) {
		api_fail(&j->api, "TOO_BUSY", NULL);
		reply_words(j->request, "503 Service Unavailable", "too many follow the metrics");
		return -1;
	}
	f.query.json |= on;
	if (figures_look(&f, 0) == 0)
		rc = answer(&f,
			    on             ? "application/x-ndjson"
			    : f.query.json ? "application/json"
					   : "text/xml",
			    on);
	if (rc == 0 && on)
		rc = follow(&f);
	figures_free(&f);
	return rc;
}
