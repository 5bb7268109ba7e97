# SPDX-License-Identifier: GPL-2.0-or-later
"""The privileged daemon of the management plane: what it does, refuses, and survives."""
import json
import re

import pytest

from test_daemons import kill
from test_devices import BRIDGE, bridge, left, nothing_left  # noqa: F401 (fixtures, too)
from test_events import wait_until

UUID = "0a1b2c3d-1111-4222-8333-444455556666"
OTHER = "0a1b2c3d-9999-4222-8333-444455556666"
MAC = "00:16:3e:00:00:55"
FIND = "cat /etc/service/vmd/supervise/pid"
SAVED = "/var/lib/socle/suspend"
DEMO = {"kernel": "/usr/share/socle/demo/vmlinuz", "ramdisk": "/usr/share/socle/demo/initrd.gz",
        "cmdline": "console=hvc0", "memory_static_max": 128 << 20, "vcpus_max": 1}


def asked(host, verb, seconds=120, **args):
    """(exit status, last message) of a request."""
    assert "'" not in json.dumps(args)
    status, output = host.try_run(f"vmd ask {verb} '{json.dumps(args)}'", seconds)
    lines = [line for line in output.split("\n") if line.startswith("{")]
    assert lines, f"vmd ask {verb}: {output}"
    return status, json.loads(lines[-1])


def ask(host, verb, seconds=120, **args):
    status, answer = asked(host, verb, seconds, **args)
    assert status == 0, (verb, answer)
    return answer["ok"]


def refused(host, verb, code, words="", **args):
    status, answer = asked(host, verb, **args)
    assert status == 1, (verb, answer)
    assert answer["error"][0] == code and words in answer["message"], (verb, answer)


def vms(host):
    return {vm["name"]: vm for vm in ask(host, "vm.list")["vms"]}


def wait_for_guest(host, name):
    """Until its shell is there: a kernel that is busy starting cannot suspend itself."""
    log = f"/var/log/xen/console/guest-{name}.log"
    host.run(f"i=0; until tail -n 1 {log} | grep -q 'demo# ' || [ $i -ge 90 ]; do sleep 1; "
             "i=$((i+1)); done; [ $i -lt 90 ]", 150)


@pytest.fixture
def repository(host):
    host.run("mkdir -p /tmp/vmd-sr")
    uuid = ask(host, "sr.create", type="dir", source="/tmp/vmd-sr", name="tests")["uuid"]
    yield uuid
    host.destroy_guests()
    ask(host, "sr.destroy", sr=uuid, force=True)
    host.run("rm -rf /tmp/vmd-sr")


@pytest.fixture
def room_for_saved(host):
    # On the scratch disk: the control domain's memory has other uses.
    host.run(f"mkdir -p {SAVED} /scratch/saved && mount -o bind /scratch/saved {SAVED}")
    yield
    host.run(f"umount {SAVED}")


def told(host):
    """What a watch has written so far, and (id, state) of the VM in it."""
    lines = host.run("cat /tmp/watched").split("\n")
    messages = [json.loads(line) for line in lines if re.fullmatch(r"\{.*\}\s*", line)]
    return messages, [(m["vm"]["domid"], m["vm"]["state"]) for m in messages
                      if m.get("vm", {}).get("uuid") == UUID]


