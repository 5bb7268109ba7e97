# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory on disks: VMs that are suspended, checkpoints, and the way back to snapshots."""
import pytest
from test_calls import GIB, MIB, fixture_disk, fixture_vm, refused, sr_of, vbd_of  # noqa: F401

NULL = "OpaqueRef:NULL"


def memories(api):
    return [ref for ref, vdi in api.call("VDI.get_all_records").items()
            if vdi["type"] == "suspend"]


@pytest.fixture(name="running")
def fixture_running(api, vm, disk):
    vbd_of(api, vm, disk)
    api.call("VM.start", vm, False, False)
    return vm


@pytest.fixture(name="no_storage")
def fixture_no_storage(api):
    """Nothing that memory could go to: it goes to files of the host."""
    pool, = api.call("pool.get_all")
    sr = sr_of(api)
    pbd, = api.call("SR.get_PBDs", sr)
    api.call("PBD.unplug", pbd)
    yield pool
    api.call("PBD.plug", pbd)


def test_memory_is_on_a_disk_while_suspended(api, running):
    api.call("VM.suspend", running)
    record = api.call("VM.get_record", running)
    assert record["power_state"] == "Suspended" and record["domid"] == -1
    vdi = api.call("VDI.get_record", record["suspend_VDI"])
    assert vdi["SR"] == sr_of(api) and vdi["virtual_size"] > 512 * MIB
    assert vdi["name_label"] == "Memory of made by a test"
    for end in ("destroy", "forget"):
        assert refused(api, f"VDI.{end}", record["suspend_VDI"]) == \
            ("VDI_IN_USE", record["suspend_VDI"])
    assert refused(api, "VM.start", running, False, False)[0] == "VM_BAD_POWER_STATE"
    api.call("VM.resume", running, True, False)
    record = api.call("VM.get_record", running)
    assert (record["power_state"], record["suspend_VDI"]) == ("Paused", NULL)
    assert memories(api) == []


@pytest.mark.parametrize("end", ["VM.hard_shutdown", "VM.power_state_reset"])
def test_memory_that_is_given_up_goes(api, running, end):
    api.call("VM.suspend", running)
    assert len(memories(api)) == 1
    api.call(end, running)
    assert api.call("VM.get_power_state", running) == "Halted"
    assert memories(api) == []


def test_a_suspended_vm_is_destroyed_with_its_memory(api):
    vm = api.call("VM.create", {"name_label": "short"})
    api.call("VM.start", vm, False, False)
    api.call("VM.suspend", vm)
    api.call("VM.destroy", vm)
    assert memories(api) == []


def test_without_storage_memory_is_a_file(api, server, vm, no_storage):
    api.call("VM.start", vm, False, False)
    api.call("VM.suspend", vm)
    assert api.call("VM.get_suspend_VDI", vm) == NULL
    api.call("VM.resume", vm, False, False)
    api.call("VM.suspend", vm)
    file = f"/var/lib/socle/suspend/{api.call('VM.get_uuid', vm)}.save"
    assert "ok" in server.vmd_request("vm.forget_saved", {"file": file})
    assert refused(api, "VM.resume", vm, False, False)[0] == "SUSPEND_IMAGE_NOT_ACCESSIBLE"
    assert api.call("VM.get_power_state", vm) == "Suspended"
    api.call("VM.hard_shutdown", vm)


def test_one_that_does_not_suspend_goes_on(api, vm):
    api.call("VM.set_name_label", vm, "awake")
    api.call("VM.start", vm, False, False)
    assert refused(api, "VM.suspend", vm) == ("VM_LACKS_FEATURE_SUSPEND", vm)
    assert refused(api, "VM.checkpoint", vm, "never") == ("VM_LACKS_FEATURE_SUSPEND", vm)
    record = api.call("VM.get_record", vm)
    assert (record["power_state"], record["snapshots"]) == ("Running", [])
    assert memories(api) == []


