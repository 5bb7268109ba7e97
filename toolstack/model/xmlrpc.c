// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * XML-RPC by expat. Elements are a stack: each row of the table says inside which others an element
 * may stand, so that a text is either a call as the format has it, or refused.
 */
#include "model/xmlrpc.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "model/value.h"

enum element {
	DOCUMENT,
	METHOD_CALL,
	METHOD_NAME,
	PARAMS,
	PARAM,
	VALUE,
	STRING,
	INT,
	BOOLEAN,
	DOUBLE,
	DATETIME,
	NIL,
	STRUCT,
	MEMBER,
	NAME,
	ARRAY,
	DATA,
};

#define IN(e) (1u << (e))

static const struct {
	const char *name;
	enum element element;
	unsigned int inside;
	bool text; /* its text matters */
} grammar[] = {
	{ "methodCall", METHOD_CALL, IN(DOCUMENT), false },
	{ "methodName", METHOD_NAME, IN(METHOD_CALL), true },
	{ "params", PARAMS, IN(METHOD_CALL), false },
	{ "param", PARAM, IN(PARAMS), false },
	{ "value", VALUE, IN(PARAM) | IN(MEMBER) | IN(DATA) | IN(DOCUMENT), true },
	{ "string", STRING, IN(VALUE), true },
	{ "int", INT, IN(VALUE), true },
	{ "i4", INT, IN(VALUE), true },
	{ "i8", INT, IN(VALUE), true },
	{ "boolean", BOOLEAN, IN(VALUE), true },
	{ "double", DOUBLE, IN(VALUE), true },
	{ "dateTime.iso8601", DATETIME, IN(VALUE), true },
	{ "nil", NIL, IN(VALUE), false },
	{ "struct", STRUCT, IN(VALUE), false },
	{ "member", MEMBER, IN(STRUCT), false },
	{ "name", NAME, IN(MEMBER), true },
	{ "array", ARRAY, IN(VALUE), false },
	{ "data", DATA, IN(ARRAY), false },
};

#define DEPTH (VALUE_NESTING * 4 + 4) /* a level of nesting is up to four elements */

struct frame {
	enum element element;
	json_t *made; /* value: what it is; struct, array: what is in it so far */
	char *key;    /* member: its name */
};

struct reader {
	XML_Parser parser;
	struct frame stack[DEPTH];
	size_t depth; /* of the innermost element; 0: the document */
	size_t count;
	struct buf text;
	char *method;
	json_t *params; /* call: the values so far */
	struct reason *why;
	bool failed;
};

static void fail(struct reader *r, const char *what, const char *name)
{
	if (r->failed)
		return;
	reason_set(r->why, "line %lu: %s%.40s", XML_GetCurrentLineNumber(r->parser), what, name);
	r->failed = true;
	XML_StopParser(r->parser, XML_FALSE);
}

static const char *text_of(struct reader *r)
{
	return r->text.data ? r->text.data : "";
}

/* ---- elements begin ---------------------------------------------------------------------- */

static void on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *r = data;
	struct frame *top = &r->stack[r->depth], *f = top + 1;
	size_t i;

	(void)attributes;
	if (r->failed)
		return;
	for (i = 0; i < sizeof(grammar) / sizeof(grammar[0]); i++)
		if (strcmp(grammar[i].name, name) == 0)
			break;
	if (i == sizeof(grammar) / sizeof(grammar[0]) || !(grammar[i].inside & IN(top->element)) ||
	    (top->element == VALUE && top->made)) {
		fail(r, "unexpected element ", name);
		return;
	}
	if (r->depth + 1 == DEPTH || ++r->count > VALUE_COUNT * 4) {
		fail(r, "too deep or too long at ", name);
		return;
	}
	r->depth++;
	*f = (struct frame){ .element = grammar[i].element };
	if (f->element == STRUCT)
		f->made = json_object();
	else if (f->element == ARRAY)
		f->made = json_array();
	r->text.len = 0;
	if (r->text.data)
		r->text.data[0] = '\0';
}

static void on_text(void *data, const XML_Char *text, int len)
{
	struct reader *r = data;

	/* Blanks between elements come here as well; the next element forgets them. */
	if (!r->failed)
		buf_append(&r->text, text, len);
}

/* ---- elements end ------------------------------------------------------------------------ */

static json_t *scalar_of(struct reader *r, enum element element)
{
	const char *text = text_of(r);
	char *end;
	double number;

	switch (element) {
	case BOOLEAN:
		if (strcmp(text, "1") == 0 || strcmp(text, "true") == 0)
			return json_true();
		return strcmp(text, "0") == 0 || strcmp(text, "false") == 0 ? json_false() : NULL;
	case DOUBLE:
		number = strtod(text, &end);
		/* json_real refuses what is not a number. */
		return *text && !*end ? json_real(number) : NULL;
	case NIL: return json_null();
	default: return json_string(text);
	}
}

