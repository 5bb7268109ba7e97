// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Storage repositories (SR) and the virtual disks in them (VDI): the library that `storage` and
 * other programs of this host call. Words are XenAPI's.
 *
 * What a repository is, is written where its data is: tags of its volume group, or a file in its
 * directory. This host only remembers which ones it knows, in STORAGE_STATE. Every function that
 * changes something holds the repository's lock meanwhile (a file in STORAGE_RUN, so that it ends
 * with its holder) and can be killed at any point: what it leaves unfinished is invisible, and
 * sr_scan() removes it.
 *
 * All return -1 with the reason in e.
 */
#ifndef TOOLSTACK_STORAGE_SR_H
#define TOOLSTACK_STORAGE_SR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/uuid.h"
#include "storage/error.h"
#include "storage/iscsi_source.h"
#include "storage/props.h"

#ifndef STORAGE_STATE /* unit tests have their own */
#define STORAGE_STATE "/var/lib/storage"
#define STORAGE_RUN   "/run/storage"
#endif
#define STORAGE_MOUNT "/run/sr-mount"

#define STORAGE_PATH  512 /* a path, or a source like server:/export */
#define STORAGE_TEXT  (PROP_TEXT_MAX + 1)

struct sr_type;

struct sr {
	char uuid[UUID_TEXT];
	char name[STORAGE_TEXT];
	char description[STORAGE_TEXT];
	const struct sr_type *type;
	char source[STORAGE_PATH]; /* its disk, directory, server:/export, or iSCSI disk */
	char group[128];           /* lvm, lvmoiscsi: the volume group */
	char root[STORAGE_PATH];   /* dir, nfs, iso: where its files are */
};

enum when_full { WHEN_FULL_QUEUE, WHEN_FULL_ERROR };

/* What sr_create() is told beside what is in the struct sr itself. */
struct sr_options {
	bool force;               /* what is on the disk may go */
	enum when_full full;      /* lvmthin: writers wait, or get an error */
	uint64_t pool;            /* lvmthin: the pool's size; 0: everything */
	struct iscsi_login login; /* lvmoiscsi */
};

struct sr_stat {
	uint64_t physical_size;
	uint64_t physical_utilisation;
	uint64_t virtual_allocation; /* the sum of its disks' sizes */
	unsigned int nr_vdis;
	bool plugged;
	bool thin;
	unsigned int data; /* lvmthin: shares used, in hundredths of a percent */
	unsigned int metadata;
	uint64_t room; /* lvmthin: what the group can still give to the pool */
	bool failed;   /* lvmthin: the pool takes no more writes until it is repaired */
	enum when_full full;
};

struct vdi {
	char uuid[UUID_TEXT];
	char name[STORAGE_TEXT];
	char description[STORAGE_TEXT];
	char location[256];          /* its volume, or its file, within the repository */
	char snapshot_of[UUID_TEXT]; /* the disk that this is a snapshot of, or "" */
	char parent[UUID_TEXT];      /* the disk that this was cloned from, or "" */
	uint64_t virtual_size;
	uint64_t physical_utilisation;
	int64_t time; /* of the snapshot or creation */
	bool snapshot;
	bool read_only;
	bool plugged;
	bool unfinished; /* somebody is filling it, or was interrupted */
};

struct vdi_list {
	struct vdi *vdis;
	size_t nr;
};

struct sr_leftovers {
	unsigned int removed;  /* unfinished disks */
	unsigned int finished; /* operations that only lacked their last step */
	unsigned int adopted;  /* dir: files that were put there by hand */
};

const struct sr_type *sr_type_find(const char *name);
const char *sr_type_name(const struct sr_type *type);
/* "lvm lvmthin ..." for messages. */
const char *sr_type_names(void);

/* --- repositories --- */

/* sr says type, name, source; uuid may be "" and is then made up. */
int sr_create(struct sr *sr, const struct sr_options *how, struct sr_error *e);
/*
 * Makes known what already exists on a disk, in a directory, at server:/export (of type nfs), or on
 * an iSCSI disk. type may be NULL: what is found there says it. how, which may be NULL, says a
 * login.
 */
