// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON-RPC in a session. The connection stays open between calls where the server allows it.
 */
#include "xe/api.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "xe/channel.h"
#include "xe/die.h"

#define MAX_ANSWER   (256 << 20)
#define MAX_PASSWORD 256

struct api {
	const struct settings *settings;
	struct link *link; /* NULL: the next call makes one */
	char *session;     /* NULL: not logged in */
	bool patient;      /* the answer may take as long as it wants */
};

/* ---- calls ----------------------------------------------------------------------------------- */

/* False: the connection had ended, as servers do with those that were idle. */
static bool exchange(struct api *api, const char *text, struct reply *r)
{
	size_t len = strlen(text);

	if (!api->link)
		api->link = link_open(api->settings, LOCAL_CALLS);
	if (api->patient)
		link_patience(api->link, 0);
	if (http_request(api->link, api->settings, "POST", "/jsonrpc", "application/json", len) &&
	    link_write(api->link, text, len) && http_reply(api->link, r))
		return true;
	link_close(api->link);
	api->link = NULL;
	return false;
}

static json_t *answer_read(struct api *api, struct reply *r)
{
	struct buf text = { 0 };
	json_error_t why;
	json_t *answer = NULL;

	if (!http_read_all(r, &text, MAX_ANSWER))
		die(EXIT_NO_HOST, "the host's answer was cut off");
	if (r->status == 503 || r->status == 502)
		die(EXIT_NO_HOST,
		    "the host's web server answers, but not its API (status %d); "
		    "it may be starting",
		    r->status);
	if (text.data)
		answer = json_loadb(text.data, text.len, 0, &why);
	buf_free(&text);
	if (!json_is_object(answer))
		die(EXIT_NO_HOST, "that is no answer of a XenAPI host (status %d)", r->status);
	if (r->last) {
		link_close(api->link);
		api->link = NULL;
	}
	return answer;
}

/* The whole answer to a call; params is consumed. */
static json_t *call(struct api *api, const char *method, json_t *params)
{
	json_t *request = json_pack("{s:s, s:s, s:o, s:i}", "jsonrpc", "2.0", "method", method,
				    "params", params, "id", 1);
	char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;
	bool again = api->link != NULL;
	struct reply r;

	if (!text)
		die_memory();
	/* Once more, and only on a connection that was idle: that call was not begun. */
	if (!exchange(api, text, &r) && (!again || !exchange(api, text, &r)))
		die(EXIT_NO_HOST, "the host does not answer: %s",
		    errno ? strerror(errno) : "the connection ended");
	free(text);
	json_decref(request);
	return answer_read(api, &r);
}

json_t *api_try(struct api *api, const char *method, json_t *params, json_t **error)
{
	json_t *answer, *result, *data;

	if (!params ||
	    (api->session && json_array_insert_new(params, 0, json_string(api->session)) < 0))
		die_memory();
	answer = call(api, method, params);
	result = json_incref(json_object_get(answer, "result"));
	*error = NULL;
	if (!result || json_object_get(answer, "error")) {
		data = json_object_get(json_object_get(answer, "error"), "data");
		*error = json_array();
		json_array_append(*error,
				  json_object_get(json_object_get(answer, "error"), "message"));
		json_array_extend(*error, data);
		json_decref(result);
		result = NULL;
	}
	json_decref(answer);
	return result;
}

json_t *api_call(struct api *api, const char *method, json_t *params)
{
	json_t *error, *result = api_try(api, method, params, &error);

	if (!result)
		error_fail(api, error);
	return result;
}

bool api_is_near(const struct api *api)
{
	return settings_local(api->settings);
}

json_t *api_call_patiently(struct api *api, const char *method, json_t *params)
{
	json_t *result;

	api->patient = true;
	result = api_call(api, method, params);
	api->patient = false;
	return result;
}

/* ---- the session ----------------------------------------------------------------------------- */

static char *password_file(const char *path)
{
	struct buf text = { 0 };

	if (buf_read_file(&text, path, MAX_PASSWORD) < 0)
		die(EXIT_USAGE, "%s: %s", path, strerror(errno));
	if (text.data)
		text.data[strcspn(text.data, "\r\n")] = '\0';
	return text.data ? text.data : strdup("");
}

