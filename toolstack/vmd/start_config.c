// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Strings are quoted with the kind of quotes that they do not hold; one that holds both cannot be
 * written.
 */
#include "vmd/start_config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define MIB (1024 * 1024)

struct composing {
	struct buf *text;
	struct reason *why;
	int rc;
};

static const char *text_of(const json_t *args, const char *name)
{
	return json_string_value(json_object_get(args, name));
}

static unsigned long long number_of(const json_t *args, const char *name)
{
	return (unsigned long long)json_integer_value(json_object_get(args, name));
}

static bool quote_for(const char *value, char *quote)
{
	*quote = strchr(value, '"') ? '\'' : '"';
	return !strchr(value, *quote);
}

static void put_text(struct composing *c, const char *key, const char *value)
{
	char quote;

	if (!value)
		return;
	if (quote_for(value, &quote))
		buf_printf(c->text, "%s = %c%s%c\n", key, quote, value, quote);
	else
		c->rc = reason_set(c->why, "%s: holds both kinds of quotes", key);
}

static void put_number(struct composing *c, const char *key, unsigned long long value)
{
	buf_printf(c->text, "%s = %llu\n", key, value);
}

/* One element of a list. */
static void put_element(struct composing *c, struct buf *spec, const char *key, bool first)
{
	char quote;

	if (spec->failed || !quote_for(spec->data, &quote))
		c->rc = reason_set(c->why, "%s: \"%.100s\" cannot be written", key,
				   spec->data ? spec->data : "");
	else
		buf_printf(c->text, "%s%c%s%c", first ? "" : ", ", quote, spec->data, quote);
	buf_free(spec);
}

static void put_kernel(struct composing *c, const json_t *args)
{
	const char *kernel = text_of(args, "kernel");

	put_text(c, "kernel", kernel ? kernel : GRUB_KERNEL);
	/* An installer is started once; what it has installed has its own boot loader. */
	if (json_object_get(args, "install"))
		put_text(c, "reboot_kernel", GRUB_KERNEL);
	put_text(c, "ramdisk", text_of(args, "ramdisk"));
	put_text(c, "cmdline", text_of(args, "cmdline"));
	if (!kernel && (text_of(args, "ramdisk") || text_of(args, "cmdline")))
		c->rc = reason_set(c->why, "ramdisk and cmdline need a kernel: without one the "
					   "guest's own boot loader decides");
}

/* static-min <= dynamic-min <= dynamic-max <= static-max; the guest starts with dynamic-max. */
static void put_memory(struct composing *c, const json_t *args)
{
	unsigned long long max = number_of(args, "memory_static_max");
	unsigned long long target = number_of(args, "memory_dynamic_max");
	unsigned long long low = number_of(args, "memory_dynamic_min");
	unsigned long long lowest = number_of(args, "memory_static_min");

	if (!target)
		target = max;
	if (!low)
		low = target;
	if (lowest > low || low > target || target > max)
		c->rc = reason_set(c->why,
				   "memory: expected static-min <= dynamic-min <= dynamic-max "
				   "<= static-max");
	put_number(c, "memory", target / MIB);
	put_number(c, "maxmem", max / MIB);
}

static void put_cpus(struct composing *c, const json_t *args)
{
	const json_t *affinity = json_object_get(args, "affinity");
	unsigned long long max = number_of(args, "vcpus_max"), vcpus = number_of(args, "vcpus");

	put_number(c, "vcpus", vcpus ? vcpus : max);
	put_number(c, "maxvcpus", max);
	if (number_of(args, "weight"))
		put_number(c, "cpu_weight", number_of(args, "weight"));
	if (number_of(args, "cap"))
		put_number(c, "cap", number_of(args, "cap"));
	if (!json_array_size(affinity))
		return;
	buf_printf(c->text, "cpus = [ ");
	for (size_t i = 0; i < json_array_size(affinity); i++) {
		struct buf spec = { 0 };

		buf_printf(&spec, "%s", json_string_value(json_array_get(affinity, i)));
		put_element(c, &spec, "affinity", i == 0);
	}
	buf_printf(c->text, " ]\n");
}

