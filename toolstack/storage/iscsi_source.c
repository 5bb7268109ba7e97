// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Taking texts apart. What may be in a name is what RFC 7143 and RFC 952 allow, which leaves out
 * whatever means something to files or programs.
 */
#include "storage/iscsi_source.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEFAULT_PORT "3260"

/* Letters, digits and some of marks; not empty, and no "..", no option. */
static bool consists_of(const char *text, const char *marks)
{
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(marks, *c))
			return false;
	return *text && *text != '-' && *text != '.' && !strstr(text, "..");
}

static bool take(char *to, size_t room, const char *from, size_t len)
{
	if (len >= room)
		return false;
	memcpy(to, from, len);
	to[len] = '\0';
	return true;
}

static bool port_valid(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0' && text[0] != '0' && text[0] &&
	       atoi(text) <= 65535;
}

static bool host_valid(const char *host, bool bracket)
{
	if (bracket)
		return *host && host[strspn(host, "0123456789abcdefABCDEF:.")] == '\0';
	return consists_of(host, "-.");
}

/* "host", "host:port", "[address]", "[address]:port" */
static bool portal_parse(const char *text, size_t len, struct iscsi_source *s)
{
	bool bracket = text[0] == '[';
	const char *end = memchr(text, bracket ? ']' : ':', len);
	size_t host = end ? (size_t)(end - text) : len;
	const char *rest = text + host + bracket;

	if ((bracket && !end) || !take(s->host, sizeof(s->host), text + bracket, host - bracket) ||
	    !host_valid(s->host, bracket))
		return false;
	if (rest == text + len)
		return take(s->port, sizeof(s->port), DEFAULT_PORT, strlen(DEFAULT_PORT));
	return *rest == ':' &&
	       take(s->port, sizeof(s->port), rest + 1, len - (size_t)(rest + 1 - text)) &&
	       port_valid(s->port);
}

int iscsi_source_parse(const char *text, struct iscsi_source *s, struct sr_error *e)
{
	const char *target, *disk;

	memset(s, 0, sizeof(*s));
	target = strchr(text, '/');
	if (!portal_parse(text, target ? (size_t)(target - text) : strlen(text), s))
		return sr_fail(e, ERR_VALUE, "%s: expected address[:port]/target[/LUN]", text);
	if (!target)
		return 0;
	disk = strchr(++target, '/');
	if (!take(s->target, sizeof(s->target), target,
		  disk ? (size_t)(disk - target) : strlen(target)) ||
	    !consists_of(s->target, "-.:") ||
	    (strncmp(s->target, "iqn.", 4) && strncmp(s->target, "eui.", 4) &&
	     strncmp(s->target, "naa.", 4)))
		return sr_fail(e, ERR_VALUE,
			       "%s: \"%s\" is no target: one is iqn.YYYY-MM.domain:name", text,
			       target);
	if (disk && (!take(s->disk, sizeof(s->disk), disk + 1, strlen(disk + 1)) ||
		     !consists_of(s->disk, "-.:_")))
		return sr_fail(e, ERR_VALUE, "%s: \"%s\" is neither a LUN nor a SCSI id", text,
			       disk + 1);
	return 0;
}

bool iscsi_source_format(const struct iscsi_source *s, char *text, size_t room)
{
	bool v6 = strchr(s->host, ':') != NULL;
	int len = snprintf(text, room, "%s%s%s:%s/%s%s%s", v6 ? "[" : "", s->host, v6 ? "]" : "",
			   s->port, s->target, s->disk[0] ? "/" : "", s->disk);

	return len > 0 && (size_t)len < room;
}

bool iscsi_same_target(const struct iscsi_source *a, const struct iscsi_source *b)
{
	return strcasecmp(a->host, b->host) == 0 && strcmp(a->port, b->port) == 0 &&
	       strcmp(a->target, b->target) == 0;
}

bool iscsi_disk_matches(const char *said, unsigned int lun, const char *id)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", lun);
	return said[0] == '\0' || strcmp(said, number) == 0 || strcasecmp(said, id) == 0 ||
	       (said[0] == '3' && strncmp(id, "naa.", 4) == 0 && strcasecmp(said + 1, id + 4) == 0);
}

/* A line of the session's record, which has no quoting. */
static bool plain(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!isgraph((unsigned char)*c))
			return false;
	return true;
}

int iscsi_login_check(const struct iscsi_login *l, struct sr_error *e)
{
	if (!l->user[0] != !l->password[0])
		return sr_fail(e, ERR_VALUE, "CHAP takes a user and a password, or neither");
	if (!plain(l->user) || !plain(l->password))
		return sr_fail(e, ERR_VALUE,
			       "CHAP user and password: printable characters without spaces");
	return 0;
}
