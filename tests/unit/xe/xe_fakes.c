// SPDX-License-Identifier: GPL-2.0-or-later
#include "xe_fakes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xe/console.h"
#include "xe/die.h"

/* xe ends after a command: it keeps what it has, and a refusal frees nothing. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

jmp_buf fake_end;
int fake_status;
char fake_words[4096];

void die(int status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(fake_words, sizeof(fake_words), fmt, args);
	va_end(args);
	fake_status = status;
	longjmp(fake_end, 1);
}

void die_memory(void)
{
	abort();
}

void die_undo(void (*undo)(const char *ref), const char *ref)
{
}

/* ---- the API --------------------------------------------------------------------------------- */

struct api;

static json_t *answers;
static char calls[8192];

void fake_answer(const char *method, json_t *answer)
{
	if (!answers)
		answers = json_object();
	json_object_set_new(answers, method, answer);
}

const char *fake_calls(void)
{
	return calls;
}

void fake_reset(void)
{
	json_decref(answers);
	answers = NULL;
	calls[0] = '\0';
}

json_t *api_try(struct api *api, const char *method, json_t *params, json_t **error)
{
	char *text = json_dumps(params, JSON_COMPACT);
	json_t *answer = json_object_get(answers, method);
	size_t used = strlen(calls);

	snprintf(calls + used, sizeof(calls) - used, "%s %s\n", method, text);
	free(text);
	json_decref(params);
	*error = answer ? NULL : json_pack("[ss]", "MESSAGE_METHOD_UNKNOWN", method);
	return json_incref(answer);
}

void api_session_set(struct api *api, const char *key, const char *value)
{
	size_t used = strlen(calls);

	snprintf(calls + used, sizeof(calls) - used, "session %s=%s\n", key, value);
}

json_t *api_call(struct api *api, const char *method, json_t *params)
{
	json_t *error, *answer = api_try(api, method, params, &error);

	if (!answer) {
		json_decref(error);
		die(EXIT_REFUSED, "%s: no answer", method);
	}
	return answer;
}

json_t *api_task_wait(struct api *api, const char *task)
{
	return json_string(task);
}

json_t *api_task(struct api *api, const char *method, json_t *params)
{
	return api_call(api, method, params);
}

void api_close(struct api *api)
{
}

void stream_download(struct api *api, const char *path, const char *file)
{
}

/* What a host says of its figures, and one that lies: shorter rows than there are names. */
json_t *stream_json(struct api *api, const char *path)
{
	return json_pack("{s:{s:[ssi]}, s:[{s:[s]}, {s:[f, f]}, s]}", "meta", "legend",
			 "AVERAGE:host:UUID:cpu0", "AVERAGE:vm:UUID:memory", 7, "data", "values",
			 "NaN", "values", 0.5, 1024.0, "x");
}

json_t *stream_upload(struct api *api, const char *path, const char *file)
{
	return json_string("");
}

/* ---- what is printed ------------------------------------------------------------------------- */

static FILE *kept;
static int before;

void fake_print(void)
{
	fflush(stdout);
	kept = tmpfile();
	before = dup(STDOUT_FILENO);
	dup2(fileno(kept), STDOUT_FILENO);
}

const char *fake_printed(void)
{
	static char text[65536];
	size_t n;

	fflush(stdout);
	dup2(before, STDOUT_FILENO);
	close(before);
	rewind(kept);
	n = fread(text, 1, sizeof(text) - 1, kept);
	text[n] = '\0';
	fclose(kept);
	return text;
}

void console_show(struct api *api, const char *vm)
{
}
