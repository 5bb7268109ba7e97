# SPDX-License-Identifier: GPL-2.0-or-later
"""The micro-guests (micro.c, micro_smp.c): what single operations of the hypervisor cost.

Twice: instructions, on a machine whose time they are (-icount): a figure that is the same at every
start, however busy this machine is; and time, on one that emulates as fast as it can, where an
exit costs more than what the hypervisor does about it.
"""
import argparse
import os
from pathlib import Path

from guests import ACCELERATOR
from machine import Machine

COUNTED = ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off"]
IMAGES = {"micro": {"cpus": 1, "memory": 2048}, "micro_smp": {"cpus": 2}}
LONGEST = 120   # seconds to the next figure
# What the guests call it: its row, and how it is shown as time (None: it is none).
US, MS = ("us", 1e-3), ("ms", 1e-6)
NAMES = {
    "hypercall": ("null hypercall", US),
    "cpuid": ("CPUID exit", US),
    "evtchn_send": ("event channel send", US),
    "event_to_self": ("event to oneself", US),
    "event_round_trip": ("event to a guest and back", US),
    "event_ping_pong": ("event to the other CPU and back", US),
    "ipi_ping_pong": ("IPI to the other CPU and back", US),
    "set_timer": ("set timer", US),
    "timer_wakes": ("timer's time to its upcall", US),
    "page_fault": ("page fault of the guest's own", US),
    "nested_fault": ("access where no memory is", US),
    "grant_copy_4k": ("grant copy, 4 KiB", US),
    "grant_map_and_unmap": ("grant map and unmap", US),
    "domain_create_and_destroy": ("bare domain create and destroy", US),
    "create_1gib_first": ("domain with 1 GiB, create, the first", MS),
    "create_1gib": ("domain with 1 GiB, create", MS),
    "destroy_1gib": ("domain with 1 GiB, destroy", MS),
    "memory_for_1gib": ("memory beside a guest's 1 GiB", None),
    "own_memory": ("hypervisor's memory of 2 GiB", None),
}
ROWS = {name: ("KiB", 1 / 1024) if shown is None else ("kins", 1e-3) if shown is MS else ("ins", 1)
        for name, shown in NAMES.values()}
ROWS |= {f"{name}, time": shown for name, shown in NAMES.values() if shown}
# Of the emulator's process: steadier than time where others work, too.
BOOT = "machine start to the control domain, CPU"
ROWS[BOOT] = ("s", 1)


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def listen(machine, log):
    """(name, number) of each figure."""
    while True:
        what = machine.expect([rb"BENCH (\w+) (\d+)[\r\n]", rb"(FAIL[^\r\n]*)[\r\n]",
                               rb"[\r\n]END[\r\n]"], LONGEST)
        if what == 0:
            yield machine.match[1].decode(), int(machine.match[2])
        elif what == 1:
            print(f"{machine.match[1].decode()}; {log}", flush=True)
        else:
            assert what == 2, f"ended early: {machine.why}; {log}"
            return


def measure(args, hypervisor, figures, log, counted):
    this = argparse.Namespace(build=args.build, hypervisor=hypervisor)
    for image, size in IMAGES.items():
        path = log.with_stem(f"{log.stem}-{image}")
        with Machine.micro(this, args.build / f"tests/bench/{image}.elf", "", path,
                           COUNTED if counted else ACCELERATOR, own="bootscrub=idle",
                           **size) as machine:
            assert machine.expect([rb"RUN "], LONGEST) == 0, f"no start: {machine.why}; {path}"
            if not counted and image == "micro":
                figures.add(BOOT, hypervisor, cpu_seconds(machine.child.pid))
            for name, value in listen(machine, path):
                row, shown = NAMES[name]
                if counted:
                    figures.add(row, hypervisor, value)
                elif shown:
                    figures.add(f"{row}, time", hypervisor, value)
        figures.keep()
