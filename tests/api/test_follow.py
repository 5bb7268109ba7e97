# SPDX-License-Identifier: GPL-2.0-or-later
"""Metrics as they go on: a line of JSON for each new row, to a bounded number of clients."""
import json
import subprocess
import time

import pytest
from client import Client, connect, read_reply, scgi
from streaming import streams  # noqa: F401

OF_ONE, OF_ALL = 8, 24


@pytest.fixture(scope="module", name="figures", autouse=True)
def fixture_figures(streams, build):
    """The host and a VM do something, and have done so for a year."""
    vm = streams.client.call("VM.get_uuid", streams.vm([]))
    with subprocess.Popen([build / "tests/webui/figures", streams.socket.parent], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        program.stdin.write(f"host 2\n{vm} 1\n\n")
        program.stdin.flush()
        assert program.stdout.readline() == "ready\n"
        yield vm
        program.stdin.close()


def follow(streams, session=None, **params):
    params = {"start": int(time.time()) - 60, "interval": 5, "host": "true", "json": "true",
              "follow": "true", "session_id": session or streams.client.session, **params}
    sock = connect(streams.socket, 20)
    sock.sendall(scgi(b"", streams.path("rrd_updates", session=False, **params), "GET"))
    lines = sock.makefile("rb")
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += lines.readline()
    assert head.startswith(b"Status: 200 ") and b"application/x-ndjson" in head
    return sock, lines


def hang_up(sock, lines):
    lines.close()
    sock.close()


def rows(line):
    answer = json.loads(line)
    times = [row["t"] for row in answer["data"]]
    assert times == sorted(times, reverse=True)
    assert all(len(row["values"]) == len(answer["meta"]["legend"]) for row in answer["data"])
    return answer, times


def test_rows_as_they_come(streams, figures):
    once = json.loads(streams.get("rrd_updates", start=int(time.time()) - 60, interval=5,
                                  host="true", json="true")[2])
    sock, lines = follow(streams)
    first, before = rows(lines.readline())
    assert sorted(first["meta"]["legend"]) == sorted(once["meta"]["legend"])
    assert {word.split(":")[1] for word in first["meta"]["legend"]} == {"host", "vm"}
    assert len(before) > 5
    for _ in range(2):
        answer, times = rows(lines.readline())
        assert len(times) == 1 and times[0] - before[0] in (5, 10) and answer["meta"]["step"] == 5
        assert any(figures in word for word in answer["meta"]["legend"])
        before = times
    # A VM that goes has no figures any more.
    vm = streams.client.call("VM.get_by_uuid", figures)
    streams.client.call("VM.destroy", vm)
    answer, _ = rows(lines.readline())
    assert all("host" in word for word in answer["meta"]["legend"])
    hang_up(sock, lines)


def test_the_end_of_the_session(streams):
    client = Client(streams.server.socket)
    sock, lines = follow(streams, client.session)
    lines.readline()
    client.call("session.logout")
    while lines.readline():
        pass
    hang_up(sock, lines)


def may_follow(streams, session):
    path = streams.path("rrd_updates", session=False, follow="true", interval=3600,
                        session_id=session)
    with connect(streams.socket, 20) as sock:
        sock.sendall(scgi(b"", path, "GET"))
        return b" 200 " in sock.recv(100)


def test_who_goes_is_noticed_at_once(streams):
    """Though the next row is an hour away: each leaves its place to the next one."""
    session = Client(streams.server.socket).session
    taken = [follow(streams, session, interval=3600) for _ in range(OF_ONE)]
    assert not may_follow(streams, session)
    end = time.monotonic() + 120
    hang_up(*taken.pop())
    for _ in range(12):
        while not may_follow(streams, session):
            assert time.monotonic() < end
            time.sleep(0.05)
    for one in taken:
        hang_up(*one)


def test_not_too_many(streams):
    """One session's are bounded, and those of all; other streams have room beside them."""
    clients = [Client(streams.server.socket) for _ in range(OF_ALL // OF_ONE + 1)]
    taken = [follow(streams, client.session, interval=3600)
             for client in clients[:-1] for _ in range(OF_ONE)]
    for client in (clients[0], clients[-1]):
        path = streams.path("rrd_updates", session=False, follow="true", session_id=client.session)
        with connect(streams.socket) as sock:
            sock.sendall(scgi(b"", path, "GET"))
            assert read_reply(sock)[0] == 503
    for _ in range(20):
        assert streams.get("rrd_updates", start=0, interval=3600, json="true")[0] == 200
    # Who goes makes room, though nothing happens that could be told.
    for one in taken:
        hang_up(*one)
    end = time.monotonic() + 120
    while True:
        path = streams.path("rrd_updates", session=False, follow="true", interval=5,
                            session_id=clients[-1].session)
        with connect(streams.socket, 20) as sock:
            sock.sendall(scgi(b"", path, "GET"))
            if b" 200 " in sock.recv(100):
                return
        assert time.monotonic() < end
        time.sleep(0.5)
