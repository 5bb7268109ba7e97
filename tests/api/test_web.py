# SPDX-License-Identifier: GPL-2.0-or-later
"""The image's web server: its files, its headers, and what comes through it to the daemons."""
import gzip
import http.client
import json
import socket
import threading
import time

import pytest
from client import PASSWORD
from streaming import MIB, noise, streams  # noqa: F401 pylint: disable=unused-import
from web import Web

PAGE = b"<!DOCTYPE html>\n<title>the page</title>\n" + b"<p>and more of it\n" * 50
SCRIPT = b"console.log('asked')\n" * 100
FOREVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module", name="root")
def fixture_root(tmp_path_factory):
    """As the console's build leaves it, packed; and files as they are."""
    root = tmp_path_factory.mktemp("www")
    (root / "assets").mkdir()
    (root / "index.html.gz").write_bytes(gzip.compress(PAGE))
    (root / "assets/main-ABC.js.gz").write_bytes(gzip.compress(SCRIPT))
    (root / "assets/small-ABC.css").write_bytes(b"a{}")
    (root / "assets/icon-ABC.svg.gz").write_bytes(gzip.compress(b"<svg/>" * 50))
    (root / "assets/font-ABC.woff2").write_bytes(b"\0font")
    return root


@pytest.fixture(scope="module", name="web")
def fixture_web(streams, root):
    with Web(streams.server.folder, streams.server.socket, streams.socket, root) as web:
        yield web


def ask(web, path, method="GET", body=None, **headers):
    connection = http.client.HTTPSConnection("localhost", web.port, timeout=120,
                                             context=web.context)
    connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
    reply = connection.getresponse()
    return reply.status, reply.headers, reply.read()


@pytest.mark.parametrize("path, content, kind", [
    ("/", PAGE, "text/html; charset=utf-8"), ("/index.html", PAGE, "text/html; charset=utf-8"),
    ("/assets/main-ABC.js", SCRIPT, "text/javascript; charset=utf-8"),
    ("/assets/small-ABC.css", b"a{}", "text/css; charset=utf-8"),
    ("/assets/icon-ABC.svg", b"<svg/>" * 50, "image/svg+xml"),
    ("/assets/font-ABC.woff2", b"\0font", "font/woff2")],
    ids=["page", "index", "script", "style", "icon", "font"])
def test_files(web, path, content, kind):
    for ask_for in (path, path + "?x=y"):
        status, headers, body = ask(web, ask_for, Accept_Encoding="gzip, deflate, br")
        packed = headers.get("content-encoding") == "gzip"
        assert (status, headers["content-type"]) == (200, kind)
        assert (gzip.decompress(body) if packed else body) == content
        assert packed == (len(content) > 100)
        assert headers["cache-control"] == ("no-cache" if kind.startswith("text/html") else FOREVER)
    status, _, body = ask(web, path, "HEAD")
    assert (status, body) == (200, b"")
    status, _, body = ask(web, path, If_None_Match=headers["etag"])
    assert (status, body) == (304, b"")


@pytest.mark.parametrize("path", [
    "/nothing", "/assets/", "/assets", "/assets/main-ABC", "/assets/gone.js", "/assets/gone.js.gz",
    "/assets/../../etc/passwd", "/assets/%2e%2e/%2e%2e/host.pem", "/index.html/x", "/no-such-file",
    "/vms/1", "/etc/passwd", "/assets/main-ABC.js/", "/.gz", "//etc/passwd"])
def test_what_there_is_not(web, path):
    status, headers, _ = ask(web, path)
    assert status in (403, 404)
    assert "content-encoding" not in headers and "immutable" not in str(headers["cache-control"])


def test_headers_of_every_answer(web, streams):
    policy = {"default-src": "'none'", "script-src": "'self'", "style-src": "'self'",
              "img-src": "'self' data: blob:", "font-src": "'self'", "connect-src": "'self'",
              "manifest-src": "'self'", "base-uri": "'none'", "form-action": "'none'",
              "frame-ancestors": "'none'"}
    for path, method in (("/", "GET"), ("/nothing", "GET"), ("/jsonrpc", "POST"), ("/", "POST"),
                         ("/assets/main-ABC.js", "GET"), ("/assets/small-ABC.css", "GET"),
                         (streams.path("rrd_updates"), "GET"), ("/rrd_updates", "GET")):
        headers = ask(web, path, method)[1]
        parts = [part.split(" ", 1) for part in headers["content-security-policy"].split("; ")]
        assert dict(parts) == policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "clipboard-read=(self)" in headers["permissions-policy"]
        assert "strict-transport-security" not in headers
        assert len(headers.get_all("content-security-policy")) == 1
        assert "lighttpd" not in headers["server"]


def test_what_is_not_encrypted_is_sent_on(web):
    for method, path, status in (("POST", "/jsonrpc?a=b", 308), ("GET", "/", 301),
                                 ("GET", "/?a=b", 301), ("GET", "/assets/x.js", 301)):
        connection = http.client.HTTPConnection("127.0.0.1", web.http_port, timeout=120)
        connection.request(method, path, "{}" if method == "POST" else None,
                           {"Host": "host.example"})
        reply = connection.getresponse()
        assert (reply.status, reply.headers["location"]) == (status, f"https://host.example{path}")


