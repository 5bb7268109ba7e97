// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Convergence: read the kernel, name the NICs, compare, do, and look again until nothing is left to
 * do; side effects of a step (a route that goes with an address) are so seen and mended.
 */
#include "network/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "network/files.h"
#include "network/nat.h"
#include "network/resolv.h"

#define ROUNDS 8
/* How long "automatic address" waits for the first NIC's link before it takes another's. */
#define LINK_SECONDS 6

double clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int host_open(struct host *h, const char *root, struct reason *why)
{
	struct buf text = { 0 };
	size_t wrong;

	memset(h, 0, sizeof(*h));
	h->root = root;
	if (kernel_open(&h->kernel, root, why) < 0)
		return -1;
	kernel_prepare();
	if (file_read(root, FILE_NICS, &text) < 0)
		log_warning("%s: %s; NICs are numbered anew", FILE_NICS, strerror(errno));
	wrong = nic_memory_parse(&h->memory, (struct bytes){ (uint8_t *)text.data, text.len });
	if (wrong)
		log_warning("%s: %zu lines make no sense", FILE_NICS, wrong);
	buf_free(&text);
	return 0;
}

int host_settings(struct host *h, const char *source, const char *text, struct reason *why)
{
	struct settings *s = malloc(sizeof(*s));
	char *copy = strdup(text);
	struct bytes bytes = { (const uint8_t *)text, strlen(text) };

	if (!s || !copy) {
		reason_set(why, "out of memory");
		goto fail;
	}
	if (settings_parse(s, source, bytes, why) < 0)
		goto fail;
	h->settings = *s;
	free(s);
	free(h->text);
	h->text = copy;
	return 0;
fail:
	free(s);
	free(copy);
	return -1;
}

/* ---- names of NICs ----------------------------------------------------------------------- */

static void nics_remember(struct host *h)
{
	struct buf text = { 0 };
	struct reason why;

	nic_memory_format(&h->memory, &text);
	if (text.failed || file_write(h->root, FILE_NICS, text.data, text.len, &why) < 0)
		log_warning("the names of NICs are not kept: %s", text.failed ? "" : why.text);
	buf_free(&text);
}

/* Reads the kernel; NICs have their names of ours afterwards. */
static int host_look(struct host *h, struct reason *why)
{
	bool renamed = false;

	if (kernel_read(&h->kernel, &h->present, &h->nics, why) < 0)
		return -1;
	if (nics_number(&h->nics, &h->memory))
		nics_remember(h);
	for (size_t i = 0; i < h->nics.nr; i++) {
		struct nic *nic = &h->nics.list[i];
		char name[LINK_NAME];

		nic_name(nic, name);
		if (strcmp(name, nic->name) == 0)
			continue;
		if (kernel_rename(&h->kernel, nic->name, name, why) < 0)
			return -1;
		log_info("%s is %s: %s", nic->name, name, nic->path);
		renamed = true;
	}
	if (!renamed)
		return 0;
	if (kernel_read(&h->kernel, &h->present, &h->nics, why) < 0)
		return -1;
	nics_number(&h->nics, &h->memory);
	return 0;
}

/* ---- the automatic address --------------------------------------------------------------- */

/* True if a bridge was chosen. */
static bool automatic_choose(struct host *h, const struct wanted *w)
{
	bool patient = clock_now() - h->started < LINK_SECONDS;

	if (!h->settings.automatic_address ||
	    (h->automatic[0] && wanted_is_automatic(w, h->automatic)))
		return false;
	for (size_t i = 0; i < h->nics.nr; i++) {
		const struct link *l = net_link(&h->present, h->nics.list[i].name);

		if (!l || !wanted_is_automatic(w, l->master))
			continue;
		if (l->carrier || leases_find(&h->leases, l->master)) {
			memcpy(h->automatic, l->master, LINK_NAME);
			log_info("the host's address: DHCP on %s", h->automatic);
			return true;
		}
		if (patient)
			return false;
	}
	return false;
}

/* ---- convergence ------------------------------------------------------------------------- */

