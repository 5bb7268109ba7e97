# SPDX-License-Identifier: GPL-2.0-or-later
"""The audit log as clients read it: the newest first, searched, a part at a time, by few."""
import calendar
import re
import sqlite3
import time

import pytest
from client import Client, Failure, PASSWORD

KEYS = {"id", "time", "user", "address", "method", "object", "result"}


def read(client, *words, before=0, most=500):
    host = client.call("host.get_all")[0]
    return client.call("host.get_audit_log", host, list(words), before, most)


def code(client, *words, **how):
    with pytest.raises(Failure) as failure:
        read(client, *words, **how)
    return failure.value.code


@pytest.fixture(name="vms")
def fixture_vms(api):
    """UUIDs of VMs that were made and destroyed, one after the other."""
    uuids = []
    for number in range(7):
        vm = api.call("VM.create", {"name_label": f"audited {number}"})
        uuids.append(api.call("VM.get_uuid", vm))
        api.call("VM.destroy", vm)
    return uuids


def test_the_newest_is_first_and_there_at_once(api, vms):
    rows = read(api)
    ids = [int(row["id"]) for row in rows]
    assert ids == sorted(ids, reverse=True) and len(set(ids)) == len(ids)
    assert all(set(row) == KEYS for row in rows)
    newest = rows[0]
    assert (newest["user"], newest["address"], newest["method"], newest["object"],
            newest["result"]) == ("root", "192.0.2.1", "VM.destroy", vms[-1], "ok")
    told = time.strptime(newest["time"], "%Y%m%dT%H:%M:%SZ")
    assert re.fullmatch(r"\d{8}T\d{2}:\d{2}:\d{2}Z", newest["time"])
    assert abs(calendar.timegm(told) - time.time()) < 60


def test_it_comes_in_parts(api, vms):
    whole = read(api, "vm.destroy")[:7]
    assert [row["object"] for row in whole] == vms[::-1]
    parts, before = [], 0
    while len(parts) < 7:
        part = read(api, "vm.destroy", before=before, most=3)
        assert len(part) == 3
        parts += part
        before = int(part[-1]["id"])
    assert parts[:7] == whole
    assert read(api, before=1) == []


def test_one_of_the_words_is_enough(api, vms):
    found = read(api, vms[0], vms[3].upper(), "not there")
    assert {row["object"] for row in found} == {vms[0], vms[3]}
    assert read(api, "no such word") == []
    assert read(api, "%", most=1) == [] and read(api, "'", most=1) == []


def test_what_was_refused_is_in_it(api):
    vm = api.call("VM.create", {"name_label": "refused"})
    uuid = api.call("VM.get_uuid", vm)
    with pytest.raises(Failure):
        api.call("VM.unpause", vm)
    row = read(api, uuid)[0]
    assert (row["method"], row["result"]) == ("VM.unpause", "VM_BAD_POWER_STATE")
    api.call("VM.destroy", vm)


def test_reading_is_not(api):
    before = read(api, most=1)
    api.call("host.get_log", api.call("host.get_all")[0])
    read(api, "VM")
    assert read(api, most=1) == before
    secret = api.call("secret.create", {"value": "hidden", "other_config": {}})
    api.call("secret.get_value", secret)
    assert [row["method"] for row in read(api, most=2)] == ["secret.get_value", "secret.create"]
    assert "hidden" not in str(read(api))
    api.call("secret.destroy", secret)


def test_only_an_administrator_reads_it(api, server):
    user = api.call("user.create", {"short_name": "curious", "role": "operator"})
    api.call("user.set_password", user, PASSWORD)
    curious = Client(server.socket, "curious", address="192.0.2.77")
    assert code(curious) == "RBAC_PERMISSION_DENIED"
    row = read(api, "curious")[0]
    assert (row["method"], row["address"], row["result"]) == \
        ("host.get_audit_log", "192.0.2.77", "RBAC_PERMISSION_DENIED")
    api.call("user.destroy", user)


