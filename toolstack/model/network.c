// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table: networks, the host's interfaces (PIF), bonds and VLANs.
 */
#include "model/table.h"

static const struct model_field network_fields[] = {
	UUID,
	NAME_LABEL,
	NAME_DESCRIPTION,
	LIVE("allowed_operations", SET(ENUM(network_operation)), NULL,
	     "What can be asked of it now"),
	LIVE("current_operations", MAP(ENUM(network_operation)), NULL, "What is going on"),
	MANY("VIFs", VIF, "network", "VMs' interfaces on it"),
	MANY("PIFs", PIF, "network", "Hosts' interfaces on it"),
	RW("MTU", INT, "1500", "The longest packet"),
	OTHER_CONFIG,
	STATIC("bridge", STRING, NULL, "The bridge that it is on the host"),
	STATIC("managed", BOOL, "true", "The bridge is ours to change"),
	RW("blobs", STRING_MAP, NULL, "None here"),
	TAGS,
	RW("default_locking_mode", ENUM(locking_default), "unlocked",
	   "For interfaces that leave it to the network"),
	RO("assigned_ips", STRING_MAP, NULL, "Addresses that were given out"),
	RO("purpose", STRING_SET, NULL, "For old clients"),
};

static const struct model_method network_methods[] = {
	METHOD("create", REF(network), ADMIN, "Makes an internal network",
	       P("args", RECORD(network))),
	METHOD("destroy", VOID, ADMIN, "Ends it", P("self", REF(network))),
};

MODEL_CLASS(network, "A network that VMs can be on", READ_ONLY, ADMIN, 0);

static const struct model_field PIF_fields[] = {
	UUID,
	RO("device", STRING, NULL, "Its name on the host: eth0"),
	RO("network", REF(network), NULL, "The network that it is on"),
	RO("host", REF(host), NULL, "Its host"),
	RO("MAC", STRING, NULL, "Its address"),
	RO("MTU", INT, "1500", "The longest packet"),
	RO("VLAN", INT, "-1", "The tag; -1: none"),
	RO("metrics", REF(PIF_metrics), NULL, "What is measured of it"),
	RO("physical", BOOL, NULL, "It is a card"),
	RO("currently_attached", BOOL, NULL, "It is in use now"),
	RO("ip_configuration_mode", ENUM(ip_mode), "None", "Where its address comes from"),
	RO("IP", STRING, NULL, "Its address"),
	RO("netmask", STRING, NULL, "Its netmask"),
	RO("gateway", STRING, NULL, "Its gateway"),
	RO("DNS", STRING, NULL, "Name servers, comma apart"),
	LIVE("own_DNS", STRING, NULL, "Those of them that were set and not brought by DHCP"),
	LIVE("search_domains", STRING, NULL,
	     "Where names without a dot are looked for, blank apart"),
	RO("bond_slave_of", REF(Bond), NULL, "The bond that it is part of"),
	MANY("bond_master_of", Bond, "master", "The bond that it is"),
	RO("VLAN_master_of", REF(VLAN), NULL, "The VLAN that it is"),
	MANY("VLAN_slave_of", VLAN, "tagged_PIF", "The VLANs that it carries"),
	RO("management", BOOL, NULL, "The host is managed over it"),
	OTHER_CONFIG,
	RO("disallow_unplug", BOOL, NULL, "It must not go"),
	RO("tunnel_access_PIF_of", STRING_SET, NULL, "None here"),
	RO("tunnel_transport_PIF_of", STRING_SET, NULL, "None here"),
	RO("ipv6_configuration_mode", ENUM(ip6_mode), "None", "Where its address comes from"),
	RO("IPv6", STRING_SET, NULL, "Its addresses"),
	RO("ipv6_gateway", STRING, NULL, "Its gateway"),
	RO("primary_address_type", ENUM(address_type), "IPv4", "The one that counts"),
	RO("managed", BOOL, "true", "It is ours to change"),
	RW("properties", STRING_MAP, NULL, "Settings of the card"),
	RO("capabilities", STRING_SET, NULL, "What the card can"),
	RO("igmp_snooping_status", ENUM(igmp), "unknown", "The bridge listens to IGMP"),
	RO("sriov_physical_PIF_of", STRING_SET, NULL, "None here"),
	RO("sriov_logical_PIF_of", STRING_SET, NULL, "None here"),
	RO("PCI", REF(PCI), NULL, "The card"),
};

