// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `xl top`: what domains are using, with xentop's columns. CPU time and memory are the hypervisor's
 * figures; network and disks are counted by the control domain's back ends.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "abi/sched.h"
#include "lib/domain.h"
#include "lib/host.h"
#include "xl/xl.h"

#define CLEAR_SCREEN "\033[H\033[J"

struct io_figures {
	unsigned int nics, disks;
	unsigned long long tx, rx; /* bytes, as the guest sees them */
	unsigned long long oo, rd, wr, rsect, wsect;
};

struct sample {
	struct timespec at;
	struct xen_domctl_getdomaininfo *list;
	int nr;
};

static unsigned long long read_counter(const char *folder, const char *device, const char *name)
{
	unsigned long long n = 0;
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/statistics/%s", folder, device, name);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%llu", &n) != 1)
		n = 0;
	fclose(f);
	return n;
}

/* A back end's devices: names that begin with the prefix, with the domain's id in it. */
static void each_device(const char *folder, const char *prefix, struct io_figures *io,
			void (*add)(const char *folder, const char *device, struct io_figures *io))
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			add(folder, entry->d_name, io);
	closedir(dir);
}

/* What the back end receives, the guest has sent. */
static void add_nic(const char *folder, const char *device, struct io_figures *io)
{
	io->nics++;
	io->tx += read_counter(folder, device, "rx_bytes");
	io->rx += read_counter(folder, device, "tx_bytes");
}

static void add_disk(const char *folder, const char *device, struct io_figures *io)
{
	io->disks++;
	io->oo += read_counter(folder, device, "oo_req");
	io->rd += read_counter(folder, device, "rd_req");
	io->wr += read_counter(folder, device, "wr_req");
	io->rsect += read_counter(folder, device, "rd_sect");
	io->wsect += read_counter(folder, device, "wr_sect");
}

static void io_read(unsigned int domid, struct io_figures *io)
{
	char prefix[24];

	memset(io, 0, sizeof(*io));
	if (domid == 0)
		return;
	snprintf(prefix, sizeof(prefix), "vif%u.", domid);
	each_device("/sys/class/net", prefix, io, add_nic);
	snprintf(prefix, sizeof(prefix), "vbd-%u-", domid);
	each_device("/sys/bus/xen-backend/devices", prefix, io, add_disk);
}

static bool sample_take(struct sample *s)
{
	s->nr = xl_domains(&s->list);
	clock_gettime(CLOCK_MONOTONIC, &s->at);
	return s->nr >= 0;
}

/* Percent of one CPU since the sample before; 0 for a domain that was not in it. */
static double cpu_percent(const struct sample *before, const struct sample *now,
			  const struct xen_domctl_getdomaininfo *info)
{
	double ns = (now->at.tv_sec - before->at.tv_sec) * 1e9 +
		    (now->at.tv_nsec - before->at.tv_nsec);

	for (int i = 0; i < before->nr; i++)
		if (before->list[i].domain == info->domain && ns > 0 &&
		    info->cpu_time >= before->list[i].cpu_time)
			return (info->cpu_time - before->list[i].cpu_time) * 100 / ns;
	return 0;
}

static void print_state(const struct xen_domctl_getdomaininfo *info)
{
	uint32_t f = info->flags;
	bool crashed = f & XEN_DOMINF_shutdown && domain_shutdown_code(info) == SHUTDOWN_crash;

	printf(" %c%c%c%c%c%c ", f & XEN_DOMINF_dying ? 'd' : '-',
	       f & XEN_DOMINF_shutdown ? 's' : '-', f & XEN_DOMINF_blocked ? 'b' : '-',
	       crashed ? 'c' : '-', f & XEN_DOMINF_paused ? 'p' : '-',
	       f & XEN_DOMINF_running ? 'r' : '-');
}

