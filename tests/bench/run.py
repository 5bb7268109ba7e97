#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures ours and Debian's Xen 4.20 side by side, in turns, and prints medians and their ratio.

Absolute times depend on this machine and on what else runs there; the ratios of one run are what
counts. The peer is Xen with Debian's own xl, xenstored and xenconsoled in an otherwise identical
control domain (make-peer).
"""
import argparse
import gzip
import re
import statistics
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "system")]

from control_domain import ControlDomain  # noqa: E402
from machine import Machine  # noqa: E402

CREATE_TIMEOUT = 400
MICRO = {"hypercall": "null hypercall", "cpuid": "CPUID exit", "evtchn_send": "event channel send",
         "event_to_self": "event to oneself", "event_round_trip": "event to a guest and back", "set_timer": "set timer",
         "grant_copy_4k": "grant copy, 4 KiB", "grant_map_and_unmap": "grant map and unmap",
         "domain_create_and_destroy": "bare domain create and destroy"}


class Figures:
    """Samples by row and hypervisor."""

    def __init__(self):
        self.samples = {}

    def add(self, row, hypervisor, value):
        self.samples.setdefault(row, {}).setdefault(hypervisor, []).append(value)

    def show(self, row, unit, scale=1.0):
        ours, xen = (self.samples.get(row, {}).get(h, []) for h in ("socle", "xen"))
        medians = [statistics.median(v) if v else None for v in (ours, xen)]
        cells = [f"{'-':>10} {'':<3}" if m is None else f"{m * scale:10.2f} {unit:<3}"
                 for m in medians]
        ratio = f"{medians[0] / medians[1]:8.2f}" if ours and xen and medians[1] else ""
        print(f"{row:34} {cells[0]} {cells[1]} {ratio}")


def measure_micro(args, hypervisor, figures, log):
    args.hypervisor = hypervisor
    with Machine.micro(args, args.build / "tests/bench/micro.elf", "", log) as machine:
        while True:
            what = machine.expect([rb"BENCH (\w+) (\d+)[\r\n]", rb"(FAIL[^\r\n]*)[\r\n]",
                                   rb"[\r\n]END[\r\n]"], 60)
            if what == 0:
                figures.add(MICRO[machine.match[1].decode()], hypervisor, int(machine.match[2]))
            elif what == 1:
                print(f"{hypervisor}: {machine.match[1].decode()}", flush=True)
            else:
                if what < 0:
                    print(f"{hypervisor}: ended early: {machine.why}; {log}", flush=True)
                return


def boot(args, hypervisor, log):
    if hypervisor == "socle":
        return Machine.direct(args.build, hypervisor, log)
    return Machine.direct(args.build, hypervisor, log, initrd=args.build / "peer/initrd")


def wait_for_tools(host):
    """Debian's daemons start beside the login; until they answer, xl cannot create."""
    for _ in range(60):
        status, _ = host.try_run("pidof xenconsoled consoled && xl list")
        if status == 0:
            return
        host.run("sleep 1")


def measure_host(args, hypervisor, figures, log):
    with boot(args, hypervisor, log) as machine:
        host = ControlDomain(machine)
        figures.add("machine start to login", hypervisor, host.login())
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


def measure_sizes(args, figures):
    for hypervisor, image in (("socle", "hypervisor/socle"), ("xen", "peer/xen")):
        data = (args.build / image).read_bytes()
        figures.add("hypervisor image", hypervisor, len(data))
        figures.add("hypervisor image, gzipped", hypervisor, len(gzip.compress(data, mtime=0)))
    figures.add("ISO", "socle", (args.build / "socle.iso").stat().st_size)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", choices=["micro", "host"])
    args = parser.parse_args()
    logs = args.build / "bench-logs"
    logs.mkdir(parents=True, exist_ok=True)
    figures = Figures()
    for n in range(args.repeat):
        for hypervisor in ("socle", "xen") if n % 2 == 0 else ("xen", "socle"):
            print(f"round {n + 1} of {args.repeat}: {hypervisor}", flush=True)
            if args.only != "host":
                measure_micro(args, hypervisor, figures, logs / f"micro-{hypervisor}-{n + 1}.log")
            if args.only != "micro":
                try:
                    measure_host(args, hypervisor, figures, logs / f"host-{hypervisor}-{n + 1}.log")
                except AssertionError as e:
                    print(f"{hypervisor}: {e}", flush=True)
    measure_sizes(args, figures)
    heading = f"medians of {args.repeat} rounds"
    print(f"\n{heading:34} {'ours':>14} {'Xen 4.20':>14}    ratio")
    for row in ("machine start to login", "machine start to tools ready",
                "xl create to the guest's shell", "xl destroy"):
        figures.show(row, "s")
    for row in MICRO.values():
        figures.show(row, "us", 1e-3)
    figures.show("hypervisor's memory", "MiB")
    figures.show("hypervisor image", "KB", 1e-3)
    figures.show("hypervisor image, gzipped", "KB", 1e-3)
    figures.show("ISO", "MB", 1e-6)
    figures.show("exits of the guest until its end", "")


main()