def test_life(host, repository, room_for_saved, bridge):  # noqa: F811
    host.run("(vmd ask watch >/tmp/watched & echo $! >/tmp/watcher) ; true")
    disk, more = (ask(host, "vdi.create", sr=repository, size=16 << 20, name=name)["uuid"]
                  for name in ("root", "more"))
    disks = [{"device": "xvda", "vdi": {"sr": repository, "vdi": disk}}]
    vifs = [{"device": 0, "mac": MAC, "bridge": bridge, "locking": "mac"}]
    started = ask(host, "vm.start", uuid=UUID, name="Test (1)", disks=disks, vifs=vifs, **DEMO)
    assert started["name"] == "Test__1_"
    vm = vms(host)["Test__1_"]
    assert (vm["uuid"], vm["domid"], vm["state"]) == (UUID, started["domid"], "Running")
    assert vm["supervised"] and vm["memory_target"] == 128 << 20
    assert host.domains()["Test__1_"]["id"] == started["domid"]
    refused(host, "vm.start", "VM_BAD_POWER_STATE", "already", uuid=UUID, name="x", **DEMO)
    refused(host, "vdi.open", "VDI_IN_USE", "", sr=repository, vdi=disk, mode="rw")
    refused(host, "vdi.destroy", "VDI_IN_USE", "", sr=repository, vdi=disk)
    # Another VM may have the same label.
    refused(host, "vm.start", "VDI_IN_USE", disk, uuid=OTHER, name="x", disks=disks, **DEMO)
    refused(host, "vm.start", "MAC_STILL_EXISTS", MAC, uuid=OTHER, name="x", vifs=vifs, **DEMO)
    assert left(host).count("frontend-id") == 2

    wait_for_guest(host, "Test__1_")
    figures = {vm["uuid"]: vm for vm in ask(host, "vm.stats")["vms"]}[UUID]
    assert figures["cpu_ns"][0] > 0 and figures["disks"]["xvda"]["read_ops"] > 0
    assert list(figures["vifs"]) == ["0"]
    attached = {"device": "xvdb", "vdi": {"sr": repository, "vdi": more}}
    ask(host, "vm.attach_disk", uuid=UUID, disk=attached)
    ask(host, "vdi.resize", sr=repository, vdi=more, size=32 << 20)
    assert ask(host, "vm.resize_disk", uuid=UUID, device="xvdb")["bytes"] == 32 << 20
    ask(host, "vm.pause", uuid=UUID)
    assert vms(host)["Test__1_"]["state"] == "Paused"
    wait_until(host, "who watches hears that it is paused",
               lambda _: (started["domid"], "Paused") in told(host)[1], 30)
    ask(host, "vm.unpause", uuid=UUID)
    ask(host, "vm.set_memory", uuid=UUID, target=96 << 20)
    ask(host, "vm.set_scheduling", uuid=UUID, weight=512, cap=90, affinity=["0"])
    assert re.search(r"Test__1_ +\d+ +512 +90", host.run("xl sched-credit"))
    assert ask(host, "vm.rename", uuid=UUID, name="test")["name"] == "test"

    again = ask(host, "vm.reboot", 240, uuid=UUID, mode="clean")["domid"]
    assert again == started["domid"] + 1 and host.domains()["test"]["id"] == again
    wait_for_guest(host, "test")
    ask(host, "vm.detach_disk", uuid=UUID, device="xvdb")
    file = f"{SAVED}/test"
    host.run(f"mount -t tmpfs -o size=1m none {SAVED}")
    refused(host, "vm.suspend", "VM_NO_SUSPEND_SR", "MiB are free", uuid=UUID, file=file)
    host.run(f"umount {SAVED}")
    assert vms(host)["test"]["state"] == "Running"
    assert ask(host, "vm.suspend", 240, uuid=UUID, file=file)["bytes"] > 1 << 20
    assert list(vms(host)) == ["Domain-0"]
    nothing_left(host)
    resumed = ask(host, "vm.resume", 240, file=file)
    assert (resumed["uuid"], resumed["name"]) == (UUID, "test")
    assert left(host).count("frontend-id") == 2
    host.run(f"[ ! -e {file} ]")
    # Memory on a disk, of a guest that goes on.
    memory = ask(host, "vdi.create", sr=repository, size=160 << 20, name="memory")["uuid"]
    place = {"sr": repository, "vdi": memory}
    # This storage has no snapshots: it is as if nothing had been, and the guest has gone on.
    refused(host, "vm.checkpoint", "SR_OPERATION_NOT_SUPPORTED", "", uuid=UUID, vdi=place,
            vdis=[{"sr": repository, "vdi": disk}])
    assert vms(host)["test"]["state"] == "Running"
    assert ask(host, "vm.checkpoint", 240, uuid=UUID, vdi=place)["bytes"] > 1 << 20
    ask(host, "vm.shutdown", 240, uuid=UUID, mode="hard")
    assert list(vms(host)) == ["Domain-0"]
    nothing_left(host)
    # The checkpoint, with another disk in the place of the one that it had.
    copy = ask(host, "vdi.copy", sr=repository, vdi=disk)["uuid"]
    past = ask(host, "vm.resume", 240, vdi=place,
               disks=[{"device": "xvda", "vdi": {"sr": repository, "vdi": copy}}])
    refused(host, "vdi.destroy", "VDI_IN_USE", "", sr=repository, vdi=copy)
    ask(host, "vdi.destroy", sr=repository, vdi=disk)
    ask(host, "vm.shutdown", 240, uuid=UUID, mode="clean", timeout=120)
    assert list(vms(host)) == ["Domain-0"]
    nothing_left(host)

    wait_until(host, "who watches hears of its end",
               lambda _: (past["domid"], "Gone") in told(host)[1], 30)
    host.run("kill $(cat /tmp/watcher)")
    messages, states = told(host)
    assert messages[0]["vm"]["name"] == "Domain-0" and messages[1] == {"settled": True}
    for domid in (started["domid"], again, resumed["domid"], past["domid"]):
        assert [s for d, s in states if d == domid][-1] == "Gone", states
    assert (started["domid"], "Paused") in states and (again, "Running") in states


