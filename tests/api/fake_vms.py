# SPDX-License-Identifier: GPL-2.0-or-later
"""Domains of a simulated vmd: how they begin and end, their memory, consoles and screens."""
import asyncio
import os
import socket
import sys

from fake_host import GIB, Descriptor, Refused
from fake_storage import vdi_child

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from screen import Screen  # noqa: E402 pylint: disable=wrong-import-position


def vm_stats(h, _):
    """Figures of a host at rest: another page or two, now and then."""
    pages = h.asked["vm.stats"] % 7 * 4096
    return {"vms": [{"uuid": vm["uuid"], "domid": vm["domid"],
                     "memory": vm["memory_actual"] - pages,
                     "guest": {"data/os_name": "Testix", "attr/vif/0/ipv4/0": "192.0.2.77",
                               "attr/vif/x/ipv4/0": "?"}} for vm in h.vms.values()],
            "host": {"memory_free": 700 * GIB + pages}}


async def vm_start(h, args):
    name = args["name"]
    if args["uuid"] in h.vms:
        raise Refused("VM_BAD_POWER_STATE", args["uuid"], "halted", "running")
    if name.startswith("broken"):
        raise Refused("INTERNAL_ERROR", "it is broken")
    if args["memory_static_max"] > 500 * GIB:
        raise Refused("HOST_NOT_ENOUGH_FREE_MEMORY", str(args["memory_static_max"]), "1")
    if name.startswith("netless"):
        raise Refused("VM_REQUIRES_NET", args["uuid"], args["vifs"][0]["bridge"])
    for disk in args["disks"]:
        if "vdi" in disk and h.vdis[disk["vdi"]["vdi"]]["name"].startswith("busy"):
            raise Refused("VDI_IN_USE", disk["vdi"]["vdi"], "in use by another")
    if name.startswith("slow"):
        await asyncio.sleep(5)
    h.vms[args["uuid"]] = vm = h.vm(args["uuid"], name, args["memory_dynamic_max"], args["vcpus"],
                                    state="Paused" if args.get("paused") else "Running")
    vm["devices"] = {"disks": args["disks"], "vifs": args["vifs"]}
    vm["install"] = args.get("install")
    vm["actions"] = {key: args[key] for key in args if key.startswith("on_")}
    vm["screen"] = "screen" in args
    h.tell({"vm": vm})
    return {"domid": vm["domid"], "name": name, "screen": vm["screen"]}


def vm_shutdown(h, args):
    vm = h.find_vm(args)
    if args["mode"] == "clean" and vm["name"].startswith("deaf"):
        raise Refused("VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT", args["uuid"])
    h.gone(vm)
    return {}


def vm_reboot(h, args):
    vm = h.find_vm(args)
    h.died(args["uuid"], vm["domid"], {**vm, "state": "Paused"})
    vm["domid"], h.next_domid = h.next_domid, h.next_domid + 1
    h.tell({"vm": vm})
    return {"domid": vm["domid"]}


def vm_state(state):
    def change(h, args):
        vm = h.find_vm(args)
        vm["state"] = state
        h.tell({"vm": vm})
        return {}
    return change


def place(args):
    """Where a VM's memory is: a file, or a disk."""
    if ("file" in args) == ("vdi" in args):
        raise Refused("INVALID_VALUE", "file")
    return args.get("file") or args["vdi"]["vdi"]


async def vm_suspend(h, args):
    vm = h.find_vm(args)
    if vm["name"].startswith("slow"):
        await asyncio.sleep(5)
    if vm["name"].startswith("awake"):
        raise Refused("VM_LACKS_FEATURE_SUSPEND", args["uuid"])
    h.files[place(args)] = vm
    h.gone(vm)
    return {"bytes": vm["memory_actual"]}


def vm_checkpoint(h, args):
    vm = h.find_vm(args)
    if vm["name"].startswith("awake"):
        raise Refused("VM_LACKS_FEATURE_SUSPEND", args["uuid"])
    h.files[place(args)] = vm
    make = vdi_child(snapshot=True, read_only=True)
    return {"bytes": vm["memory_actual"], "vdis": [make(h, vdi) for vdi in args["vdis"]]}


