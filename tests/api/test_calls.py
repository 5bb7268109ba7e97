# SPDX-License-Identifier: GPL-2.0-or-later
"""What calls mean: VMs, disks and repositories, against the simulated vmd."""
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from client import Client, Failure, PASSWORD, xml_server
from test_networks import pif_of

MIB = 1 << 20
GIB = 1 << 30


@pytest.fixture(name="vm")
def fixture_vm(api):
    ref = api.call("VM.create", {
        "name_label": "made by a test", "memory_static_min": 16 * MIB,
        "memory_dynamic_min": 128 * MIB, "memory_dynamic_max": 256 * MIB,
        "memory_static_max": 512 * MIB, "VCPUs_max": 4, "VCPUs_at_startup": 2})
    yield ref
    if api.call("VM.get_power_state", ref) in ("Running", "Paused"):
        api.call("VM.hard_shutdown", ref)
    api.call("VM.destroy", ref)


@pytest.fixture(name="disk")
def fixture_disk(api):
    return api.call("VDI.create", {"SR": sr_of(api), "virtual_size": GIB, "name_label": "a disk"})


def sr_of(api):
    return next(iter(api.call("pool.get_all_records").values()))["default_SR"]


def vbd_of(api, vm, vdi, **more):
    return api.call("VBD.create", {"VM": vm, "VDI": vdi, "userdevice": "autodetect", "mode": "RW",
                                   "type": "Disk", "bootable": True, **more})


def refused(api, method, *params):
    with pytest.raises(Failure) as failure:
        api.call(method, *params)
    return failure.value.code, *failure.value.words


def test_one_pool_with_its_host(api):
    pool, = api.call("pool.get_all_records").values()
    host = api.call("host.get_record", pool["master"])
    assert host["hostname"] == "testhost"
    assert len(host["host_CPUs"]) == 2
    cpu = api.call("host_cpu.get_record", host["host_CPUs"][1])
    assert (cpu["number"], cpu["family"], cpu["speed"]) == (1, 23, 2000)
    assert host["address"] == "192.0.2.10"
    pif = api.call("PIF.get_record", pif_of(api, "nic0"))
    assert (pif["device"], pif["netmask"], pif["management"]) == ("nic0", "255.255.255.0", True)
    assert api.call("network.get_bridge", pif["network"]) == "xenbr0"


def test_a_vm_lives(api, vm):
    uuid = api.call("VM.get_uuid", vm)
    assert api.call("VM.get_by_uuid", uuid) == vm
    api.call("VM.start", vm, False, False)
    record = api.call("VM.get_record", vm)
    assert record["power_state"] == "Running" and record["domid"] > 0
    assert "clean_shutdown" in record["allowed_operations"]
    assert "start" not in record["allowed_operations"]
    assert refused(api, "VM.start", vm, False, False) == \
        ("VM_BAD_POWER_STATE", vm, "halted", "running")
    api.call("VM.pause", vm)
    assert api.call("VM.get_power_state", vm) == "Paused"
    api.call("VM.unpause", vm)
    api.call("VM.clean_reboot", vm)
    assert api.call("VM.get_domid", vm) > record["domid"]
    api.call("VM.suspend", vm)
    assert api.call("VM.get_power_state", vm) == "Suspended"
    api.call("VM.resume", vm, False, False)
    api.call("VM.clean_shutdown", vm)
    record = api.call("VM.get_record", vm)
    assert record["power_state"] == "Halted" and record["domid"] == -1
    assert record["resident_on"] == "OpaqueRef:NULL" and record["consoles"] == []


def steady(api, vm, seconds=0.6):
    """The one state that it has for a while."""
    end, states = time.monotonic() + seconds, {api.call("VM.get_power_state", vm)}
    while time.monotonic() < end:
        states.add(api.call("VM.get_power_state", vm))
    state, = states
    return state


