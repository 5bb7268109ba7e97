// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The management API, as a client of it: over its local socket, with the session of whoever asked for
 * the stream. So what a stream may do, and what others see of it, is decided where all is decided.
 */
#ifndef TRANSFER_API_H
#define TRANSFER_API_H

#include <jansson.h>
#include <stdbool.h>

#define API_REF 64

struct api {
	const char *socket;
	char session[API_REF];
	json_t *error; /* of the last call that failed: a code and its parameters; never NULL then */
};

/* With a name and a password in place of a session. False: see error. */
bool api_login(struct api *api, const char *name, const char *password);
void api_logout(struct api *api);
/*
 * Class.method with the session and params, an array that it consumes. A new reference; NULL: see
 * error.
 */
json_t *api_call(struct api *api, const char *method, json_t *params);
/* The same for its effect. */
bool api_do(struct api *api, const char *method, json_t *params);
/* A code of the API and its parameters as the error; ends with NULL. Always -1. */
int api_fail(struct api *api, const char *code, ...) __attribute__((sentinel));

#endif
