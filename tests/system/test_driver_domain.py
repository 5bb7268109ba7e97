# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that has the card and serves other guests' interfaces: packets go past domain 0."""
import pytest

from control_domain import ControlDomain
from machine import Machine
from test_life import until

CARD = "0000:00:08.0"
CREATE = 120    # seconds
DRIVER = (f"xl create demo 'name=\"netdom\"' 'ramdisk=\"/tmp/netdom.gz\"' 'pci=[\"{CARD}\"]' "
          "driver_domain=1")
VIF = "bridge=br0,backend=netdom"


@pytest.fixture(scope="module")
def machine(build, hypervisor, logs):
    if hypervisor != "socle":
        pytest.skip("Xen's xl refuses devices for PVH guests")
    log = logs / "system-driver-domain.log"
    card = ["-nic", "none", "-netdev", "user,id=card,net=10.0.3.0/24",
            "-device", "e1000e,netdev=card,addr=8,mac=52:54:00:12:34:01"]
    with Machine.direct(build, hypervisor, log, extra=card) as running:
        host = ControlDomain(running)
        host.login()
        host.run(f"make-driver-domain /tmp/netdom.gz {CARD}", 120)
        yield host


@pytest.fixture(scope="module")
def host(machine):
    """With the driver domain."""
    machine.free = machine.free_memory()
    start_driver_domain(machine, 1)
    yield machine
    machine.destroy_guests()


def start_driver_domain(host, nth):
    """Until its shell shows: devd is there then."""
    host.run(DRIVER, CREATE)
    shells = "$(grep -c 'driver#' /var/log/xen/console/guest-netdom.log)"
    assert until(host, f"[ {shells} -ge {nth} ]", 240), "the driver domain has not started"


def in_client(host, interface="eth0"):
    """Packets of the guest's, both ways, too long to be copied and not lent."""
    # One that was attached just now is still being made.
    host.in_guest(f"i=0; until [ -e /sys/class/net/{interface} ] || [ $i -gt 60 ]; do sleep 1; "
                  "i=$((i+1)); done", 90)
    host.in_guest(f"ip link set {interface} up; ip addr add 10.0.3.9/24 dev {interface}", 120)
    pinged = host.in_guest("ping -c 3 -s 1400 -w 60 10.0.3.2", 120)
    assert " 0% packet loss" in pinged, pinged


def in_driver(host, command):
    """Its shell shows a prompt, or will."""
    host.start("xl console netdom")
    host.machine.send("\n")
    host.must_see([rb"driver# "], CREATE, "the driver domain's prompt")
    host.machine.send(f"{command} && echo 'do'ne{host.count}.\n")
    host.must_see([rb"done%d\." % host.count], CREATE, "the command's end in the driver domain")
    host.leave_guest(host.count)


def left(host):
    """What the store still says of guests' interfaces."""
    return host.run("xenstore ls -f / | grep -E '/libxl/|/backend/vif/|/device/vif/' || true")


def refused(host, vif, said):
    status, output = host.try_run(f"xl network-attach demo {vif}", CREATE)
    assert status != 0 and said in output, output


def test_packets_go_past_domain_0(host):
    host.enter_guest(f"xl create -c demo 'vif=[\"{VIF}\"]'", CREATE)
    entered = host.count
    in_client(host)
    host.leave_guest(entered)
    domains = host.domains()
    driver, guest = domains["netdom"]["id"], domains["demo"]["id"]
    row = host.run("xl network-list demo").strip().split("\n")[1].split()
    assert row[:2] == ["0", str(driver)]
    assert row[-1] == f"/local/domain/{driver}/backend/vif/{guest}/0"
    assert host.run(f"xenstore read /local/domain/{guest}/device/vif/0/backend-id") == f"{driver}\n"
    assert "vif" not in host.run("ls /sys/class/net; xenstore ls -f /local/domain/0")
    status, output = host.try_run("xl save netdom /tmp/saved", CREATE)
    assert status != 0 and "is a driver domain" in output, output


def test_interfaces_come_and_go(host):
    refused(host, "backend=nobody", "no domain of that name")
    refused(host, "backend=demo", "its own back end")
    refused(host, "bridge=br7,backend=netdom", "netdom says: bridge=br7: No such device")
    host.run("xl create -p demo 'name=\"plain\"'", CREATE)
    refused(host, "backend=plain", "is no driver domain")
    host.run("xl destroy plain; xl pause netdom")
    refused(host, VIF, "does not run: it is paused")
    host.run("xl unpause netdom; xl network-detach demo 0", CREATE)
    assert left(host) == ""
    host.run(f"xl network-attach demo {VIF}", CREATE)
    entered = host.enter_console()
    in_client(host)
    host.leave_guest(entered)


def test_a_silent_one_keeps_nobody(host):
    """Who waits for it has no lock that others need."""
    host.run("xl network-detach demo 0", CREATE)
    in_driver(host, "kill -STOP $(pidof devd)")
    host.run(f"(xl network-attach demo {VIF} >/tmp/said 2>&1; echo $? >>/tmp/said) & true")
    entered = until(host, "xenstore ls -f / | grep -q '/device/vif/0/state'")
    assert entered, host.run("cat /tmp/said")
    host.run("xl create -p demo 'name=\"other\"' && xl destroy other", CREATE)
    assert host.run("cat /tmp/said") == ""
    in_driver(host, "kill -CONT $(pidof devd)")
    assert until(host, "[ -s /tmp/said ]")
    assert host.run("cat /tmp/said").split() == ["0"]


def test_the_guest_goes_first(host):
    host.run("xl destroy demo", CREATE)
    assert left(host) == ""


def test_the_driver_domain_goes_first(host):
    """Its guests live on, and have a network again once it is back."""
    host.enter_guest(f"xl create -c demo 'vif=[\"{VIF}\"]'", CREATE)
    host.leave_guest(host.count)
    driver = host.domains()["netdom"]["id"]
    said = host.run("xl destroy netdom", CREATE)
    assert f"is dead: its back end was in domain {driver}" in said, said
    assert "its driver domain is gone" in host.run("xl network-list demo")
    assert str(driver) not in host.run("xenstore list /local/domain").split()
    start_driver_domain(host, 2)
    host.run("xl network-detach demo 0", CREATE)
    # Nobody at the other end tells when the guest has let go: a new one that came earlier would
    # have the old one's place in the store, and be closed with it.
    entered = host.enter_console()
    host.in_guest("i=0; while [ -e /sys/class/net/eth0 ] && [ $i -lt 60 ]; do sleep 1; "
                  "i=$((i+1)); done", 90)
    host.leave_guest(entered)
    host.run(f"xl network-attach demo {VIF}", CREATE)
    entered = host.enter_console()
    in_client(host)
    host.leave_guest(entered)
    host.run("xl destroy netdom; xl destroy demo", CREATE)
    assert left(host) == ""
    host.run("i=0; until readlink /sys/bus/pci/devices/%s/driver | grep -q '/e1000e$' || "
             "[ $i = 60 ]; do sleep 1; i=$((i+1)); done" % CARD, 90)
    assert host.run(f"basename $(readlink /sys/bus/pci/devices/{CARD}/driver)") == "e1000e\n"
    host.run("i=0; until xl info | awk '/^free_memory/ { exit !($3 >= %d) }' || [ $i = 60 ]; do "
             "sleep 1; i=$((i+1)); done" % host.free, 90)
    assert host.free_memory() >= host.free
