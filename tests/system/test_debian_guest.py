# SPDX-License-Identifier: GPL-2.0-or-later
"""A Debian system that boots itself: GRUB inside the guest reads the guest's own grub.cfg.

Owns: the machine with the guest's disk (make-debian-guest), and a small package archive that the
machine reaches at 10.0.2.2. The tests use one guest one after the other, as its owner would.
"""
import functools
import http.server
import re
import subprocess
import threading
import time

import pytest

from control_domain import ControlDomain
from machine import Machine

GUEST_BOOT = 400    # seconds from xl create, or from the guest's reboot, to its login
GRUB = "/usr/lib/grub-xen/grub-i386-xen_pvh.bin"
LOGIN = rb"debian-guest login: "
SHELL = rb"[\r\n]# "
PROMPT = rb"root@debian-guest:[^\r\n]*# "


def make_archive(folder):
    """An archive with one package, socle-hello."""
    root = folder / "package"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "usr/bin").mkdir(parents=True)
    (root / "DEBIAN/control").write_text(
        "Package: socle-hello\nVersion: 1.0\nArchitecture: all\n"
        "Maintainer: nobody <root@localhost>\nDescription: says hello\n")
    hello = root / "usr/bin/socle-hello"
    hello.write_text("#!/bin/sh\necho hello from a package\n")
    hello.chmod(0o755)
    archive = folder / "archive"
    archive.mkdir()
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-b", root,
                    archive / "socle-hello.deb"], check=True, stdout=subprocess.DEVNULL)
    packages = subprocess.run(["dpkg-scanpackages", "."], cwd=archive, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    (archive / "Packages").write_bytes(packages)
    return archive


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The port on which the archive is served."""
    folder = make_archive(tmp_path_factory.mktemp("archive"))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *unused):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                             functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


class DebianGuest:
    """The guest's console, from its boot loader to root's shell."""

    def __init__(self, host):
        self.host, self.machine = host, host.machine
        host.run(f"printf '%s\\n' 'name=\"debian\"' 'type=\"pvh\"' 'kernel=\"{GRUB}\"' memory=320 "
                 "'disk=[\"phy:/dev/sda,xvda,w\"]' 'vif=[\"bridge=xenbr0\"]' >/tmp/debian.cfg")
        host.start("xl create -c /tmp/debian.cfg")
        self.entered = host.count
        self.log_in()

    def see(self, pattern, timeout, what):
        ended = rb"end%d=(\d+)\." % self.entered
        index = self.machine.expect([pattern, ended, rb"grub> ", rb"\(initramfs\)"], timeout)
        said = self.machine.child.before.decode(errors="replace")[-600:]
        assert index == 0, f"no {what}: {self.machine.why or said}"

    def log_in(self):
        self.see(LOGIN, GUEST_BOOT, "login")
        self.give_password()

    def give_password(self):
        self.machine.send("root\n")
        self.see(rb"Password: ", 120, "question for the password")
        self.machine.send("debian\n")
        self.see(PROMPT, 120, "shell")
        self.run("dmesg -n 1; stty -echo cols 500")

    def run(self, command, timeout=120):
        """Output of a command that must succeed in the guest."""
        self.machine.send(f"{command}; echo \"st\"atus=$?.\n")
        self.see(rb"status=(\d+)\.", timeout, f"end of '{command}' in the guest")
        status = int(self.machine.match[1])
        output = self.machine.child.before.decode(errors="replace").replace("\r", "")
        output = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", output).strip()   # the shell's line editor
        self.see(PROMPT, 60, "shell")
        assert status == 0, f"'{command}' ended with {status} in the guest: {output[-500:]}"
        return output

    def reboot_to_a_shell(self):
        """From inside, as it has written into its grub.cfg: its services have started once.
        The console may end with the domain; the one that follows has another."""
        self.run("sed -i 's,root=LABEL=debian,& init=/bin/sh,' /boot/grub/grub.cfg")
        self.machine.send("systemctl reboot\n")
        ended = rb"end%d=(\d+)\." % self.entered
        index = self.machine.expect([SHELL, ended], GUEST_BOOT)
        assert index >= 0, f"no reboot: {self.machine.why}"
        if index == 1:
            self.host.run("i=0; until xl list debian >/dev/null 2>&1 || [ $i -gt 60 ]; do "
                          "sleep 1; i=$((i+1)); done", 240)
            self.host.start("xl console debian")
            self.entered = self.host.count
            self.machine.send("\n")
            self.see(SHELL, GUEST_BOOT, "shell")
        self.machine.send("PS1='root''@debian-guest:# '\n")
        self.see(PROMPT, 60, "shell")
        self.run("mount -t proc proc /proc; dmesg -n 1; stty -echo cols 500")

    def wait(self, command, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            output = self.run(f"{command} || true")
            if output:
                return output
            self.run("sleep 2")
        raise AssertionError(f"'{command}' stayed without an answer for {seconds} s")


@pytest.fixture(scope="module")
def guest(build, hypervisor, logs):
    extra = ["-drive", f"file={build}/tests/system/debian-guest.img,if=ide,index=1,media=disk,"
                       "format=raw,snapshot=on",
             "-netdev", "user,id=net", "-device", "e1000e,netdev=net"]
    log = logs / "system-debian-guest.log"
    machine = (Machine.iso(build, log, extra=extra) if hypervisor == "socle" else
               Machine.direct(build, hypervisor, log, extra=extra))
    with machine:
        host = ControlDomain(machine)
        host.login()
        host.run("i=0; until test -b /dev/sda -a -e /sys/class/net/xenbr0 || [ $i -gt 60 ]; do "
                 "sleep 1; i=$((i+1)); done; test -b /dev/sda -a -e /sys/class/net/xenbr0", 240)
        yield DebianGuest(host)


def test_boots_its_own_kernel_from_its_own_disk(guest):
    assert "root=LABEL=debian" in guest.run("cat /proc/cmdline")
    assert guest.run("cat /sys/hypervisor/type") == "xen"
    assert guest.run("cat /sys/hypervisor/guest_type") == "PVH"
    assert "/dev/xvda1" in guest.run("findmnt -n -o SOURCE /")
    assert guest.run("systemctl --failed --no-legend --plain") == ""


def test_gets_an_address_over_the_bridge(guest):
    address = guest.wait("ip -4 -o addr show scope global | cat")
    assert re.search(r"inet 10\.0\.2\.\d+/24", address), address
    assert "via 10.0.2.2" in guest.run("ip route show default")


def test_installs_a_package(guest, archive):
    guest.wait("ip -4 -o addr show scope global | cat")
    guest.run(f"echo 'deb [trusted=yes] http://10.0.2.2:{archive} ./' >/etc/apt/sources.list")
    guest.run("apt-get -q update", 300)
    guest.run("apt-get -q -y install socle-hello", 300)
    assert guest.run("socle-hello") == "hello from a package"


def test_reboots_from_inside_and_keeps_its_data(guest):
    guest.run("dd if=/dev/urandom of=/root/data bs=1M count=8 2>/dev/null")
    digest = guest.run("sha256sum /root/data").split()[0]
    boot = guest.run("cat /proc/sys/kernel/random/boot_id")
    guest.reboot_to_a_shell()
    assert "init=/bin/sh" in guest.run("cat /proc/cmdline")
    assert guest.run("cat /proc/sys/kernel/random/boot_id") != boot
    assert guest.run("sha256sum /root/data").split()[0] == digest
    assert guest.run("socle-hello") == "hello from a package"
