// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands about the machine's PCI devices and guests: pci-assignable-list, pci-list.
 */
#include <stdio.h>
#include <string.h>

#include "vm/vm_pci.h"
#include "xl/xl.h"

#define LINE 128

static void show_assignable(void *arg, uint32_t sbdf)
{
	struct vm_config vm = { .pci = { { sbdf }, 1 } };
	char name[PCI_NAME], line[LINE];
	struct reason why;

	(void)arg;
	if (vm_pci_check(xl_open(), &vm, &why) < 0) {
		log_info("%s", why.text);
		return;
	}
	pci_describe(sbdf, line, sizeof(line));
	printf("%s  %s\n", pci_format(sbdf, name), line);
}

int cmd_pci_assignable_list(int argc, char **argv)
{
	struct reason why;

	(void)argv;
	if (argc != 1)
		return xl_usage();
	if (vm_pci_possible(xl_open(), &why) < 0)
		return xl_failed(&why);
	pci_each(show_assignable, NULL);
	return XL_OK;
}

static void show_taken(void *arg, uint32_t sbdf, unsigned int domid)
{
	const domid_t *wanted = arg;
	char name[PCI_NAME], line[LINE];

	if (domid != *wanted)
		return;
	pci_describe(sbdf, line, sizeof(line));
	printf("%s  %s\n", pci_format(sbdf, name), line);
}

int cmd_pci_list(int argc, char **argv)
{
	domid_t domid;

	if (argc != 2)
		return xl_usage();
	if (!xl_domain(argv[1], &domid))
		return XL_FAILED;
	pci_each_taken(show_taken, &domid);
	return XL_OK;
}
