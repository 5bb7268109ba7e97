// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysrq, through the store, and trigger, through the hypervisor.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/domain.h"
#include "vm/vm_store.h"
#include "xl/xl.h"

int cmd_sysrq(int argc, char **argv)
{
	struct store s;
	domid_t domid;
	int rc;

	if (argc != 3)
		return xl_usage();
	if (!xl_domain(argv[1], &domid))
		return XL_FAILED;
	if (strlen(argv[2]) != 1 || !isalnum((unsigned char)*argv[2])) {
		log_error("sysrq: expected one letter, found \"%s\"", argv[2]);
		return XL_FAILED;
	}
	if (store_open(&s) < 0) {
		log_error("sysrq: store: %s", strerror(errno));
		return XL_FAILED;
	}
	rc = vm_node_write(&s, domid, "control/sysrq", argv[2]);
	if (rc < 0)
		log_error("sysrq: asking domain %u: %s", domid, strerror(errno));
	store_close(&s);
	return rc < 0 ? XL_FAILED : XL_OK;
}

int cmd_trigger(int argc, char **argv)
{
	static const struct {
		const char *name;
		int trigger; /* -1: no trigger of a guest without such firmware */
	} triggers[] = {
		{ "nmi", XEN_DOMCTL_SENDTRIGGER_NMI },
		{ "reset", XEN_DOMCTL_SENDTRIGGER_RESET },
		{ "init", XEN_DOMCTL_SENDTRIGGER_INIT },
		{ "power", XEN_DOMCTL_SENDTRIGGER_POWER },
		{ "sleep", XEN_DOMCTL_SENDTRIGGER_SLEEP },
		{ "s3resume", -1 },
	};
	unsigned long vcpu = 0;
	domid_t domid;
	char *end;

	if (argc < 3 || argc > 4)
		return xl_usage();
	if (!xl_domain(argv[1], &domid))
		return XL_FAILED;
	if (argc == 4) {
		vcpu = strtoul(argv[3], &end, 10);
		if (!isdigit((unsigned char)*argv[3]) || *end || vcpu > UINT32_MAX) {
			log_error("trigger: \"%s\" is no vCPU", argv[3]);
			return XL_FAILED;
		}
	}
	for (size_t i = 0; i < sizeof(triggers) / sizeof(triggers[0]); i++) {
		if (strcmp(triggers[i].name, argv[2]) != 0)
			continue;
		if (triggers[i].trigger >= 0 &&
		    domain_trigger(xl_open(), domid, (uint32_t)vcpu, triggers[i].trigger) == 0)
			return XL_OK;
		if (triggers[i].trigger < 0 || errno == EOPNOTSUPP || errno == ENOSYS)
			log_error("trigger: a PVH domain has nothing that %s would reach", argv[2]);
		else
			log_error("trigger: domain %u, vCPU %lu: %s", domid, vcpu, strerror(errno));
		return XL_FAILED;
	}
	return xl_usage();
}
