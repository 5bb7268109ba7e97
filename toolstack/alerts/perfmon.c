// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * <config><variable><name value="cpu_usage"/><alarm_trigger_level value="0.9"/>...
 * See perfmon.h.
 */
#include "alerts/perfmon.h"

#include <expat.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX   128
#define SECONDS_MAX 31536000

struct parser {
	XML_Parser xml;
	struct perfmon *p;
	struct perfmon_variable *v; /* that is being read */
	char regex[VALUE_MAX], fn[VALUE_MAX], sense[VALUE_MAX];
	bool host;
	struct reason *why;
	bool failed;
};

static void refuse(struct parser *p, const char *what, const char *value)
{
	if (!p->failed)
		reason_put(p->why, "perfmon: %s: %s", what, value);
	p->failed = true;
	XML_StopParser(p->xml, XML_FALSE);
}

/* ---- elements ---------------------------------------------------------------------------- */

static double number(struct parser *p, const char *name, const char *value, double least,
		     double most)
{
	char *end;
	double n = strtod(value, &end);

	if (end == value || *end || !isfinite(n) || n < least || n > most)
		refuse(p, name, value);
	return n;
}

static void variable_begin(struct parser *p)
{
	if (p->p->nr == PERFMON_VARIABLES) {
		refuse(p, "variable", "more than 32");
		return;
	}
	p->v = &p->p->variables[p->p->nr];
	*p->v = (struct perfmon_variable){ .period = 60, .inhibit = 3600, .priority = 3 };
	p->regex[0] = p->fn[0] = p->sense[0] = '\0';
}

static void setting(struct parser *p, const char *name, const char *value)
{
	struct perfmon_variable *v = p->v;

	if (strcmp(name, "name") == 0) {
		snprintf(v->name, sizeof(v->name), "%s", value);
	} else if (strcmp(name, "alarm_trigger_level") == 0) {
		v->level = number(p, name, value, -1e300, 1e300);
		v->has_level = true;
	} else if (strcmp(name, "alarm_trigger_period") == 0) {
		v->period = (int64_t)number(p, name, value, 0, SECONDS_MAX);
	} else if (strcmp(name, "alarm_auto_inhibit_period") == 0) {
		v->inhibit = (int64_t)number(p, name, value, 0, SECONDS_MAX);
	} else if (strcmp(name, "alarm_priority") == 0) {
		v->priority = (int)number(p, name, value, 1, 5);
	} else if (strcmp(name, "alarm_trigger_sense") == 0) {
		snprintf(p->sense, VALUE_MAX, "%s", value);
	} else if (strcmp(name, "consolidation_fn") == 0) {
		snprintf(p->fn, VALUE_MAX, "%s", value);
	} else if (strcmp(name, "rrd_regex") == 0) {
		snprintf(p->regex, VALUE_MAX, "%s", value);
	} else {
		return;
	}
	buf_printf(&v->text, "\t<%s value=\"", name);
	for (; *value; value++) {
		switch (*value) {
		case '<': buf_printf(&v->text, "&lt;"); break;
		case '&': buf_printf(&v->text, "&amp;"); break;
		case '"': buf_printf(&v->text, "&quot;"); break;
		default: buf_append(&v->text, value, 1);
		}
	}
	buf_printf(&v->text, "\"/>\n");
}

/* What stands for a name when nothing else is said; the host's own sums are left out. */
static const struct {
	const char *name, *vm, *host;
	bool sum;
} usual[] = {
	{ "cpu_usage", "^cpu[0-9]+$", "^cpu[0-9]+$", false },
	{ "network_usage", "^vif_[0-9]+_[rt]x$", "^pif_[a-z]+[0-9][a-z0-9]*_[rt]x$", true },
	{ "disk_usage", "^vbd_[a-z0-9]+_(read|write)$", "^(vbd|disk)_[a-z0-9]+_(read|write)$",
	  true },
};

