// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which domains there are: an ordered list for those who look for one, and a table by id for the
 * owner of a page. A dying domain leaves the list when it has given everything back, the table when
 * it is freed.
 */
#include "abi/errno.h"
#include "atomic.h"
#include "mm.h"
#include "private.h"

#define SLOTS 1024u /* ids are unique modulo this: as many domains at once */

static struct spinlock list_lock;
static struct list domains = LIST_INIT(domains); /* ascending ids; list_lock */
static struct domain *slots[SLOTS];              /* written under list_lock */

struct domain *domain0;

int domain_register(struct domain *d)
{
	struct domain **slot = &slots[d->id % SLOTS];
	struct list *pos;

	spin_lock(&list_lock);
	if (*slot) {
		spin_unlock(&list_lock);
		return -EEXIST;
	}
	atomic_set(slot, d);
	list_for_each(pos, &domains)
		if (list_entry(pos, struct domain, link)->id > d->id)
			break;
	list_insert_before(pos, &d->link);
	spin_unlock(&list_lock);
	return 0;
}

void domain_unlist(struct domain *d)
{
	spin_lock(&list_lock);
	list_remove(&d->link);
	spin_unlock(&list_lock);
}

void domain_unregister(struct domain *d)
{
	atomic_set(&slots[d->id % SLOTS], NULL);
}

struct domain *domain_of_page(const struct page_info *pg)
{
	uint16_t id = READ_ONCE(pg->owner);
	struct domain *d = atomic_read(&slots[id % SLOTS]);

	return d && d->id == id ? d : NULL;
}

struct domain *domain_get(domid_t id)
{
	struct domain *d = NULL;

	if (id == DOMID_SELF)
		id = domain_current()->id;
	if (id >= DOMID_FIRST_RESERVED)
		return NULL;
	spin_lock(&list_lock);
	d = slots[id % SLOTS];
	/* One that was taken off the list is only waiting for its last references. */
	if (d && (d->id != id || list_empty(&d->link)))
		d = NULL;
	if (d)
		atomic_add(&d->refs, 1);
	spin_unlock(&list_lock);
	return d;
}

struct domain *domain_next(domid_t from)
{
	struct domain *d = NULL;
	struct list *pos;

	spin_lock(&list_lock);
	list_for_each(pos, &domains)
		if (list_entry(pos, struct domain, link)->id >= from) {
			d = list_entry(pos, struct domain, link);
			atomic_add(&d->refs, 1);
			break;
		}
	spin_unlock(&list_lock);
	return d;
}

void domain_put(struct domain *d)
{
	if (!atomic_sub(&d->refs, 1))
		domain_free(d);
}
