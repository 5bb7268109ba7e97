# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks and network interfaces of guests: their life, what is refused, and that nothing is left."""
import re
from contextlib import contextmanager

import pytest

from test_events import wait_until

CREATE = 120    # seconds
BRIDGE = "testbr"
HERE = "10.99.0.1"


@contextmanager
def guest(host, command, timeout=CREATE):
    """A guest's shell, as a function that runs a command there."""
    host.enter_guest(command, timeout)
    entered = host.count
    try:
        yield lambda words, timeout=120: host.in_guest(words, timeout)
    finally:
        host.leave_guest(entered)


def create(host, disks=(), vifs=(), name="demo"):
    quoted = [",".join(f'"{item}"' for item in items) for items in (disks, vifs)]
    return guest(host, f"xl create -c demo 'name=\"{name}\"' 'disk=[{quoted[0]}]' "
                       f"'vif=[{quoted[1]}]'")


def left(host):
    """What devices have in the control domain: back ends, loop devices, interfaces."""
    return host.run("sleep 1; xenstore ls -f /local/domain/0/backend 2>/dev/null | "
                    "grep frontend-id; ls -d /sys/block/loop*/loop 2>/dev/null; "
                    "ls /sys/class/net | grep ^vif; true").strip()


def nothing_left(host):
    """Soon: a loop device goes with the last one who has it open."""
    wait_until(host, "no devices are left", lambda _: left(host) == "", 60)


def all_refused(host, command, rows):
    """Each device is refused with a reason that names it, and leaves nothing."""
    before = left(host)
    for spec, said in rows:
        status, output = host.try_run(f"xl {command} demo {spec}")
        assert status != 0 and said in output, (spec, output)
        assert left(host) == before, spec


def reboot(host):
    """Of the guest, from outside; until it is a new domain."""
    after = host.domains()["demo"]["id"] + 1
    host.run("xl reboot demo", 180)
    host.run(f"i=0; while [ $i -lt 240 ] && ! xl list demo 2>/dev/null | grep -q ' {after} '; "
             "do sleep 1; i=$((i+1)); done", CREATE)
    assert host.domains()["demo"]["id"] == after


def interfaces_of(host, bridge):
    return host.run(f"cd /sys/class/net/{bridge}/brif; echo *; cd /").split()


@pytest.fixture
def images(host):
    """A folder with disk images of 16 MiB of zeroes, on a file system of their own."""
    host.run("mkdir -p /tmp/disks; cd /tmp/disks; "
             "for f in a b c; do truncate -s 16M $f.img; done; cd /")
    yield "/tmp/disks"
    host.destroy_guests()
    host.run("rm -rf /tmp/disks")


@pytest.fixture
def bridge(host):
    host.run(f"ip link add {BRIDGE} type bridge && ip addr add {HERE}/24 dev {BRIDGE} && "
             f"ip link set {BRIDGE} up")
    yield BRIDGE
    host.destroy_guests()
    host.run(f"ip link del {BRIDGE}")


@pytest.fixture
def volume(host, images):
    """A block device (of a file, so that any machine has one)."""
    device = host.run("modprobe loop; losetup -f").strip()
    host.run(f"losetup {device} {images}/c.img")
    yield device
    host.destroy_guests()
    host.run(f"losetup -d {device}")


