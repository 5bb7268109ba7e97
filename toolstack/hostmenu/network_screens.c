// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's addresses. An interface's is changed by the API, and a change that loses the host goes
 * back by itself; the way out of anything else is the reset to what a new host has, which needs the
 * network service alone.
 */
#include <stdio.h>
#include <string.h>

#include "hostmenu/command.h"
#include "hostmenu/dialog.h"
#include "hostmenu/screens.h"
#include "hostmenu/status.h"
#include "lib/file.h"

#define TITLE          "network"
#define PIFS_MAX       32
#define LIST_SECONDS   20
#define CHANGE_SECONDS 150
#define RESET_FILE     "/run/network.default"
#define CONFIRM_WITHIN "60"

enum { PIF_UUID, PIF_DEVICE, PIF_MODE, PIF_IP, PIF_NETMASK, PIF_GATEWAY, PIF_DNS, PIF_OWN_DNS };

static const char *const fields[] = { "uuid", "device",  "ip-configuration-mode",
				      "IP",   "netmask", "gateway",
				      "DNS",  "own-DNS", NULL };

struct wanted {
	size_t mode; /* as in modes */
	char ip[FIELD_TEXT], netmask[FIELD_TEXT], gateway[FIELD_TEXT], dns[FIELD_TEXT];
};

static const char *const modes[] = { "DHCP", "Static", "None" };

/* ---- an interface's address -------------------------------------------------------------- */

static void pif_change(const struct record *pif, const struct wanted *w)
{
	char uuid[FIELD_TEXT + 8], mode[24], ip[FIELD_TEXT + 8], netmask[FIELD_TEXT + 16],
		gateway[FIELD_TEXT + 16], dns[FIELD_TEXT + 8];
	const char *argv[] = {
		"xe", "pif-reconfigure-ip", uuid, mode, NULL, NULL, NULL, NULL, NULL
	};
	size_t nr = 4;

	snprintf(uuid, sizeof(uuid), "uuid=%s", pif->value[PIF_UUID]);
	snprintf(mode, sizeof(mode), "mode=%s", modes[w->mode]);
	snprintf(ip, sizeof(ip), "IP=%s", w->ip);
	snprintf(netmask, sizeof(netmask), "netmask=%s", w->netmask);
	snprintf(gateway, sizeof(gateway), "gateway=%s", w->gateway);
	snprintf(dns, sizeof(dns), "DNS=%s", w->mode == 1 ? w->dns : pif->value[PIF_OWN_DNS]);
	if (w->mode == 1) {
		argv[nr++] = ip;
		argv[nr++] = netmask;
		if (*w->gateway)
			argv[nr++] = gateway;
		if (*w->dns)
			argv[nr++] = dns;
	} else if (w->mode == 0 && strcasecmp(modes[0], pif->value[PIF_MODE]) == 0 &&
		   *pif->value[PIF_OWN_DNS]) {
		/* Set elsewhere, in place of those that DHCP brings. */
		argv[nr++] = dns;
	}
	if (dialog_do(TITLE, "Changing; if the host is lost, it goes back by itself ...", argv,
		      NULL, CHANGE_SECONDS, NULL))
		dialog_say(TITLE, "Done.");
}

static void pif_ask(const struct record *pif)
{
	struct wanted w = { 0 };
	struct row rows[] = {
		{ .kind = ROW_CYCLE,
		  .label = "Address",
		  .value = &w.mode,
		  .options = { "by DHCP", "fixed, as below", "none" },
		  .nr_options = 3 },
		{ .kind = ROW_INPUT, .label = "Address", .text = w.ip, .room = 40 },
		{ .kind = ROW_INPUT, .label = "Netmask", .text = w.netmask, .room = 40 },
		{ .kind = ROW_INPUT, .label = "Gateway", .text = w.gateway, .room = 40 },
		{ .kind = ROW_INPUT, .label = "Name servers (a,b)", .text = w.dns, .room = 120 },
	};
	struct screen s = { .title = TITLE, .rows = rows, .nr_rows = 5, .next = "change it" };
	const char *complaint = "";
	char text[FIELD_TEXT + 64];

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcasecmp(modes[i], pif->value[PIF_MODE]) == 0)
			w.mode = i;
	memcpy(w.ip, pif->value[PIF_IP], FIELD_TEXT);
	memcpy(w.netmask, pif->value[PIF_NETMASK], FIELD_TEXT);
	memcpy(w.gateway, pif->value[PIF_GATEWAY], FIELD_TEXT);
	memcpy(w.dns, pif->value[PIF_DNS], FIELD_TEXT);
	snprintf(text, sizeof(text), "How is this host reached by %.40s?", pif->value[PIF_DEVICE]);
	s.text = text;
	do {
		if (dialog_ask(&s, complaint) != UI_NEXT)
			return;
		complaint = "A fixed address needs a netmask, too: 255.255.255.0.";
	} while (w.mode == 1 && (!*w.ip || !*w.netmask));
	pif_change(pif, &w);
}

