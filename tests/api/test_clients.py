# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients from elsewhere, unmodified, through a web server."""
import json
import os
import subprocess
import urllib.request
import xmlrpc.client
from pathlib import Path

import pytest
from client import Failure, PASSWORD
from streaming import MIB, noise, streams  # noqa: F401
from web import Web


@pytest.fixture(scope="module", name="web")
def fixture_web(server):
    with Web(server.folder, server.socket) as web:
        yield web


def drive(build, url, *args):
    """What npm's xen-api says of each step (client.mjs)."""
    client = Path(__file__).parent / "xen_api/client.mjs"
    library = build / "api/xen_api/node_modules/xen-api/index.mjs"
    done = subprocess.run(["node", client, url, "root", PASSWORD, *args],
                          env=dict(os.environ, XEN_API=str(library)), timeout=120, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {step["step"]: step["value"] for step in map(json.loads, done.stdout.splitlines())}


def test_npm_xen_api(api, web, build):
    vm = api.call("VM.create", {"name_label": "driven by xen-api"})
    steps = drive(build, web.url, api.call("VM.get_uuid", vm))
    assert {"VM", "SR", "host", "network", "pool"} <= set(steps["types"])
    assert steps["refused"] == ["HANDLE_INVALID", ["VM", "OpaqueRef:nonsense"]]
    assert (steps["running"], steps["snapshot"], steps["end"]) == \
        (True, "by xen-api", "disconnected")
    api.call("VM.destroy", vm)


def test_npm_xen_api_and_streams(streams, build, tmp_path):
    """It sends archives without their length, and asks before with the same headers and no body."""
    call, data = streams.client.call, noise(3 * MIB)
    vm = streams.vm([data])
    with Web(streams.server.folder, streams.server.socket, streams.socket) as web:
        steps = drive(build, web.url, call("VM.get_uuid", vm), tmp_path / "xva",
                      call("SR.get_uuid", streams.sr))
    assert steps["end"] == "disconnected" and steps["exported"] > MIB
    copy = call("VM.get_by_uuid", steps["imported"])
    vbd, = call("VM.get_VBDs", copy)
    assert streams.get("export_raw_vdi", vdi=call("VBD.get_VDI", vbd))[2] == data


def test_python_xmlrpc(web):
    proxy = xmlrpc.client.ServerProxy(web.url, context=web.context)
    session = proxy.session.login_with_password("root", PASSWORD)["Value"]
    records = proxy.VM.get_all_records(session)["Value"]
    assert any(vm["is_control_domain"] for vm in records.values())
    assert proxy.session.logout(session) == {"Status": "Success", "Value": ""}


class Citrix(xmlrpc.client.ServerProxy):
    """What XenServer's own XenAPI.py does on the wire: it puts the session in front, logs in anew
    when it is told that the session is not valid, and asks which version it talks to."""

    def __init__(self, web):
        super().__init__(web.url, context=web.context)
        self.ref = None

    def log_in(self):
        self.ref = self.unpack(self.session.login_with_password("root", PASSWORD, "2.16",
                                                                "test.py"))
        pool, = self.call("pool.get_all")
        master = self.call("pool.get_master", pool)
        return [self.call(f"host.get_API_version_{part}", master) for part in ("major", "minor")]

    @staticmethod
    def unpack(answer):
        if answer["Status"] == "Success":
            return answer["Value"]
        raise Failure(answer["ErrorDescription"])

    def call(self, method, *params):
        try:
            return self.unpack(getattr(self, method)(self.ref, *params))
        except Failure as failure:
            if failure.code != "SESSION_INVALID":
                raise
        self.log_in()
        return self.call(method, *params)


def test_python_xenapi(web):
    proxy = Citrix(web)
    assert proxy.log_in() == ["2", "21"]
    vm = proxy.call("VM.create", {"name_label": "by python", "memory_static_max": str(256 << 20),
                                  "VCPUs_max": "2"})
    proxy.call("event.register", ["vm"])
    proxy.call("VM.start", vm, False, False)
    assert {event["ref"] for event in proxy.call("event.next")} == {vm}
    with pytest.raises(Failure) as failure:
        proxy.call("VM.start", vm, False, False)
    assert failure.value.code == "VM_BAD_POWER_STATE" and failure.value.words[0] == vm
    task = proxy.call("Async.VM.hard_shutdown", vm)
    # Its name is set while it goes, whichever comes first.
    proxy.call("VM.set_name_label", vm, "on its way")
    while (status := proxy.call("task.get_status", task)) == "pending":
        pass
    assert status == "success"
    proxy.call("task.destroy", task)
    assert proxy.call("VM.get_name_label", vm) == "on its way"
    # A session that has ended is made again.
    proxy.call("session.logout")
    assert proxy.call("VM.get_power_state", vm) == "Halted"
    proxy.call("VM.destroy", vm)


def test_json_rpc_by_hand(web):
    body = json.dumps({"id": "x", "method": "session.login_with_password",
                       "params": ["root", PASSWORD, "2.0", "by hand"]}).encode()
    request = urllib.request.Request(web.url + "/jsonrpc", body)
    with urllib.request.urlopen(request, timeout=120, context=web.context) as reply:
        assert reply.headers["content-type"] == "application/json"
        answer = json.loads(reply.read())
    assert answer["error"] is None and answer["id"] == "x"
    assert answer["result"].startswith("OpaqueRef:")


def test_the_browser_may_ask(web):
    request = urllib.request.Request(web.url + "/jsonrpc", method="OPTIONS")
    with urllib.request.urlopen(request, timeout=120, context=web.context) as reply:
        assert reply.headers["access-control-allow-origin"] == "*"
