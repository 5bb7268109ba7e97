# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures what the management plane adds: a VM's start by the API beside `xl create`, in turns on
one host, and what only the API has: a clone of a VM, and the list of them.
"""
import re

STARTS = 12
CLONES = 3
XL = "VM start by xl create"
API = "VM start by the API"
ADDED = "  of what xl takes"
CLONE = "clone of a VM with a thin disk"
LIST = "xe vm-list"
ROWS = {XL: ("s", 1), API: ("s", 1), ADDED: ("%", 100), CLONE: ("s", 1), LIST: ("s", 1)}
READY = "xe host-list && xe template-list name-label=demo --minimal | grep -q ."
# Paused: a guest that starts takes the CPUs from who is measured.
STARTING = ((XL, "xl create -p /etc/xen/demo.cfg", "xl destroy demo"),
            (API, "xe vm-start vm=web paused=true", "xe vm-shutdown vm=web force=true"))


def seconds(host, command):
    """What the host's own clock says that a command took: BusyBox's time, hundredths."""
    output = host.run(f"time sh -c '{command}' >/dev/null", 180)
    minutes, rest = re.search(r"real\s+(\d+)m\s*([\d.]+)s", output).groups()
    return 60 * int(minutes) + float(rest)


def measure(host, figures):
    host.run(f"i=0; until {READY}; do sleep 1; i=$((i+1)); [ $i -lt 60 ]; done", 200)
    host.run("xe vm-install template-name=demo new-name-label=web", 60)
    for n in range(STARTS):
        started = {}
        for row, start, stop in STARTING if n % 2 else reversed(STARTING):
            started[row] = seconds(host, start + " 2>&1")
            host.run(stop, 120)
            figures.add(row, "socle", started[row])
        figures.add(ADDED, "socle", started[API] / started[XL])
    host.run("xe sr-create name-label=thin type=lvmthin device-config:device=/dev/vdd", 180)
    host.run("xe vm-create name-label=disk memory=128MiB && "
             "xe vm-disk-add vm=disk disk-size=8GiB sr-uuid=thin", 120)
    for n in range(CLONES):
        clone = f"xe vm-clone vm=disk new-name-label=c{n} 2>&1"
        figures.add(CLONE, "socle", seconds(host, clone))
        figures.add(LIST, "socle", seconds(host, "xe vm-list"))
