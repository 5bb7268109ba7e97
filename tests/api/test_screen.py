# SPDX-License-Identifier: GPL-2.0-or-later
"""Screens: the program that speaks RFB, for each encoding that browsers like and for clients that
do not keep to it; and the way to it through the API.
"""
import io
import socket
import struct
import threading
import time
import zlib

import pytest

from rfb import DESKTOP_SIZE, QEMU_KEY, RAW, ZRLE, Rfb, Socket
from screen import Screen
from streaming import streams  # noqa: F401 pylint: disable=unused-import
from test_streams import frame, websocket

WAIT = 60


@pytest.fixture(name="screen")
def fixture_screen():
    screen = Screen()
    yield screen
    screen.close()


def connect(screen, *encodings):
    sock = screen.view()
    sock.settimeout(WAIT)
    return Rfb(Socket(sock), encodings)


@pytest.mark.parametrize("encoding", [RAW, ZRLE])
def test_pictures(screen, encoding):
    screen.draw(0, 0, 320, 200, 0x102030)
    rfb = connect(screen, encoding, DESKTOP_SIZE)
    assert (rfb.version, rfb.width, rfb.height) == (b"RFB 003.008\n", 320, 200)
    rfb.request(False)
    assert set(rfb.update()) == {encoding}
    assert rfb.pixel(0, 0) == rfb.pixel(319, 199) == (0x10, 0x20, 0x30)
    # Nothing changes, nothing comes.
    rfb.request()
    rfb.stream.sock.settimeout(0.3)
    with pytest.raises(TimeoutError):
        rfb.update()
    rfb.stream.sock.settimeout(WAIT)
    for i in range(5):
        screen.draw(10 * i, 20, 3, 2, 0xff0000 | i)
        rfb.update()
        assert rfb.pixel(10 * i + 2, 21) == (255, 0, i)
        assert rfb.pixel(10 * i + 3, 21) == (0x10, 0x20, 0x30)
        rfb.request()
    assert rfb.updates == 6
    # The guest chooses another size.
    screen.resize(100, 80)
    assert rfb.update() == [DESKTOP_SIZE]
    assert (rfb.width, rfb.height) == (100, 80)
    screen.draw(99, 79, 1, 1, 0xffffff)
    rfb.request(False)
    rfb.update()
    assert rfb.pixel(99, 79) == (255, 255, 255) and rfb.lit() == 1


def test_keys_and_pointer(screen):
    rfb = connect(screen, RAW, QEMU_KEY)
    rfb.request(False)
    assert rfb.update() == [QEMU_KEY] and rfb.qemu_keys
    assert rfb.update() == [RAW]
    rfb.type("a\n")
    rfb.place(0x1e, 1)
    rfb.place(0x9d, 1)
    rfb.place(0, 1, ord("z"))           # a key of no place, but with a sign
    rfb.key(0xfffff, 1)                 # no key
    rfb.pointer(10, 20, 1)
    screen.wait(lambda: screen.pointer)
    assert screen.keys == [(30, 1), (30, 0), (28, 1), (28, 0), (30, 1), (97, 1), (44, 1)]
    assert screen.pointer == [(10, 20, 1)]


def test_two_look(screen):
    one, other = connect(screen, RAW), connect(screen, ZRLE)
    for rfb in (one, other):
        rfb.request(False)
        rfb.update()
        rfb.request()
    screen.draw(1, 1, 1, 1, 0xffffff)
    for rfb in (one, other):
        rfb.update()
        assert rfb.pixel(1, 1) == (255, 255, 255)
    # One goes: the other goes on.
    one.stream.sock.close()
    screen.wait(lambda: len(screen.viewers) == 1)
    other.request()
    screen.draw(2, 2, 1, 1, 0xffffff)
    other.update()
    assert other.pixel(2, 2) == (255, 255, 255)


@pytest.mark.parametrize("words", [
    b"", b"GET / HTTP/1.0\r\n\r\n", b"RFB 003.008\n\x07", b"RFB 003.008\n\x01\x01\xfa",
    b"RFB 003.008\n\x01\x01\xff\x01", b"RFB 003.008\n\x01\x01\x02\x00\xff\xff",
    b"RFB 003.008\n\x01\x01\x06\x00\x00\x00\xff\xff\xff\xff"])
def test_bad_clients(screen, words):
    sock = screen.view()
    sock.settimeout(WAIT)
    assert sock.recv(12) == b"RFB 003.008\n"
    sock.sendall(words)
    sock.shutdown(socket.SHUT_WR)
    try:
        while sock.recv(4096):
            pass
    except ConnectionResetError:        # it did not read all of it
        pass
    assert screen.programs[0].wait(WAIT) == 0
    assert connect(screen, RAW).width == 320


