# SPDX-License-Identifier: GPL-2.0-or-later
"""A browser's session: in a cookie that no script reads, and that counts for this host's own page
alone."""
import json
import socket
import xmlrpc.client

import pytest
from client import Failure, PASSWORD, connect, exchange, scgi
from streaming import MIB, noise, streams  # noqa: F401 pylint: disable=unused-import

HOST = "socle.example:8443"
OWN = {"HTTP_HOST": HOST, "HTTP_ORIGIN": f"https://{HOST}"}
NAME = "__Host-session"


class Browser:
    """What a page sends; cookies as a browser keeps them."""

    def __init__(self, path, **headers):
        self.path, self.headers, self.cookie = path, {**OWN, **headers}, None

    def call(self, method, *params, path="/jsonrpc", **more):
        headers = {**self.headers, **more}
        if self.cookie:
            headers.setdefault("HTTP_COOKIE", self.cookie)
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": 1})
        status, reply, text = exchange(self.path, scgi(body.encode(), path, **headers))
        assert status == 200, text
        given = reply.get("set-cookie")
        if given:
            words = given.split("; ")
            assert {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} <= set(words)
            self.cookie = None if "Max-Age=0" in words else words[0]
        answer = json.loads(text)
        if "error" in answer:
            raise Failure([answer["error"]["message"], *answer["error"]["data"]])
        return answer["result"]

    def log_in(self, user="root", password=PASSWORD):
        return self.call("session.login_with_password", user, password, "1", "page",
                         HTTP_X_SESSION="cookie")

    def refused(self, method, *params, **more):
        with pytest.raises(Failure) as failure:
            self.call(method, *params, **more)
        return [failure.value.code, *failure.value.words]


@pytest.fixture(name="page")
def fixture_page(server, api):  # pylint: disable=unused-argument
    browser = Browser(server.socket)
    assert browser.log_in() == "cookie"
    return browser


def test_a_session_that_no_script_knows(page):
    assert page.cookie.startswith(f"{NAME}=OpaqueRef:")
    secret = page.cookie.split("=")[1]
    record = page.call("session.get_record", "cookie", "cookie")
    assert record["auth_user_name"] == "root" and record["originator"] == "page"
    assert secret.removeprefix("OpaqueRef:") not in json.dumps(record)
    page.call("session.add_to_other_config", "cookie", "cookie", "theme", "dark")
    vm = page.call("VM.create", "cookie", {"name_label": "made by a page"})
    task = page.call("Async.VM.get_possible_hosts", "cookie", vm)
    events = page.call("event.from", "cookie", ["*"], "", 0)
    assert secret not in json.dumps([events, page.call("task.get_record", "cookie", task)])
    page.call("VM.destroy", "cookie", vm)


def test_it_ends(page, server):
    old = page.cookie
    page.call("session.logout", "cookie")
    assert page.cookie is None
    assert page.refused("session.get_record", "cookie", "cookie", HTTP_COOKIE=old) == \
        ["SESSION_INVALID", "cookie"]
    # Who logs in once more leaves no session behind that only the old cookie names.
    page.log_in()
    old = page.cookie
    page.log_in()
    assert page.refused("VM.get_all", "cookie", HTTP_COOKIE=old)[0] == "SESSION_INVALID"
    assert Browser(server.socket).refused("VM.get_all", old.split("=")[1])[0] == "SESSION_INVALID"
    page.call("VM.get_all", "cookie")


@pytest.mark.parametrize("headers", [
    {"HTTP_ORIGIN": "https://evil.example"}, {"HTTP_ORIGIN": f"http://{HOST}"},
    {"HTTP_ORIGIN": "null"}, {"HTTP_ORIGIN": ""}, {"HTTP_ORIGIN": f"https://{HOST}.evil.example"},
    {"HTTP_ORIGIN": f"https://{HOST}/"}, {"HTTP_ORIGIN": "https://", "HTTP_HOST": ""},
    {"HTTP_ORIGIN": "https://socle.example"}, {"HTTP_ORIGIN": f"https://{HOST}, https://{HOST}"},
    {"HTTP_ORIGIN": f"https://{HOST} "}, {"HTTP_HOST": "evil.example"},
], ids=str)
def test_of_other_pages(page, server, headers):
    """The browser sends the cookie along with what they ask for; it counts for nothing."""
    assert page.refused("VM.get_all", "cookie", **headers) == ["SESSION_INVALID", "cookie"]
    assert page.refused("session.logout", "cookie", **headers)[0] == "SESSION_INVALID"
    other = Browser(server.socket, **headers)
    with pytest.raises(Failure) as failure:
        other.log_in()
    assert failure.value.code == "SESSION_AUTHENTICATION_FAILED" and other.cookie is None
    page.call("VM.get_all", "cookie")


