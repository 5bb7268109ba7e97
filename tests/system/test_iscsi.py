# SPDX-License-Identifier: GPL-2.0-or-later
"""A repository on a disk of an iSCSI target, which is a second emulated machine: its login, its
life, a target that falls silent, an initiator that is killed, and a start of the host."""
import os
import re
import signal
import time

import pytest

import lan
from test_devices import create, guest

PORTAL = "10.98.0.3"
TARGET = f"{PORTAL}:3260/iqn.2026-11.example:locked"
OPEN = f"{PORTAL}:3260/iqn.2026-11.example:open"
LOGIN = "chap-user=fred chap-password-file=/root/password"
PASSWORD = "echo fred-password-1 >/root/password"
MB = 1 << 20


@pytest.fixture(scope="module")
def folder():
    with lan.cable_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def disks(folder):
    """Two disks of the host's own: what survives its start, and a local repository."""
    arguments = []
    for name, size in (("state", MB), ("local", 96 * MB)):
        with open(f"{folder}/{name}", "wb") as f:
            f.truncate(size)
        arguments += ["-drive", f"file={folder}/{name},format=raw,if=virtio,cache=unsafe"]
    return arguments


@pytest.fixture(scope="module")
def target(build, logs, folder):
    with lan.server_machine(build, logs / "system-iscsi-target.log", folder, "iscsi-target",
                            rb"serves iSCSI") as machine:
        yield machine


def storage(host, command, timeout=120):
    return host.run(f"storage {command}", timeout).strip()


def refused(host, command, *said, within=150):
    begun = time.monotonic()
    status, output = host.try_run(f"storage {command}", 90)
    assert status == 1 and all(word in output for word in said), (command, output)
    assert time.monotonic() - begun < within, command


def sessions(host):
    return host.run("iscsiadm -m session 2>/dev/null; true").strip()


def wait_for(host, condition, seconds=60):
    host.run(f"i=0; until {condition} || [ $i -gt {seconds} ]; do sleep 1; i=$((i+1)); done; "
             f"{condition}", 4 * seconds)


READ = "dd if=/dev/xvda bs=64k skip={} count=32 2>/dev/null | md5sum"


def test_a_disk_on_a_target(build, hypervisor, logs, folder, target, disks):
    with lan.host_machine(build, hypervisor, logs / "system-iscsi.log", folder, PORTAL,
                          disks) as host:
        logins(host)
        uuid, want = first_use(host)
        initiator_killed(host)
        target_silent(host, target, want)
        name = storage(host, "initiator")
        host.run("tar c -C / var/lib/storage >/dev/vda; sync")
        switched_off(host, target)
    with lan.host_machine(build, hypervisor, logs / "system-iscsi-again.log", folder, PORTAL,
                          disks) as host:
        after_a_start(host, uuid, want, name)
        last_things(host, target, uuid)


def logins(host):
    assert storage(host, f"sr probe {PORTAL}").split("\n") == [f"target: {TARGET}",
                                                               f"target: {OPEN}"]
    host.run(f"{PASSWORD}; echo wrong-password >/root/wrong")
    refused(host, f"sr probe {TARGET}", "SR_BACKEND_FAILURE_68", "wants a CHAP user")
    refused(host, f"sr create {TARGET} type=lvmoiscsi chap-user=fred "
            "chap-password-file=/root/wrong", "SR_BACKEND_FAILURE_68", "refuses CHAP user fred")
    refused(host, f"sr create {PORTAL}/iqn.2026-11.example:no type=lvmoiscsi", "SR_UNAVAILABLE",
            "takes no login")
    refused(host, "sr probe 10.98.0.1:3261", "SR_UNAVAILABLE", "10.98.0.1, port 3261")
    found = storage(host, f"sr probe {TARGET} {LOGIN}")
    assert "lun: 0\n" in found and f"size: {192 * MB}\n" in found, found
    assert "found: nothing" in found and "scsi-id: naa.6001405" in found, found
    assert sessions(host) == ""
    # Nobody logs in with the former name any more; and nobody else has ended.
    name, others = storage(host, "initiator"), host.run("pidof xenstored runsvdir")
    for other in ("iqn.2026-11.example:renamed", name):
        host.run("pidof iscsid || sv start /etc/service/iscsid")
        storage(host, f"initiator {other}")
        assert host.run("pidof iscsid; true").strip() == ""
    assert host.run("pidof xenstored runsvdir") == others


