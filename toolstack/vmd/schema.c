// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One function for each type. jansson has seen to UTF-8, to numbers that fit, and to there being no
 * zero bytes in strings.
 */
#include "vmd/schema.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "devices/disk_vdev.h"
#include "lib/ip.h"
#include "lib/uuid.h"

#define DEPTH 32 /* no table is as deep; jansson's own limit is for large stacks */

static int refuse(struct refusal *r, const char *code, const char *name, const char *value,
		  const char *what)
{
	r->code = code;
	snprintf(r->params[0], sizeof(r->params[0]), "%s", name);
	snprintf(r->params[1], sizeof(r->params[1]), "%.60s", value);
	return reason_set(&r->why, "%s: %s", name, what);
}

static int wrong_type(struct refusal *r, const struct arg *a, const char *expected)
{
	return refuse(r, "FIELD_TYPE_ERROR", a->name, "", expected);
}

static int wrong_value(struct refusal *r, const struct arg *a, const char *value,
		       const char *expected)
{
	return refuse(r, "INVALID_VALUE", a->name, value, expected);
}

bool path_is_below(const char *path, const char *const *folders)
{
	const char *at;

	/* "..", and what is empty or ".", so that one file has one name. */
	for (at = path; (at = strchr(at, '/')); at++)
		if (at[1] == '/' || at[1] == '\0' || strncmp(at, "/./", 3) == 0 ||
		    strcmp(at, "/.") == 0 || strncmp(at, "/../", 4) == 0 || strcmp(at, "/..") == 0)
			return false;
	for (size_t i = 0; folders[i]; i++)
		if (strncmp(path, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

static int check_string(const struct arg *a, const char *s, struct refusal *r)
{
	size_t len = strlen(s);
	char expected[80];

	for (const char *c = s; *c; c++) {
		bool plain = a->type == ARG_TEXT && (*c == '\n' || *c == '\t');

		if (((unsigned char)*c < 0x20 || *c == 0x7f) && !plain)
			return wrong_value(r, a, "", "has control characters");
	}
	if (len >= a->min && len <= a->max)
		return 0;
	snprintf(expected, sizeof(expected), "%zu bytes long, expected %llu to %llu", len,
		 (unsigned long long)a->min, (unsigned long long)a->max);
	return wrong_value(r, a, s, expected);
}

/* What can stand in any text of ours without being taken for something else. */
static int check_name(const struct arg *a, const char *s, struct refusal *r)
{
	for (const char *c = s; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-+:@/", *c))
			return wrong_value(r, a, s, "expected letters, digits and . _ - + : @ /");
	return check_string(a, s, r);
}

static int check_number(const struct arg *a, const json_t *v, struct refusal *r)
{
	char text[24], expected[80];
	json_int_t n;

	if (!json_is_integer(v))
		return wrong_type(r, a, "expected an integer");
	n = json_integer_value(v);
	if (n >= 0 && (uint64_t)n >= a->min && (uint64_t)n <= a->max)
		return 0;
	snprintf(text, sizeof(text), "%lld", (long long)n);
	snprintf(expected, sizeof(expected), "is %lld, expected %llu to %llu", (long long)n,
		 (unsigned long long)a->min, (unsigned long long)a->max);
	return wrong_value(r, a, text, expected);
}

static bool uuid_is(const char *s)
{
	uint8_t uuid[16];
	char again[UUID_TEXT];

	if (!uuid_parse(s, uuid))
		return false;
	uuid_format(uuid, again);
	return strcmp(s, again) == 0;
}

/* The names that any guest knows, and not all that xl would take. */
static bool device_is(const char *s)
{
	uint32_t number;

	return strlen(s) == 4 && strncmp(s, "xvd", 3) == 0 && islower((unsigned char)s[3]) &&
	       disk_vdev_parse(s, &number);
}

static int check_word(const struct arg *a, const char *s, struct refusal *r)
{
	struct buf expected = { 0 };

	for (size_t i = 0; a->words[i]; i++) {
		if (strcmp(s, a->words[i]) == 0) {
			buf_free(&expected);
			return 0;
		}
		buf_printf(&expected, "%s%s", i ? ", " : "expected one of ", a->words[i]);
	}
	wrong_value(r, a, s, expected.data ? expected.data : "no such word");
	buf_free(&expected);
	return -1;
}

static int check_text(const struct arg *a, const json_t *v, struct refusal *r)
{
	const char *s = json_string_value(v);
	uint8_t mac[6];

	if (!s)
		return wrong_type(r, a, "expected a string");
	switch (a->type) {
	case ARG_UUID:
		return uuid_is(s) ? 0 : wrong_value(r, a, s, "expected a UUID in lower case");
	case ARG_MAC: return mac_parse(s, mac) ? 0 : wrong_value(r, a, s, "expected a MAC address");
	case ARG_DEVICE: return device_is(s) ? 0 : wrong_value(r, a, s, "expected xvda, xvdb, ...");
	case ARG_WORD: return check_word(a, s, r);
	case ARG_NAME: return check_name(a, s, r);
	case ARG_PATH:
		if (strlen(s) <= PATH_LENGTH && path_is_below(s, a->words))
			return 0;
		return wrong_value(r, a, s, "is no path below a folder that is meant for this");
	default: return check_string(a, s, r);
	}
}

static int check_value(const struct arg *a, const json_t *v, struct refusal *r);

static int check_list(const struct arg *a, const json_t *v, struct refusal *r)
{
	size_t nr = json_array_size(v);
	char text[24];

	if (!json_is_array(v))
		return wrong_type(r, a, "expected a list");
	snprintf(text, sizeof(text), "%zu", nr);
	if (nr < a->min || nr > a->max)
		return wrong_value(r, a, text, "too few or too many elements");
	for (size_t i = 0; i < nr; i++)
		if (check_value(a->parts, json_array_get(v, i), r) < 0)
			return -1;
	return 0;
}

static int check_value(const struct arg *a, const json_t *v, struct refusal *r)
{
	switch (a->type) {
	case ARG_BOOL: return json_is_boolean(v) ? 0 : wrong_type(r, a, "expected true or false");
	case ARG_NUMBER: return check_number(a, v, r);
	case ARG_LIST: return check_list(a, v, r);
	case ARG_OBJECT:
		if (!json_is_object(v))
			return wrong_type(r, a, "expected an object");
		return args_check(a->parts, v, r);
	default: return check_text(a, v, r);
	}
}

static bool is_known(const struct arg *table, const char *name)
{
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
			return true;
	return false;
}

int args_check(const struct arg *table, const json_t *args, struct refusal *r)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)args, name, value) if (!is_known(table, name)) return refuse(
		r, "INVALID_VALUE", name, "unknown", "unknown argument");
	for (; table->name; table++) {
		value = json_object_get(args, table->name);
		if (!value && !table->optional)
			return refuse(r, "INVALID_VALUE", table->name, "missing",
				      "missing argument");
		if (value && check_value(table, value, r) < 0)
			return -1;
	}
	return 0;
}

/* --- requests --------------------------------------------------------------------------------- */

/* Brackets outside of strings: jansson's recursion is bounded by what this lets through. */
static bool is_shallow(struct bytes text)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = (char)text.data[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			depth++;
		else if (!quoted && (c == '}' || c == ']'))
			depth--;
		if (depth > DEPTH)
			return false;
	}
	return true;
}

