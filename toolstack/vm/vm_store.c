// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names and permissions as Xen's toolstack uses them (docs/misc/xenstore-paths). A guest may read
 * its home, and write what it is meant to write there.
 */
#include "vm/vm_store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "builder/layout.h"
#include "lib/deadline.h"

#define PATH_MAX_LEN 128
#define TRIES        16
#define LOOK_MS      50

static void node_path(char path[PATH_MAX_LEN], unsigned int domid, const char *name)
{
	snprintf(path, PATH_MAX_LEN, "/local/domain/%u%s%s", domid, *name ? "/" : "", name);
}

int vm_node_read(struct store *s, unsigned int domid, const char *name, struct buf *value)
{
	char path[PATH_MAX_LEN];

	node_path(path, domid, name);
	return store_read(s, path, value);
}

int vm_node_write(struct store *s, unsigned int domid, const char *name, const char *value)
{
	char path[PATH_MAX_LEN];

	node_path(path, domid, name);
	return store_write(s, path, value);
}

struct writer {
	struct store *store;
	unsigned int domid;
	bool failed;
};

/* One node below /local/domain/ID (name ""): that itself. perms NULL: those of its parent. */
static void put(struct writer *w, const char *name, const char *value, const char *perms)
{
	char path[PATH_MAX_LEN];

	node_path(path, w->domid, name);
	if (w->failed || store_write(w->store, path, value) < 0 ||
	    (perms && store_set_perms(w->store, path, perms) < 0))
		w->failed = true;
}

static void put_number(struct writer *w, const char *name, unsigned long long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", value);
	put(w, name, text, NULL);
}

static void put_vcpus(struct writer *w, const struct vm_config *vm)
{
	char name[48];

	for (unsigned int i = 0; i < vm->max_vcpus; i++) {
		snprintf(name, sizeof(name), "cpu/%u/availability", i);
		put(w, name, i < vm->vcpus ? "online" : "offline", NULL);
	}
}

static void put_all(struct writer *w, const struct vm_config *vm, const struct vm_state *state)
{
	static const char *const guest_writes[] = {
		"control/shutdown",
		"control/feature-poweroff",
		"control/feature-reboot",
		"control/feature-suspend",
		"control/sysrq",
		"data",
		"drivers",
		"feature",
		"attr",
		"error",
	};
	char own[16], readable[24], vm_path[PATH_MAX_LEN], path[PATH_MAX_LEN + 8];

	snprintf(own, sizeof(own), "n%u", w->domid);
	snprintf(readable, sizeof(readable), "n0 r%u", w->domid);
	snprintf(vm_path, sizeof(vm_path), "/vm/%s", state->uuid);
	put(w, "", "", readable);
	put(w, "name", vm->name, NULL);
	put_number(w, "domid", w->domid);
	put(w, "vm", vm_path, NULL);
	put(w, "control", "", NULL);
	put(w, "device", "", NULL);
	/* Back ends are made there, by the control domain alone; that it is there allows them. */
	if (vm->driver_domain)
		put(w, "backend", "", NULL);
	for (size_t i = 0; i < sizeof(guest_writes) / sizeof(guest_writes[0]); i++)
		put(w, guest_writes[i], "", own);
	put(w, "control/platform-feature-multiprocessor-suspend", "1", NULL);
	put(w, "control/platform-feature-xs_reset_watches", "1", NULL);
	/*
	 * What it starts with: Linux takes the difference to what it finds for memory that it
	 * cannot see.
	 */
	put_number(w, "memory/static-max", vm->memory_mib << 10);
	put_number(w, "memory/target", vm->memory_mib << 10);
	/* How far `xl mem-set` may go. */
	put_number(w, "memory/max", vm->max_memory_mib << 10);
	put_vcpus(w, vm);
	put_number(w, "console/ring-ref", GUEST_CONSOLE_GFN);
	put_number(w, "console/port", state->console_port);
	put(w, "console/type", "xenconsoled", NULL);
	put_number(w, "store/ring-ref", GUEST_STORE_GFN);
	put_number(w, "store/port", state->store_port);

	snprintf(path, sizeof(path), "%s/name", vm_path);
	if (w->failed || store_write(w->store, path, vm->name) < 0)
		w->failed = true;
	snprintf(path, sizeof(path), "%s/uuid", vm_path);
	if (w->failed || store_write(w->store, path, state->uuid) < 0)
		w->failed = true;
}

