// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The management API, for the daemons that are clients of it on this host: over its local socket,
 * one call after the other.
 */
#ifndef API_API_H
#define API_API_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/bytes.h"

#define API_REF    64

#define API_SOCKET "/run/socle/api.sock"

struct api {
	const char *socket;
	char session[API_REF];
	/* To whom we call for: when it ends, so does waiting for an answer. 0: nobody. */
	int client;
	/* Of the last call that failed: a code and its parameters; never NULL then. */
	json_t *error;
};

/*
 * With a name and a password in place of a session; root of this machine needs no password. client:
 * what we call ourselves. False: see error.
 */
bool api_login(struct api *api, const char *name, const char *password, const char *client);
void api_logout(struct api *api);
/*
 * Class.method with the session and params, an array that it consumes. A new reference; NULL: see
 * error.
 */
json_t *api_call(struct api *api, const char *method, json_t *params);
/* The same for its effect. */
bool api_do(struct api *api, const char *method, json_t *params);
/* The error's code and parameters as words, appended to text. */
void api_error_words(const struct api *api, struct buf *text);
/* A code of the API and its parameters as the error; ends with NULL. Always -1. */
int api_fail(struct api *api, const char *code, ...) __attribute__((sentinel));

#endif
