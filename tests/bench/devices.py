# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures guests' disks and networks, and saving a guest: the rows, and how each is made."""
import time

from guests import ADDRESS, HOST, Guest, figure

SECONDS = 3
PLACES = {"file": "xvda", "block": "xvdb"}
PATTERNS = {"4K random read": "random read", "4K random write": "random write",
            "1M sequential read": "sequential read", "1M sequential write": "sequential write"}
OTHER_DISKS = {"file": "/files/extra.raw", "block": "/dev/vdc"}
ATTACHED = 3    # times
FILLED = 128
SAVED = "/files/saved"

CREATE = "xl create with disks and interface"
DISK_ROWS = {CREATE: ("s", 1)}
for _place in PLACES:
    DISK_ROWS |= {f"disk on a {_place}: {p}": ("/s", 1) if "4K" in p else ("MB/s", 1e-6)
                  for p in PATTERNS}
# A qcow2 image and the raw file, in turns: Debian's xl would need a whole QEMU for it.
QCOW2 = "format=qcow2,vdev=xvdd,access=rw,target=/files/disk.qcow2"
QCOW2_ROWS = {}
for _pattern in PATTERNS:
    QCOW2_ROWS[f"disk on a qcow2: {_pattern}"] = DISK_ROWS[f"disk on a file: {_pattern}"]
    QCOW2_ROWS[f"  of what the raw file has: {_pattern}"] = ("%", 100)
ATTACH_ROWS = {f"{what} a disk on a {place}": ("s", 1)
               for place in PLACES for what in ("attach", "detach")}
DISK_EXITS = {f"exits per {p}, disk on a {place}": ("", 1) for place in PLACES for p in PATTERNS}

STREAMS = ("guest to host", "host to guest", "guest to guest")
NETWORK_ROWS = {f"TCP stream, {s}": ("MB/s", 1e-6) for s in STREAMS}
NETWORK_ROWS |= {f"{kind} round trip, guest to {end}": ("us", 1e6)
                 for kind in ("TCP", "UDP") for end in ("host", "guest")}

SAVE_ROWS = {"save a guest of 256 MB": ("s", 1), "restore it": ("s", 1),
             "restore it, to its answer": ("s", 1)}

# Ours by our command; on Xen, whose xl knows nothing of it, by LVM's.
SNAPSHOT_ROWS = {"snapshot of a thin disk of 10 GB": ("s", 1),
                 "writable clone of the snapshot": ("s", 1)}
SHARING = {
    "socle": ("storage sr create /dev/vdd name=sr && storage vdi create sr 10G name=big",
              "storage vdi snapshot big name=one", "storage vdi clone one name=two"),
    "xen": ("lvm vgcreate -q vg /dev/vdd && lvm lvcreate -q --type thin-pool -L 5G -n pool vg && "
            "lvm lvcreate -q -V 10G -T vg/pool -n big",
            "lvm lvcreate -q -s -kn -pr -n one vg/big", "lvm lvcreate -q -s -kn -n two vg/one"),
}

ROWS = {**DISK_ROWS, **QCOW2_ROWS, **ATTACH_ROWS, **NETWORK_ROWS, **SAVE_ROWS, **SNAPSHOT_ROWS}


