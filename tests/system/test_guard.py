# SPDX-License-Identifier: GPL-2.0-or-later
"""Alerts, backups and keys on a host: what has to do with its kernel, its disks and its root.

One machine of its own: it has a disk for a thin pool, and a network on which the machine that tests
is 10.0.2.2, where a webhook listens. The daemons look every second here, and not every ten.
"""
import http.server
import json
import subprocess
import threading
import time

import pytest

from control_domain import ControlDomain
from machine import PATIENCE, Machine

MIB = 1 << 20
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 43


class Hook(http.server.BaseHTTPRequestHandler):
    got = []

    def do_POST(self):
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def host(build, hypervisor, logs):
    disk = logs / "guard-disk.img"
    disk.unlink(missing_ok=True)
    subprocess.run(["truncate", "-s", "1G", disk], check=True)
    extra = ["-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net",
             "-drive", f"file={disk},if=none,id=disk,format=raw,cache=unsafe",
             "-device", "virtio-blk-pci,drive=disk"]
    host = ControlDomain(Machine.direct(build, hypervisor, logs / "system-guard.log", extra=extra))
    try:
        host.login()
        # Without bars: the console is a terminal.
        host.run('xe() { /usr/bin/xe "$@" 2>/tmp/xe.err; }')
        host.run("sed -i 's/ alerts$/ --every 1000 alerts/' /etc/service/alerts/run; "
                 "i=0; until xe host-list --minimal 2>/dev/null | grep -q -- - || [ $i -gt 60 ]; "
                 "do sleep 1; i=$((i+1)); done; sv restart /etc/service/alerts", 120)
        yield host
    finally:
        host.machine.close()
        disk.unlink()


@pytest.fixture(scope="module")
def pool(host):
    host.run("i=0; until [ -e /dev/vda ] || [ $i -gt 60 ]; do sleep 1; i=$((i+1)); done", 90)
    return host.run("xe sr-create type=lvmthin name-label=pool device-config:device=/dev/vda",
                    120).strip()


def wait_until(condition, seconds):
    seconds *= PATIENCE
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(1)


def seen(host, name, seconds=60):
    """A message of that name."""
    wait_until(lambda: host.run(f"xe message-list name={name} --minimal").strip(), seconds)
    return host.run(f"xe message-list name={name} params=all")


def users_of(host, command):
    """Of each process of it."""
    return host.run(f"for pid in $(pgrep -f '{command}'); do stat -c %u /proc/$pid; done; true"
                    ).split()


def test_nobody_has_privilege(host):
    for word, user in (("alerts", "102"), ("backup", "102")):
        # The other one is root, reads nothing from outside, and starts curl. Both begin as root.
        wait_until(lambda: sorted(users_of(host, f"guard.* {word}$")) == ["0", user], 30)


def test_a_thin_pool_that_is_full(host, pool):
    """By limits that what its metadata takes, a tenth in so small a pool, lies above; then below."""
    host.run(f"xe sr-param-set uuid={pool} other-config:alert-levels=1,2,3")
    body = seen(host, "SR_SPACE_LOW")
    assert "'pool' (lvmthin)" in body and pool in body and "metadata" in body
    host.run(f"xe sr-param-set uuid={pool} other-config:alert-levels=30,50,95")
    wait_until(lambda: not host.run("xe message-list name=SR_SPACE_LOW --minimal").strip(), 60)


def test_the_kernels_words(host):
    host.run("for i in 1 2 3; do echo '<3>I/O error, dev sdq, sector 1' >/dev/kmsg; done")
    assert "sdq" in seen(host, "DISK_ERROR")
    assert len(host.run("xe message-list name=DISK_ERROR --minimal").strip().split(",")) == 1


def test_a_webhook(host):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://10.0.2.2:{server.server_address[1]}/"
    host.run(f"xe pool-param-set uuid=$(xe pool-list --minimal) other-config:webhook-url={url}")
    uuid = host.run("xe message-test").strip()
    wait_until(lambda: any(m["message"]["uuid"] == uuid for m in Hook.got), 60)
    assert Hook.got[-1]["host"] == host.run("hostname").strip()
    host.run("xe pool-param-remove uuid=$(xe pool-list --minimal) param-name=other-config "
             "param-key=webhook-url")
    server.shutdown()


def test_a_backup_and_back(host, pool):
    vm = host.run("xe vm-create name-label=kept memory=128MiB").strip()
    vdi = host.run(f"xe vdi-create sr-uuid={pool} name-label=disk virtual-size=16MiB").strip()
    host.run(f"xe vbd-create vm-uuid={vm} vdi-uuid={vdi} device=0")
    host.run(f"head -c {8 * MIB} /dev/urandom >/tmp/data; head -c {8 * MIB} /dev/zero >>/tmp/data; "
             f"xe vdi-import uuid={vdi} filename=/tmp/data", 60)
    host.run("mkdir -p /mnt/backup")
    policy = host.run(
        "xe vmpp-create name-label=nightly backup-retention-value=1 archive-target-type=directory "
        "archive-target-config:location=/mnt/backup archive-frequency=always_after_backup").strip()
    host.run(f"xe vm-param-set uuid={vm} protection-policy={policy}")
    host.run(f"xe vmpp-protect-now uuid={policy}", 90)
    first = host.run(f"xe vmpp-archives uuid={policy} --minimal").strip()
    host.run(f"sleep 1; xe vmpp-protect-now uuid={policy}", 90)
    second = host.run(f"xe vmpp-archives uuid={policy} --minimal").strip()
    assert first.startswith(vm) and second.startswith(vm) and first != second
    files = host.run("echo $(ls --color=never /mnt/backup/socle-backup)").split()
    assert files == [second, "socle-backup.json"]
    assert host.run("stat -c '%u %a' /mnt/backup/socle-backup").split() == ["102", "700"]
    assert not host.run("xe snapshot-list --minimal").strip()
    made = host.run(f"xe vmpp-restore uuid={policy} name={second} sr-uuid={pool}", 90).strip()
    disk = host.run(f"xe vbd-list vm-uuid={made} params=vdi-uuid --minimal").strip()
    host.run(f"xe vdi-export uuid={disk} filename=/tmp/back; cmp /tmp/data /tmp/back", 60)


def test_a_folder_that_is_none(host):
    for path in ("/etc", "/mnt/../etc", "/mnt/link", "/mnt/nothing"):
        host.run("ln -sfn /etc /mnt/link")
        status, output = host.try_run(f"vmd ask backup.folder '{json.dumps({'path': path})}'")
        assert status == 1 and "error" in output, path
    assert host.try_run("ls /etc/socle-backup")[0] != 0


def test_keys(host):
    host.run(f"xe user-ssh-key-add short-name=root key='{KEY} somebody'")
    assert host.run("cat /root/.ssh/authorized_keys").strip() == f"{KEY} somebody"
    assert host.run("stat -c %a /root/.ssh/authorized_keys /root/.ssh").split() == ["600", "700"]
    assert host.try_run("xe user-ssh-key-add short-name=root key='ssh-rsa AAAA'")[0] == 1
    assert "key" in host.run("cat /tmp/xe.err")
    host.run(f"xe user-ssh-key-remove short-name=root key='{KEY}'")
    assert not host.run("xe user-ssh-key-list short-name=root").strip()


def test_logs_are_cut(host):
    host.run("mkdir -p /tmp/logs; head -c 3000000 /dev/zero >/tmp/logs/a.log; "
             "bound-logs /tmp/logs 4096 1024")
    assert host.run("stat -c %s /tmp/logs/a.log /tmp/logs/a.log.1").split() == ["0", "262144"]