def told_of_networks(host, times):
    """Within a minute, and no more than that."""
    host.run("i=0; until [ $(grep -c networks /tmp/watched) -ge %d ] || [ $i -ge 60 ]; do "
             "sleep 1; i=$((i+1)); done; sleep 2" % times, 90)
    assert int(host.run("grep -c networks /tmp/watched || true")) == times


def test_networks_are_told_of(host, bridge):  # noqa: F811
    host.run("(vmd ask watch >/tmp/watched & echo $! >/tmp/watcher) ; i=0; "
             "until grep -q networks /tmp/watched || [ $i -gt 60 ]; do sleep 1; i=$((i+1)); done; "
             "sleep 2", 120)
    before = int(host.run("grep -c networks /tmp/watched || true"))
    assert before >= 1
    host.run(f"ip addr add 198.51.100.9/24 dev {bridge}")
    told_of_networks(host, before + 1)
    # The same once more: a look, and nothing to tell.
    host.run(f"ip addr change 198.51.100.9/24 dev {bridge}")
    told_of_networks(host, before + 1)
    host.run(f"ip addr del 198.51.100.9/24 dev {bridge}")
    told_of_networks(host, before + 2)
    host.run("kill $(cat /tmp/watcher)")


def test_xl_and_vmd_see_the_same(host):
    host.run("xl create demo", 120)
    vm = vms(host)["demo"]
    uuid = vm["uuid"]
    assert vm["state"] == "Running" and vm["domid"] == host.domains()["demo"]["id"]
    ask(host, "vm.pause", uuid=uuid)
    assert host.domains()["demo"]["state"][2] == "p"
    host.run("xl unpause demo")
    assert vms(host)["demo"]["state"] == "Running"
    ask(host, "vm.shutdown", uuid=uuid, mode="hard")
    assert list(host.domains()) == ["Domain-0"]


def answers_again(host):
    """One that was started just now."""
    host.run("i=0; until vmd ask host.time || [ $i -ge 30 ]; do sleep 1; i=$((i+1)); done", 60)


def test_killed_in_the_middle(host):
    start = json.dumps(dict(DEMO, uuid=UUID, name="middle"))
    # The daemon alone: what has begun comes to its end, and who asked is told.
    host.run(f"(vmd ask vm.start '{start}' >/tmp/started 2>&1; echo $? >>/tmp/started) & "
             "usleep 300000")
    kill(host, FIND)
    answers_again(host)
    wait_until(host, "the VM runs", lambda d: "middle" in d and "p" not in d["middle"]["state"], 60)
    host.run("i=0; until tail -n 1 /tmp/started | grep -q '^[0-9]' || [ $i -gt 60 ]; do sleep 1; "
             "i=$((i+1)); done", 120)
    said = host.run("cat /tmp/started").strip()
    assert '"ok"' in said and said.endswith("\n0")
    assert vms(host)["middle"]["supervised"]
    kill(host, FIND)
    answers_again(host)
    assert vms(host)["middle"]["uuid"] == UUID
    ask(host, "vm.destroy", uuid=UUID)
    # The operation, too: nothing is left, or all of it.
    for after in ("usleep 300000", "usleep 900000"):
        host.run(f"(vmd ask vm.start '{start}' >/tmp/started 2>&1) & {after}; "
                 "kill -9 $(pidof vmd) 2>/dev/null; true")     # some end by themselves meanwhile
        wait_until(host, "nothing is left, or all of it",
                   lambda d: list(d) == ["Domain-0"] or "middle" in d, 90)
        answers_again(host)
        if "middle" in host.domains():
            ask(host, "vm.destroy", uuid=UUID)
        wait_until(host, "nothing is left", lambda d: list(d) == ["Domain-0"], 60)
        assert host.run("ls /run/xen/domains").strip() == ""


def test_one_that_crashes_again_and_again_is_ended(host):
    """In 64 MiB the kernel has no room: on_crash=restart makes domain after domain of the VM."""
    first = ask(host, "vm.start", uuid=UUID, name="loop", on_crash="restart",
                **dict(DEMO, memory_static_max=64 << 20))["domid"]
    wait_until(host, "it has crashed", lambda d: d.get("loop", {"id": 0})["id"] > first, 90)
    ask(host, "vm.destroy", uuid=UUID)
    assert list(host.domains()) == ["Domain-0"]
    host.run("sleep 3")
    assert list(host.domains()) == ["Domain-0"]
    assert host.run("ls /run/xen/domains /run/xen/restarting | grep -v :; true").strip() == ""


