// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The answer file of XenServer's installer, as far as it makes sense here: one element
 * <installation> with elements of text in it. To name a disk there says that it may be erased,
 * unless the mode keeps what is on it. An element that nobody knows is a mistake.
 */
#include "installer/answers/answers.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXT   4096
#define MAX_SERVER 3
#define VALUE      128

struct reader {
	struct answers *a;
	XML_Parser parser;
	struct reason *why;
	bool failed;
	int depth;
	char element[ANSWERS_NAME];
	char text[MAX_TEXT];
	size_t len;
	char type[VALUE];  /* the attribute type= of the element */
	char stage[VALUE]; /* script: its attribute */
	char raid[VALUE];  /* raid: what it calls the mirror, or "" */
	size_t raid_disks;
	bool keeps;                    /* the mode is not fresh */
	bool guest_storage;            /* primary-disk: its attribute */
	char nic[VALUE], proto[VALUE]; /* of admin-interface */
	char ip[VALUE], mask[VALUE], gateway[VALUE];
	struct answers_list dns;
	bool seen_disk, seen_interface;
};

static void refuse(struct reader *r, const char *detail)
{
	if (r->failed)
		return;
	r->failed = true;
	reason_put(r->why, ANSWERS_SOURCE ":%lu: <%s>: %s",
		   (unsigned long)XML_GetCurrentLineNumber(r->parser), r->element, detail);
	XML_StopParser(r->parser, XML_FALSE);
}

static void put(struct reader *r, const char *name, const char *value)
{
	struct reason detail;

	if (!r->failed && answers_set(r->a, name, value, &detail) < 0)
		refuse(r, detail.text);
}

/* ---- what elements say ------------------------------------------------------------------- */

static void disk_may_go(struct reader *r, const char *name, const char *value)
{
	put(r, name, value);
	put(r, "erase", value);
}

static void take_existing(struct reader *r, const char *value)
{
	put(r, "disk", value);
}

/* The halves of a mirror. */
static void take_raid_disk(struct reader *r, const char *value)
{
	if (r->raid_disks == 2)
		refuse(r, "a mirror has two disks");
	else
		disk_may_go(r, r->raid_disks++ ? "mirror-disk" : "disk", value);
}

static bool is_raid(const struct reader *r, const char *value)
{
	return *r->raid && strcmp(r->raid, value) == 0;
}

static void take_primary_disk(struct reader *r, const char *value)
{
	if (r->keeps) {
		put(r, "disk", value);
		return;
	}
	/* Its disks are named by <raid>. */
	if (!is_raid(r, value))
		disk_may_go(r, "disk", value);
	r->seen_disk = true;
	/* Whatever <installation> says of its kind. */
	if (!r->guest_storage)
		snprintf(r->a->storage, sizeof(r->a->storage), "none");
}

static void take_guest_disk(struct reader *r, const char *value)
{
	const char *plain = strncmp(value, "/dev/", 5) == 0 ? value + 5 : value;

	/* The system's own may be named again; what is kept is found. */
	if (!r->keeps && strcmp(plain, r->a->disk) != 0 && !is_raid(r, value))
		disk_may_go(r, "storage-disk", value);
}

static void take_password(struct reader *r, const char *value)
{
	put(r, strcmp(r->type, "hash") == 0 ? "root-password-hash" : "root-password", value);
}

/* server:/path, as that product writes it */
static void put_nfs(struct reader *r, const char *name, const char *before, const char *value)
{
	const char *path = strstr(value, ":/");
	char url[ANSWERS_TEXT];

	if (!path)
		refuse(r, "NFS is SERVER:/PATH");
	else if (snprintf(url, sizeof(url), "%snfs://%.*s%s", before, (int)(path - value), value,
			  path + 1) >= (int)sizeof(url))
		refuse(r, "too long");
	else
		put(r, name, url);
}

static void take_source(struct reader *r, const char *value)
{
	if (strcmp(r->type, "local") == 0)
		put(r, "source", "medium");
	else if (strcmp(r->type, "url") == 0)
		put(r, "source", value);
	else if (strcmp(r->type, "nfs") == 0)
		put_nfs(r, "source", "", value);
	else
		refuse(r, "its type is local, url or nfs");
}

