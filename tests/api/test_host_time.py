# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's time through the API: zone, servers, clock, and who may change them."""
import pytest
from client import Client, Failure


@pytest.fixture(name="host", scope="module")
def fixture_host(api):
    return api.call("host.get_all")[0]


def test_zone(api, host):
    assert "Europe/Berlin" in api.call("host.list_timezones", host)
    api.call("host.set_timezone", host, "Europe/Berlin")
    assert api.call("host.get_timezone", host) == "Europe/Berlin"
    with pytest.raises(Failure, match="INVALID_VALUE"):
        api.call("host.set_timezone", host, "Mars/Olympus")
    assert api.call("host.get_timezone", host) == "Europe/Berlin"


def test_servers(api, host, server):
    """Those of the mode Disabled are remembered, and asked again later."""
    assert api.call("host.get_ntp_mode", host) == "Disabled"
    with pytest.raises(Failure, match="INVALID_VALUE"):
        api.call("host.set_ntp_mode", host, "Custom")       # there are none
    api.call("host.set_ntp_custom_servers", host, ["ntp.example", "192.0.2.123"])
    assert server.vmd_request("host.time_settings", {})["ok"]["servers"] == []
    api.call("host.set_ntp_mode", host, "Custom")
    assert server.vmd_request("host.time_settings", {})["ok"]["servers"] == \
        ["ntp.example", "192.0.2.123"]
    assert api.call("host.get_ntp_synchronized", host) is True
    with pytest.raises(Failure, match="INVALID_VALUE"):
        api.call("host.set_ntp_custom_servers", host, [])
    with pytest.raises(Failure, match="VALUE_NOT_SUPPORTED"):
        api.call("host.set_ntp_mode", host, "DHCP")
    with pytest.raises(Failure, match="OPERATION_NOT_ALLOWED"):
        api.call("host.set_servertime", host, "20261122T08:30:00Z")
    api.call("host.set_ntp_mode", host, "Disabled")
    assert api.call("host.get_ntp_synchronized", host) is False
    record = api.call("host.get_record", host)
    assert record["ntp_custom_servers"] == ["ntp.example", "192.0.2.123"]
    assert record["ntp_mode"] == "Disabled"


def test_changed_beside_us(api, host, server):
    """The host's menu writes the file, too."""
    server.vmd_request("host.set_ntp", {"servers": ["other.example"]})
    api.call("host.get_ntp_synchronized", host)
    assert api.call("host.get_ntp_custom_servers", host) == ["other.example"]
    assert api.call("host.get_ntp_mode", host) == "Custom"
    api.call("host.set_ntp_mode", host, "Disabled")


def test_clock(api, host):
    api.call("host.set_servertime", host, "20261122T08:30:00Z")
    assert api.call("host.get_servertime", host).endswith("Z")
    with pytest.raises(Failure, match="FIELD_TYPE_ERROR"):
        api.call("host.set_servertime", host, "tomorrow")


def test_only_administrators(api, host, server):
    user = api.call("user.create", {"short_name": "clock-op", "role": "operator"})
    api.call("user.set_password", user, "op's own")
    client = Client(server.socket, "clock-op", "op's own")
    assert client.call("host.list_timezones", host)
    for method, value in (("set_timezone", "UTC"), ("set_ntp_mode", "Disabled"),
                          ("set_ntp_custom_servers", []),
                          ("set_servertime", "20261122T08:30:00Z")):
        with pytest.raises(Failure, match="RBAC_PERMISSION_DENIED"):
            client.call(f"host.{method}", host, value)
    api.call("user.destroy", user)
