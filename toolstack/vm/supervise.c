// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The background process, one per VM: waits for the domain to stop and carries out on_poweroff,
 * on_reboot, on_crash, on_watchdog, on_soft_reset. Holds the domain's lock as long as it does:
 * should it be killed, that tells the service (keep.c), which starts another.
 */
#include "vm/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "abi/sched.h"
#include "devices/devices.h"
#include "lib/domain.h"
#include "lib/file.h"
#include "vm/crash_note.h"
#include "vm/restart.h"
#include "vm/vm.h"
#include "vm/vm_make.h"
#include "vm/vm_name.h"
#include "vm/vm_pci.h"
#include "vm/vm_reset.h"
#include "vm/vm_store.h"
#include "vm/vm_text.h"

#define SUPERVISE_LOG       "/var/log/xen/xl-%s.log"
#define SUPERVISE_LOOK_MS   30000 /* should an event get lost */
#define RESTART_MIN_SECONDS 2     /* a guest that restarts faster than this waits a second */

void vm_wait_for_event(struct store *events, int ms)
{
	struct buf event = { 0 };

	if (events->fd < 0 &&
	    (store_open(events) < 0 || store_watch(events, "@releaseDomain", "xl") < 0)) {
		store_close(events);
		sleep(1);
		return;
	}
	if (store_event_wait(events, ms) > 0 && store_event(events, &event) < 0)
		store_close(events);
	buf_free(&event);
}

/*
 * Waits for the domain to stop. False: there is nothing to act on any more. One that is suspended
 * is being saved: it goes on, or is destroyed by who saves it.
 */
static bool wait_for_stop(struct xencall *xc, domid_t domid, struct store *events, uint32_t *code)
{
	struct xen_domctl_getdomaininfo info;

	for (;;) {
		if (domain_info(xc, domid, &info) < 0 || info.flags & XEN_DOMINF_dying)
			return false;
		if (info.flags & XEN_DOMINF_shutdown &&
		    domain_shutdown_code(&info) != SHUTDOWN_suspend) {
			*code = domain_shutdown_code(&info);
			return true;
		}
		vm_wait_for_event(events, SUPERVISE_LOOK_MS);
	}
}

static enum vm_action action_for(const struct vm_config *vm, uint32_t code)
{
	switch (code) {
	case SHUTDOWN_poweroff: return vm->on_poweroff;
	case SHUTDOWN_reboot: return vm->on_reboot;
	case SHUTDOWN_crash: return vm->on_crash;
	case SHUTDOWN_watchdog: return vm->on_watchdog;
	case SHUTDOWN_soft_reset: return vm->on_soft_reset;
	default: return VM_PRESERVE;
	}
}

static const char *code_name(uint32_t code)
{
	static const char *const names[] = { "poweroff", "reboot",   "suspend",
					     "crash",    "watchdog", "soft reset" };

	return code < sizeof(names) / sizeof(names[0]) ? names[code] : "unknown";
}

int vm_supervise_lock(domid_t domid, bool wait)
{
	char path[64];

	snprintf(path, sizeof(path), VM_CONFIG_DIR "/%u", domid);
	return file_lock(path, O_RDONLY, LOCK_EX | (wait ? 0 : LOCK_NB));
}

/* Begins with the lock. */
static int restart_held(struct xencall *xc, struct vm_config *vm, struct vm_hold *hold,
			domid_t *domid, struct reason *why)
{
	struct phases phases;
	struct vm_state s;

	phases_start(&phases);
	if (vm_start(xc, vm, &phases, hold, domid, why) < 0)
		return -1;
	if (domain_unpause(xc, *domid) < 0) {
		reason_errno(why, "domain %u does not start", *domid);
		vm_end(xc, *domid);
		return -1;
	}
	if (vm_state_load(&s, *domid) == 0) {
		s.supervisor = getpid();
		vm_state_save(&s);
	}
	return 0;
}

/* A new domain for the same VM. The old one is gone, or renamed. */
static int restart(struct xencall *xc, struct vm_config *vm, domid_t *domid)
{
	struct vm_hold hold;
	struct reason why;
	int rc;

	vm_config_rebooted(vm);
	rc = vm_hold_begin(&hold, &why);
	if (rc == 0)
		rc = restart_held(xc, vm, &hold, domid, &why);
	vm_hold_end(&hold);
	if (rc < 0)
		log_error("%s: not restarted: %s", vm->name, why.text);
	else
		log_info("%s is now domain %u", vm->name, *domid);
	return rc;
}

/*
 * The devices that the VM has by now are those that it will have: some may have been attached or
 * detached since it started.
 */
static void follow_devices(struct vm_config *vm, domid_t domid)
{
	struct device_list now;
	struct reason why;

	if (devices_read(domid, &now, &why) < 0) {
		log_warning("%s: it gets the devices that it started with: %s", vm->name, why.text);
		return;
	}
	device_list_free(&vm->devices);
	vm->devices = now;
}

