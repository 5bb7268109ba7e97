// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Building LVM's command lines.
 */
#include "storage/lvm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/program.h"

/*
 * A guest can write what looks like a volume group into its disk: never look there. No memory is
 * set aside for the time while a volume is suspended: nothing here is swapped out to one.
 */
static const char configuration[] =
	"devices{"
	"global_filter=[\"r|^/dev/loop|\",\"r|^/dev/nbd|\",\"r|^/dev/zram|\",\"r|^/dev/ram|\","
	"\"r|^/dev/dm-|\",\"r|^/dev/mapper/|\",\"a|.*|\"] "
	"scan_lvs=0 use_devicesfile=0 hints=\"none\" obtain_device_list_from_udev=0 "
	"external_device_info_source=\"none\"} "
	"activation{udev_sync=0 udev_rules=0 monitoring=0 verify_udev_operations=0 "
	"reserved_memory=0 reserved_stack=0} "
	"global{use_lvmlockd=0 use_lvmpolld=0 thin_check_executable=\"\" event_activation=0} "
	"backup{backup=0 archive=0}";

int lvm_start(struct buf *out, struct sr_error *e, const char *const args[])
{
	const char *argv[LVM_MAX_ARGS] = { "lvm", args[0], "--config", configuration };
	unsigned int nr = 4;

	for (args++; *args; args++) {
		if (nr == LVM_MAX_ARGS - 1)
			return sr_fail(e, ERR_BACKEND, "lvm %s: too many arguments", argv[1]);
		argv[nr++] = *args;
	}
	return program_run(argv, PROGRAM_TIMEOUT, out, e);
}

#define REPORT "--noheadings", "--nosuffix", "--units", "b", "--separator", "|"

/* The text of a report, to be parsed in place. */
static char *report_text(struct buf *out)
{
	return out->data ? out->data : strdup("");
}

static int parse(struct lvm_report *r, struct buf *out, bool volumes, struct sr_error *e)
{
	char *text = report_text(out);

	e->code = ERR_BACKEND;
	if (!text)
		return sr_fail(e, ERR_BACKEND, "out of memory");
	return volumes ? lvm_volumes_parse(r, text, &e->why) : lvm_groups_parse(r, text, &e->why);
}

int lvm_groups(struct lvm_report *r, const char *device, struct sr_error *e)
{
	struct buf out = { 0 };

	if (device) {
		char select[300];

		/* Without a group the disk's line is empty but for zeroes: it is selected away. */
		snprintf(select, sizeof(select), "pv_name=\"%s\" && vg_name!=\"\"", device);
		if (lvm_query(&out, e, "pvs", REPORT, "-o", LVM_GROUP_COLUMNS, "-S", select) < 0)
			return -1;
	} else if (lvm_query(&out, e, "vgs", REPORT, "-o", LVM_GROUP_COLUMNS) < 0) {
		return -1;
	}
	return parse(r, &out, false, e);
}

int lvm_group(struct lvm_report *r, const char *group, struct sr_error *e)
{
	struct buf out = { 0 };

	if (lvm_query(&out, e, "vgs", REPORT, "-o", LVM_GROUP_COLUMNS, group) < 0)
		return -1;
	if (parse(r, &out, false, e) < 0)
		return -1;
	if (r->nr == 1)
		return 0;
	lvm_report_free(r);
	return sr_fail(e, ERR_SR_UNAVAILABLE, "there is no volume group %s", group);
}

int lvm_volumes(struct lvm_report *r, const char *group, struct sr_error *e)
{
	struct buf out = { 0 };

	if (lvm_query(&out, e, "lvs", REPORT, "-o", LVM_VOLUME_COLUMNS, group) < 0)
		return -1;
	return parse(r, &out, true, e);
}
