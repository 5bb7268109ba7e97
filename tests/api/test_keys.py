# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys for SSH through the API: whose they are, and who may change them."""
import pytest
from client import Client, Failure


def user_of(api, name):
    return next(ref for ref, u in api.call("user.get_all_records").items()
                if u["short_name"] == name)


def test_keys_of_root(api):
    root = user_of(api, "root")
    assert api.call("user.get_ssh_keys", root) == []
    api.call("user.add_ssh_key", root, "ssh-ed25519 AAAA a")
    api.call("user.add_ssh_key", root, "ssh-ed25519 AAAB b")
    assert api.call("user.get_ssh_keys", root) == ["ssh-ed25519 AAAA a", "ssh-ed25519 AAAB b"]
    api.call("user.remove_ssh_key", root, "ssh-ed25519 AAAA a")
    assert api.call("user.get_ssh_keys", root) == ["ssh-ed25519 AAAB b"]


def test_only_root_has_a_shell(api, server):
    operator = api.call("user.create", {"short_name": "op", "role": "operator"})
    with pytest.raises(Failure, match="OPERATION_NOT_ALLOWED"):
        api.call("user.add_ssh_key", operator, "ssh-ed25519 AAAA a")
    api.call("user.set_password", operator, "op's own")
    client = Client(server.socket, "op", "op's own")
    for method, *args in (("add_ssh_key", "x"), ("remove_ssh_key", "x"), ("get_ssh_keys",)):
        with pytest.raises(Failure, match="RBAC_PERMISSION_DENIED"):
            client.call(f"user.{method}", user_of(api, "root"), *args)
    api.call("user.destroy", operator)
