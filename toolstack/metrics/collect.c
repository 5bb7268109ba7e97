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
		add(&s, share(rate(&s, value, json_array_get(cpus, i)) / NS), "cpu%zu", i);
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

size_t collect_host(const json_t *now, const json_t *before, double seconds,
		    struct metrics_sample samples[COLLECT_MAX])
{
	struct samples s = { .all = samples, .seconds = seconds };
	const json_t *nics = json_object_get(now, "nics"), *cpus;
	const char *device;
	json_t *value;
	size_t i;

	add(&s, json_number_value(json_object_get(now, "loadavg")), "loadavg");
	add(&s, json_number_value(json_object_get(now, "memory_total")) / KIB, "memory_total_kib");
	add(&s, json_number_value(json_object_get(now, "memory_free")) / KIB, "memory_free_kib");
	cpus = json_object_get(before, "cpu_ns_idle");
	json_array_foreach(json_object_get(now, "cpu_ns_idle"), i, value)
		add(&s, 1 - share(rate(&s, value, json_array_get(cpus, i)) / NS), "cpu%zu", i);
	json_object_foreach((json_t *)nics, device, value)
	{
		const json_t *old = json_object_get(before, "nics");

		add(&s, device_rate(&s, nics, old, device, "rx_bytes"), "pif_%s_rx", device);
		add(&s, device_rate(&s, nics, old, device, "tx_bytes"), "pif_%s_tx", device);
	}
	return s.nr;
}
