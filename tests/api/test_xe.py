# SPDX-License-Identifier: GPL-2.0-or-later
"""xe, with sanitizers, against the daemons and a simulated host: what each command does to it."""
import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest

from client import PASSWORD, Server

MIB = 1 << 20


def read_until(terminal, words):
    """What a terminal shows, until it shows these words."""
    text = ""
    while words not in text:
        assert select.select([terminal], [], [], 20)[0], text
        text += os.read(terminal, 4096).decode(errors="replace")
    return text


class Xe:
    def __init__(self, folder, build):
        self.folder, self.program = folder, build / "api/checked/xe"
        self.server = Server(folder, build / "api/checked/apid", vms=1)
        self.streams = self.sr = None

    def start(self, build):
        folder = self.folder
        self.server.start()
        self.streams = subprocess.Popen(
            [build / "api/checked/transfer", "--listen", folder / "transfer.sock", "--api",
             self.server.socket, "--vmd", folder / "vmd.sock", "--metrics", folder, "--user",
             "none-of-this-machine", "serve"], stderr=self.server.log)
        self.server.wait_for(folder / "transfer.sock")
        self.server.settled()
        self.sr = self("sr-list", "type=lvmthin", "--minimal")

    def run(self, *args, password=PASSWORD):
        """(exit status, output, messages)."""
        done = subprocess.run([self.program, "-s", self.folder, "-pw", password, *args],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                              env={"HOME": str(self.folder)}, check=False)
        assert "Sanitizer" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr

    def __call__(self, *args, **options):
        status, out, err = self.run(*args, **options)
        assert status == 0, f"xe {' '.join(args)}: {status} {err}"
        return out.strip("\n")

    def refused(self, *args, **options):
        """(exit status, messages) of what has to fail."""
        status, _, err = self.run(*args, **options)
        assert status != 0, f"xe {' '.join(args)} did not fail"
        return status, err

    def get(self, kind, uuid, name, *more):
        return self(f"{kind}-param-get", f"uuid={uuid}", f"param-name={name}", *more)

    def stop(self):
        if self.streams:
            self.streams.terminate()
            self.streams.wait(120)
        return self.server.stop()


@pytest.fixture(scope="module")
def xe(build, tmp_path_factory):
    xe = Xe(tmp_path_factory.mktemp("xe"), build)
    try:
        xe.start(build)
    except BaseException:
        xe.stop()
        raise
    yield xe
    assert xe.stop() == 0, (xe.folder / "apid.log").read_text()


@pytest.fixture
def vm(xe):
    """A halted VM; what is left of it afterwards is removed."""
    uuid = xe("vm-create", "name-label=made", "memory=512MiB", "vcpus=2", "kernel=/k")
    yield uuid
    if xe("vm-list", f"uuid={uuid}", "--minimal"):
        xe("vm-uninstall", f"uuid={uuid}", "--force")


def test_a_vm_lives(xe, vm):
    assert xe.get("vm", vm, "memory-static-max") == str(512 * MIB)
    assert xe.get("vm", vm, "VCPUs-max") == "2"
    xe("vm-start", "vm=made")
    assert xe("vm-list", "power-state=running", "name-label=made", "--minimal") == vm
    assert int(xe.get("vm", vm, "dom-id")) > 0
    status, err = xe.refused("vm-start", "vm=made")
    assert status == 1 and "the VM is running" in err
    assert f"VM_BAD_POWER_STATE: VM {vm} (made)" in err
    xe("vm-pause", "vm=made")
    assert xe.get("vm", vm, "power-state") == "paused"
    xe("vm-unpause", "vm=made")
    xe("vm-reboot", "vm=made", "--force")
    xe("vm-shutdown", "vm=made")
    assert xe.get("vm", vm, "power-state") == "halted"
    xe("vm-destroy", "vm=made")
    assert xe.refused("vm-destroy", "vm=made")[0] == 1


