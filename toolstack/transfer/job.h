// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One stream from its request to its end: who asked for it, the task that others see, and what was
 * made on the way, which goes again if the rest fails. In a process of its own.
 */
#ifndef TRANSFER_JOB_H
#define TRANSFER_JOB_H

#include "api/api.h"
#include "transfer/disk.h"
#include "transfer/request.h"

struct job {
	struct request *request;
	struct api api;
	const char *vmd;
	const char *metrics; /* the folder */
	const char *state;   /* the API's database */
	char task[API_REF];  /* "": nobody looks at one */
	struct progress progress;
	int64_t told; /* when the progress was told */
	bool cancelled;
	json_t *made;      /* [class, reference], the newest last */
	json_t *parts;     /* of the last answer of vmd's: the beginning of its list */
	struct buf result; /* what the task says in the end: an XML-RPC value, or nothing */
};

/* What a path means. -1: job->api.error says why; the stream may have begun. */
typedef int job_function(struct job *j);

int job_host_update(struct job *j);
int job_export_vdi(struct job *j);
int job_import_vdi(struct job *j);
int job_export_vm(struct job *j);
int job_import_vm(struct job *j);
int job_rrd_updates(struct job *j);
int job_console(struct job *j);
int job_picture(struct job *j);
int job_host_backup(struct job *j);
int job_host_restore(struct job *j);
int job_status(struct job *j);

/* The whole of it, with every end that it can have. */
struct serve_paths;
void job_run(struct request *r, const struct serve_paths *paths);

/* A reason of the library's as the stream's error. Always -1. */
int job_fail(struct job *j, const char *code, const struct reason *why);
/* Of a disk's other_config, while the job needs it for itself: should it be killed, it goes. */
#define JOB_TEMPORARY "temporary"
/* Made by this stream: destroyed in the opposite order, should it fail. */
void job_made(struct job *j, const char *class, const json_t *ref);
/* An object of a class by the query's "ref" or "uuid", or by a parameter of that name. */
bool job_object(struct job *j, const char *class, const char *param, char ref[API_REF]);
/* A new record, or NULL. */
json_t *job_record(struct job *j, const char *class, const char *ref);
/*
 * A verb of vmd's that answers with a descriptor, which is the caller's; consumes args. *ok: a new
 * reference, or NULL. -1: see the error.
 */
int job_vmd(struct job *j, const char *verb, json_t *args, json_t **ok);
/* One that answers with no more; NULL: see the error. */
json_t *job_vmd_ask(struct job *j, const char *verb, json_t *args);
/* Its contents. The caller closes disk->fd. -1: see the error. */
int job_disk_open(struct job *j, const char *vdi, bool write, struct disk *disk);

#endif
