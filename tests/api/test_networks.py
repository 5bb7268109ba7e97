# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's networks, interfaces, address and name, against the simulated vmd."""
import calendar
import time

import pytest
from client import Client, Failure


def refused(api, method, *params):
    with pytest.raises(Failure) as failure:
        api.call(method, *params)
    return failure.value.code, *failure.value.words


def pif_of(api, device, vlan=-1):
    return next(ref for ref, pif in api.call("PIF.get_all_records").items()
                if (pif["device"], pif["VLAN"]) == (device, vlan))


def test_vlans(api, server):
    network = api.call("network.create", {"name_label": "tagged"})
    card = pif_of(api, "nic0")
    assert refused(api, "VLAN.create", card, 4095, network) == ("VLAN_TAG_INVALID", "4095")
    vlan = api.call("VLAN.create", card, 20, network)
    pif = api.call("VLAN.get_untagged_PIF", vlan)
    record = api.call("PIF.get_record", pif)
    assert (record["network"], record["VLAN"], record["VLAN_master_of"]) == (network, 20, vlan)
    assert api.call("PIF.get_VLAN_slave_of", card) == [vlan]
    assert refused(api, "VLAN.create", card, 21, network)[0] == "NETWORK_ALREADY_CONNECTED"
    assert refused(api, "VLAN.create", pif, 21, network)[0] == "PIF_IS_VLAN"
    assert refused(api, "network.destroy", network)[0] == "NETWORK_CONTAINS_PIF"
    api.call("VLAN.destroy", vlan)
    assert api.call("network.get_PIFs", network) == []
    api.call("network.destroy", network)
    config = server.vmd_request("network.get", {})["ok"]["text"]
    assert config == "automatic bridges\nautomatic address\n"


def test_networks_that_come_by_themselves(api, server):
    """As a bridge does whose card had a late driver, or that somebody makes on the host."""
    before = server.vmd_request("network.get", {})["ok"]["text"]
    server.vmd_request("network.change", {"config": f"{before}network late\n"})
    deadline = time.monotonic() + 120
    while not any(n["bridge"] == "late" for n in api.call("network.get_all_records").values()):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    server.vmd_request("network.change", {"config": before})
    late = next(ref for ref, n in api.call("network.get_all_records").items()
                if n["bridge"] == "late")
    deadline += 120
    while late in api.call("network.get_all_records"):
        assert time.monotonic() < deadline
        time.sleep(0.5)


def test_interfaces_are_found_and_forgotten(api):
    host = api.call("host.get_all")[0]
    card = pif_of(api, "nic1")
    assert api.call("PIF.introduce", host, "", "nic1") == card
    assert api.call("PIF.introduce", host, api.call("PIF.get_MAC", card).upper(), "") == card
    for mac, device in (("", ""), ("", "nic9"), ("02:00:00:00:00:99", "nic1")):
        assert refused(api, "PIF.introduce", host, mac, device)[0] == "INVALID_VALUE"
    assert refused(api, "PIF.forget", card) == \
        ("OPERATION_NOT_ALLOWED", "the host has this interface")
    assert refused(api, "PIF.forget", pif_of(api, "nic0")) == \
        ("OPERATION_NOT_ALLOWED", "a network is on it")


def test_bonds(api, server):
    network = api.call("network.create", {"name_label": "bonded"})
    cards = [pif_of(api, "nic1"), pif_of(api, "nic2")]
    assert refused(api, "Bond.create", network, cards[:1], "", "lacp", {})[0] == \
        "PIF_BOND_NEEDS_MORE_MEMBERS"
    bond = api.call("Bond.create", network, cards, "", "lacp", {})
    record = api.call("Bond.get_record", bond)
    assert record["slaves"] == cards and record["mode"] == "lacp"
    assert api.call("PIF.get_network", record["master"]) == network
    assert "bond bond0\n    nics nic1 nic2\n    mode 802.3ad\n" in \
        server.vmd_request("network.get", {})["ok"]["text"]
    api.call("Bond.set_mode", bond, "active-backup")
    assert api.call("Bond.get_mode", bond) == "active-backup"
    assert "bond bond0\n    mode active-backup\n    nics nic1 nic2\n" in \
        server.vmd_request("network.get", {})["ok"]["text"]
    assert refused(api, "Bond.set_mode", bond, "fast")[0] == "FIELD_TYPE_ERROR"
    assert refused(api, "PIF.forget", record["master"])[0] == "OPERATION_NOT_ALLOWED"
    api.call("Bond.destroy", bond)
    assert api.call("PIF.get_bond_slave_of", cards[0]) == "OpaqueRef:NULL"
    api.call("network.destroy", network)


