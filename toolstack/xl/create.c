// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `xl create`: from a configuration file to a running domain.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/domain.h"
#include "xl/consoled_client.h"
#include "xl/vm.h"

#define CONFIG_MAX_FILE (1024 * 1024)
#define XL_LOCK         "/run/xen/xl.lock"

struct create_options {
	const char *file;
	bool console;
	bool paused;
	bool dry_run;
	bool quiet;
	bool unattended; /* no background process */
};

/* NAME, else /etc/xen/NAME, else /etc/xen/NAME.cfg. */
static void config_path(const char *name, char *path, size_t room)
{
	snprintf(path, room, "%s", name);
	if (access(path, R_OK) == 0 || strchr(name, '/'))
		return;
	snprintf(path, room, "/etc/xen/%s", name);
	if (access(path, R_OK) == 0)
		return;
	snprintf(path, room, "/etc/xen/%s.cfg", name);
}

static int config_load(struct vm_config *vm, struct create_options *o, int argc, char **argv,
		       struct reason *why)
{
	static char path[256]; /* messages refer to it */
	struct config c = { 0 };
	struct buf text = { 0 };
	int rc = -1;

	config_path(o->file, path, sizeof(path));
	if (!o->quiet)
		printf("Parsing config from %s\n", path);
	fflush(stdout);
	if (buf_read_file(&text, path, CONFIG_MAX_FILE) < 0) {
		reason_errno(why, "%s", path);
		goto out;
	}
	if (config_parse(&c, path, (struct bytes){ (uint8_t *)text.data, text.len }, false, why) <
	    0)
		goto out;
	for (int i = 0; i < argc; i++) {
		struct bytes setting = { (uint8_t *)argv[i], strlen(argv[i]) };

		if (config_parse(&c, "command line", setting, true, why) < 0)
			goto out;
	}
	rc = vm_config_read(vm, &c, why);
out:
	buf_free(&text);
	config_free(&c);
	return rc;
}

static void config_print(const struct vm_config *vm)
{
	printf("name = \"%s\"\ntype = \"pvh\"\nmemory = %llu\nmaxmem = %llu\n"
	       "vcpus = %u\nmaxvcpus = %u\n"
	       "kernel = \"%s\"\n",
	       vm->name, (unsigned long long)vm->memory_mib, (unsigned long long)vm->max_memory_mib,
	       vm->vcpus, vm->max_vcpus, vm->kernel);
	if (vm->ramdisk)
		printf("ramdisk = \"%s\"\n", vm->ramdisk);
	printf("cmdline = \"%s\"\non_poweroff = \"%s\"\non_reboot = \"%s\"\non_crash = \"%s\"\n",
	       vm->cmdline, vm_action_name(vm->on_poweroff), vm_action_name(vm->on_reboot),
	       vm_action_name(vm->on_crash));
}

/*
 * One create at a time: names stay unique, and the control domain's memory holds one unpacked
 * kernel, not ten. The lock is the open file, so it must be closed before there is a background
 * process.
 */
static int lock_take(void)
{
	int fd;

	mkdir("/run/xen", 0755);
	fd = open(XL_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX) < 0) {
		log_error("%s: %s", XL_LOCK, strerror(errno));
		return -1;
	}
	return fd;
}

/* Under the lock. Leaves the domain paused. */
static int create_domain(const struct vm_config *vm, domid_t *domid)
{
	struct xencall *xc = xl_open();
	struct phases phases;
	struct reason why;

	if (xl_name_taken(vm->name, domid)) {
		log_error("create: there is a domain \"%s\" already, with id %u", vm->name, *domid);
		return -1;
	}
	phases_start(&phases);
	if (vm_start(xc, vm, &phases, domid, &why) < 0) {
		log_error("create: %s: %s", vm->name, why.text);
		return -1;
	}
	if (xl_verbose) {
		fprintf(stderr, "%s is domain %u; it took\n", vm->name, *domid);
		phases_print(&phases, stderr);
	}
	return 0;
}

static int console_attach(domid_t domid)
{
	struct reason why;
	char line[64];
	int fd;

	snprintf(line, sizeof(line), "console %u 32768\n", domid);
	fd = consoled_connect(line, &why);
	if (fd < 0)
		log_warning("create: no console: %s", why.text);
	return fd;
}

/*
 * From before the domain exists until it has a state file, an interruption only waits: what it
 * would leave behind, nobody would find.
 */
static void signals_hold(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, before);
}

static bool signals_waiting(void)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, SIGINT) || sigismember(&set, SIGQUIT) ||
	       sigismember(&set, SIGTERM) || sigismember(&set, SIGHUP);
}

/* Under the lock, which ends with it: from then on the name is taken. The domain is left paused. */
static int create_locked(const struct vm_config *vm, domid_t *domid)
{
	int lock = lock_take();
	sigset_t before;
	int rc;

	if (lock < 0)
		return -1;
	signals_hold(&before);
	rc = create_domain(vm, domid);
	if (rc == 0 && signals_waiting()) {
		log_error("create: interrupted; %s is not started", vm->name);
		vm_end(xl_open(), *domid);
		rc = -1;
	}
	close(lock);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static int create(const struct vm_config *vm, const struct create_options *o)
{
	int console = -1;
	domid_t domid;

	if (create_locked(vm, &domid) < 0)
		return XL_FAILED;
	if (!o->unattended && vm_supervise_start(vm, domid) < 0) {
		vm_end(xl_open(), domid);
		return XL_FAILED;
	}
	if (o->console)
		console = console_attach(domid);
	if (!o->paused && domain_unpause(xl_open(), domid) < 0) {
		log_error("create: starting domain %u: %s", domid, strerror(errno));
		vm_end(xl_open(), domid);
		return XL_FAILED;
	}
	return console >= 0 ? console_run(console) : XL_OK;
}

int cmd_create(int argc, char **argv)
{
	struct create_options o = { 0 };
	struct vm_config vm;
	struct reason why;
	int opt, rc;

	while ((opt = getopt(argc, argv, "cdef:hnpqvF")) != -1) {
		switch (opt) {
		case 'c': o.console = true; break;
		case 'd':
		case 'n': o.dry_run = true; break;
		case 'e': o.unattended = true; break;
		case 'f': o.file = optarg; break;
		case 'p': o.paused = true; break;
		case 'q': o.quiet = true; break;
		case 'v': xl_verbose++; break;
		case 'F': break;
		default: return xl_usage();
		}
	}
	if (!o.file && optind < argc && !strchr(argv[optind], '='))
		o.file = argv[optind++];
	if (!o.file)
		return xl_usage();
	if (config_load(&vm, &o, argc - optind, argv + optind, &why) < 0) {
		log_error("create: %s", why.text);
		return XL_FAILED;
	}
	if (o.dry_run) {
		config_print(&vm);
		rc = XL_OK;
	} else {
		rc = create(&vm, &o);
	}
	vm_config_free(&vm);
	return rc;
}
