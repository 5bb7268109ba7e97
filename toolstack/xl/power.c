// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands that stop and start domains: pause, unpause, destroy, shutdown, reboot.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/sched.h"
#include "lib/domain.h"
#include "vm/vm.h"
#include "vm/vm_lock.h"
#include "vm/vm_stop.h"
#include "xl/xl.h"

/* For commands that take one domain and do one thing to it. */
static int with_domain(int argc, char **argv, int (*act)(struct xencall *xc, domid_t domid))
{
	bool (*find)(const char *name, domid_t *domid, const char *domain0) = xl_guest;
	domid_t domid;

	/* Also one that is still being made; domain 0 is refused anyway. */
	if (argc > 1 && strcmp(argv[1], "-f") == 0) {
		find = xl_any_guest;
		argv++;
		argc--;
	}
	if (argc != 2)
		return xl_usage();
	if (!find(argv[1], &domid, "this is the control domain"))
		return XL_FAILED;
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
	struct vm_stop how;
	bool wait;
	bool all;
};

/* Asks, and comes back at once. */
static int stop_domain(domid_t domid, const struct stop_options *o)
{
	struct reason why;
	bool asked;

	if (vm_stop_ask(xl_open(), domid, &o->how, &asked, &why) < 0) {
		xl_failed(&why);
		return -1;
	}
	if (asked)
		printf("%s domain %u\n",
		       o->how.reason == SHUTDOWN_reboot ? "Rebooting" : "Shutting down", domid);
	fflush(stdout);
	return 0;
}

/* Sees to it that a guest that was asked has heard it. */
static int stop_heard(domid_t domid, const struct stop_options *o)
{
	struct reason why;

	if (vm_stop_heard(xl_open(), domid, &o->how, &why) == 0)
		return 0;
	xl_failed(&why);
	return -1;
}

/* They may have to be waited for, and others are not to wait with them. */
static void half_made_last(struct xen_domctl_getdomaininfo *list, int nr)
{
	for (int i = 0; i < nr;) {
		struct xen_domctl_getdomaininfo one = list[i];

		if (one.domain == 0 || !vm_being_made(xl_open(), one.domain)) {
			i++;
			continue;
		}
		list[i] = list[--nr];
		list[nr] = one;
	}
}

static int stop_all(const struct stop_options *o)
{
	struct xen_domctl_getdomaininfo *list;
	int nr = xl_domains(&list);
	int rc = nr < 0 ? XL_FAILED : XL_OK;

	half_made_last(list, nr);
	/*
	 * All are asked first, so that they stop side by side. Those that failed are out: domain
	 * 0's place.
	 */
	for (int i = 0; i < nr; i++) {
		if (list[i].domain != 0 &&
		    (!xl_complete(list[i].domain) || stop_domain(list[i].domain, o) < 0)) {
			list[i].domain = 0;
			rc = XL_FAILED;
		}
	}
	for (int i = 0; i < nr; i++) {
		if (list[i].domain != 0 && stop_heard(list[i].domain, o) < 0) {
			list[i].domain = 0;
			rc = XL_FAILED;
		}
	}
	for (int i = 0; i < nr && o->wait; i++)
		if (list[i].domain != 0)
			vm_stop_wait(xl_open(), list[i].domain, 0);
	if (nr >= 0)
		free(list);
	return rc;
}

static int stop(int argc, char **argv, uint32_t reason)
{
	struct stop_options o = { .how = { .reason = reason } };
	domid_t domid;
	int opt;

	while ((opt = getopt(argc, argv, "aFw")) != -1) {
		switch (opt) {
		case 'a': o.all = true; break;
		case 'F': o.how.force = true; break;
		case 'w': o.wait = true; break;
		default: return xl_usage();
		}
	}
	if (o.all && optind == argc)
		return stop_all(&o);
	if (o.all || optind != argc - 1)
		return xl_usage();
	if (!xl_guest(argv[optind], &domid, "use poweroff or reboot there"))
		return XL_FAILED;
	if (stop_domain(domid, &o) < 0 || stop_heard(domid, &o) < 0)
		return XL_FAILED;
	if (o.wait)
		vm_stop_wait(xl_open(), domid, 0);
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
