# SPDX-License-Identifier: GPL-2.0-or-later
"""The control domain and the guests that are measured, and the measuring program in both.

Owns: the machine's disks, the bridge, starting a guest and reaching its shell, reading a figure,
and counting a guest's exits where the hypervisor tells them. Does not own: what is measured.
"""
import os
import re
import shutil
import time

from control_domain import ControlDomain
from machine import Machine

BOOT_TIMEOUT = 100    # beyond that it is one of those that hang
CREATE_TIMEOUT = 400
PROMPT = rb"demo# "
HOST = "10.77.0.1"
# The same for both, whatever the tests run each on.
ACCELERATOR = ["-accel", "tcg,thread=multi"]
ADDRESS = {"a": "10.77.0.2", "b": "10.77.0.3"}


def wait_for_tools(host):
    """Debian's daemons start beside the login; until they answer, xl cannot create."""
    for _ in range(60):
        status, _ = host.try_run("pidof xenconsoled consoled && xl list")
        if status == 0:
            return
        host.run("sleep 1")


def boot(args, hypervisor, log, extra=()):
    initrd = None if hypervisor == "socle" else args.build / "peer/initrd"
    machine = Machine.direct(args.build, hypervisor, log, "bootscrub=idle", initrd=initrd,
                             extra=[*extra, *ACCELERATOR])
    machine.fatal = [rb"Oops: ", rb"Kernel panic"]
    return machine


def disks(build, scratch):
    """
    QEMU's options for fresh disks: the image with the guest on sda; a file system, two disks full
    of bytes and an empty one of 12 GiB on vda to vdd. They ask for the IOMMU: on Xen, what their
    drivers would tell them without it is no address of the machine's.
    """
    options = ["-drive", f"file={build}/bench/bench.iso,if=ide,index=1,media=disk,format=raw,"
                         "snapshot=on"]
    scratch.mkdir(parents=True, exist_ok=True)
    for n, image in enumerate(("files.img", "data.raw", "data.raw", None)):
        disk = scratch / f"disk{n}.raw"
        if image:
            shutil.copyfile(build / "bench" / image, disk)
        else:
            disk.write_bytes(b"")
            os.truncate(disk, 12 << 30)
        options += ["-drive", f"file={disk},if=none,id=disk{n},format=raw,cache=unsafe",
                    "-device", f"virtio-blk-pci,drive=disk{n},disable-legacy=on,iommu_platform=on"]
    return options


def wait_until(host, condition, what, seconds=120):
    status, _ = host.try_run(f"i=0; until {condition}; do sleep 0.5; i=$((i+1)); "
                             f"[ $i -lt {2 * seconds} ] || break; done; {condition}", 5 * seconds)
    assert status == 0, f"no {what}"


def prepare(host):
    """Disks, the bridge, and the program that is the other end of the guests' connections."""
    wait_until(host, "[ -e /run/coldplug.done ] && [ -b /dev/sda ] && [ -b /dev/vdd ]", "disks")
    host.run("mkdir -p /bench /files; mount -r -t iso9660 /dev/sda /bench && "
             "mount -t ext4 /dev/vda /files", 120)
    host.run("ip link add bench0 type bridge && ip link set bench0 up && "
             f"ip addr add {HOST}/24 dev bench0 && /bench/bin/bench serve", 120)


def figure(text):
    """(operations, bytes, seconds) of what the measuring program printed."""
    found = re.search(r"FIGURE (\d+) (\d+) (\d+)", text)
    assert found, f"no figure in: {text.strip()[-300:]}"
    return int(found[1]), int(found[2]), int(found[3]) / 1e9


class Guest:
    def __init__(self, host, name):
        self.host, self.name, self.domid = host, name, None

    def create(self):
        """Starts it; the seconds until its shell answers."""
        started = time.monotonic()
        self.host.enter_guest(f"xl create -c /bench/{self.name}.cfg", CREATE_TIMEOUT)
        seconds = time.monotonic() - started
        self.host.leave_guest(self.host.count)
        self.find()
        self.run(f"ip addr add {ADDRESS[self.name]}/24 dev eth0 && ip link set eth0 up && "
                 "bench serve")
        return seconds

    def find(self):
        self.domid = self.host.domains()[self.name]["id"]

    def enter(self):
        """Takes the serial line to the guest's shell; the number that leaves again."""
        self.host.start(f"xl console {self.name}")
        number = self.host.count
        for _ in range(30):
            self.host.machine.send("\n")
            if self.host.machine.expect([PROMPT], 2, patience=1) == 0:
                # What else was typed answers, too: none of it may be taken for the command's end.
                while self.host.machine.expect([PROMPT], 0.3, patience=1) == 0:
                    pass
                return number
        raise AssertionError(f"guest {self.name} does not answer")

    def run(self, command, timeout=90):
        number = self.enter()
        output = self.host.in_guest(command, timeout)
        self.host.leave_guest(number)
        return output

    def measure(self, arguments):
        return figure(self.run(f"bench {arguments}"))

    def exits(self):
        """Exits of its vCPUs so far; None where the hypervisor does not tell."""
        status, text = self.host.try_run(
            f"xl debug-keys x; xl dmesg | grep -o 'd{self.domid}v.*exits' | tail -n 1")
        found = re.search(r"d\d+v\d+: (\d+) exits", text)
        return int(found[1]) if status == 0 and found else None

    def destroy(self):
        self.host.run(f"xl destroy {self.name}", 120)


class Session:
    """A booted control domain with its disks and bridge; use in a with statement."""

    def __init__(self, args, hypervisor, log):
        self.machine = boot(args, hypervisor, log, disks(args.build, args.build / "bench/running"))
        self.host = ControlDomain(self.machine)

    def __enter__(self):
        try:
            self.host.login(BOOT_TIMEOUT)
            wait_for_tools(self.host)
            prepare(self.host)
        except BaseException:
            self.machine.close()
            raise
        return self.host

    def __exit__(self, *unused):
        self.machine.close()
