// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Saving: suspend, write, end; or, for a checkpoint or when writing fails, let the guest go on.
 */
#include "vm/vm_save.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "devices/devices.h"
#include "lib/deadline.h"
#include "lib/domain.h"
#include "saverestore/vcpus.h"
#include "vm/suspend.h"
#include "vm/vm.h"
#include "vm/vm_text.h"

struct saving {
	struct xencall *xc;
	struct vm_save *s;
	char part[PATH_MAX]; /* what it is called while it is not complete */
	struct vm_state state;
	struct vm_config vm;
	struct buf config;
	struct buf nodes;
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
	return vm_text_parse(&c->vm, "configuration", c->config.data, why);
}

/* A file of another name becomes the one that was asked for when it is complete. */
static int open_part(struct saving *c, struct reason *why)
{
	int fd;

	if (snprintf(c->part, sizeof(c->part), "%s.part", c->s->file) >= (int)sizeof(c->part))
		return reason_set(why, "%s: the name is too long", c->s->file);
	fd = open(c->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		reason_errno(why, "%s", c->part);
	return fd;
}

static int write_file(struct saving *c, int fd, struct reason *why)
{
	struct save_source src = {
		.domid = c->s->domid,
		.config = c->config.data,
		.nodes = { (uint8_t *)c->nodes.data, c->nodes.len },
	};

	guest_layout_map(&src.layout, c->vm.memory_mib << 10);
	if (domain_save(c->xc, &src, fd, &c->s->figures, why) < 0)
		return -1;
	if (signals_waiting())
		return reason_set(why, "interrupted");
	/* The guest is about to be destroyed: the file is all that is left of it. */
	if (fsync(fd) < 0 || rename(c->part, c->s->file) < 0)
		return reason_errno(why, "%s", c->s->file);
	return 0;
}

static int go_on(const struct saving *c, bool paused, struct reason *why)
{
	if (paused && domain_pause(c->xc, c->s->domid) < 0)
		return reason_errno(why, "pausing domain %u", c->s->domid);
	return vcpus_resume(c->xc, c->s->domid, why);
}

static double seconds(void)
{
	return (double)now_ms() / 1e3;
}

/* The guest has suspended: it is saved and ended, or goes on. */
static int save_suspended(struct saving *c, int fd, struct reason *why)
{
	double start = seconds();
	struct reason inner, first;
	int rc = write_file(c, fd, why);

	c->s->writing = seconds() - start;
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

	if (vm_suspend(c->xc, c->s->domid, why) < 0)
		return -1;
	c->s->suspending = seconds() - start;
	return save_suspended(c, fd, why);
}

static int save(struct saving *c, struct reason *why)
{
	sigset_t before;
	struct stat st;
	int fd, rc;

	if (load_config(c, why) < 0 ||
	    vm_nodes_get(c->s->domid, c->vm.max_vcpus, &c->nodes, why) < 0)
		return -1;
	if (stat(c->s->file, &st) == 0 && !S_ISREG(st.st_mode))
		return reason_set(why, "%s is there already, and is no file", c->s->file);
	fd = open_part(c, why);
	if (fd < 0)
		return -1;
	/* Nobody else would let a suspended guest go on. */
	signals_hold(&before);
	rc = save_to(c, fd, why);
	close(fd);
	/* Complete, it has another name by now. */
	if (rc < 0)
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
