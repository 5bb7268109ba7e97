// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists of devices, and what can be wrong with one that is in a configuration.
 */
#include "devices/device_list.h"

#include <stdlib.h>
#include <string.h>

int device_list_add_disk(struct device_list *list, struct disk_config *d)
{
	struct disk_config *disks = realloc(list->disks, (list->nr_disks + 1) * sizeof(*disks));

	if (!disks) {
		disk_config_free(d);
		return -1;
	}
	list->disks = disks;
	disks[list->nr_disks++] = *d;
	return 0;
}

int device_list_add_vif(struct device_list *list, const struct vif_config *v)
{
	struct vif_config *vifs = realloc(list->vifs, (list->nr_vifs + 1) * sizeof(*vifs));

	if (!vifs)
		return -1;
	list->vifs = vifs;
	vifs[list->nr_vifs++] = *v;
	return 0;
}

void device_list_free(struct device_list *list)
{
	for (size_t i = 0; i < list->nr_disks; i++)
		disk_config_free(&list->disks[i]);
	free(list->disks);
	free(list->vifs);
	memset(list, 0, sizeof(*list));
}

/* A quoted string of xl.cfg has no escapes: the quote that the text does not have. */
static void print_item(struct buf *text, struct buf *item, bool last)
{
	char quote = item->data && strchr(item->data, '\'') ? '"' : '\'';

	buf_printf(text, "%c%s%c%s", quote, item->data ? item->data : "", quote, last ? "" : ", ");
	text->failed |= item->failed;
	buf_free(item);
}

void device_list_print(const struct device_list *list, struct buf *text)
{
	struct buf item = { 0 };

	buf_printf(text, "disk = [ ");
	for (size_t i = 0; i < list->nr_disks; i++) {
		disk_config_print(&list->disks[i], &item);
		print_item(text, &item, i == list->nr_disks - 1);
	}
	buf_printf(text, " ]\nvif = [ ");
	for (size_t i = 0; i < list->nr_vifs; i++) {
		vif_config_print(&list->vifs[i], &item);
		print_item(text, &item, i == list->nr_vifs - 1);
	}
	buf_printf(text, " ]\n");
	screen_config_print(&list->screen, text);
}

static int check_disk(const struct device_list *list, const struct disk_config *d,
		      const char *source, unsigned int line, struct reason *why)
{
	for (size_t i = 0; i < list->nr_disks; i++) {
		const struct disk_config *other = &list->disks[i];

		if (other->devid == d->devid)
			return reason_set(why, "%s:%u: disk: there are two of the name %s", source,
					  line, d->vdev);
		if (d->target && other->target && strcmp(d->target, other->target) == 0 &&
		    !(d->readonly && other->readonly) && !d->shared)
			return reason_set(
				why, "%s:%u: disk: %s is the target of two, and one writes to it",
				source, line, d->target);
	}
	return 0;
}

static int check_vif(const struct device_list *list, const struct vif_config *v, const char *source,
		     unsigned int line, struct reason *why)
{
	char mac[MAC_TEXT];

	for (size_t i = 0; i < list->nr_vifs; i++) {
		const struct vif_config *other = &list->vifs[i];

		if (v->devid >= 0 && v->devid == other->devid)
			return reason_set(why, "%s:%u: vif: there are two with devid %d", source,
					  line, v->devid);
		if (v->name[0] && strcmp(v->name, other->name) == 0)
			return reason_set(why, "%s:%u: vif: there are two of the name %s", source,
					  line, v->name);
		if (!v->has_mac || !other->has_mac || memcmp(v->mac, other->mac, 6) != 0)
			continue;
		return reason_set(why, "%s:%u: vif: there are two with the MAC %s", source, line,
				  mac_format(v->mac, mac));
	}
	return 0;
}

static int read_disk(struct device_list *list, const char *source, const struct config_value *v,
		     struct reason *why)
{
	struct disk_config d;

	if (disk_config_parse(&d, source, v->line, v->text, why) < 0)
		return -1;
	if (check_disk(list, &d, source, v->line, why) < 0) {
		disk_config_free(&d);
		return -1;
	}
	return device_list_add_disk(list, &d) < 0 ? reason_set(why, "out of memory") : 0;
}

static int read_vif(struct device_list *list, const char *source, const struct config_value *v,
		    struct reason *why)
{
	struct vif_config vif;

	if (vif_config_parse(&vif, source, v->line, v->text, why) < 0 ||
	    check_vif(list, &vif, source, v->line, why) < 0)
		return -1;
	return device_list_add_vif(list, &vif) < 0 ? reason_set(why, "out of memory") : 0;
}

static int read_key(struct device_list *list, struct config *c, const char *key,
		    int (*read)(struct device_list *list, const char *source,
				const struct config_value *v, struct reason *why),
		    struct reason *why)
{
	struct config_entry *e = config_find(c, key);

	if (!e)
		return 0;
	if (e->value.type != CONFIG_LIST)
		return reason_set(why, "%s:%u: %s: expected a list of strings: %s = [ '...' ]",
				  e->source, e->value.line, key, key);
	for (size_t i = 0; i < e->value.nr_items; i++) {
		const struct config_value *v = &e->value.items[i];

		if (v->type != CONFIG_STRING)
			return reason_set(why, "%s:%u: %s: expected a \"quoted string\"", e->source,
					  v->line, key);
		if (read(list, e->source, v, why) < 0)
			return -1;
	}
	return 0;
}

static bool devid_taken(const struct device_list *list, int devid)
{
	for (size_t i = 0; i < list->nr_vifs; i++)
		if (list->vifs[i].devid == devid)
			return true;
	return false;
}

void device_list_number(struct device_list *list)
{
	int next = 0;

	for (size_t i = 0; i < list->nr_vifs; i++) {
		if (list->vifs[i].devid >= 0)
			continue;
		while (devid_taken(list, next))
			next++;
		list->vifs[i].devid = next;
	}
}

int device_list_read(struct device_list *list, struct config *c, struct reason *why)
{
	memset(list, 0, sizeof(*list));
	if (read_key(list, c, "disk", read_disk, why) < 0 ||
	    read_key(list, c, "vif", read_vif, why) < 0 ||
	    screen_config_read(&list->screen, c, why) < 0) {
		device_list_free(list);
		return -1;
	}
	device_list_number(list);
	return 0;
}
