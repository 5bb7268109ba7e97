#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""acme against Debian's pebble, on loopback: a certificate for two names, the account again, what
is refused, and servers that say nonsense. Prints TAP.

usage: acme.py ACME HOST-CERTIFICATE FOLDER-OF-CURL
"""
import functools
import http.server
import json
import ssl
import subprocess
import sys
import threading
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(TOP / "tests"), str(TOP / "tests/unit/installer")]

from pebble import Pebble  # noqa: E402
from ports import free_port  # noqa: E402
from tap import run, test  # noqa: E402

PROGRAM, CERTIFICATE, CURL = (Path(arg).resolve() for arg in sys.argv[1:4])


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_args):
        pass


class Authority:
    """pebble, and a web server for the challenges."""

    def __init__(self, folder):
        self.at = Path(folder)
        self.folder = self.at / "www/.well-known/acme-challenge"
        self.folder.mkdir(parents=True)
        web = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Quiet, directory=str(self.at / "www")))
        threading.Thread(target=web.serve_forever, daemon=True).start()
        self.pebble = Pebble(folder, web.server_port)
        self.port, self.stop = self.pebble.port, self.pebble.stop
        self.wish = {"directory": f"https://localhost:{self.port}/dir", "contact": "",
                     "names": ["host.example"], "account": "", "folder": str(self.folder)}

    def ask(self, **changed):
        done = subprocess.run([PROGRAM], input=json.dumps({**self.wish, **changed}), text=True,
                              capture_output=True, timeout=120, check=False,
                              env={"PATH": str(CURL), "CURL_CA_BUNDLE": str(self.at / "crt")})
        answer = json.loads(done.stdout)
        assert done.returncode == (1 if "error" in answer else 0), done
        return answer


def checked(answer):
    """What the host would install of it, and what that says."""
    parts = [answer["key"].encode(), answer["certificate"].encode(), b""]
    given = b"%d %d %d\n" % tuple(len(p) for p in parts) + b"".join(parts)
    good = subprocess.run([CERTIFICATE, "check"], input=given, capture_output=True, check=True)
    pem = good.stdout
    pem = pem[pem.index(b"-----BEGIN CERTIFICATE"):]
    said = subprocess.run([CERTIFICATE, "describe"], input=pem, capture_output=True, check=True)
    return said.stdout.decode().splitlines()


@test
def a_certificate_and_the_next_one(authority):
    try:
        first = authority.ask(contact="admin@host.example", names=["host.example", "b.example"])
        assert "error" not in first, first
        said = checked(first)
        assert {"name host.example", "name b.example"} <= set(said), said
        assert not list(authority.folder.iterdir())      # nothing is left over
        second = authority.ask(account=first["account"])
        assert second["account"] == first["account"] and second["key"] != first["key"]
        assert "name host.example" in checked(second)
    finally:
        authority.stop()


@test
def what_is_refused_is_told(authority):
    try:
        told = authority.ask(folder=str(authority.at))["error"]   # the server looks elsewhere
        assert told.startswith("host.example: ") and "404" in told, told
        told = authority.ask(names=["nonsense name"])["error"]
        assert told.startswith("the order: "), told
        told = authority.ask(contact="no address")["error"]
        assert told.startswith("the account: "), told
        assert "key is none" in authority.ask(account="x")["error"]
        assert "expected https" in authority.ask(directory="http://localhost/")["error"]
        assert "no directory" in authority.ask(
            directory=f"https://localhost:{authority.port}/nonce-plz")["error"]
        assert "localhost" in authority.ask(
            directory=f"https://localhost:{free_port()}/dir")["error"]
    finally:
        authority.stop()


class Liar(http.server.BaseHTTPRequestHandler):
    """A server that answers each request with the next of its lies."""
    lies = []

    def answer(self):
        if self.path == "/dir":
            base = f"https://localhost:{self.server.server_port}"
            body = json.dumps({n: f"{base}/{n}" for n in ("newNonce", "newAccount", "newOrder")})
            headers = {}
        elif self.path == "/newNonce":
            body, headers = "", {"Replay-Nonce": "n"}
        else:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers, body = self.lies.pop(0)
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST = answer

    def log_message(self, *_args):
        pass


@test
def servers_that_lie(authority):
    authority.stop()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.at / "crt", authority.at / "key")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"https://localhost:{server.server_port}"
    kid = {"Location": f"{base}/account", "Replay-Nonce": "n"}
    order = {"status": "pending", "authorizations": [f"{base}/a"], "finalize": f"{base}/f"}

    def name(token, url=f"{base}/c"):
        return json.dumps({"status": "pending", "identifier": {"value": "host.example"},
                           "challenges": [{"type": "http-01", "token": token, "url": url}]})
    for *lies, words in (
            [({}, "{}"), "does not say where it is"],
            [(kid, "[]"), (kid, "5"), "does not say where it is"],
            [(kid, "{}"), (kid, json.dumps({**order, "authorizations": [5]})), "has no names"],
            [(kid, "{}"), (kid, json.dumps(order)), (kid, name("../../etc/x")), "not offer"],
            [(kid, "{}"), (kid, json.dumps(order)), (kid, name("t", "file:///etc/passwd")),
             "expected https"],
            [(kid, "{}"), (kid, json.dumps(order)), (kid, "x" * 300000), "no JSON"],
            [(kid, "{}"), (kid, json.dumps({**order, "authorizations": ["-K/etc/passwd"]})),
             "expected https"],
            [({"Location": "x" * 3000}, "{}"), "does not say where it is"]):
        Liar.lies = list(lies)
        told = authority.ask(directory=f"{base}/dir")["error"]
        assert words in told, (told, words)
        assert not list(authority.folder.iterdir())
    server.shutdown()


sys.exit(run(Authority))
