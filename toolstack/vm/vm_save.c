// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Saving: suspend, write, end; or, for a checkpoint or when writing fails, let the guest go on.
 */
#include "vm/vm_save.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "devices/devices.h"
#include "lib/deadline.h"
#include "lib/domain.h"
#include "lib/own_memory.h"
#include "saverestore/vcpus.h"
#include "vm/signals.h"
#include "vm/suspend.h"
#include "vm/vm.h"
#include "vm/vm_pci.h"
#include "vm/vm_text.h"

/* Frames of zeroes are not written, and how many those are is not known before. */
#define ROOM_SHARE 4
/* Stays the control domain's, whatever is written to a file system that is its memory. */
#define MEMORY_RESERVE (16ull << 20)
/* In which who is sent a guest takes nothing of it: it may wait for another VM that is made. */
#define TAKING_SECONDS 120

struct saving {
	struct xencall *xc;
	struct vm_save *s;
	char part[PATH_MAX]; /* what it is called while it is not complete; "": it is a disk */
	struct vm_state state;
	struct vm_config vm;
	struct buf config;
	struct buf nodes;
	bool suspended;
	double since; /* that, in seconds of the clock */
};

/* The devices that it has now, with the MACs that were chosen for it: later settings count. */
static int add_devices(struct saving *c, struct reason *why)
{
	struct device_list devices = { 0 };

	if (devices_read(c->s->domid, &devices, why) < 0)
		return -1;
	device_list_print(&devices, &c->config);
	device_list_free(&devices);
	return 0;
}

/* The configuration of the domain: as it was made, but with its present name and devices. */
static int load_config(struct saving *c, struct reason *why)
{
	if (vm_text_load(c->s->domid, &c->state, &c->config, why) < 0 || add_devices(c, why) < 0)
		return -1;
	if (c->config.failed)
		return reason_set(why, "out of memory");
	memcpy(c->s->name, c->state.name, sizeof(c->s->name));
	if (vm_text_parse(&c->vm, "configuration", c->config.data, why) < 0)
		return -1;
	return vm_pci_movable(&c->vm, why);
}

/* A disk stays what it is: whoever made it knows by our end whether it is complete. */
static int open_disk(struct saving *c, struct reason *why)
{
	int fd = open(c->s->file, O_WRONLY | O_EXCL | O_CLOEXEC);

	if (fd < 0)
		reason_errno(why, "%s", c->s->file);
	return fd;
}

