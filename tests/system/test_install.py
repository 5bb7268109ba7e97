# SPDX-License-Identifier: GPL-2.0-or-later
"""From the ISO and an empty disk to a host that keeps what it is given: an installation by an answer
file, the start from the disk, VMs and settings over a reboot.

The tests run in their order, on one disk.
"""
import random
import subprocess
import time

import pytest

from control_domain import ControlDomain
from machine import Machine
from test_api import DEMO, Api, free_port

PASSWORD = "a long 'password'"
ANSWERS = f"""# unattended
disk vda
hostname keeper
root-password {PASSWORD}
finish poweroff
"""
DOWN = "\x1b[B"


def disk_arguments(*files):
    arguments = []
    for n, file in enumerate(files):
        arguments += ["-drive", f"file={file},format=raw,if=none,id=disk{n},cache=unsafe",
                      "-device", f"virtio-blk-pci,drive=disk{n},bootindex={n + 1}"]
    return arguments


def empty_disk(path, size="5G"):
    subprocess.run(["truncate", "-s", size, path], check=True)
    return path


def answers_disk(path, text):
    """A small FAT disk with the label ANSWERS, as an administrator would make one."""
    path.unlink(missing_ok=True)
    subprocess.run(["truncate", "-s", "2M", path], check=True)
    subprocess.run(["/sbin/mkfs.fat", "-n", "ANSWERS", path], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["mcopy", "-i", path, "-", "::/answers"], input=text.encode(), check=True)
    return path


def choose_install(machine):
    """The third entry of the medium's menu."""
    assert machine.expect([rb"try Socle"], 60) == 0, f"no boot menu: {machine.why}"
    for key in (DOWN, DOWN, "\n"):
        time.sleep(0.3)
        machine.send(key)


def install(build, log, disks, answers, done=rb"is installed on"):
    """Runs the unattended installation; the seconds that it took from power-on to its end."""
    with Machine.iso(build, log, extra=disk_arguments(*disks, answers)) as machine:
        choose_install(machine)
        assert machine.expect([done, rb"FAILED[^\r\n]*"], 280) == 0, \
            f"not installed: {machine.why} {machine.match and machine.match[0]}"
        assert machine.expect([], 60) == -1 and machine.why == "the machine stopped"
        return machine.elapsed


class Installed(Api):
    """The host that was installed, started from its disk."""

    def __init__(self, build, log, home, disks):
        self.build, self.home = build, home
        self.https, self.http = free_port(), free_port()
        net = ["-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{self.https}-:443",
               "-device", "virtio-net-pci,netdev=net"]
        self.host = ControlDomain(Machine(disk_arguments(*disks) + net, log, reboots=True))
        self.seconds = self.host.login(password=PASSWORD)

    def reboot(self):
        self.host.machine.send("reboot\n")
        self.host.login(password=PASSWORD)

    def xe(self, *args, **options):
        return super().xe(*args, password=PASSWORD, **options)


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    path = tmp_path_factory.mktemp("install") / "disk"
    yield empty_disk(path)
    path.unlink()


@pytest.fixture(scope="module")
def installed(build, hypervisor, logs, disk, tmp_path_factory):
    if hypervisor != "socle":
        pytest.skip("about our own hypervisor or ISO")
    answers = answers_disk(disk.with_name("answers"), ANSWERS)
    seconds = install(build, logs / "system-install.log", [disk], answers)
    used = disk.stat().st_blocks * 512 >> 20
    print(f"installed in {seconds:.0f} s; {used} MB on the disk")
    assert seconds < 240 and used < 400
    host = Installed(build, logs / "system-installed.log", tmp_path_factory.mktemp("home"), [disk])
    print(f"login {host.seconds:.0f} s after power-on")
    yield host
    host.host.machine.close()


def test_installs_and_starts_from_the_disk(installed):
    run = installed.host.run
    assert run("hostname").strip() == "keeper"
    assert run("cat /run/state").startswith("mounted /dev/vda2")
    assert "Live mode" not in run("cat /etc/issue")
    assert "Local storage" in run("storage sr list")


def test_state_vms_and_disks_last(installed, tmp_path):
    host = installed.host
    installed.wait_up()
    sr = installed.xe("pool-list", "params=default-SR", "--minimal")
    assert installed.xe("sr-list", f"uuid={sr}", "params=name-label", "--minimal") == \
        "Local storage"
    uuid = installed.xe("vm-create", "name-label=kept", *DEMO.split())
    vbd = installed.xe("vm-disk-add", "vm=kept", "disk-size=4MiB", f"sr-uuid={sr}")
    vdi = installed.xe("vbd-param-get", f"uuid={vbd}", "param-name=vdi-uuid")
    data = random.Random(2).randbytes(4 << 20)
    (tmp_path / "in").write_bytes(data)
    installed.xe("vdi-import", f"uuid={vdi}", f"filename={tmp_path}/in", timeout=120)
    host.run("echo 'network inner' >>/etc/socle/network.conf")
    certificate = host.run("host-certificate")

    installed.reboot()
    installed.wait_up()
    assert host.run("host-certificate") == certificate
    assert "network inner" in host.run("cat /etc/socle/network.conf")
    assert installed.xe("vm-list", f"uuid={uuid}", "params=name-label", "--minimal") == "kept"
    installed.xe("vdi-export", f"uuid={vdi}", f"filename={tmp_path}/out", timeout=120)
    assert (tmp_path / "out").read_bytes() == data
    installed.xe("vm-start", "vm=kept", timeout=180)
    assert "kept" in host.domains()
    installed.xe("vm-shutdown", "vm=kept", "--force")


def test_a_damaged_state_stops_nothing(installed, build, log, disk):
    host = installed.host
    host.machine.send("poweroff\n")
    assert host.machine.expect([], 120) == -1
    with open(disk, "r+b") as f:        # behind the boot partition: 1 MB and 256 MB
        f.seek(257 << 20)
        f.write(b"\xff" * (1 << 20))
    with Machine(disk_arguments(disk), log) as machine:
        again = ControlDomain(machine)
        assert machine.expect([rb"state of this host is not available"], 200) == 0, machine.why
        again.login()
        assert again.run("cat /run/state").startswith("missing")
        assert "lvmthin" not in again.run("storage sr list")
