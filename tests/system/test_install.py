# SPDX-License-Identifier: GPL-2.0-or-later
"""From the ISO and an empty disk to a host that keeps what it is given: an installation by an
answer file, the start from the disk, an upgrade that stays and one that does not; by questions.

The tests run in their order, all but the last on one disk.
"""
import functools
import http.server
import os
import random
import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from control_domain import ControlDomain
from machine import Machine
from test_api import DEMO, Api, free_port

PASSWORD = "a long 'password'"
ANSWERS = f"""# unattended
disk vda
hostname keeper
root-password {PASSWORD}
finish poweroff
trust-key """
TOP = Path(__file__).resolve().parents[2]
DOWN = "\x1b[B"


def disk_arguments(*files):
    arguments = []
    for n, file in enumerate(files):
        arguments += ["-drive", f"file={file},format=raw,if=none,id=disk{n},cache=unsafe",
                      "-device", f"virtio-blk-pci,drive=disk{n},bootindex={n + 1}"]
    return arguments


def empty_disk(path, size="5G"):
    subprocess.run(["truncate", "-s", size, path], check=True)
    return path


def answers_disk(path, text):
    """A small FAT disk with the label ANSWERS, as an administrator would make one."""
    path.unlink(missing_ok=True)
    subprocess.run(["truncate", "-s", "2M", path], check=True)
    subprocess.run(["/sbin/mkfs.fat", "-n", "ANSWERS", path], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["mcopy", "-i", path, "-", "::/answers"], input=text.encode(), check=True)
    return path


def choose_install(machine):
    """The third entry of the medium's menu."""
    assert machine.expect([rb"try Socle"], 60) == 0, f"no boot menu: {machine.why}"
    for key in (DOWN, DOWN, "\n"):
        time.sleep(0.3)
        machine.send(key)


def install(build, log, disks, answers, done=rb"is installed on"):
    """Runs the unattended installation; the seconds that it took from power-on to its end."""
    with Machine.iso(build, log, extra=disk_arguments(*disks, answers)) as machine:
        choose_install(machine)
        assert machine.expect([done, rb"FAILED[^\r\n]*"], 280) == 0, \
            f"not installed: {machine.why} {machine.match and machine.match[0]}"
        assert machine.expect([], 60) == -1 and machine.why == "the machine stopped"
        return machine.elapsed


class Installed(Api):
    """The host that was installed, started from its disk."""

    def __init__(self, build, log, home, disks):
        self.build, self.home = build, home
        self.https, self.http = free_port(), free_port()
        net = ["-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{self.https}-:443",
               "-device", "virtio-net-pci,netdev=net"]
        self.host = ControlDomain(Machine(disk_arguments(*disks) + net, log, reboots=True))
        self.seconds = self.host.login(password=PASSWORD)

    def reboot(self):
        self.host.machine.send("reboot\n")
        self.host.login(password=PASSWORD)

    def default_sr(self):
        """Known once the management plane has looked at what there is."""
        for _ in range(60):
            sr = self.xe("pool-list", "params=default-SR", "--minimal")
            if re.fullmatch(r"[0-9a-f-]{36}", sr):
                return sr
            time.sleep(1)
        raise AssertionError(f"no default repository: {sr}")

    def xe(self, *args, **options):
        return super().xe(*args, password=PASSWORD, **options)


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    path = tmp_path_factory.mktemp("install") / "disk"
    yield empty_disk(path)
    path.unlink()


class Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *unused):     # pylint: disable=arguments-differ
        """Nothing on the test's own output."""


class Bundles:
    """Signed bundles of what is on the ISO, by HTTP; the emulated network's 10.0.2.2 is us."""

    def __init__(self, build, folder):
        self.build, self.folder = build.resolve(), folder
        self.key = self.new_key("key")
        self.trusted = Path(f"{self.key}.pub").read_text().splitlines()[1]
        handler = functools.partial(Files, directory=folder)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def new_key(self, name):
        subprocess.run([self.build / "bundle-sign", "generate", self.folder / name], check=True)
        return self.folder / name

    def make(self, version, key=None, **changed):
        """The URL of one; changed: bytes of files in it."""
        slot, bundle = self.folder / "slot", self.folder / f"{version}.bundle"
        shutil.rmtree(slot, ignore_errors=True)
        shutil.copytree(self.build / "iso/socle", slot)
        (slot / "version").write_text(f"{version}\n")
        for name, data in changed.items():
            (slot / name).write_bytes(data)
        (slot / "SHA256SUMS").unlink()
        subprocess.run("sha256sum -- * >../sums && mv ../sums SHA256SUMS", shell=True, check=True,
                       cwd=slot)
        subprocess.run([TOP / "image/make-bundle", key or self.key, bundle, slot], check=True,
                       env=dict(os.environ, B=str(self.build), SOURCE_DATE_EPOCH="0"))
        return f"http://10.0.2.2:{self.server.server_port}/{bundle.name}"


@pytest.fixture(scope="module")
def bundles(build, tmp_path_factory):
    bundles = Bundles(build, tmp_path_factory.mktemp("bundles"))
    yield bundles
    bundles.server.shutdown()
    shutil.rmtree(bundles.folder)


