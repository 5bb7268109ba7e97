#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast disks and VMs go out and in, natively, and how much memory a stream has: the daemons as
they are, a simulated vmd whose disks are in memory, and a client that drops what it gets.

A quarter of the disk is noise, a quarter is text, the rest is empty.

usage: streams.py APID TRANSFER [MIB]
"""
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "api"))

from client import Server, connect, scgi  # noqa: E402

MIB = 1 << 20


def contents(size):
    """In pieces of a MiB."""
    noise = random.Random(1).randbytes(MIB)
    words = random.Random(2).choices([b"the ", b"quick ", b"brown ", b"fox ", b"jumps\n", b"over "],
                                     k=MIB // 4)
    text = b"".join(words)[:MIB].ljust(MIB, b".")
    for i in range(size // MIB):
        # No two are alike, as far as a compressor's window goes.
        yield (noise[i:] + noise[:i], bytes(MIB), text[i:] + text[:i], bytes(MIB))[i % 4]


class Bench:
    def __init__(self, apid, transfer, folder, size):
        self.size, self.socket = size, folder / "transfer.sock"
        self.server = Server(folder, apid).start()
        # pylint: disable-next=consider-using-with
        self.daemon = subprocess.Popen(
            [transfer, "--listen", self.socket, "--api", self.server.socket, "--vmd",
             folder / "vmd.sock", "--metrics", folder, "--user", "none-of-this-machine", "serve"],
            stderr=self.server.log)
        self.server.wait_for(self.socket)
        self.client, self.peak = self.server.settled(), 0
        self.sr = next(ref for ref, sr in self.client.call("SR.get_all_records").items()
                       if sr["type"] == "lvmthin")

    def close(self):
        self.daemon.terminate()
        self.daemon.wait()
        self.server.stop()

    def vdi(self):
        return self.client.call("VDI.create", {
            "SR": self.sr, "name_label": "disk", "virtual_size": self.size, "type": "user",
            "sharable": False, "read_only": False, "other_config": {}})

    def vm(self, vdi):
        vm = self.client.call("VM.create", {"name_label": "vm", "memory_static_max": 1 << 28,
                                            "VCPUs_max": 1, "VCPUs_at_startup": 1})
        self.client.call("VBD.create", {
            "VM": vm, "VDI": vdi, "userdevice": "0", "bootable": True, "mode": "RW",
            "type": "Disk", "empty": False, "other_config": {}})
        return vm

    def watch(self, ended):
        """The most memory that a stream's process ever had."""
        children = f"/proc/{self.daemon.pid}/task/{self.daemon.pid}/children"
        self.peak = 0
        while not ended.wait(0.02):
            for pid in Path(children).read_text().split():
                try:
                    status = Path(f"/proc/{pid}/status").read_text()
                    self.peak = max(self.peak, int(status.split("VmHWM:")[1].split()[0]))
                except (OSError, IndexError):
                    pass

    def stream(self, request, body=()):
        """(seconds, bytes that came back, peak KiB)."""
        ended = threading.Event()
        watcher = threading.Thread(target=self.watch, args=(ended,))
        watcher.start()
        began = time.monotonic()
        got, buffer = 0, bytearray(MIB)
        with connect(self.socket, 600) as sock:
            sock.sendall(request)
            for piece in body:
                sock.sendall(piece)
            while n := sock.recv_into(buffer):
                if not got:
                    assert b" 200 OK" in buffer[:64], bytes(buffer[:200])
                got += n
        seconds = time.monotonic() - began
        ended.set()
        watcher.join()
        return seconds, got, self.peak

    def path(self, name, **params):
        params["session_id"] = self.client.session
        return f"/{name}/?" + "&".join(f"{k}={v}" for k, v in params.items())

    def get(self, name, **params):
        return self.stream(scgi(b"", self.path(name, **params), "GET"))

    def put(self, name, body, length, **params):
        return self.stream(scgi(b"", self.path(name, **params), "PUT", length), body)

    def body(self, name, **params):
        with connect(self.socket, 600) as sock:
            sock.sendall(scgi(b"", self.path(name, **params), "GET"))
            got = bytearray()
            while data := sock.recv(MIB):
                got += data
        return bytes(got.partition(b"\r\n\r\n")[2])

    def show(self, what, result):
        seconds, got, peak = result
        print(f"{what:28} {self.size / MIB / seconds:7.0f} MiB/s of the disk "
              f"{got / MIB:7.0f} MiB sent {peak / 1024:6.1f} MiB of memory")


def main():
    size = int(sys.argv[3] if len(sys.argv) > 3 else 1024) * MIB
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), Path(folder),
                      size)
        try:
            disk, other = bench.vdi(), bench.vdi()
            data = list(contents(size))
            bench.show("import, raw", bench.put("import_raw_vdi", data, size, vdi=disk))
            for form in ("raw", "vhd", "qcow2"):
                bench.show(f"export, {form}", bench.get("export_raw_vdi", vdi=disk, format=form))
            bench.show("export, vhd with a base",
                       bench.get("export_raw_vdi", vdi=disk, base=other, format="vhd"))
            for form in ("vhd", "qcow2"):
                image = bench.body("export_raw_vdi", vdi=disk, format=form)
                bench.show(f"import, {form}", bench.put("import_raw_vdi", [image], len(image),
                                                        vdi=other, format=form))
            vm = bench.vm(disk)
            for packing in ("false", "true", "zstd"):
                name = {"false": "plain", "true": "gzip"}.get(packing, packing)
                bench.show(f"export of a VM, {name}",
                           bench.get("export", ref=vm, use_compression=packing))
            xva = bench.body("export", ref=vm, use_compression="zstd")
            bench.show("import of a VM, zstd", bench.put("import", [xva], len(xva)))
        finally:
            bench.close()


if __name__ == "__main__":
    main()
