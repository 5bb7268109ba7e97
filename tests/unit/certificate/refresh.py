#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The image's web server, on loopback: another certificate is shown within seconds, and a
connection that is there goes on. Prints TAP.

usage: refresh.py HOST-CERTIFICATE LIGHTTPD
"""
import hashlib
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tests/unit/installer"))

from tap import run, test  # noqa: E402

PROGRAM, LIGHTTPD = (Path(arg).resolve() for arg in sys.argv[1:3])
FLAGS = re.search(r"^server.feature-flags.*$",
                  (TOP / "dom0-rootfs/overlay/etc/lighttpd.conf").read_text(), re.M).group()
SECONDS = 120


class Server:
    def __init__(self, folder):
        self.at = Path(folder)
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            self.port = sock.getsockname()[1]
        self.certificate("first")
        os.replace(self.at / "first.pem", self.at / "host.pem")
        (self.at / "index.html").write_text("here\n")
        (self.at / "conf").write_text(
            f'server.modules = ( "mod_mbedtls" )\nserver.document-root = "{self.at}"\n'
            f'server.bind = "127.0.0.1"\nserver.port = {self.port}\n{FLAGS}\n'
            f'ssl.engine = "enable"\nssl.pemfile = "{self.at}/host.pem"\n')
        with (self.at / "log").open("w") as log:
            self.process = subprocess.Popen([LIGHTTPD, "-D", "-f", self.at / "conf"], stderr=log)

    def certificate(self, name):
        subprocess.run([PROGRAM, "-f", self.at / f"{name}.pem", "make", name], check=True)

    def connect(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        end = time.monotonic() + SECONDS
        while True:
            try:
                sock = socket.create_connection(("127.0.0.1", self.port), 10)
                return context.wrap_socket(sock)
            except ConnectionError:
                assert time.monotonic() < end, (self.at / "log").read_text()
                time.sleep(0.05)

    def shown(self):
        with self.connect() as sock:
            return hashlib.sha256(sock.getpeercert(True)).hexdigest()

    def of_file(self):
        done = subprocess.run([PROGRAM, "-f", self.at / "host.pem"], capture_output=True, text=True,
                              check=True)
        return done.stdout.strip().replace(":", "").lower()


@test
def another_certificate_is_taken_up(server):
    try:
        with server.connect() as open_one:
            first = server.shown()
            assert first == server.of_file()
            server.certificate("second")
            os.replace(server.at / "second.pem", server.at / "host.pem")
            end = time.monotonic() + SECONDS
            while server.shown() == first:
                assert time.monotonic() < end, (server.at / "log").read_text()
                time.sleep(0.2)
            assert server.shown() == server.of_file() != first
            # One that is damaged changes nothing.
            (server.at / "host.pem").write_text("nonsense\n")
            os.utime(server.at / "host.pem", (time.time() + 60,) * 2)
            second = server.shown()
            time.sleep(2.5)
            assert server.shown() == second
            open_one.sendall(b"GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n")
            assert open_one.recv(4096).startswith(b"HTTP/1.1 200 OK")
    finally:
        server.process.terminate()
        server.process.wait(SECONDS)


sys.exit(run(Server))
