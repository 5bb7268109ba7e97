// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The page that a host shows: a few programs' words, cut to lines. See status.h.
 */
#include "hostmenu/status.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hostmenu/command.h"
#include "lib/file.h"

#define PATIENCE_MS      4000
#define VALUE            59
#define FINGERPRINT_HALF 48 /* 16 bytes; it takes two lines */
#define KEY_FILE         "/etc/dropbear/dropbear_ed25519_host_key"

const char *status_root = "";

/* Without them nobody manages the host, or VMs have no disks and networks. */
static const char *const services[] = { "apid",      "vmd",      "lighttpd", "network",
					"xenstored", "consoled", "storage",  "transfer" };

void status_path(char *to, size_t room, const char *path)
{
	snprintf(to, room, "%s%s", status_root, path);
}

static bool root_line(const char *path, char *line, size_t room)
{
	char whole[256];

	status_path(whole, sizeof(whole), path);
	return file_line(whole, line, room);
}

static void copy(char to[STATUS_TEXT], const char *from, size_t len)
{
	snprintf(to, STATUS_TEXT, "%.*s", (int)(len < STATUS_TEXT ? len : STATUS_TEXT - 1), from);
}

/* ---- parts ------------------------------------------------------------------------------- */

static void version_read(struct status *s)
{
	char path[256], line[128];
	FILE *file;

	status_path(path, sizeof(path), "/etc/os-release");
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "VERSION_ID=\"%63[^\"]", s->version);
	if (file)
		fclose(file);
}

/* "xenbr0  up  nic0  2 192.0.2.10/24 (DHCP), gateway ...": the first network with an address. */
static void address_read(struct status *s)
{
	const char *const argv[] = { "network", "show", NULL };
	struct buf out = { 0 };
	char *line, *state;

	if (command_run(argv, NULL, PATIENCE_MS, &out) != 0 || out.failed)
		snprintf(s->address, STATUS_TEXT, "the network service does not answer");
	else
		snprintf(s->address, STATUS_TEXT, "none yet");
	line = out.failed ? NULL : strtok_r(out.data, "\n", &state);
	/* The table of cards comes behind that of networks. */
	for (; line && !*s->ip && strncmp(line, "NIC ", 4) != 0;
	     line = strtok_r(NULL, "\n", &state)) {
		char network[32];
		int at = 0;

		if (sscanf(line, "%31s up %*s %*u %n", network, &at) != 1 || !at ||
		    line[at] == '-' || !line[at])
			continue;
		copy(s->network, network, strlen(network));
		copy(s->address, line + at, strcspn(line + at, ","));
		copy(s->ip, line + at, strcspn(line + at, "/ "));
	}
	buf_free(&out);
}

/* Both are made once, so they are asked for until they are there. */
static void fingerprints_read(struct status *s)
{
	static char certificate[STATUS_TEXT], key[STATUS_TEXT];
	const char *const show[] = { "host-certificate", NULL };
	char path[256], *found;
	const char *const ssh[] = { "dropbearkey", "-y", "-f", path, NULL };
	struct buf out = { 0 };

	status_path(path, sizeof(path), KEY_FILE);
	if (!*certificate && command_run(show, NULL, PATIENCE_MS, &out) == 0 && !out.failed)
		copy(certificate, out.data, strcspn(out.data, "\n"));
	out.len = 0;
	if (!*key && command_run(ssh, NULL, PATIENCE_MS, &out) == 0 && !out.failed &&
	    (found = strstr(out.data, "SHA256:")))
		copy(key, found, strcspn(found, " \n"));
	copy(s->certificate, certificate, strlen(certificate));
	copy(s->ssh_key, key, strlen(key));
	buf_free(&out);
}

static void services_read(struct status *s)
{
	const size_t nr = sizeof(services) / sizeof(services[0]);
	const char *argv[sizeof(services) / sizeof(services[0]) + 3] = { "sv", "status" };
	char paths[sizeof(services) / sizeof(services[0])][48], down[STATUS_TEXT] = "", *line,
								*state;
	struct buf out = { 0 };

	for (size_t i = 0; i < nr; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/etc/service/%s", services[i]);
		argv[i + 2] = paths[i];
	}
	command_run(argv, NULL, PATIENCE_MS, &out);
	line = out.failed ? NULL : strtok_r(out.data, "\n", &state);
	for (size_t i = 0; i < nr; i++, line = line ? strtok_r(NULL, "\n", &state) : NULL)
		if (!line || strncmp(line, "run: ", 5) != 0)
			snprintf(down + strlen(down), sizeof(down) - strlen(down), " %s",
				 services[i]);
	if (*down)
		snprintf(s->services, STATUS_TEXT, "down:%.90s", down);
	else
		snprintf(s->services, STATUS_TEXT, "all %zu services run", nr);
	buf_free(&out);
}

