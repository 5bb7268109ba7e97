// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of templates. See templates.h.
 */
#include "apid/templates.h"

#include <stdint.h>
#include <stdio.h>

#include "apid/object.h"

#define MIB (1024ll * 1024)
#define GIB (1024ll * MIB)

static const struct template
{
	const char *uuid, *name, *description;
	int64_t memory, disk;                /* bytes; disk 0: none */
	const char *distro;                  /* the family of its installer; NULL: none */
	const char *release;                 /* as its repositories call it; or NULL */
	const char *methods;                 /* where the installer may come from */
	const char *kernel, *ramdisk, *args; /* started from the host's own files */
}
templates[] = {
	{ "50c1e000-0001-4000-8000-000000000001", "Debian 13", "Debian GNU/Linux 13 (trixie)",
	  1 * GIB, 10 * GIB, "debianlike", "trixie", "cdrom,http,https,nfs", NULL, NULL, NULL },
	{ "50c1e000-0001-4000-8000-000000000002", "Debian 12", "Debian GNU/Linux 12 (bookworm)",
	  1 * GIB, 10 * GIB, "debianlike", "bookworm", "cdrom,http,https,nfs", NULL, NULL, NULL },
	{ "50c1e000-0001-4000-8000-000000000003", "Ubuntu 24.04", "Ubuntu 24.04 LTS", 2 * GIB,
	  20 * GIB, "debianlike", "noble", "cdrom,http,https,nfs", NULL, NULL, NULL },
	{ "50c1e000-0001-4000-8000-000000000004", "Alpine Linux", "Alpine Linux 3", 256 * MIB,
	  4 * GIB, "alpine", NULL, "cdrom,http,https", NULL, NULL, NULL },
	{ "50c1e000-0001-4000-8000-000000000005", "Fedora", "Fedora Linux", 2 * GIB, 20 * GIB,
	  "rhlike", NULL, "cdrom,http,https,nfs", NULL, NULL, NULL },
	{ "50c1e000-0001-4000-8000-000000000006", "Red Hat Enterprise Linux 9 family",
	  "RHEL, AlmaLinux, Rocky Linux, CentOS Stream 9", 2 * GIB, 20 * GIB, "rhlike", NULL,
	  "cdrom,http,https,nfs", NULL, NULL, NULL },
	{ "50c1e000-0001-4000-8000-000000000007", "FreeBSD", "FreeBSD 13 and later", 1 * GIB,
	  10 * GIB, "freebsd", NULL, "cdrom", NULL, NULL, NULL },
	{ "50c1e000-0001-4000-8000-000000000008", "Other install media",
	  "Any system that boots by PVH from its own disk or CD", 1 * GIB, 0, NULL, NULL, "cdrom",
	  NULL, NULL, NULL },
	{ "50c1e000-0001-4000-8000-000000000009", "demo",
	  "A small Linux from the host's memory: to see that VMs run", 128 * MIB, 0, NULL, NULL,
	  NULL, "/usr/share/socle/demo/vmlinuz", "/usr/share/socle/demo/initrd.gz",
	  "console=hvc0" },
};

static void put_disks(struct object *vm, int64_t size)
{
	char text[200];

	if (!size)
		return;
	snprintf(text, sizeof(text),
		 "<provision><disk device=\"0\" size=\"%lld\" sr=\"\" bootable=\"true\" "
		 "type=\"system\"/></provision>",
		 (long long)size);
	set_entry(vm, "other_config", "disks", text);
}

static void put_sizes(struct object *vm, int64_t memory)
{
	set_int(vm, "memory_static_min", memory / 2);
	set_int(vm, "memory_dynamic_min", memory);
	set_int(vm, "memory_dynamic_max", memory);
	set_int(vm, "memory_static_max", memory);
	set_int(vm, "memory_target", memory);
	set_int(vm, "VCPUs_max", 1);
	set_int(vm, "VCPUs_at_startup", 1);
}

static void template_make(const struct template *t)
{
	struct object *vm = object_create("VM", t->uuid);

	set_text(vm, "name_label", t->name);
	set_text(vm, "name_description", t->description);
	set_int(vm, "is_a_template", true);
	set_int(vm, "is_default_template", true);
	put_sizes(vm, t->memory);
	put_disks(vm, t->disk);
	set_entry(vm, "other_config", "default_template", "true");
	if (t->distro)
		set_entry(vm, "other_config", "install-distro", t->distro);
	if (t->release)
		set_entry(vm, "other_config", "debian-release", t->release);
	if (t->methods)
		set_entry(vm, "other_config", "install-methods", t->methods);
	if (t->kernel) {
		set_text(vm, "PV_kernel", t->kernel);
		set_text(vm, "PV_ramdisk", t->ramdisk);
		set_text(vm, "PV_args", t->args);
	}
	set_ref(vm, "metrics", object_create("VM_metrics", NULL));
}

void templates_make(void)
{
	for (size_t i = 0; i < sizeof(templates) / sizeof(templates[0]); i++)
		if (!object_by_uuid("VM", templates[i].uuid))
			template_make(&templates[i]);
}
