// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a VM's arguments may be, where several verbs have them: the same disk is a disk of vm.start
 * and of vm.attach_disk. Tables, and nothing else.
 */
#include "devices/screen_config.h"
#include "devices/vif_config.h"
#include "vmd/verbs.h"

#define VIFS_MAX 16

const char *const kernel_roots[] = { "/usr/share/socle/", "/usr/lib/grub-xen/",
				     "/var/lib/socle/kernels/", "/run/socle/kernels/", NULL };
const char *const disk_roots[] = { "/run/sr-mount/", "/usr/share/socle/", NULL };
const char *const saved_roots[] = { "/var/lib/socle/suspend/", "/run/sr-mount/", NULL };

static const char *const disk_types[] = { "disk", "cd", NULL };
static const char *const disk_modes[] = { "rw", "ro", NULL };
static const char *const locking_modes[] = { "unlocked", "mac", "locked", NULL };
static const char *const actions[] = { "destroy", "restart", "preserve", NULL };
static const char *const reset_actions[] = { "soft-reset", "destroy", "restart", "preserve", NULL };

static const struct arg cpu_list_arg = ARG("affinity", LINE, .min = 1, .max = 127);
static const struct arg address_arg = ARG("ip", NAME, .min = 2, .max = 64);

const struct arg args_none[] = { ARGS_END };
const struct arg args_vm[] = { ARG("uuid", UUID), ARGS_END };
const struct arg args_vdi_of[] = { ARG("sr", UUID), ARG("vdi", UUID), ARGS_END };

const struct arg args_disk[] = {
	ARG("device", DEVICE),
	ARG("type", WORD, .optional = true, .words = disk_types),
	ARG("mode", WORD, .optional = true, .words = disk_modes),
	ARG("vdi", OBJECT, .optional = true, .parts = args_vdi_of),
	ARG("path", PATH, .optional = true, .words = disk_roots),
	ARG("discard", BOOL, .optional = true),
	ARGS_END,
};
const struct arg args_disks[] = { ARG("disks", OBJECT, .parts = args_disk) };

const struct arg args_vif[] = {
	ARG("device", NUMBER, .max = 15),
	ARG("mac", MAC),
	ARG("bridge", NAME, .min = 1, .max = 15),
	ARG("mtu", NUMBER, .optional = true, .min = VIF_MTU_MIN, .max = VIF_MTU_MAX),
	ARG("rate_kbps", NUMBER, .optional = true, .min = 1, .max = 4000000),
	ARG("locking", WORD, .optional = true, .words = locking_modes),
	ARG("ip", LIST, .optional = true, .max = 8, .parts = &address_arg),
	ARG("vlan", NUMBER, .optional = true, .min = 1, .max = VIF_VLAN_MAX),
	ARGS_END,
};
static const struct arg vif_arg = ARG("vifs", OBJECT, .parts = args_vif);

/* Where the installer is that it starts with, once; see install_media.h. */
static const struct arg args_install[] = {
	ARG("repository", LINE, .min = 1, .max = 500),
	ARG("distro", NAME, .min = 1, .max = 32),
	ARG("release", NAME, .optional = true, .min = 1, .max = 64),
	ARG("args", LINE, .optional = true, .max = 2000),
	ARGS_END,
};

const struct arg args_start[] = {
	ARG("uuid", UUID),
	ARG("name", LINE, .min = 1, .max = 255),
	ARG("kernel", PATH, .optional = true, .words = kernel_roots),
	ARG("ramdisk", PATH, .optional = true, .words = kernel_roots),
	ARG("cmdline", LINE, .optional = true, .max = 4000),
	ARG("install", OBJECT, .optional = true, .parts = args_install),
	ARG("memory_static_max", NUMBER, .min = MIN_MEMORY, .max = MAX_MEMORY),
	ARG("memory_dynamic_max", NUMBER, .optional = true, .min = MIN_MEMORY, .max = MAX_MEMORY),
	ARG("memory_dynamic_min", NUMBER, .optional = true, .min = 0, .max = MAX_MEMORY),
	ARG("memory_static_min", NUMBER, .optional = true, .min = 0, .max = MAX_MEMORY),
	ARG("vcpus_max", NUMBER, .min = 1, .max = 128),
	ARG("vcpus", NUMBER, .optional = true, .min = 1, .max = 128),
	ARG("weight", NUMBER, .optional = true, .min = 1, .max = 65535),
	ARG("cap", NUMBER, .optional = true, .min = 0, .max = 65534),
	ARG("affinity", LIST, .optional = true, .max = 128, .parts = &cpu_list_arg),
	ARG("disks", LIST, .optional = true, .max = DISKS_MAX, .parts = args_disks),
	ARG("vifs", LIST, .optional = true, .max = VIFS_MAX, .parts = &vif_arg),
	/* Megabytes for its picture. */
	ARG("screen", NUMBER, .optional = true, .min = 1, .max = SCREEN_MIB_MAX),
	ARG("on_poweroff", WORD, .optional = true, .words = actions),
	ARG("on_reboot", WORD, .optional = true, .words = actions),
	ARG("on_crash", WORD, .optional = true, .words = actions),
	ARG("on_soft_reset", WORD, .optional = true, .words = reset_actions),
	ARG("paused", BOOL, .optional = true),
	ARGS_END,
};
