// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The course of a change.
 */
#include "network/change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "network/files.h"

#define BASELINE_SECONDS 4
#define TEST_SECONDS     45
#define ASK_SECONDS      2

/* ---- is anybody there? ------------------------------------------------------------------- */

static void gateways_ask(struct host *h)
{
	const struct route *r;

	for (size_t i = 0; (r = net_next_gateway(&h->want, &i));)
		if (!kernel_neighbour_answers(&h->kernel, r))
			kernel_neighbour_ask(&h->kernel, r);
}

/* An answer from before a change is none. */
static void gateways_ask_anew(struct host *h)
{
	const struct route *r;

	for (size_t i = 0; (r = net_next_gateway(&h->want, &i));) {
		kernel_neighbour_forget(&h->kernel, r);
		kernel_neighbour_ask(&h->kernel, r);
	}
}

static bool has_gateway(const struct host *h)
{
	return net_next_gateway(&h->want, &(size_t){ 0 });
}

/* What does not answer yet: a network without a lease, or a gateway. NULL: all is well. */
static const char *missing(struct host *h, char text[IP_TEXT])
{
	const struct route *r;

	for (size_t i = 0; i < h->want.nr_links; i++) {
		const struct link *l = &h->want.links[i];

		if (l->kind == LINK_BRIDGE && host_dhcp(h, l->name) &&
		    !leases_find(&h->leases, l->name)) {
			snprintf(text, IP_TEXT, "no DHCP server on %s", l->name);
			return text;
		}
	}
	for (size_t i = 0; (r = net_next_gateway(&h->want, &i));)
		if (!kernel_neighbour_answers(&h->kernel, r)) {
			char ip[IP_TEXT];

			snprintf(text, IP_TEXT, "gateway %.40s", ip_format(&r->gateway, -1, ip));
			return text;
		}
	return NULL;
}

/* ---- the ends of a change ---------------------------------------------------------------- */

/* How long the gateways have. Less in tests, where they are near. */
static double test_seconds(void)
{
	const char *fewer = getenv("SOCLE_NETWORK_TEST_SECONDS");

	return fewer ? strtod(fewer, NULL) : TEST_SECONDS;
}

static void change_end(struct change *c)
{
	free(c->candidate);
	free(c->former);
	c->candidate = NULL;
	c->former = NULL;
	c->state = CHANGE_NONE;
}

/* Writes what holds. The candidate's file goes last: until then a restart means the way back. */
static int keep(struct host *h, const char *text, struct reason *why)
{
	if (file_write_text(h->root, FILE_CONF, text, why) < 0 ||
	    file_write_text(h->root, FILE_CONFIRMED, text, why) < 0)
		return -1;
	return file_remove(h->root, FILE_PENDING, why);
}

static void change_keep(struct change *c, struct host *h, const char *said)
{
	struct reason why;

	if (keep(h, c->candidate, &why) < 0) {
		change_rollback(c, h, why.text, &why);
		return;
	}
	reason_set(&c->said, "%s", said);
	c->verdict = VERDICT_DONE;
	log_info("the change stays: %s", said);
	change_end(c);
}

/* The file as it was before; the candidate lies beside it for who wrote it. */
static void files_back(struct host *h, const char *candidate, const char *former)
{
	struct buf conf = { 0 };
	struct reason why = { "" };
	bool edited;

	if (file_read(h->root, FILE_CONF, &conf) < 0)
		log_warning("%s: %s", FILE_CONF, strerror(errno));
	edited = conf.data && strcmp(conf.data, candidate) == 0;
	buf_free(&conf);
	if (file_write_text(h->root, FILE_REJECTED, candidate, &why) < 0 ||
	    (edited && file_write_text(h->root, FILE_CONF, former, &why) < 0) ||
	    file_remove(h->root, FILE_PENDING, &why) < 0)
		log_error("going back: %s", why.text);
}

/* Wires first, which may cost leases; then the leases that were: they are as good as before. */
static int host_back(const struct change *c, struct host *h, struct reason *why)
{
	memcpy(h->automatic, c->former_automatic, LINK_NAME);
	if (host_settings(h, FILE_CONF, c->former, why) < 0 || host_converge(h, false, why) < 0)
		return -1;
	h->leases = c->former_leases;
	return host_converge(h, false, why);
}

