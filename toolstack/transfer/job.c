// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A job's frame. The task is told how far it is at most once a second; when somebody wants it
 * cancelled, or it cannot be told any more, because it or the session has ended, the job ends, too.
 */
#include "transfer/job.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apid/cookie.h"
#include "lib/deadline.h"
#include "lib/uuid.h"
#include "transfer/serve.h"
#include "vmd/client.h"

#define TOLD_MS 1000

static const struct path {
	const char *path;
	bool put;
	job_function *run;
} paths[] = {
	{ "/host_update", true, job_host_update },   { "/export", false, job_export_vm },
	{ "/import", true, job_import_vm },          { "/export_raw_vdi", false, job_export_vdi },
	{ "/import_raw_vdi", true, job_import_vdi }, { "/rrd_updates", false, job_rrd_updates },
	{ "/console", false, job_console },          { "/host_backup", false, job_host_backup },
	{ "/host_restore", true, job_host_restore }, { "/system-status", false, job_status },
	{ "/vncsnapshot", false, job_picture },
};

int job_fail(struct job *j, const char *code, const struct reason *why)
{
	return api_fail(&j->api, code, why->text, NULL);
}

/* ---- what calls need --------------------------------------------------------------------- */

void job_made(struct job *j, const char *class, const json_t *ref)
{
	json_array_append_new(j->made, json_pack("[sO]", class, ref));
}

json_t *job_record(struct job *j, const char *class, const char *ref)
{
	char method[64];

	snprintf(method, sizeof(method), "%s.get_record", class);
	return api_call(&j->api, method, json_pack("[s]", ref));
}

bool job_object(struct job *j, const char *class, const char *param, char ref[API_REF])
{
	char text[API_REF], method[64];
	json_t *found;

	/* A parameter may hold either. */
	if (!request_param(j->request, param, text, sizeof(text)) &&
	    !request_param(j->request, "ref", text, sizeof(text)) &&
	    !request_param(j->request, "uuid", text, sizeof(text))) {
		api_fail(&j->api, "MESSAGE_PARAMETER_COUNT_MISMATCH", j->request->path, param,
			 NULL);
		return false;
	}
	snprintf(ref, API_REF, "%s", text);
	if (strncmp(text, "OpaqueRef:", 10) == 0)
		return true;
	snprintf(method, sizeof(method), "%s.get_by_uuid", class);
	found = api_call(&j->api, method, json_pack("[s]", text));
	if (found)
		snprintf(ref, API_REF, "%s", json_string_value(found));
	json_decref(found);
	return found != NULL;
}

/* The answer of a verb: what came along, or -1. */
static int answer_wait(struct job *j, int fd, json_t **ok)
{
	json_t *message, *error;
	struct reason why;
	int passed;

	while (vmd_wait(fd, -1, &message, &passed, &why) > 0) {
		*ok = json_incref(json_object_get(message, "ok"));
		/* A long list comes in parts, of which the last is in the answer. */
		json_array_extend(j->parts, json_object_get(message, "part"));
		error = json_object_get(message, "error");
		if (json_is_array(error)) {
			json_decref(j->api.error);
			j->api.error = json_incref(error);
		}
		json_decref(message);
		if (*ok || error)
			return passed;
		if (passed >= 0)
			close(passed);
	}
	return job_fail(j, "INTERNAL_ERROR", &why);
}

/* What came along, or -1; *ok: a new reference, or NULL. Consumes args. */
static int vmd_request(struct job *j, const char *verb, json_t *args, json_t **ok)
{
	struct reason why = { "out of memory" };
	int fd = vmd_connect(j->vmd, &why), passed = -1;

	*ok = NULL;
	json_array_clear(j->parts);
	if (fd < 0 || vmd_send(fd, verb, args, &why) < 0)
		job_fail(j, "INTERNAL_ERROR", &why);
	else
		passed = answer_wait(j, fd, ok);
	if (fd >= 0)
		close(fd);
	json_decref(args);
	return passed;
}

int job_vmd(struct job *j, const char *verb, json_t *args, json_t **ok)
{
	int passed = vmd_request(j, verb, args, ok);

	if (passed < 0 && *ok)
		api_fail(&j->api, "INTERNAL_ERROR", verb, "without a descriptor", NULL);
	return passed;
}

json_t *job_vmd_ask(struct job *j, const char *verb, json_t *args)
{
	json_t *ok;
	int passed = vmd_request(j, verb, args, &ok);

	if (passed >= 0)
		close(passed);
	return ok;
}

int job_disk_open(struct job *j, const char *vdi, bool write, struct disk *disk)
{
	json_t *record, *sr, *ok = NULL;
	int fd = -1;

	/* Whoever may not do this may not have its contents either. */
	if (!api_do(&j->api, "VDI.update", json_pack("[s]", vdi)))
		return -1;
	record = job_record(j, "VDI", vdi);
	sr = record ? job_record(j, "SR", json_string_value(json_object_get(record, "SR"))) : NULL;
	if (sr)
		fd = job_vmd(j, "vdi.open",
			     json_pack("{sO,sO,ss}", "sr", json_object_get(sr, "uuid"), "vdi",
				       json_object_get(record, "uuid"), "mode",
				       write ? "rw" : "ro"),
			     &ok);
	if (fd >= 0)
		*disk = disk_of(fd, (uint64_t)json_integer_value(json_object_get(ok, "size")));
	json_decref(ok);
	json_decref(sr);
	json_decref(record);
	return fd >= 0 ? 0 : -1;
}

/* ---- progress ---------------------------------------------------------------------------- */

