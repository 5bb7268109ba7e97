// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `xl restore`: the configuration is read from the file, then all is as with `xl create`, but for
 * where the guest's memory comes from.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/host_memory.h"
#include "saverestore/restore.h"
#include "xl/suspend.h"
#include "xl/vm.h"
#include "xl/vm_text.h"

struct restore_command {
	const char *file;
	struct stream_reader in;
	struct vm_config vm;
};

static int open_file(struct restore_command *c, struct reason *why)
{
	struct stat st;
	int fd = open(c->file, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0)
		return reason_errno(why, "%s", c->file);
	if (!S_ISREG(st.st_mode))
		return reason_set(why, "%s is no file", c->file);
	if (stream_read_start(&c->in, fd, why) < 0 ||
	    vm_text_parse(&c->vm, c->file, c->in.config, why) < 0)
		return -1;
	return c->vm.has_uuid ? 0 : reason_set(why, "%s: no UUID in its configuration", c->file);
}

static int with_store(struct xencall *xc, const struct vm_config *vm,
		      const struct restored *restored, struct store *store, struct reason *why)
{
	domid_t domid = restored->built.domid;
	struct bytes nodes = { (uint8_t *)restored->nodes.data, restored->nodes.len };

	if (vm_register(xc, vm, vm->uuid, &restored->built, store, why) < 0)
		return -1;
	if (vm_nodes_put(domid, vm->max_vcpus, nodes, why) == 0)
		return 0;
	vm_end(xc, domid);
	return -1;
}

static int restore(struct xencall *xc, const struct vm_config *vm, void *arg, domid_t *domid,
		   struct reason *why)
{
	struct restore_command *c = arg;
	struct domain_spec spec = vm_spec(vm);
	struct restored restored;
	struct store store;
	int rc;

	spec.with_store = true;
	/* The guest looks for its store as soon as it goes on. */
	if (store_open(&store) < 0)
		return reason_errno(why, "xenstored");
	rc = domain_restore(xc, &c->in, &spec, host_memory_check, &restored, why);
	/* Or the background process would keep file and memory for as long as the guest lives. */
	close(c->in.fd);
	stream_read_free(&c->in);
	if (rc == 0) {
		rc = with_store(xc, vm, &restored, &store, why);
		*domid = restored.built.domid;
		buf_free(&restored.nodes);
	}
	store_close(&store);
	return rc;
}

int cmd_restore(int argc, char **argv)
{
	static struct restore_command c;
	struct vm_making making = { .make = restore, .arg = &c, .vm = &c.vm };
	struct reason why;
	int opt, rc;

	while ((opt = getopt(argc, argv, "cdepqvF")) != -1) {
		switch (opt) {
		case 'c': making.console = true; break;
		case 'e': making.unattended = true; break;
		case 'p': making.paused = true; break;
		case 'v': xl_verbose++; break;
		case 'd':
		case 'q':
		case 'F': break;
		default: return xl_usage();
		}
	}
	if (optind != argc - 1)
		return xl_usage();
	c.file = argv[optind];
	printf("Loading new save file %s\n", c.file);
	fflush(stdout);
	if (open_file(&c, &why) < 0) {
		log_error("restore: %s", why.text);
		rc = XL_FAILED;
	} else {
		rc = vm_make(&making);
	}
	stream_read_free(&c.in);
	vm_config_free(&c.vm);
	return rc;
}
