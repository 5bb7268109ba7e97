# SPDX-License-Identifier: GPL-2.0-or-later
"""Repositories: the disks that they may take, how full they are, and disks that move between them."""
import time

import pytest
from client import Failure

GIB = 1 << 30


def refused(api, method, *params):
    with pytest.raises(Failure) as failure:
        api.call(method, *params)
    return failure.value.code, *failure.value.words


@pytest.fixture(name="host")
def fixture_host(api):
    return api.call("host.get_all")[0]


@pytest.fixture(name="srs")
def fixture_srs(api, host):
    """One that is there, another one, and the library."""
    local, = api.call("SR.get_by_name_label", "local")
    library, = api.call("SR.get_by_name_label", "images")
    other = api.call("SR.create", host, {"device": "/dev/vdz"}, 0, "other", "", "lvm", "user",
                     False)
    yield local, other, library
    for pbd in api.call("SR.get_PBDs", other):
        api.call("PBD.unplug", pbd)
    api.call("SR.forget", other)


def test_disks_of_the_host(api, host):
    disks = api.call("host.list_disks", host)
    assert {"/dev/sda", "/dev/sda1", "/dev/sdb"} <= set(disks)
    used = disks["/dev/sda1"]
    assert (used["disk"], used["free"], used["size"]) == ("/dev/sda", "false", str(30 * GIB))
    assert "mounted on /state" in used["used"] and used["found"] == 'ext4 "state"'
    assert disks["/dev/sdb"]["model"] == "QEMU HARDDISK" and disks["/dev/sdb"]["free"] == "true"
    assert disks["/dev/sdc"]["model"] == "<b>\u202edisk"


def test_one_with_data_on_it(api, host):
    create = ("SR.create", host)
    rest = (0, "on it", "", "lvm", "user", False)
    assert refused(api, *create, {"device": "/dev/sdc"}, *rest)[0] == "DEVICE_HAS_DATA"
    sr = api.call(*create, {"device": "/dev/sdc", "force": "true"}, *rest)
    for pbd in api.call("SR.get_PBDs", sr):
        api.call("PBD.unplug", pbd)
    api.call("SR.destroy", sr)


def test_one_more_disk(api, srs):
    local, _, library = srs
    before = api.call("SR.get_physical_size", local)
    for device, code in (("/dev/sda1", "DEVICE_IN_USE"), ("/dev/sdc", "DEVICE_HAS_DATA"),
                         ("/dev/sdq", "INVALID_VALUE"), ("", "SR_BACKEND_FAILURE_90")):
        assert refused(api, "SR.add_disk", local, {"device": device})[0] == code
    assert refused(api, "SR.add_disk", library, {"device": "/dev/sdb"})[0] == \
        "SR_OPERATION_NOT_SUPPORTED"
    api.call("SR.add_disk", local, {"device": "/dev/sdb"})
    assert api.call("SR.get_physical_size", local) == before + 100 * GIB
    assert refused(api, "SR.add_disk", local, {"device": "/dev/sdb"})[0] == "DEVICE_HAS_DATA"


def test_how_full_a_pool_is(api, srs):
    local, other, _ = srs
    assert api.call("SR.get_thin_pool", local) == {
        "data": "41.25", "metadata": "3.05", "room": str(5 * GIB), "when_full": "queue",
        "failed": "false"}
    assert api.call("SR.get_thin_pool", other) == {}


@pytest.fixture(name="disk")
def fixture_disk(api, srs):
    """One with a snapshot, that a halted VM has."""
    vdi = api.call("VDI.create", {"SR": srs[0], "virtual_size": GIB, "name_label": "moves",
                                  "name_description": "here and there", "tags": ["a"],
                                  "other_config": {"key": "value"}})
    vm = api.call("VM.create", {"name_label": "of a disk that moves"})
    api.call("VBD.create", {"VM": vm, "VDI": vdi, "userdevice": "0", "bootable": True,
                            "mode": "RW", "type": "Disk", "empty": False})
    snapshot = api.call("VDI.snapshot", vdi)
    yield vm, vdi, snapshot
    api.call("VM.destroy", vm)
    for ref in api.call("VDI.get_by_name_label", "moves"):
        api.call("VDI.destroy", ref)


def vdi_of(api, vm):
    return api.call("VBD.get_VDI", api.call("VM.get_VBDs", vm)[0])


