# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests' disks in qcow2 images: their data, their servers' life and death, and what is refused."""
import struct

import pytest

import test_devices
from test_devices import all_refused, create, guest, reboot
from test_events import wait_until

CLUSTER = 1 << 16
KEYS = ("magic", "version", "backing", "backing_len", "cluster_bits", "size", "crypt", "l1_size",
        "l1", "refcounts", "refcount_clusters", "snapshots", "snapshots_at", "incompatible",
        "compatible", "autoclear", "order", "header")


def header(**changed):
    """What `qemu-img create` writes for 64 MiB, but for what is to be changed."""
    fields = dict(zip(KEYS, (b"QFI\xfb", 3, 0, 0, 16, 64 << 20, 0, 1, 3 * CLUSTER, CLUSTER, 1, 0, 0,
                             0, 0, 0, 4, 104)), **changed)
    return struct.pack(">4sIQIIQIIQQIIQQQQII", *fields.values())


def make(host, path, **changed):
    """An image with a header, one table of reference counts, its first block, and no data."""
    def put(data, at):
        text = "".join(f"\\{byte:03o}" for byte in data)
        return f"printf '{text}' | dd of={path} bs=1 seek={at} conv=notrunc 2>/dev/null"

    host.run(f"rm -f {path}; truncate -s {4 * CLUSTER} {path}; {put(header(**changed), 0)}")
    host.run(put(struct.pack(">Q", 2 * CLUSTER), CLUSTER))
    host.run(put(b"\0\1" * 4, 2 * CLUSTER))


def servers(host):
    return len(host.run("pidof qemu-nbd; true").split())


def no_server(host):
    """Soon: it ends when the kernel has let go of the device."""
    wait_until(host, "no server is left", lambda _: servers(host) == 0 and
               host.run("ls -d /sys/block/nbd* 2>/dev/null; true").strip() == "", 60)


def nothing_left(host):
    test_devices.nothing_left(host)
    no_server(host)


@pytest.fixture
def images(host):
    host.run("mkdir -p /tmp/images")
    make(host, "/tmp/images/a.qcow2")
    yield "/tmp/images"
    host.destroy_guests()
    host.run("rm -rf /tmp/images")


