# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's certificate through the API: what is shown, another one, and the way back."""
import pytest
from client import Client, Failure


@pytest.fixture(name="host", scope="module")
def fixture_host(api):
    return api.call("host.get_all")[0]


def shown(api, host):
    only, = api.call("host.get_certificates", host)
    return api.call("Certificate.get_record", only)


def test_another_and_back(api, host):
    assert "A1:B2" in api.call("host.get_server_certificate", host)
    before = shown(api, host)
    assert before["fingerprint_sha256"] == "A1:B2" and before["names"] == ["socle"]
    assert before["not_after"] == "20491231T23:59:59Z" and not before["has_former"]
    with pytest.raises(Failure, match="OPERATION_NOT_ALLOWED"):
        api.call("host.restore_server_certificate", host)
    # Files of other systems have other ends of lines.
    api.call("host.install_server_certificate", host, "one\r\ntwo", "owt\neno", "")
    after = shown(api, host)
    assert after["fingerprint"] == "one\ntwo" and after["has_former"]
    assert after["uuid"] != before["uuid"] and len(api.call("Certificate.get_all")) == 1
    api.call("host.restore_server_certificate", host)
    assert shown(api, host)["fingerprint"] == "A1:B2"
    api.call("host.reset_server_certificate", host)
    api.call("host.emergency_reset_server_certificate")
    assert shown(api, host)["fingerprint"] == "A4"


def test_refused(api, host):
    with pytest.raises(Failure) as refused:
        api.call("host.install_server_certificate", host, "a", "b", "")
    assert refused.value.code == "SERVER_CERTIFICATE_KEY_MISMATCH"
    with pytest.raises(Failure) as refused:
        api.call("host.install_server_certificate", host, "a", "a", "old")
    assert refused.value.code == "SERVER_CERTIFICATE_EXPIRED"
    assert refused.value.words[:2] == ["20261122T00:00:00Z", "20200101T00:00:00Z"]


def test_of_an_authority(api, host):
    assert api.call("host.get_acme", host) == {"enabled": "false"}
    for directory, code in (("http://ca.example", "INVALID_VALUE"),
                            ("https://unreachable.example", "ACME_FAILED")):
        with pytest.raises(Failure, match=code):
            api.call("host.acme_enable", host, directory, "", ["host.example"])
    with pytest.raises(Failure, match="OPERATION_NOT_ALLOWED"):
        api.call("host.acme_renew", host)
    task = api.call("Async.host.acme_enable", host, "https://ca.example/dir", "a@host.example",
                    ["host.example", "b.example"])
    api.wait(task)
    said = api.call("host.get_acme", host)
    assert said["enabled"] == "true" and said["error"] == ""
    assert said["fingerprint"] == shown(api, host)["fingerprint"]
    assert said["names"] == "host.example,b.example" and said["contact"] == "a@host.example"
    before = shown(api, host)
    assert before["names"] == ["host.example"]
    api.call("host.acme_renew", host)
    assert shown(api, host)["fingerprint"] != before["fingerprint"]
    api.call("host.reset_server_certificate", host)
    api.call("host.acme_disable", host)
    assert api.call("host.get_acme", host) == {"enabled": "false"}


def test_only_administrators(api, host, server):
    user = api.call("user.create", {"short_name": "cert-op", "role": "operator"})
    api.call("user.set_password", user, "op's own")
    client = Client(server.socket, "cert-op", "op's own")
    assert client.call("host.get_server_certificate", host)
    for method, *args in (("install_server_certificate", host, "a", "a", ""),
                          ("reset_server_certificate", host), ("restore_server_certificate", host),
                          ("acme_enable", host, "https://ca.example", "", ["host.example"]),
                          ("acme_renew", host), ("acme_disable", host),
                          ("emergency_reset_server_certificate",)):
        with pytest.raises(Failure, match="RBAC_PERMISSION_DENIED"):
            client.call(f"host.{method}", *args)
    api.call("user.destroy", user)