def test_host_and_networks(host, bridge):  # noqa: F811
    info = ask(host, "host.info")
    assert info["memory_total"] > info["memory_free"] > 0 and len(info["cpus"]) == 2
    assert "nic0" in [nic["name"] for nic in info["nics"]]
    assert info["versions"]["kernel"] == host.run("uname -r").strip()
    assert ask(host, "host.dmesg")["text"].startswith("(")
    networks = {n["bridge"]: n for n in ask(host, "network.list")["networks"]}
    assert networks[BRIDGE]["addresses"] == ["10.99.0.1/24"] and networks[BRIDGE]["nic"] == ""
    assert networks["xenbr0"]["nic"] == "nic0"
    assert "xenbr0" in ask(host, "network.show")["text"]
    conf = ask(host, "network.get")["text"]
    assert ask(host, "network.check", config=conf.replace("'", ""))["text"] == "nothing to do\n"


def test_refusals(host):
    vm = dict(DEMO, uuid=UUID, name="x")
    refused(host, "nothing", "MESSAGE_METHOD_UNKNOWN")
    refused(host, "vm.pause", "INVALID_VALUE", "uuid: missing")
    refused(host, "vm.pause", "FIELD_TYPE_ERROR", "uuid", uuid=1)
    refused(host, "vm.pause", "INVALID_VALUE", "more: unknown", uuid=UUID, more=1)
    refused(host, "vm.pause", "VM_BAD_POWER_STATE", "no domain", uuid=UUID)
    # The control domain is no VM.
    refused(host, "vm.destroy", "VM_BAD_POWER_STATE", "no domain",
            uuid="00000000-0000-0000-0000-000000000000")
    for kernel in ("/etc/passwd", "/usr/share/socle/../../../etc/passwd", "relative"):
        refused(host, "vm.start", "INVALID_VALUE", "kernel", **dict(vm, kernel=kernel))
    host.run("mkdir -p /var/lib/socle/kernels; ln -sf /etc/passwd /var/lib/socle/kernels/link")
    refused(host, "vm.start", "INVALID_VALUE", "leads to /etc/passwd",
            **dict(vm, kernel="/var/lib/socle/kernels/link"))
    refused(host, "vm.start", "BOOTLOADER_FAILED", "",
            **dict(vm, kernel="/usr/share/socle/demo/initrd.gz"))
    refused(host, "vm.start", "BOOTLOADER_FAILED", "MiB", **dict(vm, memory_static_max=17 << 20))
    refused(host, "vm.start", "HOST_NOT_ENOUGH_FREE_MEMORY", "MiB",
            **dict(vm, memory_static_max=1 << 40))
    refused(host, "vm.start", "INVALID_VALUE", "static-min", **dict(vm, memory_dynamic_max=1 << 30))
    refused(host, "vm.start", "VM_REQUIRES_NET", "nobridge",
            **dict(vm, vifs=[{"device": 0, "mac": MAC, "bridge": "nobridge"}]))
    refused(host, "vm.start", "UUID_INVALID", UUID,
            **dict(vm, disks=[{"device": "xvda", "vdi": {"sr": UUID, "vdi": UUID}}]))
    refused(host, "vm.resume", "INVALID_VALUE", "file", file="/etc/passwd")
    refused(host, "vm.resume", "INVALID_VALUE", "a file or a VDI")
    refused(host, "vm.resume", "SUSPEND_IMAGE_NOT_ACCESSIBLE", "No such", file=f"{SAVED}/none")
    host.run(f"mkdir -p {SAVED} && echo no >{SAVED}/wrong && ln -sf /etc/passwd {SAVED}/link")
    refused(host, "vm.resume", "SUSPEND_IMAGE_NOT_ACCESSIBLE", "", file=f"{SAVED}/wrong")
    refused(host, "vm.resume", "INVALID_VALUE", "leads to", file=f"{SAVED}/link")
    ask(host, "vm.forget_saved", file=f"{SAVED}/wrong")
    host.run(f"rm {SAVED}/link && rmdir {SAVED}")
    refused(host, "sr.create", "INVALID_VALUE", "type", type="zfs", source="/x", name="x")
    refused(host, "network.check", "OPERATION_NOT_ALLOWED", "nonsense", config="nonsense\n")
    assert list(host.domains()) == ["Domain-0"] and host.run("ls /run/xen/domains").strip() == ""


def test_who_may_ask(host):
    status, output = host.try_run("chpst -u nobody vmd ask vm.list")
    assert status == 1 and "Permission denied" in output
    assert '"ok"' in host.run("chpst -u apid vmd ask vm.list")
    # The socket's mode is not all that keeps others out.
    host.run("chmod 666 /run/socle/vmd.sock")
    status, output = host.try_run("chpst -u nobody vmd ask vm.list")
    host.run("chmod 660 /run/socle/vmd.sock")
    assert status == 1 and '"ok"' not in output