def test_news_of_a_former_domain_is_no_news(api, vm):
    """The watch lags behind the operations."""
    api.call("VM.start", vm, False, False)
    api.call("VM.hard_reboot", vm)
    assert steady(api, vm) == "Running"
    api.call("VM.hard_shutdown", vm)
    assert steady(api, vm) == "Halted"


def test_a_template_does_not_start(api, vm):
    api.call("VM.set_is_a_template", vm, True)
    assert refused(api, "VM.start", vm, False, False) == ("VM_IS_TEMPLATE", vm)
    api.call("VM.set_is_a_template", vm, False)


def test_what_vmd_refuses_is_the_answer(api, vm):
    api.call("VM.set_name_label", vm, "broken")
    assert refused(api, "VM.start", vm, False, False) == ("INTERNAL_ERROR", "it is broken")
    record = api.call("VM.get_record", vm)
    assert record["power_state"] == "Halted" and record["current_operations"] == {}


def test_what_follows_its_end_is_told_to_vmd(server, api, vm):
    def told():
        api.call("VM.start", vm, False, False)
        uuid = api.call("VM.get_uuid", vm)
        vms = server.vmd_request("vm.list", {})["ok"]["vms"]
        api.call("VM.hard_shutdown", vm)
        return next(v for v in vms if v["uuid"] == uuid)["actions"]

    assert told() == {"on_poweroff": "destroy", "on_reboot": "restart", "on_crash": "restart",
                      "on_soft_reset": "soft-reset"}
    api.call("VM.set_actions_after_shutdown", vm, "restart")
    api.call("VM.set_actions_after_reboot", vm, "destroy")
    api.call("VM.set_actions_after_crash", vm, "preserve")
    for action in ("destroy", "restart", "preserve"):
        api.call("VM.set_actions_after_softreboot", vm, action)
        assert told() == {"on_poweroff": "restart", "on_reboot": "destroy",
                          "on_crash": "preserve", "on_soft_reset": action}
    assert refused(api, "VM.set_actions_after_softreboot", vm, "suspend")[0] == "FIELD_TYPE_ERROR"
    api.call("VM.set_actions_after_softreboot", vm, "soft_reboot")
    assert told()["on_soft_reset"] == "soft-reset"


def test_shutdown_takes_the_power_of_the_deaf(api, vm):
    api.call("VM.set_name_label", vm, "deaf")
    api.call("VM.start", vm, False, False)
    assert refused(api, "VM.clean_shutdown", vm)[0] == "VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT"
    api.call("VM.shutdown", vm)
    assert api.call("VM.get_power_state", vm) == "Halted"


def test_one_operation_at_a_time(api, vm):
    api.call("VM.set_name_label", vm, "slow")
    task = api.call("Async.VM.start", vm, False, False)
    operations = api.call("VM.get_current_operations", vm)
    assert operations == {task: "start"}
    assert refused(api, "VM.start", vm, False, False) == ("OTHER_OPERATION_IN_PROGRESS", "VM", vm)
    assert refused(api, "VM.destroy", vm)[0] == "OTHER_OPERATION_IN_PROGRESS"
    assert api.wait(task) == ""
    assert api.call("VM.get_current_operations", vm) == {}


def test_a_task_is_cancelled(api, vm):
    api.call("VM.set_name_label", vm, "slow")
    task = api.call("Async.VM.start", vm, False, False)
    api.call("task.cancel", task)
    record = api.call("task.get_record", task)
    assert record["status"] == "cancelled"
    assert record["error_info"] == ["TASK_CANCELLED", task]
    assert api.call("VM.get_current_operations", vm) == {}
    api.call("task.destroy", task)


def test_blocked_operations(api, vm):
    api.call("VM.add_to_blocked_operations", vm, "start", "not today")
    assert refused(api, "VM.start", vm, False, False) == ("OPERATION_BLOCKED", vm, "not today")


