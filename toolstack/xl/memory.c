// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mem-set and mem-max.
 */
#include <string.h>

#include "lib/memory_size.h"
#include "vm/vm_memory.h"
#include "xl/xl.h"

static int memory_command(int argc, char **argv,
			  int (*set)(struct xencall *, domid_t, uint64_t, struct reason *))
{
	struct reason why;
	domid_t domid;
	uint64_t kib;

	while (argc > 1 && strcmp(argv[1], "-f") == 0) {
		argv++;
		argc--;
	}
	if (argc != 3)
		return xl_usage();
	if (!xl_guest(argv[1], &domid, "its memory is set when the machine starts"))
		return XL_FAILED;
	if (!memory_size_parse(argv[2], &kib) || kib < VM_MEMORY_MIN_KIB) {
		log_error("%s: \"%s\" is no size: expected MiB, or a number with k, m, g or t; at "
			  "least %u MiB",
			  xl_command, argv[2], VM_MEMORY_MIN_KIB >> 10);
		return XL_FAILED;
	}
	return set(xl_open(), domid, kib, &why) < 0 ? xl_failed(&why) : XL_OK;
}

int cmd_mem_set(int argc, char **argv)
{
	return memory_command(argc, argv, vm_set_memory);
}

int cmd_mem_max(int argc, char **argv)
{
	return memory_command(argc, argv, vm_set_memory_max);
}
