# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of RFB (RFC 6143) as small as tests need it: connect, look, type. It knows the encodings
Raw, ZRLE and DesktopSize, and QEMU's keys; what comes otherwise is an error.

A stream is what it speaks through: something with send(bytes), and recv(n) of exactly n bytes.
"""
import os
import struct
import zlib

RAW, ZRLE, DESKTOP_SIZE, QEMU_KEY = 0, 16, -223, -258
SHIFT, SHIFTED = 0xffe1, '~!@#$%^&*()_+{}|:"<>?'      # on an American keyboard


class Socket:
    """A stream over a connected socket."""

    def __init__(self, sock):
        self.sock = sock

    def send(self, data):
        self.sock.sendall(data)

    def recv(self, n):
        data = b""
        while len(data) < n:
            part = self.sock.recv(n - len(data))
            if not part:
                raise EOFError("the stream has ended")
            data += part
        return data


class WebSocket:
    """The same through the binary frames of a WebSocket, whose handshake is done here."""

    def __init__(self, sock, path, host, headers=""):
        self.raw, self.data = Socket(sock), b""
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Protocol: binary\r\n"
                     f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n".encode())
        self.head = b""
        while not self.head.endswith(b"\r\n\r\n"):
            self.head += self.raw.recv(1)
        assert b" 101 " in self.head, self.head

    def send(self, data):
        mask = os.urandom(4)
        length = struct.pack("!B", 0x80 | len(data)) if len(data) < 126 else \
            struct.pack("!BH", 0x80 | 126, len(data))
        self.raw.send(b"\x82" + length + mask +
                      bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def _frame(self):
        first, length = self.raw.recv(2)
        if length == 126:
            length, = struct.unpack("!H", self.raw.recv(2))
        elif length == 127:
            length, = struct.unpack("!Q", self.raw.recv(8))
        data = self.raw.recv(length)
        if first & 15 == 8:
            raise EOFError("the stream has ended")
        return data if first & 15 == 2 else b""

    def recv(self, n):
        while len(self.data) < n:
            self.data += self._frame()
        data, self.data = self.data[:n], self.data[n:]
        return data


class Rfb:
    def __init__(self, stream, encodings=(RAW, DESKTOP_SIZE, QEMU_KEY)):
        self.stream, self.qemu_keys, self.updates = stream, False, 0
        self.inflate = zlib.decompressobj()
        self.version = stream.recv(12)
        stream.send(b"RFB 003.008\n")
        kinds = stream.recv(stream.recv(1)[0])
        assert 1 in kinds, "without a password"
        stream.send(b"\1")
        assert stream.recv(4) == bytes(4)
        stream.send(b"\1")
        self.width, self.height = struct.unpack("!HH", stream.recv(4))
        self.format = stream.recv(16)
        stream.recv(struct.unpack("!I", stream.recv(4))[0])
        self.picture = bytearray(self.width * self.height * 4)
        # 32 bits, 24 of them used, little endian, true colour: red, green, blue from bit 16, 8, 0.
        stream.send(struct.pack("!B3xBBBBHHHBBB3x", 0, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0))
        stream.send(struct.pack(f"!BxH{len(encodings)}i", 2, len(encodings), *encodings))

    def request(self, incremental=True):
        self.stream.send(struct.pack("!BBHHHH", 3, incremental, 0, 0, self.width, self.height))

    def key(self, sign, down):
        self.stream.send(struct.pack("!BBxxI", 4, down, sign))

    def place(self, xt, down, sign=0):
        """QEMU's form: where the key is."""
        self.stream.send(struct.pack("!BBHII", 255, 0, down, sign, xt))

    def type(self, text):
        for c in text:
            sign = 0xff0d if c == "\n" else ord(c)
            shift = c.isupper() or c in SHIFTED
            keys = [SHIFT, sign] if shift else [sign]
            for key in keys:
                self.key(key, 1)
            for key in reversed(keys):
                self.key(key, 0)

    def pointer(self, x, y, buttons=0):
        self.stream.send(struct.pack("!BBHH", 5, buttons, x, y))

    def _put(self, x, y, width, height, pixels):
        for row in range(height):
            at = ((y + row) * self.width + x) * 4
            self.picture[at:at + width * 4] = pixels[row * width * 4:(row + 1) * width * 4]

    def _rectangle(self):
        x, y, width, height, encoding = struct.unpack("!HHHHi", self.stream.recv(12))
        if encoding == RAW:
            self._put(x, y, width, height, self.stream.recv(width * height * 4))
        elif encoding == ZRLE:
            data = self.stream.recv(struct.unpack("!I", self.stream.recv(4))[0])
            self._tiles(x, y, width, height, self.inflate.decompress(data))
        elif encoding == DESKTOP_SIZE:
            self.width, self.height = width, height
            self.picture = bytearray(width * height * 4)
        elif encoding == QEMU_KEY:
            self.qemu_keys = True
        else:
            raise AssertionError(f"encoding {encoding}")
        return encoding

    def _tiles(self, x, y, width, height, data):
        at = 0
        for top in range(y, y + height, 64):
            for left in range(x, x + width, 64):
                w, h = min(64, x + width - left), min(64, y + height - top)
                pixels, at = _tile(data, at, w * h, w)
                self._put(left, top, w, h, pixels)
        assert at == len(data)

    def update(self):
        """One update; what it held."""
        while True:
            kind = self.stream.recv(1)[0]
            if kind == 0:
                break
            if kind == 3:
                self.stream.recv(3)
                self.stream.recv(struct.unpack("!I", self.stream.recv(4))[0])
            else:
                assert kind == 2, kind
        self.updates += 1
        _, rectangles = struct.unpack("!BH", self.stream.recv(3))
        return [self._rectangle() for _ in range(rectangles)]

    def pixel(self, x, y):
        at = (y * self.width + x) * 4
        return self.picture[at + 2], self.picture[at + 1], self.picture[at]

    def lit(self):
        """How many pixels are not black."""
        p = self.picture
        return sum(1 for at in range(0, len(p), 4) if p[at:at + 3] != b"\0\0\0")


def _run(data, at):
    length = 1
    while True:
        length += data[at]
        at += 1
        if data[at - 1] != 255:
            return length, at


def _tile(data, at, nr, width):
    """The pixels of one tile, 4 bytes each, and where the next begins."""
    kind, at = data[at], at + 1
    palette = []
    for _ in range(kind & 127):
        palette.append(data[at:at + 3] + b"\0")
        at += 3
    if kind == 0:
        return b"".join(data[at + i * 3:at + i * 3 + 3] + b"\0" for i in range(nr)), at + nr * 3
    if kind == 1:
        return palette[0] * nr, at
    if kind < 128:
        bits = 1 if kind == 2 else 2 if kind <= 4 else 4
        stride = (width * bits + 7) // 8
        out = b""
        for i in range(nr):
            byte = data[at + i // width * stride + i % width * bits // 8]
            shift = 8 - bits - i % width * bits % 8
            out += palette[byte >> shift & (1 << bits) - 1]
        return out, at + nr // width * stride
    out, done = [], 0
    while done < nr:
        if kind == 128:
            colour, at = data[at:at + 3] + b"\0", at + 3
            length, at = _run(data, at)
        else:
            colour, length = palette[data[at] & 127], 1
            at += 1
            if data[at - 1] & 128:
                length, at = _run(data, at)
        out.append(colour * length)
        done += length
    return b"".join(out), at
