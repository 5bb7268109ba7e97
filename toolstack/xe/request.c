// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arguments, environment and ~/.xe.
 */
#include "xe/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "xe/die.h"

#define MAX_SETTINGS_FILE 4096
#define HTTPS_PORT        443

static void port_set(struct settings *s, const char *text)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);

	if (!*text || *end || port < 1 || port > 65535)
		request_wrong("'%s' is no port: 1 to 65535", text);
	s->port = port;
}

static void once(const char **field, const char *value)
{
	if (!*field)
		*field = value;
}

/* False: that is no setting of a server. */
static bool setting_set(struct settings *s, const char *key, const char *value)
{
	if (strcmp(key, "server") == 0)
		once(&s->server, value);
	else if (strcmp(key, "username") == 0)
		once(&s->user, value);
	else if (strcmp(key, "password") == 0)
		once(&s->password, value);
	else if (strcmp(key, "passwordfile") == 0)
		once(&s->password_file, value);
	else if (strcmp(key, "fingerprint") == 0)
		once(&s->fingerprint, value);
	else if (strcmp(key, "port") == 0 && s->port)
		return true;
	else if (strcmp(key, "port") == 0)
		port_set(s, value);
	else if (strcmp(key, "nossl-verify") == 0 || strcmp(key, "no-ssl-verify") == 0)
		s->no_verify = strcmp(value, "false") != 0;
	else
		return false;
	return true;
}

void settings_add(struct settings *s, const char *text)
{
	char *copy = strdup(text), *at = copy, *item;

	if (!copy || s->nr_texts == sizeof(s->texts) / sizeof(s->texts[0]))
		die_memory();
	s->texts[s->nr_texts++] = copy;
	while ((item = strsep(&at, ",\n"))) {
		char *value = strchr(item, '=');

		item += strspn(item, " \t\r");
		if (!*item || *item == '#')
			continue;
		if (!value)
			request_wrong("'%s' is no setting: server=, port=, username=, password=, "
				      "passwordfile=, fingerprint=",
				      item);
		*value++ = '\0';
		value[strcspn(value, "\r")] = '\0';
		if (!setting_set(s, item, value))
			request_wrong("there is no setting '%s'", item);
	}
}

bool settings_local(const struct settings *s)
{
	return !s->server || s->server[0] == '/';
}

void request_put(struct request *r, const char *key, const char *value)
{
	if (r->nr == MAX_PARAMS)
		request_wrong("too many parameters: %d are the most", MAX_PARAMS);
	r->params[r->nr++] = (struct param){ .key = key, .value = value };
}

/* key=value or --flag. */
static void param_add(struct request *r, struct settings *s, char *text)
{
	bool flag = strncmp(text, "--", 2) == 0;
	char *key = flag ? text + 2 : text, *value = strchr(key, '=');

	if (value)
		*value++ = '\0';
	else if (flag)
		value = "true";
	if (!value || !*key)
		request_wrong("'%s' is no parameter: NAME=VALUE or --FLAG", text);
	if (flag && setting_set(s, key, value))
		return;
	request_put(r, key, value);
}

/* -s, -p, -u, -pw and -pwf take what follows. False: it is none of them. */
static bool option_take(struct settings *s, const char *option, const char *value)
{
	static const struct {
		const char *option, *setting;
	} options[] = {
		{ "-s", "server" },   { "-h", "server" },    { "-p", "port" },
		{ "-u", "username" }, { "-pw", "password" }, { "-pwf", "passwordfile" },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (strcmp(option, options[i].option) != 0)
			continue;
		if (!value)
			request_wrong("%s needs a value", option);
		setting_set(s, options[i].setting, value);
		return true;
	}
	return false;
}

static void settings_read_file(struct settings *s)
{
	const char *home = getenv("HOME");
	struct buf text = { 0 };
	char path[512];

	if (!home || snprintf(path, sizeof(path), "%s/.xe", home) >= (int)sizeof(path))
		return;
	if (buf_read_file(&text, path, MAX_SETTINGS_FILE) < 0) {
		if (errno != ENOENT)
			request_wrong("%s: %s", path, strerror(errno));
	} else if (text.data) {
		settings_add(s, text.data);
	}
	buf_free(&text);
}

void request_parse(struct request *r, struct settings *s, int argc, char **argv)
{
	const char *extra = getenv("XE_EXTRA_ARGS");

	for (int i = 1; i < argc; i++) {
		if (option_take(s, argv[i], argv[i + 1]))
			i++;
		else if (!r->command && argv[i][0] != '-' && !strchr(argv[i], '='))
			r->command = argv[i];
		/* xe help vm-start */
		else if (r->command && argv[i][0] != '-' && !strchr(argv[i], '='))
			request_put(r, "", argv[i]);
		else
			param_add(r, s, argv[i]);
	}
	if (extra)
		settings_add(s, extra);
	settings_read_file(s);
	if (!s->user)
		s->user = "root";
	if (!s->port)
		s->port = HTTPS_PORT;
}

const char *request_get(struct request *r, const char *key)
{
	const char *value = NULL;

	for (size_t i = 0; i < r->nr; i++) {
		if (strcmp(r->params[i].key, key) == 0) {
			r->params[i].used = true;
			value = r->params[i].value;
		}
	}
	return value;
}

const char *request_need(struct request *r, const char *key)
{
	const char *value = request_get(r, key);

	if (!value)
		request_wrong("%s: the parameter %s= is missing; see: xe help %s", r->command, key,
			      r->command);
	return value;
}

bool request_flag(struct request *r, const char *key)
{
	const char *value = request_get(r, key);

	if (!value || strcmp(value, "false") == 0 || strcmp(value, "0") == 0)
		return false;
	if (strcmp(value, "true") != 0 && strcmp(value, "1") != 0)
		request_wrong("%s=%s: expected true or false", key, value);
	return true;
}

void request_rename(struct request *r, const char *from, const char *to)
{
	for (size_t i = 0; i < r->nr; i++) {
		if (strcmp(r->params[i].key, to) == 0)
			return;
	}
	for (size_t i = 0; i < r->nr; i++) {
		if (strcmp(r->params[i].key, from) == 0)
			r->params[i].key = to;
	}
}

void request_finish(const struct request *r)
{
	for (size_t i = 0; i < r->nr; i++) {
		if (!r->params[i].used)
			request_wrong("%s: unknown parameter '%s'; see: xe help %s", r->command,
				      *r->params[i].key ? r->params[i].key : r->params[i].value,
				      r->command);
	}
}
