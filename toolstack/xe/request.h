// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the user has asked for: xe COMMAND [--flags] [name=value ...], and where the server is.
 */
#ifndef XE_REQUEST_H
#define XE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#define MAX_PARAMS 128

struct param {
	const char *key, *value;
	bool used;
};

struct request {
	const char *command; /* NULL: none was given */
	struct param params[MAX_PARAMS];
	size_t nr;
};

struct settings {
	const char *server; /* NULL: this host; "/..." is the folder of its sockets */
	const char *user, *password, *password_file;
	const char *fingerprint; /* the only one that is accepted */
	unsigned int port;
	bool no_verify;
	char *texts[4]; /* that they point into */
	size_t nr_texts;
};

/* The end of a command that was written wrong; does not return. */
#define request_wrong(...) die(EXIT_USAGE, __VA_ARGS__)

/* From argv and, where that says nothing, XE_EXTRA_ARGS, then ~/.xe. */
void request_parse(struct request *r, struct settings *s, int argc, char **argv);
/* "key=value,key=value" or one on each line; what is set already stays. */
void settings_add(struct settings *s, const char *text);

/* The host is this one, and known by a socket. */
bool settings_local(const struct settings *s);

/* All mark what they find as used. NULL: it was not given. */
const char *request_get(struct request *r, const char *key);
/* Fails with words when it is missing. */
const char *request_need(struct request *r, const char *key);
bool request_flag(struct request *r, const char *key);
/* Under another name, for older forms: unless there is one of the new name already. */
void request_rename(struct request *r, const char *from, const char *to);
void request_put(struct request *r, const char *key, const char *value);
/* Fails when one was given that nobody has asked for. */
void request_finish(const struct request *r);

#endif
