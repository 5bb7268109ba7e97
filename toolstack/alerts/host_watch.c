// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * This machine, by what the kernel shows to everybody. See watch.h.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "alerts/level.h"
#include "alerts/watch.h"
#include "lib/bytes.h"
#include "lib/file.h"

#define STEP_SECONDS   2.0
#define CLOCK_QUIET    3600 /* seconds between two messages of steps */
#define CLOCK_YOUNG    900  /* seconds after the start in which a clock may be set */
#define UNSYNC_SECONDS 1800
#define NICS           64

static int priority_of(unsigned int level)
{
	return level ? 4 - (int)level : 0;
}

static unsigned int level_of(const char *name, const struct subject *of, unsigned int hundredths)
{
	int before = alert_priority(name, of);

	return level_next(&levels_usual, before ? 4 - (unsigned int)before : 0, hundredths);
}

/* ---- memory and file systems --------------------------------------------------------------- */

static unsigned long long meminfo(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

/* Of the control domain: without it nothing is managed, and guests lose their disks. */
static void memory_watch(const char *host)
{
	const struct subject of = { "Host", host, "control domain" };
	struct buf text = { 0 };
	unsigned long long total, left;
	unsigned int used;

	if (buf_read_file(&text, "/proc/meminfo", 65536) < 0 || !text.data) {
		buf_free(&text);
		return;
	}
	total = meminfo(text.data, "MemTotal:");
	left = meminfo(text.data, "MemAvailable:");
	buf_free(&text);
	used = level_hundredths(total > left ? total - left : 0, total);
	alert_state("HOST_MEMORY_LOW", priority_of(level_of("HOST_MEMORY_LOW", &of, used)), &of,
		    "%llu of %llu MiB of memory are left", left >> 10, total >> 10);
}

static void file_system_watch(const char *host, const char *path)
{
	const struct subject of = { "Host", host, path };
	struct statvfs fs;
	unsigned int used;

	/* The root file system of a RAM disk has no size. */
	if (statvfs(path, &fs) < 0 || fs.f_blocks == 0)
		return;
	used = level_hundredths(fs.f_blocks - fs.f_bfree, fs.f_blocks);
	alert_state("HOST_FS_SPACE_LOW", priority_of(level_of("HOST_FS_SPACE_LOW", &of, used)), &of,
		    "its file system is %u %% full, %llu MiB are left", used / 100,
		    (unsigned long long)fs.f_bavail * fs.f_frsize >> 20);
}

/* ---- devices ----------------------------------------------------------------------------- */

static void array_watch(const char *host, const char *name)
{
	const struct subject of = { "Host", host, name };
	char path[320], line[32];
	long missing;

	snprintf(path, sizeof(path), "/sys/block/%s/md/degraded", name);
	if (!file_line(path, line, sizeof(line)))
		return;
	missing = strtol(line, NULL, 10);
	alert_state("RAID_DEGRADED", missing > 0 ? 2 : 0, &of,
		    "%ld of its disks are missing; the next that fails takes the data with it",
		    missing);
}

/* Cards that had a link once. */
static void nic_watch(const char *host, const char *name)
{
	static char up[NICS][16];
	const struct subject of = { "Host", host, name };
	char path[320], line[8];
	int known = -1, room = -1;

	if (strlen(name) >= sizeof(up[0]))
		return;
	snprintf(path, sizeof(path), "/sys/class/net/%s/device/uevent", name);
	if (access(path, F_OK) < 0 || strncmp(name, "vif", 3) == 0)
		return;
	for (int i = 0; i < NICS; i++) {
		if (strcmp(up[i], name) == 0)
			known = i;
		else if (!up[i][0])
			room = i;
	}
	snprintf(path, sizeof(path), "/sys/class/net/%s/carrier", name);
	/* One that is off cannot be read. */
	if (!file_line(path, line, sizeof(line)))
		return;
	if (line[0] == '1' && known < 0 && room >= 0)
		snprintf(up[room], sizeof(up[0]), "%s", name);
	if (line[0] == '1')
		alert_state("NIC_LINK_DOWN", 0, &of, "-");
	else if (known >= 0)
		alert_state("NIC_LINK_DOWN", 3, &of, "no link: the cable or the switch");
}

static void each_in(const char *folder, const char *prefix, const char *host,
		    void (*watch)(const char *host, const char *name))
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			watch(host, entry->d_name);
	if (dir)
		closedir(dir);
}

/* ---- the clock --------------------------------------------------------------------------- */

static double seconds_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void step_watch(const char *host)
{
	static double before, told;
	const struct subject of = { "Host", host, "clock" };
	double up = seconds_of(CLOCK_BOOTTIME), offset = seconds_of(CLOCK_REALTIME) - up;
	double step = offset - before;
	bool stepped = before > 0 && (step > STEP_SECONDS || step < -STEP_SECONDS);

	before = offset;
	if (!stepped || up < CLOCK_YOUNG || (told > 0 && up - told < CLOCK_QUIET))
		return;
	told = up;
	alert_event("HOST_CLOCK_STEPPED", 3, &of,
		    "the clock was set %s by %.0f seconds: times of logs, metrics and backups jump",
		    step > 0 ? "forward" : "back", step > 0 ? step : -step);
}

/* The kernel knows whether somebody keeps its clock right; a host on which nobody does is left. */
static void sync_watch(const char *host)
{
	static double last_good;
	const struct subject of = { "Host", host, "clock" };
	struct timex t = { .modes = 0 };
	double up = seconds_of(CLOCK_BOOTTIME);

	if (adjtimex(&t) < 0)
		return;
	if (!(t.status & STA_UNSYNC)) {
		last_good = up;
		alert_state("HOST_CLOCK_UNSYNCHRONISED", 0, &of, "-");
	} else if (last_good > 0 && up - last_good > UNSYNC_SECONDS) {
		alert_state("HOST_CLOCK_UNSYNCHRONISED", 3, &of,
			    "no time server has answered for %.0f minutes", (up - last_good) / 60);
	}
}

void host_watch(const char *host)
{
	memory_watch(host);
	file_system_watch(host, "/var/lib/socle");
	file_system_watch(host, "/var/log");
	each_in("/sys/block", "md", host, array_watch);
	each_in("/sys/class/net", "", host, nic_watch);
	step_watch(host);
	sync_watch(host);
}
