# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may do what: sessions, accounts, roles, tokens, and what is written down of it."""
import sqlite3

import pytest
from client import Client, Failure, PASSWORD


def refused(client, method, *params):
    with pytest.raises(Failure) as failure:
        client.call(method, *params)
    return failure.value.code, *failure.value.words


@pytest.fixture(name="account")
def fixture_account(api):
    user = api.call("user.create", {"short_name": "alice", "role": "read-only"})
    api.call("user.set_password", user, "a password")
    yield user
    api.call("user.destroy", user)


def alice(server, secret="a password"):
    return Client(server.socket, "alice", secret, address="192.0.2.50")


def test_a_session_ends(server):
    client = Client(server.socket)
    client.call("pool.get_all")
    client.call("session.logout")
    assert refused(client, "pool.get_all") == ("SESSION_INVALID", client.session)


def test_no_session_no_answer(server):
    client = Client(server.socket, user=None)
    for session in (None, "", "OpaqueRef:NULL", 7, ["x"], {"a": 1}):
        with pytest.raises(Failure) as failure:
            client.raw("VM.get_all", session)
        assert failure.value.code == "SESSION_INVALID"
    assert "VM.start" in client.raw("system.listMethods")


def test_passwords_are_not_guessed_fast(server):
    client = Client(server.socket, user=None, address="192.0.2.66")
    words = set()
    for _ in range(12):
        with pytest.raises(Failure) as failure:
            client.raw("session.login_with_password", "root", "wrong")
        assert failure.value.code == "SESSION_AUTHENTICATION_FAILED"
        words.add(failure.value.words[1])
    assert len(words) == 2 and any("wait" in text for text in words)
    # Even the right one has to wait, from there; others do not.
    with pytest.raises(Failure):
        client.raw("session.login_with_password", "root", PASSWORD)
    Client(server.socket, address="192.0.2.67")


def test_root_of_this_machine_needs_no_password(server):
    """Who runs these tests may be root: then a request without a client's address is trusted."""
    with pytest.raises(Failure):
        Client(server.socket, "root", "", address="192.0.2.68")
    with pytest.raises(Failure):
        Client(server.socket, "nobody", "", address="192.0.2.68")


@pytest.mark.usefixtures("account")
def test_roles(api, server):
    user = api.call("user.get_all_records")
    ref = next(r for r, u in user.items() if u["short_name"] == "alice")
    vm = api.call("VM.create", {"name_label": "of roles"})
    reader = alice(server)
    assert reader.call("VM.get_name_label", vm) == "of roles"
    assert refused(reader, "VM.set_name_label", vm, "x")[0] == "RBAC_PERMISSION_DENIED"
    assert refused(reader, "VM.start", vm)[0] == "RBAC_PERMISSION_DENIED"
    assert refused(reader, "user.set_role", ref, "admin")[0] == "RBAC_PERMISSION_DENIED"
    task = api.call("Async.VM.get_possible_hosts", vm)
    assert refused(reader, "task.destroy", task)[0] == "RBAC_PERMISSION_DENIED"
    own = reader.call("task.create", "mine", "")
    reader.call("task.set_progress", own, 0.5)
    assert refused(api, "task.set_progress", task, 0.5)[0] == "OPERATION_NOT_ALLOWED"
    reader.call("task.destroy", own)
    api.call("user.set_role", ref, "operator")
    reader.call("VM.set_name_label", vm, "mine")        # the same session
    assert refused(reader, "host.disable", api.call("host.get_all")[0])[0] == \
        "RBAC_PERMISSION_DENIED"
    assert refused(reader, "network.create", {})[0] == "RBAC_PERMISSION_DENIED"
    api.call("VM.destroy", vm)


def test_a_new_password_ends_sessions(api, server, account):
    client = alice(server)
    api.call("user.set_password", account, "another")
    assert refused(client, "VM.get_all")[0] == "SESSION_INVALID"
    client = alice(server, "another")
    client.call("session.change_password", "another", "a third")
    alice(server, "a third")


def test_tokens(api, server, account):
    token = api.call("user.create_token", account, "script")
    assert api.call("user.get_tokens", account) == ["script"]
    client = alice(server, token)
    client.call("VM.get_all")
    with pytest.raises(Failure):
        Client(server.socket, "root", token, address="192.0.2.51")
    api.call("user.revoke_token", account, "script")
    assert refused(client, "VM.get_all")[0] == "SESSION_INVALID"
    with pytest.raises(Failure):
        alice(server, token)


def test_bad_accounts(api):
    assert refused(api, "user.create", {"short_name": "../root"})[0] == "INVALID_VALUE"
    assert refused(api, "user.create", {"short_name": "bob", "role": "king"})[0] == "INVALID_VALUE"
    root = next(r for r, u in api.call("user.get_all_records").items()
                if u["short_name"] == "root")
    assert refused(api, "user.destroy", root)[0] == "OPERATION_NOT_ALLOWED"
    assert refused(api, "user.set_role", root, "operator")[0] == "OPERATION_NOT_ALLOWED"


def test_it_is_written_down_without_secrets(api, server, account):
    token = api.call("user.create_token", account, "noted")
    api.call("user.set_password", account, "very secret words")
    vm = api.call("VM.create", {"name_label": "audited"})
    uuid = api.call("VM.get_uuid", vm)
    api.call("VM.destroy", vm)
    text = (server.folder / "audit.log").read_text()
    assert f"root@192.0.2.1 VM.destroy {uuid}: ok" in text
    everything = text + (server.folder / "apid.log").read_text()
    for secret in (PASSWORD, token, "very secret words", api.session):
        assert secret not in everything
    stored = sqlite3.connect(server.database).execute("SELECT hash FROM account_secret").fetchall()
    assert stored and all(text.startswith("$6$") for text, in stored)
