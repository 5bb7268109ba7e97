// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `storage check` and `storage monitor`. The monitor asks the kernel every few seconds how full
 * each pool is, which costs an ioctl; LVM is started only when a pool needs room.
 */
#include "storage/monitor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "storage/lock.h"
#include "storage/plug_known.h"
#include "storage/sr_lvm.h"
#include "storage/thin.h"

#define WATCH_MAX 64

static const char *const words[] = { "OK", "WARNING", "ALARM" };

enum fullness sr_fullness(const struct sr_stat *stat, char text[160])
{
	unsigned int used = size_hundredths(stat->physical_utilisation, stat->physical_size);
	enum fullness data, metadata;

	if (!stat->thin) {
		snprintf(text, 160, "%u.%02u %% full", used / 100, used % 100);
		return fullness_of(used);
	}
	snprintf(text, 160,
		 "pool %u.%02u %% full, its metadata %u.%02u %%, %" PRIu64
		 " MiB left to extend it; when full writers %s",
		 stat->data / 100, stat->data % 100, stat->metadata / 100, stat->metadata % 100,
		 stat->room / MIB, stat->full == WHEN_FULL_QUEUE ? "wait" : "get errors");
	if (stat->failed) {
		snprintf(text, 160, "the pool has failed: it takes no writes until it is repaired");
		return FULLNESS_ALARM;
	}
	data = fullness_of(stat->data);
	metadata = fullness_of(stat->metadata);
	return data > metadata ? data : metadata;
}

/* A thick repository whose space is all given to disks is no alarm: those disks are safe. */
static enum fullness judge(const struct sr *sr, const struct sr_stat *stat, char text[160])
{
	enum fullness f = sr_fullness(stat, text);

	return sr->type == &sr_type_lvm || sr->type == &sr_type_lvmoiscsi ||
			       sr->type == &sr_type_iso
		       ? FULLNESS_OK
		       : f;
}

int storage_check(struct sr_error *e)
{
	int worst = FULLNESS_OK;
	struct sr *list;
	size_t nr;

	if (sr_list(&list, &nr, e) < 0)
		return -1;
	for (size_t i = 0; i < nr; i++) {
		struct sr_stat stat;
		char text[160];
		int is = FULLNESS_ALARM;

		if (sr_stat(&list[i], &stat, e) < 0)
			snprintf(text, sizeof(text), "%.150s", e->why.text);
		else
			is = judge(&list[i], &stat, text);
		printf("%-7s %s %s: %s\n", words[is], list[i].uuid, list[i].name, text);
		worst = is > worst ? is : worst;
	}
	free(list);
	return worst;
}

static int extend_one(const struct sr *sr, const char *option, uint64_t bytes, struct sr_error *e)
{
	char pool[LVM_NAME], more[32];

	if (bytes == 0)
		return 0;
	lvm_name(sr, POOL_VOLUME, pool);
	snprintf(more, sizeof(more), "+%" PRIu64 "b", bytes);
	return lvm_run(sr, e, "lvextend", option, more, pool);
}

int sr_extend(const struct sr *sr, const struct sr_stat *stat, uint64_t *data, uint64_t *metadata,
	      struct sr_error *e)
{
	struct thin_usage usage;
	struct lvm_report r;
	int lock, rc;

	*data = *metadata = 0;
	if (thin_usage(sr->group, POOL_VOLUME, &usage) < 0)
		return sr_fail_errno(e, ERR_BACKEND, "the pool of repository %s", sr->uuid);
	lock = sr_lock(sr->uuid, e);
	if (lock < 0)
		return -1;
	rc = lvm_group(&r, sr, e);
	if (rc == 0) {
		uint64_t extent = r.groups[0].extent, free = r.groups[0].free;

		lvm_report_free(&r);
		/* Metadata first: it is small, and without it the pool stops. */
		*metadata = thin_plan_extend(usage.metadata_total * 4 * KIB, stat->metadata, free,
					     extent);
		*data = thin_plan_extend(stat->physical_size, stat->data, free - *metadata, extent);
		rc = extend_one(sr, "--poolmetadatasize", *metadata, e);
		if (rc == 0)
			rc = extend_one(sr, "-L", *data, e);
	}
	sr_unlock(lock);
	return rc;
}

/* What was last said of a repository, so that it is said once. */
struct watch {
	char uuid[UUID_TEXT];
	enum fullness said;
	bool stuck; /* the last attempt to extend it did not help */
};

static struct watch *watch_of(struct watch watches[WATCH_MAX], const char *uuid)
{
	for (unsigned int i = 0; i < WATCH_MAX; i++) {
		if (!watches[i].uuid[0])
			snprintf(watches[i].uuid, UUID_TEXT, "%s", uuid);
		if (strcmp(watches[i].uuid, uuid) == 0)
			return &watches[i];
	}
	return NULL;
}

static void relieve(const struct sr *sr, struct watch *w)
{
	uint64_t data, metadata;
	struct sr_error e;
	struct sr_stat stat;

	if (sr_stat(sr, &stat, &e) < 0 || sr_extend(sr, &stat, &data, &metadata, &e) < 0) {
		if (!w->stuck)
			log_error("repository %s (%s): not extended: %s", sr->uuid, sr->name,
				  e.why.text);
		w->stuck = true;
		return;
	}
	w->stuck = data == 0 && metadata == 0;
	if (!w->stuck)
		log_info("repository %s (%s): its pool was extended by %" PRIu64
			 " MiB, its metadata by %" PRIu64 " MiB",
			 sr->uuid, sr->name, data / MIB, metadata / MIB);
}

static void watch_thin(const struct sr *sr, struct watch *w)
{
	struct thin_usage usage;
	enum fullness is;
	unsigned int data, metadata;

	if (thin_usage(sr->group, POOL_VOLUME, &usage) < 0)
		return; /* not plugged */
	data = size_hundredths(usage.data_used, usage.data_total);
	metadata = size_hundredths(usage.metadata_used, usage.metadata_total);
	is = usage.failed ? FULLNESS_ALARM : fullness_of(data > metadata ? data : metadata);
	if (is != FULLNESS_OK && !usage.failed && (!w->stuck || is > w->said))
		relieve(sr, w);
	if (is == w->said)
		return;
	if (is == FULLNESS_OK)
		w->stuck = false;
	(is > w->said ? log_error : log_info)(
		"%s repository %s (%s): pool %u.%02u %% full, its "
		"metadata %u.%02u %%%s%s",
		words[is], sr->uuid, sr->name, data / 100, data % 100, metadata / 100,
		metadata % 100, usage.full ? "; writers wait or get errors" : "",
		usage.failed ? "; it has failed, and needs repair" : "");
	w->said = is;
}

int storage_monitor(struct sr_error *e)
{
	static struct watch watches[WATCH_MAX];
	struct sr *list;
	size_t nr;

	for (;; sleep(MONITOR_SECONDS)) {
		if (sr_list(&list, &nr, e) < 0)
			return -1;
		plug_known(list, nr);
		for (size_t i = 0; i < nr; i++) {
			struct watch *w = watch_of(watches, list[i].uuid);

			if (list[i].type == &sr_type_lvmthin && w)
				watch_thin(&list[i], w);
		}
		free(list);
	}
}
