// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Children and their supervision.
 */
#include "network/dhcp.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "network/files.h"

#define RESTART_SECONDS 3
#define CHILDREN_MAX    (LEASES_MAX + SETTINGS_MAX_NAT)

struct child {
	char link[LINK_NAME]; /* "" : the place is free */
	bool server;
	pid_t pid; /* 0: has ended */
	double start_at;
};

static struct child children[CHILDREN_MAX];

static void child_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* A service that is killed must not leave clients behind that nobody listens to. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static void run_client(const struct host *h, const char *link)
{
	char self[PATH_MAX], name[HOST_NAME_MAX + 1] = "", option[HOST_NAME_MAX + 16];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0)
		return;
	self[len] = '\0';
	gethostname(name, sizeof(name) - 1);
	snprintf(option, sizeof(option), "hostname:%s", name);
	setenv(DHCP_ENVIRONMENT, h->root, 1);
	execlp("udhcpc", "udhcpc", "-f", "-i", link, "-s", self, "-t", "4", "-T", "2", "-A", "5",
	       "-x", option, (char *)NULL);
}

static void server_file(char *out, size_t size, const char *link)
{
	snprintf(out, size, "%s/udhcpd-%s.conf", DIR_RUN, link);
}

static void run_server(const struct host *h, const char *link)
{
	char path[PATH_MAX], file[64];

	server_file(file, sizeof(file), link);
	if (root_path(path, sizeof(path), h->root, file))
		execlp("udhcpd", "udhcpd", "-f", path, (char *)NULL);
}

static void child_start(const struct host *h, struct child *c)
{
	c->pid = fork();
	if (c->pid == 0) {
		child_signals();
		if (c->server)
			run_server(h, c->link);
		else
			run_client(h, c->link);
		log_error("%s: %s", c->server ? "udhcpd" : "udhcpc", strerror(errno));
		_exit(127);
	}
	c->start_at = clock_now() + RESTART_SECONDS;
	if (c->pid < 0) {
		log_error("starting DHCP on %s: %s", c->link, strerror(errno));
		c->pid = 0;
	}
}

/* Does not wait: the child may itself be waiting for our answer. dhcp_reap() takes what is left. */
static void child_end(struct child *c)
{
	if (c->pid > 0)
		kill(c->pid, SIGTERM);
	memset(c, 0, sizeof(*c));
}

void dhcp_reap(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (size_t i = 0; i < CHILDREN_MAX; i++)
			if (children[i].pid == pid) {
				log_warning("%s on %s has ended; it is started again",
					    children[i].server ? "udhcpd" : "udhcpc",
					    children[i].link);
				children[i].pid = 0;
				children[i].start_at = clock_now() + RESTART_SECONDS;
			}
}

double dhcp_wait(void)
{
	double first = -1, now = clock_now();

	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		double left = children[i].start_at - now;

		if (children[i].link[0] && !children[i].pid && (first < 0 || left < first))
			first = left > 0 ? left : 0;
	}
	return first;
}

void dhcp_stop(void)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		child_end(&children[i]);
}

/* ---- the server's configuration ---------------------------------------------------------- */

static uint32_t ip4_number(const struct ip *ip)
{
	return (uint32_t)ip->bytes[0] << 24 | (uint32_t)ip->bytes[1] << 16 |
	       (uint32_t)ip->bytes[2] << 8 | ip->bytes[3];
}

static void put_ip4(struct buf *out, const char *before, uint32_t n)
{
	buf_printf(out, "%s%u.%u.%u.%u\n", before, n >> 24, n >> 16 & 255, n >> 8 & 255, n & 255);
}

