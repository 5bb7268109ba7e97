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

#define SLOTS_PER_PAGE (PAGE_SIZE / sizeof(struct domain *))

static struct spinlock list_lock;
static struct list domains = LIST_INIT(domains); /* ascending ids; list_lock */
/* One slot for each id, in pages that come when they are needed and stay; under list_lock. */
static struct domain **slot_page[DIV_ROUND_UP(DOMID_FIRST_RESERVED, SLOTS_PER_PAGE)];

struct domain *domain0;

/* Without a lock, for those who hold something that keeps the domain. */
static struct domain *slot_read(domid_t id)
{
	struct domain **page;

	if (id >= DOMID_FIRST_RESERVED)
		return NULL;
	page = atomic_read(&slot_page[id / SLOTS_PER_PAGE]);
	return page ? atomic_read(&page[id % SLOTS_PER_PAGE]) : NULL;
}

bool domain_id_taken(domid_t id)
{
	return slot_read(id);
}

static int slot_take(struct domain *d)
{
	struct domain ***page = &slot_page[d->id / SLOTS_PER_PAGE];

	if (domain_id_taken(d->id))
		return -EEXIST;
	if (!*page) {
		struct domain **fresh = heap_alloc(0);

		if (!fresh)
			return -ENOMEM;
		atomic_set(page, fresh);
	}
	atomic_set(&(*page)[d->id % SLOTS_PER_PAGE], d);
	return 0;
}

int domain_register(struct domain *d)
{
	struct list *pos;
	int rc;

	spin_lock(&list_lock);
	rc = slot_take(d);
	if (!rc) {
		list_for_each(pos, &domains)
			if (list_entry(pos, struct domain, link)->id > d->id)
				break;
		list_insert_before(pos, &d->link);
	}
	spin_unlock(&list_lock);
	return rc;
}

void domain_unlist(struct domain *d)
{
	spin_lock(&list_lock);
	list_remove(&d->link);
	spin_unlock(&list_lock);
}

void domain_unregister(struct domain *d)
{
	spin_lock(&list_lock); /* who has read the slot looks at the domain, too */
	atomic_set(&slot_page[d->id / SLOTS_PER_PAGE][d->id % SLOTS_PER_PAGE], NULL);
	spin_unlock(&list_lock);
}

struct domain *domain_of_page(const struct page_info *pg)
{
	return slot_read(READ_ONCE(pg->owner));
}

struct domain *domain_get(domid_t id)
{
	struct domain *d = NULL;

	if (id == DOMID_SELF)
		id = domain_current()->id;
	if (id >= DOMID_FIRST_RESERVED)
		return NULL;
	spin_lock(&list_lock);
	d = slot_read(id);
	/* One that was taken off the list is only waiting for its last references. */
	if (d && list_empty(&d->link))
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

struct domain *domain_after(struct domain *d)
{
	domid_t next = (domid_t)(d->id + 1);

	domain_put(d);
	return domain_next(next);
}

void domain_put(struct domain *d)
{
	if (!atomic_sub(&d->refs, 1))
		domain_free(d);
}
