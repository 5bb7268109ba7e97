// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hand-written parser: one cursor, one token of look-ahead (the next character). Every message
 * says where.
 */
#include "lib/config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_MAX_DEPTH 8
#define CONFIG_MAX_WORD  4096

struct parser {
	const char *at;
	const char *end;
	const char *source;
	unsigned int line;
	bool bare;
	struct reason *why;
};

static int parser_fail(struct parser *p, const char *expected)
{
	char word[32];
	size_t len = 0;

	while (p->at + len < p->end && len < sizeof(word) - 1 &&
	       isgraph((unsigned char)p->at[len])) {
		word[len] = p->at[len];
		len++;
	}
	word[len] = '\0';
	if (len)
		return reason_set(p->why, "%s:%u: expected %s, found \"%s\"", p->source, p->line,
				  expected, word);
	return reason_set(p->why, "%s:%u: expected %s, found the end of the %s", p->source, p->line,
			  expected, p->at < p->end ? "line" : "text");
}

static bool parser_peek(struct parser *p, char c)
{
	return p->at < p->end && *p->at == c;
}

/* Blanks and comments; with lines, also the ends of lines. */
static void parser_skip(struct parser *p, bool lines)
{
	for (; p->at < p->end; p->at++) {
		if (*p->at == '#') {
			while (p->at + 1 < p->end && p->at[1] != '\n')
				p->at++;
		} else if (*p->at == '\\' && p->at + 1 < p->end && p->at[1] == '\n') {
			p->line++;
			p->at++;
		} else if (*p->at == '\n') {
			if (!lines)
				return;
			p->line++;
		} else if (*p->at != ' ' && *p->at != '\t' && *p->at != '\r') {
			return;
		}
	}
}

static char *parser_copy(const char *from, size_t len)
{
	char *s = malloc(len + 1);

	if (s) {
		memcpy(s, from, len);
		s[len] = '\0';
	}
	return s;
}

static int parse_string(struct parser *p, struct config_value *v)
{
	char quote = *p->at;
	const char *from = p->at + 1;
	const char *to = from;

	while (to < p->end && *to != quote) {
		if (iscntrl((unsigned char)*to) && *to != '\t')
			break;
		to++;
	}
	if (to == p->end || *to != quote || to - from > CONFIG_MAX_WORD) {
		p->at = to < p->end ? to : p->end;
		return reason_set(p->why, "%s:%u: expected a closing %c on the same line",
				  p->source, p->line, quote);
	}
	v->type = CONFIG_STRING;
	v->text = parser_copy(from, to - from);
	p->at = to + 1;
	return v->text ? 0 : reason_set(p->why, "out of memory");
}

static bool is_bare(char c)
{
	return isgraph((unsigned char)c) && !strchr("[],;#\"'", c);
}

static int parse_number(struct parser *p, struct config_value *v)
{
	const char *from = p->at;
	size_t len = 0;
	char word[24];
	char *end;

	while (from + len < p->end && is_bare(from[len]))
		len++;
	if (len < sizeof(word)) {
		memcpy(word, from, len);
		word[len] = '\0';
		v->type = CONFIG_NUMBER;
		v->number = strtoll(word, &end, 0);
		if (*end == '\0' && end != word) {
			p->at += len;
			return 0;
		}
	}
	if (p->bare && len <= CONFIG_MAX_WORD) {
		v->type = CONFIG_STRING;
		v->text = parser_copy(from, len);
		p->at += len;
		return v->text ? 0 : reason_set(p->why, "out of memory");
	}
	return parser_fail(p, "a number");
}

static void value_free(struct config_value *v)
{
	for (size_t i = 0; i < v->nr_items; i++)
		value_free(&v->items[i]);
	free(v->items);
	free(v->text);
	memset(v, 0, sizeof(*v));
}

static int parse_value(struct parser *p, struct config_value *v, unsigned int depth);

static int parse_list(struct parser *p, struct config_value *v, unsigned int depth)
{
	v->type = CONFIG_LIST;
	p->at++;
	for (;;) {
		struct config_value *items;

		parser_skip(p, true);
		if (parser_peek(p, ']'))
			break;
		items = realloc(v->items, (v->nr_items + 1) * sizeof(*items));
		if (!items)
			return reason_set(p->why, "out of memory");
		v->items = items;
		memset(&items[v->nr_items], 0, sizeof(*items));
		v->nr_items++;
		if (parse_value(p, &items[v->nr_items - 1], depth + 1) < 0)
			return -1;
		parser_skip(p, true);
		if (parser_peek(p, ','))
			p->at++;
		else if (!parser_peek(p, ']'))
			return parser_fail(p, "\",\" or \"]\" in the list");
	}
	p->at++;
	return 0;
}

static int parse_value(struct parser *p, struct config_value *v, unsigned int depth)
{
	v->line = p->line;
	if (parser_peek(p, '"') || parser_peek(p, '\''))
		return parse_string(p, v);
	if (parser_peek(p, '[')) {
		if (depth < CONFIG_MAX_DEPTH)
			return parse_list(p, v, depth);
		return reason_set(p->why, "%s:%u: lists in lists in lists, too deep", p->source,
				  p->line);
	}
	if (p->at < p->end &&
	    (isdigit((unsigned char)*p->at) || *p->at == '-' || (p->bare && is_bare(*p->at))))
		return parse_number(p, v);
	return parser_fail(p, "a \"quoted string\", a number or a [list]");
}

