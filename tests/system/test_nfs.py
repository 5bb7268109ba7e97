# SPDX-License-Identifier: GPL-2.0-or-later
"""A repository on an NFS server, which is a second emulated machine behind a socket of its own; and
what happens when the server falls silent, comes back, and is gone for good."""
import json
import os
import re
import signal
import time

import pytest

import lan
from test_devices import create, guest

SOURCE = "10.98.0.2:/"


@pytest.fixture(scope="module")
def folder():
    with lan.cable_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def server(build, logs, folder):
    with lan.server_machine(build, logs / "system-nfs-server.log", folder, "nfs-server",
                            rb"serves NFS: .*tcp") as machine:
        yield machine


@pytest.fixture(scope="module")
def host(build, hypervisor, logs, folder, server):
    with lan.host_machine(build, hypervisor, logs / "system-nfs.log", folder,
                          "10.98.0.2") as host:
        yield host


def storage(host, command, timeout=120):
    return host.run(f"storage {command}", timeout).strip()


def unreachable(host, command):
    """Said within seconds."""
    begun = time.monotonic()
    status, said = host.try_run(f"storage {command}", 90)
    assert status == 1 and "storage: SR_UNAVAILABLE: NFS server 10.98.0.2" in said, said
    assert time.monotonic() - begun < 150, f"storage {command}"


def test_an_installer_on_a_server(host, server):
    """It stands there under a link, as mirrors have them; one that leads off the server is none."""
    demo = "/usr/share/socle/demo"
    host.run("mkdir -p /tmp/there; mount -t nfs4 -o vers=4.2,addr=10.98.0.2 10.98.0.2:/ /tmp/there;"
             f"cd /tmp/there; mkdir -p new odd; cp {demo}/vmlinuz new/6.12; ln -s 6.12 new/linux; "
             f"cp {demo}/initrd.gz new/; ln -s {demo}/vmlinuz odd/linux; "
             f"cp {demo}/initrd.gz odd/; cd /; umount /tmp/there", 60)
    start = {"uuid": "01234567-89ab-cdef-0123-456789abcdef", "name": "fetched", "vcpus_max": 1,
             "memory_static_max": 128 << 20,
             "install": {"repository": f"nfs://{SOURCE.replace(':', '')}odd",
                         "distro": "debianlike"}}
    status, said = host.try_run(f"vmd ask vm.start '{json.dumps(start)}'", 60)
    assert status != 0 and "BOOTLOADER_FAILED" in said, said
    start["install"]["repository"] = f"nfs:{SOURCE}new"
    start["install"]["args"] = "one=two"
    said = host.run(f"vmd ask vm.start '{json.dumps(start)}'", 120)
    assert "fetched" in host.domains(), said
    assert "10.98.0.2" not in host.run("cat /proc/mounts")
    log = "/var/log/xen/console/guest-fetched.log"
    line = host.run(f"i=0; until grep -m1 'ommand line:' {log} || [ $i = 60 ]; do sleep 1; "
                    "i=$((i + 1)); done", 90)
    assert "console=hvc0 TERM=linux one=two --- console=hvc0" in line
    host.run("xl destroy fetched", 60)


def test_backups_on_a_server(host, server):
    host.run("i=0; until xe host-list || [ $i = 60 ]; do sleep 1; i=$((i + 1)); done", 120)
    vm = host.run("xe vm-create name-label=kept memory=128MiB").strip()
    policy = host.run(
        "xe vmpp-create name-label=nightly backup-retention-value=1 archive-target-type=nfs "
        f"archive-target-config:location={SOURCE} archive-frequency=always_after_backup").strip()
    host.run(f"xe vm-param-set uuid={vm} protection-policy={policy}")
    host.run(f"xe vmpp-protect-now uuid={policy}", 90)
    host.run(f"sleep 1; xe vmpp-protect-now uuid={policy}", 90)
    archive = host.run(f"xe vmpp-archives uuid={policy} --minimal 2>/dev/null").strip()
    assert archive.startswith(vm) and "10.98.0.2" not in host.run("cat /proc/mounts")
    host.run("mkdir -p /tmp/there; mount -t nfs4 -o vers=4.2,addr=10.98.0.2 10.98.0.2:/ /tmp/there")
    files = host.run("echo $(ls --color=never /tmp/there/socle-backup); umount /tmp/there").split()
    assert files == [archive, "socle-backup.json"]
    made = host.run(f"xe vmpp-restore uuid={policy} name={archive} 2>/dev/null", 90).strip()
    assert host.run(f"xe vm-param-get uuid={made} param-name=name-label").strip() == "kept"


