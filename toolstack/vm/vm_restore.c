// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Restoring: the configuration is read from the file, then all is as with any VM, but for where the
 * guest's memory comes from. Disks and interfaces are looked at before that is read.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "devices/devices.h"
#include "lib/host_memory.h"
#include "saverestore/restore.h"
#include "vm/signals.h"
#include "vm/suspend.h"
#include "vm/vm.h"
#include "vm/vm_pci.h"
#include "vm/vm_save.h"
#include "vm/vm_text.h"

/* In which a sender says nothing: more than its guest has to suspend (suspend.c). */
#define SENDING_SECONDS 240

/*
 * longer: what it is on does not end with it. An interruption ends this process; from the memory
 * on, when there is a domain, it is looked for.
 */
static int read_head(struct vm_restore *r, const char *file, bool longer, struct reason *why)
{
	static const struct stream_wait wait = { SENDING_SECONDS, signals_waiting };

	if (stream_read_start(&r->in, r->in.fd, why) < 0 ||
	    vm_text_parse(&r->vm, file, r->in.config, why) < 0 || vm_pci_movable(&r->vm, why) < 0)
		return -1;
	if (!r->vm.has_uuid)
		return reason_set(why, "%s: no UUID in its configuration", file);
	r->in.longer = longer;
	if (restore_read_vm(&r->in, &r->what, why) < 0)
		return -1;
	r->in.wait = &wait;
	return 0;
}

int vm_restore_open(struct vm_restore *r, const char *file, bool is_disk, struct reason *why)
{
	struct stat st;
	int fd;

	memset(r, 0, sizeof(*r));
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return reason_errno(why, "%s", file);
	r->in.fd = fd;
	if (fstat(fd, &st) < 0)
		return reason_errno(why, "%s", file);
	if (!S_ISREG(st.st_mode) && !(is_disk && S_ISBLK(st.st_mode)))
		return reason_set(why, "%s is no file", file);
	return read_head(r, file, is_disk, why);
}

int vm_restore_open_stream(struct vm_restore *r, int fd, struct reason *why)
{
	memset(r, 0, sizeof(*r));
	r->in.fd = fd;
	return read_head(r, "what is sent", true, why);
}

void vm_restore_close(struct vm_restore *r)
{
	if (r->in.fd > 0)
		close(r->in.fd);
	r->in.fd = 0;
	stream_read_free(&r->in);
	vm_config_free(&r->vm);
}

/* Its name, UUID and memory are its own before that arrives, and nobody waits for it. */
static int claim(struct xencall *xc, const struct vm_restore *r, const struct vm_config *vm,
		 const struct domain_spec *spec, struct store *store, struct vm_hold *hold,
		 domid_t *domid, struct reason *why)
{
	struct domain_built empty = { 0 };
	uint64_t kib = restore_kib(&r->what);

	if (devices_check(store, &vm->devices, why) < 0 || host_memory_check(xc, kib, why) < 0 ||
	    restore_create(xc, spec, &r->what, host_memory_overhead(kib), domid, why) < 0)
		return -1;
	empty.domid = *domid;
	if (vm_claim(xc, vm, vm->uuid, &empty, hold, why) < 0)
		return -1;
	vm_hold_let_go(hold);
	return 0;
}

/* Complete, but not yet known to anybody else. */
static int enter(struct xencall *xc, const struct vm_config *vm, const struct restored *restored,
		 struct store *store, struct vm_hold *hold, struct reason *why)
{
	domid_t domid = restored->built.domid;
	struct bytes nodes = { (uint8_t *)restored->nodes.data, restored->nodes.len };

	if (vm_register(xc, vm, vm->uuid, &restored->built, store, hold, why) < 0)
		return -1;
	if (vm_nodes_put(domid, vm->max_vcpus, nodes, why) == 0)
		return 0;
	vm_end(xc, domid);
	return -1;
}

static int restore(struct xencall *xc, const struct vm_config *vm, struct vm_restore *r,
		   struct store *store, struct vm_hold *hold, domid_t *domid, struct reason *why)
{
	struct domain_spec spec = vm_spec(vm);
	struct restored restored;
	int rc;

	spec.with_store = true;
	if (claim(xc, r, vm, &spec, store, hold, domid, why) < 0)
		return -1;
	rc = restore_fill(xc, &r->in, &spec, &r->what, *domid, &restored, why);
	/* Or the background process would have a copy for as long as the guest lives. */
	stream_read_free(&r->in);
	if (rc < 0 || vm_hold_again(hold, why) < 0) {
		vm_end(xc, *domid);
		rc = -1;
	} else {
		rc = enter(xc, vm, &restored, store, hold, why);
	}
	buf_free(&restored.nodes);
	return rc;
}

int vm_restore_make(struct xencall *xc, const struct vm_config *vm, void *arg, struct vm_hold *hold,
		    domid_t *domid, struct reason *why)
{
	struct store store;
	int rc;

	/* The guest looks for its store as soon as it goes on. */
	if (store_open(&store) < 0)
		return reason_errno(why, "xenstored");
	rc = restore(xc, vm, arg, &store, hold, domid, why);
	store_close(&store);
	return rc;
}
