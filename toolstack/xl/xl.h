// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What xl's command families share. A command is a row of the table in main.c and a function;
 * argv[0] is the command's name, and what it returns is the exit status.
 */
#ifndef XL_XL_H
#define XL_XL_H

#include <stdbool.h>

#include "lib/log.h"
#include "lib/vm_state.h"
#include "lib/xencall.h"
#include "vm/vm_name.h"

#define XL_OK     0
#define XL_FAILED 1
#define XL_USAGE  2

extern int xl_verbose;         /* -v on xl itself */
extern const char *xl_command; /* the one that runs, for messages */

/* The hypervisor. Exits with a message if this is no control domain. */
struct xencall *xl_open(void);
/* Prints the usage line of the running command; returns XL_USAGE. */
int xl_usage(void);
/* Says why the running command has failed; returns XL_FAILED. */
int xl_failed(const struct reason *why);

/* A domain by name or id. False after saying that there is none. */
bool xl_domain(const char *name, domid_t *domid);
/* The same, but not Domain-0, then it says what Domain-0 is instead. */
bool xl_any_guest(const char *name, domid_t *domid, const char *domain0);
/* The same, and complete. */
bool xl_guest(const char *name, domid_t *domid, const char *domain0);
/* False after saying that somebody is still making it. */
bool xl_complete(domid_t domid);
/* All domains; the caller frees. Returns their number, or -1 after saying why. */
int xl_domains(struct xen_domctl_getdomaininfo **list);

int cmd_create(int argc, char **argv);
int cmd_console(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_vcpu_list(int argc, char **argv);
int cmd_uptime(int argc, char **argv);
int cmd_domid(int argc, char **argv);
int cmd_domname(int argc, char **argv);
int cmd_rename(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_dmesg(int argc, char **argv);
int cmd_debug_keys(int argc, char **argv);
int cmd_pause(int argc, char **argv);
int cmd_unpause(int argc, char **argv);
int cmd_destroy(int argc, char **argv);
int cmd_vcpu_set(int argc, char **argv);
int cmd_vcpu_pin(int argc, char **argv);
int cmd_sched_credit(int argc, char **argv);
int cmd_mem_set(int argc, char **argv);
int cmd_mem_max(int argc, char **argv);
int cmd_sysrq(int argc, char **argv);
int cmd_trigger(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_supervise(int argc, char **argv);
int cmd_save(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_migrate(int argc, char **argv);
int cmd_migrate_receive(int argc, char **argv);
int cmd_block_attach(int argc, char **argv);
int cmd_block_detach(int argc, char **argv);
int cmd_block_list(int argc, char **argv);
int cmd_block_resize(int argc, char **argv);
int cmd_cd_insert(int argc, char **argv);
int cmd_cd_eject(int argc, char **argv);
int cmd_network_attach(int argc, char **argv);
int cmd_network_detach(int argc, char **argv);
int cmd_network_list(int argc, char **argv);
int cmd_pci_assignable_list(int argc, char **argv);
int cmd_pci_list(int argc, char **argv);
int cmd_shutdown(int argc, char **argv);
int cmd_reboot(int argc, char **argv);

#endif
