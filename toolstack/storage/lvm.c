// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Building LVM's command lines.
 */
#include "storage/lvm.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/iscsi_session.h"
#include "storage/private.h"
#include "storage/program.h"
#include "storage/sr_iscsi.h"

/*
 * A guest can write what looks like a volume group into its disk: never look there. No memory is
 * set aside for the time while a volume is suspended: nothing here is swapped out to one.
 */
static const char of_guests[] = "\"r|^/dev/loop|\",\"r|^/dev/nbd|\",\"r|^/dev/zram|\","
				"\"r|^/dev/ram|\",\"r|^/dev/dm-|\",\"r|^/dev/mapper/|\",";
static const char configuration[] =
	"scan_lvs=0 use_devicesfile=0 hints=\"none\" obtain_device_list_from_udev=0 "
	"external_device_info_source=\"none\"} "
	"activation{udev_sync=0 udev_rules=0 monitoring=0 verify_udev_operations=0 "
	"reserved_memory=0 reserved_stack=0} "
	"global{use_lvmlockd=0 use_lvmpolld=0 thin_check_executable=\"\" event_activation=0} "
	"backup{backup=0 archive=0}";

static bool leave_out(void *arg, const struct iscsi_lun *lun)
{
	buf_printf(arg, "\"r|^/dev/%s[0-9]*$|\",", lun->name);
	return true;
}

/* The configuration with the disks that the command may look at. */
static int configure(const struct sr *sr, struct buf *b, struct sr_error *e)
{
	char disk[STORAGE_PATH];

	if (sr->type == &sr_type_lvmoiscsi && sr_iscsi_disk(sr, disk, e) < 0)
		return -1;
	buf_printf(b, "devices{global_filter=[");
	if (sr->type == &sr_type_lvmoiscsi) {
		buf_printf(b, "\"a|^%s$|\",\"r|.*|\"] ", disk);
	} else {
		iscsi_disk_each(leave_out, b);
		buf_printf(b, "%s\"a|.*|\"] ", of_guests);
	}
	buf_printf(b, "%s", configuration);
	return b->failed ? sr_fail(e, ERR_BACKEND, "out of memory") : 0;
}

int lvm_start(const struct sr *sr, struct buf *out, struct sr_error *e, const char *const args[])
{
	const char *argv[LVM_MAX_ARGS] = { "lvm", args[0], "--config" };
	struct buf config = { 0 };
	unsigned int nr = 4;
	int rc;

	if (configure(sr, &config, e) < 0) {
		buf_free(&config);
		return -1;
	}
	argv[3] = config.data;
	for (args++; *args && nr < LVM_MAX_ARGS - 1; args++)
		argv[nr++] = *args;
	rc = *args ? sr_fail(e, ERR_BACKEND, "lvm %s: too many arguments", argv[1])
		   : program_run(argv, PROGRAM_TIMEOUT, out, e);
	buf_free(&config);
	return rc;
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

int lvm_groups(struct lvm_report *r, const struct sr *sr, const char *disk, struct sr_error *e)
{
	struct buf out = { 0 };
	char node[PATH_MAX], select[PATH_MAX + 64];

	/* LVM goes by a disk's node, whatever links lead there: /dev/md/storage is /dev/md127. */
	if (!realpath(disk, node))
		return sr_fail_errno(e, ERR_VALUE, "%s", disk);
	/* Without a group the disk's line is empty but for zeroes: it is selected away. */
	snprintf(select, sizeof(select), "pv_name=\"%s\" && vg_name!=\"\"", node);
	if (lvm_query(sr, &out, e, "pvs", REPORT, "-o", LVM_GROUP_COLUMNS, "-S", select) < 0)
		return -1;
	return parse(r, &out, false, e);
}

int lvm_group(struct lvm_report *r, const struct sr *sr, struct sr_error *e)
{
	struct buf out = { 0 };

	if (lvm_query(sr, &out, e, "vgs", REPORT, "-o", LVM_GROUP_COLUMNS, sr->group) < 0)
		return -1;
	if (parse(r, &out, false, e) < 0)
		return -1;
	if (r->nr == 1)
		return 0;
	lvm_report_free(r);
	return sr_fail(e, ERR_SR_UNAVAILABLE, "there is no volume group %s", sr->group);
}

int lvm_volumes(struct lvm_report *r, const struct sr *sr, struct sr_error *e)
{
	struct buf out = { 0 };

	if (lvm_query(sr, &out, e, "lvs", REPORT, "-o", LVM_VOLUME_COLUMNS, sr->group) < 0)
		return -1;
	return parse(r, &out, true, e);
}
