// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands that show domains: list, vcpu-list, uptime. Columns as Xen's xl prints them.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "abi/sched.h"
#include "lib/domain.h"
#include "lib/host.h"
#include "xl/xl.h"

typedef void (*show_fn)(const struct xen_domctl_getdomaininfo *info, const char *name, bool flag);

/* Calls show for all domains, or for those named. */
static int for_domains(int argc, char **argv, int optind_, show_fn show, bool flag)
{
	struct xen_domctl_getdomaininfo *list;
	char name[VM_NAME_MAX + 1];
	int rc = XL_OK;

	if (optind_ < argc) {
		for (int i = optind_; i < argc; i++) {
			struct xen_domctl_getdomaininfo info;
			domid_t domid;

			if (!xl_domain(argv[i], &domid) ||
			    domain_info(xl_open(), domid, &info) < 0) {
				rc = XL_FAILED;
				continue;
			}
			vm_domain_name(&info, name);
			show(&info, name, flag);
		}
		return rc;
	}
	int nr = xl_domains(&list);

	if (nr < 0)
		return XL_FAILED;
	for (int i = 0; i < nr; i++) {
		vm_domain_name(&list[i], name);
		show(&list[i], name, flag);
	}
	free(list);
	return XL_OK;
}

static unsigned long long domain_memory_mib(const struct xen_domctl_getdomaininfo *info)
{
	return (info->tot_pages + info->outstanding_pages + info->shr_pages) >> 8;
}

static void list_row(const struct xen_domctl_getdomaininfo *info, const char *name, bool verbose)
{
	uint32_t f = info->flags;
	bool crashed = f & XEN_DOMINF_shutdown && domain_shutdown_code(info) == SHUTDOWN_crash;
	char uuid[UUID_TEXT];

	printf("%-40s %5u %5llu %5u     %c%c%c%c%c%c  %8.1f", name, info->domain,
	       domain_memory_mib(info), info->nr_online_vcpus, f & XEN_DOMINF_running ? 'r' : '-',
	       f & XEN_DOMINF_blocked ? 'b' : '-', f & XEN_DOMINF_paused ? 'p' : '-',
	       f & XEN_DOMINF_shutdown ? 's' : '-', crashed ? 'c' : '-',
	       f & XEN_DOMINF_dying ? 'd' : '-', info->cpu_time / 1e9);
	if (verbose) {
		uuid_format(info->handle, uuid);
		if (f & XEN_DOMINF_shutdown)
			printf(" %s %8x", uuid, domain_shutdown_code(info));
		else
			printf(" %s %8s", uuid, "-");
		printf(" %16s", "-");
	}
	putchar('\n');
}

/* One element of the array that `list -l` prints. */
static void list_json(const struct xen_domctl_getdomaininfo *info, const char *name, bool flag)
{
	static bool again;
	char uuid[UUID_TEXT];

	(void)flag;
	uuid_format(info->handle, uuid);
	printf("%s\n    {\n        \"domid\": %u,\n        \"config\": {\n"
	       "            \"c_info\": {\n                \"type\": \"pvh\",\n"
	       "                \"name\": \"%s\",\n"
	       "                \"uuid\": \"%s\"\n            },\n"
	       "            \"b_info\": {\n                \"max_vcpus\": %u,\n"
	       "                \"max_memkb\": %llu,\n                \"target_memkb\": %llu\n"
	       "            }\n        }\n    }",
	       again ? "," : "", info->domain, name, uuid, info->max_vcpu_id + 1,
	       (unsigned long long)info->max_pages << 2, (unsigned long long)info->tot_pages << 2);
	again = true;
}

int cmd_list(int argc, char **argv)
{
	bool verbose = false, json = false;
	int opt, rc;

	while ((opt = getopt(argc, argv, "lv")) != -1) {
		if (opt == 'v')
			verbose = true;
		else if (opt == 'l')
			json = true;
		else
			return xl_usage();
	}
	if (json) {
		printf("[");
		rc = for_domains(argc, argv, optind, list_json, false);
		printf("\n]\n");
		return rc;
	}
	printf("Name                                        ID   Mem VCPUs\tState\tTime(s)%s\n",
	       verbose ? "   UUID                            Reason-Code\tSecurity Label" : "");
	return for_domains(argc, argv, optind, list_row, verbose);
}

static void vcpu_rows(const struct xen_domctl_getdomaininfo *info, const char *name, bool flag)
{
	char hard_text[CPU_LIST_TEXT], soft_text[CPU_LIST_TEXT];
	struct xen_sysctl_physinfo phys;
	struct xen_domctl_getvcpuinfo v;
	struct cpu_list hard, soft;

	(void)flag;
	if (host_physinfo(xl_open(), &phys) < 0)
		phys.nr_cpus = CPU_LIST_MAX;
	if (info->max_vcpu_id == XEN_INVALID_MAX_VCPU_ID)
		return;
	for (uint32_t i = 0; i <= info->max_vcpu_id; i++) {
		if (domain_vcpu_info(xl_open(), info->domain, i, &v) < 0)
			continue;
		printf("%-32s %5u %5u ", name, info->domain, i);
		if (v.online)
			printf("%5u  %c%c-  ", v.cpu, v.running ? 'r' : '-', v.blocked ? 'b' : '-');
		else
			printf("%5c  --p  ", '-');
		printf("%9.1f  ", v.cpu_time / 1e9);
		if (domain_vcpu_affinity(xl_open(), info->domain, i, &hard, &soft) < 0) {
			cpu_list_all(&hard);
			cpu_list_all(&soft);
		}
		cpu_list_format(&hard, phys.nr_cpus, hard_text);
		cpu_list_format(&soft, phys.nr_cpus, soft_text);
		printf("%s / %s\n", hard_text, soft_text);
	}
}

int cmd_vcpu_list(int argc, char **argv)
{
	printf("%-32s %5s %5s %5s %5s %9s %s\n", "Name", "ID", "VCPU", "CPU", "State", "Time(s)",
	       "Affinity (Hard / Soft)");
	return for_domains(argc, argv, 1, vcpu_rows, false);
}

static long long host_uptime(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec;
}

static void uptime_row(const struct xen_domctl_getdomaininfo *info, const char *name, bool flag)
{
	struct vm_state s;
	long long up = 0;

	(void)flag;
	if (info->domain == 0)
		up = host_uptime();
	else if (vm_state_load(&s, info->domain) == 0)
		up = time(NULL) - s.created;
	if (up < 0)
		up = 0;
	printf("%-33s %4u ", name, info->domain);
	if (up >= 86400)
		printf("%lld day%s, ", up / 86400, up >= 2 * 86400 ? "s" : "");
	printf("%2lld:%02lld:%02lld\n", up / 3600 % 24, up / 60 % 60, up % 60);
}

int cmd_uptime(int argc, char **argv)
{
	printf("%-33s %4s %s\n", "Name", "ID", "Uptime");
	return for_domains(argc, argv, 1, uptime_row, false);
}