/* What those stages are called there. */
static void take_script(struct reader *r, const char *value)
{
	static const char *const stages[][2] = {
		{ "installation-start", "before-disks " },
		{ "filesystem-populated", "after-files " },
		{ "installation-complete", "before-boot " },
	};
	char hook[ANSWERS_TEXT];

	for (size_t i = 0; i < 3; i++) {
		if (strcmp(r->stage, stages[i][0]) != 0)
			continue;
		if (strcmp(r->type, "nfs") == 0) {
			put_nfs(r, "hook", stages[i][1], value);
		} else if (snprintf(hook, sizeof(hook), "%s%s%s", stages[i][1],
				    strcmp(r->type, "local") == 0 ? "medium:" : "",
				    value) < (int)sizeof(hook)) {
			put(r, "hook", hook);
		} else {
			refuse(r, "too long");
		}
		return;
	}
	refuse(r, "its stage is installation-start, filesystem-populated or installation-complete");
}

static void take_keymap(struct reader *r, const char *value)
{
	put(r, "keymap", value);
}

static void take_timezone(struct reader *r, const char *value)
{
	put(r, "timezone", value);
}

/* Servers are named for themselves; by hand is done at the console. */
static void take_time_method(struct reader *r, const char *value)
{
	static const char *const methods[] = { "ntp", "manual", "system-time", "dhcp" };

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(value, methods[i]) == 0)
			return;
	refuse(r, "ntp, manual, system-time or dhcp");
}

static void take_text(struct reader *r, char to[VALUE], const char *value)
{
	if (snprintf(to, VALUE, "%s", value) >= VALUE)
		refuse(r, "too long");
}

static void take_ip(struct reader *r, const char *value)
{
	take_text(r, r->ip, value);
}

static void take_mask(struct reader *r, const char *value)
{
	take_text(r, r->mask, value);
}

static void take_gateway(struct reader *r, const char *value)
{
	take_text(r, r->gateway, value);
}

static void take_name_server(struct reader *r, const char *value)
{
	if (r->dns.nr == MAX_SERVER)
		refuse(r, "more than 3");
	else if (snprintf(r->dns.text[r->dns.nr++], ANSWERS_NAME, "%s", value) >= ANSWERS_NAME)
		refuse(r, "too long");
}

static void take_hostname(struct reader *r, const char *value)
{
	put(r, "hostname", value);
}

static void take_ntp_server(struct reader *r, const char *value)
{
	put(r, "ntp-server", value);
}

static void pass_over(struct reader *r, const char *value)
{
	(void)r;
	(void)value;
}

static const struct {
	const char *name;
	int depth; /* 1: in <installation>; 2: in one of those */
	void (*take)(struct reader *r, const char *value);
} elements[] = {
	{ "primary-disk", 1, take_primary_disk },
	{ "guest-disk", 1, take_guest_disk },
	{ "root-password", 1, take_password },
	{ "source", 1, take_source },
	{ "admin-interface", 1, pass_over },
	{ "raid", 1, pass_over },
	{ "disk", 2, take_raid_disk },
	{ "ip", 2, take_ip },
	{ "subnet-mask", 2, take_mask },
	{ "netmask", 2, take_mask },
	{ "gateway", 2, take_gateway },
	{ "name-server", 1, take_name_server },
	{ "nameserver", 1, take_name_server },
	{ "hostname", 1, take_hostname },
	{ "ntp-server", 1, take_ntp_server },
	{ "existing-installation", 1, take_existing },
	{ "keymap", 1, take_keymap },
	{ "timezone", 1, take_timezone },
	{ "time-config-method", 1, take_time_method },
	{ "script", 1, take_script },
};

static int element_find(const char *name, int depth)
{
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (elements[i].depth == depth && strcmp(elements[i].name, name) == 0)
			return (int)i;
	return -1;
}

/* ---- expat ------------------------------------------------------------------------------- */