/* A file of another name becomes the one that was asked for when it is complete. */
static int open_part(struct saving *c, struct reason *why)
{
	struct stat st;
	int fd;

	if (stat(c->s->file, &st) == 0 && !S_ISREG(st.st_mode))
		return reason_set(why, "%s is there already, and is no file", c->s->file);
	if (snprintf(c->part, sizeof(c->part), "%s.part", c->s->file) >= (int)sizeof(c->part))
		return reason_set(why, "%s: the name is too long", c->s->file);
	fd = open(c->part, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return reason_errno(why, "%s", c->part);
	/* The lock says that somebody is at work on it. Not all servers have locks. */
	if ((flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) || ftruncate(fd, 0) < 0) {
		reason_errno(why, "%s", c->part);
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Bytes that the file may grow to; UINT64_MAX: that is not known. */
static uint64_t room_for(struct vm_save *s, int fd)
{
	uint64_t room = UINT64_MAX, memory = memory_available();
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return room;
	if (fs.f_blocks) /* some file systems in memory do not tell */
		room = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize;
	s->memory_file = fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC;
	if (!s->memory_file)
		return room;
	memory = memory > MEMORY_RESERVE ? memory - MEMORY_RESERVE : 0;
	return memory < room ? memory : room;
}

/* Whether it is worth a try: a guest is not stopped for a file that has no place. */
static int check_room(struct saving *c, int fd, struct reason *why)
{
	struct xen_domctl_getdomaininfo info;

	if (domain_info(c->xc, c->s->domid, &info) < 0)
		return reason_errno(why, "domain %u", c->s->domid);
	c->s->memory = info.tot_pages * XEN_PAGE_SIZE;
	c->s->room = c->part[0] ? room_for(c->s, fd) : UINT64_MAX;
	c->s->full = c->s->room < c->s->memory / ROOM_SHARE;
	if (!c->s->full)
		return 0;
	return reason_set(why, "%s: %llu MiB are free there, for the %llu MiB of the guest",
			  c->s->file, (unsigned long long)c->s->room >> 20,
			  (unsigned long long)c->s->memory >> 20);
}

static double seconds(void)
{
	return (double)now_ms() / 1e3;
}

static int suspend(void *arg, struct reason *why)
{
	struct saving *c = arg;
	double start = seconds();

	c->s->step = VM_SAVE_ASK;
	if (vm_suspend(c->xc, c->s->domid, why) < 0)
		return -1;
	c->s->step = VM_SAVE_WRITE;
	c->suspended = true;
	c->since = seconds();
	c->s->suspending = c->since - start;
	return 0;
}

static int write_memory(struct saving *c, int fd, struct reason *why)
{
	static const struct stream_wait wait = { TAKING_SECONDS, signals_waiting };
	struct save_source src = {
		.domid = c->s->domid,
		.config = c->config.data,
		.nodes = { (uint8_t *)c->nodes.data, c->nodes.len },
		.room = c->s->room,
		.suspend = c->s->live ? suspend : NULL,
		.suspend_arg = c,
		.wait = &wait,
	};

	guest_layout_map(&src.layout, c->vm.memory_mib << 10);
	if (domain_save(c->xc, &src, fd, &c->s->figures, why) == 0)
		return 0;
	c->s->full = c->s->figures.full;
	return -1;
}

static int write_file(struct saving *c, int fd, struct reason *why)
{
	c->s->step = VM_SAVE_WRITE;
	if (write_memory(c, fd, why) < 0)
		return -1;
	if (c->s->standing && c->s->standing(c->s->arg, why) < 0)
		return -1;
	/* The reader of a stream has it by now: nothing may come in between any more. */
	if (!c->s->file)
		return 0;
	if (signals_waiting())
		return reason_set(why, "interrupted");
	/* The guest is about to be destroyed: the file is all that is left of it. */
	if (fsync(fd) == 0 && (!c->part[0] || rename(c->part, c->s->file) == 0))
		return 0;
	c->s->full = errno == ENOSPC || errno == EDQUOT;
	return reason_errno(why, "%s", c->s->file);
}

static int go_on(const struct saving *c, bool paused, struct reason *why)
{
	if (paused && domain_pause(c->xc, c->s->domid) < 0)
		return reason_errno(why, "pausing domain %u", c->s->domid);
	return vcpus_resume(c->xc, c->s->domid, why);
}

/* The guest has suspended, and is saved if rc says so: it is ended, or goes on. */
static int finish(struct saving *c, int rc, struct reason *why)
{
	struct reason inner, first;

	c->s->writing = seconds() - c->since;
	if (rc < 0 && c->s->given_away)
		return rc;
	if (rc < 0 || c->s->checkpoint) {
		if (go_on(c, rc == 0 && c->s->paused, &inner) < 0) {
			first = rc < 0 ? *why : (struct reason){ "" };
			return reason_set(why, "%.150s%sthe guest does not go on: %.140s",
					  first.text, rc < 0 ? "; " : "", inner.text);
		}
	} else if (vm_end(c->xc, c->s->domid) < 0) {
		rc = reason_errno(why, "domain %u is saved, but cannot be destroyed", c->s->domid);
	}
	return rc;
}

static int save_to(struct saving *c, int fd, struct reason *why)
{
	double start = seconds();
	int rc;

	if (check_room(c, fd, why) < 0 || (!c->s->live && suspend(c, why) < 0))
		return -1;
	rc = write_file(c, fd, why);
	if (c->s->live)
		c->s->running = (c->suspended ? c->since : seconds()) - start;
	return c->suspended ? finish(c, rc, why) : rc;
}

static int save(struct saving *c, struct reason *why)
{
	sigset_t before;
	int fd, rc;

	if (load_config(c, why) < 0 ||
	    vm_nodes_get(c->s->domid, c->vm.max_vcpus, &c->nodes, why) < 0)
		return -1;
	if (c->s->file)
		fd = c->s->is_disk ? open_disk(c, why) : open_part(c, why);
	else
		fd = c->s->fd;
	if (fd < 0)
		return -1;
	/* Nobody else would let a suspended guest go on. */
	signals_hold(&before);
	rc = save_to(c, fd, why);
	if (c->s->file)
		close(fd);
	/* Complete, it has another name by now. */
	if (rc < 0 && c->part[0])
		unlink(c->part);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}

int vm_save(struct xencall *xc, struct vm_save *s, struct reason *why)
{
	struct saving *c = calloc(1, sizeof(*c));
	int rc;

	if (!c)
		return reason_set(why, "out of memory");
	c->xc = xc;
	c->s = s;
	rc = save(c, why);
	vm_config_free(&c->vm);
	buf_free(&c->config);
	buf_free(&c->nodes);
	free(c);
	return rc;
}
