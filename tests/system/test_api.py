# SPDX-License-Identifier: GPL-2.0-or-later
"""The API over HTTPS, driven by build/xe and npm's xen-api from the machine that tests, and by xe
on the host: VMs, disks as images and differences, consoles, installers from a repository, backups.

One machine of its own, because of its network (remote.py). The tests run in their order: one sets
the password that those after it log in with.
"""
import base64
import calendar
import functools
import gzip
import http.server
import io
import json
import os
import random
import re
import socket
import ssl
import subprocess
import tarfile
import threading
import time
from pathlib import Path

import pexpect
import pytest

from ports import free_port
from remote import DEMO, PASSWORD, Api  # noqa: F401
from rfb import DESKTOP_SIZE, QEMU_KEY, ZRLE, Rfb, WebSocket

MIB = 1 << 20
NETBOOT = "dists/trixie/main/installer-amd64/current/images/netboot/debian-installer/amd64"


@pytest.fixture(scope="module")
def api(build, hypervisor, logs, tmp_path_factory):
    api = Api(build, hypervisor, logs, tmp_path_factory.mktemp("home"))
    try:
        api.wait_up()
        yield api
    finally:
        api.host.machine.close()


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
    assert status == 200 and b"<title>Socle" in gzip.decompress(body)
    assert headers["Content-Encoding"] == "gzip" and "'self'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY" and headers["X-Content-Type-Options"] == "nosniff"
    assert api.get("/no-such-file")[0] == 404
    assert api.get("/jsonrpc", b"x" * 2_000_000)[0] == 413
    status, headers, body = api.get("/jsonrpc", json.dumps(
        {"jsonrpc": "2.0", "method": "VM.get_all", "params": ["OpaqueRef:none"], "id": 1}).encode())
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body)["error"]["message"] == "SESSION_INVALID"
    for path in (b"/", b"/?y=1", b"/x?y=1"):
        with socket.create_connection(("127.0.0.1", api.http), 30) as s:
            s.sendall(b"GET %b HTTP/1.1\r\nHost: host\r\n\r\n" % path)
            assert b"Location: https://host%b\r\n" % path in s.recv(4096)


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
    api.host.run(f"(sleep 1; printf '\\n{words}\\n'; sleep 1) | "
                 "timeout 60 xl console kept >/dev/null; true", 90)


def screen_connected(api, vm):
    """Its drivers have found the screen and the keyboard, and there is a console for them."""
    domid = api.xe("vm-param-get", f"uuid={vm}", "param-name=dom-id")
    for kind in ("vfb", "vkbd"):
        state = f"/local/domain/0/backend/{kind}/{domid}/0/state"
        api.host.run(f"i=0; until [ $(xenstore read {state}) = 4 ] || "
                     "[ $i -ge 60 ]; do sleep 1; i=$((i+1)); done; [ $i -lt 60 ]", 90)
    assert len(api.xe("console-list", f"vm-uuid={vm}", "--minimal").split(",")) == 2


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
    screen_connected(api, vm)
    api.xe("vm-suspend", f"uuid={vm}", timeout=180)
    api.xe("vm-resume", f"uuid={vm}", timeout=180)
    api.xe("vm-shutdown", f"uuid={vm}", "--force")
    api.xe("snapshot-uninstall", f"uuid={snapshot}", "--force", timeout=120)


def test_disks_and_files(api, tmp_path):
    sr = api.xe("sr-create", "name-label=disks", "type=lvmthin", "device-config:device=/dev/vda",
                timeout=120)
    uuid = api.xe("vm-create", "name-label=kept", *DEMO.split())
    api.xe("vm-param-set", f"uuid={uuid}", "platform:vga=std")
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
    deadline = time.monotonic() + 240        # vmd has to be there again as well
    while api.try_xe("vm-shutdown", f"uuid={uuid}", "--force")[0] != 0:
        assert time.monotonic() < deadline
        time.sleep(2)
    api.xe("vm-destroy", f"uuid={uuid}")


