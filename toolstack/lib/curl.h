// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How curl is called: each request says which protocols it may use, how often it may be sent on,
 * how long it may take and how much it may bring. As arguments, or as a configuration, where
 * arguments could be seen by others or are too many. Whoever runs it says as whom.
 */
#ifndef TOOLSTACK_CURL_H
#define TOOLSTACK_CURL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"

#define CURL_ARGS    40
#define CURL_NUMBERS 8

/* What is 0 or NULL is not said: curl's own default holds. Only protocols has to be there. */
struct curl_rules {
	const char *protocols;        /* "=http,https": only these, also where it is sent on */
	const char *agent;            /* what it calls itself */
	unsigned int redirects;       /* so often it may be sent on; 0: never */
	unsigned int connect_seconds; /* until it is connected */
	unsigned int slow, slow_for; /* fewer bytes a second than that for so many seconds end it */
	unsigned int seconds;        /* for all of it */
	unsigned long long size_max; /* bytes, where the server says how many there are */
	bool errors_fail;            /* what the server calls an error is one, and brings nothing */
	bool bar;                    /* it shows how far it is, instead of nothing but errors */
};

struct curl_args {
	const char *argv[CURL_ARGS];
	unsigned int nr;
	char numbers[CURL_NUMBERS][24];
	unsigned int numbers_nr;
};

/* Arguments for that program. They hold what they were given, for as long as a is used. */
void curl_args(struct curl_args *a, const char *program, const struct curl_rules *rules);
/* One more; value may be NULL. Options begin with two dashes. */
void curl_arg(struct curl_args *a, const char *option, const char *value);
/* The last one: nothing in url is taken for an option or for a pattern. To be executed. */
const char *const *curl_args_url(struct curl_args *a, const char *url);

/* The same as lines of a configuration; what one has for several URLs begins with each again. */
void curl_config(struct buf *config, const struct curl_rules *rules, const char *url);
/* A line of it: option = "value", without dashes; value may be NULL. */
void curl_option(struct buf *config, const char *option, const char *value);

#endif