def test_the_hosts_address(api, server):
    card, before = pif_of(api, "nic0"), "automatic bridges\nautomatic address\n"
    assert api.call("PIF.get_ip_configuration_mode", card) == "DHCP"
    static = ("Static", "192.0.2.20", "255.255.255.0", "192.0.2.1", "192.0.2.53,192.0.2.54")
    for wrong, word in (("192.0.2.300", "IP"), ("", "IP")):
        assert refused(api, "PIF.reconfigure_ip", card, "Static", wrong, *static[2:]) == \
            ("INVALID_IP_ADDRESS_SPECIFIED", word)
    assert refused(api, "PIF.reconfigure_ip", card, *static[:2], "255.0.255.0", "", "")[1] == \
        "netmask"
    # One that loses the host is taken back.
    assert refused(api, "PIF.reconfigure_ip", card, "Static", "192.0.2.66", *static[2:])[0] == \
        "OPERATION_NOT_ALLOWED"
    assert server.vmd_request("network.get", {})["ok"]["text"] == before
    api.call("PIF.reconfigure_ip", card, *static)
    record = api.call("PIF.get_record", card)
    assert (record["ip_configuration_mode"], record["IP"]) == ("Static", "192.0.2.20")
    assert server.vmd_request("network.get", {})["ok"]["text"] == (
        "automatic bridges\nnetwork xenbr0\n    nic nic0\n    address 192.0.2.20/24\n"
        "    gateway 192.0.2.1\n    dns 192.0.2.53\n    dns 192.0.2.54\n")
    host = api.call("host.get_all")[0]
    assert api.call("host.get_address", host) == "192.0.2.20"
    assert api.call("host.get_management_interface", host) == card
    other = pif_of(api, "nic1")
    assert refused(api, "host.management_reconfigure", other) == \
        ("PIF_HAS_NO_NETWORK_CONFIGURATION", other)
    api.call("host.management_reconfigure", card)
    assert refused(api, "PIF.unplug", card) == ("PIF_IS_MANAGEMENT_INTERFACE", card)
    api.call("PIF.reconfigure_ipv6", card, "Autoconf", "", "", "")
    assert api.call("PIF.get_ipv6_configuration_mode", card) == "Autoconf"
    server.vmd_request("network.change", {"config": before})
    api.call("PIF.scan", host)
    assert api.call("PIF.get_ip_configuration_mode", card) == "DHCP"


def test_name_servers_beside_dhcp(api, server):
    card, before = pif_of(api, "nic0"), "automatic bridges\nautomatic address\n"
    begin = "automatic bridges\nnetwork xenbr0\n    nic nic0\n    address dhcp\n"

    def text():
        return server.vmd_request("network.get", {})["ok"]["text"]

    def own():
        record = api.call("PIF.get_record", card)
        return record["ip_configuration_mode"], record["own_DNS"], record["search_domains"]

    def dhcp(dns):
        api.call("PIF.reconfigure_ip", card, "DHCP", "", "", "", dns)

    try:
        assert own() == ("DHCP", "", "")
        assert refused(api, "PIF.reconfigure_ip", card, "DHCP", "", "", "", "nobody") == \
            ("INVALID_IP_ADDRESS_SPECIFIED", "DNS")
        dhcp("192.0.2.53, 2001:db8::53")
        assert text() == begin + "    dns 192.0.2.53\n    dns 2001:db8::53\n"
        assert own() == ("DHCP", "192.0.2.53,2001:db8::53", "")
        # Where names are looked for goes along with the next change.
        api.call("PIF.add_to_other_config", card, "domain", "example.org, b.test")
        dhcp("192.0.2.54")
        assert own() == ("DHCP", "192.0.2.54", "example.org b.test")
        api.call("PIF.remove_from_other_config", card, "domain")
        dhcp("")
        assert own() == ("DHCP", "", "example.org b.test")
        for wrong in ("a;b", "a\nnetwork evil", "x" * 256):
            api.call("PIF.set_other_config", card, {"domain": wrong})
            assert refused(api, "PIF.reconfigure_ip", card, "DHCP", "", "", "", "")[:2] == \
                ("INVALID_VALUE", "domain")
        api.call("PIF.set_other_config", card, {"domain": ""})
        api.call("PIF.reconfigure_ipv6", card, "Autoconf", "", "", "2001:db8::54")
        assert own() == ("DHCP", "2001:db8::54", "")
        # As somebody wrote it.
        server.vmd_request("network.change", {"config": begin + "  dns 192.0.2.1 192.0.2.2 # two\n"
                                                                "\tsearch a b\n search c\n"})
        api.call("PIF.scan", api.call("host.get_all")[0])
        assert own() == ("DHCP", "192.0.2.1,192.0.2.2", "a b c")
    finally:
        api.call("PIF.set_other_config", card, {})
        server.vmd_request("network.change", {"config": before})
        api.call("PIF.scan", api.call("host.get_all")[0])
    assert own() == ("DHCP", "", "")


