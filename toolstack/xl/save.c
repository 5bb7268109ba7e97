// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `xl save`: suspend, write, end; or, with -c or when writing fails, let the guest go on.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "devices/devices.h"
#include "lib/deadline.h"
#include "lib/domain.h"
#include "saverestore/save.h"
#include "saverestore/vcpus.h"
#include "xl/suspend.h"
#include "xl/vm.h"
#include "xl/vm_text.h"

struct save_command {
	domid_t domid;
	const char *file;
	char part[PATH_MAX]; /* what it is called while it is not complete */
	bool checkpoint;     /* -c: the guest goes on */
	bool paused;         /* -p: paused, then */
	struct vm_state state;
	struct vm_config vm;
	struct buf config;
	struct buf nodes;
};

/* The devices that it has now, with the MACs that were chosen for it: later settings count. */
static int add_devices(struct save_command *c, struct reason *why)
{
	struct device_list devices = { 0 };

	if (devices_read(c->domid, &devices, why) < 0)
		return -1;
	device_list_print(&devices, &c->config);
	device_list_free(&devices);
	return 0;
}

/* The configuration of the domain: as it was made, but with its present name and devices. */
static int load_config(struct save_command *c, struct reason *why)
{
	if (vm_text_load(c->domid, &c->state, &c->config, why) < 0 || add_devices(c, why) < 0)
		return -1;
	if (c->config.failed)
		return reason_set(why, "out of memory");
	return vm_text_parse(&c->vm, "configuration", c->config.data, why);
}

/* A file of another name becomes the one that was asked for when it is complete. */
static int open_file(struct save_command *c, struct reason *why)
{
	int fd;

	if (snprintf(c->part, sizeof(c->part), "%s.part", c->file) >= (int)sizeof(c->part))
		return reason_set(why, "%s: the name is too long", c->file);
	fd = open(c->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		reason_errno(why, "%s", c->part);
	return fd;
}

static int write_file(struct save_command *c, int fd, struct save_figures *figures,
		      struct reason *why)
{
	struct save_source src = {
		.domid = c->domid,
		.config = c->config.data,
		.nodes = { (uint8_t *)c->nodes.data, c->nodes.len },
	};

	guest_layout_map(&src.layout, c->vm.memory_mib << 10);
	if (domain_save(xl_open(), &src, fd, figures, why) < 0)
		return -1;
	if (signals_waiting())
		return reason_set(why, "interrupted");
	/* The guest is about to be destroyed: the file is all that is left of it. */
	if (fsync(fd) < 0 || rename(c->part, c->file) < 0)
		return reason_errno(why, "%s", c->file);
	return 0;
}

static int go_on(const struct save_command *c, bool paused, struct reason *why)
{
	if (paused && domain_pause(xl_open(), c->domid) < 0)
		return reason_errno(why, "pausing domain %u", c->domid);
	return vcpus_resume(xl_open(), c->domid, why);
}

static double seconds(void)
{
	return (double)now_ms() / 1e3;
}

static void report(const struct save_command *c, const struct save_figures *f, double suspend,
		   double write)
{
	printf("%s: %llu MiB of memory, %llu MiB of it zero, %llu MiB written, in %.1f s\n",
	       c->state.name, (unsigned long long)f->pages >> 8, (unsigned long long)f->zeroes >> 8,
	       (unsigned long long)f->written >> 20, suspend + write);
	if (xl_verbose)
		fprintf(stderr, "suspending took %.2f s, writing %.2f s\n", suspend, write);
}

/* The guest has suspended: it is saved and ended, or goes on. */
static int save_suspended(struct save_command *c, int fd, double suspend, struct reason *why)
{
	struct save_figures figures;
	double start = seconds();
	struct reason inner;
	int rc = write_file(c, fd, &figures, why);

	if (rc == 0)
		report(c, &figures, suspend, seconds() - start);
	if (rc < 0 || c->checkpoint) {
		if (go_on(c, rc == 0 && c->paused, &inner) < 0) {
			log_error("save: %s", inner.text);
			return rc < 0 ? rc : reason_set(why, "the guest does not go on");
		}
	} else if (vm_end(xl_open(), c->domid) < 0) {
		rc = reason_errno(why, "domain %u is saved, but cannot be destroyed", c->domid);
	}
	return rc;
}

static int save_to(struct save_command *c, int fd, struct reason *why)
{
	double start = seconds();

	printf("Saving to %s\n", c->file);
	fflush(stdout);
	if (vm_suspend(xl_open(), c->domid, why) < 0)
		return -1;
	return save_suspended(c, fd, seconds() - start, why);
}

static int save(struct save_command *c, struct reason *why)
{
	sigset_t before;
	struct stat st;
	int fd, rc;

	if (load_config(c, why) < 0 || vm_nodes_get(c->domid, c->vm.max_vcpus, &c->nodes, why) < 0)
		return -1;
	if (stat(c->file, &st) == 0 && !S_ISREG(st.st_mode))
		return reason_set(why, "%s is there already, and is no file", c->file);
	fd = open_file(c, why);
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

int cmd_save(int argc, char **argv)
{
	static struct save_command c;
	struct reason why;
	int opt, rc;

	while ((opt = getopt(argc, argv, "cp")) != -1) {
		switch (opt) {
		case 'c': c.checkpoint = true; break;
		case 'p': c.checkpoint = c.paused = true; break;
		default: return xl_usage();
		}
	}
	if (optind != argc - 2)
		return xl_usage();
	if (!xl_guest(argv[optind], &c.domid, "this is the control domain"))
		return XL_FAILED;
	c.file = argv[optind + 1];
	rc = save(&c, &why);
	if (rc < 0)
		log_error("save: %s", why.text);
	vm_config_free(&c.vm);
	buf_free(&c.config);
	buf_free(&c.nodes);
	return rc < 0 ? XL_FAILED : XL_OK;
}
