// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Believable figures for the simulated host: a past of a year for each owner, then a sample every
 * five seconds, in the files of toolstack/metrics. What an owner does follows the hours of the day,
 * and is noise that depends on nothing but the time and the owner's name, so that all levels agree.
 *
 * usage: figures FOLDER <LIST    lines "host CPUS" and "UUID CPUS"; ends with standard input's
 */
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "metrics/table.h"

#define OWNERS  64
#define COLUMNS 24
#define GIB     (1024.0 * 1024 * 1024)

struct owner {
	char uuid[UUID_TEXT];
	unsigned int cpus;
};

static uint32_t mix(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352d;
	x ^= x >> 15;
	x *= 0x846ca68b;
	return x ^ x >> 16;
}

static uint32_t seed_of(const char *text)
{
	uint32_t h = 2166136261;

	while (*text)
		h = (h ^ (unsigned char)*text++) * 16777619;
	return mix(h);
}

/* 0..1, new every step seconds, with straight lines between. */
static double noise(uint32_t seed, int64_t t, int64_t step)
{
	double from = mix(seed ^ mix((uint32_t)(t / step))) / 4294967295.0;
	double to = mix(seed ^ mix((uint32_t)(t / step + 1))) / 4294967295.0;

	return from + (to - from) * (double)(t % step) / (double)step;
}

/* 0..1: days and weeks, and what comes between. */
static double load(uint32_t seed, int64_t t)
{
	double hour = (double)((t + seed % 14400) % 86400) / 3600;
	double day = 0.35 - 0.25 * cos((hour - 3) * M_PI / 12);
	double week = (t / 86400 + 4) % 7 < 2 ? 0.5 : 1;
	double peak = noise(seed + 1, t, 180);

	return 0.03 + 0.5 * day * week * noise(seed, t, 5400) + 0.4 * peak * peak * peak * peak +
	       0.05 * noise(seed + 2, t, 5);
}

static void add(struct metrics_sample *s, size_t *nr, double value, const char *name)
{
	snprintf(s[*nr].name, METRICS_NAME, "%s", name);
	s[(*nr)++].value = value;
}

static size_t sample(const struct owner *o, int64_t t, struct metrics_sample *s)
{
	static const char *const of_host[] = { "pif_nic0_rx",   "pif_nic0_tx",   "pif_nic1_rx",
					       "pif_nic1_tx",   "pif_aggr_rx",   "pif_aggr_tx",
					       "disk_sda_read", "disk_sda_write" };
	static const char *const of_vm[] = { "vif_0_rx", "vif_0_tx", "vbd_xvda_read",
					     "vbd_xvda_write" };
	const bool host = strcmp(o->uuid, METRICS_HOST) == 0;
	const uint32_t seed = seed_of(o->uuid);
	double sum = 0;
	char name[METRICS_NAME];
	size_t nr = 0;

	for (unsigned int i = 0; i < o->cpus && i < 8; i++) {
		double share = fmin(load(seed + 31 * i, t), 1);

		sum += share;
		snprintf(name, sizeof(name), "cpu%u", i);
		add(s, &nr, share, name);
	}
	if (host) {
		add(s, &nr, sum / o->cpus, "cpu_avg");
		add(s, &nr, sum * 1.3, "loadavg");
		add(s, &nr, 64 * GIB / 1024, "memory_total_kib");
		add(s, &nr, (20 + 8 * noise(seed, t, 7200)) * GIB / 1024, "memory_free_kib");
	} else {
		add(s, &nr, 2 * GIB, "memory");
		add(s, &nr, (0.3 + load(seed + 7, t)) * GIB / 1024, "memory_internal_free");
	}
	for (size_t i = 0; i < (host ? sizeof(of_host) : sizeof(of_vm)) / sizeof(*of_vm); i++)
		add(s, &nr, load(seed + 101 * (uint32_t)i, t) * (host ? 9e7 : 2e7),
		    host ? of_host[i] : of_vm[i]);
	return nr;
}

static void fail(const struct reason *why)
{
	fprintf(stderr, "figures: %s\n", why->text);
	exit(1);
}

/* All rows up to now; a VM's begin with how long it has been there. */
static void past_write(const char *folder, const struct owner *o, int64_t now)
{
	float values[METRICS_COLUMNS];
	struct metrics_sample s[COLUMNS];
	struct reason why;
	struct table t;

	if (table_open(&t, folder, o->uuid, true, &why) < 0)
		fail(&why);
	for (size_t i = 0, nr = sample(o, now, s); i < nr; i++)
		if (table_column(&t, s[i].name, &why) < 0)
			fail(&why);
	for (unsigned int level = 0; level < LEVELS; level++) {
		const int64_t step = levels[level].step, last = now / step - 1;

		for (int64_t slot = last - levels[level].rows + 1; slot <= last; slot++) {
			for (size_t i = 0, nr = sample(o, slot * step, s); i < nr; i++)
				values[i] = (float)s[i].value;
			if (table_row_put(&t, level, slot, values, &why) < 0)
				fail(&why);
		}
	}
	if (table_last_put(&t, (now / METRICS_STEP - 1) * METRICS_STEP, &why) < 0)
		fail(&why);
	table_close(&t);
}

int main(int argc, char **argv)
{
	struct pollfd in = { .fd = 0, .events = POLLIN };
	static struct owner owners[OWNERS];
	struct metrics_sample s[COLUMNS];
	struct reason why;
	char line[128];
	size_t nr = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: figures FOLDER <LIST\n");
		return 2;
	}
	/* An empty line ends the list; standard input stays open as long as there is a host. */
	while (nr < OWNERS && fgets(line, sizeof(line), stdin) &&
	       sscanf(line, "%36s %u", owners[nr].uuid, &owners[nr].cpus) == 2)
		past_write(argv[1], &owners[nr++], time(NULL));
	puts("ready");
	fflush(stdout);
	while (poll(&in, 1, (int)(METRICS_STEP - time(NULL) % METRICS_STEP) * 1000) == 0)
		for (size_t i = 0; i < nr; i++)
			if (metrics_add(argv[1], owners[i].uuid, time(NULL), s,
					sample(&owners[i], time(NULL), s), &why) < 0)
				fail(&why);
	return 0;
}
