// SPDX-License-Identifier: GPL-2.0-or-later
/* network.conf, leases and the memory of NICs: their texts, and the plan that comes of them. */
#include "fuzz.h"

#include <string.h>

#include "network/plan.h"
#include "network/wanted.h"

static struct settings settings;
static struct net want, present;
static struct nics nics;
static struct leases leases;

static void machine(struct bytes memory_text)
{
	static struct nic_memory memory;

	nic_memory_parse(&memory, memory_text);
	MUST(memory.nr <= NICS_MAX);
	memset(&nics, 0, sizeof(nics));
	memset(&present, 0, sizeof(present));
	nics.nr = 2;
	for (size_t i = 0; i < nics.nr; i++) {
		nics.list[i].mac[5] = (uint8_t)i;
		snprintf(nics.list[i].path, NIC_PATH, "/pci0000:00/0000:00:0%zu.0", i + 2);
	}
	nics_number(&nics, &memory);
	MUST(nics.list[0].number != nics.list[1].number);
	for (size_t i = 0; i < nics.nr; i++) {
		char name[LINK_NAME];

		nic_name(&nics.list[i], name);
		MUST(net_add_link(&present, name, LINK_NIC));
	}
}

static void check_wanted(void)
{
	for (size_t i = 0; i < want.nr_links; i++) {
		const struct link *l = &want.links[i], *master = net_link(&want, l->master);

		MUST(link_name_valid(l->name));
		MUST(net_link(&want, l->name) == l);
		MUST(!l->master[0] || (master && master != l));
		MUST(l->kind != LINK_VLAN || (l->vlan >= 1 && l->vlan <= 4094));
		MUST(l->kind != LINK_VLAN || net_link(&want, l->parent));
	}
	for (size_t i = 0; i < want.nr_addresses; i++)
		MUST(net_link(&want, want.addresses[i].link));
}

/* Input: network.conf; behind a zero byte a lease; behind another what is remembered of NICs. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes parts[3] = { { data, size }, { data, 0 }, { data, 0 } };
	struct reason why = { "" };
	struct lease lease;
	struct wanted w = { .settings = &settings,
			    .nics = &nics,
			    .leases = &leases,
			    .automatic = "xenbr0",
			    .strict = size & 1 };

	for (size_t i = 0; i + 1 < 3; i++) {
		const uint8_t *zero = parts[i].len ? memchr(parts[i].data, 0, parts[i].len) : NULL;

		if (!zero)
			break;
		parts[i + 1].data = zero + 1;
		parts[i + 1].len = parts[i].len - (size_t)(zero + 1 - parts[i].data);
		parts[i].len = (size_t)(zero - parts[i].data);
	}
	machine(parts[2]);
	leases.nr = 0;
	if (lease_parse(&lease, "xenbr0", parts[1], &why) == 0) {
		MUST(lease.ip.family == 4 && lease.prefix >= 1 && lease.prefix <= 32);
		MUST(leases_put(&leases, &lease));
	}
	why.text[0] = '\0';
	if (settings_parse(&settings, "f", parts[0], &why) < 0) {
		MUST(why.text[0]);
		return 0;
	}
	if (wanted_build(&w, &want, &why) == 0) {
		struct plan p;

		check_wanted();
		MUST(plan_make(&p, &present, &want, true, &why) == 0);
		plan_free(&p);
	} else {
		MUST(why.text[0]);
	}
	return 0;
}
