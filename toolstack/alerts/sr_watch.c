// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How full repositories are, asked of vmd, since the API's figures are as old as its last look.
 * Limits: other_config:alert-levels of the repository. See watch.h.
 */
#include <stdio.h>
#include <string.h>

#include "alerts/level.h"
#include "alerts/watch.h"
#include "courier/vmd_once.h"

#define VMD_MS 20000

static const char *text_of(const json_t *o, const char *field)
{
	const char *text = json_string_value(json_object_get(o, field));

	return text ? text : "";
}

static unsigned long long number_of(const json_t *o, const char *field)
{
	json_int_t n = json_integer_value(json_object_get(o, field));

	return n > 0 ? (unsigned long long)n : 0;
}

/* Discs are always full, and thick volumes are whole: what is given away there is no danger. */
static bool can_overflow(const char *type)
{
	return strcmp(type, "lvmthin") == 0 || strcmp(type, "dir") == 0 ||
	       strcmp(type, "file") == 0 || strcmp(type, "ext") == 0 || strcmp(type, "nfs") == 0;
}

/* 80 % is 3, a service will be hit; 95 % is 1, data is about to be lost. */
static int priority_of(unsigned int level)
{
	return level ? 4 - (int)level : 0;
}

static void judge(const json_t *sr, const json_t *stat)
{
	const struct subject of = { "SR", text_of(sr, "uuid"), "space" };
	const char *custom = text_of(json_object_get(sr, "other_config"), "alert-levels");
	unsigned long long size = number_of(stat, "physical_size");
	unsigned int is = level_hundredths(number_of(stat, "physical_utilisation"), size), level;
	unsigned int metadata = (unsigned int)number_of(stat, "metadata");
	struct levels l = levels_usual;
	int before = alert_priority("SR_SPACE_LOW", &of);

	if (*custom)
		levels_parse(custom, &l);
	level = level_next(&l, before ? 4 - (unsigned int)before : 0,
			   is > metadata ? is : metadata);
	if (json_is_true(json_object_get(stat, "failed")))
		level = LEVELS_MAX;
	alert_state("SR_SPACE_LOW", priority_of(level), &of,
		    "repository '%.128s' (%s) is %u %% full: %llu of %llu MiB%s",
		    text_of(sr, "name_label"), text_of(sr, "type"), is / 100,
		    number_of(stat, "physical_utilisation") >> 20, size >> 20,
		    json_is_true(json_object_get(stat, "failed"))
			    ? "; its pool has failed and takes no writes"
		    : metadata > is ? "; its pool's metadata is fuller"
				    : "");
}

static void look(const json_t *sr, const char *vmd)
{
	const struct subject of = { "SR", text_of(sr, "uuid"), "reach" };
	struct reason why = { "" };
	json_t *stat = vmd_once(vmd, "sr.stat", json_pack("{ss}", "sr", text_of(sr, "uuid")),
				VMD_MS, NULL, &why);

	/* One that was never connected to this host is not missed. */
	if (stat && json_is_true(json_object_get(stat, "plugged"))) {
		alert_state("SR_UNREACHABLE", 0, &of, "-");
		judge(sr, stat);
	} else if (!stat) {
		alert_state("SR_UNREACHABLE", 2, &of, "repository '%.128s': %s",
			    text_of(sr, "name_label"), why.text);
	}
	json_decref(stat);
}

void sr_watch(struct api *api, const char *vmd)
{
	json_t *srs = api_call(api, "SR.get_all_records", json_array()), *sr;
	const char *ref;

	json_object_foreach(srs, ref, sr)
	{
		if (can_overflow(text_of(sr, "type")))
			look(sr, vmd);
	}
	json_decref(srs);
}
