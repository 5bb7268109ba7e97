# SPDX-License-Identifier: GPL-2.0-or-later
"""The console of the real ISO in a browser: what an administrator does on the first day.

One machine; the tests run in their order. What the browser does in each of them is in
tests/webui/steps.js; here is what the host itself says of it.
"""
import base64
import hashlib
import io
import json
import os
import random
import subprocess
import tarfile
import time
from pathlib import Path

import pytest

from remote import PASSWORD, Api

WEBUI = Path(__file__).resolve().parent.parent / "webui"


class Browser:
    """Chromium, led through the console step by step."""

    def __init__(self, build, url, logs):
        env = dict(os.environ, NODE_PATH=str(build.resolve() / "tests/webui/node_modules"))
        self.process = subprocess.Popen(["node", WEBUI / "drive.js", url, logs.resolve()], env=env,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, step, **args):
        self.process.stdin.write(json.dumps({"step": step, **args}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, f"{answer['error']}\nsee {answer['picture']}"
        return answer["ok"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(120)


@pytest.fixture(scope="module", name="own_certificate")
def fixture_own_certificate(tmp_path_factory):
    """A folder with key and crt. It begins before the host does, whose clock may be behind."""
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", "/CN=host",
                    "-keyout", folder / "key", "-out", folder / "crt"], check=True,
                   capture_output=True)
    return folder


@pytest.fixture(scope="module", name="api")
def fixture_api(build, hypervisor, logs, tmp_path_factory, own_certificate):
    if hypervisor != "socle":
        pytest.skip("about our own ISO")
    api = Api(build, hypervisor, logs, tmp_path_factory.mktemp("home"), "webui", iso=True)
    try:
        api.wait_up()
        yield api
    finally:
        api.host.machine.close()


@pytest.fixture(scope="module", name="browser")
def fixture_browser(build, api, logs):
    browser = Browser(build, f"https://127.0.0.1:{api.https}/", logs)
    yield browser
    browser.close()


def fingerprint(browser):
    """Of the certificate that the browser is shown, as people compare it."""
    digest = hashlib.sha256(base64.b64decode(browser("certificate"))).hexdigest().upper()
    return ":".join(digest[i:i + 2] for i in range(0, 64, 2))


def test_the_first_visit(api, browser):
    """The certificate is the one on the host's screen."""
    print(f"the log-in page takes typing after {browser('first_visit')} ms, then "
          f"{browser('first_visit')} ms")
    assert fingerprint(browser) in api.host.run("cat /etc/issue")


def test_log_in(api, browser):
    api.host.run(f"echo '{PASSWORD}' | apid set-password root; mkdir -p /srv/iso")
    api.xe("sr-create", "name-label=disks", "type=lvmthin", "device-config:device=/dev/vda",
           timeout=120)
    api.xe("sr-create", "name-label=library", "type=iso", "device-config:location=/srv/iso")
    browser("log_in", user="root", password=PASSWORD)


def test_an_idle_page_asks_nothing(api, browser):
    """Of a host that has come up: until its addresses are known there is news."""
    deadline = time.monotonic() + 240
    while "DHCP" not in api.xe("pif-list", "management=true", "params=ip-configuration-mode"):
        assert time.monotonic() < deadline
        time.sleep(1)
    for _ in range(6):      # there may be late news now and then; who asks by the clock always does
        asked = browser("requests_when_idle", seconds=10)
        if len(asked) <= 1:
            return
    raise AssertionError(asked)


def test_a_vm_from_the_demo_template(api, browser):
    browser("create_vm", template="demo", name="first <VM>")
    assert "first__VM_" in api.host.run("xl list")      # where names are words


def test_its_console(browser):
    browser("type_into_console", prompt="demo#", line="echo answer $((6 * 7))", answer="answer 42")


def test_a_disk_more(api, browser):
    browser("attach_disk", name="data", gib=0.125)
    assert api.xe("vdi-list", "name-label=data", "params=virtual-size", "--minimal") == "134217728"
    browser("type_into_console", prompt="demo#", answer="written 4",
            line="echo past | dd of=/dev/xvda conv=fsync; echo written $((2 + 2))")


def test_a_snapshot_and_back(api, browser):
    browser("snapshot", name="clean")
    browser("revert")
    assert api.xe("vm-param-get", "vm=first <VM>", "param-name=power-state") == "halted"


def test_export(browser, tmp_path):
    browser("export_vm", file=str(tmp_path / "first.xva"))
    data = subprocess.run(["zstd", "-dc", tmp_path / "first.xva"], capture_output=True,
                          check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert archive.getnames()[0] == "ova.xml"
    assert b"first &lt;VM&gt;" in data and b"past" in data


def test_a_cd_image(api, browser, tmp_path):
    image = random.Random(1).randbytes(3 << 20)
    (tmp_path / "small.iso").write_bytes(image)
    browser("upload_iso", repository="library", file=str(tmp_path / "small.iso"))
    there = api.host.run("sha256sum /srv/iso/small.iso").split()[0]
    assert there == hashlib.sha256(image).hexdigest()


def test_a_network_change_that_loses_the_host(api, browser):
    """Its address is not the one that ports are forwarded to; the host has the former one back."""
    browser("try_address", network="xenbr0", address="10.0.2.99/24", seconds=20)
    api.host.run("i=0; until ip -4 addr | grep -q 10.0.2.99 || [ $i -ge 90 ]; do sleep 1; "
                 "i=$((i+1)); done; [ $i -lt 90 ]", 120)
    browser("change_is_undone")
    addresses = api.host.run("ip -4 addr")
    assert "10.0.2.15" in addresses and "10.0.2.99" not in addresses


def test_another_certificate(api, browser, own_certificate):
    before = fingerprint(browser)
    browser("install_certificate", certificate=(own_certificate / "crt").read_text(),
            key=(own_certificate / "key").read_text())
    deadline = time.monotonic() + 240
    while (now := fingerprint(browser)) == before:
        assert time.monotonic() < deadline
        time.sleep(1)
    assert now in api.host.run("host-certificate")