def test_another_certificate_is_noticed(api, tmp_path):
    """An administrator's own is shown without a restart; so is the former one, later."""
    server = api.host.run("pidof lighttpd")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key", "-out", "own", "-subj",
                    "/CN=own", "-days", "7", "-config", "/dev/null"], cwd=tmp_path, check=True)
    assert "KEY_INVALID" in api.try_xe("host-server-certificate-install",
                                       f"certificate={tmp_path}/own",
                                       f"private-key={tmp_path}/own")[2]
    deadline = time.monotonic() + 240
    while True:                         # this machine's clock may be ahead of the host's
        status, _, err = api.try_xe("host-server-certificate-install",
                                    f"certificate={tmp_path}/own", f"private-key={tmp_path}/key")
        if "NOT_VALID_YET" not in err:
            break
        assert time.monotonic() < deadline, err
        time.sleep(1)
    assert status == 0, err
    while True:
        status, out, err = api.try_xe("vm-list")
        if status == 3 and "another certificate than before" in err:
            break
        assert time.monotonic() < deadline, (status, out, err)      # still the former one
        time.sleep(1)
    shown = api.host.run("host-certificate").strip()
    assert shown in err and shown in api.host.run("cat /etc/issue")
    assert shown in api.host.run("xe certificate-list")
    assert api.host.run("stat -c '%U %G %a' /var/lib/socle/tls/host.pem") == "root www 640\n"
    api.host.run("xe host-restore-server-certificate")
    api.xe_soon("vm-list")
    assert api.host.run("pidof lighttpd") == server


@pytest.fixture(scope="module")
def repository(build, tmp_path_factory):
    """A mirror with Debian's installer, and one where a page is in the kernel's place."""
    folder = tmp_path_factory.mktemp("repository")
    images = build / "tests/system/images/installer"
    for name, kernel in (("debian", images / "vmlinuz"), ("odd", None)):
        files = folder / name / NETBOOT
        files.mkdir(parents=True)
        if kernel:
            (files / "linux").symlink_to(kernel.resolve())
            (files / "initrd.gz").symlink_to(kernel.with_name("initrd.gz").resolve())
        else:
            (files / "linux").write_text("<html>moved</html>" * 100)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://10.0.2.2:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(scope="module")
def disks(api):
    """A repository that stays, for all that comes from here on."""
    return api.xe("sr-create", "name-label=disks", "type=lvmthin", "device-config:device=/dev/vda",
                  timeout=120)


def test_images_and_differences(api, disks, tmp_path):
    xe, sr = api.xe, disks
    data = bytearray(8 * MIB)
    data[MIB:2 * MIB] = random.Random(1).randbytes(MIB)
    (tmp_path / "raw").write_bytes(data)
    subprocess.run(["qemu-img", "convert", "-c", "-O", "qcow2", tmp_path / "raw",
                    tmp_path / "qcow2"], check=True)
    vdi, restored = (xe("vdi-create", f"sr-uuid={sr}", f"name-label={name}", "virtual-size=8MiB")
                     for name in ("disk", "restored"))
    xe("vdi-import", f"uuid={vdi}", f"filename={tmp_path}/qcow2", "format=qcow2", timeout=120)
    snapshots = [xe("vdi-snapshot", f"uuid={vdi}", timeout=60)]
    data[MIB:MIB + 4096] = bytes(4096)
    data[5 * MIB:5 * MIB + 100] = b"x" * 100
    (tmp_path / "raw").write_bytes(data)
    xe("vdi-import", f"uuid={vdi}", f"filename={tmp_path}/raw", timeout=120)
    snapshots.append(xe("vdi-snapshot", f"uuid={vdi}", timeout=60))
    xe("vdi-export", f"uuid={snapshots[0]}", f"filename={tmp_path}/0.vhd", "format=vhd")
    xe("vdi-export", f"uuid={snapshots[1]}", f"filename={tmp_path}/1.vhd", "format=vhd",
       f"base={snapshots[0]}", timeout=120)
    for i in range(2):
        xe("vdi-import", f"uuid={restored}", f"filename={tmp_path}/{i}.vhd", "format=vhd",
           timeout=120)
    xe("vdi-export", f"uuid={restored}", f"filename={tmp_path}/ours", "format=qcow2", timeout=120)
    subprocess.run(["qemu-img", "compare", "-f", "raw", "-F", "qcow2", tmp_path / "raw",
                    tmp_path / "ours"], check=True)
    assert xe("vdi-list", f"sr-uuid={sr}", "--minimal").count(",") == 3


