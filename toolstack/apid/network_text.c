// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See network_text.h.
 */
#include "apid/network_text.h"

#include <stdio.h>
#include <string.h>

bool line_begins(const char *line, const char *first, const char *name)
{
	size_t len = strcspn(line, "\n");
	char copy[256], word[16], second[32];

	/* sscanf() would go on behind the end of the line. */
	snprintf(copy, sizeof(copy), "%.*s", (int)(len < sizeof(copy) ? len : 0), line);
	if (!name)
		return sscanf(copy, "%15s", word) == 1 && strcmp(word, first) == 0;
	return sscanf(copy, "%15s %31s", word, second) == 2 && strcmp(word, first) == 0 &&
	       strcmp(second, name) == 0;
}

bool line_is_block(const char *line)
{
	return line_begins(line, "network", NULL) || line_begins(line, "bond", NULL);
}

const char *line_next(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

void line_copy(struct buf *out, const char *line, const char *next)
{
	buf_append(out, line, (size_t)(next - line));
	if (next[-1] != '\n')
		buf_printf(out, "\n");
}

/* The second word of a line is an address of IPv6. */
static bool is_six(const char *line)
{
	return memchr(line, ':', strcspn(line, "\n#")) != NULL;
}

/* ---- reading ----------------------------------------------------------------------------- */

/* The words behind the first one of a line, to a list of those of other lines. */
static void words_read(const char *line, const char *between, char *list, size_t room)
{
	const char *end = line + strcspn(line, "#\n");
	size_t at = strlen(list);

	line += strspn(line, " \t");
	line += strcspn(line, " \t\r#\n");
	for (;;) {
		int len;

		line += strspn(line, " \t\r");
		if (line >= end)
			return;
		len = (int)strcspn(line, " \t\r#\n");
		if (at + (size_t)len + 2 > room)
			return;
		at += (size_t)snprintf(list + at, room - at, "%s%.*s", at ? between : "", len,
				       line);
		line += len;
	}
}

static void mode_read(const char *line, struct network_modes *modes)
{
	if (line_begins(line, "dns", NULL))
		words_read(line, ",", modes->dns, sizeof(modes->dns));
	else if (line_begins(line, "search", NULL))
		words_read(line, " ", modes->search, sizeof(modes->search));
	if (!line_begins(line, "address", NULL))
		return;
	if (line_begins(line, "address", "dhcp"))
		modes->ipv4 = "DHCP";
	else if (line_begins(line, "address", "slaac"))
		modes->ipv6 = "Autoconf";
	else if (is_six(line))
		modes->ipv6 = "Static";
	else
		modes->ipv4 = "Static";
}

void network_text_modes(const char *text, const char *bridge, struct network_modes *modes)
{
	bool inside = false;

	*modes = (struct network_modes){ .ipv4 = "None", .ipv6 = "None" };
	for (const char *line = text; *line; line = line_next(line)) {
		if (line_is_block(line))
			inside = line_begins(line, "network", bridge);
		modes->named |= inside;
		if (inside)
			mode_read(line, modes);
	}
}

/* ---- changing ---------------------------------------------------------------------------- */

/* A line about the addresses that are replaced. */
static bool is_replaced(const char *line, const struct network_address *a)
{
	if (line_begins(line, "address", "dhcp"))
		return !a->six;
	if (line_begins(line, "address", "slaac"))
		return a->six;
	if (line_begins(line, "dns", NULL) && a->servers)
		return true;
	if (line_begins(line, "address", NULL) || line_begins(line, "gateway", NULL) ||
	    line_begins(line, "dns", NULL))
		return is_six(line) == a->six;
	return line_begins(line, "search", NULL) && a->search;
}

void network_text_address(const char *text, const struct network_address *a, struct buf *out)
{
	bool inside = false, found = false;
	const char *next;

	for (const char *line = text; *line; line = next) {
		next = line_next(line);
		if (line_is_block(line))
			inside = line_begins(line, "network", a->bridge);
		if ((inside && is_replaced(line, a)) ||
		    (a->automatic && line_begins(line, "automatic", "address")))
			continue;
		line_copy(out, line, next);
		if (line_begins(line, "network", a->bridge)) {
			found = true;
			buf_printf(out, "%s", a->lines);
		}
	}
	if (!found)
		buf_printf(out, "network %s\n%s%s", a->bridge, a->begin, a->lines);
}

void network_text_bond_mode(const char *text, const char *bond, const char *mode, struct buf *out)
{
	bool inside = false;
	const char *next;

	for (const char *line = text; *line; line = next) {
		next = line_next(line);
		if (line_is_block(line))
			inside = line_begins(line, "bond", bond);
		if (inside && line_begins(line, "mode", NULL))
			continue;
		line_copy(out, line, next);
		if (line_begins(line, "bond", bond))
			buf_printf(out, "    mode %s\n", mode);
	}
}