def test_back_to_a_checkpoint(api, running, disk):
    assert "checkpoint" in api.call("VM.get_allowed_operations", running)
    snapshot = api.call("VM.checkpoint", running, "while it ran")
    assert api.call("VM.get_power_state", running) == "Running"
    record = api.call("VM.get_record", snapshot)
    assert record["is_a_snapshot"] and record["power_state"] == "Suspended"
    memory, = memories(api)
    assert record["suspend_VDI"] == memory
    kept, = (api.call("VBD.get_VDI", vbd) for vbd in record["VBDs"])
    assert api.call("VDI.get_snapshot_of", kept) == disk
    api.call("VM.hard_shutdown", running)
    api.call("VDI.resize", disk, 2 * GIB)
    api.call("VM.revert", snapshot)
    record = api.call("VM.get_record", running)
    assert record["power_state"] == "Suspended" and record["parent"] == snapshot
    assert record["suspend_VDI"] in memories(api) and record["suspend_VDI"] != memory
    # The disk is the same one, with what it had.
    assert [api.call("VBD.get_VDI", vbd) for vbd in record["VBDs"]] == [disk]
    assert api.call("VDI.get_virtual_size", disk) == GIB
    api.call("VM.resume", running, False, False)
    assert memories(api) == [memory]
    # Again, now that it runs.
    api.call("VM.revert", snapshot)
    api.call("VM.resume", running, False, False)
    api.call("VM.destroy", snapshot)
    assert memories(api) == []
    api.call("VDI.destroy", kept)


def test_a_checkpoint_without_storage(api, server, vm, no_storage):
    api.call("VM.start", vm, False, False)
    snapshot = api.call("VM.checkpoint", vm, "in a file")
    assert api.call("VM.get_suspend_VDI", snapshot) == NULL
    api.call("VM.revert", snapshot)
    assert api.call("VM.get_power_state", vm) == "Suspended"
    api.call("VM.resume", vm, False, False)
    api.call("VM.destroy", snapshot)


def test_where_disks_cannot_go_back_clones_take_their_place(api, vm):
    images, = api.call("SR.get_by_name_label", "images")
    disk = api.call("VDI.create", {"SR": images, "virtual_size": GIB, "name_label": "simple"})
    more = api.call("VDI.create", {"SR": images, "virtual_size": GIB, "name_label": "later"})
    vbd_of(api, vm, disk)
    snapshot = api.call("VM.snapshot", vm, "before")
    vbd_of(api, vm, more)
    api.call("VM.revert", snapshot)
    vdi, = (api.call("VBD.get_VDI", vbd) for vbd in api.call("VM.get_VBDs", vm))
    assert vdi not in (disk, more)
    for gone in (disk, more):
        assert refused(api, "VDI.get_record", gone)[0] == "HANDLE_INVALID"
    kept, = (api.call("VBD.get_VDI", vbd) for vbd in api.call("VM.get_VBDs", snapshot))
    assert api.call("VDI.get_snapshot_of", kept) == vdi
    api.call("VM.destroy", snapshot)
    for left in (kept, vdi):
        api.call("VDI.destroy", left)


def test_why_a_vm_does_not_start(api, vm):
    """In XenAPI's words, with references where vmd knows UUIDs and bridges."""
    disk = api.call("VDI.create", {"SR": sr_of(api), "virtual_size": GIB, "name_label": "busy"})
    vbd = vbd_of(api, vm, disk)
    assert refused(api, "VM.start", vm, False, False) == ("VDI_IN_USE", disk, "in use by another")
    api.call("VBD.destroy", vbd)
    api.call("VDI.destroy", disk)
    network = api.call("network.create", {"name_label": "lost"})
    api.call("VIF.create", {"VM": vm, "network": network, "device": "0", "MAC": ""})
    api.call("VM.set_name_label", vm, "netless")
    assert refused(api, "VM.start", vm, False, False) == ("VM_REQUIRES_NET", vm, network)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_any_number_of_devices_is_copied(api, vm, number):
    network = api.call("network.get_all")[0]
    for device in range(number):
        api.call("VIF.create", {"VM": vm, "network": network, "device": str(device), "MAC": ""})
        api.call("VBD.create", {"VM": vm, "VDI": NULL, "userdevice": str(device), "type": "CD",
                                "empty": True})
    snapshot = api.call("VM.snapshot", vm, "all of them")
    for whose in (vm, snapshot):
        record = api.call("VM.get_record", whose)
        assert (len(record["VIFs"]), len(record["VBDs"])) == (number, number)
    api.call("VM.destroy", snapshot)
