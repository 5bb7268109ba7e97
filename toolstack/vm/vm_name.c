// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names are in the state files, UUIDs in the hypervisor, too: so a file that was left behind by a
 * domain that is gone is not taken for another's.
 */
#include "vm/vm_name.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/domain.h"
#include "vm/vm_lock.h"
#include "vm/vm_store.h"

enum { BATCH = 64 };

int vm_domains(struct xencall *xc, struct xen_domctl_getdomaininfo **list, struct reason *why)
{
	struct xen_domctl_getdomaininfo *all = NULL;
	domid_t first = 0;
	int nr = 0, got;

	do {
		struct xen_domctl_getdomaininfo *more =
			realloc(all, (size_t)(nr + BATCH) * sizeof(*all));

		if (!more) {
			free(all);
			return reason_set(why, "out of memory");
		}
		all = more;
		got = domain_list(xc, first, all + nr, BATCH);
		if (got < 0) {
			reason_errno(why, "listing domains");
			free(all);
			return -1;
		}
		nr += got;
		if (got)
			first = all[nr - 1].domain + 1;
	} while (got == BATCH);
	*list = all;
	return nr;
}

void vm_domain_name(const struct xen_domctl_getdomaininfo *info, char name[VM_NAME_MAX + 1])
{
	struct vm_state s;

	if (info->domain == 0)
		strcpy(name, "Domain-0");
	else if (vm_state_load(&s, info->domain) == 0 && uuid_reads(info->handle, s.uuid))
		memcpy(name, s.name, sizeof(s.name));
	else
		strcpy(name, "(null)");
}

struct search {
	struct xencall *xc;
	const char *name;
	domid_t domid;
	bool found;
};

static bool search_one(void *arg, const struct vm_state *s)
{
	struct search *search = arg;
	struct xen_domctl_getdomaininfo info;

	if (strcmp(s->name, search->name) != 0 ||
	    domain_info(search->xc, (domid_t)s->domid, &info) < 0 ||
	    !uuid_reads(info.handle, s->uuid))
		return true;
	search->domid = (domid_t)s->domid;
	search->found = true;
	return false;
}

bool vm_name_find(struct xencall *xc, const char *name, domid_t *domid)
{
	struct search search = { .xc = xc, .name = name };

	if (strcmp(name, "Domain-0") == 0) {
		*domid = 0;
		return true;
	}
	vm_state_each(search_one, &search);
	*domid = search.domid;
	return search.found;
}

bool vm_uuid_find(struct xencall *xc, const uint8_t uuid[16], domid_t *domid)
{
	struct xen_domctl_getdomaininfo list[BATCH];
	domid_t first = 1;
	int got;

	do {
		got = domain_list(xc, first, list, BATCH);
		for (int i = 0; i < got; i++) {
			if (memcmp(list[i].handle, uuid, 16) == 0 &&
			    !(list[i].flags & XEN_DOMINF_dying)) {
				*domid = list[i].domain;
				return true;
			}
		}
		if (got > 0)
			first = list[got - 1].domain + 1;
	} while (got == BATCH);
	return false;
}

bool vm_name_taken(struct xencall *xc, const char *name, domid_t domid, struct reason *why)
{
	char incoming[VM_NAME_MAX + sizeof(VM_INCOMING)];
	domid_t other;

	/* In this order: it may be renamed meanwhile. */
	snprintf(incoming, sizeof(incoming), "%s" VM_INCOMING, name);
	if (vm_name_find(xc, incoming, &other) && other != domid && vm_being_made(xc, other)) {
		reason_set(why, "another host is sending a domain \"%s\", which is %u", name,
			   other);
		return true;
	}
	if (vm_name_find(xc, name, &other) && other != domid) {
		reason_set(why, "there is a domain \"%s\" already, with id %u", name, other);
		return true;
	}
	return false;
}

int vm_rename(struct xencall *xc, domid_t domid, const char *name, struct reason *why)
{
	struct vm_state s;

	if (!vm_name_valid(name))
		return reason_set(why,
				  "\"%s\" is no name: at most %u letters, digits and . _ - + : @",
				  name, VM_NAME_MAX);
	if (vm_name_taken(xc, name, domid, why))
		return -1;
	if (vm_state_load(&s, domid) < 0)
		return reason_errno(why, "domain %u", domid);
	strcpy(s.name, name);
	if (vm_state_save(&s) < 0)
		return reason_errno(why, "domain %u", domid);
	vm_store_rename(&s);
	return 0;
}
