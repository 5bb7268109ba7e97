# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest's screen: enough of RFB 3.8 to look at a picture, and to see keys arrive as bars."""
import asyncio
import struct
import zlib

WIDTH, HEIGHT, BAR = 640, 400, 12
# Lengths of what clients send, by their first byte; the number of encodings comes on top.
LENGTHS = {0: 20, 2: 4, 3: 10, 4: 8, 5: 6}


def picture(keys):
    """Colours from corner to corner; below them a bar for each key, as high as its number."""
    rows = []
    for y in range(HEIGHT):
        row = bytearray()
        for x in range(WIDTH):
            lit = x // BAR < len(keys) and HEIGHT - y < keys[x // BAR] % 128
            row += b"\xff\xff\xff\0" if lit else bytes((90, y * 255 // HEIGHT, x * 255 // WIDTH, 0))
        rows.append(bytes(row))
    return b"".join(rows)


def png():
    """The same as a file."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))

    rows, pixels = b"", picture([])
    for y in range(HEIGHT):
        line = pixels[y * WIDTH * 4:(y + 1) * WIDTH * 4]
        rgb = bytearray(WIDTH * 3)
        rgb[0::3], rgb[1::3], rgb[2::3] = line[0::4], line[1::4], line[2::4]
        rows += b"\0" + bytes(rgb)
    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Screen:
    def __init__(self, sock, name):
        self.sock, self.name = sock, name
        self.keys, self.asked, self.changed = [], False, True
        self.rest = b""

    async def take(self, length):
        loop = asyncio.get_running_loop()
        while len(self.rest) < length:
            data = await loop.sock_recv(self.sock, 65536)
            if not data:
                raise ConnectionError
            self.rest += data
        data, self.rest = self.rest[:length], self.rest[length:]
        return data

    async def give(self, data):
        await asyncio.get_running_loop().sock_sendall(self.sock, data)

    async def greet(self):
        await self.give(b"RFB 003.008\n")
        await self.take(12)
        await self.give(b"\1\1")
        await self.take(1)
        await self.give(bytes(4))
        await self.take(1)
        name = self.name.encode()
        await self.give(struct.pack(">HHBBBBHHHBBB3xI", WIDTH, HEIGHT, 32, 24, 0, 1, 255, 255, 255,
                                    16, 8, 0, len(name)) + name)

    async def message(self):
        kind = (await self.take(1))[0]
        body = await self.take(LENGTHS[kind] - 1)
        if kind == 2:
            await self.take(4 * struct.unpack(">xH", body)[0])
        elif kind == 3:
            self.asked = True
            self.changed = self.changed or not body[0]
        elif kind == 4 and body[0]:
            self.keys = [*self.keys, struct.unpack(">B2xI", body)[1]][-WIDTH // BAR:]
            self.changed = True
        if self.asked and self.changed:
            self.asked = self.changed = False
            await self.give(struct.pack(">BxHHHHHi", 0, 1, 0, 0, WIDTH, HEIGHT, 0)
                            + picture(self.keys))

    async def serve(self, form):
        if form == "png":
            await self.give(png())
            self.sock.close()
            return
        try:
            await self.greet()
            while True:
                await self.message()
        except ConnectionError:
            pass    # it is closed with the VM
