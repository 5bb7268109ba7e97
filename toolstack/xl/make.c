// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A console is attached before the guest runs, so that nothing of it is missed.
 */
#include "xl/make.h"

#include <stdio.h>

#include "lib/consoled.h"
#include "xl/console.h"
#include "xl/xl.h"

static void attach_console(void *arg, domid_t domid)
{
	struct reason why;
	char line[64];
	int *console = arg;

	snprintf(line, sizeof(line), "console %u 32768\n", domid);
	*console = consoled_connect(line, &why);
	if (*console < 0)
		log_warning("%s: no console: %s", xl_command, why.text);
}

int make_vm(struct make_options *o)
{
	struct reason why;
	int console = -1;
	domid_t domid;

	if (o->console) {
		o->vm.ready = attach_console;
		o->vm.ready_arg = &console;
	}
	if (vm_make(xl_open(), &o->vm, &domid, &why) < 0)
		return xl_failed(&why);
	return console >= 0 ? console_run(console, domid) : XL_OK;
}