def test_data_lasts_over_a_reboot(host, images, volume):
    with create(host, [f"{images}/a.img,raw,xvda,w", f"{volume},raw,xvdb,w"]) as run:
        sizes = run("cat /sys/block/xvda/size /sys/block/xvdb/size").split()
        assert sizes == ["32768", "32768"]
        run("dd if=/dev/urandom of=/tmp/data bs=1M count=4")
        sums = set()
        for disk in ("xvda", "xvdb"):
            run(f"dd if=/tmp/data of=/dev/{disk} bs=64k seek=16 conv=fsync")
        run("echo 3 >/proc/sys/vm/drop_caches")
        for disk in ("xvda", "xvdb"):
            sums.add(run(f"dd if=/dev/{disk} bs=64k skip=16 count=64 2>/dev/null | md5sum"))
        sums.add(run("md5sum </tmp/data"))
        assert len(sums) == 1, sums
    for target in (f"{images}/a.img", volume):
        sums.add(host.run(f"dd if={target} bs=64k skip=16 count=64 2>/dev/null | md5sum").strip())
    assert len(sums) == 1, sums
    reboot(host)
    with guest(host, "xl console demo") as run:
        sums.add(run("dd if=/dev/xvda bs=64k skip=16 count=64 2>/dev/null | md5sum"))
        sums.add(run("dd if=/dev/xvdb bs=64k skip=16 count=64 2>/dev/null | md5sum"))
    assert len(sums) == 1, sums


def test_a_file_system_in_a_guest(host, images):
    with create(host, [f"{images}/a.img,raw,xvda,w"]) as run:
        run("mke2fs /dev/xvda && mkdir -p /mnt && mount -t ext4 /dev/xvda /mnt")
        run("echo kept >/mnt/file; umount /mnt")
    host.run("xl destroy demo", 120)
    with create(host, [f"{images}/a.img,raw,xvda,r"]) as run:
        assert run("mkdir -p /mnt; mount -r -t ext4 /dev/xvda /mnt; cat /mnt/file") == "kept"


def test_lists(host, images, bridge):
    mac = "00:16:3e:00:00:31"
    with create(host, [f"{images}/a.img,raw,xvda,w"], [f"bridge={bridge},mac={mac}"]):
        pass
    domid = host.domains()["demo"]["id"]
    head, row = host.run("xl block-list demo").strip().split("\n")
    assert head.split() == ["Vdev", "BE", "handle", "state", "evt-ch", "ring-ref", "BE-path"]
    assert row.split()[:4] == ["51712", "0", str(domid), "4"]
    assert row.split()[6] == f"/local/domain/0/backend/vbd/{domid}/51712"
    head, row = host.run("xl network-list demo").strip().split("\n")
    assert head.startswith("Idx BE Mac Addr.         handle state evt-ch")
    assert row.split()[:5] == ["0", "0", mac, "0", "4"]
    assert interfaces_of(host, bridge) == [f"vif{domid}.0"]


def test_attach_and_detach_while_it_runs(host, images, bridge):
    with create(host):
        pass
    host.run(f"xl block-attach demo {images}/a.img,raw,xvdc,w")
    host.run(f"xl network-attach demo bridge={bridge}")
    with guest(host, "xl console demo") as run:
        run("i=0; until grep -q xvdc /proc/partitions && [ -e /sys/class/net/eth0 ] || "
            "[ $i -gt 500 ]; do sleep 0.2; i=$((i+1)); done")
        run("dd if=/dev/urandom of=/dev/xvdc bs=1M count=2 conv=fsync")
        assert run("cat /sys/class/net/eth0/address").startswith("00:16:3e:")
    host.run("xl block-detach demo xvdc", 60)
    host.run("xl network-detach demo 0", 60)
    with guest(host, "xl console demo") as run:
        # It hears of it when the control domain is done.
        run("i=0; while grep -q xvdc /proc/partitions || [ -e /sys/class/net/eth0 ]; do "
            "[ $i -lt 500 ] || break; sleep 0.2; i=$((i+1)); done")
        assert run("grep -c xvdc /proc/partitions; ls /sys/class/net | grep -c eth") == "0\n0"
    nothing_left(host)
    # Gone before it is connected: that is waited for, and the guest's driver survives it.
    host.run(f"for i in 1 2 3; do xl block-attach demo {images}/a.img,raw,xvdc,w && "
             "xl block-detach demo xvdc || exit 1; done", 240)
    # With I/O under way.
    host.run(f"xl block-attach demo {images}/a.img raw xvdc w")
    with guest(host, "xl console demo") as run:
        run("i=0; until [ -b /dev/xvdc ] || [ $i -gt 500 ]; do sleep 0.2; i=$((i+1)); done; "
            "(dd if=/dev/zero of=/dev/xvdc bs=64k count=200 >/dev/null 2>&1 &)")
    host.run("xl block-detach --force demo xvdc", 60)
    nothing_left(host)


