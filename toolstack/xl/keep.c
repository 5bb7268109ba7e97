// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `xl supervise`, a service: whatever process of xl's was killed, and whatever could not be done
 * while there was no xenstored, is made up for. A domain that wants a background process and has
 * none gets another; what is left of a domain that is gone is taken away. It looks when a domain
 * has stopped, or xenstored is back: before that, nobody misses anything.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/domain.h"
#include "xl/vm.h"

/* A program of its own: it has nothing of what is open here. */
static void start_supervisor(const struct vm_state *s)
{
	char id[12];
	pid_t pid = fork();

	if (pid < 0)
		log_error("%s: starting its background process: %s", s->name, strerror(errno));
	if (pid)
		return;
	snprintf(id, sizeof(id), "%u", s->domid);
	execl("/proc/self/exe", "xl", xl_command, id, (char *)NULL);
	log_error("/proc/self/exe: %s", strerror(errno));
	_exit(XL_FAILED);
}

static bool domain_is_gone(domid_t domid)
{
	struct xen_domctl_getdomaininfo info;

	if (domain_info(xl_open(), domid, &info) < 0)
		return errno == ESRCH;
	return info.flags & XEN_DOMINF_dying;
}

static bool look_at_state(void *arg, const struct vm_state *s)
{
	int lock;

	(void)arg;
	if (domain_is_gone((domid_t)s->domid)) {
		vm_forget((domid_t)s->domid);
		return true;
	}
	lock = s->supervisor ? vm_supervise_lock((domid_t)s->domid, false) : -1;
	if (lock < 0)
		return true;
	close(lock);
	start_supervisor(s);
	return true;
}

/* The children of a place in the store are named after domains. */
static void look_at_nodes(struct store *s, const char *place)
{
	struct buf names = { 0 };
	size_t at = 0;

	if (store_list(s, place, &names) < 0)
		names.len = 0;
	while (at < names.len) {
		const char *name = names.data + at;
		unsigned long domid = strtoul(name, NULL, 10);

		at += strlen(name) + 1;
		if (domid == 0 || domid >= DOMID_FIRST_RESERVED || !domain_is_gone((domid_t)domid))
			continue;
		log_info("domain %lu is gone; what was left of it in %s is taken away", domid,
			 place);
		vm_forget((domid_t)domid);
	}
	buf_free(&names);
}

static _Noreturn void keep(void)
{
	static const char *const places[] = { "/local/domain", "/local/domain/0/backend/vbd",
					      "/local/domain/0/backend/vif" };
	struct store events = { .fd = -1 };

	signal(SIGCHLD, SIG_IGN); /* nobody asks how they end */
	for (;;) {
		vm_wait_for_event(&events);
		if (events.fd < 0)
			continue;
		vm_state_each(look_at_state, NULL);
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
			look_at_nodes(&events, places[i]);
	}
}

int cmd_supervise(int argc, char **argv)
{
	struct reason why;

	if (argc == 1)
		keep();
	if (argc != 2)
		return xl_usage();
	if (vm_supervise_again((domid_t)strtoul(argv[1], NULL, 10), &why) == 0)
		return XL_OK;
	log_error("supervise: %s", why.text);
	return XL_FAILED;
}
