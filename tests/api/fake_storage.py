# SPDX-License-Identifier: GPL-2.0-or-later
"""Repositories and disks of a simulated vmd; their contents are memory."""
import os

from fake_host import GIB, Descriptor, Refused


def test_sr(h, args):
    """For tests: a repository is otherwise than it was."""
    h.find_sr(args).update({k: v for k, v in args.items() if k != "sr"})
    return {}


def sr_list(h, _):
    sizes = ("physical_size", "physical_utilisation", "virtual_allocation")
    return {"srs": [{k: v for k, v in sr.items() if k not in sizes} for sr in h.srs.values()]}


def sr_stat(h, args):
    """Somebody writes a little beside the disks."""
    sr = h.find_sr(args)
    return {**sr, "physical_utilisation":
            sr["physical_utilisation"] + h.asked["sr.stat"] % 5 * 4096}


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


def test_late(h, args):
    """For tests: the next answer of that verb for that repository is as things are now, and comes
    when test.go_on says so; test.is_late waits until it is ready."""
    h.late = args["verb"], args["sr"]
    h.is_late.clear()
    h.go_on.clear()
    return {}


async def test_is_late(h, _):
    await h.is_late.wait()
    return {}


def test_go_on(h, _):
    h.go_on.set()
    return {}


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


VERBS = {
    "test.sr": test_sr,
    "sr.list": sr_list,
    "sr.vdis": sr_vdis,
    "sr.stat": sr_stat,
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
    "test.fail_look": test_fail("look"),
    "test.fail_copy": test_fail("copy"),
    "test.fail_destroy": test_fail("destroy"),
    "test.late": test_late,
    "test.is_late": test_is_late,
    "test.go_on": test_go_on,
    "sr.disks": sr_disks,
    "sr.add_disk": sr_add_disk,
    "vdi.resize": vdi_resize,
    "vdi.seal": vdi_seal,
    "vdi.rename": vdi_rename,
    "vdi.stat": lambda h, a: h.find_vdi(a),
    "vdi.destroy": vdi_destroy,
    "vdi.open": vdi_open,
}