def call(web, *params, cookie=None, origin=None, **headers):
    if cookie:
        headers["Cookie"] = cookie
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": params[0], "params": params[1:]})
    _, reply, text = ask(web, "/jsonrpc", "POST", body, Content_Type="application/json",
                         Origin=origin or web.url, **headers)
    return json.loads(text), reply


def log_in(web):
    answer, headers = call(web, "session.login_with_password", "root", PASSWORD, X_Session="cookie")
    assert answer["result"] == "cookie"
    return headers["set-cookie"].split(";")[0]


def test_a_session_in_a_cookie(web):
    cookie = log_in(web)
    answer, headers = call(web, "session.get_record", "cookie", "cookie", cookie=cookie)
    assert answer["result"]["auth_user_name"] == "root" and "set-cookie" not in headers
    for origin in ("https://evil.example", web.url.replace("https", "http"), "null",
                   f"https://127.0.0.1:{web.port}"):
        answer, _ = call(web, "VM.get_all", "cookie", cookie=cookie, origin=origin)
        assert answer["error"]["message"] == "SESSION_INVALID"
    # What a client sends twice, or breaks over lines, is not what the page sends.
    for lines in (f"Cookie: {cookie}\r\nCookie: {cookie}\r\nOrigin: {web.url}\r\n",
                  f"Cookie: {cookie}\r\nOrigin: {web.url}\r\nOrigin: https://evil.test\r\n",
                  f"Cookie: {cookie}\r\nOrigin: https://evil.test\r\nOrigin: {web.url}\r\n"):
        body = b'{"method":"VM.get_all","params":["cookie"]}'
        with web.connect() as sock:
            sock.sendall((f"POST /jsonrpc HTTP/1.1\r\nHost: localhost:{web.port}\r\n{lines}"
                          f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n").encode()
                         + body)
            reply = b"".join(iter(lambda: sock.recv(4096), b""))
        assert b"SESSION_INVALID" in reply or b"HTTP/1.1 400" in reply
    call(web, "session.logout", "cookie", cookie=cookie)
    answer, _ = call(web, "VM.get_all", "cookie", cookie=cookie)
    assert answer["error"]["message"] == "SESSION_INVALID"


def test_uploads_of_any_length(web, streams):
    """More than a call may have; none of it waits in the web server."""
    size = 24 * MIB
    vdi, data = streams.vdi(size), noise(size)
    status, _, words = ask(web, f"/import_raw_vdi?vdi={vdi}", "PUT", data, Origin=web.url,
                           Cookie=log_in(web))
    assert (status, words) == (200, b"done\n")
    assert ask(web, streams.path("export_raw_vdi", vdi=vdi))[2] == data
    status, _, _ = ask(web, f"/import_raw_vdi?vdi={vdi}", "PUT", b"x", Origin="https://evil.test",
                       Cookie=log_in(web))
    assert status == 403
    streams.client.call("VDI.destroy", vdi)


def test_calls_are_bounded(web):
    status, _, _ = ask(web, "/jsonrpc", "POST", b"x" * (2 * MIB))
    assert status == 413
    assert ask(web, "/", "PUT", b"x")[0] in (403, 405, 501)
    assert ask(web, "/", Cookie="x" * 20000)[0] in (400, 431)


def test_events_come_as_they_happen(web, streams):
    cookie, told = log_in(web), []
    token = call(web, "event.from", "cookie", ["vm"], "", 0, cookie=cookie)[0]["result"]["token"]

    def wait():
        told.append(call(web, "event.from", "cookie", ["vm"], token, 20, cookie=cookie)[0])

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.3)
    begun = time.monotonic()
    vm = streams.client.call("VM.create", {"name_label": "seen through the web server"})
    waiting.join(120)
    assert time.monotonic() - begun < 15
    assert [event["ref"] for event in told[0]["result"]["events"]] == [vm]
    streams.client.call("VM.destroy", vm)


def test_a_websocket_of_another_page(web, streams):
    vm = streams.vm([])
    streams.client.call("VM.start", vm, False, False)
    console, cookie = streams.client.call("VM.get_consoles", vm)[0], log_in(web)
    for origin, status in ((web.url, b"101"), ("https://evil.example", b"403")):
        with web.connect() as sock:
            sock.sendall(f"GET {streams.path('console', session=False, ref=console)} HTTP/1.1\r\n"
                         f"Host: localhost:{web.port}\r\nUpgrade: websocket\r\nOrigin: {origin}\r\n"
                         f"Connection: Upgrade\r\nCookie: {cookie}\r\nSec-WebSocket-Version: 13\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
            assert sock.recv(12).split()[1] == status
            sock.shutdown(socket.SHUT_RDWR)
    streams.client.call("VM.hard_shutdown", vm)
    streams.client.call("VM.destroy", vm)
