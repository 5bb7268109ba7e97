# SPDX-License-Identifier: GPL-2.0-or-later
"""A host under test and a server beside it: two emulated machines with a cable between them.

Owns: the cable, which is a socket, and the host's address on it, 10.98.0.1. Does not own: what the
server serves.
"""
import tempfile
from contextlib import contextmanager

from control_domain import ControlDomain
from machine import Machine


def cable(folder, server):
    """QEMU's arguments for one end. The server's machine starts first."""
    end = "on" if server else "off"
    return ["-netdev", f"stream,id=lan,server={end},addr.type=unix,addr.path={folder}/lan",
            "-device", "virtio-net-pci,netdev=lan,mac=52:54:00:98:00:0" + "12"[server]]


@contextmanager
def cable_folder():
    """Not with the logs: the path of a socket is short."""
    with tempfile.TemporaryDirectory() as folder:
        yield folder


@contextmanager
def server_machine(build, log, folder, name, says):
    """The server's machine, from build/tests/system/NAME.initrd, once it says that it serves."""
    # Linux looks for a moment whether its clock ticks; an emulator may stand still for longer.
    words = "console=ttyS0 quiet panic=-1 no_timer_check"
    kernel = ["-kernel", build / "dom0/vmlinuz", "-append", words,
              "-initrd", build / f"tests/system/{name}.initrd"]
    with Machine([*kernel, *cable(folder, True)], log, memory=512, cpus=1) as machine:
        assert machine.expect([says], 240) == 0, machine.why
        yield machine


def join(host, server):
    """Logs in, and brings up the host's end until the server answers."""
    host.login()
    host.run("i=0; until network show 2>/dev/null | grep -q nic0 || [ $i -gt 90 ]; do sleep 1; "
             "i=$((i+1)); done", 240)
    host.run("printf 'network xenbr0\\nnic nic0\\naddress 10.98.0.1/24\\n' >/tmp/net; "
             "network apply /tmp/net --confirm-within 100 && network confirm", 240)
    host.run(f"i=0; until ping -c 1 {server} >/dev/null 2>&1 || [ $i -gt 30 ]; do sleep 1; "
             f"i=$((i+1)); done; ping -c 1 {server}", 240)


@contextmanager
def host_machine(build, hypervisor, log, folder, server, extra=()):
    """The host under test, logged in, with the server in reach."""
    with Machine.direct(build, hypervisor, log, extra=[*cable(folder, False), *extra]) as machine:
        host = ControlDomain(machine)
        join(host, server)
        yield host
