# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's pebble as an authority that speaks ACME, for whom every name is this machine: in a
folder, on loopback. Does not own: who answers its challenges.
"""
import json
import os
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path

from ports import free_port

PEBBLE = os.environ.get("PEBBLE", "/usr/bin/pebble")
SECONDS = 120


class Names(threading.Thread):
    """A name server: every name is 127.0.0.1."""

    def __init__(self):
        super().__init__(daemon=True)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        self.start()

    def run(self):
        while True:
            data, address = self.sock.recvfrom(4096)
            end = data.index(b"\0", 12) + 5
            question, kind = data[12:end], struct.unpack(">H", data[end - 4:end - 2])[0]
            answers = b""
            if kind == 1:
                answers = b"\xc0\x0c\0\1\0\1\0\0\0\x05\0\4\x7f\0\0\1"
            head = data[:2] + b"\x81\x80" + struct.pack(">HHHH", 1, bool(answers), 0, 0)
            self.sock.sendto(head + question + answers, address)


class Pebble:
    """https://localhost:PORT/dir, to be trusted by FOLDER/crt; address: another name of it."""

    def __init__(self, folder, http_port, address="127.0.0.1"):
        self.at, self.port, names = Path(folder), free_port(), Names()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key", "-out", "crt",
                        "-subj", "/CN=localhost", "-addext",
                        f"subjectAltName=DNS:localhost,IP:{address}", "-days", "7",
                        "-config", "/dev/null"], cwd=self.at, check=True, capture_output=True)
        (self.at / "config").write_text(json.dumps({"pebble": {
            "listenAddress": f"127.0.0.1:{self.port}", "certificate": str(self.at / "crt"),
            "privateKey": str(self.at / "key"), "httpPort": http_port, "tlsPort": free_port()}}))
        with (self.at / "log").open("w") as log:
            self.process = subprocess.Popen(
                [PEBBLE, "-config", self.at / "config", "-dnsserver", f"127.0.0.1:{names.port}"],
                stdout=log, stderr=log, env={"PEBBLE_VA_NOSLEEP": "1"})
        end = time.monotonic() + SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                return
            except ConnectionError:
                assert time.monotonic() < end, (self.at / "log").read_text()
                time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait(SECONDS)
