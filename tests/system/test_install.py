# SPDX-License-Identifier: GPL-2.0-or-later
"""From the ISO and empty disks to a host that keeps what it is given: an installation onto a mirror
by network, the start from it, an upgrade that stays, a disk that is lost, an upgrade that hangs;
then what is found on such a disk, and an installation by questions.

The tests run in their order, on the same disks.
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
from machine import PATIENCE, Machine
from ports import free_port
from remote import DEMO, Api

PASSWORD = "a long 'password'"
# As XenServer's installer takes them, the medium's files and the answers by HTTP.
ANSWERS = """<installation srtype="ext">
<raid device="md0"><disk>vda</disk><disk>vdb</disk></raid>
<primary-disk>md0</primary-disk>
<keymap>de</keymap>
<root-password type="plaintext">{password}</root-password>
<source type="url">{url}/iso</source>
<script stage="filesystem-populated" type="url">{url}/hook</script>
<admin-interface name="eth0" proto="dhcp"/>
<timezone>Europe/Berlin</timezone>
<hostname>keeper</hostname>
</installation>
"""
# Who may upgrade the host is not said there.
HOOK = """#!/bin/sh
echo {key} >"$SOCLE_STATE/etc/socle/trusted-keys"
"""
NET = ["-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net"]
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


def menu_choose(machine, entry, words=""):
    """An entry of the medium's menu, by its number, with words added to its line."""
    assert machine.expect([rb"try Socle"], 60) == 0, f"no boot menu: {machine.why}"
    for key in [DOWN] * entry + (["\t", f" {words}\n"] if words else ["\n"]):
        time.sleep(0.3)
        machine.send(key)


def install(build, log, disks, answers):
    """Runs the unattended installation; the seconds that it took from power-on to its end."""
    with Machine.iso(build, log, extra=disk_arguments(*disks) + NET) as machine:
        menu_choose(machine, 2, f"answerfile={answers}")
        assert machine.expect([rb"is installed on", rb"FAILED[^\r\n]*"], 280) == 0, \
            f"not installed: {machine.why} {machine.match and machine.match[0]}"
        assert machine.expect([], 60) == -1 and machine.why == "the machine stopped"
        return machine.elapsed


class Installed(Api):
    """The host that was installed, started from its disk."""

    def __init__(self, build, logs, home):
        self.build, self.logs, self.home = build, logs, home
        self.https, self.http = free_port(), free_port()
        self.host = None

    def start(self, name, *disks, uefi=False):
        """With those disks; the seconds from power-on to the login."""
        net = ["-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{self.https}-:443", *NET[2:]]
        self.host = ControlDomain(Machine(disk_arguments(*disks) + net,
                                          self.logs / f"system-{name}.log", reboots=True,
                                          uefi=uefi))
        return self.host.login(password=PASSWORD)

    def stop(self):
        """As whoever pulls the plug, when all is written."""
        self.host.run("sync")
        self.host.machine.close()

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
def disks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("install")
    yield [empty_disk(folder / "disk-a"), empty_disk(folder / "disk-b")]
    shutil.rmtree(folder)


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
        self.url = f"http://10.0.2.2:{self.server.server_port}"

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
        return f"{self.url}/{bundle.name}"


@pytest.fixture(scope="module")
def bundles(build, tmp_path_factory):
    bundles = Bundles(build, tmp_path_factory.mktemp("bundles"))
    yield bundles
    bundles.server.shutdown()
    shutil.rmtree(bundles.folder)


@pytest.fixture(scope="module")
def installed(build, hypervisor, logs, disks, bundles, tmp_path_factory):
    if hypervisor != "socle":
        pytest.skip("about our own hypervisor or ISO")
    url = bundles.url
    (bundles.folder / "iso").symlink_to(bundles.build / "iso")
    (bundles.folder / "hook").write_text(HOOK.format(key=bundles.trusted))
    (bundles.folder / "answers").write_text(ANSWERS.format(url=url, password=PASSWORD))
    seconds = install(build, logs / "system-install.log", disks, f"{url}/answers")
    used = disks[0].stat().st_blocks * 512 >> 20
    print(f"installed in {seconds:.0f} s; {used} MB on each disk")
    assert seconds < 240 * PATIENCE and used < 400
    host = Installed(build, logs, tmp_path_factory.mktemp("home"))
    print(f"login {host.start('installed', *disks):.0f} s after power-on")
    yield host
    host.host.machine.close()


def test_installs_and_starts_from_the_disk(installed):
    run = installed.host.run
    assert run("hostname").strip() == "keeper"
    assert run("cat /run/state").startswith("mounted /dev/md")
    assert "Live mode" not in run("cat /etc/issue")
    assert "Local storage" in run("storage sr list")
    assert re.search(r" CES?T ", run("date")) and run("host-keymap").strip() == "de"
    assert run("pidof host-watchdog").strip()


def slots(host):
    """{slot: what host-upgrade says of it}"""
    return dict(re.findall(r"^([ab]): (.*)$", host.run("host-upgrade --status"), re.M))


def trial_ends(host):
    host.run("i=0; while [ -e /state/trial ] && [ $i -lt 60 ]; do sleep 2; i=$((i+1)); done", 240)


def test_a_bundle_that_nobody_trusts(installed, bundles):
    installed.wait_up()
    small = {name: b"small" for name in ("initrd.lz4", "vmlinux.lz4")}
    stranger = bundles.make("0.9", key=bundles.new_key("stranger"), **small)
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
    said = installed.xe("host-update-from-url", f"url={bundles.make('0.2')}", timeout=180)
    assert "Version 0.2 is tried at the next start" in said
    assert "version_b: 0.2" in installed.xe("host-update-status")
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


