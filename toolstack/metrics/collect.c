// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names of samples are XenAPI's. A counter that went back, or was not there before, has no rate
 * yet.
 */
#include "metrics/collect.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS  1e9
#define KIB 1024

struct samples {
	struct metrics_sample *all;
	size_t nr;
	double seconds;
};

static void add(struct samples *s, double value, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void add(struct samples *s, double value, const char *fmt, ...)
{
	va_list words;
	int len;

	if (s->nr == COLLECT_MAX)
		return;
	va_start(words, fmt);
	len = vsnprintf(s->all[s->nr].name, METRICS_NAME, fmt, words);
	va_end(words);
	s->all[s->nr].value = value;
	/* A name that is too long would be another's. */
	s->nr += len > 0 && len < METRICS_NAME;
}

/* Of a counter, a second. */
static double rate(const struct samples *s, const json_t *now, const json_t *before)
{
	double step = json_number_value(now) - json_number_value(before);

	if (!json_is_number(now) || !json_is_number(before) || step < 0 || !(s->seconds > 0))
		return NAN;
	return step / s->seconds;
}

static double share(double value)
{
	return value > 1 ? 1 : value;
}

/* "rx_bytes" of "0" of both. */
static double device_rate(const struct samples *s, const json_t *now, const json_t *before,
			  const char *device, const char *counter)
{
	return rate(s, json_object_get(json_object_get(now, device), counter),
		    json_object_get(json_object_get(before, device), counter));
}

size_t collect_vm(const json_t *now, const json_t *before, double seconds,
		  struct metrics_sample samples[COLLECT_MAX])
{
	struct samples s = { .all = samples, .seconds = seconds };
	const json_t *cpus, *disks, *vifs;
	const char *device;
	json_t *value;
	size_t i;

	/* A VM that was started anew counts from zero. */
	if (json_integer_value(json_object_get(now, "domid")) !=
	    json_integer_value(json_object_get(before, "domid")))
		before = NULL;
	add(&s, json_number_value(json_object_get(now, "memory")), "memory");
	cpus = json_object_get(before, "cpu_ns");
	json_array_foreach(json_object_get(now, "cpu_ns"), i, value)
	{
		add(&s, share(rate(&s, value, json_array_get(cpus, i)) / NS), "cpu%zu", i);
	}
	value = json_object_get(json_object_get(now, "guest"), "data/meminfo_free");
	if (value)
		add(&s, strtod(json_string_value(value), NULL), "memory_internal_free");
	disks = json_object_get(before, "disks");
	json_object_foreach(json_object_get(now, "disks"), device, value)
	{
		const json_t *all = json_object_get(now, "disks");

		add(&s, device_rate(&s, all, disks, device, "read_bytes"), "vbd_%s_read", device);
		add(&s, device_rate(&s, all, disks, device, "write_bytes"), "vbd_%s_write", device);
	}
	vifs = json_object_get(before, "vifs");
	json_object_foreach(json_object_get(now, "vifs"), device, value)
	{
		const json_t *all = json_object_get(now, "vifs");

		add(&s, device_rate(&s, all, vifs, device, "rx_bytes"), "vif_%s_rx", device);
		add(&s, device_rate(&s, all, vifs, device, "tx_bytes"), "vif_%s_tx", device);
	}
	return s.nr;
}

/* The sum of those samples, from the first on, whose names end so; NAN: none is known. */
static double total(const struct samples *s, const char *prefix, const char *end)
{
	double sum = NAN;

	for (size_t i = 0; i < s->nr; i++) {
		const char *name = s->all[i].name;
		size_t len = strlen(name);

		if (strncmp(name, prefix, strlen(prefix)) == 0 && len > strlen(end) &&
		    strcmp(name + len - strlen(end), end) == 0 && !isnan(s->all[i].value))
			sum = (isnan(sum) ? 0 : sum) + s->all[i].value;
	}
	return sum;
}

static void add_rates(struct samples *s, const json_t *now, const json_t *before, const char *kind,
		      const char *in, const char *out)
{
	char counter[24];
	const char *device;
	json_t *value;

	json_object_foreach((json_t *)now, device, value)
	{
		snprintf(counter, sizeof(counter), "%s_bytes", in);
		add(s, device_rate(s, now, before, device, counter), "%s_%s_%s", kind, device, in);
		snprintf(counter, sizeof(counter), "%s_bytes", out);
		add(s, device_rate(s, now, before, device, counter), "%s_%s_%s", kind, device, out);
	}
}

size_t collect_host(const json_t *now, const json_t *before, double seconds,
		    struct metrics_sample samples[COLLECT_MAX])
{
	struct samples s = { .all = samples, .seconds = seconds };
	const json_t *cpus;
	json_t *value;
	size_t i;

	add(&s, json_number_value(json_object_get(now, "loadavg")), "loadavg");
	add(&s, json_number_value(json_object_get(now, "memory_total")) / KIB, "memory_total_kib");
	add(&s, json_number_value(json_object_get(now, "memory_free")) / KIB, "memory_free_kib");
	cpus = json_object_get(before, "cpu_ns_idle");
	json_array_foreach(json_object_get(now, "cpu_ns_idle"), i, value)
	{
		add(&s, 1 - share(rate(&s, value, json_array_get(cpus, i)) / NS), "cpu%zu", i);
	}
	add(&s, total(&s, "cpu", "") / (double)(i ? i : 1), "cpu_avg");
	add_rates(&s, json_object_get(now, "nics"), json_object_get(before, "nics"), "pif", "rx",
		  "tx");
	add(&s, total(&s, "pif_", "_rx"), "pif_aggr_rx");
	add(&s, total(&s, "pif_", "_tx"), "pif_aggr_tx");
	add_rates(&s, json_object_get(now, "disks"), json_object_get(before, "disks"), "disk",
		  "read", "write");
	return s.nr;
}