int change_rollback(struct change *c, struct host *h, const char *because, struct reason *why)
{
	struct reason failed;

	if (c->state == CHANGE_NONE)
		return reason_set(why, "no change waits for confirmation");
	log_warning("going back to the former networks: %s", because);
	reason_set(&c->said, "%.200s: the former networks are back; the change is in %s", because,
		   FILE_REJECTED);
	if (host_back(c, h, &failed) < 0) {
		log_error("going back: %s", failed.text);
		reason_set(&c->said, "%.120s; going back failed: %.150s", because, failed.text);
	}
	files_back(h, c->candidate, c->former);
	c->verdict = VERDICT_REFUSED;
	change_end(c);
	return 0;
}

int change_confirm(struct change *c, struct host *h, struct reason *why)
{
	if (c->state != CHANGE_WAITING)
		return reason_set(why, "no change waits for confirmation");
	change_keep(c, h, "confirmed");
	if (c->verdict == VERDICT_DONE)
		return 0;
	*why = c->said;
	return -1;
}

/* ---- the beginning ----------------------------------------------------------------------- */

static void refuse(struct change *c, const struct reason *why)
{
	c->said = *why;
	c->verdict = VERDICT_REFUSED;
	change_end(c);
}

/* True if the change would do something to links, addresses or routes. */
static int candidate_check(struct change *c, struct host *h, const char *text, struct reason *why)
{
	struct settings *s = malloc(sizeof(*s));
	struct buf steps = { 0 };
	struct bytes bytes = { (const uint8_t *)text, strlen(text) };
	int rc = -1;

	if (!s)
		return reason_set(why, "out of memory");
	if (settings_parse(s, c->source, bytes, why) == 0)
		rc = host_check(h, s, &steps, why);
	if (rc == 0 && s->nr_networks == h->settings.nr_networks)
		for (size_t i = 0; i < s->nr_networks; i++)
			rc |= s->networks[i].nat != h->settings.networks[i].nat ||
			      s->networks[i].dhcp != h->settings.networks[i].dhcp;
	buf_free(&steps);
	free(s);
	return rc;
}

/* Does it. From here on there is a way back in the files. */
static void change_try(struct change *c, struct host *h)
{
	struct route known[NET_MAX_ROUTES];
	size_t nr_known = h->want.nr_routes;
	struct reason why;

	memcpy(known, h->want.routes, sizeof(known));
	if (file_write_text(h->root, FILE_CONFIRMED, c->former, &why) < 0 ||
	    file_write_text(h->root, FILE_PENDING, c->candidate, &why) < 0 ||
	    host_settings(h, c->source, c->candidate, &why) < 0) {
		file_remove(h->root, FILE_PENDING, &c->said);
		refuse(c, &why);
		return;
	}
	if (host_converge(h, true, &why) < 0) {
		change_rollback(c, h, why.text, &why);
		return;
	}
	/* Also those that DHCP will name again. */
	for (size_t i = 0; i < nr_known; i++)
		kernel_neighbour_forget(&h->kernel, &known[i]);
	gateways_ask_anew(h);
}

void change_begin(struct change *c, struct host *h, const char *source, const char *text,
		  unsigned int seconds)
{
	struct reason why = { "" };
	int steps;

	if (c->state != CHANGE_NONE) {
		reason_set(&c->said,
			   "another change waits: \"network confirm\" or \"network rollback\"");
		c->verdict = VERDICT_REFUSED;
		return;
	}
	memset(c, 0, sizeof(*c));
	snprintf(c->source, sizeof(c->source), "%s", source);
	steps = candidate_check(c, h, text, &why);
	c->candidate = strdup(text);
	c->former = strdup(h->text);
	if (steps < 0 || !c->candidate || !c->former) {
		if (steps >= 0)
			reason_set(&why, "out of memory");
		refuse(c, &why);
		return;
	}
	c->former_leases = h->leases;
	memcpy(c->former_automatic, h->automatic, LINK_NAME);
	if (steps == 0) {
		c->state = CHANGE_TESTING;
		change_try(c, h);
		if (c->verdict == VERDICT_OPEN)
			change_keep(c, h, "the networks are so already");
		return;
	}
	if (seconds) {
		c->state = CHANGE_WAITING;
		c->deadline = clock_now() + seconds;
		change_try(c, h);
		return;
	}
	c->state = CHANGE_BASELINE;
	c->deadline = clock_now() + BASELINE_SECONDS;
	/* What was wanted before: the check has put the candidate's picture in its place. */
	if (host_converge(h, false, &why) < 0)
		refuse(c, &why);
	else
		gateways_ask_anew(h);
}