/* How often a word stands in a list with commas. */
static size_t list_count(const char *list, const char *word)
{
	size_t nr = 0;

	for (; *list; list += strcspn(list, ",\n"), list += *list != '\0') {
		size_t len = strcspn(list, ",\n");

		nr += len && (!word || (len == strlen(word) && strncmp(list, word, len) == 0));
	}
	return nr;
}

static void vms_read(struct status *s)
{
	const char *const argv[] = {
		"xe", "vm-list", "is-control-domain=false", "params=power-state", "--minimal", NULL
	};
	struct buf out = { 0 };

	s->managed = command_run(argv, NULL, PATIENCE_MS, &out) == 0 && !out.failed;
	if (s->managed)
		snprintf(s->vms, STATUS_TEXT, "%zu running, of %zu",
			 list_count(out.data, "running"), list_count(out.data, NULL));
	else
		snprintf(s->vms, STATUS_TEXT, "the management API does not answer");
	buf_free(&out);
}

static void alarms_read(struct status *s)
{
	const char *const argv[] = { "xe", "message-list", "params=name", "--minimal", NULL };
	struct buf out = { 0 };
	size_t nr;

	if (s->managed && command_run(argv, NULL, PATIENCE_MS, &out) == 0 && !out.failed) {
		nr = list_count(out.data, NULL);
		if (nr)
			snprintf(s->alarms, STATUS_TEXT, "%zu: %.60s%s", nr, out.data,
				 out.len > 60 ? "..." : "");
		else
			snprintf(s->alarms, STATUS_TEXT, "none");
		s->alarms[strcspn(s->alarms, "\n")] = '\0';
	}
	buf_free(&out);
}

/* ---- the whole --------------------------------------------------------------------------- */

void status_read(struct status *s)
{
	char state[STATUS_TEXT] = "";

	memset(s, 0, sizeof(*s));
	if (!root_line("/proc/sys/kernel/hostname", s->name, sizeof(s->name)))
		snprintf(s->name, STATUS_TEXT, "socle");
	root_line("/run/state", state, sizeof(state));
	if (strncmp(state, "missing", 7) == 0)
		snprintf(s->warning, STATUS_TEXT, "*** The state is not available:%.60s",
			 state + 7);
	version_read(s);
	address_read(s);
	fingerprints_read(s);
	services_read(s);
	vms_read(s);
	alarms_read(s);
}

static void line_add(char *text, size_t room, const char *label, const char *value)
{
	int first = strlen(value) > VALUE ? FINGERPRINT_HALF : VALUE;
	size_t len = strlen(text);

	snprintf(text + len, room - len, "%-13s%.*s\n", label, first, value);
	if (strlen(value) > VALUE) {
		len = strlen(text);
		snprintf(text + len, room - len, "%-13s%.*s\n", "", VALUE, value + first);
	}
}

void status_text(const struct status *s, char *text, size_t room)
{
	char line[3 * STATUS_TEXT], clock[32] = "";
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(clock, sizeof(clock), "%Y-%m-%d %H:%M %Z", &tm);
	*text = '\0';
	line_add(text, room, "Host", s->name);
	snprintf(line, sizeof(line), "%s%s%s", s->address, *s->network ? " on " : "", s->network);
	line_add(text, room, "Address", line);
	snprintf(line, sizeof(line), "https://%s/", s->ip);
	line_add(text, room, "Managed at", *s->ip ? line : "");
	line_add(text, room, "Certificate", *s->certificate ? s->certificate : "not made yet");
	line_add(text, room, "SSH key",
		 *s->ssh_key ? s->ssh_key : "made when the first key is authorised");
	line_add(text, room, "", "");
	line_add(text, room, "Management", s->services);
	line_add(text, room, "VMs", s->vms);
	line_add(text, room, "Messages", s->alarms);
	line_add(text, room, "", "");
	line_add(text, room, "Seen at", clock);
	if (*s->warning)
		line_add(text, room, "", s->warning);
}

bool status_managed(void)
{
	struct status s = { 0 };

	vms_read(&s);
	return s.managed;
}