@pytest.mark.parametrize("name", ["two words", "a \"quote\"", "back\\slash", "it's", "n" * 200])
def test_a_vm_by_its_name(xe, vm, name):
    xe("vm-param-set", f"uuid={vm}", f"name-label={name}")
    assert xe("vm-list", f"name-label={name}", "--minimal") == vm
    xe("vm-start", f"vm={name}")
    assert xe.get("vm", vm, "power-state") == "running"
    status, err = xe.refused("snapshot-destroy", f"snapshot={name}")
    assert status == 1 and "there is no such snapshot" in err


def test_sessions_end_with_their_commands(xe):
    def sessions_ended():
        return (xe.folder / "audit.log").read_text().count("session.logout -: ok")

    before = sessions_ended()
    for _ in range(20):
        xe("host-list", "--minimal")
    deadline = time.monotonic() + 120
    while sessions_ended() < before + 20:       # nobody waits for the end of one
        assert time.monotonic() < deadline
        time.sleep(0.05)


def on_terminal(xe, *args):
    """xe with a terminal for its messages; the terminal's other end."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "wb") as terminal:
        return subprocess.Popen([xe.program, "-s", xe.folder, "-pw", PASSWORD, *args],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=terminal,
                                env={"HOME": str(xe.folder)}), ours


def test_a_bar_on_a_terminal(xe, vm):
    xe("vm-param-set", f"uuid={vm}", "name-label=slow to start")
    process, terminal = on_terminal(xe, "vm-start", f"uuid={vm}")
    with process:
        assert "50%" in read_until(terminal, "50%")
        assert process.wait(120) == 0
    os.close(terminal)
    assert xe.get("vm", vm, "power-state") == "running"


def test_what_is_stopped_on_a_terminal(xe, vm):
    xe("vm-param-set", f"uuid={vm}", "name-label=slow to start")
    process, terminal = on_terminal(xe, "vm-start", f"uuid={vm}")
    with process:
        read_until(terminal, "%")
        process.send_signal(signal.SIGINT)
        assert "it was stopped" in read_until(terminal, "it was stopped")
        assert process.wait(120) == 1
    os.close(terminal)
    assert xe.get("vm", vm, "power-state") == "halted"


def test_disks(xe, vm):
    vbd = xe("vm-disk-add", "vm=made", "disk-size=64MiB", f"sr-uuid={xe.sr}")
    vdi = xe.get("vbd", vbd, "vdi-uuid")
    device = xe.get("vbd", vbd, "userdevice")
    assert xe.get("vdi", vdi, "virtual-size") == str(64 * MIB)
    assert vdi in xe("vm-disk-list", "vm=made")
    xe("vm-disk-resize", "vm=made", f"device={device}", "disk-size=1GiB")
    assert xe.get("vdi", vdi, "virtual-size") == str(1024 * MIB)
    clone = xe("vdi-clone", f"uuid={vdi}")
    assert clone != vdi
    xe("vdi-destroy", f"uuid={clone}")
    xe("vm-disk-remove", "vm=made", f"device={device}")
    assert xe("vdi-list", f"uuid={vdi}", "--minimal") == ""
    assert xe.refused("vm-disk-remove", "vm=made", f"device={device}")[0] == 1
    assert xe.refused("vm-disk-add", "vm=made", "disk-size=much")[0] == 2


def test_interfaces(xe, vm):
    network = xe("network-list", "params=name-label", "--minimal").split(",")[0]
    vif = xe("vm-vif-add", "vm=made", f"network={network}", "mac=02:00:00:00:00:11")
    assert xe("vm-vif-list", "vm=made", "--minimal") == vif
    assert xe.get("vif", vif, "MAC") == "02:00:00:00:00:11"
    assert xe.get("vif", vif, "vm-uuid") == vm
    xe("vm-vif-remove", "vm=made", f"device={xe.get('vif', vif, 'device')}")
    assert xe("vm-vif-list", "vm=made", "--minimal") == ""


def test_copies_and_snapshots(xe, vm):
    xe("vm-disk-add", "vm=made", "disk-size=4MiB", f"sr-uuid={xe.sr}")
    clone = xe("vm-clone", "vm=made", "new-name-label=second")
    assert xe.get("vm", clone, "name-label") == "second"
    snapshot = xe("vm-snapshot", "vm=made", "new-name-label=before")
    assert xe("snapshot-list", "--minimal") == snapshot
    assert xe("vm-list", f"uuid={snapshot}", "--minimal") == ""
    xe("vm-param-set", "vm=made", "name-description=after")
    xe("snapshot-revert", "snapshot=before")
    assert xe.get("vm", vm, "name-description") == ""
    template = xe("snapshot-export-to-template", "snapshot=before", "new-name-label=mould")
    assert xe("template-list", "name-label=mould", "--minimal") == template
    third = xe("vm-install", "template=mould", "new-name-label=third", "vcpus=3", "memory_set=640")
    assert xe.get("vm", third, "is-a-template") == "false"
    assert xe.get("vm", third, "VCPUs-max") == "3"
    assert xe.get("vm", third, "memory-static-max") == str(640 * MIB)
    assert xe("vbd-list", f"vm-uuid={third}", "--minimal") != ""
    xe("vm-uninstall", f"uuid={third}", "--force")
    xe("snapshot-uninstall", f"uuid={snapshot}", "--force")
    xe("template-uninstall", f"uuid={template}", "--force")
    xe("vm-uninstall", f"uuid={clone}", "--force")


def test_back_to_a_checkpoint(xe, vm):
    xe("vm-disk-add", f"uuid={vm}", "disk-size=1MiB", f"sr-uuid={xe.sr}")
    xe("vm-start", f"uuid={vm}")
    snapshot = xe("vm-checkpoint", f"uuid={vm}", "new-name-label=then")
    assert xe.get("vm", vm, "power-state") == "running"
    assert xe("snapshot-list", "name-label=then", "--minimal") == snapshot
    assert "userdevice ( RW): 0" in xe("snapshot-disk-list", "snapshot=then")
    xe("snapshot-revert", "snapshot=then")
    assert xe.get("vm", vm, "power-state") == "suspended"
    xe("vm-resume", f"uuid={vm}")
    xe("vm-shutdown", f"uuid={vm}", "--force")
    copy = xe("snapshot-copy", f"uuid={snapshot}", "new-name-label=beside", f"sr-uuid={xe.sr}")
    assert xe.get("vm", copy, "power-state") == "halted"
    template = xe("snapshot-export-to-template", f"uuid={snapshot}", "new-name-label=mould")
    assert xe("template-list", "name-label=mould", "--minimal") == template
    xe("vm-uninstall", f"uuid={copy}", "--force")
    xe("template-uninstall", f"uuid={template}", "--force")
    xe("snapshot-uninstall", f"uuid={snapshot}", "--force")
    assert xe("vdi-list", "type=suspend", "--minimal") == ""


def test_the_log(xe):
    assert "hello" in xe("log-get") and "there" in xe("log-get")
    assert xe("log-get", "key=vmd") == "Nov 21 12:00:01 socle daemon.notice vmd[7]: there"
    assert xe("log-get-keys").split() == ["apid", "vmd"]
    host = xe("host-list", "--minimal")
    xe("log-set-output", "output=syslog:192.0.2.9")
    assert "192.0.2.9" in xe.get("host", host, "logging")
    xe("log-set-output", "output=nil")
    xe("log-reopen")
    assert xe.get("host", host, "logging") == ""
    assert "expected syslog:HOST" in xe.refused("log-set-output", "output=stderr")[1]


def test_who_did_what(xe):
    network = xe("network-create", "name-label=of the audit")
    xe("network-destroy", f"uuid={network}")
    *_, created, destroyed = xe("audit-log-get", "search=network.").splitlines()
    assert re.fullmatch(r"\S+Z root@\S+ network\.create -: ok", created)
    assert re.fullmatch(rf"\S+Z root@\S+ network\.destroy {network}: ok", destroyed)
    assert xe("audit-log-get", "search=network.", "limit=1") == destroyed
    assert "expected a number" in xe.refused("audit-log-get", "limit=many")[1]
    assert "expected 1 to 500" in xe.refused("audit-log-get", "limit=501")[1]


def test_the_hosts_address_and_name(xe):
    host, card = xe("host-list", "--minimal"), xe("pif-list", "device=nic0", "VLAN=-1", "--minimal")
    xe("pif-reconfigure-ip", f"uuid={card}", "mode=static", "IP=192.0.2.30",
       "netmask=255.255.255.0", "gateway=192.0.2.1", "DNS=192.0.2.53")
    assert xe.get("pif", card, "IP") == "192.0.2.30"
    assert xe.get("pif", card, "own-DNS") == "192.0.2.53"
    assert "INVALID_IP_ADDRESS_SPECIFIED" in \
        xe.refused("pif-reconfigure-ip", f"uuid={card}", "mode=static", "IP=here")[1]
    xe("host-management-reconfigure", f"pif-uuid={card}")
    for verb, ip in (("undo", "192.0.2.30"), ("confirm", "192.0.2.31")):
        xe("pif-reconfigure-ip", f"uuid={card}", "mode=static", "IP=192.0.2.31",
           "netmask=255.255.255.0", "confirm-within=60")
        assert "PIF.reconfigure_ip" in xe.get("host", host, "pending-network-change")
        xe(f"host-network-change-{verb}")
        assert xe.get("pif", card, "IP") == ip
    network, cards = xe("network-create", "name-label=b"), "pif-list physical=true --minimal"
    cards = [uuid for uuid in xe(*cards.split()).split(",") if uuid != card]
    bond = xe("bond-create", f"network-uuid={network}", f"pif-uuids={','.join(cards)}",
              "confirm-within=60")
    xe("host-network-change-confirm")
    xe("bond-destroy", f"uuid={bond}")
    xe("network-destroy", f"uuid={network}")
    xe("pif-reconfigure-ip", f"uuid={card}", "mode=DHCP")
    xe("pif-scan")
    xe("host-set-hostname-live", "host-name=other")
    assert xe.get("host", host, "hostname") == "other"
    assert xe("host-license-free") == "free, for ever"
    assert "Simulated" in xe("host-cpu-info")


def test_disks_into_others(xe):
    disks = [xe("vdi-create", f"sr-uuid={xe.sr}", f"name-label={name}", "virtual-size=1MiB")
             for name in ("first", "second")]
    assert xe("vdi-copy", f"uuid={disks[0]}", f"into-vdi-uuid={disks[1]}") == disks[1]
    other = xe("sr-create", "type=lvm", "name-label=far", "device-config:device=/dev/vdy")
    moved = xe("vdi-pool-migrate", f"uuid={disks[1]}", f"sr-uuid={other}")
    assert xe.get("vdi", moved, "sr-uuid") == other
    disks[1] = xe("vdi-pool-migrate", f"uuid={moved}", f"sr-uuid={xe.sr}")
    listed = xe("host-disk-list")
    assert "/dev/sdb" in listed and "QEMU HARDDISK" in listed, listed
    xe("sr-add-disk", f"uuid={xe.sr}", "device-config:device=/dev/sdb")
    assert "metadata" in xe.get("sr", xe.sr, "thin-pool")
    xe("vdi-forget", f"uuid={disks[0]}")
    assert xe("vdi-introduce", f"uuid={disks[0]}", f"sr-uuid={xe.sr}") == disks[0]
    for disk in disks:
        xe("vdi-destroy", f"uuid={disk}")


def test_every_command_is_completed(xe):
    """What help lists, bash completes, with its parameters."""
    script = subprocess.run([xe.program, "--completion"], capture_output=True, text=True,
                            check=True).stdout
    names = xe("help")
    for name in ("vm-checkpoint", "log-get", "pif-reconfigure-ip", "vdi-introduce"):
        assert f"\n{name}) words=" in script and f"  {name} " in names


def test_an_installation_that_fails_leaves_nothing(xe, vm):
    xe("vm-param-set", f"uuid={vm}", "is-a-template=true", "name-label=odd",
       "other-config:disks=<provision><disk device='0' size='no size'/></provision>")
    before = xe("vm-list", "--minimal")
    assert xe.refused("vm-install", "template=odd", "new-name-label=new", "vcpus=many")[0] == 2
    assert xe.refused("vm-install", "template=odd", "new-name-label=new")[0] == 1
    assert xe("vm-list", "--minimal") == before
    xe("template-param-set", f"uuid={vm}", "is-a-template=false")


def test_a_vm_to_a_file_and_back(xe, vm, tmp_path):
    vbd = xe("vm-disk-add", "vm=made", "disk-size=2MiB", f"sr-uuid={xe.sr}")
    vdi, data = xe.get("vbd", vbd, "vdi-uuid"), os.urandom(2 * MIB)
    (tmp_path / "raw").write_bytes(data)
    xe("vdi-import", f"uuid={vdi}", f"filename={tmp_path}/raw")
    xe("vm-export", "vm=made", f"filename={tmp_path}/made.xva", "compress=zstd")
    back = xe("vm-import", f"filename={tmp_path}/made.xva", f"sr-uuid={xe.sr}")
    assert back != vm and xe.get("vm", back, "name-label") == "made"
    copy = xe("vbd-list", f"vm-uuid={back}", "params=vdi-uuid", "--minimal")
    xe("vdi-export", f"uuid={copy}", f"filename={tmp_path}/back")
    assert (tmp_path / "back").read_bytes() == data
    # What is there is not written over; what fails leaves nothing.
    assert xe.refused("vdi-export", f"uuid={copy}", f"filename={tmp_path}/back")[0] == 2
    assert xe.refused("vdi-export", f"uuid={copy}", f"filename={tmp_path}/x", "format=odd")[0] == 1
    assert not (tmp_path / "x").exists()
    xe("vm-uninstall", f"uuid={back}", "--force")


def test_a_file_that_was_cut_is_refused(xe, vm, tmp_path):
    xe("vm-disk-add", "vm=made", "disk-size=2MiB", f"sr-uuid={xe.sr}")
    xe("vm-export", "vm=made", f"filename={tmp_path}/made.xva")
    whole = (tmp_path / "made.xva").read_bytes()
    (tmp_path / "cut.xva").write_bytes(whole[:len(whole) // 2])
    before = xe("vm-list", "--minimal")
    status, err = xe.refused("vm-import", f"filename={tmp_path}/cut.xva", f"sr-uuid={xe.sr}")
    assert status == 1 and "IMPORT" in err
    assert xe("vm-list", "--minimal") == before


def test_several_only_when_asked(xe, vm):
    twin = xe("vm-create", "name-label=made")
    status, err = xe.refused("vm-param-set", "vm=made", "name-description=x")
    assert status == 1 and "--multiple" in err
    assert xe.get("vm", vm, "name-description") == ""
    xe("vm-param-set", "vm=made", "name-description=x", "--multiple")
    assert xe.get("vm", twin, "name-description") == "x"
    xe("vm-destroy", f"uuid={twin}")


def test_maps_and_sets(xe, vm):
    xe("vm-param-set", f"uuid={vm}", "other-config:a=1", "other-config:b=x=y:z")
    assert xe.get("vm", vm, "other-config", "param-key=b") == "x=y:z"
    xe("vm-param-add", f"uuid={vm}", "param-name=tags", "param-key=web")
    assert xe("vm-list", "tags:contains=web", "--minimal") == vm
    xe("vm-param-remove", f"uuid={vm}", "param-name=tags", "param-key=web")
    xe("vm-param-remove", f"uuid={vm}", "param-name=other-config", "param-key=a")
    assert xe.get("vm", vm, "other-config") == "b: x=y:z"
    xe("vm-param-clear", f"uuid={vm}", "param-name=other-config")
    assert xe.get("vm", vm, "other-config") == ""


def test_all_lists_and_their_parameters(xe):
    commands = {line.split()[0] for line in xe("help", "--all").splitlines() if line.strip()}
    kinds = {c.removesuffix("-param-get") for c in commands if c.endswith("-param-get")}
    assert {"vm", "host", "sr", "vdi", "network", "pif", "task", "user"} <= kinds
    for kind in sorted(kinds):
        xe(f"{kind}-list", "params=all")
    xe("cd-list")


def test_users(xe):
    user = xe("user-create", "short-name=eve", "role=read-only")
    xe("user-password-set", f"uuid={user}", "password=tea and biscuits")
    token = xe("user-token-create", f"uuid={user}", "name=script")
    assert xe("user-token-list", f"uuid={user}") == "script"
    as_eve = ("-u", "eve")
    assert xe("host-list", "--minimal", *as_eve, password="tea and biscuits")
    assert xe("host-list", "--minimal", *as_eve, password=token)
    status, err = xe.refused("vm-create", "name-label=x", *as_eve, password=token)
    assert status == 1 and "role does not allow" in err
    assert xe.refused("vm-list", *as_eve, password="coffee")[0] == 4
    xe("user-token-revoke", f"uuid={user}", "name=script")
    assert xe.refused("vm-list", *as_eve, password=token)[0] == 4
    xe("user-destroy", f"uuid={user}")


def test_figures(xe, vm):
    """Nothing was measured here; what there is to see of it stands in test_metrics.py."""
    assert xe("host-data-source-list") == ""
    assert xe("vm-data-source-list", f"vm={vm}") == ""
    assert xe.refused("host-data-source-query", "data-source=cpu0")[0] == 1
    assert "everything is" in xe("host-data-source-record", "data-source=cpu0")
    assert xe.refused("vm-data-source-forget", f"uuid={vm}", "data-source=cpu0")[0] == 1


def test_all_is_free(xe):
    assert "free" in xe("host-license-view") and "free" in xe("host-license-free")
    assert "nothing to add" in xe("host-license-add", "license-file=/tmp/x", "host-uuid=any")


def test_memory_that_is_waited_for(xe, vm):
    xe("vm-start", f"uuid={vm}")
    xe("vm-memory-target-wait", f"uuid={vm}")


def test_users_by_name(xe):
    uuid = xe("user-create", "name=jo", "role=operator")
    assert xe("user-list", "short-name=jo", "--minimal") == uuid
    xe("user-password-set", "user=jo", "password=something long")
    xe("user-role-set", f"user={uuid}", "role=read-only")
    assert xe.refused("user-destroy", "user=nobody")[0] == 1
    xe("user-destroy", "user=jo")
    assert xe("user-list", "short-name=jo", "--minimal") == ""


def test_interfaces_of_the_host(xe):
    pif = xe("pif-list", "device=nic1", "--minimal")
    assert xe("pif-introduce", "device=nic1") == pif
    assert "the host has this interface" in xe.refused("pif-forget", f"uuid={pif}")[1]
    assert xe.refused("bond-set-mode", "mode=lacp")[0] == 2


def test_waiting_for_an_event(xe, vm):
    with subprocess.Popen([xe.program, "-s", xe.folder, "-pw", PASSWORD, "event-wait", "class=vm",
                           f"uuid={vm}", "name-label=ready"], stderr=subprocess.PIPE) as waiting:
        time.sleep(0.5)
        assert waiting.poll() is None
        xe("vm-param-set", f"uuid={vm}", "name-label=ready")
        assert waiting.wait(120) == 0


def test_storage(xe):
    sr = xe("sr-create", "name-label=more", "type=dir", "device-config:device=/dev/vdz")
    assert xe.get("sr", sr, "name-label") == "more"
    vdi = xe("vdi-create", f"sr-uuid={sr}", "name-label=d", "virtual-size=8MiB")
    xe("sr-scan", f"uuid={sr}")
    assert xe("vdi-list", f"sr-uuid={sr}", "--minimal") == vdi
    xe("vdi-destroy", f"uuid={vdi}")
    pbd = xe("pbd-list", f"sr-uuid={sr}", "--minimal")
    xe("pbd-unplug", f"uuid={pbd}")
    xe("sr-forget", f"uuid={sr}")
    assert xe("sr-list", f"uuid={sr}", "--minimal") == ""
