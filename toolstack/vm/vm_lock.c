// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lock is the open file: it goes with its holder, however that ends.
 */
#include "vm/vm_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/domain.h"
#include "lib/file.h"
#include "lib/vm_state.h"
#include "vm/supervise.h"
#include "vm/vm.h"

#define VM_LOCK   "/run/xen/xl.lock"
#define NEARLY_MS 60000 /* a driver domain has 40 s to answer */
#define LOOK_US   50000

static int lock_take(int how)
{
	mkdir("/run/xen", 0755);
	return file_lock(VM_LOCK, O_RDWR | O_CREAT, how);
}

int vm_lock(struct reason *why)
{
	int fd = lock_take(LOCK_EX);

	if (fd < 0)
		reason_errno(why, VM_LOCK);
	return fd;
}

int vm_lock_try(void)
{
	return lock_take(LOCK_EX | LOCK_NB);
}

void vm_unlock(void *lock)
{
	int *fd = lock;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int vm_hold_begin(struct vm_hold *h, struct reason *why)
{
	h->maker = -1;
	return vm_hold_again(h, why);
}

int vm_hold_again(struct vm_hold *h, struct reason *why)
{
	h->lock = vm_lock(why);
	return h->lock < 0 ? -1 : 0;
}

void vm_hold_let_go(void *hold)
{
	struct vm_hold *h = hold;

	vm_unlock(&h->lock);
}

void vm_hold_end(struct vm_hold *h)
{
	vm_unlock(&h->lock);
	vm_unlock(&h->maker);
}

/*
 * The lock is looked at first: whoever makes a domain says in its state that it is complete before
 * he lets go.
 */
static bool being_made(struct xencall *xc, domid_t domid, struct vm_state *s)
{
	struct xen_domctl_getdomaininfo info;
	int fd = vm_supervise_lock(domid, false);
	bool held = fd < 0 && errno == EWOULDBLOCK;

	vm_unlock(&fd);
	return held && vm_state_load(s, domid) == 0 && s->supervisor == VM_BEING_MADE &&
	       domain_info(xc, domid, &info) == 0 && vm_never_ran(&info);
}

bool vm_being_made(struct xencall *xc, domid_t domid)
{
	struct vm_state s;

	return being_made(xc, domid, &s);
}

bool vm_long_being_made(struct xencall *xc, domid_t domid)
{
	int64_t until = now_ms() + NEARLY_MS;
	struct vm_state s;
	bool made;

	/* Without a console its memory is still arriving. */
	while (!(made = !being_made(xc, domid, &s)) && s.console_port && now_ms() < until)
		usleep(LOOK_US);
	return !made;
}