def test_data_lasts(host, images):
    """Over a reboot, a save and a restore, and the guest's end."""
    read = "dd if=/dev/xvda bs=64k skip=16 count=48 2>/dev/null | md5sum"
    with create(host, [f"format=qcow2,vdev=xvda,access=w,target={images}/a.qcow2"]) as run:
        assert run("cat /sys/block/xvda/size") == str((64 << 20) // 512)
        run("dd if=/dev/urandom of=/tmp/data bs=1M count=3; "
            "dd if=/tmp/data of=/dev/xvda bs=64k seek=16 conv=fsync; "
            "echo 3 >/proc/sys/vm/drop_caches")
        want = run("md5sum </tmp/data")
        assert run(read) == want
    assert servers(host) == 1
    # It has nothing that it could give away, and its user is that guest's alone.
    user = 100000 + host.domains()["demo"]["id"]
    status = host.run("cd /proc/$(pidof qemu-nbd); cat status; ls root/ | wc -l; cd /")
    for line in (f"Uid:\t{user}\t{user}\t{user}", "CapEff:\t0000000000000000", "NoNewPrivs:\t1"):
        assert line in status, status
    assert status.rstrip().endswith("\n0"), status
    reboot(host)
    with guest(host, "xl console demo") as run:
        assert run(read) == want
    host.run("xl save demo /scratch/qcow2.save", 240)
    nothing_left(host)
    host.run("xl restore /scratch/qcow2.save && rm /scratch/qcow2.save", 240)
    entered = host.enter_console()
    assert host.in_guest(f"echo 3 >/proc/sys/vm/drop_caches; {read}", 120) == want
    host.leave_guest(entered)
    host.run("xl destroy demo", 120)
    nothing_left(host)
    # The image has grown by what was written, and by no more than tables.
    assert 3 << 20 < int(host.run(f"stat -c %s {images}/a.qcow2")) < 5 << 20


def test_a_server_that_dies(host, images):
    """Is an I/O error of that disk, and of nothing else."""
    host.run(f"truncate -s 16M {images}/b.img; rm -f /var/log/xen/qcow2.log")
    with create(host, [f"{images}/a.qcow2,qcow2,xvda,w", f"{images}/b.img,raw,xvdb,w"]) as run:
        # Again and again, for a machine that is quick with one.
        run("((sleep 3; while dd if=/dev/zero of=/dev/xvda bs=64k count=900 oflag=direct "
            ">/tmp/dd 2>&1; do :; done; echo ended >/tmp/status) &)")
    host.run("sleep 4; kill -9 $(pidof qemu-nbd)")
    with guest(host, "xl console demo") as run:
        run("i=0; until [ -e /tmp/status ] || [ $i -gt 60 ]; do sleep 1; i=$((i+1)); done")
        assert run("cat /tmp/status; grep -c 'I/O error' /tmp/dd") == "ended\n1"
        assert run("dd if=/dev/xvda of=/dev/null bs=4k count=1 iflag=direct 2>&1 | "
                   "grep -c 'I/O error'") == "1"
        run("dd if=/dev/zero of=/dev/xvdb bs=64k count=16 conv=fsync && echo go'od'") == "good"
    said = host.run("cat /var/log/xen/qcow2.log")
    assert "disk xvda of domain" in said and "a.qcow2: qemu-nbd was ended by signal 9" in said, said
    host.run("xl block-detach demo xvda", 60)
    # Another server, and the disk is back.
    host.run(f"xl block-attach demo {images}/a.qcow2,qcow2,xvdc,w")
    with guest(host, "xl console demo") as run:
        run("i=0; until [ -b /dev/xvdc ] || [ $i -gt 500 ]; do sleep 0.2; i=$((i+1)); done")
        assert run("dd if=/dev/xvdc of=/dev/null bs=64k count=100 2>&1 | "
                   "grep -c '100+0 records out'") == "1"
    host.run("xl block-detach demo xvdc", 60)
    no_server(host)


def test_bad_images_are_named(host, images):
    file = f"{images}/bad.qcow2"
    with create(host, [f"{images}/a.qcow2,qcow2,xvda,w"]):
        pass
    for changed, said in (
            ({"magic": b"\0\0\0\0"}, "no qcow2 image"),
            ({"backing": 512, "backing_len": 11}, "needs a backing file"),
            ({"incompatible": 4}, "needs an external data file"),
            ({"incompatible": 2}, "marked as corrupt"),
            ({"crypt": 2}, "is encrypted"),
            ({"size": 1 << 62}, "no sound qcow2 image"),
            ({"size": 1 << 40}, "the first table has entries: 1"),
            ({"l1": 1 << 40}, "the first table at"),
            # Sound as far as we look; what its server finds is told, too.
            ({"l1": 2 * CLUSTER, "snapshots": 70000, "snapshots_at": CLUSTER}, "qemu-nbd: ")):
        make(host, file, **changed)
        status, output = host.try_run(f"xl block-attach demo {file},qcow2,xvdb,w")
        assert status != 0 and f"{file}: " in output and said in output, (changed, output)
    all_refused(host, "block-attach", (
        (f"{images}/a.qcow2,qcow2,xvdb,w", 'a.qcow2: in use by the guest "demo"'),
        (f"{images}/a.qcow2,raw,xvdb,r", 'a.qcow2: in use by the guest "demo"'),
        (f"'{images}/a.qcow2,qcow2,xvdb,w!'", "cannot have two writers"),
        (f"{images}/none,qcow2,xvdb,w", "none: No such file")))
    assert servers(host) == 1