/* The picture of the former networks is in h->want. */
static void baseline_end(struct change *c, struct host *h, bool reachable)
{
	struct reason why;

	c->state = CHANGE_TESTING;
	c->deadline = clock_now() + test_seconds();
	change_try(c, h);
	if (c->state != CHANGE_TESTING)
		return;
	if (!reachable) {
		change_keep(c, h, "applied; no gateway answered before, so none was asked now");
		return;
	}
	if (has_gateway(h))
		return;
	for (size_t i = 0; i < h->want.nr_links; i++)
		if (host_dhcp(h, h->want.links[i].name))
			return;
	change_rollback(c, h,
			"it leaves no gateway by which the host could be reached (to do it "
			"all the same: --confirm-within)",
			&why);
}

void change_tick(struct change *c, struct host *h)
{
	double now = clock_now();
	char text[IP_TEXT];
	const char *lacks;
	struct reason why;

	if (c->state == CHANGE_WAITING) {
		if (now >= c->deadline)
			change_rollback(c, h, "nobody confirmed in time", &why);
		return;
	}
	if (c->state == CHANGE_NONE)
		return;
	lacks = missing(h, text);
	if (c->state == CHANGE_BASELINE) {
		if (!lacks || now >= c->deadline)
			baseline_end(c, h, !lacks && has_gateway(h));
		return;
	}
	if (!lacks) {
		change_keep(c, h, has_gateway(h) ? "applied; the gateway answers" : "applied");
	} else if (now >= c->deadline) {
		char because[IP_TEXT + 32];

		snprintf(because, sizeof(because), "no answer: %s", lacks);
		change_rollback(c, h, because, &why);
	} else if (now >= c->ask_again) {
		c->ask_again = now + ASK_SECONDS;
		gateways_ask(h);
	}
}

/* ---- the start of the service ------------------------------------------------------------ */

static int settings_from(struct host *h, const char *path, struct reason *why)
{
	struct buf text = { 0 };
	int rc;

	if (file_read(h->root, path, &text) < 0)
		return reason_errno(why, "%s", path);
	if (!text.data || strlen(text.data) != text.len)
		rc = reason_set(why, "%s: %s", path, text.data ? "not plain text" : "not there");
	else
		rc = host_settings(h, path, text.data, why);
	buf_free(&text);
	return rc;
}

static void pending_end(struct host *h)
{
	struct buf candidate = { 0 }, former = { 0 };

	if (file_read(h->root, FILE_PENDING, &candidate) < 0 ||
	    file_read(h->root, FILE_CONFIRMED, &former) < 0)
		log_error("%s: %s", FILE_PENDING, strerror(errno));
	log_warning("a change was not confirmed before this start: the former networks hold");
	files_back(h, candidate.data ? candidate.data : "",
		   former.data ? former.data : SETTINGS_DEFAULT);
	buf_free(&candidate);
	buf_free(&former);
}

int change_start(struct host *h, struct reason *why)
{
	if (file_exists(h->root, FILE_PENDING))
		pending_end(h);
	if (!file_exists(h->root, FILE_CONF))
		return host_settings(h, FILE_CONF, SETTINGS_DEFAULT, why);
	if (settings_from(h, FILE_CONF, why) == 0)
		return 0;
	log_error("%s", why->text);
	if (settings_from(h, FILE_CONFIRMED, why) == 0) {
		log_warning("the last networks that worked are used instead");
		return 0;
	}
	log_warning("what holds without a file is used instead");
	return host_settings(h, FILE_CONF, SETTINGS_DEFAULT, why);
}