int sr_introduce(const char *source, const struct sr_type *type, const struct sr_options *how,
		 struct sr *sr, struct sr_error *e);
/* By uuid or name, of those that this host knows. */
int sr_find(const char *which, struct sr *sr, struct sr_error *e);
/* All that are known; the caller frees *list. */
int sr_list(struct sr **list, size_t *nr, struct sr_error *e);
int sr_plug(const struct sr *sr, struct sr_error *e);
/* Was it plugged since this host started, and not unplugged? Without a look at it. */
bool sr_plugged(const struct sr *sr);
int sr_unplug(const struct sr *sr, struct sr_error *e);
/* One more disk for it, whose contents may go with force. lvm, lvmthin. */
int sr_add_disk(const struct sr *sr, const char *disk, bool force, struct sr_error *e);
int sr_scan(const struct sr *sr, struct sr_leftovers *found, struct sr_error *e);
int sr_stat(const struct sr *sr, struct sr_stat *stat, struct sr_error *e);
/* No longer known here; its data stays. */
int sr_forget(const struct sr *sr, struct sr_error *e);
/* Erases it. With force, its disks, too. */
int sr_destroy(const struct sr *sr, bool force, struct sr_error *e);

/* --- disks --- */

int vdi_list(const struct sr *sr, struct vdi_list *list, struct sr_error *e);
void vdi_list_free(struct vdi_list *list);
/* By uuid, or a name that only one has; in all repositories if sr_which is NULL. */
int vdi_find(const char *sr_which, const char *which, struct sr *sr, struct vdi *v,
	     struct sr_error *e);
/* v says name, description, virtual_size; the rest comes back. */
int vdi_create(const struct sr *sr, struct vdi *v, struct sr_error *e);
int vdi_destroy(const struct sr *sr, const struct vdi *v, struct sr_error *e);
/* An image of a library has what it is to have: it is only read from now on. */
int vdi_seal(const struct sr *sr, struct vdi *v, struct sr_error *e);
/* Larger only; a running guest sees it. */
int vdi_resize(const struct sr *sr, struct vdi *v, uint64_t size, struct sr_error *e);
/* A read-only one of this moment, or a writable one; both at once. to says the name. */
int vdi_snapshot(const struct sr *sr, const struct vdi *v, struct vdi *to, struct sr_error *e);
int vdi_clone(const struct sr *sr, const struct vdi *v, struct vdi *to, struct sr_error *e);
/*
 * Back to what another disk of the repository has, at once, size included: it keeps its uuid and
 * texts, what it had is gone, and from stays. Refused while somebody has it. lvmthin.
 */
int vdi_revert(const struct sr *sr, struct vdi *v, const struct vdi *from, struct sr_error *e);
/* A full copy, in any repository. */
int vdi_copy(const struct sr *sr, const struct vdi *v, const struct sr *to_sr, struct vdi *to,
	     struct sr_error *e);
/* A new disk out of a stream of exactly to->virtual_size bytes. */
int vdi_import(const struct sr *sr, struct vdi *to, int fd, struct sr_error *e);
int vdi_export(const struct sr *sr, const struct vdi *v, int fd, struct sr_error *e);
/* Activates it; path is what `disk=` of a guest takes. */
int vdi_plug(const struct sr *sr, const struct vdi *v, char path[STORAGE_PATH], struct sr_error *e);
/* Refused while somebody has it. */
int vdi_unplug(const struct sr *sr, const struct vdi *v, struct sr_error *e);
/*
 * Plugs it, and opens it to be read or written as a whole: a descriptor, or -1. v comes back as it
 * was before. Readers keep writers out, a writer everybody, and either keeps guests out and the
 * disk in its repository, until the last copy of the descriptor is closed, whoever has that. Then
 * vdi_unplug(), if it is not needed on.
 */
int vdi_open(const struct sr *sr, struct vdi *v, bool write, char path[STORAGE_PATH],
	     struct sr_error *e);
/* Has a program of this host it open in that way? */
bool vdi_is_open(const struct sr *sr, const struct vdi *v);
/* Changes name and description to what v says. */
int vdi_rename(const struct sr *sr, const struct vdi *v, struct sr_error *e);

#endif
