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
	if (!xl_guest(argv[1], &domid, "this is the control domain"))
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

#define TAKEN_SECONDS 60 /* for a guest to take note; it may be busy starting */
#define FORCE_SECONDS 10 /* the same, when there is something else to do */

struct stop_options {
	uint32_t reason;
	bool force; /* a guest that does not take note is stopped */
	bool wait;
	bool all;
};

static const char *stop_word(const struct stop_options *o)
{
	return o->reason == SHUTDOWN_reboot ? "reboot" : "poweroff";
}

/* As if its power went; on_poweroff or on_reboot is carried out all the same. */
static int stop_force(domid_t domid, const struct stop_options *o)
{
	if (domain_remote_shutdown(xl_open(), domid, o->reason) == 0)
		return 0;
	log_error("%s: domain %u: %s", xl_command, domid, strerror(errno));
	return -1;
}

/* Asks, and comes back at once. */
static int stop_domain(domid_t domid, const struct stop_options *o)
{
	const char *what = stop_word(o);
	struct reason why;

	if (o->force && !vm_store_can(domid, what))
		return stop_force(domid, o);
	if (vm_store_ask(domid, what, &why) < 0) {
		log_error("%s: %s; -F stops it without asking", xl_command, why.text);
		return -1;
	}
	printf("%s domain %u\n", o->reason == SHUTDOWN_reboot ? "Rebooting" : "Shutting down",
	       domid);
	fflush(stdout);
	return 0;
}

/* Sees to it that a guest that was asked has heard it. */
static int stop_heard(domid_t domid, const struct stop_options *o)
{
	struct xen_domctl_getdomaininfo info;
	bool paused = domain_info(xl_open(), domid, &info) == 0 && info.flags & XEN_DOMINF_paused;
	unsigned int seconds = paused ? 0 : o->force ? FORCE_SECONDS : TAKEN_SECONDS;

	if (vm_store_wait_taken(domid, seconds))
		return 0;
	if (domain_info(xl_open(), domid, &info) < 0 || info.flags & XEN_DOMINF_shutdown)
		return 0;
	if (o->force)
		return stop_force(domid, o);
	if (paused)
		log_error("%s: domain %u is paused: it will hear of this after `xl unpause`",
			  xl_command, domid);
	else
		log_error(
			"%s: domain %u has not answered in %u s: it may still be starting, have "
			"no drivers for the store, or hang. The request stands; -F stops a domain "
			"that does not answer",
			xl_command, domid, seconds);
	return -1;
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

	/*
	 * All are asked first, so that they stop side by side. Those that failed are out: domain
	 * 0's place.
	 */
	for (int i = 0; i < nr; i++) {
		if (list[i].domain != 0 && stop_domain(list[i].domain, o) < 0) {
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
	if (!xl_guest(argv[optind], &domid, "use poweroff or reboot there"))
		return XL_FAILED;
	if (stop_domain(domid, &o) < 0 || stop_heard(domid, &o) < 0)
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