static int progress_task(void *arg, double done, struct reason *why)
{
	struct job *j = arg;
	int64_t now = now_ms();
	json_t *status;

	if (!j->task[0] || now < j->told + TOLD_MS)
		return 0;
	j->told = now;
	if (!api_do(&j->api, "task.set_progress", json_pack("[sf]", j->task, done)))
		return reason_set(why, "nobody waits for it any more");
	status = api_call(&j->api, "task.get_status", json_pack("[s]", j->task));
	if (status && strcmp(json_string_value(status), "cancelling") == 0)
		j->cancelled = true;
	json_decref(status);
	return j->cancelled ? reason_set(why, "the task was cancelled") : 0;
}

/* ---- the end ----------------------------------------------------------------------------- */

static void unmake(struct job *j)
{
	json_t *error = json_incref(j->api.error);

	for (size_t i = json_array_size(j->made); i-- > 0;) {
		json_t *one = json_array_get(j->made, i);
		char method[64];

		snprintf(method, sizeof(method), "%s.destroy",
			 json_string_value(json_array_get(one, 0)));
		if (!api_do(&j->api, method, json_pack("[O]", json_array_get(one, 1))))
			log_warning("%s of what was made for a stream that failed: refused",
				    method);
	}
	json_decref(j->api.error);
	j->api.error = error;
}

static void task_end(struct job *j, int rc)
{
	if (!j->task[0])
		return;
	if (rc == 0) {
		if (j->result.len)
			api_do(&j->api, "task.set_result",
			       json_pack("[ss]", j->task, j->result.data));
		api_do(&j->api, "task.set_progress", json_pack("[sf]", j->task, 1.0));
		api_do(&j->api, "task.set_status", json_pack("[ss]", j->task, "success"));
		return;
	}
	api_do(&j->api, "task.set_error_info", json_pack("[sO]", j->task, j->api.error));
	api_do(&j->api, "task.set_status",
	       json_pack("[ss]", j->task, j->cancelled ? "cancelled" : "failure"));
}

static void refuse(struct request *r, const struct api *api)
{
	const char *code = json_string_value(json_array_get(api->error, 0));
	struct buf words = { 0 };

	api_error_words(api, &words);
	if (strncmp(code, "SESSION_", 8) == 0)
		reply_words(r, "401 Unauthorized", words.data);
	else if (strcmp(code, "RBAC_PERMISSION_DENIED") == 0)
		reply_words(r, "403 Forbidden", words.data);
	else if (strcmp(code, "HANDLE_INVALID") == 0 || strcmp(code, "UUID_INVALID") == 0)
		reply_words(r, "404 Not Found", words.data);
	else
		reply_words(r, "500 Internal Server Error", words.data);
	buf_free(&words);
}

/* The one of a browser's cookie, which comes along whoever's page has made the request. */
static bool session_of_cookie(struct job *j)
{
	struct request *r = j->request;
	const bool changes = r->put || scgi_header(&r->scgi, "HTTP_UPGRADE");

	if (!cookie_session(&r->scgi, j->api.session)) {
		api_fail(&j->api, "SESSION_AUTHENTICATION_FAILED", "no session", NULL);
		return false;
	}
	if (changes ? origin_is_own(&r->scgi) : origin_may_read(&r->scgi))
		return true;
	api_fail(&j->api, "SESSION_INVALID", "asked for by another page", NULL);
	reply_words(r, "403 Forbidden", "this host's own page has not asked for it");
	return false;
}

/* With the request's session, or one of its own. False: refused. */
static bool session_take(struct job *j, bool *own)
{
	char name[128], password[256];

	*own = false;
	if (request_param(j->request, "session_id", j->api.session, sizeof(j->api.session)))
		return true;
	if (!request_basic(j->request, name, password))
		return session_of_cookie(j);
	*own = api_login(&j->api, name, password, "transfer");
	return *own;
}

static int work(struct job *j, const struct path *path)
{
	char text[API_REF];
	int rc;

	/* Clients ask with nothing whether they may, before they send all of it. */
	if (path->put && !request_param(j->request, "task_id", text, sizeof(text)) &&
	    request_asks_only(j->request))
		return api_do(&j->api, "pool.get_all", json_array()) ? 0 : -1;
	rc = path->run(j);
	if (rc < 0)
		unmake(j);
	task_end(j, rc);
	return rc;
}

void job_run(struct request *r, const struct serve_paths *paths_of)
{
	struct job j = { .request = r,
			 .api = { .socket = paths_of->api },
			 .vmd = paths_of->vmd,
			 .metrics = paths_of->metrics,
			 .state = paths_of->state,
			 .made = json_array(),
			 .parts = json_array() };
	const struct path *path = NULL;
	bool own = false;
	int rc = -1;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (strcmp(r->path, paths[i].path) == 0 && r->put == paths[i].put)
			path = &paths[i];
	if (!path) {
		reply_words(r, "404 Not Found", "there is no stream of that name");
		json_decref(j.made);
		json_decref(j.parts);
		return;
	}
	request_param(r, "task_id", j.task, sizeof(j.task));
	j.progress = (struct progress){ .tell = progress_task, .arg = &j };
	if (session_take(&j, &own))
		rc = work(&j, path);
	if (rc < 0 && !r->replied)
		refuse(r, &j.api);
	else if (rc == 0 && !r->replied)
		reply_words(r, "200 OK", "done");
	if (own)
		api_logout(&j.api);
	json_decref(j.made);
	json_decref(j.parts);
	json_decref(j.api.error);
	buf_free(&j.result);
}
