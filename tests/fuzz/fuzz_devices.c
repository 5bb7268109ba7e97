// SPDX-License-Identifier: GPL-2.0-or-later
/* disk= and vif=: what is taken is within its limits, and reads back from what it prints. */
#include "fuzz.h"

#include <string.h>

#include "devices/disk_config.h"
#include "devices/disk_vdev.h"
#include "devices/vif_config.h"

static void check_disk(const struct disk_config *d)
{
	struct disk_config again;
	struct buf text = { 0 };
	struct reason why;
	uint32_t devid;

	MUST(disk_vdev_parse(d->vdev, &devid) && devid == d->devid);
	MUST(d->target ? d->target[0] == '/' && strlen(d->target) <= DISK_TARGET_MAX : d->cdrom);
	MUST(d->readonly || !d->cdrom);
	disk_config_print(d, &text);
	MUST(disk_config_parse(&again, "print", 1, text.data, &why) == 0);
	MUST(again.devid == d->devid && again.readonly == d->readonly);
	MUST(!d->target || strcmp(again.target, d->target) == 0);
	disk_config_free(&again);
	buf_free(&text);
}

static void check_vif(const struct vif_config *v)
{
	struct vif_config again;
	struct buf text = { 0 };
	struct reason why;

	MUST(v->bridge[0] && strlen(v->bridge) < IFNAMSIZ);
	MUST(!(v->mac[0] & 1));
	MUST(!v->rate_bytes || (v->rate_usec && v->rate_bytes <= UINT32_MAX));
	vif_config_print(v, &text);
	MUST(vif_config_parse(&again, "print", 1, text.data, &why) == 0);
	MUST(again.rate_bytes == v->rate_bytes && again.mtu == v->mtu);
	MUST(again.locking == v->locking && again.vlan == v->vlan);
	MUST(memcmp(again.mac, v->mac, 6) == 0 && strcmp(again.bridge, v->bridge) == 0);
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reason why = { "" };
	struct disk_config d;
	struct vif_config v;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (disk_config_parse(&d, "file", 1, text, &why) == 0) {
		check_disk(&d);
		disk_config_free(&d);
	} else {
		MUST(why.text[0]);
	}
	if (vif_config_parse(&v, "file", 1, text, &why) == 0)
		check_vif(&v);
	free(text);
	return 0;
}
