// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs that stop a domain, and let it go on: shutdown, reboot, destroy, pause, unpause. Those with
 * a file are in vm_saved.c.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "abi/sched.h"
#include "lib/deadline.h"
#include "lib/domain.h"
#include "vm/restart.h"
#include "vm/vm.h"
#include "vm/vm_lock.h"
#include "vm/vm_name.h"
#include "vm/vm_stop.h"
#include "vmd/verbs.h"

#define STOP_SECONDS   300
#define CHANGE_SECONDS 120 /* for the domain's own process to do what is to be done */
#define LOOK_US        50000

static const char *const stop_modes[] = { "clean", "hard", NULL };

static const struct arg stop_args[] = {
	ARG("uuid", UUID),
	ARG("mode", WORD, .words = stop_modes),
	ARG("timeout", NUMBER, .optional = true, .min = 1, .max = 86400),
	ARGS_END,
};

static bool is_hard(const struct call *c)
{
	return strcmp(arg_text(c->args, "mode"), "hard") == 0;
}

/* The guest is asked, and has stopped when this comes back. */
static int stop_clean(struct call *c, domid_t domid, uint32_t reason)
{
	struct vm_stop how = { .reason = reason };
	const char *uuid = arg_text(c->args, "uuid");
	unsigned int seconds = (unsigned int)arg_number(c->args, "timeout", STOP_SECONDS);
	struct xen_domctl_getdomaininfo info;
	struct reason why;
	bool asked;

	if (domain_info(&c->xc, domid, &info) == 0 && info.flags & XEN_DOMINF_paused) {
		call_fail(c, "VM_BAD_POWER_STATE", uuid, "a paused VM cannot be asked");
		json_array_append_new(c->error, json_string("running"));
		json_array_append_new(c->error, json_string("paused"));
		return -1;
	}
	if (vm_stop_ask(&c->xc, domid, &how, &asked, &why) < 0)
		return call_fail(c, "VM_LACKS_FEATURE_SHUTDOWN", uuid, "%s", why.text);
	if (vm_stop_wait(&c->xc, domid, seconds))
		return 0;
	return call_fail(c, "VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT", uuid,
			 "the guest has not stopped in %u s; the request stands", seconds);
}

/* Until there is another domain of the VM, or none: what its own process does when it stopped. */
static int wait_for_change(struct call *c, domid_t before, bool another, domid_t *domid)
{
	struct xen_domctl_getdomaininfo info;
	int64_t until = now_ms() + CHANGE_SECONDS * 1000;
	uint8_t uuid[16];

	uuid_parse(arg_text(c->args, "uuid"), uuid);
	while (now_ms() < until) {
		bool found = vm_uuid_find(&c->xc, uuid, domid);

		if (!another && (!found || *domid != before))
			return 0;
		if (another && found && *domid != before &&
		    domain_info(&c->xc, *domid, &info) == 0 && !vm_never_ran(&info))
			return 0;
		usleep(LOOK_US);
	}
	return call_fail(c, "INTERNAL_ERROR", "supervisor",
			 "the guest has stopped, but nothing has followed in %d s: its log is "
			 "in /var/log/xen",
			 CHANGE_SECONDS);
}

static int end_domain(struct call *c, domid_t domid)
{
	if (vm_end(&c->xc, domid) == 0)
		return 0;
	return call_fail(c, "INTERNAL_ERROR", "destroy", "domain %u: %s", domid, strerror(errno));
}

/*
 * Ends the VM, whichever domain it has by now: one that has crashed meanwhile may be on its way to
 * the next. Nobody begins with one while we hold the lock.
 */
static int end_vm(struct call *c, domid_t domid)
{
	const int64_t until = now_ms() + CHANGE_SECONDS * 1000;
	struct reason why;
	uint8_t uuid[16];
	bool idle;

	uuid_parse(arg_text(c->args, "uuid"), uuid);
	while (now_ms() < until) {
		int lock = vm_lock(&why), rc = 0;
		bool replaced = vm_restart_pending(domid, &idle);
		bool found = vm_uuid_find(&c->xc, uuid, &domid);

		if (lock < 0)
			return call_fail_why(c, "INTERNAL_ERROR", &why);
		if (found && !vm_being_made(&c->xc, domid))
			rc = end_domain(c, domid);
		vm_unlock(&lock);
		if (rc < 0 || (!found && !replaced))
			return rc;
		usleep(LOOK_US);
	}
	return call_fail(c, "INTERNAL_ERROR", "destroy",
			 "the VM comes back again and again, or is still being made");
}

/* Whatever is configured for when it stops by itself: it is to be gone. */
static int do_shutdown(struct call *c)
{
	domid_t domid, now;
	uint8_t uuid[16];

	uuid_parse(arg_text(c->args, "uuid"), uuid);
	if (call_domain(c, &domid) < 0)
		return -1;
	if (is_hard(c))
		return end_vm(c, domid);
	if (stop_clean(c, domid, SHUTDOWN_poweroff) < 0)
		return -1;
	for (int i = 0; i < 100 && vm_uuid_find(&c->xc, uuid, &now) && now == domid; i++)
		usleep(LOOK_US);
	return end_vm(c, domid);
}

static int do_reboot(struct call *c)
{
	struct reason why;
	domid_t domid, now;
	int rc;

	if (call_domain(c, &domid) < 0)
		return -1;
	if (!is_hard(c))
		rc = stop_clean(c, domid, SHUTDOWN_reboot);
	else if ((rc = vm_stop_force(&c->xc, domid, SHUTDOWN_reboot, &why)) < 0)
		rc = call_fail_why(c, "INTERNAL_ERROR", &why);
	if (rc < 0 || wait_for_change(c, domid, true, &now) < 0)
		return -1;
	call_set(c, "domid", json_integer(now));
	return 0;
}

static int do_destroy(struct call *c)
{
	domid_t domid;

	return call_domain(c, &domid) < 0 ? -1 : end_vm(c, domid);
}

static int simple(struct call *c, int (*act)(struct xencall *xc, domid_t domid))
{
	domid_t domid;

	if (call_domain(c, &domid) < 0)
		return -1;
	if (act(&c->xc, domid) == 0)
		return 0;
	return call_fail(c, "INTERNAL_ERROR", "domctl", "domain %u: %s", domid, strerror(errno));
}

static int do_pause(struct call *c)
{
	return simple(c, domain_pause);
}

static int do_unpause(struct call *c)
{
	return simple(c, domain_unpause);
}

const struct verb vm_life_verbs[] = {
	{ "vm.shutdown", stop_args, do_shutdown, "ends when the domain is gone" },
	{ "vm.reboot", stop_args, do_reboot, "ends when the next one runs: {domid}" },
	{ "vm.destroy", args_vm, do_destroy, "at once, whatever its guest says" },
	{ "vm.pause", args_vm, do_pause, "its vCPUs stop" },
	{ "vm.unpause", args_vm, do_unpause, "and go on" },
	{ .name = NULL },
};
