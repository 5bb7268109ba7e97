// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /host_update: a signed bundle of another version, which vmd verifies before it is looked at. It
 * lies in the host's library meanwhile, and is removed whatever becomes of it.
 */
#include <string.h>
#include <unistd.h>

#include "lib/write_all.h"
#include "model/wire.h"
#include "transfer/job.h"

#define PART      (256 * 1024)
#define RECEIVING 0.7 /* of all the work */

static uint64_t length_of(const struct request *r)
{
	uint64_t len = request_body(r).len;

	return len == SOURCE_UNKNOWN ? 0 : len;
}

static int receive(struct job *j, int fd, uint64_t most, struct reason *why)
{
	const struct source_input input = request_body(j->request);
	struct source *from = source_open(&input, why);
	uint64_t all = length_of(j->request), done = 0;
	static char part[PART];
	ssize_t n = -1;

	while (from && (n = source_some(from, part, sizeof(part), why)) > 0) {
		done += (uint64_t)n;
		if (done > most)
			n = reason_set(why, "it is larger than a bundle can be");
		else if (write_all(fd, part, (size_t)n) < 0)
			n = reason_errno(why, "the host's library");
		else if (j->progress.tell(j->progress.arg,
					  all ? RECEIVING * (double)done / (double)all : 0,
					  why) < 0)
			n = -1;
		if (n < 0)
			break;
	}
	if (from)
		source_close(from);
	if (n == 0 && all && done < all)
		n = reason_set(why, "it was cut off after %llu bytes", (unsigned long long)done);
	return n < 0 ? -1 : 0;
}

static int take(struct job *j, const char *token)
{
	json_t *ok = job_vmd_ask(j, "update.write", json_pack("{ss}", "token", token));
	const char *text = json_string_value(json_object_get(ok, "text"));
	struct wire out;

	wire_open(&out, &j->result, WIRE_XML);
	if (ok)
		wire_string(&out, text ? text : "");
	json_decref(ok);
	return ok ? 0 : -1;
}

int job_host_update(struct job *j)
{
	struct reason why = { "" };
	json_t *staged = NULL;
	const char *token;
	int fd, rc;

	/* Only who may do this may change the host's version. */
	if (!api_do(&j->api, "pool.sync_database", json_array()))
		return -1;
	fd = job_vmd(j, "update.stage", json_object(), &staged);
	if (fd < 0) {
		json_decref(staged);
		return -1;
	}
	token = json_string_value(json_object_get(staged, "token"));
	rc = receive(j, fd, (uint64_t)json_integer_value(json_object_get(staged, "most")), &why);
	close(fd);
	if (rc == 0) {
		rc = take(j, token);
	} else {
		job_fail(j, "IMPORT_ERROR", &why);
		json_t *error = json_incref(j->api.error);

		json_decref(job_vmd_ask(j, "update.discard", json_pack("{ss}", "token", token)));
		json_decref(j->api.error);
		j->api.error = error;
	}
	json_decref(staged);
	return rc;
}