def test_what_was_attached_is_there_after_a_reboot(host, images):
    with create(host, [f"{images}/a.img,raw,xvda,w"]):
        pass
    host.run(f"xl block-attach demo {images}/b.img,raw,xvdb,r")
    host.run("xl block-detach demo xvda", 60)
    reboot(host)
    rows = host.run("xl block-list demo").strip().split("\n")[1:]
    assert [row.split()[0] for row in rows] == ["51728"]


def test_read_only_is_read_only(host, images):
    with create(host, [f"{images}/a.img,raw,xvda,r"]) as run:
        assert run("cat /sys/block/xvda/ro") == "1"
        assert "0" != run("dd if=/dev/zero of=/dev/xvda bs=4k count=1 >/dev/null 2>&1; echo $?")
    assert host.run(f"tr -d '\\000' <{images}/a.img | wc -c").strip() == "0"


def test_bad_disks_are_named(host, images, volume):
    host.run(f"cd {images}; : >empty.img; truncate -s 100 small.img; truncate -s 1000001 cut.img; "
             "cd /")
    with create(host, [f"{images}/a.img,raw,xvda,w", f"{images}/b.img,raw,xvdb,r"]):
        pass
    before = left(host)
    all_refused(host, "block-attach", (
        ("/tmp/nothing,raw,xvdc,w", "/tmp/nothing: No such file"),
        (f"{images},raw,xvdc,w", f"{images}: neither a block device nor a plain file"),
        (f"{images}/empty.img,raw,xvdc,w", "empty.img: empty"),
        (f"{images}/small.img,raw,xvdc,w", "small.img: too small"),
        (f"{images}/cut.img,raw,xvdc,w", "cut.img: cut off"),
        (f"{images}/a.img,raw,xvdc,w", 'a.img: in use by the guest "demo"'),
        (f"{images}/a.img,raw,xvdc,r", 'a.img: in use by the guest "demo"'),
        (f"{images}/b.img,raw,xvdc,w", 'b.img: in use by the guest "demo"'),
        (f"{images}/c.img,raw,xvdc,w", "c.img: in use by /dev/loop"),
        ("/dev/sda,raw,xvdc,w", "/dev/sda: mounted here, in the control domain, on /images"),
        (f"{images}/c.img,qcow2,xvdc,w", "no qcow2 image"),
        (f"{volume},raw,xvda,w", "is there already"),
        (f"{volume},raw,nonsense,w", "expected a disk's name in the guest")))
    status, output = host.try_run("xl create demo 'name=\"other\"' "
                                  f"'disk=[\"{volume},raw,xvda,w\", \"/tmp/nothing,raw,xvdb,w\"]'",
                                  CREATE)
    assert status != 0 and "/tmp/nothing" in output
    assert left(host) == before and "other" not in host.domains()
    # Two that only read, and one who knows what he does.
    host.run(f"xl block-attach demo {images}/b.img,raw,xvdd,r")
    host.run(f"xl block-attach demo '{images}/a.img,raw,xvde,w!'")


def test_bad_interfaces_are_named(host, bridge):
    mac = "00:16:3e:00:00:32"
    with create(host, vifs=[f"bridge={bridge},mac={mac}"]):
        pass
    all_refused(host, "network-attach", (
        (f"bridge={bridge} mac={mac}", f"mac={mac}: domain"),
        ("bridge=nosuch", "bridge=nosuch: there is no such bridge"),
        ("bridge=lo", "bridge=lo: that interface is no bridge"),
        (f"bridge={bridge} vifname=lo", "vifname=lo: there is an interface"),
        (f"bridge={bridge} mac=1", "expected a MAC"),
        (f"bridge={bridge} rate=fast", "expected a rate")))