def test_a_disk_is_lost(installed, bundles, disks):
    """The host starts from the other half, says so, and a guest runs. From here on the firmware is
    UEFI, and GRUB what starts the slots."""
    installed.stop()
    installed.start("one-disk", disks[1], uefi=True)
    assert "EFI" in installed.host.run("cat /sys/class/graphics/fb0/name")
    installed.wait_up()
    installed.xe("vm-start", "vm=kept", timeout=180)
    assert "kept" in installed.host.domains()
    installed.xe("vm-shutdown", "vm=kept", "--force")
    installed.xe("host-backup", f"file-name={bundles.folder}/backup")
    end = time.monotonic() + 360
    while "RAID_DEGRADED" not in installed.xe("message-list", "params=name"):
        assert time.monotonic() < end, "no message says that half of the mirror is missing"
        time.sleep(3)


def test_a_version_that_hangs_is_left_again(installed, bundles):
    """Its kernel starts a program that only waits: nobody renews the watchdog."""
    host = installed.host
    entry = (bundles.build / "iso/socle/slot.cfg").read_text()
    hangs = entry.replace("dom0_watchdog=300", "dom0_watchdog=10").replace(
        " quiet ", " quiet rdinit=/bin/cat ")
    assert hangs.count("dom0_watchdog=10") == hangs.count("rdinit") == 1
    files = {"slot.cfg": hangs.encode(),
             "initrd.lz4": (bundles.build / "dom0/demo-initrd.gz").read_bytes()}
    host.run(f"host-upgrade {bundles.make('0.3', **files)}", 180)
    assert slots(host)["a"] == "0.3, is tried at the next start"
    host.machine.send("reboot\n")
    host.must_see([rb"did not renew its watchdog"], 150, "the hanging version's end")
    host.login(password=PASSWORD)
    trial_ends(host)
    assert slots(host) == {"a": "0.3", "b": "0.2, running, starts"}
    assert "did not come up: a 0.3" in host.run("host-upgrade --status")
    installed.stop()


class Medium:
    """The medium, started by UEFI with an empty disk and the half of the mirror that is left."""

    def __init__(self, build, log, *disks):
        self.machine = Machine.iso(build, log, uefi=True, extra=disk_arguments(*disks))
        self.host = ControlDomain(self.machine)
        menu_choose(self.machine, 2)

    def see(self, title, keys):
        assert self.machine.expect([b"Socle - " + title.encode()], 120) == 0, \
            (title, self.machine.why)
        time.sleep(0.5)
        self.machine.send(keys)

    def install(self, answers):
        lines = answers.replace("\n", "\\n")
        self.host.run(f"printf '{lines}' >/tmp/answers")
        return self.host.run("install-socle /tmp/answers", 180)


@pytest.fixture(scope="module")
def medium(installed, build, logs, disks):
    installed.host.machine.close()      # it runs still, and has the disks, if a test before failed
    disks[0].unlink()
    empty_disk(disks[0])
    medium = Medium(build, logs / "system-medium.log", *disks)
    medium.see("keyboard", "\x1b")
    medium.host.login()
    yield medium
    medium.machine.close()


def test_an_upgrade_from_the_medium(medium):
    said = medium.install("install upgrade\ndisk vdb\nfinish shell\n")
    assert "on vdb, mirrored" in said and "tries version 0.1 at its next start" in said


def test_a_reinstallation_keeps_storage(medium, bundles):
    """And a backup brings back what the host remembered."""
    medium.host.run("i=0; until ip -4 -o addr show scope global | grep -q inet || [ $i -gt 60 ]; "
                    "do sleep 1; i=$((i+1)); done", 90)
    said = medium.install("install reinstall\nroot-password other\nfinish shell\n"
                          f"restore-backup {bundles.url}/backup\n")
    assert "Socle is installed on vdb" in said
    state = medium.host.run("mount -r /dev/md/state /mnt && cat /mnt/etc/hostname && "
                            "grep -c kept /mnt/var/lib/socle/state.db; umount /mnt")
    assert re.match(r"keeper\s+[1-9]", state), state
    kept = re.search(r"kept: (\S+) on /dev/md", said)
    assert kept and kept[1] in medium.host.run("storage sr list")
    assert " LV-" in medium.host.run("lvm lvs --noheadings -o lv_name; lvm vgchange -an")


def test_by_questions_and_with_a_damaged_state(medium, disks, logs):
    """What somebody would press who takes what is offered. The state is damaged before the first
    start: it stops nothing."""
    medium.host.start("install-ui")
    for title, keys in (("keyboard", "\n"), ("installation", "\n"), ("this machine", "\n"),
                        ("what to do", "\n"), ("the system's disk", "\n"),
                        ("other disks", "\n"), ("VMs' disks", "\n"), ("source", "\n"),
                        ("name and password", f"{DOWN}{PASSWORD}{DOWN}{PASSWORD}\n"),
                        ("network", "\n"), ("time zone", "\n"), ("clock", "\n"),
                        ("last question", "\x1b"), ("clock", "\n"), ("last question", "\n")):
        medium.see(title, keys)
    medium.see("done", "\n")
    medium.host.finish()
    medium.machine.close()
    with open(disks[0], "r+b") as f:        # behind the boot partition: 1 MB and 256 MB
        f.seek(257 << 20)
        f.write(b"\xff" * (1 << 20))
    with Machine(disk_arguments(disks[0]), logs / "system-damaged.log") as machine:
        host = ControlDomain(machine)
        assert machine.expect([rb"state of this host is not available"], 200) == 0, machine.why
        host.login()
        assert host.run("cat /run/state").startswith("missing")
        assert "lvmthin" not in host.run("storage sr list")