void disk_spec(const json_t *disk, const char *target, struct buf *spec)
{
	const char *type = text_of(disk, "type"), *mode = text_of(disk, "mode");
	bool cd = type && strcmp(type, "cd") == 0;
	bool readonly = cd || (mode && strcmp(mode, "ro") == 0);

	buf_printf(spec, "format=raw,vdev=%s,access=%s%s%s", text_of(disk, "device"),
		   readonly ? "r" : "w", cd ? ",devtype=cdrom" : "",
		   json_is_false(json_object_get(disk, "discard")) ? ",no-discard" : "");
	/* It takes the rest, whatever is in it. */
	if (target)
		buf_printf(spec, ",target=%s", target);
}

void vif_spec(const json_t *vif, struct buf *spec)
{
	const json_t *ip = json_object_get(vif, "ip");

	buf_printf(spec, "devid=%llu,mac=%s,bridge=%s", number_of(vif, "device"),
		   text_of(vif, "mac"), text_of(vif, "bridge"));
	if (number_of(vif, "mtu"))
		buf_printf(spec, ",mtu=%llu", number_of(vif, "mtu"));
	if (number_of(vif, "vlan"))
		buf_printf(spec, ",vlan=%llu", number_of(vif, "vlan"));
	if (number_of(vif, "rate_kbps"))
		buf_printf(spec, ",rate=%lluB/s", number_of(vif, "rate_kbps") * 1024);
	if (json_array_size(ip))
		buf_printf(spec, ",ip=");
	for (size_t i = 0; i < json_array_size(ip); i++)
		buf_printf(spec, "%s%s", i ? " " : "", json_string_value(json_array_get(ip, i)));
	if (text_of(vif, "locking"))
		buf_printf(spec, ",locking=%s", text_of(vif, "locking"));
}

static void put_disks(struct composing *c, const json_t *args, const char *const *targets)
{
	const json_t *disks = json_object_get(args, "disks");

	buf_printf(c->text, "disk = [ ");
	for (size_t i = 0; i < json_array_size(disks); i++) {
		struct buf spec = { 0 };

		disk_spec(json_array_get(disks, i), targets[i], &spec);
		put_element(c, &spec, "disks", i == 0);
	}
	buf_printf(c->text, " ]\n");
}

static void put_vifs(struct composing *c, const json_t *args)
{
	const json_t *vifs = json_object_get(args, "vifs");

	buf_printf(c->text, "vif = [ ");
	for (size_t i = 0; i < json_array_size(vifs); i++) {
		struct buf spec = { 0 };

		vif_spec(json_array_get(vifs, i), &spec);
		put_element(c, &spec, "vifs", i == 0);
	}
	buf_printf(c->text, " ]\n");
}

int start_config(const json_t *args, const char *name, const char *const *targets, struct buf *text,
		 struct reason *why)
{
	struct composing c = { .text = text, .why = why };

	put_text(&c, "name", name);
	put_text(&c, "uuid", text_of(args, "uuid"));
	put_text(&c, "type", "pvh");
	put_kernel(&c, args);
	put_memory(&c, args);
	put_cpus(&c, args);
	put_text(&c, "on_poweroff", text_of(args, "on_poweroff"));
	put_text(&c, "on_reboot", text_of(args, "on_reboot"));
	put_text(&c, "on_crash", text_of(args, "on_crash"));
	put_text(&c, "on_soft_reset", text_of(args, "on_soft_reset"));
	if (json_object_get(args, "screen")) {
		put_number(&c, "vnc", 1);
		put_number(&c, "videoram", number_of(args, "screen"));
	}
	put_disks(&c, args, targets);
	put_vifs(&c, args);
	return text->failed ? reason_set(why, "out of memory") : c.rc;
}

void label_to_name(const char *label, const char *suffix, char name[VM_NAME_MAX + 1])
{
	size_t room = VM_NAME_MAX - (suffix ? strlen(suffix) + 1 : 0), len = 0;

	for (; *label && len < room; label++) {
		unsigned char c = (unsigned char)*label;

		/* One for each character, however many bytes it has. */
		if ((c & 0xc0) == 0x80)
			continue;
		name[len] = (char)c;
		if (c >= 0x80 || (!isalnum(c) && !strchr("._-+:@", c)) ||
		    (len == 0 && (c == '.' || c == '-')))
			name[len] = '_';
		len++;
	}
	name[len] = '\0';
	if (suffix)
		snprintf(name + len, VM_NAME_MAX + 1 - len, "-%s", suffix);
}
