// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands about the machine and the hypervisor: info, dmesg, debug-keys. Keys as Xen's xl prints
 * them.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "lib/host.h"
#include "xl/xl.h"

static void row(const char *key, const char *value)
{
	printf("%-23s: %s\n", key, value);
}

static void row_number(const char *key, unsigned long long value)
{
	printf("%-23s: %llu\n", key, value);
}

static void info_host(void)
{
	struct utsname u;

	if (uname(&u) < 0)
		return;
	row("host", u.nodename);
	row("release", u.release);
	row("version", u.version);
	row("machine", u.machine);
}

static void info_capabilities(uint32_t caps)
{
	printf("%-23s: ", "virt_caps");
	if (caps & XEN_SYSCTL_PHYSCAP_pv)
		printf(" pv");
	if (caps & XEN_SYSCTL_PHYSCAP_hvm)
		printf(" hvm");
	if (caps & XEN_SYSCTL_PHYSCAP_hvm && caps & XEN_SYSCTL_PHYSCAP_directio)
		printf(" hvm_directio");
	if (caps & XEN_SYSCTL_PHYSCAP_pv && caps & XEN_SYSCTL_PHYSCAP_directio)
		printf(" pv_directio");
	if (caps & XEN_SYSCTL_PHYSCAP_hap)
		printf(" hap");
	if (caps & XEN_SYSCTL_PHYSCAP_shadow)
		printf(" shadow");
	if (caps & XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share)
		printf(" iommu_hap_pt_share");
	if (caps & XEN_SYSCTL_PHYSCAP_vmtrace)
		printf(" vmtrace");
	if (caps & XEN_SYSCTL_PHYSCAP_gnttab_v1)
		printf(" gnttab-v1");
	if (caps & XEN_SYSCTL_PHYSCAP_gnttab_v2)
		printf(" gnttab-v2");
	putchar('\n');
}

static bool info_machine(struct xencall *xc)
{
	struct xen_sysctl_physinfo p;

	if (host_physinfo(xc, &p) < 0) {
		log_error("info: %s", strerror(errno));
		return false;
	}
	row_number("nr_cpus", p.nr_cpus);
	row_number("max_cpu_id", p.max_cpu_id);
	row_number("nr_nodes", p.nr_nodes);
	row_number("cores_per_socket", p.cores_per_socket);
	row_number("threads_per_core", p.threads_per_core);
	printf("%-23s: %u.%03u\n", "cpu_mhz", p.cpu_khz / 1000, p.cpu_khz % 1000);
	printf("%-23s: ", "hw_caps");
	for (unsigned int i = 0; i < 8; i++)
		printf("%s%08x", i ? ":" : "", p.hw_cap[i]);
	putchar('\n');
	info_capabilities(p.capabilities);
	row_number("total_memory", p.total_pages >> 8);
	row_number("free_memory", (p.free_pages - p.outstanding_pages) >> 8);
	row_number("sharing_freed_memory", 0);
	row_number("sharing_used_memory", 0);
	row_number("outstanding_claims", p.outstanding_pages >> 8);
	return true;
}

static const char *scheduler_name(uint32_t id)
{
	switch (id) {
	case XEN_SCHEDULER_CREDIT: return "credit";
	case XEN_SCHEDULER_CREDIT2: return "credit2";
	case XEN_SCHEDULER_ARINC653: return "arinc653";
	case XEN_SCHEDULER_RTDS: return "rtds";
	case XEN_SCHEDULER_NULL: return "null";
	default: return "unknown";
	}
}

/* A string of the hypervisor's, made safe to print. */
static void row_version(struct xencall *xc, const char *key, unsigned int what, size_t len)
{
	char text[sizeof(xen_capabilities_info_t) + 1] = "";

	if (host_version_get(xc, what, text, len) < 0)
		return;
	text[len] = '\0';
	row(key, text);
}

static void row_text(const char *key, const char *text, size_t room)
{
	printf("%-23s: %.*s\n", key, (int)strnlen(text, room), text);
}

static void info_hypervisor(struct xencall *xc)
{
	int version = host_version(xc);
	xen_extraversion_t extra = "";
	struct xen_platform_parameters platform = { 0 };
	struct xen_compile_info cc = { 0 };
	uint32_t scheduler = 0;
	int extra_len;

	host_version_get(xc, XENVER_extraversion, extra, sizeof(extra));
	extra_len = (int)strnlen(extra, sizeof(extra));
	row_number("xen_major", version >> 16);
	row_number("xen_minor", version & 0xffff);
	row_text("xen_extra", extra, sizeof(extra));
	printf("%-23s: %d.%d%.*s\n", "xen_version", version >> 16, version & 0xffff, extra_len,
	       extra);
	row_version(xc, "xen_caps", XENVER_capabilities, XEN_CAPABILITIES_INFO_LEN);
	if (host_scheduler(xc, &scheduler) == 0)
		row("xen_scheduler", scheduler_name(scheduler));
	row_number("xen_pagesize", XEN_PAGE_SIZE);
	if (host_version_get(xc, XENVER_platform_parameters, &platform, sizeof(platform)) >= 0)
		printf("%-23s: virt_start=0x%llx\n", "platform_params",
		       (unsigned long long)platform.virt_start);
	row_version(xc, "xen_changeset", XENVER_changeset, XEN_CHANGESET_INFO_LEN);
	row_version(xc, "xen_commandline", XENVER_commandline, sizeof(xen_commandline_t));
	if (host_version_get(xc, XENVER_compile_info, &cc, sizeof(cc)) >= 0) {
		row_text("cc_compiler", cc.compiler, sizeof(cc.compiler));
		row_text("cc_compile_by", cc.compile_by, sizeof(cc.compile_by));
		row_text("cc_compile_domain", cc.compile_domain, sizeof(cc.compile_domain));
		row_text("cc_compile_date", cc.compile_date, sizeof(cc.compile_date));
	}
	row_number("xend_config_format", 4);
}

int cmd_info(int argc, char **argv)
{
	struct xencall *xc = xl_open();

	if (argc > 1 && strcmp(argv[1], "-n") != 0)
		return xl_usage();
	info_host();
	if (!info_machine(xc))
		return XL_FAILED;
	info_hypervisor(xc);
	return XL_OK;
}

int cmd_dmesg(int argc, char **argv)
{
	struct xencall *xc = xl_open();
	bool clear = false, more = false;
	static char data[32768];
	uint32_t index = 0;
	int opt, got;

	while ((opt = getopt(argc, argv, "c")) != -1) {
		if (opt != 'c')
			return xl_usage();
		clear = true;
	}
	/* The ring can be larger than one read, and grows while we read. */
	for (unsigned int i = 0; i < 1024; i++) {
		got = host_read_console(xc, clear, more, &index, data, sizeof(data));
		if (got < 0) {
			log_error("dmesg: %s", strerror(errno));
			return XL_FAILED;
		}
		if (got == 0)
			break;
		fwrite(data, 1, got, stdout);
		more = true;
	}
	return XL_OK;
}

int cmd_debug_keys(int argc, char **argv)
{
	if (argc != 2)
		return xl_usage();
	if (host_debug_keys(xl_open(), argv[1]) < 0) {
		log_error("debug-keys: %s", strerror(errno));
		return XL_FAILED;
	}
	return XL_OK;
}