static int take_parts(json_t *message, char verb[32], json_t **args, struct refusal *r)
{
	static const struct arg none = ARGS_END;
	static const struct arg request[] = {
		ARG("verb", LINE, .min = 1, .max = 31),
		ARG("args", OBJECT, .optional = true, .parts = &none),
		ARGS_END,
	};
	json_t *given = json_object_get(message, "args");

	/* What is in them is the verb's to say. */
	if (given && !json_is_object(given))
		return wrong_type(r, &request[1], "expected an object");
	json_incref(given);
	json_object_del(message, "args");
	if (args_check(request, message, r) < 0) {
		json_decref(given);
		return -1;
	}
	strcpy(verb, json_string_value(json_object_get(message, "verb")));
	*args = given;
	return 0;
}

int request_parse(struct bytes text, char verb[32], json_t **args, struct refusal *r)
{
	json_error_t error;
	json_t *message;
	int rc;

	*args = NULL;
	if (!is_shallow(text))
		return refuse(r, "INVALID_VALUE", "message", "", "nested too deeply");
	message = json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(message)) {
		json_decref(message);
		return refuse(r, "INVALID_VALUE", "message", "",
			      message ? "no object" : error.text);
	}
	rc = take_parts(message, verb, args, r);
	json_decref(message);
	return rc;
}

/* --- for people ------------------------------------------------------------------------------- */

static void print_words(const char *const *words, const char *between, struct buf *out)
{
	for (size_t i = 0; words[i]; i++)
		buf_printf(out, "%s%s", i ? between : "", words[i]);
}

static void print_type(const struct arg *a, struct buf *out)
{
	static const char *const names[] = {
		[ARG_BOOL] = "true|false",   [ARG_UUID] = "uuid", [ARG_LINE] = "line",
		[ARG_NAME] = "name",         [ARG_TEXT] = "text", [ARG_MAC] = "mac",
		[ARG_DEVICE] = "xvda..xvdp",
	};

	switch (a->type) {
	case ARG_NUMBER:
		buf_printf(out, "%llu..%llu", (unsigned long long)a->min,
			   (unsigned long long)a->max);
		break;
	case ARG_LINE:
	case ARG_NAME:
	case ARG_TEXT:
		buf_printf(out, "%s %llu..%llu", names[a->type], (unsigned long long)a->min,
			   (unsigned long long)a->max);
		break;
	case ARG_WORD: print_words(a->words, "|", out); break;
	case ARG_PATH:
		buf_printf(out, "path below ");
		print_words(a->words, " or ", out);
		break;
	case ARG_LIST:
		buf_printf(out, "[");
		print_type(a->parts, out);
		buf_printf(out, "] %llu..%llu", (unsigned long long)a->min,
			   (unsigned long long)a->max);
		break;
	case ARG_OBJECT: args_print(a->parts, out); break;
	default: buf_printf(out, "%s", names[a->type]); break;
	}
}

void args_print(const struct arg *table, struct buf *out)
{
	buf_printf(out, "{");
	for (const struct arg *a = table; a->name; a++) {
		buf_printf(out, "%s%s%s: ", a == table ? "" : ", ", a->name,
			   a->optional ? "?" : "");
		print_type(a, out);
	}
	buf_printf(out, "}");
}