def test_memory_stays_in_order(api, vm):
    assert refused(api, "VM.set_memory_dynamic_max", vm, GIB)[0] == "MEMORY_CONSTRAINT_VIOLATION"
    api.call("VM.set_memory_limits", vm, 16 * MIB, GIB, 512 * MIB, str(GIB))
    assert api.call("VM.get_memory_dynamic_max", vm) == GIB
    api.call("VM.start", vm, False, False)
    api.call("VM.set_memory_dynamic_range", vm, 256 * MIB, 256 * MIB)
    assert api.call("VM.get_memory_target", vm) == 256 * MIB
    api.call("VM.set_memory_target_live", vm, 128 * MIB)
    assert api.call("VM.get_memory_dynamic_min", vm) == 128 * MIB
    assert api.call("VM.get_memory_target", vm) == 128 * MIB
    assert refused(api, "VM.set_memory_target_live", vm, 2 * GIB)[0] == \
        "MEMORY_CONSTRAINT_VIOLATION"
    assert refused(api, "VM.set_memory_static_max", vm, 2 * GIB)[0] == "VM_BAD_POWER_STATE"


def test_vcpus(api, vm):
    assert refused(api, "VM.set_VCPUs_at_startup", vm, 5)[0] == "INVALID_VALUE"
    api.call("VM.set_VCPUs_at_startup", vm, 1)
    api.call("VM.start", vm, False, False)
    api.call("VM.set_VCPUs_number_live", vm, 3)
    assert refused(api, "VM.set_VCPUs_number_live", vm, 5)[0] == "INVALID_VALUE"


def test_disks_know_who_sees_them(api, vm, disk):
    vbd = vbd_of(api, vm, disk)
    assert api.call("VM.get_VBDs", vm) == [vbd]
    assert api.call("VDI.get_VBDs", disk) == [vbd]
    record = api.call("VBD.get_record", vbd)
    assert (record["userdevice"], record["device"]) == ("0", "xvda")
    assert refused(api, "VBD.create", {"VM": vm, "VDI": disk, "userdevice": "0"}) == \
        ("DEVICE_ALREADY_EXISTS", "0")
    api.call("VM.start", vm, False, False)
    assert refused(api, "VDI.destroy", disk) == ("VDI_IN_USE", disk)
    assert refused(api, "VBD.destroy", vbd) == ("DEVICE_ALREADY_ATTACHED", vbd)
    api.call("VBD.unplug", vbd)
    api.call("VBD.plug", vbd)
    api.call("VM.hard_shutdown", vm)
    api.call("VDI.destroy", disk)
    assert api.call("VM.get_VBDs", vm) == []
    assert refused(api, "VBD.get_record", vbd) == ("HANDLE_INVALID", "VBD", vbd)


def test_a_disk_of_impossible_size(api):
    assert refused(api, "VDI.create", {"SR": sr_of(api), "virtual_size": 0}) == \
        ("VDI_INVALID_SIZE", "0")
    assert refused(api, "VDI.create", {"SR": sr_of(api), "virtual_size": 95 * GIB})[0] == "SR_FULL"


def test_a_disk_grows_and_is_renamed(api, disk):
    api.call("VDI.resize", disk, 2 * GIB)
    assert api.call("VDI.get_virtual_size", disk) == 2 * GIB
    assert refused(api, "VDI.resize", disk, GIB)[0] == "VDI_INVALID_SIZE"
    api.call("VDI.set_name_label", disk, "renamed")
    assert api.call("VDI.get_name_label", disk) == "renamed"


def test_drives(api, vm, disk):
    drive = vbd_of(api, vm, "OpaqueRef:NULL", type="CD")
    assert refused(api, "VBD.eject", drive) == ("VBD_IS_EMPTY", drive)
    api.call("VBD.insert", drive, disk)
    assert refused(api, "VBD.insert", drive, disk) == ("VBD_NOT_EMPTY", drive)
    api.call("VM.start", vm, False, False)
    api.call("VBD.eject", drive)
    assert api.call("VBD.get_empty", drive) is True