static char *password_ask(const struct settings *s)
{
	struct termios old, quiet;
	char line[MAX_PASSWORD] = "";
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (fd < 0 || tcgetattr(fd, &old) < 0)
		die(EXIT_USAGE, "no password: -pw PASSWORD, -pwf FILE, or password= in ~/.xe");
	dprintf(fd, "Password of %s on %s: ", s->user, s->server);
	quiet = old;
	quiet.c_lflag &= ~ECHO;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	n = read(fd, line, sizeof(line) - 1);
	tcsetattr(fd, TCSAFLUSH, &old);
	dprintf(fd, "\n");
	close(fd);
	if (n <= 0)
		die(EXIT_USAGE, "no password");
	line[strcspn(line, "\r\n")] = '\0';
	return strdup(line);
}

/* On this host, root is known by the socket and needs none. */
static char *password_of(const struct settings *s)
{
	if (s->password)
		return strdup(s->password);
	if (s->password_file)
		return password_file(s->password_file);
	if (settings_local(s))
		return strdup("");
	return password_ask(s);
}

struct api *api_open(struct settings *s)
{
	struct api *api = calloc(1, sizeof(*api));
	json_t *error, *session;
	char *password;

	if (!api)
		die_memory();
	api->settings = s;
	/* Before the password is asked for: who does not answer needs none. */
	api->link = link_open(s, LOCAL_CALLS);
	password = password_of(s);
	session = api_try(api, "session.login_with_password",
			  json_pack("[ssss]", s->user, password ? password : "", "1.0", "xe"),
			  &error);
	free(password);
	if (!session && strcmp(json_string_value(json_array_get(error, 0)) ?: "",
			       "SESSION_AUTHENTICATION_FAILED") == 0)
		die(EXIT_LOGIN, "%s: wrong user name or password",
		    s->server ? s->server : "this host");
	if (!session)
		error_fail(api, error);
	api->session = strdup(json_string_value(session) ?: "");
	json_decref(session);
	return api;
}

/* On the host itself: whether it was done is of no interest, and nobody waits for it. */
static bool logout_left(struct api *api)
{
	char text[200];
	int len;

	if (!api_is_near(api) || api->link)
		return false;
	len = snprintf(text, sizeof(text),
		       "{\"jsonrpc\":\"2.0\",\"method\":\"session.logout\","
		       "\"params\":[\"%s\"],\"id\":1}",
		       api->session);
	if (len >= (int)sizeof(text))
		return false;
	api->link = link_open(api->settings, LOCAL_CALLS);
	return http_request(api->link, api->settings, "POST", "/jsonrpc", "application/json",
			    len) &&
	       link_write(api->link, text, len);
}

void api_close(struct api *api)
{
	json_t *error;

	if (!api)
		return;
	if (api->session && *api->session && !logout_left(api)) {
		json_decref(api_try(api, "session.logout", json_array(), &error));
		json_decref(error);
	}
	link_close(api->link);
	free(api->session);
	free(api);
}

void api_session_set(struct api *api, const char *key, const char *value)
{
	json_decref(api_call(api, "session.add_to_other_config",
			     json_pack("[s,s,s]", api->session, key, value)));
}

static void session_add(const struct api *api, const char *path, struct buf *full)
{
	buf_printf(full, "%s%csession_id=%s", path, strchr(path, '?') ? '&' : '?', api->session);
	if (full->failed)
		die_memory();
}

bool api_channel(struct api *api, const char *path, struct channel *c)
{
	struct link *l = link_open(api->settings, LOCAL_STREAMS);
	struct buf full = { 0 };
	bool asked;

	session_add(api, path, &full);
	asked = channel_ask(c, l, api->settings, full.data);
	buf_free(&full);
	return asked;
}

struct link *api_stream(struct api *api, const char *method, const char *path, int64_t len)
{
	struct link *l = link_open(api->settings, LOCAL_STREAMS);
	struct buf full = { 0 };

	session_add(api, path, &full);
	if (!http_request(l, api->settings, method, full.data, "application/octet-stream", len))
		die(EXIT_NO_HOST, "the connection ended: %s", strerror(errno));
	buf_free(&full);
	return l;
}
