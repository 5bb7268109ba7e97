// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs about the machine: what it is, its log, its clock, and its power.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "lib/domain.h"
#include "lib/file.h"
#include "lib/host.h"
#include "vmd/nic_list.h"
#include "vmd/refused.h"
#include "vmd/text_json.h"
#include "vmd/verbs.h"

#define LOG_BYTES (48 * 1024) /* of the newest; a message has room for it, escaped */

static const char *const power_actions[] = { "off", "reboot", NULL };

static const struct arg dmesg_args[] = { ARG("clear", BOOL, .optional = true), ARGS_END };
static const struct arg name_args[] = { ARG("name", NAME, .min = 1, .max = 63), ARGS_END };
static const struct arg power_args[] = { ARG("action", WORD, .words = power_actions), ARGS_END };

/* --- CPUs ------------------------------------------------------------------------------------- */

/* "key : value" of the first CPU in /proc/cpuinfo; "" if there is none. */
static void cpu_field(const char *text, const char *key, char *value, size_t room)
{
	const char *at = text;

	value[0] = '\0';
	while (at) {
		const char *colon = strchr(at, ':');

		if (strncmp(at, key, strlen(key)) == 0 && strchr(" \t:", at[strlen(key)]) &&
		    colon) {
			colon += 1 + strspn(colon + 1, " \t");
			snprintf(value, room, "%.*s", (int)strcspn(colon, "\n"), colon);
			return;
		}
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
}

static json_t *cpu_json(const char *text, const struct xen_sysctl_physinfo *p)
{
	static const char *const fields[][2] = {
		{ "vendor_id", "vendor" },  { "model name", "model_name" }, { "flags", "flags" },
		{ "stepping", "stepping" }, { "cpu family", "family" },     { "model", "model" },
	};
	static char value[4096];
	json_t *cpu = json_pack("{s:I}", "speed_mhz", (json_int_t)(p->cpu_khz / 1000));

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		cpu_field(text, fields[i][0], value, sizeof(value));
		json_object_set_new(cpu, fields[i][1], json_string(value));
	}
	return cpu;
}

static void set_cpus(struct call *c, const struct xen_sysctl_physinfo *p)
{
	struct buf text = { 0 };
	json_t *cpus = json_array(), *one;

	/* The control domain may have fewer, but they are all alike. */
	if (buf_read_file(&text, "/proc/cpuinfo", 4 * 1024 * 1024) < 0)
		text.len = 0;
	one = cpu_json(text.len ? text.data : "", p);
	buf_free(&text);
	call_set(c, "cpu", one);
	for (uint32_t i = 0; i < p->nr_cpus; i++)
		json_array_append_new(cpus, json_pack("{s:i}", "number", (int)i));
	call_set(c, "cpus", cpus);
	call_set(c, "cpu_count", json_integer(p->nr_cpus));
	call_set(c, "threads_per_core", json_integer(p->threads_per_core));
	call_set(c, "cores_per_socket", json_integer(p->cores_per_socket));
	call_set(c, "sockets",
		 json_integer(p->cores_per_socket && p->threads_per_core
				      ? (p->nr_cpus + p->cores_per_socket * p->threads_per_core -
					 1) / (p->cores_per_socket * p->threads_per_core)
				      : 1));
}

/* --- host.info -------------------------------------------------------------------------------- */

static double seconds_of(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static json_int_t boot_time(void)
{
	return (json_int_t)(seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME));
}

/* VERSION_ID="0.1" */
static void socle_version(char *version, size_t room)
{
	struct buf text = { 0 };
	const char *at = NULL;

	snprintf(version, room, "unknown");
	if (buf_read_file(&text, "/etc/os-release", 4096) == 0 && text.data)
		at = strstr(text.data, "VERSION_ID=\"");
	if (at) {
		at += strlen("VERSION_ID=\"");
		snprintf(version, room, "%.*s", (int)strcspn(at, "\"\n"), at);
	}
	buf_free(&text);
}

static json_t *text_version(struct call *c, unsigned int what, size_t len)
{
	char text[sizeof(xen_capabilities_info_t) + 1] = "";

	if (len < sizeof(text) && host_version_get(&c->xc, what, text, len) >= 0)
		text[len] = '\0';
	else
		text[0] = '\0';
	return json_string(text);
}

static void set_versions(struct call *c, const struct utsname *u)
{
	int version = host_version(&c->xc);
	xen_extraversion_t extra = "";
	char socle[32], hypervisor[64];

	host_version_get(&c->xc, XENVER_extraversion, extra, sizeof(extra));
	snprintf(hypervisor, sizeof(hypervisor), "%d.%d%.*s", version >> 16, version & 0xffff,
		 (int)strnlen(extra, sizeof(extra)), extra);
	socle_version(socle, sizeof(socle));
	call_set(c, "versions",
		 json_pack("{s:s, s:s, s:s}", "socle", socle, "hypervisor", hypervisor, "kernel",
			   u->release));
	call_set(c, "hypervisor_capabilities",
		 text_version(c, XENVER_capabilities, XEN_CAPABILITIES_INFO_LEN));
	call_set(c, "hypervisor_command_line",
		 text_version(c, XENVER_commandline, sizeof(xen_commandline_t)));
}