static void variable_end(struct parser *p)
{
	struct perfmon_variable *v = p->v;
	char regex[VALUE_MAX + 8];

	if (!v->name[0]) {
		refuse(p, "name", "missing");
		return;
	}
	snprintf(regex, sizeof(regex), "^%s$", v->name);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (strcmp(v->name, usual[i].name) != 0)
			continue;
		snprintf(regex, sizeof(regex), "%s", p->host ? usual[i].host : usual[i].vm);
		v->sum = usual[i].sum;
	}
	if (p->regex[0])
		snprintf(regex, sizeof(regex), "%s", p->regex);
	if (p->fn[0])
		v->sum = strcmp(p->fn, "sum") == 0;
	v->low = p->sense[0] ? strcmp(p->sense, "low") == 0 : strstr(v->name, "free") != NULL;
	/* Backward references make a match take for ever, counts take memory. */
	if (strpbrk(regex, "\\{") || regcomp(&v->regex, regex, REG_EXTENDED | REG_NOSUB)) {
		refuse(p, "rrd_regex", regex);
		return;
	}
	p->v = NULL;
	p->p->nr++;
}

static void on_start(void *arg, const char *name, const char **attributes)
{
	struct parser *p = arg;

	if (strcmp(name, "variable") == 0 && !p->v) {
		variable_begin(p);
		return;
	}
	for (size_t i = 0; p->v && attributes[i]; i += 2) {
		if (strcmp(attributes[i], "value") != 0)
			continue;
		if (strlen(attributes[i + 1]) >= VALUE_MAX || strlen(name) > 40)
			refuse(p, "value", "too long");
		else
			setting(p, name, attributes[i + 1]);
	}
}

static void on_end(void *arg, const char *name)
{
	struct parser *p = arg;

	if (p->v && strcmp(name, "variable") == 0)
		variable_end(p);
}

/* No text of this kind needs one, and entities grow. */
static void on_doctype(void *arg, const char *name, const char *sysid, const char *pubid,
		       int internal)
{
	(void)name, (void)sysid, (void)pubid, (void)internal;
	refuse(arg, "DOCTYPE", "not allowed");
}

struct perfmon *perfmon_parse(const char *text, bool host, struct reason *why)
{
	struct parser p = { .host = host, .why = why };
	size_t len = strlen(text);

	reason_put(why, "perfmon: out of memory");
	if (len > PERFMON_TEXT) {
		reason_put(why, "perfmon: longer than %d bytes", PERFMON_TEXT);
		return NULL;
	}
	p.xml = XML_ParserCreate("UTF-8");
	p.p = calloc(1, sizeof(*p.p));
	if (p.xml && p.p) {
		XML_SetUserData(p.xml, &p);
		XML_SetElementHandler(p.xml, on_start, on_end);
		XML_SetStartDoctypeDeclHandler(p.xml, on_doctype);
		if (XML_Parse(p.xml, text, (int)len, 1) != XML_STATUS_OK && !p.failed) {
			reason_put(why, "perfmon: line %lu: %s", XML_GetCurrentLineNumber(p.xml),
				   XML_ErrorString(XML_GetErrorCode(p.xml)));
			p.failed = true;
		}
	}
	if (p.v)
		buf_free(&p.v->text);
	if (!p.xml || p.failed) {
		perfmon_free(p.p);
		p.p = NULL;
	}
	if (p.xml)
		XML_ParserFree(p.xml);
	return p.p;
}

void perfmon_free(struct perfmon *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->nr; i++) {
		regfree(&p->variables[i].regex);
		buf_free(&p->variables[i].text);
	}
	free(p);
}

/* ---- alarms ------------------------------------------------------------------------------ */

double perfmon_value(const struct perfmon_variable *v, const struct metrics_sample *samples,
		     size_t nr)
{
	double sum = 0;
	size_t found = 0;

	for (size_t i = 0; i < nr; i++) {
		if (isnan(samples[i].value) || regexec(&v->regex, samples[i].name, 0, NULL, 0) != 0)
			continue;
		sum += samples[i].value;
		found++;
	}
	return !found ? NAN : v->sum ? sum : sum / (double)found;
}

bool perfmon_alarm(struct perfmon_variable *v, double value, int64_t now)
{
	bool over = v->has_level && (v->low ? value < v->level : value > v->level);

	if (!over) {
		v->over_since = 0;
		return false;
	}
	if (!v->over_since)
		v->over_since = now;
	if (now - v->over_since < v->period || now < v->quiet_until)
		return false;
	v->quiet_until = now + v->inhibit;
	return true;
}

void perfmon_body(const struct perfmon_variable *v, double value, struct buf *body)
{
	buf_printf(body, "value: %f\nconfig:\n<variable>\n", value);
	if (v->text.len)
		buf_append(body, v->text.data, v->text.len);
	buf_printf(body, "</variable>\n");
}