def test_a_disk_moves(api, srs, disk):
    vm, vdi, snapshot = disk
    assert "mirror" in api.call("VDI.get_allowed_operations", vdi)
    before = api.call("VDI.get_record", vdi)
    task = api.call("Async.VDI.pool_migrate", vdi, srs[1], {})
    moved = api.wait(task).removeprefix("<value>").removesuffix("</value>")
    record = api.call("VDI.get_record", moved)
    for field in ("name_label", "name_description", "tags", "other_config", "virtual_size", "type",
                  "VBDs"):
        assert record[field] == before[field], field
    assert (record["SR"], record["snapshots"]) == (srs[1], [snapshot])
    assert record["uuid"] != before["uuid"] and vdi_of(api, vm) == moved
    assert refused(api, "VDI.get_record", vdi)[0] == "HANDLE_INVALID"
    assert vdi not in api.call("SR.get_VDIs", srs[0])
    # A look at the repositories changes nothing of that.
    for sr in srs[:2]:
        api.call("SR.scan", sr)
    assert api.call("VDI.get_snapshot_of", snapshot) == moved and vdi_of(api, vm) == moved
    assert api.call("VDI.pool_migrate", moved, srs[1]) == moved


def test_a_disk_that_does_not_move(api, srs, disk):
    vm, vdi, snapshot = disk
    assert refused(api, "VDI.pool_migrate", vdi, "OpaqueRef:NULL")[0] == "HANDLE_INVALID"
    assert refused(api, "VDI.pool_migrate", vdi, srs[2])[0] == "SR_OPERATION_NOT_SUPPORTED"
    assert refused(api, "VDI.pool_migrate", snapshot, srs[1])[0] == "OPERATION_NOT_ALLOWED"
    api.call("VM.start", vm, False, False)
    assert refused(api, "VDI.pool_migrate", vdi, srs[1]) == ("VDI_IN_USE", vdi)
    assert "mirror" not in api.call("VDI.get_allowed_operations", vdi)
    api.call("VM.hard_shutdown", vm)
    assert vdi_of(api, vm) == vdi


def test_no_room_where_it_goes(api, server, srs, disk):
    vm, vdi, _ = disk
    server.vmd_request("test.fail_copy", {"code": "SR_FULL"})
    assert refused(api, "VDI.pool_migrate", vdi, srs[1])[0] == "SR_FULL"
    assert vdi_of(api, vm) == vdi and api.call("SR.get_VDIs", srs[1]) == []


def test_the_old_one_stays(api, server, srs, disk):
    """It is in the new place, and said so, whatever becomes of the old one."""
    vm, vdi, _ = disk
    server.vmd_request("test.fail_destroy", {"code": "SR_UNAVAILABLE"})
    moved = api.call("VDI.pool_migrate", vdi, srs[1])
    assert vdi_of(api, vm) == moved and api.call("VDI.get_VBDs", vdi) == []


@pytest.fixture(name="look")
def fixture_look(api, server, srs):
    """A look at the second repository: what it saw is told when the test wants it, and with it a
    disk that nobody has told of before. Waits until all of it is known."""
    sr = srs[1]
    uuid, (pbd,) = api.call("SR.get_uuid", sr), api.call("SR.get_PBDs", sr)

    def begin():
        mark = server.vmd_request("vdi.create", {"sr": uuid, "size": GIB})["ok"]["uuid"]
        server.vmd_request("test.late", {"verb": "sr.vdis", "sr": uuid})
        api.call("PBD.unplug", pbd)
        api.call("PBD.plug", pbd)
        server.vmd_request("test.is_late", {})
        return mark

    def end(mark):
        deadline = time.monotonic() + 120
        server.vmd_request("test.go_on", {})
        while mark not in uuids(api, sr):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    yield begin, end
    server.vmd_request("test.go_on", {})


def uuids(api, sr):
    return [api.call("VDI.get_uuid", vdi) for vdi in api.call("SR.get_VDIs", sr)]


def test_a_disk_that_goes_while_somebody_looks(api, srs, look):
    begin, end = look
    vdi = api.call("VDI.create", {"SR": srs[1], "virtual_size": GIB})
    uuid = api.call("VDI.get_uuid", vdi)
    mark = begin()
    api.call("VDI.destroy", vdi)
    end(mark)
    assert uuids(api, srs[1]) == [mark]
    assert refused(api, "VDI.get_by_uuid", uuid)[0] == "UUID_INVALID"


def test_a_disk_that_comes_while_somebody_looks(api, srs, look):
    begin, end = look
    mark = begin()
    vdi = api.call("VDI.create", {"SR": srs[1], "virtual_size": GIB})
    uuid = api.call("VDI.get_uuid", vdi)
    end(mark)
    assert sorted(uuids(api, srs[1])) == sorted([mark, uuid])
    assert api.call("VDI.get_by_uuid", uuid) == vdi
