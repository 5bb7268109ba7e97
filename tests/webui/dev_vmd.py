#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The simulated vmd of tests/api as a machine that one would like to have: more of a host, systems
in the guests, and a shell behind each console. Copies of disks that are called "slow..." take ten
minutes.

usage: dev_vmd.py SOCKET [VMS]
"""
import asyncio
import socket
import sys
import time
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "api"))
import fake_machine  # noqa: E402  pylint: disable=wrong-import-position
import fake_storage  # noqa: E402  pylint: disable=wrong-import-position
import fake_vmd  # noqa: E402  pylint: disable=wrong-import-position
import fake_vms  # noqa: E402  pylint: disable=wrong-import-position
from dev_screen import Screen  # noqa: E402  pylint: disable=wrong-import-position
from fake_host import GIB, Descriptor  # noqa: E402  pylint: disable=wrong-import-position

CPUS = 8
BOOTED = int(time.time()) - 17 * 86400
SYSTEMS = ("Debian GNU/Linux 13 (trixie)", "Alpine Linux v3.22", "FreeBSD 14.3-RELEASE",
           "Ubuntu 24.04.3 LTS", "Rocky Linux 10.0")
FILES = "backup.sh  bin  etc  notes.txt  www"


def host_info(h, args):
    info = fake_machine.host_info(h, args)
    info["cpu"].update(model_name="AMD EPYC 4564P 16-Core Processor", speed_mhz=4500)
    info.update(cpus=[{"number": i} for i in range(CPUS)], cpu_count=CPUS, cores_per_socket=CPUS,
                memory_total=64 * GIB, memory_free=24 * GIB, memory_dom0=GIB // 2,
                boot_time=BOOTED)
    return info


def vm_stats(h, _):
    """What each guest says of itself, and always the same."""
    vms = []
    for vm in h.vms.values():
        number = zlib.crc32(vm["uuid"].encode())
        vms.append({"uuid": vm["uuid"], "domid": vm["domid"], "memory": vm["memory_actual"],
                    "guest": {"data/os_name": SYSTEMS[number % len(SYSTEMS)],
                              "data/os_uname": "6.12.57",
                              "data/meminfo_total": str(vm["memory_actual"] // 1024),
                              "data/meminfo_free": str(vm["memory_actual"] // 4096),
                              "attr/vif/0/ipv4/0": f"192.0.2.{number % 200 + 20}",
                              "attr/vif/0/ipv6/0": f"2001:db8::{number % 65536:x}"}})
    return {"vms": vms, "host": {"memory_free": 24 * GIB}}


class Shell:
    """Enough of one to see a terminal at work."""

    def __init__(self, name):
        self.name, self.line, self.escape = name, "", False
        self.prompt = f"\x1b[1;32mroot@{name}\x1b[0m:\x1b[1;34m~\x1b[0m# "

    def greeting(self):
        return f"\r\nWelcome to {self.name}. Try 'help'.\r\n{self.prompt}"

    def run(self, line):
        word, _, rest = line.strip().partition(" ")
        answers = {
            "": "", "ls": FILES, "uname": "Linux 6.12.57-demo x86_64", "echo": rest,
            "date": time.strftime("%a %b %e %H:%M:%S UTC %Y", time.gmtime()),
            "help": "help ls uname date echo colours long clear umlaut",
            "colours": "".join(f"\x1b[4{i}m  \x1b[10{i}m  " for i in range(8)) + "\x1b[0m",
            "long": "\n".join(f"{i:4} " + "the quick brown fox " * 4 for i in range(1, 2001)),
            "clear": "\x1b[H\x1b[2J", "umlaut": "Grüße, мир, 世界 🦊"}
        text = answers.get(word, f"sh: {word}: not found")
        return text.replace("\n", "\r\n") + ("\r\n" if text and word != "clear" else "")

    def typed(self, text):
        """What the screen is to show of that."""
        out = ""
        for c in text:
            if self.escape:     # keys that move: not here
                self.escape = not c.isalpha() and c != "~"
            elif c == "\x1b":
                self.escape = True
            elif c == "\r":
                out += "\r\n" + self.run(self.line) + self.prompt
                self.line = ""
            elif c == "\x03":
                out += "^C\r\n" + self.prompt
                self.line = ""
            elif c in "\x7f\b":
                out += "\b \b" if self.line else ""
                self.line = self.line[:-1]
            elif c.isprintable():
                out += c
                self.line += c
        return out


async def guest(sock, shell):
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(sock, shell.greeting().encode())
    while data := await loop.sock_recv(sock, 4096):
        await loop.sock_sendall(sock, shell.typed(data.decode(errors="replace")).encode())


def vm_console(h, args):
    vm = h.find_vm(args)
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    h.consoles.setdefault(args["uuid"], []).append(ours)
    h.guests.add(asyncio.ensure_future(guest(ours, Shell(vm["name"]))))
    ok = Descriptor()
    ok.fd = theirs.detach()
    return ok


async def vm_start(h, args):
    ok = await fake_vms.vm_start(h, args)
    h.vms[args["uuid"]]["screen"] = ok["screen"] = "screen" in args
    return ok


def vm_screen(h, args):
    vm = h.find_vm(args)
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    if args["as"] == "rfb":
        h.consoles.setdefault(args["uuid"], []).append(ours)
    h.guests.add(asyncio.ensure_future(Screen(ours, vm["name"]).serve(args["as"])))
    ok = Descriptor()
    ok.fd = theirs.detach()
    return ok


async def vdi_copy(h, args):
    if h.find_vdi(args)["name"].startswith("slow"):
        await asyncio.sleep(600)
    return fake_storage.vdi_copy(h, args)


def crash(h, args):
    """It does not come back."""
    fake_vms.test_crash(h, args)
    domid = h.next_domid - 1
    h.died(args["uuid"], domid, {**h.vm(args["uuid"], "crasher", GIB, 1, domid, "Crashed")})
    return {}


fake_vmd.VERBS.update({"host.info": host_info, "vm.stats": vm_stats, "vm.console": vm_console,
                       "vm.start": vm_start, "vm.screen": vm_screen, "vdi.copy": vdi_copy,
                       "test.crash": crash})

if __name__ == "__main__":
    asyncio.run(fake_vmd.main())