class Bench:
    """Rows of one session, for one hypervisor."""

    def __init__(self, host, hypervisor, figures):
        self.host, self.hypervisor, self.figures = host, hypervisor, figures
        self.a, self.b = Guest(host, "a"), Guest(host, "b")

    def add(self, row, value):
        self.figures.add(row, self.hypervisor, value)

    def timed(self, command, timeout=300):
        """Seconds that a command in the control domain takes, by the program's own clock."""
        operations, _, seconds = figure(self.host.run(f"/bench/bin/bench time {command}", timeout))
        assert operations == 1
        return seconds

    def exits(self):
        """Xen's debug keys are others."""
        return self.a.exits() if self.hypervisor == "socle" else None

    # ---- disks ----

    def disk(self, place, pattern):
        before = self.exits()
        operations, size, seconds = self.a.measure(
            f"disk /dev/{PLACES[place]} {PATTERNS[pattern]} {SECONDS}")
        after = self.exits()
        small = "4K" in pattern
        self.add(f"disk on a {place}: {pattern}", (operations if small else size) / seconds)
        if before is not None and after is not None:
            self.add(f"exits per {pattern}, disk on a {place}", (after - before) / operations)

    def rate(self, device, pattern):
        operations, size, seconds = self.a.measure(
            f"disk /dev/{device} {PATTERNS[pattern]} {SECONDS}")
        return (operations if "4K" in pattern else size) / seconds

    def qcow2(self):
        if self.hypervisor != "socle":
            return
        self.host.run(f"xl block-attach a {QCOW2}", 120)
        for pattern in PATTERNS:
            raw, image = self.rate("xvda", pattern), self.rate("xvdd", pattern)
            self.add(f"disk on a qcow2: {pattern}", image)
            self.add(f"  of what the raw file has: {pattern}", image / raw)
        self.host.run("xl block-detach a xvdd", 120)

    def attach(self, place):
        """Until both ends are connected, which the state in the store says."""
        state = f"/local/domain/0/backend/vbd/{self.a.domid}/51744/state"    # xvdc
        connect = (f"xl block-attach a format=raw,vdev=xvdc,access=rw,target={OTHER_DISKS[place]} "
                   f"&& until [ \"$(xenstore-read {state})\" = 4 ]; do sleep 0.02; done")
        self.add(f"attach a disk on a {place}", self.timed(f"sh -c '{connect}'"))
        self.add(f"detach a disk on a {place}", self.timed("xl block-detach a xvdc"))

    # ---- networks ----

    def stream(self, where, measured):
        _, size, seconds = measured
        self.add(f"TCP stream, {where}", size / seconds)

    def round_trip(self, kind, end, measured):
        operations, _, seconds = measured
        assert operations, f"{kind} to {end}: no answer"
        self.add(f"{kind} round trip, guest to {end}", seconds / operations)

    def streams(self):
        self.stream("guest to host", self.a.measure(f"tcp-stream {HOST} {SECONDS}"))
        self.stream("host to guest", figure(self.host.run(
            f"/bench/bin/bench tcp-stream {ADDRESS['a']} {SECONDS}", 90)))

    def round_trips(self):
        for kind in ("TCP", "UDP"):
            self.round_trip(kind, "host", self.a.measure(f"{kind.lower()}-ping {HOST} {SECONDS}"))

    def guest_to_guest(self):
        to_b = ADDRESS["b"]
        self.b.create()
        self.stream("guest to guest", self.a.measure(f"tcp-stream {to_b} {SECONDS}"))
        for kind in ("TCP", "UDP"):
            self.round_trip(kind, "guest", self.a.measure(f"{kind.lower()}-ping {to_b} {SECONDS}"))
        self.b.destroy()

    # ---- save and restore ----

    def save_and_restore(self):
        filled = self.a.run(f"bench fill {FILLED}")
        assert "FILLED" in filled, filled
        self.add("save a guest of 256 MB", self.timed(f"xl save a {SAVED}"))
        self.figures.keep()
        started = time.monotonic()
        self.add("restore it", self.timed(f"xl restore {SAVED}"))
        self.a.find()
        self.a.run("true")
        self.add("restore it, to its answer", time.monotonic() - started)


    # ---- thin disks ----

    def snapshots(self):
        prepare, *measured = SHARING[self.hypervisor]
        self.host.run(prepare, 120)
        for row, command in zip(SNAPSHOT_ROWS, measured):
            self.add(row, self.timed(command))


# Each part's steps: what is measured in one go, and its arguments.
PARTS = {
    "snapshot": [(Bench.snapshots,)],
    "disk": [(Bench.disk, place, pattern) for place in PLACES for pattern in PATTERNS],
    "qcow2": [(Bench.qcow2,)],
    "attach": [(Bench.attach, place) for place in PLACES] * ATTACHED,
    "network": [(Bench.streams,), (Bench.round_trips,), (Bench.guest_to_guest,)],
    "saverestore": [(Bench.save_and_restore,)],
}


def measure(host, hypervisor, figures, todo):
    """These steps. One that is done is taken from todo, and what it measured counts."""
    bench = Bench(host, hypervisor, figures)
    while todo:
        function, *arguments = todo[0]
        if function is not Bench.snapshots and bench.a.domid is None:
            bench.add(CREATE, bench.a.create())
            figures.keep()
        function(bench, *arguments)
        figures.keep()
        todo.pop(0)