def test_clone_snapshot_revert(api, vm, disk):
    vbd_of(api, vm, disk)
    before = len(api.call("VDI.get_all"))
    clone = api.call("VM.clone", vm, "a clone")
    assert len(api.call("VDI.get_all")) == before + 1
    snapshot = api.call("VM.snapshot", vm, "a snapshot")
    assert api.call("VM.get_snapshots", vm) == [snapshot]
    assert api.call("VM.get_snapshot_of", snapshot) == vm
    api.call("VM.set_VCPUs_max", vm, 8)
    api.call("VM.revert", snapshot)
    record = api.call("VM.get_record", vm)
    assert (record["VCPUs_max"], record["name_label"]) == (4, "made by a test")
    assert record["VBDs"] and api.call("VBD.get_VDI", record["VBDs"][0]) == disk
    for one in (clone, snapshot):
        vbds = api.call("VM.get_VBDs", one)
        disks = [api.call("VBD.get_VDI", vbd) for vbd in vbds]
        api.call("VM.destroy", one)
        for vdi in disks:
            api.call("VDI.destroy", vdi)


def test_a_template_becomes_a_vm(api):
    template, = api.call("VM.get_by_name_label", "Debian 12")
    assert refused(api, "VM.destroy", template) == ("VM_CANNOT_DELETE_DEFAULT_TEMPLATE", template)
    assert refused(api, "VM.provision", template)[0] == "OPERATION_NOT_ALLOWED"
    vm = api.call("VM.clone", template, "installed")
    api.call("VM.provision", vm)
    record = api.call("VM.get_record", vm)
    assert not record["is_a_template"] and not record["is_default_template"]
    assert "disks" not in record["other_config"]
    vbd = api.call("VBD.get_record", record["VBDs"][0])
    assert (vbd["userdevice"], vbd["bootable"]) == ("0", True)
    assert api.call("VDI.get_virtual_size", vbd["VDI"]) == 10 * GIB
    api.call("VM.destroy", vm)
    api.call("VDI.destroy", vbd["VDI"])


@pytest.mark.parametrize("disks", [
    "<provision>", "x", '<provision><disk device="0" size="-1"/></provision>',
    '<provision><disk device="99" size="1"/></provision>',
    '<!DOCTYPE a><provision/>', "<provision>" + '<disk device="0" size="1"/>' * 17 + "</provision>",
    '<provision><disk device="0" size="1000000000"/><disk device="1" size="99000000000000"/>'
    '</provision>'])
def test_a_template_that_asks_for_nonsense(api, disks):
    before = len(api.call("VDI.get_all"))
    vm = api.call("VM.create", {"is_a_template": True, "other_config": {"disks": disks}})
    assert refused(api, "VM.provision", vm)[0] in ("INVALID_VALUE", "INVALID_DEVICE", "SR_FULL")
    assert api.call("VM.get_is_a_template", vm)
    assert len(api.call("VDI.get_all")) == before
    api.call("VM.destroy", vm)


def test_a_copy_that_fails_leaves_nothing(api, vm, disk):
    vbd_of(api, vm, disk)
    other = api.call("VDI.create", {"SR": sr_of(api), "virtual_size": GIB,
                                    "name_label": "unclonable"})
    vbd_of(api, vm, other)
    disks, vms = len(api.call("VDI.get_all")), len(api.call("VM.get_all"))
    assert refused(api, "VM.clone", vm, "never")[0] == "SR_FULL"
    assert (len(api.call("VDI.get_all")), len(api.call("VM.get_all"))) == (disks, vms)


