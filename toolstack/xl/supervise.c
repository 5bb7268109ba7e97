// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `xl supervise`, the service, and what it starts for one domain.
 */
#include "vm/supervise.h"

#include <stdlib.h>

#include "xl/xl.h"

int cmd_supervise(int argc, char **argv)
{
	struct reason why;

	if (argc == 1)
		vm_keep(xl_open());
	if (argc != 2)
		return xl_usage();
	if (vm_supervise_again((domid_t)strtoul(argv[1], NULL, 10), &why) == 0)
		return XL_OK;
	return xl_failed(&why);
}