def test_two_guests_over_a_bridge(host, bridge):
    with create(host, vifs=[f"bridge={bridge},vifname=left0"]) as run:
        run("ip addr add 10.99.0.2/24 dev eth0; ip link set eth0 up")
    with create(host, vifs=[f"bridge={bridge},mtu=1400"], name="second") as run:
        run("ip addr add 10.99.0.3/24 dev eth0; ip link set eth0 up")
        for address in (HERE, "10.99.0.2"):
            said = run(f"ping -c 5 -W 20 {address}", 150)
            assert re.search(r"[345] packets received", said), said
        macs = run("ip neigh").split()
    second = host.domains()["second"]["id"]
    assert interfaces_of(host, bridge) == \
        ["left0", f"vif{second}.0"]
    assert host.run(f"cat /sys/class/net/vif{second}.0/mtu").strip() == "1400"
    assert sum(word.startswith("00:16:3e:") for word in macs) == 1


def test_rate_limit(host, bridge):
    host.run("(sleep 900 | nc -l -p 5001 >/dev/null) & sleep 1")
    with create(host, vifs=[f"bridge={bridge},vifname=slow0,rate=2Mb/s@50ms"]) as run:
        run("ip addr add 10.99.0.2/24 dev eth0; ip link set eth0 up; sleep 1")
        run(f"(dd if=/dev/zero bs=64k count=160 2>/dev/null | nc {HERE} 5001) & sleep 2")
    count = "read a b </proc/uptime; echo $a $(cat /sys/class/net/slow0/statistics/rx_bytes)"
    host.run("i=0; until [ $(cat /sys/class/net/slow0/statistics/rx_bytes) -gt 100000 ] || "
             "[ $i -gt 60 ]; do sleep 1; i=$((i+1)); done", 120)
    start = [float(word) for word in host.run(count).split()]
    host.run("sleep 8")
    end = [float(word) for word in host.run(count).split()]
    speed = (end[1] - start[1]) / (end[0] - start[0])
    assert 20e3 < speed < 350e3, f"{speed} bytes/s with a limit of 250,000"


def test_a_disk_that_grows(host, images):
    with create(host, [f"{images}/a.img,raw,xvda,w"]) as run:
        assert run("cat /sys/block/xvda/size") == "32768"
    host.run(f"truncate -s 24M {images}/a.img")
    assert "24 MiB" in host.run("xl block-resize demo xvda")
    with guest(host, "xl console demo") as run:
        assert run("i=0; until grep 49152 /sys/block/xvda/size || [ $i -gt 500 ]; do sleep 0.2; "
                   "i=$((i+1)); done") == "49152"


def test_discs(host, images):
    host.run(f"for f in a b; do echo disc-$f | dd of={images}/$f.img conv=notrunc; done")
    with create(host, [f"{images}/a.img,raw,xvdd,r,cdrom"]) as run:
        assert run("head -n 1 /dev/xvdd") == "disc-a"
    host.run("xl cd-eject demo xvdd", 60)
    host.run(f"xl cd-insert demo xvdd {images}/b.img", 60)
    with guest(host, "xl console demo") as run:
        # It is listed before it can be opened.
        run("i=0; until head -n 1 /dev/xvdd >/dev/null 2>&1 || [ $i -gt 500 ]; do sleep 0.2; "
            "i=$((i+1)); done")
        assert run("head -n 1 /dev/xvdd") == "disc-b"
    status, output = host.try_run("xl cd-insert demo xvdd /tmp/nothing", 60)
    assert status != 0 and "/tmp/nothing" in output
    host.run("xl block-list demo | grep -q 51760")


def test_nothing_is_left(host, images, bridge):
    with create(host, [f"{images}/a.img,raw,xvda,w"], [f"bridge={bridge}"]) as run:
        run("(dd if=/dev/zero of=/dev/xvda bs=64k count=100 >/dev/null 2>&1 &)")
    assert left(host) != ""
    host.run("xl destroy demo", 120)
    host.run("sleep 1")
    nothing_left(host)
