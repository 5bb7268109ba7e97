# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks and VMs in and out: the daemon for streams, a client of the API and of a simulated vmd."""
import base64
import gzip
import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
import tarfile
import time

import pytest

from client import PASSWORD, Failure, connect, exchange, read_reply, scgi
from streaming import MIB, OPEN_LENGTH, noise, sparse, streams  # noqa: F401
from web import Web

SIZE = b"virtual_size</name><value>"    # in ova.xml


def test_tasks_tell_how_it_ended(streams):
    call = streams.client.call
    vdi = streams.vdi(4 * MIB)
    task = call("task.create", "import", "of a disk")
    assert streams.put("import_raw_vdi", noise(4 * MIB), vdi=vdi, task_id=task)[0] == 200
    record = call("task.get_record", task)
    assert (record["status"], record["progress"]) == ("success", 1)
    task = call("task.create", "import", "of too much")
    assert streams.put("import_raw_vdi", noise(5 * MIB), vdi=vdi, task_id=task)[0] == 500
    record = call("task.get_record", task)
    assert record["status"] == "failure" and record["error_info"][0] == "VDI_IO_ERROR"
    assert "beyond the disk's end" in record["error_info"][1]


@pytest.mark.parametrize("packing", ["false", "true", "zstd"])
def test_a_vm_there_and_back(streams, packing):
    call = streams.client.call
    disks = [sparse(7 * MIB), noise(3 * MIB, 5)]
    vm = streams.vm(disks)
    status, _, xva = streams.get("export", ref=vm, use_compression=packing)
    assert status == 200
    if packing != "zstd":
        names = tarfile.open(fileobj=io.BytesIO(xva)).getnames()
        # Blocks 0, 2 and 6 of the first disk, all three of the second; each with a checksum.
        assert names[0] == "ova.xml" and len(names) == 1 + 2 * (3 + 3)
    task = call("task.create", "import", "of a VM")
    # The connection stays open behind it, whether the length was known or not.
    assert streams.put("import", xva, length=OPEN_LENGTH if packing == "true" else None,
                       task_id=task)[0] == 200
    result = streams.client.wait(task)
    assert result.startswith("<value><array><data><value>OpaqueRef:")
    new = result.split("<value>")[2].split("<")[0]
    old_record, record = call("VM.get_record", vm), call("VM.get_record", new)
    for field in ("name_label", "name_description", "memory_static_max", "memory_dynamic_min",
                  "VCPUs_max", "VCPUs_at_startup", "PV_args"):
        assert record[field] == old_record[field], field
    assert record["other_config"]["a"] == "1" and record["power_state"] == "Halted"
    assert record["uuid"] != old_record["uuid"]
    vbds = sorted((call("VBD.get_record", v) for v in record["VBDs"]),
                  key=lambda v: v["userdevice"])
    assert [v["bootable"] for v in vbds] == [True, False]
    for vbd, data in zip(vbds, disks, strict=True):
        assert streams.get("export_raw_vdi", vdi=vbd["VDI"])[2] == data
    vif = call("VIF.get_record", record["VIFs"][0])
    # Another machine may have the exported one.
    assert vif["MAC"] != "02:00:00:00:00:07" and vif["device"] == "0"
    status, _, _ = streams.put("import", xva, restore="true")
    assert status == 200
    assert sum(r["MAC"] == "02:00:00:00:00:07"
               for r in call("VIF.get_all_records").values()) >= 2


def test_a_vm_without_disks_needs_no_repository(streams):
    call = streams.client.call
    pool = call("pool.get_all")[0]
    default = call("pool.get_default_SR", pool)
    xva = streams.get("export", ref=streams.vm([]))[2]
    with_disk = streams.get("export", ref=streams.vm([noise(MIB)]))[2]
    call("pool.set_default_SR", pool, "OpaqueRef:NULL")
    assert streams.put("import", xva)[0] == 200
    status, _, words = streams.put("import", with_disk)
    assert status == 500 and b"DEFAULT_SR_NOT_FOUND" in words
    assert streams.put("import", with_disk, sr_id=streams.sr)[0] == 200
    call("pool.set_default_SR", pool, default)