def test_without_an_origin(page, server):
    body = json.dumps({"method": "VM.get_all", "params": ["cookie"], "id": 1}).encode()
    for more in ({}, {"HTTP_HOST": HOST}, {"HTTP_ORIGIN": f"https://{HOST}"}):
        answer = exchange(server.socket, scgi(body, HTTP_COOKIE=page.cookie, **more))[2]
        assert json.loads(answer)["error"] == ["SESSION_INVALID", "cookie"]


def test_cookies_that_are_not_one(page):
    good = page.cookie
    other = f"{NAME}=OpaqueRef:00000000-0000-0000-0000-000000000000"
    for cookie in (f"{good}; {other}", f"{other}; {good}", f"{good}; {good}", f"{good}; {NAME}=",
                   other, f"{NAME}=", NAME, f"{NAME}=OpaqueRef:NULL", f"x{good}", f"{good}x",
                   good[:-1], good.replace("__Host-", ""), f'{NAME}="{good.split("=")[1]}"',
                   good.replace("OpaqueRef:", "OpaqueRef;"), ";" * 5000, "=", "; ; =;",
                   f"{NAME} ={good.split('=')[1]}", f"a={good}", "x" * 9000):
        assert page.refused("VM.get_all", "cookie", HTTP_COOKIE=cookie)[0] == "SESSION_INVALID"
    for cookie in (f"a=b; {good}", f"{good}; a=b", f"a=b;{good};c", f" {good}",
                   f"x{NAME}=1; {good}"):
        page.call("VM.get_all", "cookie", HTTP_COOKIE=cookie)


def test_the_word_alone(api, server):
    """Neither a session's name nor an object's, where there is no cookie."""
    with pytest.raises(Failure) as failure:
        api.raw("VM.get_all", "cookie")
    assert (failure.value.code, failure.value.words) == ("SESSION_INVALID", ["cookie"])
    with pytest.raises(Failure) as failure:
        api.call("session.get_record", "cookie")
    assert failure.value.code == "HANDLE_INVALID"
    # Whose session stands in the call need not have one in a cookie, and it is not looked at.
    client = Browser(server.socket, HTTP_ORIGIN="https://evil.example", HTTP_COOKIE="nonsense")
    assert client.call("session.get_record", api.session, api.session)["auth_user_name"] == "root"


def test_the_word_where_it_means_nothing(page):
    assert page.refused("VM.get_record", "cookie", "cookie")[0] == "HANDLE_INVALID"
    assert page.refused("VM.get_all", ["cookie"])[0] == "SESSION_INVALID"
    assert page.refused("VM.get_all", "Cookie")[0] == "SESSION_INVALID"
    vm = page.call("VM.create", "cookie", {"name_label": "cookie"})
    assert page.call("VM.get_by_name_label", "cookie", "cookie") == [vm]
    page.call("VM.destroy", "cookie", vm)


def test_in_xml(page, server):
    """The same word, whichever way a call is written."""
    for cookie, status in ((page.cookie, "Success"), ("a=b", "Failure")):
        body = xmlrpc.client.dumps(("cookie",), "VM.get_all").encode()
        reply = exchange(server.socket, scgi(body, "/RPC2", HTTP_COOKIE=cookie, **OWN))[2]
        assert xmlrpc.client.loads(reply)[0][0]["Status"] == status


def test_nothing_gets_into_the_head(server, page):
    """What clients choose is never part of an answer's head."""
    for word in ("cookie\r\nX-Evil: 1", "cookie\n", " cookie"):
        client = Browser(server.socket)
        client.call("session.login_with_password", "root", PASSWORD, HTTP_X_SESSION=word)
        assert client.cookie is None
    evil = f"{page.cookie}\r\nX-Evil: 1"
    body = json.dumps({"method": "VM.get_all", "params": ["cookie"], "id": "\r\nX-Evil: 1"})
    headers = exchange(server.socket, scgi(body.encode(), HTTP_COOKIE=evil, **OWN))[1]
    assert "x-evil" not in headers and "set-cookie" not in headers


