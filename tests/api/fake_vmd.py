#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A vmd without a hypervisor: it speaks docs/management.md's messages and keeps all in memory.

Domains, repositories and disks are dictionaries; a watch tells of changes as the real one does.
For tests: a VM whose name begins with "slow" takes two seconds to start and to suspend itself,
"broken" does not start, "netless" has a network that is not there, "deaf" does not shut down when
it is asked to, "awake" does not suspend itself. Disks of the repository "images" cannot be
reverted, and one whose name begins with "unclonable" not be cloned.

usage: fake_vmd.py SOCKET [VMS]        VMS: that many run from the beginning
"""
import asyncio
import json
import os
import socket
import sys
import time

from fake_host import GIB, Host, Refused

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from screen import Screen  # noqa: E402 pylint: disable=wrong-import-position

LIMIT = 128 * 1024
ZONES = ["UTC", "Europe/Berlin", "Asia/Tokyo"]


# ---- verbs: (host, args, progress) -> what is ok -------------------------------------------------

def host_info(h, _):
    cpu = {"vendor": "AuthenticAMD", "model_name": "Simulated", "speed_mhz": 2000, "flags": "svm",
           "stepping": "1", "family": "23", "model": "1"}
    return {"name": "testhost", "cpu": cpu, "cpus": [{"number": i} for i in range(2)],
            "cpu_count": 2, "sockets": 1, "threads_per_core": 1, "cores_per_socket": 2,
            "memory_total": 1024 * GIB, "memory_free": 800 * GIB, "memory_dom0": 256 << 20,
            "versions": {"socle": "0.1", "hypervisor": "4.20", "kernel": "6.12"},
            "hypervisor_capabilities": "hvm-3.0-x86_64",
            "nics": [{"name": f"nic{i}", "mac": f"52:54:00:12:34:{i + 56}", "speed": 1000,
                      "carrier": True, "mtu": 1500, "pci": f"0000:00:0{i + 2}.0",
                      "driver": "e1000"} for i in range(3)],
            "boot_time": int(time.time()) - 100, "hypervisor_command_line": ""}


def host_set_syslog(h, args):
    h.syslog = args.get("destination")
    return {}


def host_set_name(_h, args):
    if not args["name"].replace("-", "").isalnum():
        raise Refused("HOST_NAME_INVALID", args["name"], "no name")
    return {}


def host_set_zone(h, args):
    if args["zone"] not in ZONES:
        raise Refused("INVALID_VALUE", "timezone")
    h.time["zone"] = args["zone"]
    return {}


def host_set_ntp(h, args):
    h.time["servers"] = args["servers"]
    return {}


def host_certificate(h, _):
    fingerprint, name = h.certificates[-1]
    return {"pem": f"-----BEGIN CERTIFICATE-----\n{fingerprint}\n", "subject": f"CN={name}",
            "issuer": f"CN={name}", "key": "ECDSA 256", "fingerprint_sha256": fingerprint,
            "fingerprint_sha1": "00", "not_before": "20200101T00:00:00Z",
            "not_after": "20491231T23:59:59Z", "names": [name], "self_signed": True,
            "former": len(h.certificates) > 1}


def host_set_certificate(h, args):
    """A key is good when it is the certificate, backwards."""
    if args["key"] != args["certificate"][::-1]:
        raise Refused("SERVER_CERTIFICATE_KEY_MISMATCH", "the key is another's")
    if args["chain"] == "old":
        raise Refused("SERVER_CERTIFICATE_EXPIRED", "20261122T00:00:00Z", "20200101T00:00:00Z",
                      "it ended")
    h.certificates.append((args["certificate"], "brought"))
    return {}


def host_reset_certificate(h, _):
    h.certificates.append((f"A{len(h.certificates)}", "socle"))
    return {}


def host_former_certificate(h, _):
    if len(h.certificates) < 2:
        raise Refused("OPERATION_NOT_ALLOWED", "there is none")
    h.certificates.append(h.certificates[-2])
    return {}


def acme_set(h, args):
    if not args["directory"].startswith("https://"):
        raise Refused("INVALID_VALUE", "directory")
    if "unreachable" in args["directory"]:
        h.acme.update(tried=1, error="nobody answers")
        raise Refused("ACME_FAILED", "nobody answers")
    h.acme = {"enabled": True, **args}
    return acme_renew(h, {"now": True})


def acme_renew(h, _):
    if not h.acme["enabled"]:
        raise Refused("OPERATION_NOT_ALLOWED", "no authority is set up")
    h.certificates.append((f"C{len(h.certificates)}", h.acme["names"][0]))
    h.acme.update(tried=int(time.time()), error="", fingerprint=h.certificates[-1][0])
    return {}


def acme_forget(h, _):
    h.acme = {"enabled": False}
    return {}


def update_stage(h, _):
    if not h.slots["installed"]:
        raise Refused("OPERATION_NOT_ALLOWED", "not installed")
    ok = memory_file()
    ok.update(token=f"{len(h.bundles):032x}", most=1 << 20)
    h.bundles[ok["token"]] = ok.fd
    return ok


def update_take(h, data):
    """A good one begins with "signed ", its version follows."""
    if not data.startswith(b"signed "):
        raise Refused("UPDATE_APPLY_FAILED", "refused; nothing was changed")
    version = data.split()[1].decode()
    h.slots.update(tried="b", version_b=version, trial=f"b {version}")
    return {"text": f"Version {version} is tried at the next start: reboot\n"}


def update_write(h, args):
    fd = h.bundles.pop(args["token"])
    data = os.pread(fd, 1 << 24, 0)
    os.close(fd)
    return update_take(h, data)


def update_discard(h, args):
    os.close(h.bundles.pop(args["token"]))
    return {}


async def update_fetch(h, args):
    if "slow" in args["url"]:
        await asyncio.sleep(2)
    return update_take(h, args["url"].rpartition("/")[2].replace("-", " ").encode())


def update_cancel(h, _):
    for word in ("tried", "trial"):
        h.slots.pop(word, None)
    return {}


def update_back(h, args):
    if "version_b" not in h.slots:
        raise Refused("UPDATE_APPLY_FAILED", "there is nothing in slot b")
    h.slots["starts"] = "b"
    return update_cancel(h, args)


def update_key(add):
    def change(h, args):
        h.update_keys = [k for k in h.update_keys if k != args["key"]] + [args["key"]] * add
        return {}
    return change


def test_slots(h, args):
    """For tests: the host runs from memory, or from a disk."""
    h.slots = args["slots"]
    return {}


def blocks(config):
    """[(word, name, settings)...] of network.conf"""
    found = []
    for words in (line.split() for line in config.splitlines()):
        if words and words[0] in ("network", "bond"):
            found.append((words[0], words[1], {}))
        elif words and found:
            found[-1][2][words[0]] = words[1:]
    return found


def network_list(h, _):
    one = {"bridge": "xenbr0", "nic": "nic0", "vlan": 0, "carrier": True, "mtu": 1500,
           "mac": "52:54:00:12:34:56", "guests": 2, "addresses": ["192.0.2.10/24"],
           "gateway": "192.0.2.1"}
    networks, bonds = [one], []
    for word, name, settings in blocks(h.config):
        if word == "bond":
            bonds.append({"name": name, "mode": settings["mode"][0], "nics": settings["nics"]})
        elif name == "xenbr0":
            wanted = settings.get("address", ["dhcp"])[0]
            one["addresses"] = ["192.0.2.10/24" if wanted == "dhcp" else wanted]
        else:
            networks.append({**one, "bridge": name, "nic": settings.get("nic", [""])[0],
                             "vlan": int(settings.get("vlan", [0])[0]), "addresses": [],
                             "mtu": int(settings.get("mtu", [0])[0])})
    return {"networks": networks, "bonds": bonds, "dns": []}


def vm_stats(h, _):
    return {"vms": [{"uuid": vm["uuid"], "domid": vm["domid"], "memory": vm["memory_actual"],
                     "guest": {"data/os_name": "Testix", "attr/vif/0/ipv4/0": "192.0.2.77",
                               "attr/vif/x/ipv4/0": "?"}} for vm in h.vms.values()],
            "host": {"memory_free": 700 * GIB}}


def network_change(h, args):
    if h.waiting:
        raise Refused("OPERATION_NOT_ALLOWED", "another change waits")
    if "192.0.2.66" in args["config"]:      # the gateway does not answer from there
        raise Refused("OPERATION_NOT_ALLOWED", "the host was lost; the former networks are back")
    within = args.get("confirm_within", 0)
    if within and args["config"] != h.config:
        timer = asyncio.get_running_loop().call_later(within, network_back, h, "nobody confirmed")
        h.waiting = {"former": h.config, "until": time.time() + within, "timer": timer}
    h.config = args["config"]
    return {"text": "done"}


def network_back(h, because):
    h.config = h.waiting["former"]
    return network_end(h, "undone", f"{because}: the former networks are back")


def network_end(h, state, text):
    h.waiting["timer"].cancel()
    h.waiting, h.last_change = None, {"state": state, "seconds": 0, "text": text}
    return {"text": text}


def network_state(h, _):
    if not h.waiting:
        return h.last_change
    return {"state": "waiting", "seconds": round(h.waiting["until"] - time.time()), "text": ""}


def network_verdict(keep):
    def end(h, _):
        if not h.waiting:
            raise Refused("OPERATION_NOT_ALLOWED", "no change waits for confirmation")
        if not keep:
            return network_back(h, "as asked")
        return network_end(h, "kept", "confirmed")
    return end


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
        await asyncio.sleep(2)
    h.vms[args["uuid"]] = vm = h.vm(args["uuid"], name, args["memory_dynamic_max"], args["vcpus"],
                                    state="Paused" if args.get("paused") else "Running")
    vm["devices"] = {"disks": args["disks"], "vifs": args["vifs"]}
    vm["install"] = args.get("install")
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
        await asyncio.sleep(2)
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


def backup_folder(_h, args):
    """The path itself, if there is one."""
    if not os.path.isdir(args["path"]):
        raise Refused("INTERNAL_ERROR", "path")
    ok = Descriptor()
    ok.fd = os.open(args["path"], os.O_RDONLY | os.O_DIRECTORY)
    return ok


def ssh_change(add):
    def change(h, args):
        h.keys = [k for k in h.keys if k != args["key"]] + ([args["key"]] if add else [])
        return {}
    return change


def test_sr(h, args):
    """For tests: a repository is otherwise than it was."""
    h.find_sr(args).update({k: v for k, v in args.items() if k != "sr"})
    return {}


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


def sr_list(h, _):
    sizes = ("physical_size", "physical_utilisation", "virtual_allocation")
    return {"srs": [{k: v for k, v in sr.items() if k not in sizes} for sr in h.srs.values()]}


def sr_vdis(h, args):
    h.find_sr(args)
    return {"vdis": [v for v in h.vdis.values() if v["sr"] == args["sr"]]}


def sr_create(h, args):
    if args["source"] == "/dev/sdc" and not args.get("force"):
        raise Refused("DEVICE_HAS_DATA", args["source"], "ntfs")
    sr = h.sr(args["type"], args["name"], args["source"])
    h.srs[sr["uuid"]] = sr
    return sr


def sr_disks(h, _):
    one = {"disk": "", "model": "QEMU HARDDISK", "serial": "QM1", "size": 100 * GIB, "used": "",
           "found": "", "free": True, "removable": False, "read_only": False}
    return {"disks": [
        {**one, "path": "/dev/sda", "found": "gpt"},
        {**one, "path": "/dev/sda1", "disk": "/dev/sda", "size": 30 * GIB, "free": False,
         "used": "/dev/sda1 is mounted on /state", "found": 'ext4 "state"'},
        {**one, "path": "/dev/sdb", "found": "" if "/dev/sdb" not in h.taken else "LVM2_member"},
        {**one, "path": "/dev/sdc", "model": "<b>\u202edisk", "found": 'ntfs "<i>old</i>"'}]}


def sr_add_disk(h, args):
    sr = h.find_sr(args)
    disk = next((d for d in sr_disks(h, {})["disks"] if d["path"] == args["source"]), None)
    if sr["type"] not in ("lvm", "lvmthin"):
        raise Refused("SR_OPERATION_NOT_SUPPORTED", args["sr"])
    if not disk:
        raise Refused("INVALID_VALUE", args["source"], "no such disk")
    if not disk["free"]:
        raise Refused("DEVICE_IN_USE", args["source"], disk["used"])
    if disk["found"] and not args.get("force"):
        raise Refused("DEVICE_HAS_DATA", args["source"], disk["found"])
    h.taken.add(args["source"])
    sr["physical_size"] += disk["size"]
    return sr


def sr_plug(plugged):
    def change(h, args):
        h.find_sr(args)["plugged"] = plugged
        return {}
    return change


def sr_forget(h, args):
    h.find_sr(args)
    del h.srs[args["sr"]]
    return {}


def vdi_create(h, args):
    sr, name = h.find_sr(args), args.get("name", "")
    if args["size"] > 90 * GIB:
        raise Refused("SR_FULL", str(args["size"]), str(90 * GIB))
    if sr["type"] == "iso":     # an image is called like its file
        name += "" if name.endswith((".iso", ".img")) else ".iso"
        if "/" in name or any(v["sr"] == args["sr"] and v["name"] == name for v in h.vdis.values()):
            raise Refused("INVALID_VALUE" if "/" in name else "LOCATION_NOT_UNIQUE", name)
    return h.vdi(args["sr"], args["size"], name, args.get("description", ""))


def vdi_seal(h, args):
    vdi = h.find_vdi(args)
    if h.find_sr(args)["type"] != "iso":
        raise Refused("SR_OPERATION_NOT_SUPPORTED", args["sr"])
    vdi["read_only"] = True
    return vdi


def vdi_child(**more):
    def make(h, args):
        old = h.find_vdi(args)
        if args.get("name", "").startswith("unclonable"):
            raise Refused("SR_FULL", "1", "0")
        if more.get("snapshot"):
            more["snapshot_of"] = args["vdi"]
        return h.vdi(args.get("to", args["sr"]), old["virtual_size"], args.get("name", ""),
                     args.get("description", ""), **more)
    return make


def test_fail(what):
    """For tests: the next one fails."""
    def note(h, args):
        h.failing[what] = args["code"]
        return {}
    return note


def fail_once(h, what, args):
    if h.failing.get(what):
        raise Refused(h.failing.pop(what), args["sr"], "as a test wanted it")


def vdi_copy(h, args):
    fail_once(h, "copy", args)
    if "into" not in args:
        return vdi_child()(h, args)
    old, into = h.find_vdi(args), h.find_vdi({"sr": args["to"], "vdi": args["into"]})
    if into["virtual_size"] < old["virtual_size"]:
        raise Refused("VDI_TOO_SMALL", args["into"], str(old["virtual_size"]))
    return into


def vdi_clone(h, args):
    vdi = vdi_child()(h, args)
    if args["vdi"] in h.files:
        h.files[vdi["uuid"]] = h.files[args["vdi"]]
    return vdi


def vdi_revert(h, args):
    vdi = h.find_vdi(args)
    old = h.find_vdi({**args, "vdi": args["snapshot"]})
    if h.srs[args["sr"]]["name"] == "images":
        raise Refused("SR_OPERATION_NOT_SUPPORTED", args["sr"])
    vdi["virtual_size"] = old["virtual_size"]
    return vdi


def vdi_resize(h, args):
    vdi = h.find_vdi(args)
    vdi["virtual_size"] = args["size"]
    return vdi


def vdi_rename(h, args):
    vdi = h.find_vdi(args)
    vdi.update({k: v for k, v in args.items() if k in ("name", "description")})
    return vdi


def vdi_destroy(h, args):
    h.find_vdi(args)
    fail_once(h, "destroy", args)
    del h.vdis[args["vdi"]]
    h.files.pop(args["vdi"], None)
    return {}


class Descriptor(dict):
    """An answer that a descriptor comes along with."""
    fd = -1


def vdi_open(h, args):
    vdi = h.find_vdi(args)
    if vdi["name"].startswith("busy"):
        raise Refused("VDI_IN_USE", args["vdi"], "open")
    if vdi["read_only"] and args["mode"] == "rw":
        raise Refused("VDI_READONLY", args["vdi"], "read-only")
    if vdi["name"].startswith("full") and args["mode"] == "rw":
        ok = Descriptor(size=vdi["virtual_size"], path="/dev/full")
        ok.fd = os.open("/dev/full", os.O_RDWR)
        return ok
    if args["vdi"] not in h.contents:
        h.contents[args["vdi"]] = os.memfd_create("disk")
        os.ftruncate(h.contents[args["vdi"]], vdi["virtual_size"])
        parent = h.contents.get(vdi.get("snapshot_of"))
        if parent is not None:
            os.pwrite(h.contents[args["vdi"]], os.pread(parent, vdi["virtual_size"], 0), 0)
    ok = Descriptor(size=vdi["virtual_size"], path="/dev/null")
    ok.fd = h.contents[args["vdi"]]
    return ok


def memory_file(data=b""):
    ok = Descriptor()
    ok.fd = os.memfd_create("file")
    os.write(ok.fd, data)
    os.lseek(ok.fd, 0, os.SEEK_SET)
    return ok


def refuse(args):
    raise Refused("INTERNAL_ERROR", args["path"])


def state_open(h, args):
    if args["name"] not in h.state:
        raise Refused("INVALID_VALUE", args["name"])
    return memory_file(h.state[args["name"]])


def state_stage(h, args):
    if args["name"] not in h.state or args["name"] == "hosts":
        raise Refused("INVALID_VALUE", args["name"])
    ok = memory_file()
    h.staged[args["name"]] = ok.fd
    return ok


def state_commit(h, args):
    for name in args["names"]:
        fd = h.staged.pop(name)
        h.state[name] = os.pread(fd, 1 << 24, 0)
        os.close(fd)
    return {}


VERBS = {
    "host.logs": lambda h, a: {"paths": ["/var/log/socle/one.log", "/var/log/gone"]},
    "host.log_open": lambda h, a: memory_file(b"a line\n") if "one" in a["path"] else refuse(a),
    "host.state_list": lambda h, a: {"names": sorted(h.state)},
    "host.state_open": state_open,
    "host.state_stage": state_stage,
    "host.state_commit": state_commit,
    "host.info": host_info,
    "host.dmesg": lambda h, a: {"text": "(Socle) hello\n"},
    "host.log": lambda h, a: {"text": "Nov 21 12:00:00 socle daemon.notice apid: hello\n"
                                      "Nov 21 12:00:01 socle daemon.notice vmd[7]: there\n"},
    "host.set_syslog": host_set_syslog,
    "host.set_name": host_set_name,
    "host.power": lambda h, a: {},
    "host.certificate": host_certificate,
    "host.set_certificate": host_set_certificate,
    "host.reset_certificate": host_reset_certificate,
    "host.former_certificate": host_former_certificate,
    "update.slots": lambda h, a: h.slots,
    "update.stage": update_stage,
    "update.write": update_write,
    "update.discard": update_discard,
    "update.fetch": update_fetch,
    "update.cancel": update_cancel,
    "update.back": update_back,
    "update.keys": lambda h, a: {"keys": h.update_keys},
    "update.key_add": update_key(True),
    "update.key_remove": update_key(False),
    "test.slots": test_slots,
    "acme.settings": lambda h, a: h.acme,
    "acme.set": acme_set,
    "acme.renew": acme_renew,
    "acme.forget": acme_forget,
    "host.time_settings": lambda h, a: h.time,
    "host.zones": lambda h, a: {"zones": ZONES},
    "host.set_zone": host_set_zone,
    "host.set_ntp": host_set_ntp,
    "host.set_clock": lambda h, a: {},
    "network.list": network_list,
    "vm.stats": vm_stats,
    "network.get": lambda h, a: {"text": h.config},
    "network.change": network_change,
    "network.state": network_state,
    "network.confirm": network_verdict(True),
    "network.rollback": network_verdict(False),
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
    "backup.folder": backup_folder,
    "ssh.list": lambda h, a: {"keys": h.keys},
    "ssh.add": ssh_change(True),
    "ssh.remove": ssh_change(False),
    "test.sr": test_sr,
    "test.crash": test_crash,
    "test.crash_unseen": test_crash_unseen,
    "vm.detach_vif": vm_device,
    "sr.list": sr_list,
    "sr.vdis": sr_vdis,
    "sr.stat": lambda h, a: h.find_sr(a),
    "sr.scan": lambda h, a: h.find_sr(a) and {"removed": 0, "finished": 0, "adopted": 0},
    "sr.create": sr_create,
    "sr.probe": lambda h, a: {"size": GIB, "read_only": False, "used": False, "found": ""},
    "sr.plug": sr_plug(True),
    "sr.unplug": sr_plug(False),
    "sr.forget": sr_forget,
    "sr.destroy": sr_forget,
    "vdi.create": vdi_create,
    "vdi.clone": vdi_clone,
    "vdi.revert": vdi_revert,
    "vdi.copy": vdi_copy,
    "vdi.snapshot": vdi_child(snapshot=True, read_only=True),
    "test.fail_copy": test_fail("copy"),
    "test.fail_destroy": test_fail("destroy"),
    "sr.disks": sr_disks,
    "sr.add_disk": sr_add_disk,
    "vdi.resize": vdi_resize,
    "vdi.seal": vdi_seal,
    "vdi.rename": vdi_rename,
    "vdi.stat": lambda h, a: h.find_vdi(a),
    "vdi.destroy": vdi_destroy,
    "vdi.open": vdi_open,
}


# ---- the socket ----------------------------------------------------------------------------------

async def send(sock, message):
    data = json.dumps(message).encode()
    assert len(data) <= LIMIT, message
    await asyncio.get_running_loop().sock_sendall(sock, data)


async def watch(h, sock):
    queue = asyncio.Queue()
    h.watchers.add(queue)
    try:
        for vm in list(h.vms.values()):
            await send(sock, {"vm": vm})
        await send(sock, {"settled": True})
        while True:
            await send(sock, await queue.get())
    finally:
        h.watchers.discard(queue)


async def answer(h, sock, request):
    verb, args = request["verb"], request["args"]
    if verb == "watch":
        await watch(h, sock)
        return
    try:
        if verb not in VERBS:
            raise Refused("MESSAGE_METHOD_UNKNOWN", verb)
        await send(sock, {"progress": 0.5})
        ok = VERBS[verb](h, args)
        if isinstance(ok, Descriptor):
            socket.send_fds(sock, [json.dumps({"ok": ok}).encode()], [ok.fd])
        else:
            await send(sock, {"ok": await ok if asyncio.iscoroutine(ok) else ok})
    except Refused as refused:
        await send(sock, {"error": refused.error, "message": str(refused)})


async def serve_one(h, sock):
    loop = asyncio.get_running_loop()
    try:
        data = await loop.sock_recv(sock, LIMIT)
        if not data:
            return
        work = asyncio.ensure_future(answer(h, sock, json.loads(data)))
        closed = asyncio.ensure_future(loop.sock_recv(sock, 1))
        await asyncio.wait({work, closed}, return_when=asyncio.FIRST_COMPLETED)
        closed.cancel()
        if not work.done():
            work.cancel()
        await asyncio.gather(work, closed, return_exceptions=True)
    except OSError:
        pass
    finally:
        sock.close()


async def main():
    path, nr = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
    if os.path.exists(path):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    listener.listen(256)
    listener.setblocking(False)
    host, tasks = Host(nr), set()
    while True:
        sock, _ = await asyncio.get_running_loop().sock_accept(listener)
        sock.setblocking(False)
        task = asyncio.ensure_future(serve_one(host, sock))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


if __name__ == "__main__":
    asyncio.run(main())