static struct wanted wanted_of(const struct host *h, const struct settings *s, bool strict)
{
	return (struct wanted){
		.settings = s,
		.nics = &h->nics,
		.leases = &h->leases,
		.automatic = h->automatic,
		.strict = strict,
	};
}

static void absent_tell(struct host *h, const struct wanted *w)
{
	if (w->absent.text[0] && strcmp(h->absent, w->absent.text) != 0)
		log_warning("%s; its networks wait for it", w->absent.text);
	snprintf(h->absent, sizeof(h->absent), "%.190s", w->absent.text);
}

/* A network that goes to another wire has another DHCP server. */
static void leases_review(struct host *h, const struct plan *p)
{
	for (size_t i = 0; i < p->nr; i++) {
		const struct link *l = &p->steps[i].link;
		struct lease *lease;

		if (p->steps[i].kind != STEP_ENSLAVE)
			continue;
		lease = leases_find(&h->leases, l->master);
		if (!lease || !net_link(&h->present, l->master))
			continue;
		leases_put(&h->stale, lease);
		leases_drop(&h->leases, l->master);
	}
}

static int plan_do(struct host *h, const struct plan *p, struct reason *why)
{
	for (size_t i = 0; i < p->nr; i++) {
		struct buf text = { 0 };

		step_print(&p->steps[i], &text);
		log_info("%s", text.data ? text.data : "");
		buf_free(&text);
		if (kernel_do(&h->kernel, &p->steps[i], why) < 0)
			return -1;
	}
	return 0;
}

int host_converge(struct host *h, bool strict, struct reason *why)
{
	int steps = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct wanted w = wanted_of(h, &h->settings, strict);
		struct plan p = { 0 };
		int rc;

		if (host_look(h, why) < 0 || wanted_build(&w, &h->want, why) < 0 ||
		    plan_make(&p, &h->present, &h->want, strict, why) < 0)
			return -1;
		absent_tell(h, &w);
		if (p.nr == 0) {
			plan_free(&p);
			if (automatic_choose(h, &w))
				continue;
			resolv_update(h);
			return nat_update(h, why) < 0 ? -1 : steps;
		}
		steps += (int)p.nr;
		leases_review(h, &p);
		rc = plan_do(h, &p, why);
		plan_free(&p);
		if (rc < 0)
			return -1;
	}
	return reason_set(why, "somebody else changes the networks at the same time");
}

int host_check(struct host *h, const struct settings *s, struct buf *steps, struct reason *why)
{
	struct wanted w = wanted_of(h, s, true);
	struct plan p = { 0 };
	int nr;

	if (host_look(h, why) < 0 || wanted_build(&w, &h->want, why) < 0 ||
	    plan_make(&p, &h->present, &h->want, true, why) < 0)
		return -1;
	for (size_t i = 0; i < p.nr; i++) {
		step_print(&p.steps[i], steps);
		buf_printf(steps, "\n");
	}
	nr = (int)p.nr;
	plan_free(&p);
	return nr;
}

bool host_dhcp(const struct host *h, const char *network)
{
	struct wanted w = wanted_of(h, &h->settings, false);

	return wanted_dhcp(&w, network);
}

static bool has_own_dns(const struct settings *s, const char *network)
{
	for (size_t i = 0; i < s->nr_networks; i++)
		if (strcmp(s->networks[i].name, network) == 0)
			return s->networks[i].nr_dns > 0;
	return false;
}

size_t host_dns(const struct host *h, struct ip *out, size_t max)
{
	size_t nr = 0;

	for (size_t i = 0; i < h->settings.nr_networks; i++)
		for (size_t j = 0; j < h->settings.networks[i].nr_dns && nr < max; j++)
			out[nr++] = h->settings.networks[i].dns[j];
	for (size_t i = 0; i < h->leases.nr; i++) {
		const struct lease *l = &h->leases.list[i];

		if (has_own_dns(&h->settings, l->link))
			continue;
		for (size_t j = 0; j < l->nr_dns && nr < max; j++)
			out[nr++] = l->dns[j];
	}
	return nr;
}
