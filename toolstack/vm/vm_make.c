// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is alike in making a VM from a configuration and from a saved one: the name must be free; an
 * interruption leaves nothing behind; then the start, and the background process.
 */
#include "vm/vm_make.h"

#include <string.h>

#include "lib/domain.h"
#include "lib/log.h"
#include "vm/signals.h"
#include "vm/supervise.h"
#include "vm/vm.h"
#include "vm/vm_name.h"

#define NOBODY DOMID_FIRST_RESERVED

/* On its way from this host to this host it is here twice. */
static bool is_sender(domid_t domid, const struct vm_making *m)
{
	struct vm_state s;

	return m->incoming && vm_state_load(&s, domid) == 0 && strcmp(s.name, m->incoming) == 0 &&
	       uuid_reads(m->vm->uuid, s.uuid);
}

static int check_new(struct xencall *xc, const struct vm_making *m, struct reason *why)
{
	const struct vm_config *vm = m->vm;
	domid_t other;

	if (vm_name_taken(xc, vm->name, NOBODY, why))
		return -1;
	/* The name that it is to have when it runs. */
	if (m->incoming && vm_name_find(xc, m->incoming, &other) && !is_sender(other, m))
		return reason_set(why, "there is a domain \"%s\" already, with id %u", m->incoming,
				  other);
	if (vm->has_uuid && vm_uuid_find(xc, vm->uuid, &other) && !is_sender(other, m))
		return reason_set(why, "%s: domain %u is this VM already: it has the same UUID",
				  vm->name, other);
	return 0;
}

/* It runs first: who finds it without a process of its own then knows that it is complete. */
static int set_off(struct xencall *xc, const struct vm_making *m, domid_t domid, struct reason *why)
{
	if (m->ready)
		m->ready(m->ready_arg, domid);
	if (!m->paused && domain_unpause(xc, domid) < 0)
		return reason_errno(why, "starting domain %u", domid);
	if (vm_supervise_start(m->unattended ? NULL : m->vm, domid, why) == 0)
		return 0;
	/*
	 * It may have written to its disks: where it came from it must not go on. It lacks a
	 * process, which the service behind `xl supervise` finds.
	 */
	if (!m->incoming || m->paused)
		return -1;
	log_warning("%s", why->text);
	return 0;
}

static void step_note(const struct vm_making *m, enum vm_step step)
{
	if (m->step)
		*m->step = step;
}

/* Under the lock, until the domain is claimed. What fails is ended. */
static int make(struct xencall *xc, const struct vm_making *m, struct vm_hold *hold, domid_t *domid,
		struct reason *why)
{
	struct reason inner;
	int rc;

	if (check_new(xc, m, why) < 0)
		return -1;
	step_note(m, VM_STEP_DOMAIN);
	if (m->make(xc, m->vm, m->arg, hold, domid, &inner) < 0)
		return reason_set(why, "%s: %s", m->vm->name, inner.text);
	if (signals_waiting()) {
		step_note(m, VM_STEP_INTERRUPTED);
		rc = reason_set(why, "interrupted; %s is not started", m->vm->name);
	} else {
		step_note(m, VM_STEP_RUN);
		rc = set_off(xc, m, *domid, why);
	}
	if (rc < 0)
		vm_end(xc, *domid);
	return rc;
}

int vm_make(struct xencall *xc, const struct vm_making *m, domid_t *domid, struct reason *why)
{
	struct vm_hold hold;
	sigset_t before;
	int rc;

	step_note(m, VM_STEP_CHECK);
	if (vm_hold_begin(&hold, why) < 0)
		return -1;
	/* Until the domain has a state file: what would be left behind, nobody would find. */
	signals_hold(&before);
	rc = make(xc, m, &hold, domid, why);
	vm_hold_end(&hold);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}
