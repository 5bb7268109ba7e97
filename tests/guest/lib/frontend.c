// SPDX-License-Identifier: GPL-2.0-or-later
/* The front end's half of a device: see frontend.h. */
#include "frontend.h"

#include "abi/memory.h"
#include "event.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "store.h"
#include "test.h"

#define ANSWER_MS 20000

static volatile struct grant_entry_v1 *const grants = (void *)TABLE_AT;

void frontend_init(void)
{
	static bool done;
	struct xen_add_to_physmap op = { .domid = DOMID_SELF,
					 .space = XENMAPSPACE_grant_table,
					 .gpfn = TABLE_AT >> 12 };

	if (done)
		return;
	store_init();
	CHECK_EQ(memory_op(XENMEM_add_to_physmap, &op), 0);
	done = true;
}

void lend(grant_ref_t ref, uint64_t gfn, unsigned flags)
{
	grants[ref].flags = 0;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	grants[ref].domid = 0;
	grants[ref].frame = (uint32_t)gfn;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	grants[ref].flags = (uint16_t)flags;
}

void *page_lend(grant_ref_t ref)
{
	void *page = page_alloc();

	lend(ref, page_gfn(page), GTF_permit_access);
	return page;
}

struct ring *ring_lend(grant_ref_t ref)
{
	struct ring *r = page_lend(ref);

	r->req_event = r->rsp_event = 1;
	return r;
}

static const char *join(char *to, const char *folder, const char *name)
{
	size_t n = strlen(folder);

	memcpy(to, folder, n);
	to[n] = '/';
	memcpy(to + n + 1, name, strlen(name) + 1);
	return to;
}

void device_set(const char *device, const char *name, const char *value)
{
	char path[128];

	CHECK(store_write(join(path, device, name), value), "%s is not written", path);
}

void device_set_number(const char *device, const char *name, unsigned value)
{
	char text[12];
	char *at = text + sizeof(text) - 1;

	*at = 0;
	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	device_set(device, name, at);
}

void device_unset(const char *device, const char *name)
{
	char path[128];

	CHECK(store_remove(join(path, device, name)), "%s is not removed", path);
}

evtchn_port_t device_port(const char *device)
{
	evtchn_port_t port = event_alloc_unbound(0);

	device_set_number(device, "event-channel", port);
	return port;
}

char device_state(const char *device, const char *state, const char *answers)
{
	char path[128], backend[STORE_VALUE_MAX], theirs[STORE_VALUE_MAX + 8];

	CHECK(store_read(join(path, device, "backend"), backend), "%s has no back end", device);
	device_set(device, "state", state);
	return store_wait(join(theirs, backend, "state"), answers, ANSWER_MS);
}

void device_reopen(const char *device)
{
	CHECK(device_state(device, "6", "6"), "the back end of %s does not close", device);
	CHECK(device_state(device, "1", "2"), "the back end of %s does not wait", device);
}
