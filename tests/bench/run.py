#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures ours and Debian's Xen 4.20 side by side, in turns, and prints medians and their ratio.

Absolute times depend on this machine and on what else runs there; the ratios of one run are what
counts. The peer is Xen with Debian's own xl, xenstored, xenconsoled and hotplug scripts in an
otherwise identical control domain (make-peer).
"""
import argparse
import gzip
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "system")]

import devices  # noqa: E402
import installed  # noqa: E402
import management  # noqa: E402
import micro  # noqa: E402
from control_domain import ControlDomain  # noqa: E402
from figures import HYPERVISORS, Figures  # noqa: E402
from guests import (BOOT_TIMEOUT, CREATE_TIMEOUT, Session, boot,  # noqa: E402
                    wait_for_tools)

PARTS = ["micro", "host", "api", "installed", *devices.PARTS]
ATTEMPTS = 8
STEP_SECONDS = 420
XEN_LINES = 171591      # counted once: what Debian's build compiles of Xen's source
ROWS = {
    "machine start to login": ("s", 1),
    "machine start to tools ready": ("s", 1),
    "xl create to the guest's shell": ("s", 1),
    "xl destroy": ("s", 1),
    **management.ROWS,
    **installed.ROWS,
    **devices.ROWS,
    **micro.ROWS,
    "hypervisor's memory": ("MiB", 1),
    "text and data": ("KB", 1e-3),
    "lines of C and assembly": ("", 1),
    "hypervisor image": ("KB", 1e-3),
    "hypervisor image, gzipped": ("KB", 1e-3),
    "ISO": ("MB", 1e-6),
    "exits of the guest until its end": ("", 1),
    **devices.DISK_EXITS,
}


def measure_host(args, hypervisor, figures, log):
    with boot(args, hypervisor, log) as machine:
        host = ControlDomain(machine)
        figures.add("machine start to login", hypervisor, host.login(BOOT_TIMEOUT))
        wait_for_tools(host)
        figures.add("machine start to tools ready", hypervisor, machine.elapsed)
        info = dict(re.findall(r"^(\w+)\s*: (\d+)$", host.run("xl info"), re.M))
        own = int(info["total_memory"]) - int(info["free_memory"])
        own -= host.domains()["Domain-0"]["memory"]
        figures.add("hypervisor's memory", hypervisor, own)
        host.run("sleep 5", 90)     # drivers still load beside the login
        started = time.monotonic()
        host.enter_guest("xl create -c /etc/xen/demo.cfg", CREATE_TIMEOUT)
        figures.add("xl create to the guest's shell", hypervisor, time.monotonic() - started)
        host.leave_guest(host.count)
        started = time.monotonic()
        host.run("xl destroy demo", 120)
        figures.add("xl destroy", hypervisor, time.monotonic() - started)
        machine.drain(1)
    exits = re.findall(rb"d1v0: (\d+) exits", Path(log).read_bytes())
    if exits:
        figures.add("exits of the guest until its end", hypervisor, int(exits[-1]))


def loaded_bytes(image):
    """What of an ELF file is loaded: its program headers' bytes in the file."""
    headers = subprocess.run(["readelf", "-lW", image], check=True, stdout=subprocess.PIPE)
    loads = re.findall(rb"^ +LOAD +\S+ +\S+ +\S+ +(0x\w+)", headers.stdout, re.M)
    return sum(int(size, 16) for size in loads)


def lines_of_code():
    """Of the hypervisor, without blank lines and comments."""
    sources = list((TESTS.parent / "hypervisor").rglob("*.[cS]"))
    plain = subprocess.run(["gcc", "-fpreprocessed", "-dD", "-E", "-P", *sources], check=True,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return sum(bool(line.strip()) for line in plain.stdout.splitlines())


def measure_sizes(args, figures):
    for hypervisor, image, elf in (("socle", "hypervisor/socle", "hypervisor/socle.elf"),
                                   ("xen", "peer/xen", "peer/xen")):
        data = (args.build / image).read_bytes()
        figures.add("text and data", hypervisor, loaded_bytes(args.build / elf))
        figures.add("hypervisor image", hypervisor, len(data))
        figures.add("hypervisor image, gzipped", hypervisor, len(gzip.compress(data, mtime=0)))
    figures.add("lines of C and assembly", "socle", lines_of_code())
    figures.add("lines of C and assembly", "xen", XEN_LINES)
    iso = args.build / "socle.iso"
    if iso.exists():
        figures.add("ISO", "socle", iso.stat().st_size)


def measure_devices(args, hypervisor, figures, log, todo):
    with Session(args, hypervisor, log) as host:
        devices.measure(host, hypervisor, figures, todo)


def measure_management(args, hypervisor, figures, log):
    """Of ours alone: Debian's Xen comes without an API."""
    if hypervisor == "socle":
        with Session(args, hypervisor, log) as host:
            management.measure(host, figures)


def too_long(*_):
    raise AssertionError("no end in time")


def measure_step(hypervisor, figures, deadline, name, step):
    """
    Each of the emulator's CPUs has a thread, and now and then one of its races (board/README.md)
    ends a machine: what was not done by then does not count, and another machine has its turn.
    """
    for attempt in range(1, ATTEMPTS + 1):
        log = Path(f"{name}-{attempt}.log")
        started = time.monotonic()
        left = int(deadline - started)
        if left <= 0:
            print(f"  {hypervisor}: no time left for {log}", flush=True)
            return
        signal.alarm(min(left, STEP_SECONDS))
        try:
            step(log)
            figures.keep()
            print(f"  {hypervisor}: {time.monotonic() - started:.0f} s; {log}", flush=True)
            return
        except AssertionError as e:
            figures.drop()
            print(f"  {hypervisor}: does not count: {e}; {log}", flush=True)
        finally:
            signal.alarm(0)


def measure_round(args, hypervisor, figures, deadline, number):
    """One round of one hypervisor; what fails costs its own rows only."""
    parts = [args.only] if args.only else PARTS
    todo = [step for p in parts for step in devices.PARTS.get(p, [])]
    steps = [("micro", micro.measure, (False,))] if "micro" in parts else []
    if steps and number == 1:   # the same at every start
        steps.insert(0, ("counted", micro.measure, (True,)))
    steps += [("host", measure_host, ())] if "host" in parts else []
    steps += [("api", measure_management, ())] if "api" in parts else []
    steps += [("installed", installed.measure, ())] if "installed" in parts else []
    steps += [("devices", measure_devices, (todo,))] if todo else []
    for name, step, more in steps:
        measure_step(hypervisor, figures, deadline,
                     args.build / "bench-logs" / f"{name}-{hypervisor}-{number}",
                     lambda log: step(args, hypervisor, figures, log, *more))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--minutes", type=float, default=60, help="it ends by then")
    parser.add_argument("--hypervisor", choices=HYPERVISORS, help="only this one")
    args = parser.parse_args()
    (args.build / "bench-logs").mkdir(parents=True, exist_ok=True)
    figures = Figures(ROWS)
    deadline = time.monotonic() + 60 * args.minutes
    signal.signal(signal.SIGALRM, too_long)
    for n in range(args.repeat):
        for hypervisor in HYPERVISORS if n % 2 == 0 else reversed(HYPERVISORS):
            if args.hypervisor in (None, hypervisor):
                print(f"round {n + 1} of {args.repeat}: {hypervisor}", flush=True)
                measure_round(args, hypervisor, figures, deadline, n + 1)
    if args.only in (None, "micro"):
        measure_sizes(args, figures)
    figures.show(f"medians of {args.repeat} rounds")


main()