def altered(xva):
    at = xva.index(noise(1000))
    return xva[:at] + bytes([xva[at] ^ 1]) + xva[at + 1:]


@pytest.mark.parametrize("spoil, said", [
    (altered, "was altered"),
    (lambda xva: xva[:len(xva) // 2], "cut off"),
    (lambda xva: xva.replace(SIZE + b"7340032", SIZE + b"1048576"),
     "beyond the disk's end"),
    (lambda xva: xva.replace(b">VM<", b">XX<"), "not one of a VM"),
    (lambda xva: noise(100000), "no tar header"),
    (lambda xva: b"", "cut off"),
    (lambda xva: gzip.compress(xva)[:-20], "cut off"),
], ids=["altered", "cut", "too-small", "no-vm", "noise", "nothing", "packed-and-cut"])
def test_nothing_is_left_of_what_is_no_vm(streams, spoil, said):
    xva = streams.get("export", ref=streams.vm([sparse(7 * MIB)]))[2]
    before = streams.objects()
    task = streams.client.call("task.create", "import", "of nonsense")
    status, _, _ = streams.put("import", spoil(xva), task_id=task)
    assert status == 500
    record = streams.client.call("task.get_record", task)
    assert record["status"] == "failure" and record["error_info"][0] == "IMPORT_ERROR"
    assert said in record["error_info"][1], record["error_info"]
    assert streams.objects() == before


def test_no_room(streams):
    xva = streams.get("export", ref=streams.vm([noise(MIB)]))[2]
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(xva)) as old, \
            tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as new:
        for member in old:
            data = old.extractfile(member).read().replace(SIZE + b"1048576",
                                                          SIZE + b"98784247808")
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    before = streams.objects()
    status, _, words = streams.put("import", out.getvalue())
    assert status == 500 and b"SR_FULL" in words, words
    assert streams.objects() == before


@pytest.mark.parametrize("form", ["raw", "vhd", "qcow2"])
def test_no_room_in_the_middle_of_a_disk(streams, form):
    """The storage took the disk, and then has no place for what is written."""
    vdi, full = streams.vdi(4 * MIB), streams.vdi(4 * MIB, "full disk")
    streams.put("import_raw_vdi", noise(4 * MIB), vdi=vdi)
    image = streams.get("export_raw_vdi", vdi=vdi, format=form)[2]
    disks = streams.client.call("VDI.get_all")
    status, _, words = streams.put("import_raw_vdi", image, vdi=full, format=form)
    assert status == 500 and b"VDI_IO_ERROR" in words and b"No space left" in words, words
    assert streams.client.call("VDI.get_all") == disks


def test_no_room_in_the_middle_of_a_vm(streams):
    vm = streams.vm([noise(3 * MIB)])
    vdi = streams.client.call("VBD.get_VDI", streams.client.call("VM.get_VBDs", vm)[0])
    streams.client.call("VDI.set_name_label", vdi, "full disk")
    xva, before = streams.get("export", ref=vm)[2], streams.objects()
    status, _, words = streams.put("import", xva)
    assert status == 500 and b"IMPORT_ERROR" in words and b"No space left" in words, words
    assert streams.objects() == before


def children(streams):
    path = f"/proc/{streams.daemon.pid}/task/{streams.daemon.pid}/children"
    with open(path, encoding="ascii") as text:
        return len(text.read().split())


def test_slow_clients_are_served_and_silent_ones_let_go(streams):
    """The daemon of the tests waits for four seconds, not for three minutes."""
    data = noise(MIB)
    vdi, large, other = streams.vdi(MIB), streams.vdi(64 * MIB), streams.vdi(64 * MIB)
    task = streams.client.call("task.create", "import", "of nothing more")
    silent, deaf, slow = (connect(streams.socket, 30) for _ in range(3))
    silent.sendall(scgi(data[:1000], streams.path("import_raw_vdi", vdi=large, task_id=task),
                        "PUT", MIB))
    deaf.sendall(scgi(b"", streams.path("export_raw_vdi", vdi=other), "GET"))
    slow.sendall(scgi(b"", streams.path("import_raw_vdi", vdi=vdi), "PUT", MIB))
    for i in range(8):      # all of these together take longer
        slow.sendall(data[i * MIB // 8:(i + 1) * MIB // 8])
        time.sleep(0.8)
    assert read_reply(slow)[0] == 200
    assert streams.get("export_raw_vdi", vdi=vdi)[2] == data
    with pytest.raises(Failure) as failure:
        streams.client.wait(task)
    assert failure.value.code == "VDI_IO_ERROR"
    end = time.monotonic() + 120
    while children(streams) and time.monotonic() < end:
        time.sleep(0.1)
    assert children(streams) == 0
    for sock in (silent, deaf, slow):
        sock.close()


def test_who_may(streams):
    call = streams.client.call
    vdi = streams.vdi(MIB)
    path = f"/export_raw_vdi/?vdi={vdi}"
    assert exchange(streams.socket, scgi(b"", path, "GET"))[0] == 401
    assert exchange(streams.socket, scgi(b"", path + "&session_id=OpaqueRef:1234", "GET"))[0] == 401
    assert streams.get("export_raw_vdi", vdi="OpaqueRef:1234")[0] == 404
    assert streams.get("export_raw_vdi")[0] == 500
    assert streams.get("nonsense")[0] == 404
    assert streams.put("export_raw_vdi", b"x", vdi=vdi)[0] == 404
    user = call("user.create", {"short_name": "looker", "fullname": "", "other_config": {}})
    call("user.set_password", user, "only looks")
    looker = streams.client.raw("session.login_with_password", "looker", "only looks")
    status, _, words = exchange(streams.socket, scgi(b"", f"{path}&session_id={looker}", "GET"))
    assert status == 403 and b"RBAC_PERMISSION_DENIED" in words


def basic(path, name, password):
    headers = {"CONTENT_LENGTH": "0", "SCGI": "1", "REQUEST_METHOD": "GET", "REQUEST_URI": path,
               "HTTP_AUTHORIZATION": "Basic " +
               base64.b64encode(f"{name}:{password}".encode()).decode()}
    packed = b"".join(k.encode() + b"\0" + v.encode() + b"\0" for k, v in headers.items())
    return b"%d:%s," % (len(packed), packed)


def test_basic_authentication(streams):
    path = f"/export_raw_vdi/?vdi={streams.vdi(MIB)}"
    assert exchange(streams.socket, basic(path, "root", PASSWORD))[0] == 200
    assert exchange(streams.socket, basic(path, "root", "wrong"))[0] == 401


def test_an_empty_put_changes_nothing(streams):
    data = noise(MIB)
    vdi = streams.vdi(MIB)
    streams.put("import_raw_vdi", data, vdi=vdi)
    assert streams.put("import_raw_vdi", b"", vdi=vdi)[0] == 200
    assert streams.get("export_raw_vdi", vdi=vdi)[2] == data


def test_a_disk_in_use(streams):
    vdi = streams.vdi(MIB, "busy disk")
    status, _, words = streams.get("export_raw_vdi", vdi=vdi)
    assert status == 500 and b"VDI_IN_USE" in words


def test_a_running_vm_is_not_exported(streams):
    call = streams.client.call
    vm = streams.vm([noise(MIB)])
    call("VM.start", vm, False, False)
    status, _, words = streams.get("export", uuid=call("VM.get_uuid", vm))
    assert status == 500 and b"VM_BAD_POWER_STATE" in words
    call("VM.hard_shutdown", vm)


def test_clients_that_go_away(streams):
    """In the middle of either direction; the daemon serves on, and the task knows."""
    before = streams.objects()
    task = streams.client.call("task.create", "import", "cut off")
    vm_before = streams.vm([noise(8 * MIB)])
    xva = streams.get("export", ref=vm_before)[2]
    made = streams.objects()
    sock = connect(streams.socket)
    sock.sendall(scgi(xva[:3 * MIB], streams.path("import", task_id=task), "PUT", len(xva)))
    sock.close()
    with pytest.raises(Failure) as failure:
        streams.client.wait(task)
    assert failure.value.code == "IMPORT_ERROR"
    assert streams.objects() == made and made != before
    sock = connect(streams.socket)
    sock.sendall(scgi(b"", streams.path("export", ref=vm_before), "GET"))
    sock.recv(1000)
    sock.close()
    assert streams.get("export", ref=vm_before)[0] == 200


def test_a_cancelled_task_ends_the_stream(streams):
    call = streams.client.call
    vdi = streams.vdi(64 * MIB)
    task = call("task.create", "import", "slow")
    sock = connect(streams.socket)
    sock.sendall(scgi(b"", streams.path("import_raw_vdi", vdi=vdi, task_id=task), "PUT", 64 * MIB))
    sock.sendall(noise(MIB))
    call("task.cancel", task)
    end = time.monotonic() + 120
    try:
        while time.monotonic() < end:
            sock.sendall(bytes(MIB // 4))
            time.sleep(0.3)
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert time.monotonic() < end
    sock.close()
    while call("task.get_status", task) == "cancelling" and time.monotonic() < end:
        time.sleep(0.1)
    assert call("task.get_status", task) == "cancelled"


def test_the_daemon_is_killed(streams):
    """A stream that has begun goes on; the next ones wait for the next daemon."""
    vm = streams.vm([noise(8 * MIB, 3)])
    sock = connect(streams.socket)
    sock.sendall(scgi(b"", streams.path("export", ref=vm), "GET"))
    got = sock.recv(1000)
    arguments = streams.daemon.args
    streams.daemon.send_signal(signal.SIGKILL)
    streams.daemon.wait()
    while data := sock.recv(1 << 20):
        got += data
    body = io.BytesIO(got.partition(b"\r\n\r\n")[2])
    assert tarfile.open(fileobj=body).getnames()[0] == "ova.xml"
    sock.close()
    streams.socket.unlink()
    streams.daemon = subprocess.Popen(arguments, stderr=streams.server.log)
    streams.server.wait_for(streams.socket)
    assert streams.get("export", ref=vm)[0] == 200


def test_a_backup_of_the_host_and_its_return(streams, tmp_path):
    call = streams.client.call
    host = call("host.get_all")[0]
    call("host.set_name_description", host, "as it was backed up")
    status, headers, packed = streams.get("host_backup")
    assert status == 200 and "host-backup.tar.zst" in headers["content-disposition"]
    data = subprocess.run(["zstd", "-dc"], input=packed, capture_output=True, check=True).stdout
    archive = tarfile.open(fileobj=io.BytesIO(data))
    assert archive.getnames() == ["manifest.json", "hostname", "state.db", "tls/host.pem"]
    database = tmp_path / "state.db"
    database.write_bytes(archive.extractfile("state.db").read())
    with sqlite3.connect(database) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT name_description FROM host").fetchone()[0] == \
            "as it was backed up"
    # Whatever is wrong with it, nothing of it is taken.
    altered = bytearray(data)
    altered[altered.index(b"testhost")] ^= 1
    damaged = bytearray(data)
    damaged[damaged.index(b"SQLite format 3") + 40] ^= 0x10
    for body, said in ((altered, b"hostname was altered"), (damaged, b"state.db was altered"),
                       (data[:len(data) // 2], b"cut off"), (noise(5000), b"tar header"),
                       (b"x", b"cut off")):
        status, _, words = streams.put("host_restore", bytes(body))
        assert status == 500 and b"IMPORT_ERROR" in words and said in words, words
    assert streams.put("host_restore", data)[0] == 200
    assert streams.put("host_restore", packed)[0] == 200
    now = streams.get("host_backup")[2]
    restored = subprocess.run(["zstd", "-dc"], input=now, capture_output=True, check=True).stdout
    assert tarfile.open(fileobj=io.BytesIO(restored)).extractfile("hostname").read() == \
        b"testhost\n"


def test_the_state_of_the_system(streams):
    status, headers, packed = streams.get("system-status")
    assert status == 200 and "system-status.tar.zst" in headers["content-disposition"]
    data = subprocess.run(["zstd", "-dc"], input=packed, capture_output=True, check=True).stdout
    archive = tarfile.open(fileobj=io.BytesIO(data))
    files = {m.name: archive.extractfile(m).read() for m in archive}
    assert files["hypervisor.log"] == b"(Socle) hello\n"
    assert files["log/socle/one.log"] == b"a line\n"
    assert json.loads(files["storage.json"])["srs"][0]["type"] == "lvmthin"
    assert b"automatic bridges" in files["network.conf"] and b"MemTotal" in files["proc/meminfo"]
    # What cannot be had does not take the rest along.
    assert b"MESSAGE_METHOD_UNKNOWN" in files["networks.txt"]
    assert b"a key" not in data


def test_who_may_back_up_the_host(streams):
    call = streams.client.call
    user = call("user.create", {"short_name": "worker", "fullname": "", "other_config": {}})
    call("user.set_password", user, "only works")
    call("user.set_role", user, "operator")
    worker = streams.client.raw("session.login_with_password", "worker", "only works")
    for path, method in (("/host_backup", "GET"), ("/host_restore", "PUT"),
                         ("/system-status", "GET")):
        request = scgi(b"x", f"{path}?session_id={worker}", method)
        assert exchange(streams.socket, request)[0] == 403


def websocket(streams, path, *more):
    """A connection after the answer's head, and that head."""
    headers = {"CONTENT_LENGTH": "0", "SCGI": "1", "REQUEST_METHOD": "GET", "REQUEST_URI": path,
               "HTTP_UPGRADE": "websocket", "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==",
               "HTTP_SEC_WEBSOCKET_PROTOCOL": "binary", **dict(more)}
    packed = b"".join(k.encode() + b"\0" + v.encode() + b"\0" for k, v in headers.items())
    sock = connect(streams.socket)
    sock.sendall(b"%d:%s," % (len(packed), packed))
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += sock.recv(1)
    return sock, head.decode()


def frame(opcode, contents):
    mask = b"\x12\x34\x56\x78"
    masked = bytes(c ^ mask[i % 4] for i, c in enumerate(contents))
    return bytes([0x80 | opcode, 0x80 | len(contents)]) + mask + masked


def read_frame(sock):
    first, length = sock.recv(1)[0], sock.recv(1)[0]
    return first & 15, sock.recv(length) if length else b""


def test_a_console(streams):
    call = streams.client.call
    vm = streams.vm([])
    call("VM.start", vm, False, False)
    console = call("VM.get_consoles", vm)[0]
    sock, head = websocket(streams, streams.path("console", ref=console))
    assert head.startswith("Status: 101 ")
    assert "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
    assert "Sec-WebSocket-Protocol: binary" in head
    assert read_frame(sock) == (2, b"login: ")
    sock.sendall(frame(1, b"hello") + frame(9, b"?"))
    assert sorted([read_frame(sock), read_frame(sock)]) == [(2, b"HELLO"), (10, b"?")]
    sock.sendall(frame(8, b"\x03\xe8"))
    assert read_frame(sock) == (8, b"\x03\xe8")
    assert sock.recv(1) == b""
    sock.close()
    # Not a WebSocket; a client that does not speak it.
    assert streams.get("console", uuid=call("console.get_uuid", console))[0] == 500
    sock, _ = websocket(streams, streams.path("console", ref=console))
    sock.sendall(b"\x02\x05hello")
    while sock.recv(4096):
        pass
    sock.close()
    call("VM.hard_shutdown", vm)
    assert streams.get("console", ref=console)[0] == 404


def test_a_console_through_a_web_server(streams):
    call = streams.client.call
    vm = streams.vm([])
    call("VM.start", vm, False, False)
    path = streams.path("console", ref=call("VM.get_consoles", vm)[0])
    with Web(streams.server.folder, streams.server.socket, streams.socket) as web:
        sock = web.connect()
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += sock.recv(1)
        assert head.startswith(b"HTTP/1.1 101 "), head
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
        assert read_frame(sock) == (2, b"login: ")
        for word in (b"each", b"word", b"comes", b"back"):
            sock.sendall(frame(2, word))
            assert read_frame(sock) == (2, word.upper())
        sock.close()
    call("VM.hard_shutdown", vm)


def test_metrics(streams):
    status, headers, body = streams.get("rrd_updates", start="0", host="true", json="true",
                                        interval="5")
    answer = json.loads(body)
    assert status == 200 and headers["content-type"] == "application/json"
    assert answer["meta"]["step"] == 5 and answer["meta"]["columns"] == 0 and answer["data"] == []


def test_who_only_asks(streams):
    """With no body, or with none of a body without a length: nothing is changed."""
    before = streams.objects()
    for length in (0, OPEN_LENGTH):
        status, _, words = streams.put("import", b"", length=length, sr_id=streams.sr)
        assert (status, words) == (200, b"done\n")
        assert streams.put("import", b"", length=length, session_id="none",
                           session=False)[0] == 401
    assert streams.put("import", b"x", length=OPEN_LENGTH, sr_id=streams.sr)[0] == 500
    assert streams.objects() == before


def test_what_killed_streams_leave(streams):
    """Neither a VM's disks without the VM, nor an image that was still coming in."""
    data = noise(8 * MIB, 7)
    vm = streams.vm([data])
    archive = streams.get("export", ref=vm)[2]
    streams.client.call("VM.destroy", vm)
    before = streams.objects()
    sock = connect(streams.socket)
    sock.sendall(scgi(archive[:len(archive) // 2], streams.path("import", sr_id=streams.sr), "PUT",
                      len(archive)))
    end = time.monotonic() + 120
    while not (made := streams.objects()["VDI"] - before["VDI"]):
        assert time.monotonic() < end
        time.sleep(0.05)
    vdi, = made
    assert "temporary" in streams.client.call("VDI.get_other_config", vdi)
    children = subprocess.run(["pgrep", "-P", str(streams.daemon.pid)], capture_output=True,
                              text=True, check=True).stdout.split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    sock.close()
    streams.server.kill()
    streams.server.start_daemon()
    streams.client = streams.server.settled()
    while streams.objects() != before:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert streams.put("import", archive, sr_id=streams.sr)[0] == 200
    for vdi in streams.objects()["VDI"] - before["VDI"]:
        assert "temporary" not in streams.client.call("VDI.get_other_config", vdi)


@pytest.mark.parametrize("request_bytes", [
    b"", b"5:hello", b"24:CONTENT_LENGTH\0" b"0\0SCGI\0" b"1\0,", b"9999999:", noise(3000)],
    ids=["nothing", "no-headers", "no-path", "long", "noise"])
def test_no_requests(streams, request_bytes):
    sock = connect(streams.socket)
    sock.sendall(request_bytes)
    sock.shutdown(1)
    assert read_reply(sock)[0] == 400
    sock.close()