def look(api, console, **options):
    """A client at the screen whose console this is."""
    sock = ssl._create_unverified_context().wrap_socket(
        socket.create_connection(("127.0.0.1", api.https), 30))
    sock.settimeout(60)
    basic = base64.b64encode(f"root:{PASSWORD}".encode()).decode()
    return Rfb(WebSocket(sock, f"/console?uuid={console}", f"127.0.0.1:{api.https}",
                         f"Authorization: Basic {basic}\r\n"), **options)


def screen_from_afar(api, vm, console):
    """A shell on the guest's screen; console is its text, where its answer is seen."""
    screen = look(api, api.xe("console-list", f"vm-uuid={vm}", "protocol=rfb", "--minimal"),
                  encodings=(ZRLE, DESKTOP_SIZE, QEMU_KEY))
    assert (screen.width, screen.height) == (800, 600)
    screen.request(False)
    while not screen.lit():
        screen.update()
        screen.request()
    assert screen.qemu_keys
    console.send("(setsid sh -i </dev/tty1 >/dev/tty1 2>&1 &)\r")
    # The shell's prompt, and then what is typed, appear on the screen.
    for typed in ("", "echo here on tty1 | tr a-z A-Z >/dev/hvc0"):
        before = screen.lit()
        screen.type(typed)
        while screen.lit() < before + 20 * len(typed) + 20:
            screen.request()
            screen.update()
    screen.type("\n")
    console.expect("HERE ON TTY1")


def test_a_console_from_afar(api):
    vm = api.xe("vm-create", "name-label=talker", *DEMO.split())
    api.xe("vm-param-set", f"uuid={vm}", "platform:vga=std")
    api.xe("vm-start", f"uuid={vm}", timeout=180)
    console = api.console(vm)
    console.expect("Ctrl-] leaves")
    console.expect("[#$] $", timeout=480)
    console.send("echo so$((40 + 2))\r")
    console.expect("so42")
    screen_from_afar(api, vm, console)
    console.send("\x1d")
    console.expect(pexpect.EOF)
    console.close()
    assert console.exitstatus == 0
    api.xe("vm-uninstall", f"uuid={vm}", "--force", timeout=120)


def install(api, url, name):
    return api.xe("vm-install", "template=Debian 13", f"new-name-label={name}", f"url={url}",
                      "memory_set=512", timeout=120)


def nothing_is_left(api):
    folders = "/var/lib/socle/kernels /run/socle/kernels"
    return not api.host.run(f"ls {folders} 2>/dev/null | grep install || true").strip()


def test_no_installer(api, disks, repository):
    for url, said in ((f"{repository}/nothing", "no installer of that distribution"),
                      (f"{repository}/odd", "it is no kernel"),
                      ("http://10.0.2.2:1/x", "onnect")):
        vm = install(api, url, "nothing")
        status, _, err = api.try_xe("vm-start", f"uuid={vm}", timeout=120)
        assert status == 1 and "BOOTLOADER_FAILED" in err and said in err, err
        assert api.xe("vm-param-get", f"uuid={vm}", "param-name=power-state") == "halted"
        api.xe("vm-uninstall", f"uuid={vm}", "--force")
    assert nothing_is_left(api)


