// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See curl.h. The rules are turned into options once; arguments and configurations differ only in
 * how an option is written.
 */
#include "lib/curl.h"

#include <stdio.h>
#include <stdlib.h>

/* One option, as an argument is written, with a text, with a number other than 0, or alone. */
typedef void put_option(void *to, const char *option, const char *text, unsigned long long number);

static void put_number(put_option *put, void *to, const char *option, unsigned long long number)
{
	if (number)
		put(to, option, NULL, number);
}

static void put_rules(put_option *put, void *to, const struct curl_rules *r)
{
	if (r->bar) {
		put(to, "--progress-bar", NULL, 0);
	} else {
		put(to, "--silent", NULL, 0);
		put(to, "--show-error", NULL, 0);
	}
	if (r->errors_fail)
		put(to, "--fail", NULL, 0);
	/* A URL is one URL, whatever brackets and braces it has. */
	put(to, "--globoff", NULL, 0);
	put(to, "--proto", r->protocols, 0);
	if (r->redirects)
		put(to, "--location", NULL, 0);
	put_number(put, to, "--max-redirs", r->redirects);
	put_number(put, to, "--connect-timeout", r->connect_seconds);
	put_number(put, to, "--speed-limit", r->slow);
	put_number(put, to, "--speed-time", r->slow_for);
	put_number(put, to, "--max-time", r->seconds);
	put_number(put, to, "--max-filesize", r->size_max);
	if (r->agent)
		put(to, "--user-agent", r->agent, 0);
}

/* ---- arguments --------------------------------------------------------------------------- */

/* So many places are kept for what comes behind it. */
static void arg_add(struct curl_args *a, const char *text, unsigned int keep)
{
	if (a->nr + keep >= CURL_ARGS)
		abort(); /* what this program itself asks for has no room */
	a->argv[a->nr++] = text;
}

void curl_arg(struct curl_args *a, const char *option, const char *value)
{
	arg_add(a, option, 3);
	if (value)
		arg_add(a, value, 3);
}

static void put_arg(void *to, const char *option, const char *text, unsigned long long number)
{
	struct curl_args *a = to;
	char *kept = a->numbers[a->numbers_nr];

	if (number) {
		snprintf(kept, sizeof(a->numbers[0]), "%llu", number);
		a->numbers_nr++;
	}
	curl_arg(a, option, number ? kept : text);
}

void curl_args(struct curl_args *a, const char *program, const struct curl_rules *rules)
{
	*a = (struct curl_args){ 0 };
	/* The first one, or a file of the user's has been read already. */
	curl_arg(a, program, "--disable");
	put_rules(put_arg, a, rules);
}

const char *const *curl_args_url(struct curl_args *a, const char *url)
{
	arg_add(a, "--", 2);
	arg_add(a, url, 1);
	return a->argv;
}

/* ---- a configuration --------------------------------------------------------------------- */

void curl_option(struct buf *config, const char *option, const char *value)
{
	buf_printf(config, "%s", option);
	if (value)
		buf_printf(config, " = \"");
	for (; value && *value; value++) {
		switch (*value) {
		case '\n': buf_printf(config, "\\n"); break;
		case '\r': buf_printf(config, "\\r"); break;
		case '\t': buf_printf(config, "\\t"); break;
		case '"':
		case '\\': buf_printf(config, "\\%c", *value); break;
		default: buf_append(config, value, 1);
		}
	}
	buf_printf(config, value ? "\"\n" : "\n");
}

static void put_line(void *to, const char *option, const char *text, unsigned long long number)
{
	if (number)
		buf_printf(to, "%s = %llu\n", option + 2, number);
	else
		curl_option(to, option + 2, text);
}

void curl_config(struct buf *config, const struct curl_rules *rules, const char *url)
{
	put_rules(put_line, config, rules);
	curl_option(config, "url", url);
}
