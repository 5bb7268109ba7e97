// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `xl restore`: the configuration is in the file, then all is as with `xl create`.
 */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "vm/vm_save.h"
#include "xl/make.h"
#include "xl/xl.h"

int cmd_restore(int argc, char **argv)
{
	static struct vm_restore r;
	struct make_options making = {
		.vm = { .make = vm_restore_make, .arg = &r, .vm = &r.vm },
	};
	struct reason why;
	int opt, rc;

	while ((opt = getopt(argc, argv, "cdepqvF")) != -1) {
		switch (opt) {
		case 'c': making.console = true; break;
		case 'e': making.vm.unattended = true; break;
		case 'p': making.vm.paused = true; break;
		case 'v': xl_verbose++; break;
		case 'd':
		case 'q':
		case 'F': break;
		default: return xl_usage();
		}
	}
	if (optind != argc - 1)
		return xl_usage();
	printf("Loading new save file %s\n", argv[optind]);
	fflush(stdout);
	if (vm_restore_open(&r, argv[optind], false, &why) < 0)
		rc = xl_failed(&why);
	else
		rc = make_vm(&making);
	vm_restore_close(&r);
	return rc;
}