def test_a_name_that_does_not_fit(api, server):
    """Whoever knows no password chooses it; of half a letter nobody could read the answer."""
    for row, first in enumerate(("", "x", "xx")):
        for column, letter in enumerate(("\u00e9", "\u20ac", "\U0001f600")):
            address = f"198.51.100.{100 + 10 * row + column}"
            with pytest.raises(Failure):
                Client(server.socket, first + letter * 40, address=address)
            name = read(api, address, most=1)[0]["user"]
            assert name.startswith(first + letter * 12) and set(name) <= {"x", letter}


def test_a_name_is_no_command_to_a_terminal(api, server):
    with pytest.raises(Failure):
        Client(server.socket, "a\u009b31m\u0080\u009f\u00a0\u00df\x1b[0m\n\x7fz",
               address="192.0.2.89")
    name = read(api, "192.0.2.89", most=1)[0]["user"]
    assert name == "a??31m????\u00a0\u00df?[0m??z"
    assert name in (server.folder / "audit.log").read_text(errors="replace")


def test_what_is_asked_for_is_bounded(api):
    assert code(api, most=0) == code(api, most=501) == code(api, most=-1) == "INVALID_VALUE"
    assert code(api, *["x"] * 21) == code(api, "x" * 101) == "INVALID_VALUE"
    assert isinstance(read(api, *["x" * 100] * 20), list)
    assert read(api, before=-5, most=1) == read(api, most=1)
    assert read(api, before=2**63 - 1, most=1) == read(api, most=1)
    with pytest.raises(Failure) as failure:
        api.call("host.get_audit_log", api.call("host.get_all")[0], [7], 0, 1)
    assert failure.value.code == "FIELD_TYPE_ERROR"


def test_what_nobody_asked_for_is_not(api, server):
    before = read(api, most=1)
    nobody = Client(server.socket, "root", address="192.0.2.78")
    nobody.call("session.logout")
    for method, *rest in (("session.logout",), ("VM.start", "OpaqueRef:NULL", False, False)):
        with pytest.raises(Failure) as failure:
            nobody.call(method, *rest)
        assert failure.value.code == "SESSION_INVALID"
    rows = read(api, most=3)
    assert [row["method"] for row in rows[:2]] == ["session.logout", "session.login_with_password"]
    assert {row["result"] for row in rows[:2]} == {"ok"} and rows[2:] == before


def test_refused_logins_push_nothing_out(api, server):
    """The last test of these: the daemon is started anew. Of many there are a row at once and one
    that counts; rows of long ago make room for their like alone."""
    def refused(address):
        with pytest.raises(Failure) as failure:
            Client(server.socket, "guessed", address=address)
        return failure.value.code

    many = "203.0.113.5"
    assert {refused(many) for _ in range(150)} == {"SESSION_AUTHENTICATION_FAILED"}
    rows = read(api, many)
    assert 1 <= len(rows) < 150 / 10
    for last in range(40):      # of too many addresses they are one
        refused(f"203.0.113.{100 + last}")
    assert len(read(api, "203.0.113.1")) < 30
    server.daemon.terminate()
    assert server.daemon.wait(120) == 0
    with sqlite3.connect(server.database) as db:
        told = [result for result, in db.execute("SELECT result FROM audit WHERE address = ?",
                                                 (many,))]
        db.executemany("INSERT INTO audit (time, account, address, method, object, result) VALUES "
                       "('20200101T00:00:00Z', 'x', ?, ?, '', ?)",
                       [("of old", "VM.start", "ok")] * 5 +
                       [("of old", "session.login_with_password", "REFUSED")] * 21000)
    db.close()
    extra = [int(words.split(", ")[1].split()[0]) for words in told if "," in words]
    assert len(told) - len(extra) + sum(extra) == 150
    server.start_daemon()
    api.session = server.settled().session
    for _ in range(70):
        api.call("VM.destroy", api.call("VM.create", {"name_label": "a row"}))
    read(api, "VM.start")       # writes what there is
    with sqlite3.connect(server.database) as db:
        kept, = db.execute("SELECT COUNT(*) FROM audit WHERE method LIKE 'session.login%' AND "
                           "result <> 'ok'").fetchone()
        old, = db.execute("SELECT COUNT(*) FROM audit WHERE method = 'VM.start'").fetchone()
    db.close()
    assert kept <= 2000 and old == 5
