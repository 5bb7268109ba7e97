# SPDX-License-Identifier: GPL-2.0-or-later
"""Other versions of the host through the API: from a URL, uploaded, refused, and back."""
import socket

import pytest
from client import Client, Failure, connect, read_reply, scgi
from streaming import noise, streams  # noqa: F401

KEY = "RW" + "A" * 54


@pytest.fixture(name="host")
def fixture_host(streams):
    streams.server.vmd_request("test.slots", {"slots": {
        "installed": True, "running": "a", "starts": "a", "version_a": "1"}})
    return streams.client.call("host.get_all")[0]


def test_from_a_url_and_back(streams, host):
    call = streams.client.call
    assert call("host.get_update_status", host) == {"installed": "true", "running": "a",
                                                     "starts": "a", "version_a": "1"}
    with pytest.raises(Failure, match="UPDATE_APPLY_FAILED"):
        call("host.update_back", host)
    assert "Version 2 is tried" in call("host.update_from_url", host, "http://h.example/signed-2")
    status = call("host.get_update_status", host)
    assert status["tried"] == "b" and status["trial"] == "b 2"
    call("host.update_cancel", host)
    assert "tried" not in call("host.get_update_status", host)
    call("host.update_back", host)
    assert call("host.get_update_status", host)["starts"] == "b"
    with pytest.raises(Failure, match="UPDATE_APPLY_FAILED"):
        call("host.update_from_url", host, "http://h.example/forged-3")


def test_one_at_a_time(streams, host):
    call = streams.client.call
    task = call("Async.host.update_from_url", host, "http://h.example/slow/signed-2")
    assert call("host.get_current_operations", host) == {task: "apply_updates"}
    with pytest.raises(Failure, match="OTHER_OPERATION_IN_PROGRESS"):
        call("host.update_back", host)
    assert "Version 2" in streams.client.wait(task)


def test_uploaded(streams, host):
    call = streams.client.call
    task = call("task.create", "update", "of the host")
    body = b"signed 7 " + noise(100000)
    assert streams.put("host_update", body, task_id=task)[0] == 200
    record = call("task.get_record", task)
    assert record["status"] == "success" and "Version 7 is tried" in record["result"]
    assert call("host.get_update_status", host)["version_b"] == "7"


def test_uploads_that_do_not_do(streams, host):
    call = streams.client.call
    for body, length, words in ((b"forged " + noise(1000), None, b"nothing was changed"),
                                (b"signed 8 " + noise(2 << 20), None, b"larger than a bundle"),
                                (b"signed 9 ", 5000, None)):
        task = call("task.create", "update", "of the host")
        if words:
            status, _, reply = streams.put("host_update", body, length, task_id=task)
            assert status == 500 and words in reply, reply
        else:
            cut_off(streams, body, length, task)
        assert call("task.get_record", task)["status"] == "failure"
    assert "version_b" not in call("host.get_update_status", host)
    # One that runs from memory has no slots: the client hears so before it sends all of it.
    streams.server.vmd_request("test.slots", {"slots": {"installed": False, "why": "in memory"}})
    status, _, reply = streams.put("host_update", b"signed 7 ")
    assert status == 500 and b"OPERATION_NOT_ALLOWED" in reply
    assert call("host.get_update_status", host) == {"installed": "false", "why": "in memory"}


def cut_off(streams, body, length, task):
    """The connection ends before all of it is there."""
    with connect(streams.socket) as sock:
        sock.sendall(scgi(body, streams.path("host_update", task_id=task), "PUT", length))
        sock.shutdown(socket.SHUT_WR)
        assert read_reply(sock)[0] == 500


def test_keys(streams, host):
    call = streams.client.call
    call("host.add_update_key", host, KEY)
    assert call("host.get_update_keys", host) == [KEY]
    call("host.remove_update_key", host, KEY)
    assert call("host.get_update_keys", host) == []


def test_only_administrators(streams, host):
    call = streams.client.call
    user = call("user.create", {"short_name": "up-op", "role": "operator"})
    call("user.set_password", user, "op's own")
    client = Client(streams.server.socket, "up-op", "op's own")
    assert client.call("host.get_update_status", host)["running"] == "a"
    for method, *args in (("update_from_url", "http://h.example/signed-2"), ("update_cancel",),
                          ("update_back",), ("add_update_key", KEY), ("remove_update_key", KEY)):
        with pytest.raises(Failure, match="RBAC_PERMISSION_DENIED"):
            client.call(f"host.{method}", host, *args)
    assert streams.put("host_update", b"signed 7 ", session=False,
                       session_id=client.session)[0] == 403
    call("user.destroy", user)
