# SPDX-License-Identifier: GPL-2.0-or-later
"""A host that is managed from the machine that tests: by build/xe and other clients, over TLS.

QEMU forwards ports of the loopback to the host's 443 and 80; the machine that tests is 10.0.2.2 for
it. Does not own: what the host should answer.
"""
import ssl
import subprocess
import time
import urllib.error
import urllib.request

import pexpect

from control_domain import ControlDomain
from machine import PATIENCE, Machine
from ports import free_port

PASSWORD = "correct horse"
DEMO = ("kernel=/usr/share/socle/demo/vmlinuz ramdisk=/usr/share/socle/demo/initrd.gz "
        "args=console=hvc0 memory=128MiB")


class Api:
    """The host, its forwarded ports, and xe on this machine with a home of its own. iso: it starts
    from the real ISO, else from what is on it."""

    def __init__(self, build, hypervisor, logs, home, name="api", iso=False):
        self.build, self.home = build, home
        self.https, self.http = free_port(), free_port()
        net = (f"user,id=net,hostfwd=tcp:127.0.0.1:{self.https}-:443,"
               f"hostfwd=tcp:127.0.0.1:{self.http}-:80")
        disk = home / "disk"
        subprocess.run(["truncate", "-s", "1G", disk], check=True)
        extra = ["-netdev", net, "-device", "virtio-net-pci,netdev=net",
                 "-drive", f"file={disk},if=none,id=disk,format=raw,cache=unsafe",
                 "-device", "virtio-blk-pci,drive=disk"]
        log = logs / f"system-{name}.log"
        if iso:
            machine = Machine.iso(build, log, extra=extra)
        else:
            # Without a disk of the host's own, an installer is kept in its memory.
            machine = Machine.direct(build, hypervisor, log, words="dom0_mem=512M", extra=extra)
        self.host = ControlDomain(machine)
        self.host.login()

    def try_xe(self, *args, password=PASSWORD, timeout=60, patience=PATIENCE):
        """(exit status, output, messages) of xe on this machine."""
        command = [self.build / "xe", "-s", "127.0.0.1", "-p", str(self.https), "-u", "root",
                   "-pw", password, *args]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env={"HOME": str(self.home)}, timeout=timeout * patience, check=False)
        return done.returncode, done.stdout, done.stderr

    def xe(self, *args, **options):
        status, out, err = self.try_xe(*args, **options)
        assert status == 0, f"xe {' '.join(args)}: {status} {err}"
        return out.strip()

    def xe_soon(self, *args, seconds=90):
        """What works as soon as a service is up again."""
        deadline = time.monotonic() + seconds * PATIENCE
        while True:
            try:
                status, out, err = self.try_xe(*args, patience=1)
            except subprocess.TimeoutExpired:
                status, err = 1, "no answer"
            if status == 0:
                return out.strip()
            assert time.monotonic() < deadline, err
            time.sleep(1)

    def console(self, vm):
        return pexpect.spawn(str(self.build / "xe"), [
            "-s", "127.0.0.1", "-p", str(self.https), "-u", "root", "-pw", PASSWORD, "console",
            f"uuid={vm}"], env={"HOME": str(self.home)}, timeout=60 * PATIENCE)

    def get(self, path, data=None):
        """(status, headers, body) of a request without xe."""
        trust = ssl._create_unverified_context()
        try:
            with urllib.request.urlopen(f"https://127.0.0.1:{self.https}{path}", data,
                                        30 * PATIENCE, context=trust) as r:
                return r.status, r.headers, r.read()
        except urllib.error.HTTPError as e:
            return e.code, e.headers, e.read()

    def wait_up(self):
        """The network has an address and the services answer."""
        deadline = time.monotonic() + 240 * PATIENCE
        while time.monotonic() < deadline:
            try:
                if self.get("/jsonrpc", b"{}")[0] not in (502, 503):
                    return
            except (OSError, urllib.error.URLError):
                pass
            time.sleep(2)
        raise AssertionError("nobody answers on the forwarded port: "
                             + self.host.run("logread | tail -n 20; ip -4 addr"))
