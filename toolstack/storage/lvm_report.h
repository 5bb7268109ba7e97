// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `lvm lvs` and `lvm vgs` report, with the columns LVM_COLUMNS and LVM_SEPARATOR between them.
 * Names and tags in it come from disks that may have been anywhere: a line that makes no sense
 * refuses the whole report.
 */
#ifndef TOOLSTACK_STORAGE_LVM_REPORT_H
#define TOOLSTACK_STORAGE_LVM_REPORT_H

#include "lib/bytes.h"
#include "lib/log.h"

/* Not among the characters of a tag or a name. */
#define LVM_SEPARATOR     '|'

#define LVM_GROUP_COLUMNS "vg_name,vg_size,vg_free,vg_extent_size,vg_missing_pv_count,vg_tags"
#define LVM_VOLUME_COLUMNS                                                                \
	LVM_GROUP_COLUMNS ",lv_name,lv_size,lv_attr,lv_tags,pool_lv,origin,data_percent," \
			  "metadata_percent,lv_when_full"

struct lvm_group {
	const char *name;
	uint64_t size, free, extent;
	uint64_t missing; /* disks of it that are not there */
	const char *tags; /* "a=1,b=2" */
};

struct lvm_volume {
	struct lvm_group group;
	const char *name;
	uint64_t size;
	const char *tags;
	const char *pool; /* thin volumes: its pool, else "" */
	const char *origin;
	unsigned int data, metadata; /* hundredths of a percent; 0 where there is none */
	bool active, open, read_only, is_pool;
	bool queues; /* a pool whose writers wait when it is full */
};

struct lvm_report {
	char *text; /* owns what the pointers point at */
	struct lvm_group *groups;
	struct lvm_volume *volumes;
	size_t nr;
};

/* Both take the text over, whatever they return. */
int lvm_groups_parse(struct lvm_report *r, char *text, struct reason *why);
int lvm_volumes_parse(struct lvm_report *r, char *text, struct reason *why);
void lvm_report_free(struct lvm_report *r);

#endif
