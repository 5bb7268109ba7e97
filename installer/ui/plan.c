// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The answer file of what was chosen.
 */
#include "installer/ui/plan.h"

#include <stdio.h>
#include <string.h>

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

static void network_write(const struct plan *p, struct buf *out)
{
	if (!p->nr_nics || (p->nic == 0 && !p->fixed && !*p->vlan)) {
		buf_printf(out, "automatic bridges\nautomatic address\n");
		return;
	}
	buf_printf(out, "automatic bridges\nnetwork %s%s\n", *p->vlan ? "host" : "xenbr",
		   *p->vlan ? "" : p->nics[p->nic].name + strlen("nic"));
	buf_printf(out, "    nic %s\n", p->nics[p->nic].name);
	if (*p->vlan)
		buf_printf(out, "    vlan %s\n", p->vlan);
	buf_printf(out, "    address %s\n", p->fixed ? p->address : "dhcp");
	if (p->fixed && *p->gateway)
		buf_printf(out, "    gateway %s\n", p->gateway);
	if (p->fixed && *p->dns)
		buf_printf(out, "    dns %s\n", p->dns);
}

void plan_write(const struct plan *p, struct buf *out)
{
	static const char *const storage[] = { "thin", "thick", "none" };

	disks_write(p, out);
	buf_printf(out, "storage %s\nhostname %s\nroot-password %s\n", storage[p->storage],
		   p->hostname, p->password);
	words_write(out, "ntp-server", p->ntp);
	buf_printf(out, "finish shell\n");
	network_write(p, out);
}