def test_interfaces(api, vm):
    network = api.call("network.create", {"name_label": "inside", "MTU": 1400})
    vif = api.call("VIF.create", {"VM": vm, "network": network, "device": "0", "MAC": ""})
    record = api.call("VIF.get_record", vif)
    assert record["MAC_autogenerated"] and record["MTU"] == 1400
    assert int(record["MAC"][:2], 16) & 3 == 2
    assert refused(api, "VIF.create", {"VM": vm, "network": network, "device": "1",
                                       "MAC": "01:00:00:00:00:00"})[0] == "MAC_INVALID"
    assert refused(api, "network.destroy", network)[0] == "NETWORK_CONTAINS_VIF"
    api.call("VM.start", vm, False, False)
    api.call("VIF.unplug", vif)
    api.call("VIF.destroy", vif)
    api.call("network.destroy", network)
    assert refused(api, "network.get_record", network)[0] == "HANDLE_INVALID"


def test_a_disk_is_copied_into_another(api, disk):
    sr = sr_of(api)
    small, same = (api.call("VDI.create", {"SR": sr, "virtual_size": size, "name_label": "into"})
                   for size in (GIB // 2, GIB))
    assert refused(api, "VDI.copy", disk, "OpaqueRef:NULL", "OpaqueRef:NULL", small) == \
        ("VDI_TOO_SMALL", small, str(GIB))
    assert api.call("VDI.copy", disk, "OpaqueRef:NULL", "OpaqueRef:NULL", same) == same
    assert api.call("VDI.get_current_operations", same) == {}
    for vdi in (small, same):
        api.call("VDI.destroy", vdi)


def test_a_disk_that_is_there_is_introduced(api, disk):
    sr, uuid = sr_of(api), api.call("VDI.get_uuid", disk)
    rest = ("", "", sr, "user", False, False, {}, "", {}, {})
    assert refused(api, "VDI.introduce", uuid, *rest) == ("VDI_UUID_EXISTS", uuid)
    api.call("VDI.forget", disk)
    again = api.call("VDI.introduce", uuid, *rest)
    assert api.call("VDI.get_virtual_size", again) == GIB
    none = "0" * 8 + uuid[8:]
    assert refused(api, "VDI.introduce", none, *rest)[0] == "VDI_MISSING"
    api.call("VDI.destroy", again)


def test_the_hosts_log(api, server):
    host = api.call("host.get_all")[0]
    assert "apid: hello" in api.call("host.get_log", host)
    api.call("host.add_to_logging", host, "syslog_destination", "192.0.2.9")
    api.call("host.syslog_reconfigure", host)
    api.call("host.remove_from_logging", host, "syslog_destination")
    assert refused(api, "host.evacuate", host) == ("NO_HOSTS_AVAILABLE",)
    api.call("host.apply_edition", host, "free", False)
    assert refused(api, "host.apply_edition", host, "platinum", False)[0] == "INVALID_EDITION"
    reader = Client(server.socket)
    since = api.call("host.get_servertime", host)
    message = reader.call("message.create", "HELLO", 3, "VM", "some-uuid", "words")
    assert list(reader.call("message.get", "VM", "some-uuid", since)) == [message]
    assert message in reader.call("message.get_since", since)
    reader.call("message.destroy", message)


def test_keys_for_a_running_vm(api, vm):
    assert refused(api, "VM.send_sysrq", vm, "h")[0] == "VM_BAD_POWER_STATE"
    api.call("VM.start", vm, False, False)
    api.call("VM.send_sysrq", vm, "h")
    api.call("VM.send_trigger", vm, "nmi")
    assert api.call("VM.get_boot_record", vm)["name_label"] == "made by a test"


def test_a_name_is_its_domains(api, server, vm):
    api.call("VM.start", vm, False, False)
    api.call("VM.set_name_label", vm, "renamed while it runs")
    told = server.vmd_request("vm.list", {})["ok"]["vms"]
    assert "renamed while it runs" in [domain["name"] for domain in told]


def test_repositories_come_and_go(api):
    host = api.call("host.get_all")[0]
    sr = api.call("SR.create", host, {"device": "/dev/vdb"}, 0, "second", "", "lvm", "user", False,
                  {})
    pbd, = api.call("SR.get_PBDs", sr)
    assert refused(api, "SR.forget", sr) == ("SR_HAS_PBD", sr)
    api.call("SR.scan", sr)
    api.call("PBD.unplug", pbd)
    api.call("SR.forget", sr)
    assert refused(api, "PBD.get_record", pbd)[0] == "HANDLE_INVALID"
    assert refused(api, "SR.create", host, {"device": "/dev/vdb"}, 0, "x", "", "zfs", "", False,
                   {}) == ("SR_UNKNOWN_DRIVER", "zfs")


def test_disks_go_somewhere(api):
    """The first repository for disks is the default, also after the default has gone."""
    pool, = api.call("pool.get_all")
    former = sr_of(api)
    api.call("pool.set_default_SR", pool, "OpaqueRef:NULL")
    host = api.call("host.get_all")[0]
    sr = api.call("SR.create", host, {"device": "/dev/vdc"}, 0, "first", "", "lvmthin", "user",
                  False, {})
    assert sr_of(api) == sr
    api.call("PBD.unplug", *api.call("SR.get_PBDs", sr))
    api.call("SR.destroy", sr)
    assert sr_of(api) == "OpaqueRef:NULL"
    api.call("SR.update", former)
    assert sr_of(api) == former


def test_the_host_goes_down_only_empty(api, vm):
    host = api.call("host.get_all")[0]
    assert refused(api, "host.reboot", host) == ("HOST_NOT_DISABLED", host)
    api.call("host.disable", host)
    assert refused(api, "VM.start", vm, False, False) == ("HOST_DISABLED", host)
    assert refused(api, "host.shutdown", host)[0] == "HOST_HAS_RESIDENT_VMS"
    api.call("host.enable", host)
    assert "hello" in api.call("host.dmesg", host)
    # Or it is told to shut them down before.
    api.call("host.reboot", host, True)
    assert refused(api, "VM.start", vm, False, False) == ("HOST_DISABLED", host)
    api.call("host.enable", host)


def test_sets_and_maps(api, vm):
    api.call("VM.add_tags", vm, "one")
    api.call("VM.add_tags", vm, "one")
    api.call("VM.add_tags", vm, "two")
    api.call("VM.remove_tags", vm, "one")
    assert api.call("VM.get_tags", vm) == ["two"]
    api.call("VM.add_to_other_config", vm, "k", "v")
    assert refused(api, "VM.add_to_other_config", vm, "k", "w")[0] == "MAP_DUPLICATE_KEY"
    api.call("VM.remove_from_other_config", vm, "k")
    api.call("VM.remove_from_other_config", vm, "k")
    assert api.call("VM.get_other_config", vm) == {}


def test_records_by_condition(api, vm):
    found = api.call("VM.get_all_records_where",
                     'field "name_label" = "made by a test" and field "is_a_template" = "false"')
    assert list(found) == [vm]
    uuid = api.call("VM.get_uuid", vm)
    where = ('field "name_label" = "nobody" and field "uuid" = "{0}" or field "uuid" = "{0}"',
             'field "uuid" = "{0}" or field "name_label" = "nobody" and field "uuid" = "{0}"')
    for expression in where:
        found = api.call("VM.get_all_records_where", expression.format(uuid))
        assert list(found) == [vm]
    where = 'field "name_label" = "nobody" or field "uuid" = "{0}" and field "uuid" = "none"'
    assert api.call("VM.get_all_records_where", where.format(uuid)) == {}
    one = 'field "uuid" = "none"'
    assert api.call("VM.get_all_records_where", " or ".join([one] * 8)) == {}
    for wrong in (" or ".join([one] * 9), one + " or ", one + " or", "or " + one,
                  one + " xor " + one):
        assert refused(api, "VM.get_all_records_where", wrong)[0] == "INVALID_VALUE"
    assert refused(api, "VM.get_all_records_where", "drop table")[0] == "INVALID_VALUE"
    assert api.call("VM.get_by_name_label", "made by a test") == [vm]


def test_events_reach_who_waits(api, server, vm):
    token = api.call("event.from", ["vm"], "", 0)["token"]
    assert api.call("event.from", ["vm"], token, 0)["events"] == []
    other = Client(server.socket)
    api.call("VM.set_name_description", vm, "changed")
    told = other.call("event.from", ["VM"], token, 5)
    event, = told["events"]
    assert (event["class"], event["operation"], event["ref"]) == ("vm", "mod", vm)
    assert event["snapshot"]["name_description"] == "changed"
    assert isinstance(told["valid_ref_counts"]["task"], int)
    assert other.call("event.from", ["task", f"sr/{vm}"], told["token"], 0)["events"] == []


def test_old_tokens_are_refused(api):
    assert refused(api, "event.from", ["*"], "0123456789abcdef,1", 0) == ("EVENTS_LOST",)
    assert refused(api, "event.from", ["*"], "rubbish", 0) == ("EVENTS_LOST",)


def test_events_of_older_clients(api, server, vm):
    old = Client(server.socket)
    assert refused(old, "event.next")[0] == "SESSION_NOT_REGISTERED"
    number = old.call("event.get_current_id")
    old.call("event.register", ["vm", "task"])
    task = api.call("Async.VM.update_allowed_operations", vm)
    api.wait(task)
    told = old.call("event.next")
    assert vm in [event["ref"] for event in told] and told[0]["id"].isdigit()
    assert old.call("event.get_current_id") > number
    # What was told is not told again: this waits.
    old.call("event.unregister", ["task"])
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(old.call, "event.next")
        time.sleep(0.2)
        assert not waiting.done()
        api.call("VM.set_name_description", vm, "more news")
        event, = waiting.result(120)
    assert (event["ref"], event["snapshot"]["name_description"]) == (vm, "more news")
    old.call("session.logout")


def test_a_guest_that_ends_is_seen(api, server, vm):
    """Someone else takes its power: the state follows, without a call."""
    api.call("VM.start", vm, False, False)
    server.vmd_request("vm.shutdown", {"uuid": api.call("VM.get_uuid", vm), "mode": "hard"})
    end = time.monotonic() + 120
    while api.call("VM.get_power_state", vm) != "Halted":
        assert time.monotonic() < end
        time.sleep(0.02)


def test_what_guests_say_of_themselves(api):
    guest, = api.call("VM.get_by_name_label", "guest0")
    end = time.monotonic() + 120
    while api.call("VM.get_guest_metrics", guest) == "OpaqueRef:NULL":
        assert time.monotonic() < end
        time.sleep(0.2)
    metrics = api.call("VM_guest_metrics.get_record", api.call("VM.get_guest_metrics", guest))
    assert metrics["networks"] == {"0/ip": "192.0.2.77", "0/ipv4/0": "192.0.2.77"}
    assert metrics["os_version"] == {"name": "Testix"}


def test_xml_rpc(api, server, vm):
    proxy = xml_server(server.socket)
    answer = proxy.session.login_with_password("root", PASSWORD, "1.0", "a test")
    session = answer["Value"]
    assert answer["Status"] == "Success"
    record = proxy.VM.get_record(session, vm)["Value"]
    assert record["memory_static_max"] == str(512 * MIB)
    assert record["snapshot_time"].value == "19700101T00:00:00Z"
    assert record["is_a_template"] is False
    assert proxy.VM.set_order(session, vm, "7") == {"Status": "Success", "Value": ""}
    assert api.call("VM.get_order", vm) == 7
    failure = proxy.VM.get_record(session, "OpaqueRef:none")
    assert failure == {"Status": "Failure",
                       "ErrorDescription": ["HANDLE_INVALID", "VM", "OpaqueRef:none"]}
    assert "VM.get_all_records" in proxy.system.listMethods()
    name = "<Ünï&cödé>\t\"x\""
    proxy.VM.set_name_label(session, vm, name)
    assert proxy.VM.get_name_label(session, vm)["Value"] == name
    assert api.call("VM.get_name_label", vm) == name
