// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watch: first every VM that is complete, then what changes. xenstored tells when domains come and
 * go; what it does not tell (pausing, crashes that are kept) is looked for every second, by the
 * hypervisor's list alone. State files are read again when their folder says so; of crashes that
 * nobody else may have seen there are notes. That networks and settings have changed is told, too,
 * not how (news.h).
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/domain.h"
#include "vm/crash_note.h"
#include "vm/vm_name.h"
#include "vmd/network_list.h"
#include "vmd/news.h"
#include "vmd/verbs.h"
#include "vmd/vm_list.h"

#define LOOK_MS 1000

struct seen {
	struct xen_domctl_getdomaininfo info;
	struct vm_state state;
};

struct watching {
	struct call *c;
	struct store store;
	int files; /* inotify of the state files, and of notes of crashes */
	struct seen *seen;
	size_t nr;
	struct news news;
};

static const struct seen *find(const struct watching *w,
			       const struct xen_domctl_getdomaininfo *info)
{
	for (size_t i = 0; i < w->nr; i++)
		if (w->seen[i].info.domain == info->domain &&
		    memcmp(w->seen[i].info.handle, info->handle, 16) == 0)
			return &w->seen[i];
	return NULL;
}

/* What clients are told of; running and blocked change all the time. */
static bool differs(const struct seen *a, const struct seen *b)
{
	return strcmp(vm_power_state(&a->info), vm_power_state(&b->info)) != 0 ||
	       a->info.nr_online_vcpus != b->info.nr_online_vcpus ||
	       a->info.max_pages != b->info.max_pages || strcmp(a->state.name, b->state.name) != 0;
}

static bool tell(struct watching *w, const struct seen *vm)
{
	struct store *s = w->store.fd >= 0 ? &w->store : NULL;

	return call_send(w->c, json_pack("{s:o}", "vm", vm_json(&vm->info, &vm->state, s)));
}

static bool tell_gone(struct watching *w, const struct seen *vm)
{
	char uuid[UUID_TEXT];

	uuid_format(vm->info.handle, uuid);
	return call_send(w->c, json_pack("{s:{s:s, s:i, s:s}}", "vm", "uuid", uuid, "domid",
					 (int)vm->info.domain, "state", "Gone"));
}

static bool tell_crash(void *arg, const char *uuid, unsigned int domid)
{
	const struct watching *w = arg;

	return call_send(w->c,
			 json_pack("{s:{s:s, s:i}}", "crash", "uuid", uuid, "domid", (int)domid));
}

static bool is_in(const struct seen *vm, const struct seen *now, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (now[i].info.domain == vm->info.domain &&
		    memcmp(now[i].info.handle, vm->info.handle, 16) == 0)
			return true;
	return false;
}

/* False: the client is gone. */
static bool compare(struct watching *w, const struct xen_domctl_getdomaininfo *list, size_t nr,
		    bool files)
{
	struct seen *now = calloc(nr + 1, sizeof(*now));
	size_t alive = 0;
	bool ok = now;

	for (size_t i = 0; ok && i < nr; i++) {
		const struct seen *before = find(w, &list[i]);
		struct seen *vm = &now[alive];

		if (list[i].flags & XEN_DOMINF_dying || !vm_is_complete(&list[i]))
			continue;
		vm->info = list[i];
		if (before && !files)
			vm->state = before->state;
		else
			vm_state_of(&list[i], &vm->state);
		alive++;
		if (!before || differs(before, vm))
			ok = tell(w, vm);
	}
	/*
	 * When all VMs are known, and before one is told of as gone. Who ends a domain has left its
	 * note by then: there is one for each that is not in the list any more, whether its folder
	 * has said so yet or not.
	 */
	if (ok)
		crash_notes_take(tell_crash, w);
	for (size_t i = 0; ok && i < w->nr; i++)
		if (!is_in(&w->seen[i], now, alive))
			ok = tell_gone(w, &w->seen[i]);
	free(w->seen);
	w->seen = now;
	w->nr = alive;
	return ok;
}

static bool look(struct watching *w, bool files)
{
	struct xen_domctl_getdomaininfo *list;
	struct reason why;
	int nr = vm_domains(&w->c->xc, &list, &why);
	bool ok;

	if (nr < 0)
		return false;
	ok = compare(w, list, (size_t)nr, files);
	free(list);
	return ok;
}

/* The store may be away for a while; then the looks every second have to do. */
static void store_again(struct watching *w)
{
	if (w->store.fd >= 0)
		return;
	if (store_open(&w->store) < 0 || store_watch(&w->store, "@releaseDomain", "vmd") < 0 ||
	    store_watch(&w->store, "@introduceDomain", "vmd") < 0) {
		store_close(&w->store);
		w->store.fd = -1;
	}
}

/* Whether the state files have changed, in *files; false when the client is gone. */
static bool wait_for_news(struct watching *w, bool *files)
{
	struct pollfd fds[3 + NEWS_FDS] = {
		{ .fd = w->c->fd, .events = POLLRDHUP },
		{ .fd = w->files, .events = POLLIN },
		{ .fd = w->store.fd, .events = POLLIN },
	};
	struct buf event = { 0 };
	char changes[4096];

	poll(fds, 3 + NEWS_FDS, news_poll(&w->news, fds + 3, LOOK_MS));
	*files = w->files < 0 || fds[1].revents;
	if (fds[1].revents && read(w->files, changes, sizeof(changes)) <= 0)
		*files = true;
	if (fds[2].revents || (w->store.fd >= 0 && store_event_wait(&w->store, 0) > 0)) {
		if (store_event(&w->store, &event) < 0) {
			store_close(&w->store);
			w->store.fd = -1;
		}
		buf_free(&event);
	}
	return !fds[0].revents;
}

static bool tell_news(struct watching *w)
{
	unsigned int what = news_take(&w->news);

	return (!(what & NEWS_NETWORKS) || call_send(w->c, json_pack("{s:b}", "networks", 1))) &&
	       (!(what & NEWS_SETTINGS) || call_send(w->c, json_pack("{s:b}", "settings", 1)));
}

static int do_watch(struct call *c)
{
	struct watching w = { .c = c, .store = { .fd = -1 } };
	bool files = true;

	w.files = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	mkdir(VM_CRASH_DIR, 0755);
	if (w.files >= 0) {
		inotify_add_watch(w.files, VM_STATE_DIR, IN_CLOSE_WRITE | IN_MOVED_TO);
		inotify_add_watch(w.files, VM_CRASH_DIR, IN_MOVED_TO);
	}
	news_open(&w.news, "", network_look);
	store_again(&w);
	if (!look(&w, true) || !call_send(c, json_pack("{s:b}", "settled", 1)))
		return 0;
	while (wait_for_news(&w, &files) && look(&w, files) && tell_news(&w))
		store_again(&w);
	return 0;
}

const struct verb watch_verbs[] = {
	{ "watch", args_none, do_watch,
	  "{vm} for each, {settled}, then {vm}, {networks}, {settings} when they change" },
	{ .name = NULL },
};
