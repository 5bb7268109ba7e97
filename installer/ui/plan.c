// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The answer file of what was chosen.
 */
#include "installer/ui/plan.h"

#include <stdio.h>
#include <string.h>

const char *const plan_bond_modes[3] = { "active-backup", "802.3ad", "balance-alb" };

enum plan_kind plan_kind(const struct plan *p)
{
	return p->what == 0 ? PLAN_FRESH : p->what % 2 ? PLAN_UPGRADE : PLAN_REINSTALL;
}

const struct plan_socle *plan_socle(const struct plan *p)
{
	return p->what == 0 ? NULL : &p->socles[(p->what - 1) / 2];
}

size_t plan_second_nic(const struct plan *p)
{
	/* All but the first are counted. */
	if (!p->bond || p->bond >= p->nr_nics)
		return PLAN_NICS;
	return p->bond - 1 < p->nic ? p->bond - 1 : p->bond;
}

const struct plan_disk *plan_disk_of(const struct plan *p, enum disk_use use)
{
	for (size_t i = 0; i < p->nr_disks; i++)
		if (p->disks[i].use == use)
			return &p->disks[i];
	return NULL;
}

static void disks_write(const struct plan *p, struct buf *out)
{
	static const char *const settings[] = {
		[DISK_SYSTEM] = "disk",
		[DISK_MIRROR] = "mirror-disk",
		[DISK_STORAGE] = "storage-disk",
	};

	for (size_t i = 0; i < p->nr_disks; i++) {
		const struct plan_disk *d = &p->disks[i];

		if (d->use == DISK_UNUSED)
			continue;
		buf_printf(out, "%s %s\n", settings[d->use], d->name);
		/* The last screen before the installation has named it. */
		if (strcmp(d->found, "nothing") != 0)
			buf_printf(out, "erase %s\n", d->name);
	}
}

/* One word after another, each on a line of its own. */
static void words_write(struct buf *out, const char *setting, const char *text)
{
	char copy[PLAN_TEXT], *word, *state;

	snprintf(copy, sizeof(copy), "%s", text);
	for (word = strtok_r(copy, " ,", &state); word; word = strtok_r(NULL, " ,", &state))
		buf_printf(out, "%s %s\n", setting, word);
}

/* Named for its card where it is the card's own bridge. */
static void bridge_write(const struct plan *p, struct buf *out)
{
	const char *nic = p->nics[p->nic].name;
	size_t second = plan_second_nic(p);

	buf_printf(out, "automatic bridges\n");
	if (second < PLAN_NICS)
		buf_printf(out, "bond bond0\n    nics %s %s\n    mode %s\n", nic,
			   p->nics[second].name, plan_bond_modes[p->bond_mode]);
	if (second < PLAN_NICS)
		buf_printf(out, "network host\n    nic bond0\n");
	else if (*p->vlan)
		buf_printf(out, "network host\n    nic %s\n", nic);
	else
		buf_printf(out, "network xenbr%s\n    nic %s\n", nic + strlen("nic"), nic);
	if (*p->vlan)
		buf_printf(out, "    vlan %s\n", p->vlan);
}

static void setting_write(struct buf *out, const char *name, const char *value)
{
	if (*value)
		buf_printf(out, "    %s %s\n", name, value);
}

static bool network_is_default(const struct plan *p)
{
	return !p->nr_nics || (p->nic == 0 && !p->bond && p->ip4 == PLAN_DHCP &&
			       p->ip6 == PLAN_NO_IP6 && !*p->vlan && !*p->dns);
}

static void network_write(const struct plan *p, struct buf *out)
{
	if (network_is_default(p)) {
		buf_printf(out, "automatic bridges\nautomatic address\n");
		return;
	}
	bridge_write(p, out);
	if (p->ip4 != PLAN_NO_IP4)
		setting_write(out, "address", p->ip4 == PLAN_FIXED ? p->address : "dhcp");
	if (p->ip4 == PLAN_FIXED)
		setting_write(out, "gateway", p->gateway);
	if (p->ip6 != PLAN_NO_IP6)
		setting_write(out, "address", p->ip6 == PLAN_FIXED6 ? p->address6 : "slaac");
	if (p->ip6 == PLAN_FIXED6)
		setting_write(out, "gateway", p->gateway6);
	setting_write(out, "dns", p->dns);
}

static void time_write(const struct plan *p, struct buf *out)
{
	if (p->nr_keymaps)
		buf_printf(out, "keymap %s\n", p->keymaps[p->keymap][0]);
	if (*p->zone)
		buf_printf(out, "timezone %s\n", p->zone);
	if (*p->clock)
		buf_printf(out, "clock %s\n", p->clock);
	words_write(out, "ntp-server", p->ntp);
}

void plan_write(const struct plan *p, struct buf *out)
{
	static const char *const storage[] = { "thin", "thick", "none" };
	static const char *const kinds[] = { "fresh", "upgrade", "reinstall" };
	enum plan_kind kind = plan_kind(p);

	if (kind != PLAN_FRESH)
		buf_printf(out, "install %s\ndisk %s\n", kinds[kind], plan_socle(p)->disk);
	else if (!p->first_start)
		disks_write(p, out);
	buf_printf(out, "finish shell\n");
	if (kind == PLAN_UPGRADE)
		return;
	if (kind == PLAN_FRESH && !p->first_start)
		buf_printf(out, "storage %s\n", storage[p->storage]);
	if (p->restore)
		buf_printf(out, "restore-backup disk:/" PLAN_BACKUP "\n");
	if (p->remote)
		buf_printf(out, "source %s\n", p->source);
	buf_printf(out, "hostname %s\nroot-password %s\n", p->hostname, p->password);
	time_write(p, out);
	network_write(p, out);
}