def test_the_hosts_name(api):
    host = api.call("host.get_all")[0]
    api.call("host.set_hostname", host, "other-name")
    assert api.call("host.get_hostname", host) == "other-name"
    assert refused(api, "host.set_hostname_live", host, "a b")[0] == "HOST_NAME_INVALID"
    api.call("host.set_hostname_live", host, "testhost")


# ---- changes that are undone unless somebody confirms them ---------------------------------------

STATIC = ("Static", "192.0.2.20", "255.255.255.0", "192.0.2.1", "")


@pytest.fixture(name="careful")
def fixture_careful(server, api):
    """A client whose changes of networks wait for a confirmation."""
    client = Client(server.socket)
    client.call("session.add_to_other_config", client.session, "network-confirm-within", "60")
    yield client
    host = api.call("host.get_all")[0]
    if api.call("host.get_pending_network_change", host):
        api.call("host.undo_network_change", host)
    client.call("session.logout")


def waiting(api):
    return api.call("host.get_pending_network_change", api.call("host.get_all")[0])


def config(server):
    return server.vmd_request("network.get", {})["ok"]["text"]


def test_a_change_is_confirmed(api, server, careful):
    host, card, before = api.call("host.get_all")[0], pif_of(api, "nic0"), config(server)
    token = api.call("event.from", ["host"], "", 0)["token"]
    careful.call("PIF.reconfigure_ip", card, *STATIC)
    events = api.call("event.from", ["host"], token, 20)["events"]
    told = events[-1]["snapshot"]["pending_network_change"]
    assert told == waiting(api) and set(told) == {"deadline", "operation", "user"}
    assert (told["operation"], told["user"]) == ("PIF.reconfigure_ip", "root")
    deadline = calendar.timegm(time.strptime(told["deadline"], "%Y%m%dT%H:%M:%SZ"))
    assert 50 < deadline - time.time() < 65
    # Nothing else meanwhile, by whomever.
    for method, args in (("PIF.reconfigure_ip", (card, *STATIC)), ("network.create", ({},))):
        assert refused(api, method, *args) == ("OTHER_OPERATION_IN_PROGRESS", "host", host)
    # Anybody may who reaches the host, and may change it.
    api.call("host.confirm_network_change", host)
    assert waiting(api) == {} and api.call("PIF.get_IP", card) == "192.0.2.20"
    assert refused(api, "host.confirm_network_change", host)[0] == "OPERATION_NOT_ALLOWED"
    assert refused(api, "host.undo_network_change", host)[0] == "OPERATION_NOT_ALLOWED"
    api.call("PIF.reconfigure_ip", card, "DHCP", "", "", "", "")
    assert waiting(api) == {}      # a session that has not asked for it
    server.vmd_request("network.change", {"config": before})