static const char *attribute(const char **attributes, const char *name)
{
	for (; attributes[0]; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	return "";
}

static void installation_begin(struct reader *r, const char **attributes)
{
	const char *mode = attribute(attributes, "mode"), *kind = attribute(attributes, "srtype");

	if (*mode)
		put(r, "install", mode);
	r->keeps = *mode && strcmp(mode, "fresh") != 0;
	if (*kind && !r->keeps)
		put(r, "storage", strcmp(kind, "ext") == 0 ? "thin" : "thick");
}

static void on_start(void *user, const char *name, const char **attributes)
{
	struct reader *r = user;

	snprintf(r->element, sizeof(r->element), "%s", name);
	if (r->depth == 0 && strcmp(name, "installation") == 0) {
		installation_begin(r, attributes);
	} else if (r->depth == 0 || element_find(name, r->depth) < 0) {
		refuse(r, "there is no such element here");
		return;
	}
	if (strcmp(name, "admin-interface") == 0) {
		if (r->seen_interface)
			refuse(r, "said twice");
		r->seen_interface = true;
		take_text(r, r->nic, attribute(attributes, "name"));
		take_text(r, r->proto, attribute(attributes, "proto"));
	}
	if (strcmp(name, "raid") == 0)
		take_text(r, r->raid, attribute(attributes, "device"));
	take_text(r, r->type, attribute(attributes, "type"));
	take_text(r, r->stage, attribute(attributes, "stage"));
	r->guest_storage = strcmp(attribute(attributes, "guest-storage"), "no") != 0;
	r->depth++;
	r->len = 0;
}

/* No answer file needs a document type, and attacks on XML parsers are made of them. */
static void on_doctype(void *user, const char *name, const char *system, const char *public,
		       int internal)
{
	struct reader *r = user;

	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	snprintf(r->element, sizeof(r->element), "!DOCTYPE");
	refuse(r, "not taken");
}

static void on_text(void *user, const char *text, int len)
{
	struct reader *r = user;

	if (r->len + (size_t)len >= sizeof(r->text)) {
		refuse(r, "too long");
		return;
	}
	memcpy(r->text + r->len, text, (size_t)len);
	r->len += (size_t)len;
}

static void on_end(void *user, const char *name)
{
	struct reader *r = user;
	char *value = r->text;
	int found;

	snprintf(r->element, sizeof(r->element), "%s", name);
	r->depth--;
	found = element_find(name, r->depth);
	r->text[r->len] = '\0';
	while (r->len && strchr(" \t\r\n", r->text[r->len - 1]))
		r->text[--r->len] = '\0';
	value += strspn(value, " \t\r\n");
	if (found >= 0 && !r->failed)
		elements[found].take(r, value);
	r->len = 0;
}

/* ---- networks ---------------------------------------------------------------------------- */

/* 24 for 255.255.255.0; -1 if it is no mask. */
static int mask_length(const char *mask)
{
	unsigned int a, b, c, d;
	uint32_t bits;
	char rest;

	if (sscanf(mask, "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &rest) != 4 || a > 255 || b > 255 ||
	    c > 255 || d > 255)
		return -1;
	bits = a << 24 | b << 16 | c << 8 | d;
	return (~bits & (~bits + 1)) ? -1 : __builtin_popcount(bits);
}

/*
 * The card that the host is reached by, in network.conf's words. eth0 is what is called nic0 here,
 * and its bridge is xenbr0.
 */
static int network_write(struct reader *r)
{
	struct buf *out = &r->a->network;
	int length = mask_length(r->mask);
	unsigned int number;

	if (!r->seen_interface)
		return 0;
	if (sscanf(r->nic, "eth%3u", &number) != 1)
		return reason_set(r->why, "<admin-interface>: its name is eth0, eth1, ...");
	buf_printf(out, "automatic bridges\nnetwork xenbr%u\nnic nic%u\n", number, number);
	if (strcmp(r->proto, "dhcp") == 0) {
		buf_printf(out, "address dhcp\n");
	} else if (strcmp(r->proto, "static") != 0 || !*r->ip || length < 0) {
		return reason_set(r->why, "<admin-interface>: proto is dhcp, or static with ip and "
					  "subnet-mask");
	} else {
		buf_printf(out, "address %s/%d\n", r->ip, length);
	}
	if (*r->gateway)
		buf_printf(out, "gateway %s\n", r->gateway);
	for (size_t i = 0; i < r->dns.nr; i++)
		buf_printf(out, "%s %s%s", i ? "" : "dns", r->dns.text[i],
			   i + 1 == r->dns.nr ? "\n" : "");
	return 0;
}

int answers_parse_xml(struct answers *a, const char *text, size_t len, struct reason *why)
{
	struct reader *r = calloc(1, sizeof(*r));
	enum XML_Status status;
	int rc = -1;

	if (!r)
		return reason_set(why, "out of memory");
	*r = (struct reader){ .a = a, .why = why, .parser = XML_ParserCreate(NULL) };
	if (r->parser) {
		XML_SetUserData(r->parser, r);
		XML_SetElementHandler(r->parser, on_start, on_end);
		XML_SetCharacterDataHandler(r->parser, on_text);
		XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
		status = XML_Parse(r->parser, text, (int)len, XML_TRUE);
		if (r->failed)
			rc = -1;
		else if (status == XML_STATUS_OK)
			rc = network_write(r);
		else
			rc = reason_set(why, ANSWERS_SOURCE ":%lu: %s",
					(unsigned long)XML_GetCurrentLineNumber(r->parser),
					XML_ErrorString(XML_GetErrorCode(r->parser)));
		XML_ParserFree(r->parser);
	}
	explicit_bzero(r, sizeof(*r));
	free(r);
	return rc;
}
