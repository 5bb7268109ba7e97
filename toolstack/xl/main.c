// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xl: the table of commands, and finding domains.
 */
#include "xl/xl.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/domain.h"
#include "vm/vm_lock.h"

int xl_verbose;
const char *xl_command;

static int cmd_help(int argc, char **argv);

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments;
	const char *help;
} commands[] = {
	{ "create", cmd_create, "[-cdefnpqv] CONFIG [KEY=VALUE ...]",
	  "Create a domain from a config file" },
	{ "list", cmd_list, "[-lv] [DOMAIN ...]", "List domains" },
	{ "console", cmd_console, "DOMAIN", "Attach to a domain's console (Ctrl-] leaves)" },
	{ "shutdown", cmd_shutdown, "[-Fw] DOMAIN | -a", "Ask a domain to shut down" },
	{ "reboot", cmd_reboot, "[-Fw] DOMAIN | -a", "Ask a domain to reboot" },
	{ "destroy", cmd_destroy, "[-f] DOMAIN",
	  "End a domain at once (-f: even a half-made one)" },
	{ "pause", cmd_pause, "DOMAIN", "Stop a domain's vCPUs" },
	{ "unpause", cmd_unpause, "DOMAIN", "Let a paused domain go on" },
	{ "save", cmd_save, "[-clp] DOMAIN FILE", "Save a domain to a file, and end it" },
	{ "restore", cmd_restore, "[-cepv] FILE", "Start a domain from such a file" },
	{ "migrate", cmd_migrate, "[-v] [-s SSH-COMMAND] DOMAIN HOST",
	  "Move a running domain to another host" },
	{ "migrate-receive", cmd_migrate_receive, "[-ep]", "What it calls there" },
	{ "vcpu-list", cmd_vcpu_list, "[DOMAIN ...]", "List the vCPUs of domains" },
	{ "vcpu-set", cmd_vcpu_set, "[-i] DOMAIN NUMBER", "How many vCPUs a domain may use" },
	{ "vcpu-pin", cmd_vcpu_pin, "DOMAIN VCPU|all CPUS|- [SOFT-CPUS|-]",
	  "On which CPUs a vCPU may run, and better runs" },
	{ "sched-credit", cmd_sched_credit, "[-d DOMAIN [-w WEIGHT] [-c CAP]]",
	  "Shares of CPU time: weight, and cap in percent of a CPU" },
	{ "mem-set", cmd_mem_set, "DOMAIN MIB[b|k|m|g|t]", "How much memory a domain is to have" },
	{ "mem-max", cmd_mem_max, "DOMAIN MIB[b|k|m|g|t]", "How much mem-set may give it" },
	{ "top", cmd_top, "[-b] [-d SECONDS] [-i TIMES]",
	  "What domains are using, again and again" },
	{ "sysrq", cmd_sysrq, "DOMAIN LETTER", "Send a magic SysRq to a Linux domain" },
	{ "trigger", cmd_trigger, "DOMAIN nmi|reset|init|power|sleep|s3resume [VCPU]",
	  "Send an event to a vCPU" },
	{ "uptime", cmd_uptime, "[DOMAIN ...]", "How long domains have been running" },
	{ "domid", cmd_domid, "NAME", "A domain's id" },
	{ "domname", cmd_domname, "ID", "A domain's name" },
	{ "rename", cmd_rename, "DOMAIN NEW-NAME", "Rename a domain" },
	{ "block-attach", cmd_block_attach, "DOMAIN DISK ...", "Give a disk to a running domain" },
	{ "block-detach", cmd_block_detach, "[--force] DOMAIN DISK", "Take one from it" },
	{ "block-list", cmd_block_list, "DOMAIN ...", "List the disks of domains" },
	{ "block-resize", cmd_block_resize, "DOMAIN DISK", "Tell a domain that a disk has grown" },
	{ "cd-insert", cmd_cd_insert, "DOMAIN DISK FILE", "Put a disc into a CD drive" },
	{ "cd-eject", cmd_cd_eject, "DOMAIN DISK", "Take the disc out of a CD drive" },
	{ "network-attach", cmd_network_attach, "DOMAIN [KEY=VALUE ...]",
	  "Give a network interface to a running domain" },
	{ "network-detach", cmd_network_detach, "[--force] DOMAIN NUMBER|MAC", "Take one from it" },
	{ "network-list", cmd_network_list, "DOMAIN ...", "List the interfaces of domains" },
	{ "pci-assignable-list", cmd_pci_assignable_list, "",
	  "The machine's PCI devices that a guest could be given; with xl -v, why not the others" },
	{ "pci-list", cmd_pci_list, "DOMAIN", "List those that a domain has" },
	{ "supervise", cmd_supervise, "[ID]",
	  "What a service does: see to domains whose own process was killed" },
	{ "info", cmd_info, "", "The machine and the hypervisor" },
	{ "dmesg", cmd_dmesg, "[-c]", "The hypervisor's log" },
	{ "debug-keys", cmd_debug_keys, "KEYS", "Send debug keys to the hypervisor" },
	{ "help", cmd_help, "[COMMAND]", "This list" },
};

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int cmd_help(int argc, char **argv)
{
	const struct command *c = argc > 1 ? command_find(argv[1]) : NULL;

	if (c) {
		printf("Usage: xl [-v] %s %s\n\n%s.\n", c->name, c->arguments, c->help);
		return XL_OK;
	}
	printf("Usage: xl [-v] COMMAND [ARGUMENTS]\n\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		printf(" %-14s %s\n", commands[i].name, commands[i].help);
	return XL_OK;
}

int xl_usage(void)
{
	const struct command *c = command_find(xl_command);

	fprintf(stderr, "usage: xl %s %s\n", c->name, c->arguments);
	return XL_USAGE;
}

struct xencall *xl_open(void)
{
	static struct xencall xc = { .fd = -1 };

	if (xc.fd >= 0)
		return &xc;
	if (xencall_open(&xc) < 0) {
		log_error("/dev/xen/privcmd: %s; xl works in the control domain, as root",
			  strerror(errno));
		exit(XL_FAILED);
	}
	return &xc;
}

int xl_failed(const struct reason *why)
{
	log_error("%s: %s", xl_command, why->text);
	return XL_FAILED;
}

int xl_domains(struct xen_domctl_getdomaininfo **list)
{
	struct reason why;
	int nr = vm_domains(xl_open(), list, &why);

	if (nr < 0)
		xl_failed(&why);
	return nr;
}

bool xl_domain(const char *name, domid_t *domid)
{
	struct xen_domctl_getdomaininfo info;
	unsigned long id;
	char *end;

	if (vm_name_find(xl_open(), name, domid))
		return true;
	id = strtoul(name, &end, 10);
	if (isdigit((unsigned char)*name) && *end == '\0' && id < DOMID_FIRST_RESERVED &&
	    domain_info(xl_open(), (domid_t)id, &info) == 0) {
		*domid = (domid_t)id;
		return true;
	}
	log_error("%s: there is no domain \"%s\"", xl_command, name);
	return false;
}

bool xl_any_guest(const char *name, domid_t *domid, const char *domain0)
{
	if (!xl_domain(name, domid))
		return false;
	if (*domid == 0)
		log_error("%s: not Domain-0: %s", xl_command, domain0);
	return *domid != 0;
}

bool xl_guest(const char *name, domid_t *domid, const char *domain0)
{
	return xl_any_guest(name, domid, domain0) && xl_complete(*domid);
}

bool xl_complete(domid_t domid)
{
	if (!vm_long_being_made(xl_open(), domid))
		return true;
	log_error("%s: domain %u is still being made; it is nobody else's until it runs "
		  "(xl destroy -f ends it)",
		  xl_command, domid);
	return false;
}

int main(int argc, char **argv)
{
	const struct command *c;

	while (argc > 1 && argv[1][0] == '-') {
		if (strcmp(argv[1], "-v") == 0 || strcmp(argv[1], "-vv") == 0)
			xl_verbose++;
		else if (strcmp(argv[1], "-f") != 0 && strcmp(argv[1], "-t") != 0)
			break;
		argv++;
		argc--;
	}
	log_open("xl", xl_verbose ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING);
	if (argc < 2 || argv[1][0] == '-') {
		cmd_help(0, NULL);
		return argc > 1 && strcmp(argv[1], "--help") == 0 ? XL_OK : XL_USAGE;
	}
	c = command_find(argv[1]);
	if (!c) {
		log_error("there is no command \"%s\"; `xl help` lists them", argv[1]);
		return XL_USAGE;
	}
	xl_command = c->name;
	return c->run(argc - 1, argv + 1);
}