def test_the_painter_ends(screen):
    rfb = connect(screen, RAW)
    rfb.request()
    rfb.update()
    rfb.request()
    screen.viewers[0]["sock"].shutdown(socket.SHUT_RDWR)
    with pytest.raises((EOFError, ConnectionResetError)):
        rfb.update()


def test_a_form_that_there_is_not(screen):
    sock = screen.view("gif")
    sock.settimeout(WAIT)
    assert sock.recv(10) == b""


def png_pixels(data):
    """Size and pixels of a picture whose lines are not filtered."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    stream, packed, size = io.BytesIO(data[8:]), b"", None
    while head := stream.read(8):
        length, kind = struct.unpack("!I4s", head)
        body = stream.read(length)
        assert struct.unpack("!I", stream.read(4))[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            size = struct.unpack("!II", body[:8])
        elif kind == b"IDAT":
            packed += body
    pixels, line = zlib.decompress(packed), 1 + 3 * size[0]
    assert len(pixels) == line * size[1] and not any(pixels[::line])
    return size, lambda x, y: tuple(pixels[y * line + 1 + 3 * x:][:3])


def test_a_picture(screen):
    screen.draw(0, 0, 320, 200, 0x112233)
    screen.draw(319, 199, 1, 1, 0xfedcba)
    sock, data = screen.view("png"), b""
    sock.settimeout(WAIT)
    while part := sock.recv(65536):
        data += part
    size, pixel = png_pixels(data)
    assert size == (320, 200)
    assert pixel(0, 0) == (0x11, 0x22, 0x33) and pixel(319, 199) == (0xfe, 0xdc, 0xba)


class Scgi:
    """A stream through the daemon for streams, which frames it."""

    def __init__(self, streams, console):
        self.sock, head = websocket(streams, streams.path("console", ref=console))
        assert head.startswith("Status: 101 ")
        self.data = b""

    def send(self, data):
        for at in range(0, len(data), 100):
            self.sock.sendall(frame(2, data[at:at + 100]))

    def recv(self, n):
        while len(self.data) < n:
            first, length = Socket(self.sock).recv(2)
            assert first == 0x82 and length < 127
            if length == 126:
                length, = struct.unpack("!H", Socket(self.sock).recv(2))
            self.data += Socket(self.sock).recv(length)
        data, self.data = self.data[:n], self.data[n:]
        return data


def test_nobody_waits_for_both_sides(streams):
    """A client that moves the pointer while a large picture is on its way to it, and reads late."""
    call = streams.client.call
    vm = streams.vm([])
    call("VM.set_platform", vm, {"vga": "std"})
    call("VM.start", vm, False, False)
    console = next(c for c in call("VM.get_consoles", vm)
                   if call("console.get_protocol", c) == "rfb")
    rfb = Rfb(Scgi(streams, console), (RAW,))
    for _ in range(20):
        rfb.request(False)

    def moves():
        for i in range(30000):
            rfb.stream.send(struct.pack("!BBHH", 5, 0, i % 320, i % 200))
    mover = threading.Thread(target=moves)
    mover.start()
    time.sleep(0.5)
    for _ in range(20):
        assert rfb.update() == [RAW]
    mover.join(WAIT)
    assert not mover.is_alive()
    rfb.stream.sock.close()
    call("VM.hard_shutdown", vm)


def test_consoles_of_the_api(streams):
    call = streams.client.call
    vm = streams.vm([])
    call("VM.start", vm, False, False)
    protocols = {call("console.get_protocol", c) for c in call("VM.get_consoles", vm)}
    assert protocols == {"vt100"}
    call("VM.hard_shutdown", vm)
    call("VM.set_platform", vm, {"vga": "std", "videoram": "8"})
    call("VM.start", vm, False, False)
    consoles = {call("console.get_protocol", c): c for c in call("VM.get_consoles", vm)}
    assert set(consoles) == {"vt100", "rfb"}
    uuid = call("console.get_uuid", consoles["rfb"])
    assert call("console.get_location", consoles["rfb"]).endswith(f"/console?uuid={uuid}")
    status, _, body = streams.get("vncsnapshot", uuid=uuid)
    assert status == 200 and png_pixels(body)[0] == (320, 200)
    text = call("console.get_uuid", consoles["vt100"])
    assert streams.get("vncsnapshot", uuid=text)[0] == 500
    # It is a screen until the VM stops, whatever its settings say now.
    call("VM.remove_from_platform", vm, "vga")
    assert len(call("VM.get_consoles", vm)) == 2
    call("VM.hard_shutdown", vm)
    assert call("VM.get_consoles", vm) == []
    assert streams.get("vncsnapshot", uuid=uuid)[0] == 404
    call("VM.set_platform", vm, {"vga": "none"})
    call("VM.start", vm, False, False)
    assert len(call("VM.get_consoles", vm)) == 1
