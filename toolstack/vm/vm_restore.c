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
#include "vm/suspend.h"
#include "vm/vm.h"
#include "vm/vm_pci.h"
#include "vm/vm_save.h"
#include "vm/vm_text.h"

/* In which a sender says nothing: more than its guest has to suspend (suspend.c). */
#define SENDING_SECONDS 240

/* longer: what it is on does not end with it. */
static int read_config(struct vm_restore *r, const char *file, bool longer, struct reason *why)
{
	if (stream_read_start(&r->in, r->in.fd, why) < 0 ||
	    vm_text_parse(&r->vm, file, r->in.config, why) < 0 || vm_pci_movable(&r->vm, why) < 0)
		return -1;
	r->in.longer = longer;
	return r->vm.has_uuid ? 0 : reason_set(why, "%s: no UUID in its configuration", file);
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
	return read_config(r, file, is_disk, why);
}

int vm_restore_open_stream(struct vm_restore *r, int fd, struct reason *why)
{
	static const struct stream_wait wait = { SENDING_SECONDS, signals_waiting };

	memset(r, 0, sizeof(*r));
	r->in.fd = fd;
	if (read_config(r, "what is sent", true, why) < 0)
		return -1;
	r->in.wait = &wait;
	return 0;
}

void vm_restore_close(struct vm_restore *r)
{
	if (r->in.fd > 0)
		close(r->in.fd);
	r->in.fd = 0;
	stream_read_free(&r->in);
	vm_config_free(&r->vm);
}

static int with_store(struct xencall *xc, const struct vm_config *vm,
		      const struct restored *restored, struct store *store, struct reason *why)
{
	domid_t domid = restored->built.domid;
	struct bytes nodes = { (uint8_t *)restored->nodes.data, restored->nodes.len };

	if (vm_register(xc, vm, vm->uuid, &restored->built, store, why) < 0)
		return -1;
	if (vm_nodes_put(domid, vm->max_vcpus, nodes, why) == 0)
		return 0;
	vm_end(xc, domid);
	return -1;
}

int vm_restore_make(struct xencall *xc, const struct vm_config *vm, void *arg, domid_t *domid,
		    struct reason *why)
{
	struct vm_restore *r = arg;
	struct domain_spec spec = vm_spec(vm);
	struct restored restored;
	struct store store;
	int rc;

	spec.with_store = true;
	/* The guest looks for its store as soon as it goes on. */
	if (store_open(&store) < 0)
		return reason_errno(why, "xenstored");
	rc = devices_check(&store, &vm->devices, why);
	if (rc == 0)
		rc = domain_restore(xc, &r->in, &spec, host_memory_check, &restored, why);
	/* Or the background process would have a copy for as long as the guest lives. */
	stream_read_free(&r->in);
	if (rc == 0) {
		rc = with_store(xc, vm, &restored, &store, why);
		*domid = restored.built.domid;
		buf_free(&restored.nodes);
	}
	store_close(&store);
	return rc;
}
