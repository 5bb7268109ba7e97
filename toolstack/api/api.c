// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON-RPC in SCGI: a connection for each call, which the daemon closes behind its answer.
 */
#include "api/api.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/write_all.h"

#define ANSWER_MAX     (64u << 20)
#define ANSWER_SECONDS 600 /* a disk may take that long to be made */

int api_fail(struct api *api, const char *code, ...)
{
	va_list words;

	json_decref(api->error);
	api->error = json_pack("[s]", code);
	va_start(words, code);
	for (const char *word; (word = va_arg(words, const char *));)
		json_array_append_new(api->error, json_string(word));
	va_end(words);
	return -1;
}

void api_error_words(const struct api *api, struct buf *text)
{
	json_t *word;
	size_t i;

	json_array_foreach(api->error, i, word)
		buf_printf(text, "%s%s", i ? " " : "", json_string_value(word));
}

static int connect_to(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void header_put(struct buf *headers, const char *name, const char *value)
{
	buf_append(headers, name, strlen(name) + 1);
	buf_append(headers, value, strlen(value) + 1);
}

static void request_put(struct buf *request, const char *body)
{
	struct buf headers = { 0 };
	char len[24];

	snprintf(len, sizeof(len), "%zu", strlen(body));
	header_put(&headers, "CONTENT_LENGTH", len);
	header_put(&headers, "SCGI", "1");
	header_put(&headers, "REQUEST_METHOD", "POST");
	header_put(&headers, "REQUEST_URI", "/jsonrpc");
	buf_printf(request, "%zu:", headers.len);
	buf_append(request, headers.data, headers.len);
	buf_printf(request, ",%s", body);
	request->failed |= headers.failed;
	buf_free(&headers);
}

/* False: too late, or nobody waits for it any more. */
static bool answer_wait(const struct api *api, int fd)
{
	struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
			       { .fd = api->client ? api->client : -1, .events = POLLRDHUP } };
	int n;

	do
		n = poll(p, 2, ANSWER_SECONDS * 1000);
	while (n < 0 && errno == EINTR);
	return n > 0 && !p[1].revents;
}

static bool receive_all(const struct api *api, int fd, struct buf *answer)
{
	char part[16384];
	ssize_t n;

	for (;;) {
		if (!answer_wait(api, fd))
			return false;
		n = recv(fd, part, sizeof(part), 0);
		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			return false;
		buf_append(answer, part, n > 0 ? (size_t)n : 0);
		if (answer->failed || answer->len > ANSWER_MAX)
			return false;
	}
	return answer->len > 0;
}

/* The body of the daemon's answer; NULL: there was none. */
static json_t *exchange(const struct api *api, const char *body)
{
	struct buf request = { 0 }, answer = { 0 };
	json_t *parsed = NULL;
	const char *at;
	int fd = connect_to(api->socket);

	request_put(&request, body);
	if (fd >= 0 && !request.failed && write_all(fd, request.data, request.len) == 0 &&
	    receive_all(api, fd, &answer) && (at = strstr(answer.data, "\r\n\r\n")))
		parsed = json_loads(at + 4, 0, NULL);
	if (fd >= 0)
		close(fd);
	buf_free(&request);
	buf_free(&answer);
	return parsed;
}

/* Version 2: an error has the code as its message, and the parameters as its data. */
static json_t *result_take(struct api *api, json_t *answer)
{
	json_t *result = json_object_get(answer, "result");
	json_t *error = json_object_get(answer, "error");
	const char *code = json_string_value(json_object_get(error, "message"));
	json_t *params = json_object_get(error, "data");

	if (result && !code)
		return json_incref(result);
	api_fail(api, code ? code : "INTERNAL_ERROR",
		 code ? NULL : "the management daemon does not answer", NULL);
	if (json_is_array(params))
		json_array_extend(api->error, params);
	return NULL;
}

static json_t *call(struct api *api, const char *method, json_t *params)
{
	json_t *request = json_pack("{ss,ss,si,so}", "jsonrpc", "2.0", "method", method, "id", 1,
				    "params", params);
	char *body = request ? json_dumps(request, JSON_COMPACT) : NULL;
	json_t *answer = body ? exchange(api, body) : NULL;
	json_t *result = result_take(api, answer);

	json_decref(answer);
	json_decref(request);
	free(body);
	return result;
}

json_t *api_call(struct api *api, const char *method, json_t *params)
{
	json_array_insert_new(params, 0, json_string(api->session));
	return call(api, method, params);
}

bool api_do(struct api *api, const char *method, json_t *params)
{
	json_t *result = api_call(api, method, params);

	json_decref(result);
	return result != NULL;
}

bool api_login(struct api *api, const char *name, const char *password, const char *client)
{
	json_t *session = call(api, "session.login_with_password",
			       json_pack("[ssss]", name, password, "1.0", client));

	if (session)
		snprintf(api->session, sizeof(api->session), "%s", json_string_value(session));
	json_decref(session);
	return session != NULL;
}

void api_logout(struct api *api)
{
	api_do(api, "session.logout", json_array());
}
