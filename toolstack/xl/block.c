// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands about a running domain's disks: block-attach, block-detach, block-list, block-resize,
 * cd-insert, cd-eject.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices/device_store.h"
#include "devices/disk_vdev.h"
#include "vm/vm_devices.h"
#include "xl/device.h"

int cmd_block_attach(int argc, char **argv)
{
	struct disk_config d;
	struct device_list list = { .disks = &d, .nr_disks = 1 };
	struct reason why;
	domid_t domid;
	char *spec;
	int rc;

	if (argc < 3)
		return xl_usage();
	if (!device_domain(argv[1], &domid))
		return XL_FAILED;
	spec = device_spec(argc - 2, argv + 2);
	if (!spec)
		return XL_FAILED;
	if (disk_config_parse(&d, "command line", 1, spec, &why) < 0) {
		rc = xl_failed(&why);
	} else {
		rc = device_attach(domid, &list);
		disk_config_free(&d);
	}
	free(spec);
	return rc;
}

/* A guest, and a disk of it by its name there or its number. */
static bool disk_of(const char *domain, const char *name, domid_t *domid, uint32_t *devid)
{
	if (!device_domain(domain, domid))
		return false;
	if (disk_vdev_parse(name, devid))
		return true;
	log_error("%s: expected a disk's name in the guest, such as xvda, found \"%s\"", xl_command,
		  name);
	return false;
}

int cmd_block_detach(int argc, char **argv)
{
	bool force = device_take_option(&argc, argv, "--force", "-f");
	uint32_t devid;
	domid_t domid;

	if (argc != 3)
		return xl_usage();
	if (!disk_of(argv[1], argv[2], &domid, &devid))
		return XL_FAILED;
	return device_detach(domid, DEVICE_DISK, devid, force);
}

/* Where blkfront puts it depends on whether it uses more than one ring. */
static long ring_number(struct store *s, const struct device_id *id, const char *node)
{
	long number = device_front_number(s, id, node);
	char queue[48];

	if (number >= 0)
		return number;
	snprintf(queue, sizeof(queue), "queue-0/%s", node);
	return device_front_number(s, id, queue);
}

static bool list_disk(void *arg, struct store *s, const struct device_id *id)
{
	char path[DEVICE_PATH_MAX];

	(void)arg;
	device_back_path(path, id, NULL);
	printf("%-5u %-3d %-6u %-5d %-6ld %-8ld %-30s\n", id->devid, 0, id->domid,
	       (int)device_front_state(s, id), ring_number(s, id, "event-channel"),
	       ring_number(s, id, "ring-ref"), path);
	return true;
}

int cmd_block_list(int argc, char **argv)
{
	if (argc < 2)
		return xl_usage();
	printf("%-5s %-3s %-6s %-5s %-6s %-8s %-30s\n", "Vdev", "BE", "handle", "state", "evt-ch",
	       "ring-ref", "BE-path");
	return device_list_domains(argc - 1, argv + 1, DEVICE_DISK, list_disk);
}

int cmd_block_resize(int argc, char **argv)
{
	struct reason why;
	uint64_t bytes;
	uint32_t devid;
	domid_t domid;

	if (argc != 3)
		return xl_usage();
	if (!disk_of(argv[1], argv[2], &domid, &devid))
		return XL_FAILED;
	if (devices_resize(domid, devid, &bytes, &why) < 0)
		return xl_failed(&why);
	printf("%s has %llu MiB\n", argv[2], (unsigned long long)(bytes >> 20));
	return XL_OK;
}

static int change_medium(const char *domain, const char *vdev, const char *target)
{
	struct reason why;
	uint32_t devid;
	domid_t domid;

	if (!disk_of(domain, vdev, &domid, &devid))
		return XL_FAILED;
	return vm_change_medium(domid, devid, target, &why) < 0 ? xl_failed(&why) : XL_OK;
}

int cmd_cd_insert(int argc, char **argv)
{
	struct disk_config d;
	struct reason why;
	char spec[DISK_TARGET_MAX + 64];
	int rc;

	if (argc != 4)
		return xl_usage();
	/* The target may have any of the forms that disk= knows. */
	snprintf(spec, sizeof(spec), "%.*s,raw,%.*s,r,cdrom", DISK_TARGET_MAX, argv[3],
		 DISK_VDEV_MAX, argv[2]);
	if (disk_config_parse(&d, "command line", 1, spec, &why) < 0)
		return xl_failed(&why);
	rc = change_medium(argv[1], argv[2], d.target);
	disk_config_free(&d);
	return rc;
}

int cmd_cd_eject(int argc, char **argv)
{
	return argc == 3 ? change_medium(argv[1], argv[2], NULL) : xl_usage();
}
