// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands about names: domid, domname, rename.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/domain.h"
#include "xl/xl.h"

int cmd_domid(int argc, char **argv)
{
	domid_t domid;

	if (argc != 2)
		return xl_usage();
	if (!vm_name_find(xl_open(), argv[1], &domid)) {
		log_error("domid: there is no domain \"%s\"", argv[1]);
		return XL_FAILED;
	}
	printf("%u\n", domid);
	return XL_OK;
}

int cmd_domname(int argc, char **argv)
{
	struct xen_domctl_getdomaininfo info;
	char name[VM_NAME_MAX + 1];
	unsigned long id;
	char *end;

	if (argc != 2)
		return xl_usage();
	id = strtoul(argv[1], &end, 10);
	if (end == argv[1] || *end || id >= DOMID_FIRST_RESERVED) {
		log_error("domname: expected a domain id, found \"%s\"", argv[1]);
		return XL_FAILED;
	}
	if (domain_info(xl_open(), (domid_t)id, &info) < 0) {
		log_error("domname: there is no domain %lu", id);
		return XL_FAILED;
	}
	vm_domain_name(&info, name);
	printf("%s\n", name);
	return XL_OK;
}

int cmd_rename(int argc, char **argv)
{
	struct reason why;
	domid_t domid;

	if (argc != 3)
		return xl_usage();
	if (!xl_domain(argv[1], &domid) || !xl_complete(domid))
		return XL_FAILED;
	return vm_rename(xl_open(), domid, argv[2], &why) < 0 ? xl_failed(&why) : XL_OK;
}
