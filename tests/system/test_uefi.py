# SPDX-License-Identifier: GPL-2.0-or-later
"""The medium where there is no BIOS: from power-on by UEFI to a guest and off again; the screen;
the same image as a USB stick. Installed disks on UEFI are in test_install.py."""
import json
import re
import socket
import time

from control_domain import ControlDomain
from machine import Machine

CREATE = 180
DOWN = "\x1b[B"
GREY = 0xaa


class Screen:
    """What QEMU shows, by its monitor."""

    def __init__(self, folder):
        self.path, self.picture = folder / "qmp", folder / "screen"
        self.options = ["-qmp", f"unix:{self.path},server=on,wait=off"]

    def pixels(self):
        """Rows of bytes, three for each pixel."""
        with socket.socket(socket.AF_UNIX) as qmp:
            qmp.connect(str(self.path))
            answers = qmp.makefile()
            answers.readline()      # the greeting
            picture = {"filename": str(self.picture)}
            for command in ({"execute": "qmp_capabilities"},
                            {"execute": "screendump", "arguments": picture}):
                qmp.sendall(json.dumps(command).encode())
                while "return" not in (answer := json.loads(answers.readline())):
                    assert "error" not in answer, answer
        head, size, _, data = self.picture.read_bytes().split(b"\n", 3)
        assert head == b"P6"
        width = int(size.split()[0]) * 3
        return [data[at:at + width] for at in range(0, len(data), width)]


def menu(machine):
    assert machine.expect([rb"try Socle"], 60) == 0, f"no boot menu: {machine.why}"


def test_from_power_on_to_a_guest(only_socle, build, log, tmp_path):
    screen = Screen(tmp_path)
    with Machine.iso(build, log, uefi=True, extra=screen.options) as machine:
        menu(machine)
        assert machine.expect([rb"Socle hypervisor, started by GRUB"], 30) == 0, machine.why
        assert machine.expect([rb"starting domain 0"], 30) == 0, machine.why
        lines = screen.pixels()
        assert {max(line) for line in lines} == {0, GREY}, "the hypervisor's log is not there"
        host = ControlDomain(machine)
        host.login()
        assert host.run("cat /sys/hypervisor/guest_type").strip() == "PVH"
        assert re.search(r"^nr_cpus *: 2$", host.run("xl info"), re.M)

        # Domain 0's framebuffer is that screen.
        assert host.run("cat /sys/class/graphics/fb0/name").strip() == "EFI VGA"
        host.run("head -c 4096 /dev/zero | tr '\\0' '\\314' >/dev/fb0")
        assert screen.pixels()[0][:900] == b"\xcc" * 900

        host.enter_guest("xl create -c demo", CREATE)
        entered = host.count
        assert host.in_guest("cat /sys/hypervisor/guest_type") == "PVH"
        host.leave_guest(entered)
        host.machine.send("poweroff\n")
        assert machine.expect([], 60) == -1 and machine.why == "the machine stopped"


def test_a_stick(only_socle, build, log):
    """The same bytes as a disk. What is typed behind an entry reaches the kernel."""
    stick = ["-drive", f"file={build}/socle.iso,format=raw,readonly=on,if=none,id=stick",
             "-device", "qemu-xhci", "-device", "usb-storage,drive=stick,bootindex=0"]
    with Machine(stick, log, uefi=True) as machine:
        menu(machine)
        for key in (DOWN, "e"):
            time.sleep(0.3)
            machine.send(key)
        assert machine.expect([rb"initrd\.lz4"], 30) == 0, f"no entry to edit: {machine.why}"
        # Down; Ctrl-e: the end of the line; Ctrl-x starts it.
        for keys in (DOWN, "\x05", " typed=here", "\x18"):
            time.sleep(0.5)
            machine.send(keys)
        assert machine.expect([rb"command line: .*loglvl=debug"], 30) == 0, machine.why
        assert machine.expect([rb"Kernel command line: .* typed=here"], 30) == 0, machine.why