static int do_info(struct call *c)
{
	struct xen_domctl_getdomaininfo dom0 = { 0 };
	struct xen_sysctl_physinfo p;
	struct utsname u;

	if (host_physinfo(&c->xc, &p) < 0 || uname(&u) < 0)
		return call_fail(c, "INTERNAL_ERROR", "physinfo", "the hypervisor: %s",
				 strerror(errno));
	domain_info(&c->xc, 0, &dom0);
	call_set(c, "name", json_string(u.nodename));
	set_cpus(c, &p);
	call_set(c, "memory_total", json_integer((json_int_t)(p.total_pages << 12)));
	call_set(c, "memory_free",
		 json_integer((json_int_t)((p.free_pages - p.outstanding_pages) << 12)));
	call_set(c, "memory_dom0", json_integer((json_int_t)(dom0.tot_pages << 12)));
	set_versions(c, &u);
	call_set(c, "nics", nic_list());
	call_set(c, "boot_time", json_integer(boot_time()));
	return 0;
}

/* --- log, clock, power ------------------------------------------------------------------------ */

json_t *text_newest(struct buf *text)
{
	size_t from = text->len > LOG_BYTES ? text->len - LOG_BYTES : 0;

	for (size_t i = from; i < text->len; i++) {
		unsigned char ch = (unsigned char)text->data[i];

		if ((ch < 0x20 && ch != '\n' && ch != '\t') || ch >= 0x7f)
			text->data[i] = '?';
	}
	return text->data ? json_stringn(text->data + from, text->len - from) : json_string("");
}

static int do_dmesg(struct call *c)
{
	static char data[32768];
	struct buf text = { 0 };
	uint32_t index = 0;
	int got = 1;

	/* The ring can be larger than one read, and grows while we read. */
	for (unsigned int i = 0; i < 256 && got > 0; i++) {
		got = host_read_console(&c->xc, arg_bool(c->args, "clear"), i > 0, &index, data,
					sizeof(data));
		if (got > 0)
			buf_append(&text, data, (size_t)got);
	}
	if (got < 0)
		call_fail(c, "INTERNAL_ERROR", "readconsole", "the log: %s", strerror(errno));
	else
		call_set(c, "text", text_newest(&text));
	buf_free(&text);
	return got < 0 ? -1 : 0;
}

static int do_time(struct call *c)
{
	call_set(c, "now", json_real(seconds_of(CLOCK_REALTIME)));
	call_set(c, "uptime", json_real(seconds_of(CLOCK_BOOTTIME)));
	call_set(c, "boot_time", json_integer(boot_time()));
	return 0;
}

/* As the commands poweroff and reboot do: init shuts down what there is. */
static int do_power(struct call *c)
{
	int sig = strcmp(arg_text(c->args, "action"), "off") == 0 ? SIGUSR2 : SIGTERM;

	if (kill(1, sig) < 0)
		return call_fail(c, "INTERNAL_ERROR", "init", "init: %s", strerror(errno));
	return 0;
}

/* Letters, digits and '-', which is at neither end. */
static bool is_host_name(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '-' && name[len - 1] != '-' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
		       len;
}

/* The file may be a link to where this host's state is: that stays. */
static int do_set_name(struct call *c)
{
	const char *name = arg_text(c->args, "name");
	char *file = realpath("/etc/hostname", NULL), line[80];
	struct reason why;
	int rc = 0;

	if (!is_host_name(name)) {
		reason_set(&why, "%s: a host's name has letters, digits and '-'", name);
		rc = refused_words(c, "HOST_NAME_INVALID", name, &why);
	} else {
		snprintf(line, sizeof(line), "%s\n", name);
		rc = file_replace(file ? file : "/etc/hostname", line, strlen(line), 0644);
		if (rc == 0)
			rc = sethostname(name, strlen(name));
		if (rc < 0) {
			reason_errno(&why, "/etc/hostname");
			rc = call_fail_why(c, "INTERNAL_ERROR", &why);
		}
	}
	free(file);
	return rc;
}

const struct verb host_verbs[] = {
	{ "host.info", args_none, do_info, "the machine, and what runs it" },
	{ "host.dmesg", dmesg_args, do_dmesg, "the hypervisor's log, the newest of it: {text}" },
	{ "host.time", args_none, do_time, "{now, uptime, boot_time}" },
	{ "host.set_name", name_args, do_set_name, "its name, now and when it starts again" },
	{ "host.power", power_args, do_power, "off, or another start; guests are not asked" },
	{ .name = NULL },
};
