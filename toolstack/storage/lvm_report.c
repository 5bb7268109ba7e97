// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Splitting LVM's report lines. Fuzz entry point: lvm_volumes_parse() with any text.
 */
#include "storage/lvm_report.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP_FIELDS = 6, VOLUME_FIELDS = GROUP_FIELDS + 9 };

void lvm_report_free(struct lvm_report *r)
{
	free(r->text);
	free(r->groups);
	free(r->volumes);
	memset(r, 0, sizeof(*r));
}

/* The next line, ended with a zero, without LVM's indentation; NULL at the end. */
static char *next_line(char **at)
{
	char *line = *at, *end;

	while (*line == ' ' || *line == '\n')
		line++;
	if (*line == '\0')
		return NULL;
	end = strchr(line, '\n');
	*at = end ? end + 1 : line + strlen(line);
	if (end)
		*end = '\0';
	return line;
}

static bool split(char *line, const char *fields[], unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		char *end = strchr(line, LVM_SEPARATOR);

		if ((end == NULL) != (i == nr - 1))
			return false;
		fields[i] = line;
		if (end) {
			*end = '\0';
			line = end + 1;
		}
	}
	return true;
}

static bool number(const char *text, uint64_t *out)
{
	char *end;

	if (!isdigit((unsigned char)*text) || strlen(text) > 19)
		return false;
	*out = strtoull(text, &end, 10);
	return *end == '\0';
}

/* "", "7", "12.34" */
static bool percent(const char *text, unsigned int *hundredths)
{
	unsigned int whole = 0, part = 0;

	*hundredths = 0;
	if (*text == '\0')
		return true;
	for (; isdigit((unsigned char)*text); text++) {
		whole = whole * 10 + (unsigned int)(*text - '0');
		if (whole > 100)
			return false;
	}
	if (*text == '.') {
		text++;
		for (unsigned int scale = 10; isdigit((unsigned char)*text); text++, scale /= 10)
			part += (unsigned int)(*text - '0') * scale;
	}
	*hundredths = whole * 100 + part;
	return *text == '\0';
}

/* LVM allows no others, and a name becomes a path. */
static bool name_valid(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > 127 || name[0] == '-' || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("_+.-", *name))
			return false;
	return true;
}

static bool group_fill(struct lvm_group *g, const char *const f[])
{
	g->name = f[0];
	g->tags = f[5];
	return name_valid(f[0]) && number(f[1], &g->size) && number(f[2], &g->free) &&
	       number(f[3], &g->extent) && g->extent && number(f[4], &g->missing);
}

static bool volume_fill(struct lvm_volume *v, const char *const f[])
{
	const char *attr = f[8];

	if (!group_fill(&v->group, f) || !name_valid(f[6]) || strlen(attr) < 6)
		return false;
	v->name = f[6];
	v->tags = f[9];
	v->pool = f[10];
	v->origin = f[11];
	v->is_pool = attr[0] == 't';
	v->read_only = attr[1] == 'r' || attr[1] == 'R';
	v->active = attr[4] != '-';
	v->open = attr[5] == 'o';
	v->queues = strcmp(f[14], "error") != 0;
	return number(f[7], &v->size) && percent(f[12], &v->data) && percent(f[13], &v->metadata);
}

static size_t count_lines(const char *text)
{
	size_t nr = 1;

	for (; *text; text++)
		nr += *text == '\n';
	return nr;
}

static int refuse(struct lvm_report *r, const char *line, struct reason *why)
{
	reason_set(why, "lvm reported a line that makes no sense: \"%.80s\"", line);
	lvm_report_free(r);
	return -1;
}

int lvm_groups_parse(struct lvm_report *r, char *text, struct reason *why)
{
	const char *fields[GROUP_FIELDS];
	char *at = text, *line;

	*r = (struct lvm_report){ .text = text };
	r->groups = calloc(count_lines(text), sizeof(*r->groups));
	if (!r->groups) {
		lvm_report_free(r);
		return reason_set(why, "out of memory");
	}
	while ((line = next_line(&at))) {
		if (!split(line, fields, GROUP_FIELDS) || !group_fill(&r->groups[r->nr], fields))
			return refuse(r, line, why);
		r->nr++;
	}
	return 0;
}

int lvm_volumes_parse(struct lvm_report *r, char *text, struct reason *why)
{
	const char *fields[VOLUME_FIELDS];
	char *at = text, *line;

	*r = (struct lvm_report){ .text = text };
	r->volumes = calloc(count_lines(text), sizeof(*r->volumes));
	if (!r->volumes) {
		lvm_report_free(r);
		return reason_set(why, "out of memory");
	}
	while ((line = next_line(&at))) {
		if (!split(line, fields, VOLUME_FIELDS) || !volume_fill(&r->volumes[r->nr], fields))
			return refuse(r, line, why);
		r->nr++;
	}
	return 0;
}