static void pifs_show(void)
{
	const char *const argv[] = {
		"xe", "pif-list",
		"params=uuid,device,ip-configuration-mode,IP,netmask,gateway,DNS,own-DNS", NULL
	};
	static struct record pifs[PIFS_MAX];
	static char lines[PIFS_MAX][80];
	const char *labels[PIFS_MAX] = { NULL };
	struct buf out = { 0 };
	size_t nr = 0, chosen = 0;
	int answer;

	if (dialog_do(TITLE, "Looking ...", argv, NULL, LIST_SECONDS, &out)) {
		nr = records_parse(out.data, fields, pifs, PIFS_MAX);
		for (size_t i = 0; i < nr; i++) {
			snprintf(lines[i], sizeof(lines[i]), "%-16.16s %-8.8s %.40s",
				 pifs[i].value[PIF_DEVICE], pifs[i].value[PIF_MODE],
				 pifs[i].value[PIF_IP]);
			labels[i] = lines[i];
		}
		answer = dialog_choose(TITLE, "Interfaces:", labels, nr, &chosen);
		if (answer >= 0)
			pif_ask(&pifs[answer]);
	}
	buf_free(&out);
}

/* ---- all of it --------------------------------------------------------------------------- */

static void state_show(void)
{
	const char *const argv[] = { "network", "show", NULL };
	struct buf out = { 0 };

	if (dialog_do(TITLE, "Looking ...", argv, NULL, LIST_SECONDS, &out))
		dialog_say(TITLE, out.data);
	buf_free(&out);
}

static void change_keep(void)
{
	const char *const argv[] = { "network", "confirm", NULL };

	dialog_do(TITLE, "Keeping the change ...", argv, NULL, LIST_SECONDS, NULL);
}

static void change_undo(void)
{
	const char *const argv[] = { "network", "rollback", NULL };

	dialog_do(TITLE, "Going back ...", argv, NULL, CHANGE_SECONDS, NULL);
}

/* Also where the API is down, and where the gateway would say no. */
static void network_reset(void)
{
	static const char settings[] = "automatic bridges\nautomatic address\n";
	char path[256];
	const char *const apply[] = { "network",          "apply",        path,
				      "--confirm-within", CONFIRM_WITHIN, NULL };
	const char *const confirm[] = { "network", "confirm", NULL };

	if (!dialog_sure(TITLE,
			 "Every card gets a bridge, and the first one with a link an address by\n"
			 "DHCP: as on a new host. Other networks, VLANs, bonds and addresses go;\n"
			 "VMs that use one of those lose their connection.",
			 "reset the network"))
		return;
	status_path(path, sizeof(path), RESET_FILE);
	if (file_replace(path, settings, strlen(settings), 0600) < 0) {
		dialog_say(TITLE, RESET_FILE " cannot be written.");
		return;
	}
	if (dialog_do(TITLE, "Resetting ...", apply, NULL, CHANGE_SECONDS, NULL) &&
	    dialog_do(TITLE, "Keeping it ...", confirm, NULL, LIST_SECONDS, NULL))
		dialog_say(TITLE,
			   "Done. The status page shows the address as soon as there is one.");
}

void screen_network(void)
{
	static const struct item items[] = {
		{ "What there is", state_show },
		{ "Address of an interface: DHCP or fixed, name servers", pifs_show },
		{ "Keep the change that waits for it", change_keep },
		{ "Undo the change that waits", change_undo },
		{ "Emergency: reset to what a new host has", network_reset },
	};

	dialog_menu(TITLE, "The host's networks. All settings: /etc/socle/network.conf.", items,
		    sizeof(items) / sizeof(items[0]));
}
