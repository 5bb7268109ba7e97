# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the control domain's kernel bounces what devices read and write: only without an IOMMU."""
import hashlib
import subprocess

import pytest
from control_domain import ControlDomain
from machine import Machine
from test_devices import create

FORCE = "swiotlb=8192,force"
BOUNCES = "software IO TLB"
READY = "test -b /dev/sda -a -e /sys/class/net/xenbr0 && xenstore ls >/dev/null 2>&1"


def logged(host, what):
    """How often the hypervisor says so; its own lines are taken out of what a command says."""
    return int(host.run(f"xl dmesg | grep -c '{what}'; true"))


def words_and_bounces(host):
    return FORCE in host.run("cat /proc/cmdline"), BOUNCES in host.run("dmesg")


@pytest.mark.parametrize("unit", ["amd-iommu", "intel-iommu"])
def test_guests_pages_go_to_devices(only_socle, build, log, unit):
    """A guest's disk is a real one, its network goes out by a real card: both are handed its pages."""
    disk = log.with_suffix(".disk")
    disk.unlink(missing_ok=True)
    subprocess.run(["truncate", "-s", "16M", disk], check=True)
    devices = ["-drive", f"file={disk},if=none,id=disk,format=raw,cache=unsafe",
               "-device", "ide-hd,drive=disk,bus=ide.0",
               "-netdev", "user,id=net", "-device", "e1000e,netdev=net"]
    with Machine.direct(build, "socle", log, extra=devices, iommu=unit) as machine:
        host = ControlDomain(machine)
        host.login()
        assert words_and_bounces(host) == (False, False)
        host.run(f"i=0; until {READY} || [ $i -gt 60 ]; do sleep 1; i=$((i+1)); done; {READY}", 240)
        with create(host, ["/dev/sda,raw,xvda,w"], ["bridge=xenbr0"]) as run:
            run("dd if=/dev/urandom of=/tmp/data bs=1M count=4")
            run("dd if=/tmp/data of=/dev/xvda bs=64k conv=fsync; "
                "echo 3 >/proc/sys/vm/drop_caches")
            wanted = run("md5sum </tmp/data").split()[0]
            assert run("dd if=/dev/xvda bs=64k count=64 2>/dev/null | md5sum").split()[0] == wanted
            run("ip addr add 10.0.2.77/24 dev eth0; ip link set eth0 up")
            assert "bytes from 10.0.2.2" in run(
                "i=0; until ping -c 1 -W 2 -s 1400 10.0.2.2 || [ $i -gt 30 ]; do i=$((i+1)); done")
        with open(disk, "rb") as data:
            assert hashlib.md5(data.read(4 << 20)).hexdigest() == wanted
        assert logged(host, "devices use its memory directly") == 1
        assert logged(host, "blocked (reason") == 0
    disk.unlink()


def test_without_an_iommu(only_socle, build, log):
    with Machine.direct(build, "socle", log, iommu=None) as machine:
        host = ControlDomain(machine)
        host.login()
        assert words_and_bounces(host) == (True, True)
        assert logged(host, "domain 0: swiotlb=force stays: no IOMMU") == 1
        status, said = host.try_run("xl pci-assignable-list")
        assert status != 0 and "this machine has no IOMMU" in said
