// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an xl.cfg(5) file says about a VM, typed and checked.
 */
#ifndef TOOLSTACK_VM_CONFIG_H
#define TOOLSTACK_VM_CONFIG_H

#include <stdint.h>

#include "lib/config.h"
#include "lib/cpu_list.h"
#include "devices/device_list.h"
#include "devices/pci_config.h"

#define VM_NAME_MAX 63

/* What to do when a guest stops. */
enum vm_action { VM_DESTROY, VM_RESTART, VM_RENAME_RESTART, VM_PRESERVE, VM_SOFT_RESET };

struct vm_config {
	char name[VM_NAME_MAX + 1];
	uint8_t uuid[16];
	bool has_uuid;
	char *kernel;
	char *ramdisk; /* or NULL */
	char *cmdline;
	char *reboot_kernel; /* alone, when the VM has rebooted; NULL: the same as before */
	uint64_t memory_mib;
	uint64_t max_memory_mib;
	unsigned int vcpus;
	unsigned int max_vcpus;
	unsigned int max_grant_frames;
	unsigned int max_event_channels;
	unsigned int tsc_mode; /* as XEN_DOMCTL_settscinfo numbers them */
	enum vm_action on_poweroff;
	enum vm_action on_reboot;
	enum vm_action on_crash;
	enum vm_action on_watchdog;
	enum vm_action on_soft_reset; /* it has shut down to begin another kernel */
	uint16_t cpu_weight;          /* 0: the scheduler's default */
	uint16_t cap;                 /* percent of one CPU, 0: none */
	/* Where vCPU i may run, and better runs; the last one is for all that follow. */
	struct cpu_list *cpus, *cpus_soft;
	unsigned int nr_cpus, nr_cpus_soft; /* 0: anywhere */
	struct device_list devices;
	struct pci_list pci;
	bool driver_domain; /* others' devices may have their back end in it */
	char *text; /* all settings, to make the same VM again; NULL if they cannot be written */
};

/* Warns of keys it does not know (log_warning). Returns -1 with the reason, which says where. */
int vm_config_read(struct vm_config *vm, struct config *c, struct reason *why);
void vm_config_free(struct vm_config *vm);
/* The VM is made again, as it has rebooted. */
void vm_config_rebooted(struct vm_config *vm);

/* A name fit for a file and for one line of text. */
bool vm_name_valid(const char *name);
const char *vm_action_name(enum vm_action action);

#endif