static const struct model_method PIF_methods[] = {
	METHOD("reconfigure_ip", VOID, ADMIN,
	       "The host's address there; a change that loses the host is taken back",
	       P("self", REF(PIF)), P("mode", ENUM(ip_mode)), P("IP", STRING), P("netmask", STRING),
	       P("gateway", STRING), P("DNS", STRING)),
	METHOD("reconfigure_ipv6", VOID, ADMIN, "The same for IPv6: ADDRESS/LENGTH",
	       P("self", REF(PIF)), P("mode", ENUM(ip6_mode)), P("IPv6", STRING),
	       P("gateway", STRING), P("DNS", STRING)),
	METHOD("scan", VOID, ADMIN, "Looks which interfaces there are", P("host", REF(host))),
	METHOD("introduce", REF(PIF), ADMIN, "Finds the interface of that address or that name",
	       P("host", REF(host)), P("MAC", STRING), P("device", STRING), P("?managed", BOOL)),
	METHOD("forget", VOID, ADMIN, "Forgets one that the host does not have any more",
	       P("self", REF(PIF))),
	METHOD("plug", VOID, ADMIN, "Succeeds if a network is on it", P("self", REF(PIF))),
	METHOD("unplug", VOID, ADMIN, "Succeeds if no network is on it", P("self", REF(PIF))),
};

MODEL_CLASS(PIF, "An interface of a host", READ_ONLY, ADMIN, 0);

static const struct model_field PIF_metrics_fields[] = {
	UUID,
	LIVE("io_read_kbs", FLOAT, NULL, "KiB/s received"),
	LIVE("io_write_kbs", FLOAT, NULL, "KiB/s sent"),
	LIVE("carrier", BOOL, NULL, "There is a link"),
	LIVE("vendor_id", STRING, NULL, "Who made the card"),
	LIVE("vendor_name", STRING, NULL, "Who made the card"),
	LIVE("device_id", STRING, NULL, "What card it is"),
	LIVE("device_name", STRING, NULL, "What card it is"),
	LIVE("speed", INT, NULL, "Of the link, Mbit/s"),
	LIVE("duplex", BOOL, NULL, "Of the link: full"),
	LIVE("pci_bus_path", STRING, NULL, "Where the card is"),
	LIVE("last_updated", DATETIME, NULL, "When this was measured"),
	OTHER_CONFIG,
};

MODEL_CLASS_PLAIN(PIF_metrics, "What is measured of a PIF", READ_ONLY, ADMIN, 0);

static const struct model_field Bond_fields[] = {
	UUID,
	STATIC("master", REF(PIF), NULL, "The interface that it is"),
	MANY("slaves", PIF, "bond_slave_of", "The interfaces that it consists of"),
	OTHER_CONFIG,
	RO("primary_slave", REF(PIF), NULL, "The one whose address it has"),
	RO("mode", ENUM(bond_mode), "balance-slb", "How load is shared"),
	RO("properties", STRING_MAP, NULL, "Settings of the mode"),
	LIVE("links_up", INT, NULL, "How many have a link"),
	RO("auto_update_mac", BOOL, "true", "Its address follows its slaves"),
};

static const struct model_method Bond_methods[] = {
	METHOD("create", REF(Bond), ADMIN, "Makes one of several cards, for a network without any",
	       P("network", REF(network)), P("members", SET(REF(PIF))), P("?MAC", STRING),
	       P("?mode", ENUM(bond_mode)), P("?properties", STRING_MAP)),
	METHOD("destroy", VOID, ADMIN, "The cards stand alone again", P("self", REF(Bond))),
	METHOD("set_mode", VOID, ADMIN, "How load is shared; the network is gone for a moment",
	       P("self", REF(Bond)), P("mode", ENUM(bond_mode))),
};

MODEL_CLASS(Bond, "Interfaces that act as one", READ_ONLY, ADMIN, 0);

static const struct model_field VLAN_fields[] = {
	UUID,
	STATIC("tagged_PIF", REF(PIF), NULL, "The interface that carries it"),
	RO("untagged_PIF", REF(PIF), NULL, "The interface that it is"),
	STATIC("tag", INT, "-1", "Its number, 1 to 4094"),
	OTHER_CONFIG,
};

static const struct model_method VLAN_methods[] = {
	METHOD("create", REF(VLAN), ADMIN, "Puts a network without cards on a tag of an interface",
	       P("tagged_PIF", REF(PIF)), P("tag", INT), P("network", REF(network))),
	METHOD("destroy", VOID, ADMIN, "The network is an internal one again",
	       P("self", REF(VLAN))),
};

MODEL_CLASS(VLAN, "A VLAN on an interface", READ_ONLY, ADMIN, 0);
