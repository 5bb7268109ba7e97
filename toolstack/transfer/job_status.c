// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /system-status: what helps to find out what is wrong with a host, as one archive for others to
 * read: its logs, the hypervisor's, what there is and how it is set up. No secrets: no keys, no
 * passwords, nothing of the database.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transfer/host_archive.h"
#include "transfer/job.h"

#define LOG_MOST    (16u << 20) /* of one file: the newest */
#define KLOG_READ   3           /* syslog(2): all that is in the kernel's ring */
#define KLOG_MOST   (1u << 20)
#define PREFIX      "/var/"
#define NAME_LENGTH 99 /* the most in a tar header */

/* What vmd answers, as it is, or its text. */
static const struct {
	const char *verb, *file;
} asked[] = {
	{ "host.info", "host.json" },      { "host.dmesg", "hypervisor.log" },
	{ "host.log", "system.log" },      { "vm.list", "vms.json" },
	{ "sr.list", "storage.json" },     { "network.list", "networks.json" },
	{ "network.get", "network.conf" }, { "network.show", "networks.txt" },
};

static const char *const read_files[] = { "/proc/cmdline",    "/proc/meminfo",  "/proc/mounts",
					  "/proc/interrupts", "/proc/modules",  "/proc/net/dev",
					  "/proc/diskstats",  "/etc/os-release" };

struct status {
	struct job *job;
	struct sink *to;
};

static int put(struct status *s, const char *name, const struct buf *data, struct reason *why)
{
	return host_file_write(s->to, name, data->data, data->len, why);
}

/* One that cannot be had is a line in its own place: the others count. */
static int ask(struct status *s, const char *verb, const char *file, struct reason *why)
{
	json_t *ok = job_vmd_ask(s->job, verb, json_object());
	const char *text = json_string_value(json_object_get(ok, "text"));
	struct buf data = { 0 };
	char *json = ok && !text ? json_dumps(ok, JSON_INDENT(1)) : NULL;
	int rc;

	if (!ok)
		api_error_words(&s->job->api, &data);
	else
		buf_printf(&data, "%s", text ? text : json ? json : "");
	if (json_array_size(s->job->parts)) {
		free(json);
		json = json_dumps(s->job->parts, JSON_INDENT(1));
		buf_printf(&data, "\n%s", json ? json : "");
	}
	rc = put(s, file, &data, why);
	free(json);
	buf_free(&data);
	json_decref(ok);
	return rc;
}

/* The end of it, if it is long. */
static int put_fd(struct status *s, int fd, const char *name, struct reason *why)
{
	struct buf data = { 0 };
	char part[16384];
	struct stat st;
	ssize_t n;
	int rc;

	if (fstat(fd, &st) == 0 && st.st_size > LOG_MOST)
		lseek(fd, -(off_t)LOG_MOST, SEEK_END);
	while (data.len < LOG_MOST && (n = read(fd, part, sizeof(part))) > 0)
		buf_append(&data, part, (size_t)n);
	rc = data.failed ? reason_set(why, "out of memory") : put(s, name, &data, why);
	buf_free(&data);
	return rc;
}

static int put_log(struct status *s, const char *path, struct reason *why)
{
	json_t *ok = NULL;
	int fd, rc;

	if (strncmp(path, PREFIX, strlen(PREFIX)) != 0 ||
	    strlen(path + strlen(PREFIX)) > NAME_LENGTH)
		return 0;
	fd = job_vmd(s->job, "host.log_open", json_pack("{ss}", "path", path), &ok);
	json_decref(ok);
	if (fd < 0)
		return 0; /* it has gone meanwhile */
	rc = put_fd(s, fd, path + strlen(PREFIX), why);
	close(fd);
	return rc;
}

static int put_logs(struct status *s, struct reason *why)
{
	json_t *ok = job_vmd_ask(s->job, "host.logs", json_object()), *one;
	json_t *paths = json_copy(s->job->parts);
	size_t i;
	int rc = 0;

	json_array_extend(paths, json_object_get(ok, "paths"));
	json_array_foreach(paths, i, one)
	{
		if (rc == 0)
			rc = put_log(s, json_string_value(one), why);
	}
	json_decref(paths);
	json_decref(ok);
	return rc;
}

static int put_kernel(struct status *s, struct reason *why)
{
	struct buf data = { .data = malloc(KLOG_MOST) };
	int len = data.data ? klogctl(KLOG_READ, data.data, KLOG_MOST) : -1, rc;

	data.len = len > 0 ? (size_t)len : 0;
	rc = put(s, "kernel.log", &data, why);
	free(data.data);
	return rc;
}

static int put_all(struct status *s, struct reason *why)
{
	int rc = put_kernel(s, why);

	for (size_t i = 0; rc == 0 && i < sizeof(asked) / sizeof(asked[0]); i++)
		rc = ask(s, asked[i].verb, asked[i].file, why);
	for (size_t i = 0; rc == 0 && i < sizeof(read_files) / sizeof(read_files[0]); i++) {
		struct buf data = { 0 };

		if (buf_read_file(&data, read_files[i], KLOG_MOST) == 0)
			rc = put(s, read_files[i] + 1, &data, why);
		buf_free(&data);
	}
	if (rc == 0)
		rc = put_logs(s, why);
	if (rc < 0 || sink_zeroes(s->to, 1024, why) < 0)
		return -1;
	return sink_end(s->to, why);
}

int job_status(struct job *j)
{
	struct status s = { .job = j };
	struct reason why;
	int rc = -1;

	/* Logs say who did what: for those who may know all. */
	if (!api_do(&j->api, "pool.sync_database", json_array()))
		return -1;
	s.to = sink_open(j->request->fd, PACKING_ZSTD, &why);
	if (s.to &&
	    reply_begin(j->request, "application/octet-stream", "system-status.tar.zst", &why) == 0)
		rc = put_all(&s, &why);
	if (s.to)
		sink_close(s.to);
	return rc < 0 ? job_fail(j, "INTERNAL_ERROR", &why) : 0;
}
