// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a type of repository has to provide. The callers (sr.c, vdi.c) hold the repository's lock
 * where something changes, and have checked arguments; a type checks what only it can know.
 */
#ifndef TOOLSTACK_STORAGE_PRIVATE_H
#define TOOLSTACK_STORAGE_PRIVATE_H

#include "storage/sr.h"

struct sr_type {
	const char *name;
	bool clones;  /* snapshots and clones at once */
	bool library; /* images that are made, filled, sealed and removed, and never changed */

	/* Why this host cannot have such a repository now; NULL if it always can. */
	int (*available)(struct sr_error *e);
	/*
	 * Why nothing can be done with it now, known within seconds; asked before anything that
	 * might wait for ever. NULL: it does not depend on others.
	 */
	int (*ready)(const struct sr *sr, struct sr_error *e);
	/* Writes an empty repository to sr->source; fills in group or root. */
	int (*format)(struct sr *sr, const struct sr_options *how, struct sr_error *e);
	/* Reads what a repository says of itself: 1, or 0 if none is there. how may be NULL. */
	int (*recognise)(const char *source, const struct sr_options *how, struct sr *sr,
			 struct sr_error *e);
	int (*plug)(const struct sr *sr, struct sr_error *e);
	int (*unplug)(const struct sr *sr, struct sr_error *e);
	int (*erase)(const struct sr *sr, struct sr_error *e);
	/* One more disk, which is empty. NULL: it cannot have several. */
	int (*add_disk)(const struct sr *sr, const char *disk, struct sr_error *e);
	int (*stat)(const struct sr *sr, struct sr_stat *stat, struct sr_error *e);
	int (*scan)(const struct sr *sr, struct sr_leftovers *found, struct sr_error *e);
	int (*list)(const struct sr *sr, struct vdi_list *list, struct sr_error *e);

	/*
	 * A new disk that reads as zeroes. With v->unfinished it is unfinished until vdi_finish().
	 */
	int (*vdi_create)(const struct sr *sr, struct vdi *v, struct sr_error *e);
	int (*vdi_finish)(const struct sr *sr, struct vdi *v, struct sr_error *e);
	int (*vdi_destroy)(const struct sr *sr, const struct vdi *v, struct sr_error *e);
	int (*vdi_grow)(const struct sr *sr, struct vdi *v, uint64_t size, struct sr_error *e);
	int (*vdi_clone)(const struct sr *sr, const struct vdi *v, struct vdi *to,
			 struct sr_error *e);
	/* v has what from has now, and keeps everything else. NULL: it cannot. */
	int (*vdi_revert)(const struct sr *sr, struct vdi *v, const struct vdi *from,
			  struct sr_error *e);
	int (*vdi_plug)(const struct sr *sr, const struct vdi *v, char path[STORAGE_PATH],
			struct sr_error *e);
	int (*vdi_unplug)(const struct sr *sr, const struct vdi *v, struct sr_error *e);
	int (*vdi_rename)(const struct sr *sr, const struct vdi *v, struct sr_error *e);
	/* Where it is, or would be if it were plugged. */
	void (*vdi_path)(const struct sr *sr, const struct vdi *v, char path[STORAGE_PATH]);
	/* Who has it open: false, or a text in who. */
	bool (*vdi_user)(const struct sr *sr, const struct vdi *v, char *who, size_t room);
};

extern const struct sr_type sr_type_lvm, sr_type_lvmthin, sr_type_dir, sr_type_iso, sr_type_nfs,
	sr_type_lvmoiscsi;

/* What its type's ready() says. */
int sr_ready(const struct sr *sr, struct sr_error *e);

/* The state of a disk may have changed since the caller saw it: look again, under the lock. */
int vdi_refresh(const struct sr *sr, struct vdi *v, struct sr_error *e);
/* May a program of this host have all of it? No guest may then, unless it is read-only. */
int vdi_check_openable(const struct sr *sr, const struct vdi *v, bool write, struct sr_error *e);

/* A name and description that can be kept. */
int check_texts(const char *name, const char *description, struct sr_error *e);

/* NULL if out of memory. The list's new last element, all zero. */
struct vdi *vdi_list_add(struct vdi_list *list);

#endif