/*
 * Keeps the stopped domain under another name, which is free for sure: it has the domain's id in
 * it.
 */
static void rename_stopped(struct xencall *xc, const struct vm_config *vm, domid_t domid)
{
	struct reason why;
	struct vm_state s;
	char suffix[16];

	/* The new one needs the devices. */
	if (devices_detach_all(domid, &why) < 0)
		log_warning("%s", why.text);
	devices_backend_ended(domid);
	vm_pci_take(xc, domid);
	if (vm_state_load(&s, domid) < 0 || strcmp(s.name, vm->name) != 0)
		return;
	snprintf(suffix, sizeof(suffix), "-%u", domid);
	s.name[VM_NAME_MAX - strlen(suffix)] = '\0';
	strcat(s.name, suffix);
	s.supervisor = 0;
	vm_state_save(&s);
	vm_store_rename(&s);
}

/* Nobody needs to watch over it any more. */
static void leave(struct vm_state *s)
{
	s->supervisor = 0;
	if (vm_state_save(s) < 0)
		log_warning(VM_STATE_DIR "/%u: %s", s->domid, strerror(errno));
}

/* The new domain has the old one's UUID, unless that is kept, too. */
static void choose_uuid(struct vm_config *vm, const struct vm_state *s, bool keep_old)
{
	if (keep_old)
		vm->has_uuid = uuid_generate(vm->uuid) == 0;
	else if (!vm->has_uuid)
		vm->has_uuid = uuid_parse(s->uuid, vm->uuid);
}

/* From here on, somebody else can finish it. */
static bool replace(struct xencall *xc, struct vm_config *vm, domid_t *domid, bool keep_old,
		    bool pause)
{
	struct vm_restart r = { .old = *domid, .keep_old = keep_old };
	struct reason why;
	int rc;

	if (vm_restart_begin(&r, vm, &why) < 0)
		log_warning("%s: should this process be killed now, it does not come back: %s",
			    vm->name, why.text);
	if (keep_old)
		rename_stopped(xc, vm, *domid);
	else if (vm_end(xc, *domid) < 0)
		log_error("%s: destroying domain %u: %s", vm->name, *domid, strerror(errno));
	if (pause)
		sleep(1);
	rc = restart(xc, vm, domid);
	vm_restart_end(&r);
	return rc == 0;
}

/* The same domain goes on, with another kernel. What cannot go on is ended. */
static bool reset(struct xencall *xc, const struct vm_config *vm, domid_t domid)
{
	struct reason why;

	if (vm_soft_reset(xc, vm, domid, &why) == 0) {
		log_info("%s (domain %u) goes on with another kernel", vm->name, domid);
		return true;
	}
	log_error("%s: not reset, and so destroyed: %s", vm->name, why.text);
	if (vm_end(xc, domid) < 0)
		log_error("%s: destroying domain %u: %s", vm->name, domid, strerror(errno));
	return false;
}

/* True if there is a domain to watch on. */
static bool act(struct xencall *xc, struct vm_config *vm, domid_t *domid, uint32_t code,
		time_t started)
{
	bool soon = time(NULL) - started < RESTART_MIN_SECONDS;
	enum vm_action action = action_for(vm, code);
	struct vm_state s;
	bool known;

	log_info("%s (domain %u) stopped: %s; action: %s", vm->name, *domid, code_name(code),
		 vm_action_name(action));
	/* It may have been renamed meanwhile. */
	known = vm_state_load(&s, *domid) == 0;
	if (known)
		memcpy(vm->name, s.name, sizeof(vm->name));
	if (known && code == SHUTDOWN_crash)
		crash_note_leave(s.uuid, *domid);
	if (action == VM_PRESERVE) {
		if (known)
			leave(&s);
		return false;
	}
	if (action == VM_DESTROY) {
		if (vm_end(xc, *domid) < 0)
			log_error("%s: destroying domain %u: %s", vm->name, *domid,
				  strerror(errno));
		return false;
	}
	follow_devices(vm, *domid);
	if (action == VM_SOFT_RESET) {
		if (soon)
			sleep(1);
		return reset(xc, vm, *domid);
	}
	choose_uuid(vm, &s, action == VM_RENAME_RESTART);
	return replace(xc, vm, domid, action == VM_RENAME_RESTART, soon);
}

/* Whoever made it may have ended before he could say that it has a process. */
static void say_whose(domid_t domid)
{
	struct vm_state s;

	if (vm_state_load(&s, domid) < 0 || s.supervisor != VM_BEING_MADE)
		return;
	s.supervisor = getpid();
	if (vm_state_save(&s) < 0)
		log_warning(VM_STATE_DIR "/%u: %s", domid, strerror(errno));
}

/*
 * Watches a running domain and does what the configuration says when it stops, until nothing is
 * left to watch. vm follows the domain's name and devices.
 */
