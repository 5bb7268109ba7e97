# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest's screen without a guest: a picture in memory, a painter that tells the viewers of what
changes and notes their keys, and the viewers, which are the host's own program without its jail.
"""
import fcntl
import mmap
import os
import socket
import struct
import subprocess
import threading
from pathlib import Path

PROGRAM = Path(os.environ.get("SOCLE_BUILD", "build")) / "api/screen-rfb"
LIMIT = 4 << 20
WANT, KEY, POINTER = range(3)


def places(fds):
    """Standard input is the client, 3 the picture, 4 the painter; nothing else is there."""
    for fd, place in zip(fds, (0, 3, 4)):
        os.dup2(fd, place)
    os.closerange(5, 1024)


class Screen:
    def __init__(self, width=320, height=200):
        self.width, self.height = width, height
        self.memory = os.memfd_create("picture")
        os.ftruncate(self.memory, LIMIT)
        self.pixels = mmap.mmap(self.memory, LIMIT)
        self.keys, self.pointer = [], []
        self.lock, self.viewers, self.programs = threading.Condition(), [], []

    def view(self, form="rfb"):
        """A socket as vmd passes it on."""
        client, theirs = socket.socketpair()
        painter, viewers = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        client.sendall(form.encode() + b"\n")
        picture = os.open(f"/proc/self/fd/{self.memory}", os.O_RDONLY)
        fds = [fcntl.fcntl(fd, fcntl.F_DUPFD, 64) for fd in (theirs.fileno(), picture,
                                                             viewers.fileno())]
        self.programs.append(subprocess.Popen(
            [PROGRAM], close_fds=False, preexec_fn=lambda: places(fds)))
        for fd in fds:
            os.close(fd)
        theirs.close()
        viewers.close()
        os.close(picture)
        viewer = {"sock": painter, "wants": False, "new": [(0, 0, self.width, self.height)]}
        with self.lock:
            self.viewers.append(viewer)
        threading.Thread(target=self._serve, args=(viewer,), daemon=True).start()
        return client

    def _answer(self, viewer):
        if viewer["wants"] and viewer["new"]:
            viewer["sock"].send(struct.pack("<HH", self.width, self.height) +
                                b"".join(struct.pack("<HHHH", *r) for r in viewer["new"]))
            viewer["wants"], viewer["new"] = False, []

    def _serve(self, viewer):
        while data := viewer["sock"].recv(64):
            kind, a, b, buttons = struct.unpack("<HHHH", data)
            with self.lock:
                if kind == WANT:
                    viewer["wants"] = True
                elif kind == KEY:
                    self.keys.append((a, b))
                else:
                    self.pointer.append((a, b, buttons))
                self._answer(viewer)
                self.lock.notify_all()
        with self.lock:
            self.viewers.remove(viewer)
            viewer["sock"].close()
            self.lock.notify_all()

    def _changed(self, *rect):
        for viewer in self.viewers:
            viewer["new"].append(rect)
            self._answer(viewer)

    def draw(self, x, y, width, height, colour):
        """A rectangle of one colour: 0xrrggbb."""
        with self.lock:
            for row in range(y, y + height):
                at = (row * self.width + x) * 4
                self.pixels[at:at + width * 4] = struct.pack("<I", colour) * width
            self._changed(x, y, width, height)

    def resize(self, width, height):
        with self.lock:
            self.width, self.height = width, height
            self.pixels[:LIMIT] = bytes(LIMIT)
            self._changed(0, 0, width, height)

    def wait(self, condition, seconds=120):
        with self.lock:
            assert self.lock.wait_for(condition, seconds), (self.keys, self.pointer)

    def close(self):
        with self.lock:
            for viewer in self.viewers:
                viewer["sock"].shutdown(socket.SHUT_RDWR)
        for program in self.programs:
            program.wait(120)
        self.pixels.close()
        os.close(self.memory)
