# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that lie, break off, or never end. Each answer is an error with a name; the daemon stays
small, and answers others meanwhile."""
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from client import Client, Failure, connect, exchange, read_reply, scgi

MIB = 1 << 20


def post(server, body, path="/jsonrpc", **more):
    return exchange(server.socket, scgi(body, path, **more))


def memory(server):
    """Resident, in bytes."""
    with open(f"/proc/{server.daemon.pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * 4096


def refused(api, method, *params):
    with pytest.raises(Failure) as failure:
        api.call(method, *params)
    return failure.value.code


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"null", b"7", b'"x"', b'{"method": 7}', b'{"params": []}',
    b'{"method": "VM.get_all", "params": {"a": 1}}', b'{"method": "x", "params": [1,]}',
    b'{"method": "a\\u0000b", "params": []}', b'{"method": "VM.get_all", "params": ["\xff\xfe"]}',
    b"[" * 100000, b'{"method":"x","params":' + b"[" * 40 + b"]" * 40 + b"}",
    b'{"method":"x","params":[' + b"[]," * 50000 + b"1]}",
    b'{"method":"x","method":"y","params":[]}',
])
def test_bad_json(server, body):
    status, headers, reply = post(server, body)
    assert (status, headers["content-type"]) == (500, "text/plain")
    assert reply.strip()


@pytest.mark.parametrize("body", [
    b"", b"<", b"<a/>", b"<methodCall/>", b"<methodCall><methodName>x", b"\xff\xfe<methodCall>",
    b"<methodCall><methodName>x</methodName><params><param><value><int>x</params></methodCall>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]><methodCall><methodName>&b;</methodName></methodCall>",
    b"<methodCall><methodName>x</methodName><params><param>"
    + b"<value><array><data>" * 5000,
    b"<methodCall><methodName>x</methodName><params><param><value><boolean>2</boolean></value>"
    b"</param></params></methodCall>",
])
def test_bad_xml(server, body):
    assert post(server, body, "/RPC2")[0] == 500


@pytest.mark.parametrize("request_bytes", [
    b"x", b"99999999999:", b"5:abc", b"0:,", b"24:CONTENT_LENGTH\x00-1\x00SCGI\x001\x00,",
    b"20:CONTENT_LENGTH\x000\x00SCG,", b"70000:" + b"x" * 70000,
])
def test_bad_scgi(server, request_bytes):
    with connect(server.socket) as sock:
        try:
            sock.sendall(request_bytes)
            sock.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert read_reply(sock)[0] in (0, 400)


def test_paths_and_verbs(server):
    assert post(server, b"{}", "/etc/passwd")[0] == 404
    assert post(server, b"", method="GET")[0] == 405
    status, headers, _ = post(server, b"", method="OPTIONS")
    assert status == 200 and headers["access-control-allow-origin"] == "*"


def test_a_body_of_100_megabytes(server):
    before = memory(server)
    status, _, _ = exchange(server.socket, scgi(b"x" * (4 * MIB), length=100 * MIB))
    assert status == 413
    assert memory(server) < before + 8 * MIB


def test_many_large_bodies_at_once(server, api):
    """Nobody fills the memory with requests that do not end."""
    socks = []
    before = memory(server)
    for _ in range(60):
        sock = connect(server.socket)
        try:
            sock.sendall(scgi(b"[" + b" " * 700000, length=MIB - 1))
        except (BrokenPipeError, ConnectionResetError):
            pass        # refused: there are too many
        socks.append(sock)
    api.call("pool.get_all")
    assert memory(server) < before + 64 * MIB
    for sock in socks:
        sock.close()
    api.call("pool.get_all")


def test_requests_that_break_off(server, api):
    whole = scgi(json.dumps({"method": "pool.get_all", "params": [api.session]}).encode())
    for end in range(0, len(whole), 3):
        with connect(server.socket) as sock:
            sock.sendall(whole[:end])
    api.call("pool.get_all")


def test_a_slow_client_keeps_nobody_waiting(server, api):
    with connect(server.socket) as slow:
        slow.sendall(scgi(b"x" * 10, length=1000))
        begun = time.monotonic()
        for _ in range(50):
            api.call("pool.get_all")
        assert time.monotonic() - begun < 25       # REPLY_MS of the daemon is 30 s
        slow.settimeout(120)
        assert slow.recv(1) == b""      # and is not waited for for ever


def test_who_does_not_read(server, api):
    body = json.dumps({"method": "VM.get_all_records", "params": [api.session]}).encode()
    socks = [connect(server.socket) for _ in range(20)]
    for sock in socks:
        sock.sendall(scgi(body))
    api.call("pool.get_all")
    for sock in socks:
        sock.close()


def test_watchers_that_leave(server, api):
    token = api.call("event.from", ["*"], "", 0)["token"]
    body = json.dumps({"method": "event.from",
                       "params": [api.session, ["*"], token, 30.0]}).encode()
    for _ in range(100):
        with connect(server.socket) as sock:
            sock.sendall(scgi(body))
    vm = api.call("VM.create", {"name_label": "seen by nobody"})
    api.call("VM.destroy", vm)


def test_many_watchers(server, api):
    token = api.call("event.from", ["vm"], "", 0)["token"]
    with ThreadPoolExecutor(100) as pool:
        waiting = [pool.submit(Client(server.socket).call, "event.from", ["vm"], token, 60)
                   for _ in range(100)]
        time.sleep(0.5)
        vm = api.call("VM.create", {"name_label": "seen by all"})
        for one in waiting:
            assert [e["ref"] for e in one.result(120)["events"]] == [vm]
    api.call("VM.destroy", vm)


def test_unknown_names(api):
    for method in ("VM.explode", "Nothing.get_all", "VM.get_nothing", "VM.set_uuid", "VM.", ".",
                   "get_all", "Async.VM.get_all", "Async.", "VM.get_record.x", "VM.set_power_state",
                   "x" * 5000):
        assert refused(api, method) == "MESSAGE_METHOD_UNKNOWN"


def test_arguments(api):
    vm = api.call("VM.create", {"name_label": "of arguments"})
    assert refused(api, "VM.get_record") == "MESSAGE_PARAMETER_COUNT_MISMATCH"
    assert refused(api, "VM.get_record", vm, vm) == "MESSAGE_PARAMETER_COUNT_MISMATCH"
    for wrong in ("OpaqueRef:NULL", "", "nonsense", "OpaqueRef:" + "0" * 36,
                  api.call("host.get_all")[0]):
        assert refused(api, "VM.get_record", wrong) == "HANDLE_INVALID"
    for wrong in (7, None, [], {}, 1.5, True, "x" * 100):
        assert refused(api, "VM.get_record", wrong) == "FIELD_TYPE_ERROR"
    for wrong in (7, None, [], {}, True):
        assert refused(api, "VM.set_name_label", vm, wrong) == "FIELD_TYPE_ERROR"
    for wrong in ("x", "", "1.5", "99999999999999999999", 1.5, None, [], "0x10", " 1"):
        assert refused(api, "VM.set_order", vm, wrong) == "FIELD_TYPE_ERROR"
    for wrong in ({"a": 1}, [], "x", {"a": None}):
        assert refused(api, "VM.set_other_config", vm, wrong) == "FIELD_TYPE_ERROR"
    assert refused(api, "VM.create", {"name_lable": "x"}) == "FIELD_TYPE_ERROR"
    assert refused(api, "VM.create", {"memory_static_max": -1}) == "MEMORY_CONSTRAINT_VIOLATION"
    assert refused(api, "VM.create", {"VCPUs_max": 1 << 40}) == "INVALID_VALUE"
    assert refused(api, "event.from", ["vm"], "", "soon") == "FIELD_TYPE_ERROR"
    assert api.call("VM.get_name_label", vm) == "of arguments"
    api.call("VM.destroy", vm)


def test_long_and_strange_texts(api):
    vm = api.call("VM.create", {"name_label": "x"})
    for text in ("x" * 500000, "'; DROP TABLE VM; --", "\u202e\u0001\u007f\\\"", "𝔘𝔫𝔦"):
        api.call("VM.set_name_label", vm, text)
        assert api.call("VM.get_name_label", vm) == text
    api.call("VM.destroy", vm)