def test_wrong_passwords(server):
    client = Browser(server.socket)
    with pytest.raises(Failure):
        client.log_in(password="wrong")
    assert client.cookie is None


# ---- streams -------------------------------------------------------------------------------------

def of_page(cookie, **more):
    return {"HTTP_HOST": HOST, "HTTP_COOKIE": cookie, **more}


@pytest.fixture(name="visitor")
def fixture_visitor(streams):
    browser = Browser(streams.server.socket)
    browser.log_in()
    return browser.cookie


def test_reading_streams(streams, visitor):
    data = noise(MIB)
    vdi = streams.vdi(MIB)
    assert streams.put("import_raw_vdi", data, vdi=vdi)[0] == 200
    for more in ({}, {"HTTP_SEC_FETCH_SITE": "same-origin"}, {"HTTP_SEC_FETCH_SITE": "none"},
                 {"HTTP_ORIGIN": OWN["HTTP_ORIGIN"], "HTTP_SEC_FETCH_SITE": "same-origin"}):
        status, _, body = streams.get("export_raw_vdi", of_page(visitor, **more), session=False,
                                      vdi=vdi)
        assert (status, body == data) == (200, True)
    for more in ({"HTTP_SEC_FETCH_SITE": "cross-site"}, {"HTTP_SEC_FETCH_SITE": "same-site"},
                 {"HTTP_ORIGIN": "https://evil.example"}, {"HTTP_ORIGIN": "null"},
                 {"HTTP_ORIGIN": "https://evil.example", "HTTP_SEC_FETCH_SITE": "none"}):
        for name in ("export_raw_vdi", "rrd_updates", "host_backup", "system-status"):
            assert streams.get(name, of_page(visitor, **more), session=False, vdi=vdi)[0] == 403
    # Another session, and none.
    assert streams.get("rrd_updates", of_page("a=b"), session=False)[0] == 401
    other = f"{NAME}=OpaqueRef:00000000-0000-0000-0000-000000000000"
    assert streams.get("rrd_updates", of_page(other), session=False)[0] == 401
    assert streams.get("rrd_updates", of_page(f"{visitor}; {other}"), session=False)[0] == 401
    streams.client.call("VDI.destroy", vdi)


def test_writing_streams(streams, visitor):
    data = noise(MIB)
    vdi = streams.vdi(MIB)
    for more in ({}, {"HTTP_SEC_FETCH_SITE": "same-origin"},
                 {"HTTP_ORIGIN": "https://evil.example"}):
        assert streams.put("import_raw_vdi", data, headers=of_page(visitor, **more), session=False,
                           vdi=vdi)[0] == 403
    assert streams.get("export_raw_vdi", vdi=vdi)[2] == bytes(MIB)
    assert streams.put("import_raw_vdi", data, headers={**OWN, "HTTP_COOKIE": visitor},
                       session=False, vdi=vdi)[0] == 200
    assert streams.get("export_raw_vdi", vdi=vdi)[2] == data
    # A session in the query is what counts where there is one.
    assert streams.put("import_raw_vdi", data, headers=of_page("a=b", HTTP_ORIGIN="null"),
                       vdi=vdi)[0] == 200
    assert streams.put("import_raw_vdi", data, headers={**OWN, "HTTP_COOKIE": visitor},
                       session=False, session_id="none", vdi=vdi)[0] == 401
    streams.client.call("VDI.destroy", vdi)


def test_consoles(streams, visitor):
    """A WebSocket of another page is opened without asking: the host has to look who that is."""
    vm = streams.vm([])
    streams.client.call("VM.start", vm, False, False)
    console = streams.client.call("VM.get_consoles", vm)[0]
    for origin, status in ((f"Origin: {OWN['HTTP_ORIGIN']}\r\n", b"101"), ("", b"403"),
                           ("Origin: https://evil.example\r\n", b"403")):
        with connect(streams.socket) as sock:
            path = streams.path("console", session=False, ref=console)
            sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\n"
                         f"Connection: Upgrade\r\nCookie: {visitor}\r\n{origin}"
                         "Sec-WebSocket-Version: 13\r\nSec-Fetch-Site: same-origin\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
            assert sock.recv(12).split()[1] == status
            sock.shutdown(socket.SHUT_RDWR)
    streams.client.call("VM.hard_shutdown", vm)
    streams.client.call("VM.destroy", vm)
