# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 at any point, a damaged database, a vmd that comes and goes: what the next start finds,
repairs and tells."""
import random
import resource
import sqlite3
import threading
import time

import pytest
from client import Client, Failure, Server


@pytest.fixture(name="server")
def fixture_server(tmp_path, build):
    server = Server(tmp_path, build / "api/checked/apid", vms=2).start()
    yield server
    assert server.stop() == 0, (server.folder / "apid.log").read_text()


def again(server):
    server.kill()
    server.start_daemon()
    return server.settled()


def test_what_was_answered_is_there(server):
    client = server.settled()
    vm = client.call("VM.create", {"name_label": "kept", "other_config": {"a": "b"}, "tags": ["t"]})
    sr = next(iter(client.call("pool.get_all_records").values()))["default_SR"]
    vdi = client.call("VDI.create", {"SR": sr, "virtual_size": 1 << 30})
    vbd = client.call("VBD.create", {"VM": vm, "VDI": vdi, "userdevice": "3"})
    before = client.call("VM.get_record", vm)
    client = again(server)
    assert client.call("VM.get_record", vm) == before
    assert client.call("VDI.get_VBDs", vdi) == [vbd]
    assert client.call("VBD.get_userdevice", vbd) == "3"


def test_sessions_do_not_outlive_it(server):
    client = server.settled()
    token = client.call("event.from", ["*"], "", 0)["token"]
    new = again(server)
    with pytest.raises(Failure, match="SESSION_INVALID"):
        client.call("VM.get_all")
    with pytest.raises(Failure, match="EVENTS_LOST"):
        new.call("event.from", ["*"], token, 0)


def test_a_task_that_ran_has_failed(server):
    client = server.settled()
    vm = client.call("VM.create", {"name_label": "slow one"})
    task = client.call("Async.VM.start", vm, False, False)
    client = again(server)
    record = client.call("task.get_record", task)
    assert record["status"] == "failure"
    assert record["error_info"] == ["INTERNAL_ERROR", "interrupted"]
    message, = client.call("message.get_all_records").values()
    assert message["name"] == "STATE_REPAIRED"
    assert client.call("VM.get_current_operations", vm) == {}


def suspending(server, name):
    """A VM, and the disk for its memory, when the daemon is killed in the middle."""
    client = server.settled()
    vm = client.call("VM.create", {"name_label": "suspended"})
    client.call("VM.start", vm, False, False)
    client.call("VM.set_name_label", vm, name)
    client.call("Async.VM.suspend", vm)
    end, memory = time.monotonic() + 120, []
    while not memory:
        assert time.monotonic() < end
        memory = [ref for ref, vdi in client.call("VDI.get_all_records").items()
                  if vdi["type"] == "suspend"]
    return vm, memory[0]


def test_memory_of_a_vm_that_goes_on(server):
    vm, _ = suspending(server, "slow")
    client, end = again(server), time.monotonic() + 120
    while any(vdi["type"] == "suspend" for vdi in client.call("VDI.get_all_records").values()):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert client.call("VM.get_power_state", vm) == "Running"


def test_files_of_memory(server):
    """Without a repository memory goes to files: what is found of them at the start."""
    client = server.settled()
    vms = {name: client.call("VM.create", {"name_label": name})
           for name in ("away", "runs", "gone")}
    uuids = {name: client.call("VM.get_uuid", vm) for name, vm in vms.items()}
    files = {name: f"/var/lib/socle/suspend/{uuid}.save" for name, uuid in uuids.items()}
    for vm in vms.values():
        client.call("VM.start", vm, False, False)
    server.kill()
    for name, uuid in uuids.items():
        server.vmd_request("vm.suspend", {"uuid": uuid, "file": files[name]})
    server.vmd_request("vm.resume", {"file": files["runs"], "keep": True})
    server.start_daemon()
    client, end = server.settled(), time.monotonic() + 120
    while server.vmd_request("vm.saved", {})["ok"]["uuids"] != [uuids["away"], uuids["gone"]] or \
            client.call("VM.get_power_state", vms["gone"]) != "Suspended":
        assert time.monotonic() < end
        time.sleep(0.05)
    assert client.call("VM.get_power_state", vms["away"]) == "Suspended"
    assert client.call("VM.get_power_state", vms["runs"]) == "Running"
    client.call("VM.resume", vms["away"], False, False)
    assert client.call("VM.get_power_state", vms["away"]) == "Running"
    # Of a VM that is no more.
    client.call("VM.hard_shutdown", vms["gone"])
    client.call("VM.destroy", vms["gone"])
    server.kill()
    server.vmd_request("vm.suspend", {"uuid": uuids["runs"], "file": files["gone"]})
    server.start_daemon()
    end = time.monotonic() + 120
    while server.vmd_request("vm.saved", {})["ok"]["uuids"]:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_disks_that_streams_left(server):
    client = server.settled()
    sr = next(iter(client.call("pool.get_all_records").values()))["default_SR"]
    disks = [client.call("VDI.create", {"SR": sr, "virtual_size": 1 << 20, "name_label": "x",
                                        "other_config": config})
             for config in ({}, {"temporary": "true"})]
    client, end = again(server), time.monotonic() + 120
    while disks[1] in client.call("VDI.get_all"):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert disks[0] in client.call("VDI.get_all")


def test_a_vm_that_was_suspended_meanwhile(server):
    """vmd had come to its end with it before it saw that nobody waits."""
    vm, memory = suspending(server, "slow")
    client = Client(server.socket)
    sr = client.call("VDI.get_SR", memory)
    disk = {"sr": client.call("SR.get_uuid", sr), "vdi": client.call("VDI.get_uuid", memory)}
    uuid = client.call("VM.get_uuid", vm)
    server.kill()
    server.vmd_request("vm.suspend", {"uuid": uuid, "vdi": disk})
    server.start_daemon()
    client, end = server.settled(), time.monotonic() + 120
    while client.call("VM.get_power_state", vm) != "Suspended":
        assert time.monotonic() < end
        time.sleep(0.05)
    assert client.call("VM.get_suspend_VDI", vm) == memory
    assert "STATE_REPAIRED" in [m["name"] for m in client.call("message.get_all_records").values()]
    client.call("VM.resume", vm, False, False)
    assert client.call("VM.get_power_state", vm) == "Running"


def test_vms_are_as_vmd_says(server):
    """One ends, one starts and one is new while the daemon is not there."""
    client = server.settled()
    vms = {vm["name_label"]: vm["uuid"] for vm in client.call("VM.get_all_records").values()}
    server.kill()
    server.vmd_request("vm.shutdown", {"uuid": vms["guest0"], "mode": "hard"})
    new = "12345678-1234-4234-8234-123456789abc"
    server.vmd_request("vm.start", {
        "uuid": new, "name": "by xl", "memory_static_max": 1 << 28, "vcpus": 1, "disks": [],
        "memory_dynamic_max": 1 << 28, "vifs": []})
    server.start_daemon()
    client, end, names = server.settled(), time.monotonic() + 120, {"guest0": None}
    while "guest0" in names:        # nobody made it here, and it is not there any more
        assert time.monotonic() < end
        names = {vm["name_label"]: vm for vm in client.call("VM.get_all_records").values()}
    assert names["by xl"]["uuid"] == new and names["by xl"]["power_state"] == "Running"
    assert names["guest1"]["power_state"] == "Running"


def test_killed_at_any_time(server):
    """Clients change things while it is killed, again and again."""
    client = server.settled()
    vm = client.call("VM.create", {"name_label": "0"})
    acknowledged, stop = [0], threading.Event()

    def change():
        number, mine = 0, None
        while not stop.is_set():
            number += 1
            try:
                mine = mine or Client(server.socket)
                mine.call("VM.set_name_label", vm, str(number))
                acknowledged[0] = number
            except (Failure, OSError, ValueError):
                mine = None

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(6):
            time.sleep(random.Random(7).uniform(0.05, 0.3))
            server.kill()
            known = acknowledged[0]
            server.start_daemon()
            name = int(server.settled().call("VM.get_name_label", vm))
            assert name >= known
    finally:
        stop.set()
        thread.join()


def test_a_database_of_an_older_version(server):
    """It lacks a kind of repository that this version knows; the others stay the same objects."""
    before = {sm["type"]: ref for ref, sm in server.settled().call("SM.get_all_records").items()}
    server.kill()
    with sqlite3.connect(server.database) as db:
        gone = db.execute("DELETE FROM SM WHERE type = 'lvmoiscsi'").rowcount
    db.close()
    assert gone == 1 and "lvmthin" in before
    server.start_daemon()
    after = {sm["type"]: ref for ref, sm in server.settled().call("SM.get_all_records").items()}
    assert after.keys() == before.keys()
    assert {kind for kind in after if after[kind] != before[kind]} == {"lvmoiscsi"}


def test_a_damaged_database(server):
    client = server.settled()
    vms = [client.call("VM.create", {"name_label": f"vm{i}", "name_description": "x" * 2000})
           for i in range(40)]
    server.daemon.terminate()
    server.daemon.wait()
    size = server.database.stat().st_size
    with server.database.open("r+b") as file:
        file.seek(size // 2 // 4096 * 4096)
        file.write(b"\xa5" * 4096)
    server.set_password("root", "correct horse")
    server.start_daemon()
    client = Client(server.socket)
    assert list(server.folder.glob("state.db.damaged-*"))
    found = client.call("VM.get_all")
    print(len(vms), len(found))


def test_a_database_that_is_no_database(server):
    server.daemon.terminate()
    server.daemon.wait()
    for tail in ("-wal", "-shm"):
        (server.folder / f"state.db{tail}").unlink(missing_ok=True)
    server.database.write_bytes(b"this is not a database" * 1000)
    server.start_daemon()
    server.set_password("root", "correct horse")
    client = server.settled()
    names = [m["name"] for m in client.call("message.get_all_records").values()]
    assert names == ["STATE_REPAIRED"]


def test_a_full_disk(server):
    """No file of the daemon may grow any more: changes are refused as a whole, all else goes on."""
    server.settled()
    server.daemon.terminate()
    server.daemon.wait()
    limit = server.database.stat().st_size + (256 << 10)
    server.start_daemon(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    client = server.settled()
    vm = client.call("VM.create", {"name_label": "the last one"})
    with pytest.raises(Failure, match="INTERNAL_ERROR"):
        for i in range(1000):
            client.call("VM.set_name_description", vm, str(i) + "x" * 10000)
    words, nr = client.call("VM.get_name_description", vm), len(client.call("VM.get_all"))
    with pytest.raises(Failure, match="INTERNAL_ERROR"):
        client.call("VM.create", {"name_label": "one too many", "name_description": "x" * 300000})
    assert len(client.call("VM.get_all")) == nr
    with pytest.raises(Failure, match="INTERNAL_ERROR"):
        client.call("VM.start", vm, False, False)
    assert client.call("VM.get_current_operations", vm) == {}
    client = again(server)
    assert client.call("VM.get_name_description", vm) == words
    client.call("VM.set_name_description", vm, "room again")


def test_vmd_goes_and_comes(server):
    client = server.settled()
    vm = client.call("VM.create", {"name_label": "slow one"})
    task = client.call("Async.VM.start", vm, False, False)
    server.vmd.kill()
    server.vmd.wait()
    with pytest.raises(Failure, match="INTERNAL_ERROR"):
        client.wait(task)
    with pytest.raises(Failure, match="INTERNAL_ERROR"):
        client.call("VM.start", vm, False, False)
    server.start_vmd()
    end = time.monotonic() + 120
    while True:
        try:
            client.call("VM.start", vm, False, False)
            break
        except Failure:
            assert time.monotonic() < end
            time.sleep(0.1)
