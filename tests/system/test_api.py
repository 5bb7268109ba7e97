# SPDX-License-Identifier: GPL-2.0-or-later
"""The API over HTTPS, driven by build/xe from the machine that tests, and by xe on the host.

One machine of its own, because of its network: QEMU forwards a port of the loopback to the host's
443. The tests run in their order: one sets the password that those after it log in with.
"""
import json
import random
import re
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from control_domain import ControlDomain
from machine import Machine

PASSWORD = "correct horse"
DEMO = ("kernel=/usr/share/socle/demo/vmlinuz ramdisk=/usr/share/socle/demo/initrd.gz "
        "args=console=hvc0 memory=128MiB")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Api:
    """The host, its forwarded ports, and xe on this machine with a home of its own."""

    def __init__(self, build, hypervisor, logs, home):
        self.build, self.home = build, home
        self.https, self.http = free_port(), free_port()
        net = (f"user,id=net,hostfwd=tcp:127.0.0.1:{self.https}-:443,"
               f"hostfwd=tcp:127.0.0.1:{self.http}-:80")
        disk = logs / "api-disk.img"
        disk.unlink(missing_ok=True)
        subprocess.run(["truncate", "-s", "1G", disk], check=True)
        extra = ["-netdev", net, "-device", "virtio-net-pci,netdev=net",
                 "-drive", f"file={disk},if=none,id=disk,format=raw,cache=unsafe",
                 "-device", "virtio-blk-pci,drive=disk"]
        self.host = ControlDomain(Machine.direct(build, hypervisor, logs / "system-api.log",
                                                 extra=extra))
        self.host.login()

    def try_xe(self, *args, password=PASSWORD, timeout=60):
        """(exit status, output, messages) of xe on this machine."""
        command = [self.build / "xe", "-s", "127.0.0.1", "-p", str(self.https), "-u", "root",
                   "-pw", password, *args]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env={"HOME": str(self.home)}, timeout=timeout, check=False)
        return done.returncode, done.stdout, done.stderr

    def xe(self, *args, **options):
        status, out, err = self.try_xe(*args, **options)
        assert status == 0, f"xe {' '.join(args)}: {status} {err}"
        return out.strip()

    def xe_soon(self, *args, seconds=90):
        """What works as soon as a service is up again."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                status, out, err = self.try_xe(*args)
            except subprocess.TimeoutExpired:
                status, err = 1, "no answer"
            if status == 0:
                return out.strip()
            assert time.monotonic() < deadline, err
            time.sleep(1)

    def get(self, path, data=None):
        """(status, headers, body) of a request without xe."""
        trust = ssl._create_unverified_context()
        try:
            with urllib.request.urlopen(f"https://127.0.0.1:{self.https}{path}", data, 30,
                                        context=trust) as r:
                return r.status, r.headers, r.read()
        except urllib.error.HTTPError as e:
            return e.code, e.headers, e.read()

    def wait_up(self):
        """The network has an address and the services answer."""
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            try:
                if self.get("/jsonrpc", b"{}")[0] not in (502, 503):
                    return
            except (OSError, urllib.error.URLError):
                pass
            time.sleep(2)
        raise AssertionError("nobody answers on the forwarded port: "
                             + self.host.run("logread | tail -n 20; ip -4 addr"))


@pytest.fixture(scope="module")
def api(build, hypervisor, logs, tmp_path_factory):
    api = Api(build, hypervisor, logs, tmp_path_factory.mktemp("home"))
    try:
        api.wait_up()
        yield api
    finally:
        api.host.machine.close()
        (logs / "api-disk.img").unlink()


def test_nobody_logs_in_before_there_is_a_password(api):
    for password in ("", "root", PASSWORD):
        status, _, err = api.try_xe("vm-list", password=password)
        assert status == 4, err


def test_the_certificate_is_the_consoles(api):
    shown = api.host.run("host-certificate").strip()
    assert shown in api.host.run("cat /etc/issue")
    assert shown in (api.home / ".xe-known").read_text()
    status, _, err = api.try_xe("vm-list", "--fingerprint=" + "00:" * 31 + "00")
    assert status == 3 and shown in err


def test_log_in_and_list(api):
    api.host.run(f"echo '{PASSWORD}' | apid set-password root")
    assert api.try_xe("vm-list", password="wrong")[0] == 4
    listing = api.xe("vm-list", "is-control-domain=true", "params=name-label,power-state")
    assert "power-state ( RO): running" in listing
    assert re.fullmatch(r"[0-9a-f-]{36}", api.xe("host-list", "--minimal"))
    assert api.xe("sr-list", "--minimal") is not None
    assert api.xe("host-list", "--minimal") == api.host.run("xe host-list --minimal").strip()


def test_what_is_written_wrong_is_named(api):
    status, _, err = api.try_xe("vm-lsit")
    assert status == 2 and "vm-lsit" in err
    status, _, err = api.try_xe("vm-start", "vm=nobody")
    assert status == 1 and "nobody" not in api.xe("vm-list") and "no such vm" in err
    status, _, err = api.try_xe("vm-start", "uuid=00000000-0000-0000-0000-00000000000f")
    assert status == 1 and "UUID_INVALID" in err


def test_the_web_server(api):
    status, headers, body = api.get("/")
    assert status == 200 and b"Socle" in body
    assert headers["X-Frame-Options"] == "DENY" and headers["X-Content-Type-Options"] == "nosniff"
    assert api.get("/no-such-file")[0] == 404
    assert api.get("/jsonrpc", b"x" * 2_000_000)[0] == 413
    status, headers, body = api.get("/jsonrpc", json.dumps(
        {"jsonrpc": "2.0", "method": "VM.get_all", "params": ["OpaqueRef:none"], "id": 1}).encode())
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body)["error"]["message"] == "SESSION_INVALID"
    with socket.create_connection(("127.0.0.1", api.http), 30) as s:
        s.sendall(b"GET /x?y=1 HTTP/1.1\r\nHost: host\r\n\r\n")
        assert b"Location: https://host/x?y=1" in s.recv(4096)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_tls_is_refused(api):
    trust = ssl._create_unverified_context()
    with socket.create_connection(("127.0.0.1", api.https), 30) as s:
        with trust.wrap_socket(s) as tls:
            assert tls.version() == "TLSv1.3"
    trust.minimum_version = ssl.TLSVersion.TLSv1
    trust.maximum_version = ssl.TLSVersion.TLSv1_1
    trust.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", api.https), 30) as s:
        with pytest.raises(ssl.SSLError):
            trust.wrap_socket(s)


def test_nobody_has_more_privilege_than_he_needs(api):
    for name, user in (("lighttpd", "www"), ("apid", "apid")):
        uid = api.host.run(f"id -u {user}").strip()
        status = api.host.run(f"cat /proc/$(pidof {name})/status")
        assert re.search(rf"^Uid:\s+{uid}\s+{uid}\s+{uid}\s+{uid}$", status, re.M)
        assert re.search(r"^CapEff:\s+0+$", status, re.M)
        assert re.search(r"^CapPrm:\s+0+$", status, re.M)


def test_a_vm_starts_changes_and_stops(api):
    uuid = api.xe("vm-create", "name-label=first", *DEMO.split())
    assert api.xe("vm-param-get", "vm=first", "param-name=power-state") == "halted"
    api.xe("vm-param-set", f"uuid={uuid}", "name-label=second", "other-config:role=test")
    assert api.xe("vm-list", "other-config:role=test", "--minimal") == uuid
    api.xe("vm-start", "vm=second", timeout=180)
    assert api.xe("vm-list", "power-state=running", "name-label=second", "--minimal") == uuid
    assert any("second" in line for line in api.host.run("xl list").splitlines())
    status, _, err = api.try_xe("vm-start", "vm=second")
    assert status == 1 and "VM_BAD_POWER_STATE" in err and "running" in err
    api.xe("vm-shutdown", "vm=second", "--force", timeout=120)
    assert api.xe("vm-param-get", f"uuid={uuid}", "param-name=power-state") == "halted"
    api.xe("vm-destroy", f"uuid={uuid}")
    assert api.xe("vm-list", f"uuid={uuid}", "--minimal") == ""


LOG = "/var/log/xen/console/guest-kept.log"


def log_has(api, words):
    api.host.run(f"i=0; until grep -q '{words}' {LOG} || [ $i -ge 90 ]; do sleep 1; i=$((i+1)); "
                 "done; [ $i -lt 90 ]", 150)


def tell_guest(api, words):
    """What is typed into the demo guest's shell; its log tells what it answers."""
    api.host.run(f"(sleep 1; printf '\\n{words}\\n'; sleep 1) | timeout 5 xl console kept "
                 ">/dev/null; true", 30)


