// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `xl create`: from a configuration file to a running domain.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "devices/devices.h"
#include "vm/vm.h"
#include "xl/make.h"
#include "xl/xl.h"

#define CONFIG_MAX_FILE (1024 * 1024)

struct create_options {
	const char *file;
	bool dry_run;
	bool quiet;
};

/* NAME, else /etc/xen/NAME, else /etc/xen/NAME.cfg. */
static void config_path(const char *name, char *path, size_t room)
{
	snprintf(path, room, "%s", name);
	if (access(path, R_OK) == 0 || strchr(name, '/'))
		return;
	snprintf(path, room, "/etc/xen/%s", name);
	if (access(path, R_OK) == 0)
		return;
	snprintf(path, room, "/etc/xen/%s.cfg", name);
}

static int config_load(struct vm_config *vm, struct create_options *o, int argc, char **argv,
		       struct reason *why)
{
	static char path[256]; /* messages refer to it */
	struct config c = { 0 };
	struct buf text = { 0 };
	int rc = -1;

	config_path(o->file, path, sizeof(path));
	if (!o->quiet)
		printf("Parsing config from %s\n", path);
	fflush(stdout);
	if (buf_read_file(&text, path, CONFIG_MAX_FILE) < 0) {
		reason_errno(why, "%s", path);
		goto out;
	}
	if (config_parse(&c, path, (struct bytes){ (uint8_t *)text.data, text.len }, false, why) <
	    0)
		goto out;
	for (int i = 0; i < argc; i++) {
		struct bytes setting = { (uint8_t *)argv[i], strlen(argv[i]) };

		if (config_parse(&c, "command line", setting, true, why) < 0)
			goto out;
	}
	rc = vm_config_read(vm, &c, why);
out:
	buf_free(&text);
	config_free(&c);
	return rc;
}

static void config_print(const struct vm_config *vm)
{
	struct buf devices = { 0 };

	printf("name = \"%s\"\ntype = \"pvh\"\nmemory = %llu\nmaxmem = %llu\n"
	       "vcpus = %u\nmaxvcpus = %u\n"
	       "kernel = \"%s\"\n",
	       vm->name, (unsigned long long)vm->memory_mib, (unsigned long long)vm->max_memory_mib,
	       vm->vcpus, vm->max_vcpus, vm->kernel);
	if (vm->ramdisk)
		printf("ramdisk = \"%s\"\n", vm->ramdisk);
	printf("cmdline = \"%s\"\non_poweroff = \"%s\"\non_reboot = \"%s\"\non_crash = \"%s\"\n",
	       vm->cmdline, vm_action_name(vm->on_poweroff), vm_action_name(vm->on_reboot),
	       vm_action_name(vm->on_crash));
	device_list_print(&vm->devices, &devices);
	if (vm->pci.nr)
		pci_list_print(&vm->pci, &devices);
	if (vm->driver_domain)
		buf_printf(&devices, "driver_domain = 1\n");
	printf("%s", devices.data ? devices.data : "");
	buf_free(&devices);
}

static int build(struct xencall *xc, const struct vm_config *vm, void *arg, struct vm_hold *hold,
		 domid_t *domid, struct reason *why)
{
	struct phases phases;

	(void)arg;
	phases_start(&phases);
	if (vm_start(xc, vm, &phases, hold, domid, why) < 0)
		return -1;
	if (xl_verbose) {
		fprintf(stderr, "%s is domain %u; it took\n", vm->name, *domid);
		phases_print(&phases, stderr);
	}
	return 0;
}

int cmd_create(int argc, char **argv)
{
	struct create_options o = { 0 };
	struct make_options making = { .vm = { .make = build } };
	struct vm_config vm;
	struct reason why;
	int opt, rc;

	while ((opt = getopt(argc, argv, "cdef:hnpqvF")) != -1) {
		switch (opt) {
		case 'c': making.console = true; break;
		case 'd':
		case 'n': o.dry_run = true; break;
		case 'e': making.vm.unattended = true; break;
		case 'f': o.file = optarg; break;
		case 'p': making.vm.paused = true; break;
		case 'q': o.quiet = true; break;
		case 'v': xl_verbose++; break;
		case 'F': break;
		default: return xl_usage();
		}
	}
	if (!o.file && optind < argc && !strchr(argv[optind], '='))
		o.file = argv[optind++];
	if (!o.file)
		return xl_usage();
	if (config_load(&vm, &o, argc - optind, argv + optind, &why) < 0) {
		log_error("create: %s", why.text);
		return XL_FAILED;
	}
	if (o.dry_run) {
		config_print(&vm);
		rc = XL_OK;
	} else if (devices_name(&vm.devices, &why) < 0) {
		log_error("create: %s", why.text);
		rc = XL_FAILED;
	} else {
		making.vm.vm = &vm;
		rc = make_vm(&making);
	}
	vm_config_free(&vm);
	return rc;
}
