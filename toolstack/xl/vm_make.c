// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `xl create` and `xl restore` do alike around the making itself: one at a time, under a lock;
 * the name must be free; an interruption leaves nothing behind; then the background process, the
 * console, and the start.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/domain.h"
#include "xl/consoled_client.h"
#include "xl/vm.h"

#define XL_LOCK "/run/xen/xl.lock"

/*
 * One at a time: names stay unique, nobody counts on the same free memory, and the control domain's
 * memory holds one unpacked kernel, not ten. The lock is the open file, so it must be closed before
 * there is a background process.
 */
int vm_lock(void)
{
	int fd;

	mkdir("/run/xen", 0755);
	fd = open(XL_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) < 0) {
		log_error("%s: %s", XL_LOCK, strerror(errno));
		return -1;
	}
	return fd;
}

/* Under the lock. Leaves the domain paused. */
static int make_domain(const struct vm_making *m, domid_t *domid)
{
	struct xencall *xc = xl_open();
	struct reason why;

	if (xl_name_taken(m->vm->name, domid)) {
		log_error("%s: there is a domain \"%s\" already, with id %u", xl_command,
			  m->vm->name, *domid);
		return -1;
	}
	if (m->make(xc, m->vm, m->arg, domid, &why) < 0) {
		log_error("%s: %s: %s", xl_command, m->vm->name, why.text);
		return -1;
	}
	return 0;
}

static int console_attach(domid_t domid)
{
	struct reason why;
	char line[64];
	int fd;

	snprintf(line, sizeof(line), "console %u 32768\n", domid);
	fd = consoled_connect(line, &why);
	if (fd < 0)
		log_warning("%s: no console: %s", xl_command, why.text);
	return fd;
}

/*
 * From before the domain exists until it has a state file, an interruption only waits: what it
 * would leave behind, nobody would find.
 */
void signals_hold(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, before);
}

bool signals_waiting(void)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, SIGINT) || sigismember(&set, SIGQUIT) ||
	       sigismember(&set, SIGTERM) || sigismember(&set, SIGHUP);
}

/* Under the lock, which ends with it: from then on the name is taken. The domain is left paused. */
static int make_locked(const struct vm_making *m, domid_t *domid)
{
	int lock = vm_lock();
	sigset_t before;
	int rc;

	if (lock < 0)
		return -1;
	signals_hold(&before);
	rc = make_domain(m, domid);
	if (rc == 0 && signals_waiting()) {
		log_error("%s: interrupted; %s is not started", xl_command, m->vm->name);
		vm_end(xl_open(), *domid);
		rc = -1;
	}
	close(lock);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}

int vm_make(const struct vm_making *m)
{
	int console = -1;
	domid_t domid;

	if (make_locked(m, &domid) < 0)
		return XL_FAILED;
	if (!m->unattended && vm_supervise_start(m->vm, domid) < 0) {
		vm_end(xl_open(), domid);
		return XL_FAILED;
	}
	if (m->console)
		console = console_attach(domid);
	if (!m->paused && domain_unpause(xl_open(), domid) < 0) {
		log_error("%s: starting domain %u: %s", xl_command, domid, strerror(errno));
		vm_end(xl_open(), domid);
		return XL_FAILED;
	}
	return console >= 0 ? console_run(console, domid) : XL_OK;
}