def past_and_present(api, vm, vdi):
    """A checkpoint holds memory and disk of one moment; the VM goes back to it, and on from there."""
    log_has(api, "demo# ")
    tell_guest(api, "x=before; printf before | dd of=/dev/xvda conv=fsync; echo $x is written")
    log_has(api, "before is written")
    snapshot = api.xe("vm-checkpoint", f"uuid={vm}", "new-name-label=then", timeout=180)
    assert api.xe("vm-param-get", f"uuid={vm}", "param-name=power-state") == "running"
    tell_guest(api, "x=after; printf after! | dd of=/dev/xvda conv=fsync; echo $x is written")
    log_has(api, "after is written")
    api.xe("snapshot-revert", f"uuid={snapshot}", timeout=180)
    assert api.xe("vm-param-get", f"uuid={vm}", "param-name=power-state") == "suspended"
    assert api.xe("vbd-list", f"vm-uuid={vm}", "params=vdi-uuid", "--minimal") == vdi
    api.xe("vm-resume", f"uuid={vm}", timeout=180)
    tell_guest(api, "echo now $x and $(head -c 6 /dev/xvda)")
    log_has(api, "now before and before")
    api.xe("vm-suspend", f"uuid={vm}", timeout=180)
    api.xe("vm-resume", f"uuid={vm}", timeout=180)
    api.xe("vm-shutdown", f"uuid={vm}", "--force")
    api.xe("snapshot-uninstall", f"uuid={snapshot}", "--force", timeout=120)