/* Appends b to a and takes its memory. */
static int value_append(struct parser *p, const char *key, struct config_value *a,
			struct config_value *b)
{
	if (a->type != b->type || a->type == CONFIG_NUMBER)
		return reason_set(p->why,
				  "%s:%u: %s += needs a string for a string, or a list for a list",
				  p->source, b->line, key);
	if (a->type == CONFIG_STRING) {
		size_t len = strlen(a->text);
		char *text = realloc(a->text, len + strlen(b->text) + 1);

		if (!text)
			return reason_set(p->why, "out of memory");
		strcpy(text + len, b->text);
		a->text = text;
	} else if (b->nr_items) {
		size_t nr = a->nr_items + b->nr_items;
		struct config_value *items = realloc(a->items, nr * sizeof(*items));

		if (!items)
			return reason_set(p->why, "out of memory");
		memcpy(items + a->nr_items, b->items, b->nr_items * sizeof(*items));
		a->items = items;
		a->nr_items = nr;
		b->nr_items = 0;
	}
	value_free(b);
	return 0;
}

static struct config_entry *config_lookup(struct config *c, const char *key)
{
	for (size_t i = 0; i < c->nr_entries; i++)
		if (strcmp(c->entries[i].key, key) == 0)
			return &c->entries[i];
	return NULL;
}

/* Takes key and value, on failure too. */
static int config_set(struct config *c, struct parser *p, char *key, struct config_value *v,
		      bool add)
{
	struct config_entry *e = config_lookup(c, key);

	if (e) {
		int rc = 0;

		if (add) {
			rc = value_append(p, key, &e->value, v);
			if (rc < 0)
				value_free(v);
		} else {
			value_free(&e->value);
			e->value = *v;
			e->source = p->source;
		}
		free(key);
		return rc;
	}
	e = realloc(c->entries, (c->nr_entries + 1) * sizeof(*e));
	if (!e) {
		free(key);
		value_free(v);
		return reason_set(p->why, "out of memory");
	}
	c->entries = e;
	c->entries[c->nr_entries++] =
		(struct config_entry){ .key = key, .value = *v, .source = p->source };
	return 0;
}

static int parse_setting(struct parser *p, struct config *c)
{
	struct config_value v = { 0 };
	const char *from = p->at;
	size_t len = 0;
	bool add = false;
	char *key;

	while (from + len < p->end && (isalnum((unsigned char)from[len]) || from[len] == '_'))
		len++;
	if (len == 0 || isdigit((unsigned char)*from))
		return parser_fail(p, "a setting (key = value)");
	p->at += len;
	parser_skip(p, false);
	if (parser_peek(p, '+')) {
		add = true;
		p->at++;
	}
	if (!parser_peek(p, '='))
		return reason_set(p->why, "%s:%u: expected \"=\" after \"%.*s\"", p->source,
				  p->line, (int)(len < 64 ? len : 64), from);
	p->at++;
	parser_skip(p, false);
	if (parse_value(p, &v, 0) < 0) {
		value_free(&v);
		return -1;
	}
	key = parser_copy(from, len);
	if (!key) {
		value_free(&v);
		return reason_set(p->why, "out of memory");
	}
	return config_set(c, p, key, &v, add);
}

int config_parse(struct config *c, const char *source, struct bytes text, bool bare,
		 struct reason *why)
{
	struct parser p = {
		.at = (const char *)text.data,
		.source = source,
		.line = 1,
		.bare = bare,
		.why = why,
	};

	p.end = p.at + text.len;
	for (;;) {
		parser_skip(&p, true);
		while (parser_peek(&p, ';')) {
			p.at++;
			parser_skip(&p, true);
		}
		if (p.at == p.end)
			return 0;
		if (parse_setting(&p, c) < 0)
			return -1;
		parser_skip(&p, false);
		if (p.at < p.end && *p.at != '\n' && *p.at != ';')
			return parser_fail(&p, "the end of the line or \";\"");
	}
}

static void value_format(const struct config_value *v, struct buf *b)
{
	char quote = '"';

	switch (v->type) {
	case CONFIG_NUMBER: buf_printf(b, "%lld", v->number); break;
	case CONFIG_STRING:
		if (strchr(v->text, quote))
			quote = '\'';
		b->failed |= strchr(v->text, quote) != NULL;
		buf_printf(b, "%c%s%c", quote, v->text, quote);
		break;
	case CONFIG_LIST:
		buf_append(b, "[", 1);
		for (size_t i = 0; i < v->nr_items; i++) {
			if (i)
				buf_append(b, ", ", 2);
			value_format(&v->items[i], b);
		}
		buf_append(b, "]", 1);
		break;
	}
}

void config_format(const struct config *c, struct buf *b)
{
	for (size_t i = 0; i < c->nr_entries; i++) {
		buf_printf(b, "%s = ", c->entries[i].key);
		value_format(&c->entries[i].value, b);
		buf_append(b, "\n", 1);
	}
}

struct config_entry *config_find(struct config *c, const char *key)
{
	struct config_entry *e = config_lookup(c, key);

	if (e)
		e->used = true;
	return e;
}

void config_free(struct config *c)
{
	for (size_t i = 0; i < c->nr_entries; i++) {
		free(c->entries[i].key);
		value_free(&c->entries[i].value);
	}
	free(c->entries);
	memset(c, 0, sizeof(*c));
}
