// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands about where and how much vCPUs run: vcpu-set, vcpu-pin, sched-credit. Columns as Xen's
 * xl prints them.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/domain.h"
#include "vm/vm_cpus.h"
#include "xl/xl.h"

/* A plain number up to max; -1. */
static long number(const char *text, long max)
{
	char *end;
	long n = strtol(text, &end, 10);

	return *text >= '0' && *text <= '9' && *end == '\0' && n <= max ? n : -1;
}

/* --- vcpu-set --------------------------------------------------------------------------------- */

int cmd_vcpu_set(int argc, char **argv)
{
	static const struct option options[] = { { "ignore-host", no_argument, NULL, 'i' }, { 0 } };
	bool ignore_host = false;
	struct reason why;
	domid_t domid;
	long wanted;
	int opt;

	while ((opt = getopt_long(argc, argv, "i", options, NULL)) != -1) {
		if (opt != 'i')
			return xl_usage();
		ignore_host = true;
	}
	if (optind != argc - 2)
		return xl_usage();
	if (!xl_domain(argv[optind], &domid))
		return XL_FAILED;
	wanted = number(argv[optind + 1], CPU_LIST_MAX);
	if (wanted < 1) {
		log_error("vcpu-set: \"%s\" is no number of vCPUs", argv[optind + 1]);
		return XL_FAILED;
	}
	if (vm_set_vcpus(xl_open(), domid, (unsigned int)wanted, ignore_host, &why) < 0)
		return xl_failed(&why);
	return XL_OK;
}

/* --- vcpu-pin --------------------------------------------------------------------------------- */

/* *set is NULL for "-": as it is. */
static bool pin_parse(const char *text, struct cpu_list *room, const struct cpu_list **set)
{
	struct reason why;

	*set = NULL;
	if (strcmp(text, "-") == 0)
		return true;
	if (cpu_list_parse(room, text, &why) < 0) {
		log_error("vcpu-pin: %s", why.text);
		return false;
	}
	*set = room;
	return true;
}

static bool pin(domid_t domid, uint32_t vcpu, const struct cpu_list *hard,
		const struct cpu_list *soft)
{
	struct reason why;

	return vm_pin(xl_open(), domid, vcpu, hard, soft, &why) == 0 || xl_failed(&why) == XL_OK;
}

int cmd_vcpu_pin(int argc, char **argv)
{
	const struct cpu_list *hard, *soft = NULL;
	struct cpu_list hard_room, soft_room;
	struct xen_domctl_getdomaininfo info;
	domid_t domid;
	long vcpu;

	/* Xen's, for a vCPU that dom0 has pinned for a while. */
	while (argc > 1 && (strcmp(argv[1], "-f") == 0 || strcmp(argv[1], "--force") == 0)) {
		argv++;
		argc--;
	}
	if (argc < 4 || argc > 5)
		return xl_usage();
	if (!xl_domain(argv[1], &domid) || !pin_parse(argv[3], &hard_room, &hard) ||
	    (argc == 5 && !pin_parse(argv[4], &soft_room, &soft)))
		return XL_FAILED;
	if (!hard && !soft)
		return XL_OK;
	if (domain_info(xl_open(), domid, &info) < 0) {
		log_error("vcpu-pin: domain %u: %s", domid, strerror(errno));
		return XL_FAILED;
	}
	vcpu = number(argv[2], info.max_vcpu_id);
	if (strcmp(argv[2], "all") != 0 && vcpu < 0) {
		log_error("vcpu-pin: domain %u has no vCPU \"%s\"", domid, argv[2]);
		return XL_FAILED;
	}
	if (vcpu >= 0)
		return pin(domid, (uint32_t)vcpu, hard, soft) ? XL_OK : XL_FAILED;
	for (uint32_t i = 0; i <= info.max_vcpu_id; i++)
		if (!pin(domid, i, hard, soft))
			return XL_FAILED;
	return XL_OK;
}

/* --- sched-credit ----------------------------------------------------------------------------- */

static bool credit_row(const struct xen_domctl_getdomaininfo *info)
{
	struct xen_domctl_sched_credit p;
	char name[VM_NAME_MAX + 1];

	if (domain_sched_credit(xl_open(), info->domain, &p) < 0) {
		log_error("sched-credit: domain %u: %s", info->domain, strerror(errno));
		return false;
	}
	vm_domain_name(info, name);
	printf("%-33s %4u %6u %4u\n", name, info->domain, p.weight, p.cap);
	return true;
}

static int credit_list(const domid_t *only)
{
	struct xen_domctl_getdomaininfo *list;
	int nr = xl_domains(&list);
	int rc = nr < 0 ? XL_FAILED : XL_OK;

	printf("%-33s %4s %6s %4s\n", "Name", "ID", "Weight", "Cap");
	for (int i = 0; i < nr; i++)
		if ((!only || list[i].domain == *only) && !credit_row(&list[i]))
			rc = XL_FAILED;
	if (nr >= 0)
		free(list);
	return rc;
}

int cmd_sched_credit(int argc, char **argv)
{
	const char *name = NULL, *weight = NULL, *cap = NULL;
	struct reason why;
	long w = 0, c = 0;
	domid_t domid;
	int opt;

	while ((opt = getopt(argc, argv, "d:w:c:")) != -1) {
		switch (opt) {
		case 'd': name = optarg; break;
		case 'w': weight = optarg; break;
		case 'c': cap = optarg; break;
		default: return xl_usage();
		}
	}
	if (optind != argc || (!name && (weight || cap)))
		return xl_usage();
	if (!name)
		return credit_list(NULL);
	if (!xl_domain(name, &domid))
		return XL_FAILED;
	if (!weight && !cap)
		return credit_list(&domid);
	if ((weight && (w = number(weight, 65535)) < 1) || (cap && (c = number(cap, 65534)) < 0)) {
		log_error("sched-credit: weight is 1 to 65535, cap a percentage or 0 for none");
		return XL_FAILED;
	}
	if (vm_set_credit(xl_open(), domid, (uint16_t)w, cap ? (uint16_t)c : UINT16_MAX, &why) < 0)
		return xl_failed(&why);
	return XL_OK;
}