static void supervise(struct vm_config *vm, domid_t domid)
{
	struct xencall xc;
	bool go_on = true;
	uint32_t code;
	struct store events = { .fd = -1 };

	if (xencall_open(&xc) < 0) {
		log_error("/dev/xen/privcmd: %s", strerror(errno));
		return;
	}
	while (go_on) {
		time_t started = time(NULL);
		int lock = vm_supervise_lock(domid, true);

		say_whose(domid);
		go_on = wait_for_stop(&xc, domid, &events, &code) &&
			act(&xc, vm, &domid, code, started);
		if (lock >= 0)
			close(lock);
	}
	store_close(&events);
	xencall_close(&xc);
}

/* A session of its own, and nothing of who started it. */
static void detach(void)
{
	sigset_t none;

	setsid();
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Locks, connections: whoever is at the other end would wait for this process. */
	syscall(SYS_close_range, 3, ~0U, 0);
}

/* Nothing of the terminal's either; messages go into a log. */
static void log_to(const char *name)
{
	char path[128];
	int fd;

	mkdir("/var/log/xen", 0755);
	snprintf(path, sizeof(path), SUPERVISE_LOG, name);
	/* Appended to: bound-logs may cut it. */
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0640);
	if (fd >= 0) {
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		close(fd);
	}
	fd = open("/dev/null", O_RDONLY);
	if (fd >= 0) {
		dup2(fd, STDIN_FILENO);
		close(fd);
	}
	if (chdir("/") < 0)
		log_warning("/: %s", strerror(errno));
	log_open("xl", LOG_LEVEL_INFO);
}

/*
 * A domain of this UUID is the one that was to go, or one that was not finished; unless it runs, or
 * somebody else makes it: then there is nothing to do. True if so.
 */
static bool runs_already(struct xencall *xc, const struct vm_config *vm)
{
	struct xen_domctl_getdomaininfo info;
	domid_t domid;

	while (vm_uuid_find(xc, vm->uuid, &domid)) {
		if (domain_info(xc, domid, &info) < 0)
			continue;
		if (vm_being_made(xc, domid) ||
		    (!(info.flags & XEN_DOMINF_shutdown) && !vm_never_ran(&info)))
			return true;
		if (vm_end(xc, domid) < 0) {
			log_error("%s: destroying domain %u: %s", vm->name, domid, strerror(errno));
			return false;
		}
	}
	return false;
}

/* Under no lock but the restart's own. True if there is a domain to watch over. */
static bool finish(struct vm_restart *r, struct vm_config *vm, domid_t *domid)
{
	struct xencall xc;
	bool ok;

	log_info("%s: its background process has ended at a restart (domain %u); it is finished",
		 vm->name, r->old);
	if (xencall_open(&xc) < 0) {
		log_error("/dev/xen/privcmd: %s", strerror(errno));
		return false;
	}
	if (r->keep_old)
		rename_stopped(&xc, vm, r->old);
	/* The one that runs has lost its process, too, and gets another by itself. */
	ok = !runs_already(&xc, vm) && restart(&xc, vm, domid) == 0;
	vm_restart_end(r);
	xencall_close(&xc);
	return ok;
}

static int load(domid_t domid, struct vm_config *vm, struct reason *why)
{
	struct buf text = { 0 };
	struct vm_state s;
	int rc = vm_text_load(domid, &s, &text, why);

	if (rc == 0)
		rc = vm_text_parse(vm, "configuration", text.data, why);
	buf_free(&text);
	return rc;
}

int vm_supervise_again(domid_t domid, struct reason *why)
{
	struct vm_config vm;
	struct vm_restart r;
	bool go_on = true;

	detach();
	if (vm_restart_take(&r, domid, &vm, why) == 0) {
		log_to(vm.name);
		go_on = finish(&r, &vm, &domid);
	} else if (errno != ENOENT) {
		return -1;
	} else if (load(domid, &vm, why) < 0) {
		return -1;
	} else {
		log_to(vm.name);
		log_info("%s (domain %u): its background process has ended; here is another",
			 vm.name, domid);
	}
	if (go_on)
		supervise(&vm, domid);
	vm_config_free(&vm);
	return 0;
}

static pid_t supervisor_start(const struct vm_config *vm, domid_t domid, struct reason *why)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct vm_config own = *vm;

		detach();
		log_to(own.name);
		supervise(&own, domid);
		_exit(0);
	}
	if (pid < 0)
		reason_errno(why, "starting the background process");
	return pid;
}

int vm_supervise_start(const struct vm_config *vm, domid_t domid, struct reason *why)
{
	struct vm_state s;
	pid_t pid = 0;

	if (vm && (pid = supervisor_start(vm, domid, why)) < 0)
		return -1;
	/* It may be gone already. */
	if (vm_state_load(&s, domid) < 0)
		return 0;
	s.supervisor = pid;
	return vm_state_save(&s) < 0 ? reason_errno(why, VM_STATE_DIR "/%u", domid) : 0;
}
