// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM to a file and back. Both return -1 with the reason.
 */
#ifndef VM_VM_SAVE_H
#define VM_VM_SAVE_H

#include "saverestore/save.h"
#include "saverestore/stream_read.h"
#include "vm/vm_make.h"

/* How far it came. */
enum vm_save_step { VM_SAVE_PREPARE, VM_SAVE_ASK, VM_SAVE_WRITE };

struct vm_save {
	domid_t domid;
	const char
		*file; /* NULL: it goes to fd, where the reader says by `standing` that it has it */
	int fd;
	bool is_disk;    /* it is there, and large enough */
	bool live;       /* it runs while most of its memory is written */
	bool checkpoint; /* the guest goes on */
	bool paused;     /* paused, then */
	/*
	 * Called when the memory is written, while the guest stands still: what belongs to that
	 * moment. Returns -1 with the reason: then there is no file. May be NULL.
	 */
	int (*standing)(void *arg, struct reason *why);
	void *arg;
	bool given_away; /* set by that: it may be running elsewhere, so it never goes on here */
	/* What came of it. */
	enum vm_save_step step;
	bool full;             /* the file system is, or as good as */
	bool memory_file;      /* and is a part of the control domain's memory */
	uint64_t memory, room; /* bytes: of the guest, free before */
	char name[VM_NAME_MAX + 1];
	struct save_figures figures;
	double running, suspending, writing; /* seconds; in the last it stands still */
};

/*
 * Asks the guest to suspend itself, writes it, and ends it. The file appears under its name when
 * it is complete. Whatever fails or interrupts, the guest goes on, unless it was given away.
 */
int vm_save(struct xencall *xc, struct vm_save *s, struct reason *why);

/* A saved VM, once its file is open. */
struct vm_restore {
	struct stream_reader in;
	struct vm_config vm;
	struct stream_vm what; /* the guest, in numbers */
};

/* Reads what it is, up to its memory. vm_restore_close() is due in any case. */
int vm_restore_open(struct vm_restore *r, const char *file, bool is_disk, struct reason *why);
void vm_restore_close(struct vm_restore *r);
/* The same from a pipe or socket, which is closed with it. */
int vm_restore_open_stream(struct vm_restore *r, int fd, struct reason *why);
/* For struct vm_making: make, with arg a struct vm_restore. */
int vm_restore_make(struct xencall *xc, const struct vm_config *vm, void *arg, struct vm_hold *hold,
		    domid_t *domid, struct reason *why);

#endif