/* Guests get the longer of the two ranges beside the host's own address, at most 254. */
static int server_configure(const struct host *h, const struct network_settings *n,
			    struct reason *why)
{
	const struct address_settings *a = &n->addresses[0];
	uint32_t self = ip4_number(&a->ip), mask = UINT32_MAX << (32 - a->prefix);
	uint32_t first = (self & mask) + 1, last = (self | ~mask) - 1;
	struct buf text = { 0 };
	struct ip dns[SETTINGS_MAX_DNS];
	size_t nr_dns = n->nr_dns ? n->nr_dns : host_dns(h, dns, SETTINGS_MAX_DNS);
	char file[64], leases[64], ip[IP_TEXT];
	int rc = 0;

	if (self - first > last - self)
		last = self - 1;
	else
		first = self + 1;
	if (last - first > 253)
		last = first + 253;
	buf_printf(&text, "interface %s\n", n->name);
	put_ip4(&text, "start ", first);
	put_ip4(&text, "end ", last);
	put_ip4(&text, "option subnet ", mask);
	put_ip4(&text, "option router ", self);
	for (size_t i = 0; i < nr_dns; i++)
		buf_printf(&text, "option dns %s\n",
			   ip_format(n->nr_dns ? &n->dns[i] : &dns[i], -1, ip));
	snprintf(leases, sizeof(leases), "%s/udhcpd-%s.leases", DIR_RUN, n->name);
	buf_printf(&text, "option lease 3600\nlease_file %s%s\n", h->root, leases);
	buf_printf(&text, "pidfile %s%s/udhcpd-%s.pid\n", h->root, DIR_RUN, n->name);
	server_file(file, sizeof(file), n->name);
	/* It complains of a list that is not there. */
	if (!file_exists(h->root, leases))
		rc = file_write_text(h->root, leases, "", why);
	if (rc == 0)
		rc = file_write(h->root, file, text.data, text.len, why);
	buf_free(&text);
	return rc;
}

/* ---- what should run --------------------------------------------------------------------- */

static const struct network_settings *nat_network(const struct host *h, const char *name)
{
	for (size_t i = 0; i < h->settings.nr_networks; i++)
		if (h->settings.networks[i].nat && strcmp(h->settings.networks[i].name, name) == 0)
			return &h->settings.networks[i];
	return NULL;
}

static bool client_wanted(const struct host *h, const char *link)
{
	const struct link *present = net_link(&h->present, link);

	return present && present->up && present->kind == LINK_BRIDGE && host_dhcp(h, link);
}

static bool child_wanted(const struct host *h, const struct child *c)
{
	if (c->server)
		return nat_network(h, c->link) != NULL;
	return client_wanted(h, c->link) && !leases_find((struct leases *)&h->stale, c->link);
}

static void child_want(struct host *h, const char *link, bool server)
{
	struct child *free_place = NULL;
	struct reason why;

	for (size_t i = 0; i < CHILDREN_MAX; i++) {
		if (children[i].link[0] && children[i].server == server &&
		    strcmp(children[i].link, link) == 0)
			return;
		if (!children[i].link[0])
			free_place = &children[i];
	}
	if (server && server_configure(h, nat_network(h, link), &why) < 0) {
		log_error("%s", why.text);
		return;
	}
	if (!free_place) {
		log_error("%s: too many networks with DHCP", link);
		return;
	}
	*free_place = (struct child){ .server = server };
	snprintf(free_place->link, LINK_NAME, "%s", link);
}

void dhcp_update(struct host *h)
{
	double now = clock_now();

	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (children[i].link[0] && !child_wanted(h, &children[i])) {
			if (!children[i].server && !client_wanted(h, children[i].link))
				leases_drop(&h->leases, children[i].link);
			child_end(&children[i]);
		}
	h->stale.nr = 0;
	for (size_t i = 0; i < h->present.nr_links; i++)
		if (client_wanted(h, h->present.links[i].name))
			child_want(h, h->present.links[i].name, false);
		else if (nat_network(h, h->present.links[i].name))
			child_want(h, h->present.links[i].name, true);
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (children[i].link[0] && !children[i].pid && now >= children[i].start_at)
			child_start(h, &children[i]);
}
