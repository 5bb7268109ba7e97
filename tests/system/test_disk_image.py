# SPDX-License-Identifier: GPL-2.0-or-later
"""The disk image on a larger disk: its first start, told by an answer file, and the host that comes
of it. What can go wrong meanwhile is proved on this machine (tests/unit/installer/first_start.py).
"""
import re
import subprocess

from control_domain import ControlDomain
from machine import Machine
from test_install import disk_arguments

PASSWORD = "sold with the machine"
ANSWERS = f"hostname shipped\nroot-password {PASSWORD}\n"
DISK_GB = 5


def answers_disk(path, text):
    """A small FAT disk with the label ANSWERS, as an administrator would make one."""
    path.unlink(missing_ok=True)
    subprocess.run(["truncate", "-s", "2M", path], check=True)
    subprocess.run(["/sbin/mkfs.fat", "-n", "ANSWERS", path], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["mcopy", "-i", path, "-", "::/answers"], input=text.encode(), check=True)
    return path


def test_first_start_and_a_guest(only_socle, build, log, tmp_path):
    disk = tmp_path / "disk"
    subprocess.run(["cp", "--sparse=always", build / "socle.img", disk], check=True)
    subprocess.run(["truncate", "-s", f"{DISK_GB}G", disk], check=True)
    arguments = disk_arguments(disk, answers_disk(tmp_path / "answers", ANSWERS))
    with Machine(arguments, log, reboots=True) as machine:
        host = ControlDomain(machine)
        assert machine.expect([rb"is installed on vda", rb"FAILED[^\r\n]*"], 150) == 0, \
            f"no first start: {machine.why} {machine.match and machine.match[0]}"
        host.login(password=PASSWORD)
        assert host.run("hostname").strip() == "shipped"
        table = host.run("sfdisk -d /dev/vda")
        sectors = {name: int(size) for size, name in
                   re.findall(r"size= *(\d+),.*name=\"socle-(\w+)\"", table)}
        assert set(sectors) == {"boot", "state", "library", "storage"}, table
        assert DISK_GB * 1024 - 10 < sum(sectors.values()) // 2048 < DISK_GB * 1024
        slots = host.run("host-upgrade --status")
        assert "a: 0.1, running, starts\nb: empty, not complete" in slots
        assert "lvmthin" in host.run("storage sr list")
        host.run("xl create demo", 120)
        assert "demo" in host.domains()