def vm_resume(h, args):
    old = h.files.get(place(args))
    if not old:
        raise Refused("SUSPEND_IMAGE_NOT_ACCESSIBLE", place(args), "no such file")
    if "file" in args and not args.get("keep"):
        del h.files[args["file"]]
    h.vms[old["uuid"]] = vm = h.vm(old["uuid"], old["name"], old["memory_target"], old["vcpus"])
    h.tell({"vm": vm})
    return {"uuid": vm["uuid"], "name": vm["name"], "domid": vm["domid"]}


def vm_link_saved(h, args):
    h.files[args["to"]] = h.files[args["file"]]
    return {}


def vm_saved(h, _):
    folder = "/var/lib/socle/suspend/"
    return {"uuids": [name.removeprefix(folder).removesuffix(".save") for name in h.files
                      if name.startswith(folder)]}


def vm_forget_saved(h, args):
    h.files.pop(args["file"], None)
    return {}


def vm_set(field, target=None):
    def change(h, args):
        vm = h.find_vm(args)
        vm[target or field] = args[field]
        h.tell({"vm": vm})
        return {}
    return change


def test_crash(h, args):
    """For tests: a domain that is found crashed, more than once."""
    vm = h.vm(args["uuid"], "crasher", 256 << 20, 1)
    h.tell({"vm": vm})
    for _ in range(3):
        h.tell({"vm": {**vm, "state": "Crashed"}})
    h.tell({"crash": {"uuid": args["uuid"], "domid": vm["domid"]}})
    return {}


def test_crash_unseen(h, args):
    """One that is gone before anybody has looked; also notes that are none."""
    vm = h.find_vm(args)
    for crash in ({}, {"uuid": 1}, {"uuid": "nobody", "domid": 1}, {"uuid": args["uuid"]} | {
            "domid": vm["domid"]}):
        h.tell({"crash": crash})
    h.gone(vm)
    return {}


def vm_device(_h, _args):
    _h.find_vm(_args)
    return {}


async def echo(sock):
    """A guest that says again what it is told."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(sock, b"login: ")
    while data := await loop.sock_recv(sock, 4096):
        await loop.sock_sendall(sock, data.upper())


def vm_console(h, args):
    h.find_vm(args)
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    h.consoles.setdefault(args["uuid"], []).append(ours)
    h.guests.add(asyncio.ensure_future(echo(ours)))
    ok = Descriptor()
    ok.fd = theirs.detach()
    return ok


def vm_screen(h, args):
    assert h.find_vm(args)["screen"]
    screen = h.screens.setdefault(args["uuid"], Screen())
    ok = Descriptor()
    ok.fd = screen.view(args["as"]).detach()
    return ok


VERBS = {
    "vm.stats": vm_stats,
    "vm.list": lambda h, a: {"vms": list(h.vms.values())},
    "vm.start": vm_start,
    "vm.shutdown": vm_shutdown,
    "vm.reboot": vm_reboot,
    "vm.pause": vm_state("Paused"),
    "vm.unpause": vm_state("Running"),
    "vm.suspend": vm_suspend,
    "vm.resume": vm_resume,
    "vm.checkpoint": vm_checkpoint,
    "vm.saved": vm_saved,
    "vm.link_saved": vm_link_saved,
    "vm.forget_saved": vm_forget_saved,
    "vm.set_memory": vm_set("target", "memory_target"),
    "vm.set_vcpus": vm_set("vcpus"),
    "vm.set_scheduling": vm_device,
    "vm.sysrq": vm_device,
    "vm.trigger": vm_device,
    "vm.rename": vm_set("name"),
    "vm.attach_disk": vm_device,
    "vm.detach_disk": vm_device,
    "vm.change_medium": vm_device,
    "vm.resize_disk": vm_device,
    "vm.attach_vif": vm_device,
    "vm.console": vm_console,
    "vm.screen": vm_screen,
    "test.crash": test_crash,
    "test.crash_unseen": test_crash_unseen,
    "vm.detach_vif": vm_device,
}
