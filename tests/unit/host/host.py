#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""vmd and the web server as they are in the image, in a root of their own and without a hypervisor:
certificates, an authority (pebble), bundles from a server, time. host-upgrade and sv only note what
they are asked. In namespaces of its own, as root: no port and no clock of this machine's is used.
Prints TAP.

usage: unshare -n -m -p -f host.py BUILD
"""
import functools
import hashlib
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(TOP / "tests"), str(TOP / "tests/unit/installer")]

from pebble import Pebble  # noqa: E402
from tap import run, test  # noqa: E402

BUILD = Path(sys.argv[1]).resolve()
OVERLAY = TOP / "dom0-rootfs/overlay"
KEY = "RW" + "A" * 54
SECONDS = 120
UPGRADE = """#!/bin/sh
echo "$*" >>/tmp/upgrade
case $1 in
--show) [ ! -e /tmp/live ] && printf 'running a\\nstarts a\\nversion_a 0.1\\n' && exit ;;
/srv/library/*) grep -q '^signed' "$1" && echo "Version 2 is tried" && exit ;;
*) exit ;;
esac
echo "host-upgrade: refused; nothing was changed" >&2
exit 1
"""


class Host:
    """A root with what the verbs need of the image."""

    def __init__(self, folder):
        self.root = Path(folder) / "root"
        self.root.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "root", self.root], check=True)
        for package in ("busybox", "curl", "lighttpd"):
            subprocess.run(["cp", "-a", f"{BUILD}/packages/{package}/root/.", self.root],
                           check=True)
        for name in ("etc/lighttpd.conf", "etc/passwd", "etc/group", "etc/issue", "etc/socle",
                     "usr/sbin/host-timezone", "usr/sbin/certificate-announce"):
            to = self.root / name
            to.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-a", OVERLAY / name, to], check=True)
        for name in ("vmd", "acme", "host-certificate"):
            shutil.copy(BUILD / "toolstack" / name, self.root / "usr/sbin")
        for name in ("dev/xen", "proc", "run/socle", "run/lighttpd", "tmp", "srv/www",
                     "srv/library", "usr/share/socle", "etc/ssl/certs", "etc/service"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(BUILD / "locale/zones", self.root / "usr/share/socle")
        for name, minor in (("null", 3), ("random", 8), ("urandom", 9)):
            os.mknod(self.root / "dev" / name, 0o20666, os.makedev(1, minor))
            (self.root / "dev" / name).chmod(0o666)
        for name in ("privcmd", "evtchn"):
            (self.root / "dev/xen" / name).touch()
        self.program("host-upgrade", UPGRADE)
        self.do("/bin/busybox", "--install", "-s", "/bin")
        self.program("sv", '#!/bin/sh\necho "$*" >>/tmp/sv\n')
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        self.do("hostname", "socle")
        self.do("host-certificate", "make", "socle")
        shutil.chown(self.root / "run/lighttpd", 103, 103)
        with (Path(folder) / "log").open("w") as log:
            self.daemons = [
                subprocess.Popen(["chroot", self.root, *command], stdout=log, stderr=log)
                for command in (["vmd", "serve"], ["lighttpd", "-D", "-f", "/etc/lighttpd.conf"])]
        self.until(lambda: (self.root / "run/socle/vmd.sock").exists())
        self.until(self.shown)

    def program(self, name, text):
        (self.root / "usr/sbin" / name).write_text(text)
        (self.root / "usr/sbin" / name).chmod(0o755)

    def do(self, *command):
        done = subprocess.run(["chroot", self.root, *command], capture_output=True, text=True,
                              timeout=120, check=False,
                              env={"PATH": "/usr/sbin:/sbin:/usr/bin:/bin"})
        return done.stdout + done.stderr

    def ask(self, verb, **args):
        """What vmd answers: its ok, or its error as text."""
        answer = json.loads(self.do("vmd", "ask", verb, json.dumps(args)).splitlines()[-1])
        return answer["ok"] if "ok" in answer else " ".join(answer["error"])

    def ask_directly(self, verb, **args):
        """The same without a program of its own, so that it takes no time."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
            sock.settimeout(SECONDS)
            sock.connect(str(self.root / "run/socle/vmd.sock"))
            sock.send(json.dumps({"verb": verb, "args": args}).encode())
            answer = json.loads(sock.recv(1 << 17))
        return answer["ok"] if "ok" in answer else " ".join(answer["error"])

    @staticmethod
    def until(true):
        end = time.monotonic() + SECONDS
        while not true():
            assert time.monotonic() < end
            time.sleep(0.1)

    @staticmethod
    def shown():
        """The fingerprint that the web server shows; None while there is none."""
        try:
            pem = ssl.get_server_certificate(("127.0.0.1", 443), timeout=5)
        except OSError:
            return None
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
        return ":".join(digest[i:i + 2] for i in range(0, 64, 2))

    def stop(self):
        for daemon in self.daemons:
            daemon.terminate()
            daemon.wait(SECONDS)
        subprocess.run(["umount", "-l", self.root], check=True)


def stopping(function):
    @functools.wraps(function)
    def tried(host):
        try:
            function(host)
        finally:
            host.stop()
    return tried


@test
@stopping
def certificates(host):
    first = host.ask("host.certificate")
    assert first["fingerprint_sha256"] == host.shown() and not first["former"]
    assert "no former" in host.ask("host.former_certificate")
    assert host.ask("host.set_certificate", certificate="x", key="y").startswith(
        "SERVER_CERTIFICATE_KEY_INVALID")
    assert host.ask("host.reset_certificate") == {}
    second = host.ask("host.certificate")
    assert second["fingerprint_sha256"] != first["fingerprint_sha256"] and second["former"]
    host.until(lambda: host.shown() == second["fingerprint_sha256"])
    assert second["fingerprint_sha256"] in (host.root / "etc/issue").read_text()
    file = (host.root / "var/lib/socle/tls/host.pem").stat()
    assert (file.st_uid, file.st_gid, file.st_mode & 0o777) == (0, 103, 0o640)
    assert host.ask("host.former_certificate") == {}
    host.until(lambda: host.shown() == first["fingerprint_sha256"])


@test
@stopping
def an_authority(host):
    """It asks the web server at port 80 whose the name is."""
    folder = host.root / "tmp/pebble"
    folder.mkdir()
    pebble = Pebble(folder, 80)
    shutil.copy(folder / "crt", host.root / "etc/ssl/certs/ca-certificates.crt")
    wish = {"directory": f"https://127.0.0.1:{pebble.port}/dir", "names": ["host.example"]}
    try:
        assert "INVALID_VALUE names" in host.ask("acme.set", **{**wish, "names": ["a/b.example"]})
        assert host.ask("acme.set", **{**wish, "directory": "https://127.0.0.1:1/"}).startswith(
            "ACME_FAILED")
        assert host.ask("acme.settings")["enabled"] is False
        said = host.ask("acme.set", contact="admin@host.example", **wish)
        assert said == {}, (said, (folder / "log").read_text())
        told, said = host.ask("acme.settings"), host.ask("host.certificate")
        assert said["names"] == ["host.example"] and not said["self_signed"]
        assert told["fingerprint"] == said["fingerprint_sha256"] and told["error"] == ""
        host.until(lambda: host.shown() == said["fingerprint_sha256"])
        assert not list((host.root / "run/acme/.well-known/acme-challenge").iterdir())
        assert host.ask("acme.renew") == {}     # it is not due
        assert host.ask("host.certificate")["fingerprint_sha256"] == told["fingerprint"]
        assert host.ask("acme.renew", now=True) == {}
        assert host.ask("acme.settings")["fingerprint"] != told["fingerprint"]
        assert host.ask("acme.forget") == {}
        assert host.ask("acme.renew", now=True).startswith("OPERATION_NOT_ALLOWED")
        # Whoever has the answer may ask again at once, also where one CPU does all.
        cpus = os.sched_getaffinity(0)
        for pid in (0, host.daemons[0].pid):
            os.sched_setaffinity(pid, {min(cpus)})
        answers = [host.ask_directly("acme.forget") for _ in range(200)]
        os.sched_setaffinity(0, cpus)
        assert answers == [{}] * 200, answers
    finally:
        pebble.stop()


@test
@stopping
def bundles(host):
    folder = host.root / "tmp/www"
    folder.mkdir()
    (folder / "good").write_bytes(b"signed\n" + bytes(1 << 20))
    (folder / "bad").write_bytes(b"forged\n")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.func.log_message = lambda *_: None
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{web.server_port}"
    assert host.ask("update.slots") == {"installed": True, "running": "a", "starts": "a",
                                        "version_a": "0.1"}
    assert host.ask("update.fetch", url=f"{url}/good") == {"text": "Version 2 is tried\n"}
    assert "nothing was changed" in host.ask("update.fetch", url=f"{url}/bad")
    assert "404" in host.ask("update.fetch", url=f"{url}/none")
    assert "INVALID_VALUE url" in host.ask("update.fetch", url="file:///etc/passwd")
    for token in ("0" * 32, "../" * 10 + "aa"):
        assert "signed" not in host.ask("update.write", token=token)
    assert not list((host.root / "srv/library").iterdir())
    (host.root / "tmp/live").touch()
    assert host.ask("update.slots")["installed"] is False
    assert "OPERATION_NOT_ALLOWED" in host.ask("update.fetch", url=f"{url}/good")
    keys = host.root / "etc/socle/trusted-keys"
    keys.write_text("untrusted comment: mine\n")
    assert host.ask("update.key_add", key=KEY) == {}
    assert host.ask("update.keys") == {"keys": [KEY]}
    assert "INVALID_VALUE key" in host.ask("update.key_add", key="x" * 56)
    assert host.ask("update.key_remove", key=KEY) == {}
    assert keys.read_text() == "untrusted comment: mine\n"


@test
@stopping
def its_time(host):
    assert len(host.ask("host.zones")["zones"]) > 400
    for zone in ("Mars/Olympus", "--apply", "../../etc/passwd"):
        assert "INVALID_VALUE timezone" in host.ask("host.set_zone", zone=zone)
    assert host.ask("host.set_zone", zone="Asia/Tokyo") == {}
    assert "JST" in host.do("date")
    assert host.ask("host.set_ntp", servers=["ntp.example", "192.0.2.1"]) == {}
    told = host.ask("host.time_settings")
    assert (told["zone"], told["servers"]) == ("Asia/Tokyo", ["ntp.example", "192.0.2.1"])
    assert "INVALID_VALUE servers" in host.ask("host.set_ntp", servers=["-x"])
    assert host.ask("host.set_ntp", servers=[]) == {}
    assert (host.root / "tmp/sv").read_text() == ("restart /etc/service/ntpd\n"
                                                  "down /etc/service/ntpd\n")


if os.getuid() != 0:
    print("1..0 # skipped: needs root")
    sys.exit()
sys.exit(run(Host))