def first_use(host):
    uuid = storage(host, f"sr create {TARGET} type=lvmoiscsi name=far {LOGIN}")
    assert re.fullmatch(r"[0-9a-f-]{36}", uuid), uuid
    assert host.run("cd /var/lib/storage; stat -c %a *.chap initiatorname.iscsi; cd /") \
        .split() == ["600", "600"]
    assert "fred-password-1" not in host.run("dmesg; logread; "
                                             "storage sr list; storage sr stat far")
    storage(host, "vdi create far 8M name=disk")
    path = storage(host, "vdi path disk")
    with create(host, [f"{path},raw,xvda,w"]) as run:
        run("dd if=/dev/urandom of=/tmp/data bs=64k count=32; "
            "dd if=/tmp/data of=/dev/xvda bs=64k seek=16 conv=fsync; "
            "echo 3 >/proc/sys/vm/drop_caches")
        want = run("md5sum </tmp/data")
        assert run(READ.format(16)) == want
    refused(host, "sr unplug far", "SR_IN_USE")
    return uuid, want


def initiator_killed(host):
    before = host.run("pidof iscsid")
    host.run("kill -9 $(pidof iscsid)")
    wait_for(host, f"[ -n \"$(pidof iscsid)\" ] && [ \"$(pidof iscsid)\" != '{before.strip()}' ]")
    assert sessions(host).count("locked") == 1
    storage(host, "vdi list far")


def target_silent(host, target, want):
    """With its connection open. The new iscsid has to make it again."""
    os.kill(target.child.pid, signal.SIGSTOP)
    with guest(host, "xl console demo") as run:
        run("((dd if=/tmp/data of=/dev/xvda bs=64k seek=64 conv=fsync; echo $? >/tmp/status) "
            ">/dev/null 2>&1 &)")
    refused(host, "vdi list far", "SR_UNAVAILABLE", "does not answer", within=40)
    # Others are not kept waiting.
    storage(host, "sr create /dev/vdb type=lvm name=local", 60)
    storage(host, "vdi create local 8M name=other", 60)
    storage(host, "sr destroy local --force", 60)
    with guest(host, "xl console demo") as run:
        assert run("cat /tmp/status 2>/dev/null") == ""
    os.kill(target.child.pid, signal.SIGCONT)
    with guest(host, "xl console demo") as run:
        run("i=0; until [ -e /tmp/status ] || [ $i -gt 400 ]; do sleep 1; i=$((i+1)); done", 240)
        assert run("cat /tmp/status; echo 3 >/proc/sys/vm/drop_caches") == "0"
        assert run(READ.format(64)) == want
    storage(host, "vdi list far")
    host.run("xl destroy demo", 120)


def switched_off(host, target):
    """While the target is silent, with a disk in use: that is not waited for without an end."""
    os.kill(target.child.pid, signal.SIGSTOP)
    host.start("poweroff")
    host.machine.expect([b"nothing that is said"], 120)
    assert not host.machine.running
    os.kill(target.child.pid, signal.SIGCONT)


def after_a_start(host, uuid, want, name):
    """What the host knew is plugged by itself."""
    assert "lvmoiscsi" not in storage(host, "sr list") and sessions(host) == ""
    host.run("tar x -C / </dev/vda")
    wait_for(host, "storage vdi list far >/dev/null 2>&1")
    assert storage(host, "initiator") == name
    path = storage(host, "vdi path disk")
    assert host.run(READ.format(64).replace("/dev/xvda", path)).strip() == want
    storage(host, "vdi unplug disk")
    # By hand, it stays out.
    storage(host, "sr unplug far")
    assert sessions(host) == ""
    refused(host, "vdi list far", "SR_UNAVAILABLE", "not plugged")
    storage(host, "sr forget far")
    left = host.run("ls /var/lib/storage")
    assert uuid not in left and ".chap" not in left
    host.run(PASSWORD)
    assert storage(host, f"sr introduce {TARGET}/0 {LOGIN}") == uuid
    assert "name-label: disk" in storage(host, "vdi stat disk")


def last_things(host, target, uuid):
    other = storage(host, f"sr create {OPEN} type=lvmoiscsi name=open")
    storage(host, "sr destroy far --force")
    assert "locked" not in sessions(host) and "open" in sessions(host)
    assert uuid not in storage(host, "sr list") + host.run("ls /var/lib/storage /run/iscsi/nodes")
    # Gone for good: nothing of it stays.
    storage(host, "vdi create open 8M name=lost")
    storage(host, "vdi path lost")
    target.close()
    storage(host, "sr forget open", 120)
    assert sessions(host) == "" and other[:8] not in host.run("dmsetup ls; ls /sys/block")
