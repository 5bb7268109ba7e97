# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest with a network card of the machine: its driver, DMA, interrupts, and the way back."""
import pytest

from control_domain import ControlDomain
from machine import Machine

CARD = "0000:00:08.0"
HOSTS_OWN = "0000:00:07.0"
CREATE = 120    # seconds

# The demo guest has no driver for a real card; its initramfs gets the control domain's.
INITRD = """mkdir -p /tmp/card && cd /tmp/card &&
xz -dc $(find /lib/modules -name e1000e.ko.xz) >e1000e.ko &&
(cat /usr/share/socle/demo/initrd.gz; echo e1000e.ko | cpio -o -H newc 2>/dev/null | gzip -1)
>initrd.gz; cd /"""


# VT-d stands beside an AMD CPU here, because QEMU emulates no other that has guests.
@pytest.fixture(scope="module", params=["amd-iommu", "intel-iommu"])
def machine(build, hypervisor, logs, request):
    if hypervisor != "socle":
        pytest.skip("Xen's xl refuses devices for PVH guests")
    cards = []
    for number, (name, place) in enumerate((("own", "7"), ("card", "8"))):
        cards += ["-netdev", f"user,id={name},net=10.0.{number + 2}.0/24",
                  "-device", f"e1000e,netdev={name},addr={place},mac=52:54:00:12:34:0{number}"]
    log = logs / f"system-passthrough-{request.param}.log"
    with Machine.direct(build, hypervisor, log, extra=["-nic", "none", *cards],
                        iommu=request.param) as running:
        host = ControlDomain(running)
        host.login()
        host.run(INITRD.replace("\n", " "), 120)
        host.run("i=0; until ip addr show dev xenbr0 | grep -q 'inet 10.0.2' || [ $i = 60 ]; do "
                 "sleep 1; i=$((i+1)); done", 90)
        yield host


@pytest.fixture
def host(machine):
    yield machine
    machine.destroy_guests()


def create(card=CARD, more=""):
    return (f"xl create -c demo 'pci=[\"{card}\"]' 'ramdisk=\"/tmp/card/initrd.gz\"' {more}")


def driver(host, card=CARD):
    return host.run(f"basename $(readlink /sys/bus/pci/devices/{card}/driver)").strip()


def wait_for_driver(host, name):
    host.run(f"i=0; until readlink /sys/bus/pci/devices/{CARD}/driver | grep -q '/{name}$' || "
             "[ $i = 60 ]; do sleep 1; i=$((i+1)); done", 90)
    assert driver(host) == name


def use_card(host):
    """In the guest: packets both ways, by DMA and interrupts."""
    seen = host.in_guest("cat /sys/bus/pci/devices/*/device /sys/bus/pci/devices/*/class")
    assert seen.split() == ["0x0008", "0x10d3", "0x060000", "0x020000"], seen
    host.in_guest("insmod /e1000e.ko", 120)
    host.in_guest("ip link set eth0 up; ip addr add 10.0.3.9/24 dev eth0", 120)
    host.in_guest("i=0; until [ $(cat /sys/class/net/eth0/carrier) = 1 ] || [ $i = 60 ]; do "
                  "sleep 1; i=$((i+1)); done", 90)
    pinged = host.in_guest("ping -c 3 -s 1400 -w 60 10.0.3.2", 120)
    assert " 0% packet loss" in pinged, pinged
    assert "PCI-MSI" in host.in_guest("grep eth0 /proc/interrupts")


def test_a_guest_uses_a_card(host):
    assert CARD in host.run("xl pci-assignable-list")
    host.enter_guest(create(), CREATE)
    entered = host.count
    use_card(host)
    host.leave_guest(entered)
    assert driver(host) == "pci-stub"
    assert CARD in host.run("xl pci-list demo")
    assert CARD not in host.run("xl pci-assignable-list")
    for command, said in ((create(more="'name=\"second\"'"), "has it"),
                          ("xl save demo /tmp/saved", "can be neither saved nor moved")):
        status, output = host.try_run(command, CREATE)
        assert status != 0 and said in output, output
    host.run("xl destroy demo", 120)
    assert driver(host) == "e1000e"
    assert host.run("xl pci-assignable-list").count(CARD) == 1


def test_after_a_crash_the_next_guest_has_it(host):
    """Nobody is there to give it back but the service: the guest's own process was killed."""
    host.enter_guest(create(), CREATE)
    entered = host.count
    use_card(host)
    host.leave_guest(entered)
    host.run("kill -9 $(pgrep -f 'xl create')")
    host.enter_console()
    host.machine.send("echo c >/proc/sysrq-trigger\n")
    host.must_see([rb"end%d=(\d+)\." % host.count], 60, "the end of the guest's console")
    wait_for_driver(host, "e1000e")
    host.enter_guest(create(), CREATE)
    entered = host.count
    use_card(host)
    host.leave_guest(entered)


@pytest.mark.parametrize("card, said", [
    (HOSTS_OWN, "is the network interface nic0, which this host uses"),
    ("0000:00:1f.0", "is a bridge"),
    ("0000:00:1e.0", "there is no PCI device 0000:00:1e.0"),
    ("00:08.0,permissive=1", "no options"),
])
def test_refused(host, card, said):
    status, output = host.try_run(create(card), CREATE)
    assert status != 0 and said in output, output
    assert list(host.domains()) == ["Domain-0"]
