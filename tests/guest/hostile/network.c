// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interfaces: lies in their description, slots of nonsense, chains and indexes that cannot be. A
 * back end that a ring has lied to once never listens to it again: so each such lie has an
 * interface of its own.
 */
#include "hostile.h"

#include "event.h"
#include "frontend.h"
#include "test.h"

enum { NET_ENTRIES = 256, NET_MORE = 4, NET_EXTRA = 8 };

struct net_request {
	grant_ref_t ref;
	uint16_t offset, flags, id, size;
};

struct nic {
	const char *device;
	struct ring *tx, *rx;
	evtchn_port_t port;
};

static void nic_connect(struct nic *nic, const char *device, grant_ref_t first)
{
	frontend_init();
	nic->device = device;
	nic->tx = ring_lend(first);
	nic->rx = ring_lend(first + 1);
	for (unsigned i = 0; i < DATA_PAGES; i++)
		page_lend(DATA + i);
	device_set_number(device, "tx-ring-ref", first);
	device_set_number(device, "rx-ring-ref", first + 1);
	device_set(device, "request-rx-copy", "1");
	device_set(device, "feature-sg", "1");
	nic->port = device_port(device);
	CHECK(device_state(device, "4", "45") == '4', "the back end of %s does not connect",
	      device);
}

static struct net_request *nic_entry(struct nic *nic, uint32_t index)
{
	return (struct net_request *)nic->tx->entries + index % NET_ENTRIES;
}

static void nic_publish(struct nic *nic, unsigned n)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	nic->tx->req_prod += n;
	event_send(nic->port);
	event_wait(0, 5);
}

TEST(network_described_by_lies)
{
	static const struct {
		const char *name, *value;
	} lies[] = {
		{ "tx-ring-ref", "4000000000" },
		{ "rx-ring-ref", "nonsense" },
		{ "event-channel", "99999" },
		{ "multi-queue-num-queues", "4000000000" },
	};

	frontend_init();
	for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		ring_lend(NET_RINGS);
		ring_lend(NET_RINGS + 1);
		device_set_number("device/vif/0", "tx-ring-ref", NET_RINGS);
		device_set_number("device/vif/0", "rx-ring-ref", NET_RINGS + 1);
		device_set("device/vif/0", "request-rx-copy", "1");
		device_port("device/vif/0");
		device_set("device/vif/0", lies[i].name, lies[i].value);
		/* That of Linux may say Connected all the same; nothing is. */
		CHECK(device_state("device/vif/0", "4", "45"), "%s = %s is not answered",
		      lies[i].name, lies[i].value);
		device_unset("device/vif/0", lies[i].name);
		device_reopen("device/vif/0");
	}
}

/* Frames too short, of pages that are not lent, with flags that nobody knows; and room for more. */
TEST(network_slots_of_nonsense)
{
	struct nic nic;

	nic_connect(&nic, "device/vif/0", NET_RINGS);
	for (unsigned round = 0; round < 60; round++) {
		unsigned n = (unsigned)any() % 16;

		for (unsigned i = 0; i < n; i++)
			*nic_entry(&nic, nic.tx->req_prod + i) = (struct net_request){
				.ref = any() & 1 ? (grant_ref_t)any() : DATA,
				.flags = (uint16_t)any() & (round < 40 ? 3 : 15),
				.id = (uint16_t)any(),
				.size = (uint16_t)any() & (round < 40 ? 63 : 0xffff),
			};
		scribble(nic.rx->entries, NET_ENTRIES * 8);
		nic.rx->req_prod = nic.rx->rsp_prod + any() % NET_ENTRIES;
		nic_publish(&nic, n);
	}
}

TEST(network_chain_without_end)
{
	struct nic nic;

	nic_connect(&nic, "device/vif/1", NET_RINGS + 2);
	for (unsigned i = 0; i < NET_ENTRIES; i++)
		*nic_entry(&nic, i) = (struct net_request){
			.ref = DATA + i % DATA_PAGES,
			.flags = NET_MORE | (i % 7 ? 0 : NET_EXTRA),
			.size = 200,
		};
	nic_publish(&nic, NET_ENTRIES);
}

TEST(network_index_far_ahead)
{
	struct nic nic;

	nic_connect(&nic, "device/vif/2", NET_RINGS + 4);
	scribble(nic.tx->entries, sizeof(nic.tx->entries));
	scribble(nic.rx->entries, sizeof(nic.rx->entries));
	nic.rx->req_prod = 70000;
	nic_publish(&nic, 60000);
	for (unsigned i = 0; i < 50; i++) {
		nic.tx->rsp_prod = (uint32_t)any();
		nic.rx->rsp_prod = nic.rx->req_prod = (uint32_t)any();
		nic_publish(&nic, (unsigned)any());
	}
}