int vm_store_add(struct store *s, const struct vm_config *vm, const struct vm_state *state,
		 struct reason *why)
{
	struct writer w = { .store = s, .domid = state->domid };

	for (unsigned int i = 0; i < TRIES; i++) {
		if (store_begin(s) < 0)
			return reason_errno(why, "store");
		store_batch_begin(s);
		put_all(&w, vm, state);
		if (store_batch_end(s) < 0 || w.failed) {
			reason_errno(why, "store");
			store_end(s, false);
			return -1;
		}
		if (store_end(s, true) == 0)
			break;
		if (errno != EAGAIN || i == TRIES - 1)
			return reason_errno(why, "store");
	}
	if (store_introduce(s, state->domid, GUEST_STORE_GFN, state->store_port) < 0)
		return reason_errno(why, "introducing domain %u to the store", state->domid);
	return 0;
}

/* Text of a node below the domain's home; empty if it cannot be read. */
static void read_node(struct store *s, unsigned int domid, const char *name, struct buf *value)
{
	if (vm_node_read(s, domid, name, value) < 0)
		value->len = 0;
}

void vm_store_remove(unsigned int domid)
{
	struct buf vm_path = { 0 };
	char path[PATH_MAX_LEN];
	struct store s;

	if (store_open(&s) < 0)
		return;
	read_node(&s, domid, "vm", &vm_path);
	if (vm_path.len && strncmp(vm_path.data, "/vm/", 4) == 0)
		store_remove(&s, vm_path.data);
	node_path(path, domid, "");
	store_remove(&s, path);
	store_release(&s, domid);
	buf_free(&vm_path);
	store_close(&s);
}

void vm_store_rename(const struct vm_state *state)
{
	struct store s;

	if (store_open(&s) < 0)
		return;
	if (vm_node_write(&s, state->domid, "name", state->name) < 0)
		log_warning("domain %u's name in the store: %s", state->domid, strerror(errno));
	store_close(&s);
}

int vm_store_ask(unsigned int domid, const char *what, struct reason *why)
{
	struct store s;
	int rc;

	if (store_open(&s) < 0)
		return reason_errno(why, "there is no xenstored to ask the guest through");
	rc = vm_node_read(&s, domid, "control/shutdown", NULL);
	if (rc < 0)
		reason_set(why, "domain %u has no store: it cannot be asked", domid);
	else if ((rc = vm_node_write(&s, domid, "control/shutdown", what)) < 0)
		reason_errno(why, "asking domain %u", domid);
	store_close(&s);
	return rc;
}

bool vm_store_wait_taken(unsigned int domid, unsigned int seconds)
{
	int64_t until = now_ms() + seconds * 1000LL;
	bool taken = false;
	struct store s;

	if (store_open(&s) < 0)
		return false;
	/* The guest empties the node; and who has ended has none. */
	for (;;) {
		struct buf value = { 0 };

		read_node(&s, domid, "control/shutdown", &value);
		taken = value.len == 0;
		buf_free(&value);
		if (taken || now_ms() >= until)
			break;
		usleep(LOOK_MS * 1000);
	}
	store_close(&s);
	return taken;
}

bool vm_store_can(unsigned int domid, const char *what)
{
	struct buf value = { 0 };
	char name[48];
	struct store s;
	bool can;

	if (store_open(&s) < 0)
		return false;
	snprintf(name, sizeof(name), "control/feature-%s", what);
	read_node(&s, domid, name, &value);
	can = value.len == 1 && value.data[0] == '1';
	buf_free(&value);
	store_close(&s);
	return can;
}