def test_a_change_is_undone_at_once(api, server, careful):
    host, before = api.call("host.get_all")[0], config(server)
    network = careful.call("network.create", {"name_label": "to be undone"})
    assert waiting(api) == {}      # an internal one cuts nobody off
    vlan = careful.call("VLAN.create", pif_of(api, "nic0"), 77, network)
    pif = api.call("VLAN.get_untagged_PIF", vlan)
    assert waiting(api)["operation"] == "VLAN.create"
    careful.call("host.undo_network_change", host)
    assert waiting(api) == {} and api.call("network.get_PIFs", network) == []
    for method, ref in (("VLAN.get_record", vlan), ("PIF.get_record", pif)):
        assert refused(api, method, ref)[0] == "HANDLE_INVALID"
    api.call("network.destroy", network)
    assert config(server) == before
    message = sorted(api.call("message.get_all_records").values(), key=lambda m: m["timestamp"])[-1]
    assert (message["name"], message["cls"]) == ("NETWORK_CHANGE_UNDONE", "Host")
    assert message["body"] == "VLAN.create of root: undone by root"


def test_search_domains_that_were_undone(api, server, careful):
    """They do not come back with the next change of the address."""
    host, card, before = api.call("host.get_all")[0], pif_of(api, "nic0"), config(server)
    api.call("PIF.add_to_other_config", card, "domain", "tried.test")
    careful.call("PIF.reconfigure_ip", card, "DHCP", "", "", "", "")
    assert api.call("PIF.get_search_domains", card) == "tried.test"
    careful.call("host.undo_network_change", host)
    assert config(server) == before
    assert "domain" not in api.call("PIF.get_other_config", card)
    api.call("PIF.reconfigure_ip", card, "DHCP", "", "", "", "")
    assert api.call("PIF.get_search_domains", card) == "" and "search" not in config(server)
    server.vmd_request("network.change", {"config": before})
    # A change of something else has nothing to do with it.
    api.call("PIF.add_to_other_config", card, "domain", "kept.test")
    network = careful.call("network.create", {"name_label": "for a moment"})
    careful.call("VLAN.create", pif_of(api, "nic0"), 78, network)
    careful.call("host.undo_network_change", host)
    assert api.call("PIF.get_other_config", card)["domain"] == "kept.test"
    api.call("network.destroy", network)
    api.call("PIF.set_other_config", card, {})


def test_nobody_confirms(api, server, careful):
    """The host undoes it; the objects are as before, and a message says so."""
    before, network = config(server), api.call("network.create", {"name_label": "bonded"})
    session = careful.session
    careful.call("session.set_other_config", session, {"network-confirm-within": "5"})
    with_network = config(server)
    cards = [pif_of(api, "nic1"), pif_of(api, "nic2")]
    bond = careful.call("Bond.create", network, cards, "", "lacp", {})
    assert waiting(api) and api.call("PIF.get_bond_slave_of", cards[0]) == bond
    token = api.call("event.from", ["bond", "host"], "", 0)["token"]
    end, gone = time.monotonic() + 120, False
    while (waiting(api) or not gone) and time.monotonic() < end:
        answer = api.call("event.from", ["bond", "host"], token, 5)
        token = answer["token"]
        gone |= any(e["ref"] == bond and e["operation"] == "del" for e in answer["events"])
    assert gone and config(server) == with_network
    assert api.call("PIF.get_bond_slave_of", cards[0]) == "OpaqueRef:NULL"
    bodies = [m["body"] for m in api.call("message.get_all_records").values()]
    assert "Bond.create of root: nobody confirmed: the former networks are back" in bodies
    api.call("network.destroy", network)
    assert config(server) == before


def test_what_is_no_time(api, careful):
    card, session = pif_of(api, "nic0"), careful.session
    for text in ("4", "3601", "soon", "-5", "1e3", "60 "):
        careful.call("session.set_other_config", session, {"network-confirm-within": text})
        assert refused(careful, "PIF.reconfigure_ip", card, *STATIC) == \
            ("INVALID_VALUE", "network-confirm-within", text)
    assert waiting(api) == {}


def test_the_daemon_is_started_anew_meanwhile(server):
    """The last test of these: all sessions end."""
    client = Client(server.socket)
    client.call("session.add_to_other_config", client.session, "network-confirm-within", "60")
    client.call("PIF.reconfigure_ip", pif_of(client, "nic0"), *STATIC)
    server.kill()
    server.start_daemon()
    client = server.settled()
    end = time.monotonic() + 120
    while "deadline" not in waiting(client):
        assert time.monotonic() < end
        time.sleep(0.05)
    client.call("host.undo_network_change", client.call("host.get_all")[0])
    assert waiting(client) == {}
