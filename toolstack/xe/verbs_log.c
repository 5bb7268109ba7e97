// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's log: what it says, who says it, and where it goes as well; who did what.
 */
#include <stdio.h>
#include <string.h>

#include "xe/die.h"
#include "xe/text.h"
#include "xe/verbs.h"

#define WORDS_BEFORE 5 /* month, day, time, host, facility.level */
#define KEYS         64
#define KEY_LEN      40

/* Who says a line: "... daemon.notice apid[7]: text". */
static void key_of(const char *line, char key[KEY_LEN])
{
	size_t left = strcspn(line, "\n");
	const char *end = line + left;

	for (int i = 0; i < WORDS_BEFORE; i++) {
		while (line < end && *line != ' ')
			line++;
		while (line < end && *line == ' ')
			line++;
	}
	left = strcspn(line, "[: \n");
	snprintf(key, KEY_LEN, "%.*s", (int)(left < KEY_LEN ? left : 0), line < end ? line : "");
}

static json_t *log_read(struct api *api, struct request *r)
{
	json_t *found = objects_selected(api, kind_find("host"), r, false, true), *text;

	request_finish(r);
	text = api_call(api, "host.get_log",
			json_pack("[s]", json_object_iter_key(json_object_iter(found))));
	json_decref(found);
	return text;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

static void log_get(struct api *api, struct request *r)
{
	const char *wanted = request_get(r, "key"), *line;
	json_t *text = log_read(api, r);
	char key[KEY_LEN];

	for (line = json_string_value(text) ?: ""; *line; line = next_line(line)) {
		key_of(line, key);
		if (!wanted || strcmp(wanted, key) == 0)
			printf("%.*s\n", (int)strcspn(line, "\n"), line);
	}
	json_decref(text);
}

static void log_get_keys(struct api *api, struct request *r)
{
	static char keys[KEYS][KEY_LEN];
	json_t *text = log_read(api, r);
	const char *line;
	size_t nr = 0, i;

	for (line = json_string_value(text) ?: ""; *line && nr < KEYS; line = next_line(line)) {
		key_of(line, keys[nr]);
		for (i = 0; i < nr && strcmp(keys[i], keys[nr]) != 0; i++)
			;
		if (i == nr && keys[nr][0])
			printf("%s\n", keys[nr++]);
	}
	json_decref(text);
}

static void log_set_output(struct api *api, struct request *r)
{
	const char *output = request_need(r, "output"), *host = object_master(api);

	request_finish(r);
	if (strncmp(output, "syslog:", 7) != 0 && strcmp(output, "nil") != 0)
		request_wrong("output=%s: expected syslog:HOST or syslog:HOST:PORT, or nil: only "
			      "the host itself",
			      output);
	json_decref(api_call(api, "host.remove_from_logging",
			     json_pack("[ss]", host, "syslog_destination")));
	if (*output == 's')
		json_decref(api_call(api, "host.add_to_logging",
				     json_pack("[sss]", host, "syslog_destination",
					       output + strlen("syslog:"))));
	json_decref(api_call(api, "host.syslog_reconfigure", json_pack("[s]", host)));
}

static const char *word_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text && *text ? text : "-";
}

/* As lines of the file are, the newest last. */
static void audit_log_get(struct api *api, struct request *r)
{
	const char *search = request_get(r, "search"), *limit = request_get(r, "limit");
	json_t *words = json_array(), *rows;
	int64_t most = 100;

	request_finish(r);
	if (limit && !size_parse(limit, &most))
		request_wrong("limit=%s: expected a number", limit);
	if (search)
		json_array_append_new(words, json_string(search));
	rows = api_call(api, "host.get_audit_log",
			json_pack("[soiI]", object_master(api), words, 0, (json_int_t)most));
	for (size_t i = json_array_size(rows); i > 0; i--) {
		const json_t *row = json_array_get(rows, i - 1);

		printf("%s %s@%s %s %s: %s\n", word_of(row, "time"), word_of(row, "user"),
		       word_of(row, "address"), word_of(row, "method"), word_of(row, "object"),
		       word_of(row, "result"));
	}
	json_decref(rows);
}

const struct verb log_verbs[] = {
	{ "audit-log-get", NULL, NULL, NULL, "[search=] [limit=100]",
	  "who did what, the newest last; search: what has that word", audit_log_get, false },
	{ "log-get", NULL, NULL, NULL, "[key=]", "the newest of the host's log; key: who says it",
	  log_get, false },
	{ "log-get-keys", NULL, NULL, NULL, "", "who says something in the log", log_get_keys,
	  false },
	{ "log-set-output", NULL, NULL, NULL, "output=",
	  "where the log goes as well: syslog:HOST[:PORT], or nil", log_set_output, false },
	{ "log-reopen", "host", "host.syslog_reconfigure", NULL, "",
	  "the log is begun anew, where its settings say", NULL, true },
	{ 0 },
};
