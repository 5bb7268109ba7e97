// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The service behind `xl supervise`: whatever process was killed, and whatever could not be done
 * while there was no xenstored, is made up for. A domain that wants a background process and has
 * none gets another; a restart that was interrupted is finished; what is left of a domain that is
 * gone, or was never complete, is taken away. It looks when a domain has stopped, or xenstored is
 * back: before that, hardly anybody misses anything.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/domain.h"
#include "vm/restart.h"
#include "vm/supervise.h"
#include "vm/vm.h"
#include "vm/vm_make.h"
#include "vm/vm_name.h"
#include "vm/vm_pci.h"

#define LOOK_MS 30000 /* should an event get lost */
#define SOON_MS 2000  /* while something is going on */

struct keeper {
	struct xencall *xc;
	bool busy; /* somebody is at work on something that would be ours if he were killed */
};

/* A program of its own: it has nothing of what is open here. */
static void start_supervisor(domid_t domid)
{
	char id[12];
	pid_t pid = fork();

	if (pid < 0)
		log_error("domain %u: starting its background process: %s", domid, strerror(errno));
	if (pid)
		return;
	snprintf(id, sizeof(id), "%u", domid);
	execl("/proc/self/exe", "xl", "supervise", id, (char *)NULL);
	log_error("/proc/self/exe: %s", strerror(errno));
	_exit(1);
}

static bool domain_is_gone(struct keeper *k, domid_t domid)
{
	struct xen_domctl_getdomaininfo info;

	if (domain_info(k->xc, domid, &info) < 0)
		return errno == ESRCH;
	return info.flags & XEN_DOMINF_dying;
}

static void look_at_restart(void *arg, domid_t old)
{
	struct keeper *k = arg;
	bool idle;

	if (!vm_restart_pending(old, &idle))
		return;
	k->busy = true;
	if (idle)
		start_supervisor(old);
}

/* Its maker is no more. */
static void end_unfinished(struct keeper *k, domid_t domid)
{
	struct xen_domctl_getdomaininfo info;
	struct vm_state s;
	bool known = vm_state_load(&s, domid) == 0;

	if ((known && s.supervisor != VM_BEING_MADE) || domain_info(k->xc, domid, &info) < 0)
		return;
	if (vm_never_ran(&info)) {
		log_info("domain %u was never finished; it is taken away", domid);
		if (vm_end(k->xc, domid) < 0)
			log_error("destroying domain %u: %s", domid, strerror(errno));
	} else if (known) {
		start_supervisor(domid);
	}
}

/*
 * Whoever was making it holds the lock, or the domain's own, or is no more. Who holds neither has
 * said in its state that it is complete, so that is read last.
 */
static void look_at_unfinished(struct keeper *k, domid_t domid)
{
	int lock = vm_lock_try(), maker = -1;

	if (lock < 0 || ((maker = vm_supervise_lock(domid, false)) < 0 && errno == EWOULDBLOCK))
		k->busy = true;
	else
		end_unfinished(k, domid);
	vm_unlock(&maker);
	vm_unlock(&lock);
}

static bool look_at_state(void *arg, const struct vm_state *s)
{
	domid_t domid = (domid_t)s->domid;
	struct keeper *k = arg;
	bool idle;
	int lock;

	if (vm_restart_pending(domid, &idle))
		return true;
	if (domain_is_gone(k, domid)) {
		vm_forget(domid);
	} else if (s->supervisor == VM_BEING_MADE) {
		look_at_unfinished(k, domid);
	} else if (s->supervisor && (lock = vm_supervise_lock(domid, false)) >= 0) {
		close(lock);
		start_supervisor(domid);
	}
	return true;
}

/* Whoever is killed while he builds a domain leaves one that nothing is known of. */
static void look_at_unknown(struct keeper *k)
{
	struct xen_domctl_getdomaininfo *list;
	struct reason why;
	struct vm_state s;
	int nr = vm_domains(k->xc, &list, &why);

	for (int i = 0; i < nr; i++)
		if (list[i].domain != 0 && vm_never_ran(&list[i]) &&
		    !(list[i].flags & XEN_DOMINF_dying) && vm_state_load(&s, list[i].domain) < 0 &&
		    errno == ENOENT)
			look_at_unfinished(k, list[i].domain);
	if (nr >= 0)
		free(list);
}

/* The children of a place in the store are named after domains. */
static void look_at_nodes(struct keeper *k, struct store *s, const char *place)
{
	struct buf names = { 0 };
	size_t at = 0;

	if (store_list(s, place, &names) < 0)
		names.len = 0;
	while (at < names.len) {
		const char *name = names.data + at;
		unsigned long domid = strtoul(name, NULL, 10);

		at += strlen(name) + 1;
		if (domid == 0 || domid >= DOMID_FIRST_RESERVED ||
		    !domain_is_gone(k, (domid_t)domid))
			continue;
		log_info("domain %lu is gone; what was left of it in %s is taken away", domid,
			 place);
		vm_forget((domid_t)domid);
	}
	buf_free(&names);
}

void vm_keep(struct xencall *xc)
{
	static const char *const places[] = { "/local/domain", "/local/domain/0/backend/vbd",
					      "/local/domain/0/backend/vif", "/libxl" };
	struct store events = { .fd = -1 };
	struct keeper k = { .xc = xc };

	signal(SIGCHLD, SIG_IGN); /* nobody asks how they end */
	for (;;) {
		vm_wait_for_event(&events, k.busy ? SOON_MS : LOOK_MS);
		if (events.fd < 0)
			continue;
		k.busy = false;
		vm_restart_each(look_at_restart, &k);
		vm_state_each(look_at_state, &k);
		look_at_unknown(&k);
		vm_pci_keep(xc);
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
			look_at_nodes(&k, &events, places[i]);
	}
}