def test_disks_and_files(api, tmp_path):
    sr = api.xe("sr-create", "name-label=disks", "type=lvmthin", "device-config:device=/dev/vda",
                timeout=120)
    uuid = api.xe("vm-create", "name-label=kept", *DEMO.split())
    vbd = api.xe("vm-disk-add", "vm=kept", "disk-size=4MiB", f"sr-uuid={sr}")
    vdi = api.xe("vbd-param-get", f"uuid={vbd}", "param-name=vdi-uuid")
    data = random.Random(1).randbytes(4 << 20)
    (tmp_path / "in").write_bytes(data)
    api.xe("vdi-import", f"uuid={vdi}", f"filename={tmp_path}/in", timeout=120)
    began = time.monotonic()
    copy = api.xe("vm-clone", "vm=kept", "new-name-label=copy")
    print(f"clone: {time.monotonic() - began:.1f} s")
    api.xe("vm-export", "vm=kept", f"filename={tmp_path}/kept.xva", "compress=zstd", timeout=120)
    for name in (uuid, copy):
        api.xe("vm-uninstall", f"uuid={name}", "--force")
    assert api.xe("vdi-list", f"sr-uuid={sr}", "--minimal") == ""
    back = api.xe("vm-import", f"filename={tmp_path}/kept.xva", f"sr-uuid={sr}", timeout=120)
    vdi = api.xe("vbd-list", f"vm-uuid={back}", "params=vdi-uuid", "--minimal")
    api.xe("vdi-export", f"uuid={vdi}", f"filename={tmp_path}/out", timeout=120)
    assert (tmp_path / "out").read_bytes() == data
    api.xe("vm-start", f"uuid={back}", timeout=180)
    status, _, err = api.try_xe("vdi-import", f"uuid={vdi}", f"filename={tmp_path}/in")
    assert status == 1 and "VDI_IN_USE" in err
    past_and_present(api, back, vdi)
    api.xe("vm-uninstall", f"uuid={back}", "--force")
    assert api.xe("vdi-list", f"sr-uuid={sr}", "--minimal") == ""
    pbd = api.xe("pbd-list", f"sr-uuid={sr}", "--minimal")
    assert "SR_HAS_PBD" in api.try_xe("sr-destroy", f"uuid={sr}")[2]
    api.xe("pbd-unplug", f"uuid={pbd}")
    api.xe("sr-destroy", f"uuid={sr}", timeout=120)


def test_killed_daemons_come_back_and_guests_go_on(api):
    uuid = api.xe("vm-create", "name-label=steady", *DEMO.split())
    api.xe("vm-start", f"uuid={uuid}", timeout=180)
    domid = api.xe("vm-param-get", f"uuid={uuid}", "param-name=dom-id")
    for name in ("apid", "vmd", "lighttpd"):
        api.host.run(f"kill -9 $(pidof {name})")
        assert api.xe_soon("vm-param-get", f"uuid={uuid}", "param-name=power-state") == "running"
        assert api.xe("vm-param-get", f"uuid={uuid}", "param-name=dom-id") == domid
    assert f" {domid} " in api.host.run("xl list | tr -s ' '").replace("\n", " ")
    deadline = time.monotonic() + 60        # vmd has to be there again as well
    while api.try_xe("vm-shutdown", f"uuid={uuid}", "--force")[0] != 0:
        assert time.monotonic() < deadline
        time.sleep(2)
    api.xe("vm-destroy", f"uuid={uuid}")


def test_another_certificate_is_noticed(api):
    api.host.run("rm /var/lib/socle/tls/host.pem; sv restart /etc/service/lighttpd")
    deadline = time.monotonic() + 60
    while True:
        status, out, err = api.try_xe("vm-list")
        if status == 3 and "another certificate than before" in err:
            break
        assert status != 0, out
        assert time.monotonic() < deadline, err
        time.sleep(1)
    assert api.host.run("host-certificate").strip() in err
    (api.home / ".xe-known").unlink()
    api.xe("vm-list")
