# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's networks on the booted system: one machine with two cards on an emulated network of
QEMU's own, whose DHCP server and gateway are at 10.0.2.2. What needs no card is tested on the host
(tests/unit/network)."""
import time

import pytest

from control_domain import ControlDomain
from machine import Machine
from test_devices import reboot

CREATE = 200
PATIENCE = 300      # seconds for drivers, DHCP, or the test of a gateway
CARDS = ["-nic", "user,model=e1000,mac=52:54:00:12:34:01",
         "-nic", "user,model=virtio-net-pci,mac=52:54:00:12:34:02,net=10.0.9.0/24"]
DEFAULT = "automatic bridges\nautomatic address\n"


@pytest.fixture(scope="module")
def machine(build, hypervisor, logs):
    with Machine.direct(build, hypervisor, logs / "system-network.log", extra=CARDS) as machine:
        host = ControlDomain(machine)
        host.login()
        wait_for(host, "ip addr show dev xenbr0 | grep -q 10.0.2.15/24")
        yield host


@pytest.fixture
def network(machine):
    """The host with the networks that it starts with."""
    yield machine
    machine.try_run("network rollback", PATIENCE)
    if "10.0.2.15/24 (DHCP)" not in show(machine) or "bond0" in show(machine):
        apply(machine, DEFAULT, "--confirm-within 100")
        machine.run("network confirm", PATIENCE)
    wait_for(machine, "ip addr show dev xenbr0 | grep -q 10.0.2.15/24")


def wait_for(host, command):
    end = time.monotonic() + PATIENCE
    while host.try_run(command, 90)[0]:
        assert time.monotonic() < end, f"not within {PATIENCE} s: {command}\n" + \
            host.try_run("network show; logread | grep network:", 90)[1][-2000:]
        host.run("sleep 1", 90)


def show(host):
    return host.run("network show", PATIENCE)


def apply(host, text, words=""):
    host.run("printf '" + text.replace("\n", "\\n") + "' >/tmp/new.conf")
    return host.try_run(f"network apply /tmp/new.conf {words}", PATIENCE)


def test_bridges_and_address_from_the_start(network):
    shown = show(network)
    assert "xenbr0" in shown and "10.0.2.15/24 (DHCP), gateway 10.0.2.2" in shown
    rows = {line.split()[0]: line for line in shown.splitlines() if line}
    assert "52:54:00:12:34:01 0000:00:" in rows["nic0"] and rows["nic0"].endswith("xenbr0")
    assert "52:54:00:12:34:02 0000:00:" in rows["nic1"] and rows["nic1"].endswith("xenbr1")
    network.run("ping -c 1 -W 20 10.0.2.2", 90)
    assert "nameserver 10.0.2.3" in network.run("cat /etc/resolv.conf")


def test_vlan_beside_the_untagged_network(network):
    status, said = apply(network, DEFAULT + "network office\nnic nic0\nvlan 20\n")
    assert status == 0 and "the gateway answers" in said, said
    assert "nic0 vlan 20" in show(network)
    assert "id 20" in network.run("ip -d link show nic0.20")
    assert "nic0.20" in network.run("ls /sys/class/net/office/brif")
    # Twice changes nothing.
    status, said = network.try_run("network apply /tmp/new.conf", PATIENCE)
    assert status == 0 and "so already" in said


@pytest.mark.parametrize("mode, shown", [("active-backup", "active-backup"), ("802.3ad", "802.3ad"),
                                         ("balance-alb", "adaptive load balancing")])
def test_bond(network, mode, shown):
    status, said = apply(network, f"{DEFAULT}bond bond0\nnics nic1\nmode {mode}\n"
                                  "network lan\nnic bond0\nnetwork tagged\nnic bond0\nvlan 7\n")
    assert status == 0, said
    about = network.run("cat /proc/net/bonding/bond0")
    assert shown in about and "Slave Interface: nic1" in about
    assert "bond0" in network.run("ls /sys/class/net/lan/brif")
    assert "bond0.7" in network.run("ls /sys/class/net/tagged/brif")


def test_host_on_a_bond(network):
    """The two cards are in networks of their own; whichever the bond uses, a gateway answers."""
    status, said = apply(network, "bond bond0\nnics nic0 nic1\nmode active-backup\n"
                                  "network xenbr0\nnic bond0\naddress dhcp\n")
    assert status == 0 and "the gateway answers" in said, said
    shown = show(network)
    assert "10.0.2.15/24 (DHCP), gateway 10.0.2.2" in shown or \
        "10.0.9.15/24 (DHCP), gateway 10.0.9.2" in shown


def test_a_change_that_loses_the_host_goes_back(network):
    """No DHCP server in that VLAN."""
    status, said = apply(network, "network xenbr0\nnic nic0\nvlan 77\naddress dhcp\n")
    assert status != 0 and "no answer" in said and "former networks are back" in said, said
    wait_for(network, "ip addr show dev xenbr0 | grep -q 10.0.2.15/24")
    network.run("ping -c 1 -W 20 10.0.2.2", 90)


def test_a_change_that_nobody_confirms_goes_back(network):
    status, said = apply(network, "network xenbr0\nnic nic1\n", "--confirm-within 5")
    assert status == 0 and "network confirm" in said
    wait_for(network, "network show | grep -q '10.0.2.15/24 (DHCP)'")
    assert "vlan" not in network.run("cat /etc/socle/network.conf")


def test_a_service_that_is_killed_in_between_goes_back(network):
    status, said = apply(network, "network xenbr0\nnic nic1\n", "--confirm-within 1000")
    assert status == 0, said
    network.run("kill -9 $(pidof network)")
    wait_for(network, "network show | grep -q '10.0.2.15/24 (DHCP)'")
    assert "xenbr0" in network.run("cat /etc/socle/network.conf.rejected")


@pytest.mark.parametrize("text, said", [
    ("network a\nnic nic7\n", "new.conf:2: there is no NIC nic7; this machine has: nic0"),
    ("network a\nnic nic0\nvlan 4095\n", "new.conf:3: expected a VLAN number from 1 to 4094"),
    ("network a\nnic nic0\nvlan 5\nnetwork b\nnic nic0\nvlan 5\n", "VLAN 5 of nic0 is used by a"),
    ("network a\nnetwork a\n", "new.conf:2: the name a is taken in line 1"),
    (DEFAULT + "network xenbr1\n", "xenbr1 is the name of the automatic bridge of nic1"),
    ("network a\naddress 10.0.0.2/24\nnetwork b\naddress 10.0.0.3/24\n", "conflicts with"),
    ("bond b\nnics nic0 nic1\nnetwork a\nnic nic1\n", "nic1 is used by b already"),
])
def test_mistakes_by_name(network, text, said):
    status, output = apply(network, text)
    assert status != 0 and said in output
    assert "10.0.2.15/24 (DHCP)" in show(network)


def test_nat_network(network):
    status, said = apply(network, DEFAULT + "network out\nnat 10.9.0.1/24\n")
    assert status == 0, said
    assert "10.9.0.1/24" in show(network)
    wait_for(network, "pidof udhcpd")       # the service starts it beside the answer
    assert "start 10.9.0.2" in network.run("cat /run/socle/network/udhcpd-out.conf")
    network.run("grep -q 1 /proc/sys/net/ipv4/ip_forward && lsmod | grep -q nft_masq")


@pytest.fixture
def guests(network):
    yield network
    network.destroy_guests()


def ask_guest(host, command):
    entered = host.enter_console()
    said = host.in_guest(command, PATIENCE)
    host.leave_guest(entered)
    return said


def is_heard(host, interface, mac, address):
    """Whether the host answers a guest that uses these addresses there."""
    # One that was attached just now is still being made.
    ask_guest(host, f"i=0; until [ -e /sys/class/net/{interface} ] || [ $i -gt 60 ]; do sleep 1; "
                    "i=$((i+1)); done")
    said = ask_guest(host, f"ip addr flush dev {interface}; ip link set {interface} down; "
                           f"ip link set {interface} address {mac}; ip link set {interface} up; "
                           f"ip addr add {address}/24 dev {interface}; cat /sys/class/net/"
                           f"{interface}/address; ping -I {interface} -c 3 -W 4 10.0.2.15")
    assert said.startswith(mac) and "packets transmitted" in said, said
    return " 0 packets received" not in said


def test_a_guest_that_poses_as_another_is_not_heard(guests):
    """By its MAC without being told, by its addresses with ip=; hot-plugged, restored, rebooted."""
    own, other = "00:16:3e:00:00:71", "00:16:3e:00:00:72"
    guests.enter_guest(f"xl create -c demo 'vif=[\"mac={own},ip=10.0.2.77\"]'", CREATE)
    guests.leave_guest(guests.count)
    assert is_heard(guests, "eth0", own, "10.0.2.77")
    assert not is_heard(guests, "eth0", own, "10.0.2.78")
    assert not is_heard(guests, "eth0", other, "10.0.2.77")
    guests.run("xl save demo /tmp/demo.saved && xl restore /tmp/demo.saved && rm /tmp/demo.saved",
               CREATE)
    assert not is_heard(guests, "eth0", own, "10.0.2.78")
    assert is_heard(guests, "eth0", own, "10.0.2.77")
    guests.run(f"xl network-attach demo mac={other}", PATIENCE)
    assert is_heard(guests, "eth1", other, "10.0.2.79")
    assert not is_heard(guests, "eth1", "00:16:3e:00:00:73", "10.0.2.79")
    reboot(guests)
    assert is_heard(guests, "eth0", own, "10.0.2.77")
    assert not is_heard(guests, "eth0", own, "10.0.2.78")


def test_a_guest_in_a_vlan_of_its_bridge(guests):
    status, said = apply(guests, DEFAULT + "network office\nnic nic0\nvlan 20\n")
    assert status == 0, said
    guests.run("xl create -p demo 'vif=[\"vlan=20\",\"bridge=xenbr0.20\",\"\"]'", CREATE)
    ports = [guests.run(f"cd /sys/class/net/{bridge}/brif; echo *; cd /").split()
             for bridge in ("office", "xenbr0")]
    assert [sum(p.startswith("vif") for p in on) for on in ports] == [2, 1], ports
    status, said = guests.try_run("xl network-attach demo vlan=21", PATIENCE)
    assert status != 0 and "no network with VLAN 21 of nic0" in said, said
    guests.destroy_guests()


def test_a_machine_without_a_card(build, hypervisor, log):
    with Machine.direct(build, hypervisor, log, extra=["-nic", "none"]) as machine:
        host = ControlDomain(machine)
        host.login()
        wait_for(host, "network show | grep -q 'no NIC'")
        status, said = apply(host, DEFAULT + "network inner\n")
        assert status == 0 and "inner" in show(host), said