@pytest.fixture(scope="module")
def installed(build, hypervisor, logs, disk, bundles, tmp_path_factory):
    if hypervisor != "socle":
        pytest.skip("about our own hypervisor or ISO")
    answers = answers_disk(disk.with_name("answers"), ANSWERS + bundles.trusted + "\n")
    seconds = install(build, logs / "system-install.log", [disk], answers)
    used = disk.stat().st_blocks * 512 >> 20
    print(f"installed in {seconds:.0f} s; {used} MB on the disk")
    assert seconds < 240 and used < 400
    host = Installed(build, logs / "system-installed.log", tmp_path_factory.mktemp("home"), [disk])
    print(f"login {host.seconds:.0f} s after power-on")
    yield host
    host.host.machine.close()


def test_installs_and_starts_from_the_disk(installed):
    run = installed.host.run
    assert run("hostname").strip() == "keeper"
    assert run("cat /run/state").startswith("mounted /dev/vda2")
    assert "Live mode" not in run("cat /etc/issue")
    assert "Local storage" in run("storage sr list")


def slots(host):
    """{slot: what host-upgrade says of it}"""
    return dict(re.findall(r"^([ab]): (.*)$", host.run("host-upgrade --status"), re.M))


def trial_ends(host):
    host.run("i=0; while [ -e /state/trial ] && [ $i -lt 60 ]; do sleep 2; i=$((i+1)); done", 240)


def test_a_bundle_that_nobody_trusts(installed, bundles):
    installed.wait_up()
    stranger = bundles.make("0.9", key=bundles.new_key("stranger"))
    status, said = installed.host.try_run(f"host-upgrade {stranger}", 120)
    assert status == 1 and "not signed by a key that this host trusts" in said
    assert slots(installed.host) == {"a": "0.1, running, starts", "b": "empty, not complete"}


def test_an_upgrade_stays_and_keeps_everything(installed, bundles, tmp_path):
    host = installed.host
    sr = installed.default_sr()
    assert installed.xe("sr-list", f"uuid={sr}", "params=name-label", "--minimal") == \
        "Local storage"
    uuid = installed.xe("vm-create", "name-label=kept", *DEMO.split())
    vbd = installed.xe("vm-disk-add", "vm=kept", "disk-size=4MiB", f"sr-uuid={sr}")
    vdi = installed.xe("vbd-param-get", f"uuid={vbd}", "param-name=vdi-uuid")
    data = random.Random(2).randbytes(4 << 20)
    (tmp_path / "in").write_bytes(data)
    installed.xe("vdi-import", f"uuid={vdi}", f"filename={tmp_path}/in", timeout=120)
    host.run("echo 'network inner' >>/etc/socle/network.conf")
    certificate = host.run("host-certificate")
    host.run(f"host-upgrade {bundles.make('0.2')}", 180)
    assert slots(host)["b"] == "0.2, is tried at the next start"

    installed.reboot()
    trial_ends(host)
    assert slots(host) == {"a": "0.1", "b": "0.2, running, starts"}
    installed.wait_up()
    assert host.run("host-certificate") == certificate
    assert "network inner" in host.run("cat /etc/socle/network.conf")
    assert installed.xe("vm-list", f"uuid={uuid}", "params=name-label", "--minimal") == "kept"
    installed.default_sr()
    installed.xe("vdi-export", f"uuid={vdi}", f"filename={tmp_path}/out", timeout=120)
    assert (tmp_path / "out").read_bytes() == data
    installed.xe("vm-start", "vm=kept", timeout=180)
    assert "kept" in host.domains()
    installed.xe("vm-shutdown", "vm=kept", "--force")


def test_a_version_that_does_not_start_is_left_again(installed, bundles):
    host = installed.host
    host.run(f"host-upgrade {bundles.make('0.3', **{'initrd.lz4': b'nothing'})}", 180)
    assert slots(host)["a"] == "0.3, is tried at the next start"
    host.machine.send("reboot\n")
    host.must_see([rb"Kernel panic|panic"], 120, "the broken version's end")
    host.login(password=PASSWORD)
    trial_ends(host)
    assert slots(host) == {"a": "0.3", "b": "0.2, running, starts"}
    assert "did not come up: a 0.3" in host.run("host-upgrade --status")


def answer_questions(machine):
    """What somebody would press who takes what is offered."""
    for title, keys in ((b"installation", "\n"), (b"the system's disk", "\n"),
                        (b"VMs' disks", "\n"),
                        (b"name and password", f"{DOWN}{PASSWORD}{DOWN}{PASSWORD}\n"),
                        (b"network", "\n"), (b"last question", "\x1b"), (b"network", "\n"),
                        (b"last question", "\n")):
        assert machine.expect([b"Socle - " + title], 120) == 0, (title, machine.why)
        time.sleep(0.5)
        machine.send(keys)


def test_by_questions_and_with_a_damaged_state(only_socle, build, logs, tmp_path):
    """The state is damaged before the first start: it stops nothing."""
    disk = empty_disk(tmp_path / "disk")
    with Machine.iso(build, logs / "system-questions.log", extra=disk_arguments(disk)) as machine:
        choose_install(machine)
        answer_questions(machine)
        assert machine.expect([b"Socle - done", b"Socle - not installed"], 240) == 0, machine.why
        time.sleep(0.5)
        machine.send("\n")
        assert machine.expect([], 60) == -1 and machine.why == "the machine stopped"
    with open(disk, "r+b") as f:        # behind the boot partition: 1 MB and 256 MB
        f.seek(257 << 20)
        f.write(b"\xff" * (1 << 20))
    with Machine(disk_arguments(disk), logs / "system-damaged.log") as machine:
        host = ControlDomain(machine)
        assert machine.expect([rb"state of this host is not available"], 200) == 0, machine.why
        host.login()
        assert host.run("cat /run/state").startswith("missing")
        assert "lvmthin" not in host.run("storage sr list")
