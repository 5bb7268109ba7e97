// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The API of a host: a session, and calls in it. A call that the host refuses ends xe with words,
 * unless the caller wants to see the error itself. Results are new references.
 */
#ifndef XE_API_H
#define XE_API_H

#include <jansson.h>
#include <stdbool.h>

#include "xe/http.h"
#include "xe/request.h"

struct api;

struct api *api_open(struct settings *s);
/* Logs out. */
void api_close(struct api *api);

/* For what this session's calls are to do besides. */
void api_session_set(struct api *api, const char *key, const char *value);

/* Class.method with the session and params, an array that it consumes. */
json_t *api_call(struct api *api, const char *method, json_t *params);
/* NULL: refused, and *error is an array: the code, then its parameters. */
json_t *api_try(struct api *api, const char *method, json_t *params, json_t **error);
/* The host is this one, with nobody between xe and its daemon. */
bool api_is_near(const struct api *api);
/* The same, of a host that is near, however long it takes. */
json_t *api_call_patiently(struct api *api, const char *method, json_t *params);
/*
 * For what takes long: as a task, with a bar on a terminal; Ctrl-C asks the host to stop it. On the
 * host itself, when messages go to no terminal, it is one call, and no task.
 */
json_t *api_task(struct api *api, const char *method, json_t *params);
/* Waits for a task that was made otherwise, and destroys it; fails as it did. */
json_t *api_task_wait(struct api *api, const char *task);
/* Prints a bar, when there is somebody to see it. */
void progress_show(const char *what, double done);
void progress_end(void);

/* A connection of its own for a stream, with method and path?query; the session is added. */
struct link *api_stream(struct api *api, const char *method, const char *path, int64_t len);

/* A connection for a WebSocket, which is asked for; false with errno. The caller closes it. */
struct channel;
bool api_channel(struct api *api, const char *path, struct channel *c);

/* error.c: ends xe with the words of an error of the API. */
_Noreturn void error_fail(struct api *api, const json_t *error);
/* The words alone; NULL: that code is not known. The error's parameters replace $1, $2 ... */
char *error_words(const json_t *error);

#endif
