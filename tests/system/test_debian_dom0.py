# SPDX-License-Identifier: GPL-2.0-or-later
"""A Debian 13 as it comes from its archive is the control domain: its xl, libxl and oxenstored.

Owns: the machine with that system's disk (make-debian-guest), and one guest, which the tests use
one after the other, as an administrator would. The guest's kernel is Debian's, too.
"""
import re

import pytest

from control_domain import ControlDomain
from machine import Machine

BOOT = 300      # seconds
CREATE = 200
SAVED = "/root/demo.save"
GUEST = ['name="demo"', 'type="pvh"', 'ramdisk="/root/initrd"', 'cmdline="console=hvc0 quiet"',
         "memory=128", "vcpus=2", 'vif=["bridge=br0"]',
         'disk=["format=raw,vdev=xvda,access=rw,target=/root/disk.img"]']

# The first packets of an interface that has just been connected may be lost.
PING = "i=0; until ping -c 1 -w 5 10.77.0.1 || [ $i -gt 20 ]; do i=$((i+1)); done"


@pytest.fixture(scope="module")
def debian(build, hypervisor, logs):
    disk = build / "tests/system/debian-guest.img"
    modules = f"{build}/dom0/vmlinux root=LABEL=debian ro console=hvc0 quiet,{disk}.initrd"
    extra = ["-drive", f"file={disk},if=ide,index=1,media=disk,format=raw,snapshot=on",
             "-drive", f"file={build}/dom0/demo-initrd,if=none,id=demo,format=raw,snapshot=on",
             "-device", "virtio-blk-pci,drive=demo,disable-legacy=on,iommu_platform=on"]
    with Machine.direct(build, hypervisor, logs / "system-debian-dom0.log", "dom0_mem=640M",
                        modules=modules, extra=extra) as machine:
        host = ControlDomain(machine)
        host.login(BOOT, password="debian")
        host.run("stty cols 500; bind 'set enable-bracketed-paste off'")
        host.run("i=0; until [ -b /dev/vda ] && xl list || [ $i -gt 60 ]; do sleep 1; "
                 "i=$((i+1)); done; cp /dev/vda /root/initrd", 120)
        host.run("ip link add br0 type bridge; ip addr add 10.77.0.1/24 dev br0; "
                 "ip link set br0 up; truncate -s 16M /root/disk.img")
        lines = " ".join(f"'{line}'" for line in GUEST)
        host.run(f"printf '%s\\n' {lines} \"kernel='$(ls /boot/vmlinuz-*)'\" >/root/demo.cfg")
        yield host


@pytest.fixture(scope="module")
def host(debian):
    """With the guest."""
    debian.free = debian.free_memory()
    debian.run("xl create /root/demo.cfg", CREATE)
    in_guest(debian, "echo 'written' >/dev/xvda; sync; echo 'kept' >/tmp/kept",
             "ip addr add 10.77.0.2/24 dev eth0; ip link set eth0 up")
    return debian


def in_guest(host, *commands):
    number = host.enter_console()
    said = [host.in_guest(command, 120) for command in commands]
    host.leave_guest(number)
    return said


def test_creates_a_guest_with_disk_and_network(host):
    assert host.domains()["demo"]["vcpus"] == 2
    assert " 0% packet loss" in in_guest(host, PING)[0]
    assert "written" in host.run("head -c 7 /root/disk.img")


def test_pauses_it_and_lets_it_go_on(host):
    host.run("xl pause demo")
    assert "p" in host.domains()["demo"]["state"]
    host.run("xl unpause demo")
    assert "p" not in host.domains()["demo"]["state"]
    assert "kept" in in_guest(host, "cat /tmp/kept")[0]


def test_pins_and_weighs_it(host):
    host.run("xl vcpu-pin demo 0 1 && xl sched-credit -d demo -w 512 -c 80")
    assert re.search(r"^demo +\d+ +0 +.* 1 / all", host.run("xl vcpu-list demo"), re.M)
    assert re.search(r"^demo +\d+ +512 +80", host.run("xl sched-credit -d demo"), re.M)
    host.run("xl vcpu-pin demo 0 all && xl sched-credit -d demo -c 0")


def test_saves_and_restores_it(host):
    host.run(f"xl save demo {SAVED}", CREATE)
    assert set(host.domains()) == {"Domain-0"}
    host.run(f"xl restore {SAVED}; rm {SAVED}", CREATE)
    said = in_guest(host, "cat /tmp/kept", "head -c 7 /dev/xvda", PING)
    assert "kept" in said[0] and "written" in said[1] and " 0% packet loss" in said[2], said


def test_moves_it_while_it_runs(host):
    """To where it is: all that two hosts do, on one."""
    before = host.domains()["demo"]["id"]
    host.run("xl migrate -s '' demo 'xl migrate-receive'", CREATE)
    assert set(host.domains()) == {"Domain-0", "demo"}
    assert host.domains()["demo"]["id"] != before
    said = in_guest(host, "cat /tmp/kept", PING)
    assert "kept" in said[0] and " 0% packet loss" in said[1], said


def test_destroys_it_and_nothing_is_left(host):
    host.run("xl destroy demo", 120)
    assert set(host.domains()) == {"Domain-0"}
    left = "$(losetup -a; ip -br link | grep vif)"
    host.run(f"i=0; until [ -z \"{left}\" ] || [ $i -gt 60 ]; do sleep 1; i=$((i+1)); done; "
             f"[ -z \"{left}\" ]", 120)
    assert abs(host.free_memory() - host.free) <= 4
