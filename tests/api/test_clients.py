# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients from elsewhere, unmodified, through a web server."""
import json
import os
import subprocess
import urllib.request
import xmlrpc.client
from pathlib import Path

import pytest
from client import PASSWORD
from web import Web


@pytest.fixture(scope="module", name="web")
def fixture_web(server):
    web = Web(server.folder, server.socket)
    yield web
    web.stop()


def test_npm_xen_api(api, web, build):
    vm = api.call("VM.create", {"name_label": "driven by xen-api"})
    client = Path(__file__).parent / "xen_api/client.mjs"
    library = build / "api/xen_api/node_modules/xen-api/index.mjs"
    done = subprocess.run(["node", client, web.url, "root", PASSWORD, api.call("VM.get_uuid", vm)],
                          env=dict(os.environ, XEN_API=str(library)), timeout=120, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    steps = {}
    for line in done.stdout.splitlines():
        step = json.loads(line)
        steps[step["step"]] = step["value"]
    assert done.returncode == 0, done.stdout + done.stderr
    assert {"VM", "SR", "host", "network", "pool"} <= set(steps["types"])
    assert steps["refused"] == ["HANDLE_INVALID", ["VM", "OpaqueRef:nonsense"]]
    assert (steps["running"], steps["snapshot"], steps["end"]) == \
        (True, "by xen-api", "disconnected")
    api.call("VM.destroy", vm)


def test_python_xmlrpc(web):
    proxy = xmlrpc.client.ServerProxy(web.url)
    session = proxy.session.login_with_password("root", PASSWORD)["Value"]
    records = proxy.VM.get_all_records(session)["Value"]
    assert any(vm["is_control_domain"] for vm in records.values())
    assert proxy.session.logout(session) == {"Status": "Success", "Value": ""}


def test_json_rpc_by_hand(web):
    body = json.dumps({"id": "x", "method": "session.login_with_password",
                       "params": ["root", PASSWORD, "2.0", "by hand"]}).encode()
    request = urllib.request.Request(web.url + "/jsonrpc", body)
    with urllib.request.urlopen(request, timeout=20) as reply:
        assert reply.headers["content-type"] == "application/json"
        answer = json.loads(reply.read())
    assert answer["error"] is None and answer["id"] == "x"
    assert answer["result"].startswith("OpaqueRef:")


def test_the_browser_may_ask(web):
    request = urllib.request.Request(web.url + "/jsonrpc", method="OPTIONS")
    with urllib.request.urlopen(request, timeout=20) as reply:
        assert reply.headers["access-control-allow-origin"] == "*"
