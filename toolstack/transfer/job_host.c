// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /host_backup and /host_restore: what the host remembers beside VMs' disks, as one archive. All of
 * it is verified before vmd puts anything in its place; it counts from the host's next start.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/write_all.h"
#include "transfer/host_archive.h"
#include "transfer/job.h"
#include "transfer/state_copy.h"

#define STATE "state.db"

/* Only who may do this may have, or change, all there is. */
static bool is_allowed(struct job *j)
{
	return api_do(&j->api, "pool.sync_database", json_array());
}

static int read_whole(int fd, struct buf *data, struct reason *why)
{
	char part[16384];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0)
			buf_append(data, part, (size_t)n);
		if (data->failed || data->len > HOST_ARCHIVE_BYTES)
			return reason_set(why, "a file of the host's is too long");
	}
	return n < 0 ? reason_errno(why, "reading") : 0;
}

static int file_add(struct job *j, struct host_archive *a, const char *name)
{
	struct host_file *f = host_archive_add(a, name);
	struct reason why = { "too many files" };
	json_t *ok = NULL;
	int fd, rc = -1;

	if (!f)
		return job_fail(j, "INTERNAL_ERROR", &why);
	if (strcmp(name, STATE) == 0)
		return state_copy(j->state, &f->data, &why) < 0
			       ? job_fail(j, "INTERNAL_ERROR", &why)
			       : 0;
	fd = job_vmd(j, "host.state_open", json_pack("{ss}", "name", name), &ok);
	json_decref(ok);
	if (fd < 0)
		return -1;
	rc = read_whole(fd, &f->data, &why);
	close(fd);
	return rc < 0 ? job_fail(j, "INTERNAL_ERROR", &why) : 0;
}

static int archive_send(struct job *j, const struct host_archive *a)
{
	struct reason why;
	struct sink *to = sink_open(j->request->fd, PACKING_ZSTD, &why);
	int rc = -1;

	if (to &&
	    reply_begin(j->request, "application/octet-stream", "host-backup.tar.zst", &why) == 0)
		rc = host_archive_write(to, a, &why);
	if (to)
		sink_close(to);
	return rc < 0 ? job_fail(j, "INTERNAL_ERROR", &why) : 0;
}

int job_host_backup(struct job *j)
{
	struct host_archive *a = calloc(1, sizeof(*a));
	json_t *ok, *one;
	size_t i;
	int rc = 0;

	if (!a || !is_allowed(j) || !(ok = job_vmd_ask(j, "host.state_list", json_object()))) {
		free(a);
		return j->api.error ? -1 : api_fail(&j->api, "INTERNAL_ERROR", "memory", NULL);
	}
	json_array_foreach(json_object_get(ok, "names"), i, one)
	{
		if (rc == 0)
			rc = file_add(j, a, json_string_value(one));
	}
	json_decref(ok);
	if (rc == 0)
		rc = archive_send(j, a);
	host_archive_free(a);
	free(a);
	return rc;
}

/* ---- back -------------------------------------------------------------------------------- */

static int archive_take(struct job *j, struct host_archive *a)
{
	const struct source_input input = request_body(j->request);
	struct reason why;
	struct source *from = source_open(&input, &why);
	const struct host_file *state;
	int rc = from ? host_archive_read(from, a, &why) : -1;

	if (from)
		source_close(from);
	if (rc == 0) {
		state = host_archive_find(a, STATE);
		rc = state ? state_check(&state->data, &why)
			   : reason_set(&why, "it has no database");
	}
	return rc < 0 ? job_fail(j, "IMPORT_ERROR", &why) : 0;
}

static int file_stage(struct job *j, const struct host_file *f)
{
	struct reason why;
	json_t *ok = NULL;
	int fd = job_vmd(j, "host.state_stage", json_pack("{ss}", "name", f->name), &ok);
	int rc;

	json_decref(ok);
	if (fd < 0)
		return -1;
	rc = write_all(fd, f->data.data, f->data.len);
	if (rc == 0)
		rc = fsync(fd);
	if (rc < 0)
		reason_errno(&why, "writing %s", f->name);
	close(fd);
	return rc < 0 ? job_fail(j, "INTERNAL_ERROR", &why) : 0;
}

static int files_replace(struct job *j, const struct host_archive *a)
{
	json_t *names = json_array(), *ok;

	for (size_t i = 0; i < a->nr; i++) {
		if (file_stage(j, &a->files[i]) < 0) {
			json_decref(names);
			return -1;
		}
		json_array_append_new(names, json_string(a->files[i].name));
	}
	ok = job_vmd_ask(j, "host.state_commit", json_pack("{so}", "names", names));
	json_decref(ok);
	return ok ? 0 : -1;
}

int job_host_restore(struct job *j)
{
	struct host_archive *a = calloc(1, sizeof(*a));
	int rc = -1;

	if (a && is_allowed(j) && archive_take(j, a) == 0)
		rc = files_replace(j, a);
	if (a)
		host_archive_free(a);
	free(a);
	return rc < 0 && !j->api.error ? api_fail(&j->api, "INTERNAL_ERROR", "memory", NULL) : rc;
}