def test_a_disk_on_a_server_that_goes_away(host, server):
    uuid = storage(host, f"sr create {SOURCE} type=nfs name=shared")
    assert re.fullmatch(r"[0-9a-f-]{36}", uuid), uuid
    assert f"{SOURCE} /run/sr-mount/{uuid} nfs4 " in host.run("cat /proc/mounts")
    storage(host, "vdi create shared 32M name=disk")
    storage(host, "vdi create shared 8M name=spare")
    spare = storage(host, "vdi path spare")
    status, said = host.try_run("storage vdi snapshot disk")
    assert status == 1 and "SR_OPERATION_NOT_SUPPORTED" in said, said
    path = storage(host, "vdi path disk")
    read = "dd if=/dev/xvda bs=64k skip=16 count=32 2>/dev/null | md5sum"
    with create(host, [f"{path},raw,xvda,w"]) as run:
        run("dd if=/dev/urandom of=/tmp/data bs=64k count=32; "
            "dd if=/tmp/data of=/dev/xvda bs=64k seek=16 conv=fsync; "
            "echo 3 >/proc/sys/vm/drop_caches")
        want = run("md5sum </tmp/data")
        assert run(read) == want

    # It falls silent, with its connections open: what would wait says so, the guest waits.
    os.kill(server.child.pid, signal.SIGSTOP)
    assert "shared" in storage(host, "sr list", 30)
    unreachable(host, "vdi list shared")
    status, said = host.try_run("storage check", 90)
    assert status == 2 and "NFS server 10.98.0.2" in said, said
    status, said = host.try_run(f"xl block-attach demo {spare},raw,xvdb,w", 60)
    assert status == 1 and f"{spare}: its server does not answer" in said, said
    # Others are not kept waiting: who uses a file of theirs is not asked of that server.
    host.run("mkdir -p /tmp/files")
    storage(host, "sr create /tmp/files type=dir name=local", 60)
    storage(host, "vdi create local 8M name=other", 60)
    other = storage(host, "vdi path other sr=local", 60)
    host.run(f"xl block-attach demo {other},raw,xvdb,w", 60)
    host.run("xl block-detach demo xvdb", 60)
    storage(host, "sr destroy local --force", 60)
    with guest(host, "xl console demo") as run:
        run("((dd if=/tmp/data of=/dev/xvda bs=64k seek=64 conv=fsync; echo $? >/tmp/status) "
            ">/dev/null 2>&1 &)")
        assert run("sleep 2; cat /tmp/status 2>/dev/null") == ""
    os.kill(server.child.pid, signal.SIGCONT)
    with guest(host, "xl console demo") as run:
        run("i=0; until [ -e /tmp/status ] || [ $i -gt 400 ]; do sleep 1; i=$((i+1)); done", 240)
        assert run("cat /tmp/status; echo 3 >/proc/sys/vm/drop_caches") == "0"
        assert run(read.replace("skip=16", "skip=64")) == want
    host.run("xl destroy demo", 120)

    # Another host would find it there.
    storage(host, "sr forget shared")
    assert uuid not in host.run("cat /proc/mounts")
    assert storage(host, f"sr introduce {SOURCE} type=nfs") == uuid
    assert "name-label: disk" in storage(host, "vdi stat disk")

    # Gone for good: nothing of it stays.
    server.close()
    host.run("storage sr forget shared", 120)
    assert uuid not in host.run("cat /proc/mounts") + storage(host, "sr list")
    unreachable(host, f"sr introduce {SOURCE} type=nfs")
