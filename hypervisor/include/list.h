// SPDX-License-Identifier: GPL-2.0-or-later
/* Circular doubly linked lists, intrusive. An initialised or removed entry points at itself. */
#ifndef SOCLE_LIST_H
#define SOCLE_LIST_H

#include "types.h"

struct list {
	struct list *next, *prev;
};

#define LIST_INIT(name)          \
	{                        \
		&(name), &(name) \
	}

static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}
static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}
static inline void list_insert_before(struct list *at, struct list *entry)
{
	entry->next = at;
	entry->prev = at->prev;
	at->prev->next = entry;
	at->prev = entry;
}
static inline void list_append(struct list *head, struct list *entry)
{
	list_insert_before(head, entry);
}
static inline void list_prepend(struct list *head, struct list *entry)
{
	list_insert_before(head->next, entry);
}
static inline void list_remove(struct list *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	list_init(entry);
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)

#define list_for_each(at, head)       for ((at) = (head)->next; (at) != (head); (at) = (at)->next)

#endif
