// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the arguments of a verb may be, as tables, and the check of a message against them. A client
 * is not trusted: what passes has exactly the named arguments, each of its type and within its
 * bounds, so that verbs need not look again. Knows no verb. Fuzz entry point: request_parse().
 */
#ifndef VMD_SCHEMA_H
#define VMD_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/log.h"

#define MESSAGE_MAX (128 * 1024)
#define PATH_LENGTH 511

enum arg_type {
	ARG_BOOL,
	ARG_NUMBER, /* min to max */
	ARG_UUID,   /* lower case */
	ARG_LINE,   /* UTF-8 of min to max bytes, no control characters */
	ARG_TEXT,   /* the same, with line feeds and tabs */
	ARG_NAME,   /* of a thing: min to max letters, digits and . _ - + : @ / */
	ARG_WORD,   /* one of words */
	ARG_MAC,
	ARG_DEVICE, /* a disk's name in a guest: xvda to xvdp */
	ARG_PATH,   /* absolute, without "..", below one of the folders in words */
	ARG_LIST,   /* min to max elements, each as parts[0] says */
	ARG_OBJECT, /* members as parts says */
};

struct arg {
	const char *name; /* NULL ends a table */
	enum arg_type type;
	bool optional;
	uint64_t min, max;
	const char *const *words; /* ends with NULL */
	const struct arg *parts;
};

/* A row of such a table: ARG("size", NUMBER, .min = 1, .max = 10), ..., ARGS_END. */
#define ARG(name_, type_, ...)                                      \
	{                                                           \
		.name = (name_), .type = ARG_##type_, ##__VA_ARGS__ \
	}
#define ARGS_END             \
	{                    \
		.name = NULL \
	}

/* Why a message was refused: the words of an API error, and a text for people. */
struct refusal {
	const char *code;
	char params[2][64]; /* "": none */
	struct reason why;
};

/*
 * args is an object with what the table says and nothing else; NULL stands for an empty one.
 * Returns -1 with the refusal, which names the argument.
 */
int args_check(const struct arg *table, const json_t *args, struct refusal *r);

/* A request of any bytes: its verb and arguments (a new object, or NULL if it has none). */
int request_parse(struct bytes text, char verb[32], json_t **args, struct refusal *r);

/* A table as people read it: {uuid, name: line 1..255, disks?: [...]}. */
void args_print(const struct arg *table, struct buf *out);

/* Whether a path lies below one of these folders, and says so without detours. */
bool path_is_below(const char *path, const char *const *folders);

#endif