static void print_row(const struct sample *before, const struct sample *now,
		      const struct xen_domctl_getdomaininfo *info, uint64_t total_kib)
{
	uint64_t kib = info->tot_pages << 2, max = info->max_pages << 2;
	char name[VM_NAME_MAX + 1];
	struct io_figures io;

	vm_domain_name(info, name);
	io_read(info->domain, &io);
	printf("%10s", name);
	print_state(info);
	printf("%10llu %6.1f %10llu %6.1f ", (unsigned long long)(info->cpu_time / 1000000000),
	       cpu_percent(before, now, info), (unsigned long long)kib, kib * 100.0 / total_kib);
	/* Domain 0 has no limit worth the name. */
	if (info->domain == 0 || max > total_kib)
		printf("%10s %9s ", "no limit", "n/a");
	else
		printf("%10llu %9.1f ", (unsigned long long)max, max * 100.0 / total_kib);
	printf("%5u %4u %8llu %8llu %4u %8llu %8llu %8llu %10llu %10llu %4d\n",
	       info->max_vcpu_id + 1, io.nics, io.tx >> 10, io.rx >> 10, io.disks, io.oo, io.rd,
	       io.wr, io.rsect, io.wsect, 0);
}

static void print_head(const struct sample *now, const struct xen_sysctl_physinfo *phys)
{
	char clock[16];
	time_t t = time(NULL);

	strftime(clock, sizeof(clock), "%H:%M:%S", localtime(&t));
	printf("xl top - %s   %d domains, %u CPUs @ %u MHz, %lluk total, %lluk free\n", clock,
	       now->nr, phys->nr_cpus, phys->cpu_khz / 1000,
	       (unsigned long long)phys->total_pages << 2,
	       (unsigned long long)phys->free_pages << 2);
}

static bool print_all(const struct sample *before, const struct sample *now, bool batch)
{
	struct xen_sysctl_physinfo phys;

	if (host_physinfo(xl_open(), &phys) < 0 || phys.total_pages == 0) {
		log_error("top: %s", strerror(errno));
		return false;
	}
	if (!batch) {
		printf(CLEAR_SCREEN);
		print_head(now, &phys);
	}
	printf("%10s  %-6s %9s %6s %10s %6s %10s %9s ", "NAME", "STATE", "CPU(sec)", "CPU(%)",
	       "MEM(k)", "MEM(%)", "MAXMEM(k)", "MAXMEM(%)");
	printf("%5s %4s %8s %8s %4s %8s %8s %8s %10s %10s %4s\n", "VCPUS", "NETS", "NETTX(k)",
	       "NETRX(k)", "VBDS", "VBD_OO", "VBD_RD", "VBD_WR", "VBD_RSECT", "VBD_WSECT", "SSID");
	for (int i = 0; i < now->nr; i++)
		print_row(before, now, &now->list[i], phys.total_pages << 2);
	fflush(stdout);
	return true;
}

/* Waits; true: a key asks for the end. */
static bool wait_key(double seconds, bool keys)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	char key;

	if (poll(&p, keys, (int)(seconds * 1000)) <= 0)
		return false;
	return read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q' || key == 3;
}

static int top(bool batch, double delay, long times)
{
	struct sample before = { 0 }, now;
	bool ok = true;

	for (long i = 0; ok && (times == 0 || i < times); i++) {
		if (i && wait_key(delay, !batch))
			break;
		ok = sample_take(&now) && print_all(&before, &now, batch);
		free(before.list);
		before = now;
	}
	if (ok)
		free(before.list);
	return ok ? XL_OK : XL_FAILED;
}

int cmd_top(int argc, char **argv)
{
	struct termios saved, raw;
	bool batch = !isatty(STDOUT_FILENO);
	double delay = 3;
	long times = 0;
	int opt, rc;

	while ((opt = getopt(argc, argv, "bd:i:")) != -1) {
		switch (opt) {
		case 'b': batch = true; break;
		case 'd': delay = strtod(optarg, NULL); break;
		case 'i': times = strtol(optarg, NULL, 10); break;
		default: return xl_usage();
		}
	}
	if (optind != argc || !(delay >= 0.1 && delay <= 86400) || times < 0)
		return xl_usage();
	if (!batch && tcgetattr(STDIN_FILENO, &saved) == 0) {
		raw = saved;
		raw.c_lflag &= ~(ICANON | ECHO | ISIG);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
		rc = top(batch, delay, times);
		tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
		return rc;
	}
	return top(true, delay, times);
}