def test_an_installer_from_a_repository(api, disks, repository):
    vm = install(api, f"{repository}/debian", "installed")
    api.xe("vm-start", f"uuid={vm}", timeout=180)
    log = "/var/log/xen/console/guest-installed.log"
    line = api.host.run(f"i=0; until grep -m1 'ommand line:' {log} || [ $i = 90 ]; do "
                            "sleep 1; i=$((i + 1)); done", 120)
    assert re.search("console=hvc0 TERM=linux mirror/country=manual .*hostname=10.0.2.2:", line)
    assert nothing_is_left(api)
    assert "install-repository" not in re.sub(
        "last-install-repository", "", api.xe("vm-param-get", f"uuid={vm}",
                                                  "param-name=other-config"))
    # Whatever reboots it: from then on it starts what is on its disk, here nothing.
    api.xe("vm-reboot", f"uuid={vm}", "--force", timeout=180)
    console = api.console(vm)
    console.expect("(?i)grub", timeout=480)
    console.send("\x1d")
    console.expect(pexpect.EOF)
    api.xe("vm-uninstall", f"uuid={vm}", "--force", timeout=120)


def test_npm_xen_api(api, disks, build, tmp_path):
    """Unmodified: it watches, starts and stops, takes a snapshot, exports and imports."""
    uuid = api.xe("vm-create", "name-label=driven", *DEMO.split())
    api.xe("vm-disk-add", "vm=driven", "disk-size=8MiB", f"sr-uuid={disks}", timeout=60)
    client = Path(__file__).parents[1] / "api/xen_api/client.mjs"
    library = build.resolve() / "api/xen_api/node_modules/xen-api/index.mjs"
    done = subprocess.run(["node", client, f"https://127.0.0.1:{api.https}", "root", PASSWORD, uuid,
                           tmp_path / "xva", disks], env=dict(os.environ, XEN_API=str(library)),
                          timeout=300, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    steps = {step["step"]: step["value"] for step in map(json.loads, done.stdout.splitlines())}
    assert steps["running"] and steps["snapshot"] == "by xen-api" and steps["end"] == "disconnected"
    assert steps["exported"] > 1000     # its disk is empty
    copy = steps["imported"]
    assert api.xe("vm-param-get", f"uuid={copy}", "param-name=name-label") == "driven"
    assert api.xe("vbd-list", f"vm-uuid={copy}", "params=vdi-uuid", "--minimal")
    for vm in (uuid, copy):
        api.xe("vm-uninstall", f"uuid={vm}", "--force", timeout=60)


def hears(log, words, say):
    """They come to that socket; said anew while nothing comes, for syslogd was started just now."""
    deadline, heard = time.monotonic() + 240, b""
    say()
    while words not in heard:
        assert time.monotonic() < deadline
        try:
            heard = log.recv(4096)
        except TimeoutError:
            say()


def test_the_hosts_own_settings(api):
    """Its address, its name, and where its log goes: each as one call, and seen on the host."""
    xe, run = api.xe, api.host.run
    pif = xe("pif-list", "management=true", "--minimal")
    address = xe("pif-param-get", f"uuid={pif}", "param-name=IP")
    xe("pif-reconfigure-ip", f"uuid={pif}", "mode=Static", f"IP={address}", "netmask=255.255.255.0",
       "gateway=10.0.2.2", "DNS=10.0.2.3", timeout=120)
    assert xe("pif-param-get", f"uuid={pif}", "param-name=ip-configuration-mode") == "Static"
    assert f"address {address}/24" in run("cat /etc/socle/network.conf")
    xe("pif-reconfigure-ip", f"uuid={pif}", "mode=DHCP", timeout=120)
    assert xe("pif-param-get", f"uuid={pif}", "param-name=ip-configuration-mode") == "DHCP"
    host = xe("host-list", "--minimal")
    xe("host-set-hostname-live", f"uuid={host}", "host-name=renamed")
    assert run("hostname").strip() == "renamed"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as log:
        log.bind(("127.0.0.1", 0))
        log.settimeout(1)
        xe("host-param-set", f"uuid={host}",
           f"logging:syslog_destination=10.0.2.2:{log.getsockname()[1]}")
        xe("host-syslog-reconfigure", f"uuid={host}")
        hears(log, b"test: over there", lambda: run("logger -t test over there"))
    xe("host-param-remove", f"uuid={host}", "param-name=logging", "param-key=syslog_destination")
    xe("host-syslog-reconfigure", f"uuid={host}")
    deadline = time.monotonic() + 240
    while True:                                         # syslogd has been started anew
        run("logger -t test seen by the API")
        if "seen by the API" in api.try_xe("log-get", "key=test")[1]:
            break
        assert time.monotonic() < deadline
        time.sleep(1)
    assert "not started from a disk" in xe("host-update-status")


def test_its_time(api):
    xe, run = api.xe, api.host.run
    assert "Asia/Tokyo" in xe("host-timezone-list")
    xe("host-set-timezone", "timezone=Asia/Tokyo")
    assert "JST" in run("date") and xe("host-list", "params=timezone", "--minimal") == "Asia/Tokyo"
    told = time.strptime(xe("host-get-server-localtime"), "%Y%m%dT%H:%M:%S")
    assert abs(calendar.timegm(told) - (time.time() + 9 * 3600)) < 1200     # clocks differ less
    xe("host-set-ntp-custom-servers", "servers=10.0.2.2")
    xe("host-set-ntp-mode", "mode=custom")
    run("i=0; until ps | grep -q 'ntpd -n -p 10.0.2.[2]' || [ $i -gt 20 ]; do sleep 1; "
        "i=$((i+1)); done; ps | grep -q 'ntpd -n -p 10.0.2.[2]'")
    assert xe("host-get-ntp-synchronized") == "false"
    later = ("host-set-servertime", "time=20300101T00:00:00Z")
    assert "OPERATION_NOT_ALLOWED" in api.try_xe(*later)[2]
    xe("host-set-ntp-mode", "mode=disabled")
    xe(*later)
    assert run("date -u +%Y").strip() == run("hwclock -u | grep -o 2030").strip() == "2030"
    xe("host-set-servertime", time.strftime("time=%Y%m%dT%H:%M:%SZ", time.gmtime()))
    xe("host-set-timezone", "timezone=UTC")


def names_in(file):
    unpacked = subprocess.run(["zstd", "-dc", file], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(unpacked)) as archive:
        return archive.getnames()


def test_the_host_in_a_file_and_back(api, disks, tmp_path):
    xe, run, file = api.xe, api.host.run, tmp_path / "backup"
    xe("host-backup", f"file-name={file}")
    names = names_in(file)
    assert {"manifest.json", "state.db", "network.conf", "tls/host.pem"} <= set(names)
    assert any(name.startswith("storage/") for name in names)
    xe("host-param-set", "uuid=" + xe("host-list", "--minimal"), "name-description=changed since")
    damaged = tmp_path / "damaged"
    damaged.write_bytes(file.read_bytes()[:-100])
    status, _, err = api.try_xe("host-restore", f"file-name={damaged}")
    assert status == 1 and "IMPORT_ERROR" in err, err
    assert "state.db.old" not in run("ls /var/lib/socle")
    xe("host-restore", f"file-name={file}")
    assert "state.db.old" in run("ls /var/lib/socle")
    # As at the host's next start.
    run("sv restart /etc/service/apid", 60)
    assert api.xe_soon("host-list", "params=name-description", "--minimal") != "changed since"
    assert "disks" in xe("sr-list", "params=name-label")


def test_the_state_of_the_host(api, tmp_path):
    assert "cpu0" in api.xe("host-data-source-list").splitlines()
    assert float(api.xe("host-data-source-query", "data-source=loadavg")) >= 0
    api.xe("host-get-system-status", f"filename={tmp_path}/status", timeout=120)
    names = names_in(tmp_path / "status")
    assert {"hypervisor.log", "system.log", "storage.json", "network.conf"} <= set(names)
    assert "log/socle/audit.log" in names
