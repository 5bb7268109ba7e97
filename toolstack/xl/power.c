// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands that stop and start domains: pause, unpause, destroy, shutdown, reboot.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/sched.h"
#include "lib/domain.h"
#include "xl/vm.h"
#include "xl/vm_store.h"

/* For commands that take one domain and do one thing to it. */
static int with_domain(int argc, char **argv, int (*act)(struct xencall *xc, domid_t domid))
{
	domid_t domid;

	/* destroy -f: domain 0 is refused anyway. */
	if (argc > 1 && strcmp(argv[1], "-f") == 0) {
		argv++;
		argc--;
	}
	if (argc != 2)
		return xl_usage();
	if (!xl_domain(argv[1], &domid))
		return XL_FAILED;
	if (domid == 0) {
		log_error("%s: not Domain-0: this is the control domain", xl_command);
		return XL_FAILED;
	}
	if (act(xl_open(), domid) < 0) {
		log_error("%s: domain %u: %s", xl_command, domid, strerror(errno));
		return XL_FAILED;
	}
	return XL_OK;
}

int cmd_pause(int argc, char **argv)
{
	return with_domain(argc, argv, domain_pause);
}

int cmd_unpause(int argc, char **argv)
{
	return with_domain(argc, argv, domain_unpause);
}

int cmd_destroy(int argc, char **argv)
{
	return with_domain(argc, argv, vm_end);
}

struct stop_options {
	uint32_t reason;
	bool force; /* do not ask the guest */
	bool wait;
	bool all;
};

static int stop_domain(domid_t domid, const struct stop_options *o)
{
	const char *what = o->reason == SHUTDOWN_reboot ? "reboot" : "poweroff";
	struct reason why;

	if (o->force) {
		/* As if its power went; on_poweroff or on_reboot is carried out all the same. */
		if (domain_remote_shutdown(xl_open(), domid, o->reason) == 0)
			return 0;
		log_error("%s: domain %u: %s", xl_command, domid, strerror(errno));
		return -1;
	}
	if (vm_store_ask(domid, what, &why) < 0) {
		log_error("%s: %s; -F stops it without asking", xl_command, why.text);
		return -1;
	}
	printf("%s domain %u\n", o->reason == SHUTDOWN_reboot ? "Rebooting" : "Shutting down", domid);
	return 0;
}

/* Until it has stopped or is gone. */
static void stop_wait(domid_t domid)
{
	struct xen_domctl_getdomaininfo info;

	while (domain_info(xl_open(), domid, &info) == 0 &&
	       !(info.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying)))
		usleep(100000);
}

static int stop_all(const struct stop_options *o)
{
	struct xen_domctl_getdomaininfo *list;
	int nr = xl_domains(&list);
	int rc = nr < 0 ? XL_FAILED : XL_OK;

	for (int i = 0; i < nr; i++)
		if (list[i].domain != 0 && stop_domain(list[i].domain, o) < 0)
			rc = XL_FAILED;
	for (int i = 0; i < nr && o->wait; i++)
		if (list[i].domain != 0)
			stop_wait(list[i].domain);
	if (nr >= 0)
		free(list);
	return rc;
}

static int stop(int argc, char **argv, uint32_t reason)
{
	struct stop_options o = { .reason = reason };
	domid_t domid;
	int opt;

	while ((opt = getopt(argc, argv, "aFw")) != -1) {
		switch (opt) {
		case 'a': o.all = true; break;
		case 'F': o.force = true; break;
		case 'w': o.wait = true; break;
		default: return xl_usage();
		}
	}
	if (o.all && optind == argc)
		return stop_all(&o);
	if (o.all || optind != argc - 1)
		return xl_usage();
	if (!xl_domain(argv[optind], &domid))
		return XL_FAILED;
	if (domid == 0) {
		log_error("%s: not Domain-0: use poweroff or reboot there", xl_command);
		return XL_FAILED;
	}
	if (stop_domain(domid, &o) < 0)
		return XL_FAILED;
	if (o.wait)
		stop_wait(domid);
	return XL_OK;
}

int cmd_shutdown(int argc, char **argv)
{
	return stop(argc, argv, SHUTDOWN_poweroff);
}

int cmd_reboot(int argc, char **argv)
{
	return stop(argc, argv, SHUTDOWN_reboot);
}