/* A complete value goes to where it belongs. */
static void deliver(struct reader *r, struct frame *into, json_t *v)
{
	int rc = -1;

	if (into->element == PARAM && !into->made) {
		into->made = json_incref(v);
		rc = json_array_append_new(r->params, v);
	} else if (into->element == DATA) {
		rc = json_array_append_new(into[-1].made, v);
	} else if (into->element == MEMBER && into->key) {
		rc = json_object_set_new(into[-1].made, into->key, v);
		free(into->key);
		into->key = NULL;
	} else if (into->element == DOCUMENT && !into->made) {
		into->made = v;
		rc = 0;
	} else {
		json_decref(v);
	}
	if (rc < 0)
		fail(r, "a value in the wrong place", "");
}

static void end_value(struct reader *r, struct frame *f)
{
	json_t *v = f->made ? f->made : json_string(text_of(r));

	f->made = NULL;
	if (!v)
		fail(r, "not UTF-8", "");
	else
		deliver(r, f - 1, v);
}

static void end_text(struct reader *r, struct frame *f, char **into, const char *what)
{
	if (*into) {
		fail(r, "a second ", what);
		return;
	}
	*into = strdup(text_of(r));
	if (!*into)
		fail(r, "out of memory", "");
	(void)f;
}

static void on_end(void *data, const XML_Char *name)
{
	struct reader *r = data;
	struct frame *f = &r->stack[r->depth];

	if (r->failed)
		return;
	switch (f->element) {
	case METHOD_NAME: end_text(r, f, &r->method, "name"); break;
	case NAME: end_text(r, f, &f[-1].key, "name"); break;
	case VALUE: end_value(r, f); break;
	case PARAM:
	case MEMBER:
		json_decref(f->made);
		f->made = NULL;
		if (f->key)
			fail(r, "a member without value: ", f->key);
		free(f->key);
		f->key = NULL;
		break;
	case STRUCT:
	case ARRAY:
		f[-1].made = f->made;
		f->made = NULL;
		break;
	case STRING:
	case INT:
	case BOOLEAN:
	case DOUBLE:
	case DATETIME:
	case NIL:
		f[-1].made = scalar_of(r, f->element);
		if (!f[-1].made)
			fail(r, "not a value of type ", name);
		break;
	default: break;
	}
	r->depth--;
	r->text.len = 0;
	if (r->text.data)
		r->text.data[0] = '\0';
}

static void on_doctype(void *data, const XML_Char *name, const XML_Char *system,
		       const XML_Char *public, int subset)
{
	(void)system;
	(void)public;
	(void)subset;
	fail(data, "a document type is not accepted: ", name);
}

/* ---- whole texts ------------------------------------------------------------------------- */

static int reader_run(struct reader *r, const char *text, size_t len, struct reason *why)
{
	enum XML_Status status = XML_STATUS_ERROR;

	r->why = why;
	r->parser = XML_ParserCreate("UTF-8");
	if (!r->parser || len > 1 << 30)
		return reason_set(why, "out of memory");
	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, on_start, on_end);
	XML_SetCharacterDataHandler(r->parser, on_text);
	XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
	status = XML_Parse(r->parser, text, (int)len, 1);
	if (status != XML_STATUS_OK && !r->failed) {
		reason_set(why, "line %lu: %s", XML_GetCurrentLineNumber(r->parser),
			   XML_ErrorString(XML_GetErrorCode(r->parser)));
		r->failed = true;
	}
	if (r->text.failed && !r->failed)
		return reason_set(why, "out of memory");
	return r->failed ? -1 : 0;
}

static void reader_free(struct reader *r)
{
	if (r->parser)
		XML_ParserFree(r->parser);
	for (size_t i = 0; i < DEPTH; i++) {
		json_decref(r->stack[i].made);
		free(r->stack[i].key);
	}
	buf_free(&r->text);
	free(r->method);
	json_decref(r->params);
	free(r);
}

int xmlrpc_parse_call(const char *text, size_t len, char **method, json_t **params,
		      struct reason *why)
{
	struct reader *r = calloc(1, sizeof(*r));
	int rc;

	if (!r)
		return reason_set(why, "out of memory");
	r->params = json_array();
	rc = reader_run(r, text, len, why);
	if (rc == 0 && !r->method)
		rc = reason_set(why, "a method call without a method's name");
	if (rc == 0) {
		*method = r->method;
		*params = r->params;
		r->method = NULL;
		r->params = NULL;
	}
	reader_free(r);
	return rc;
}

json_t *xmlrpc_parse_value(const char *text, size_t len, struct reason *why)
{
	struct reader *r = calloc(1, sizeof(*r));
	json_t *v = NULL;

	if (!r) {
		reason_set(why, "out of memory");
		return NULL;
	}
	if (reader_run(r, text, len, why) == 0) {
		v = r->stack[0].made;
		r->stack[0].made = NULL;
		if (!v)
			reason_set(why, "not a value");
	}
	reader_free(r);
	return v;
}
