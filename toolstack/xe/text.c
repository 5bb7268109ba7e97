// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From text to values.
 */
#include "xe/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/value.h"
#include "xe/die.h"

bool size_parse(const char *text, int64_t *bytes)
{
	static const char *const units[] = { "", "KiB", "MiB", "GiB", "TiB" };
	char *end;
	int64_t n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (end == text || errno)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t unit = (int64_t)1 << 10 * i;

		if (strcasecmp(end, units[i]) == 0)
			return !__builtin_mul_overflow(n, unit, bytes);
	}
	return false;
}

/* A kind whose objects are those of a class, to be named by people. */
static const struct kind *kind_of_class(const char *class)
{
	static struct kind k;
	const struct kind *at;

	for (size_t i = 0; (at = kind_at(i)); i++) {
		if (strcmp(at->class, class) != 0)
			continue;
		/* Templates and snapshots are meant, too. */
		k = *at;
		k.is = NULL;
		return &k;
	}
	return NULL;
}

/* "UUID,UUID". */
static json_t *refs_value(struct api *api, const struct model_type *type, const char *key,
			  const char *text)
{
	char *copy = strdup(text), *at = copy, *item;
	json_t *all = json_array();

	if (!copy)
		die_memory();
	while (*text && (item = strsep(&at, ",")))
		json_array_append_new(all, text_value(api, type->element, key, item));
	free(copy);
	return all;
}

json_t *text_value(struct api *api, const struct model_type *type, const char *key,
		   const char *text)
{
	struct reason why = { "" };
	const struct kind *k;
	int64_t bytes;
	json_t *v;

	if (type->kind == MODEL_REF) {
		k = kind_of_class(type->name);
		if (!*text || !k)
			return json_string(MODEL_NULL_REF);
		return json_string(object_named(api, k, text));
	}
	if (type->kind == MODEL_SET && type->element->kind == MODEL_REF)
		return refs_value(api, type, key, text);
	if (type->kind == MODEL_INT && size_parse(text, &bytes))
		return json_integer(bytes);
	v = value_from_text(type, text, &why);
	/* An enum's names may be written in small letters. */
	for (size_t i = 0; !v && type->kind == MODEL_ENUM && type->names[i]; i++) {
		if (strcasecmp(type->names[i], text) == 0)
			v = json_string(type->names[i]);
	}
	if (!v)
		request_wrong("%s=%s: %s", key, text, why.text);
	return v;
}
