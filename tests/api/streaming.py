# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon for streams beside the API's and a simulated vmd, once for a file of tests."""
import random
import subprocess

import pytest

from client import Server, exchange, scgi
from conftest import BUILD

MIB = 1 << 20
OPEN_LENGTH = 1 << 50       # what clients say that do not know it


class Streams:
    def __init__(self, server, program, folder):
        self.server, self.socket = server, folder / "transfer.sock"
        self.client = server.settled()
        self.daemon = subprocess.Popen(
            [program, "--listen", self.socket, "--api", server.socket, "--vmd",
             server.folder / "vmd.sock", "--metrics", folder, "--state", server.database,
             "--user", "none-of-this-machine", "serve"], stderr=server.log)
        try:
            server.wait_for(self.socket)
        except BaseException:
            self.daemon.kill()
            self.daemon.wait()
            raise
        self.sr = next(ref for ref, sr in self.client.call("SR.get_all_records").items()
                       if sr["type"] == "lvmthin")

    def path(self, name, /, session=True, **params):
        if session:
            params["session_id"] = self.client.session
        return f"/{name}/?" + "&".join(f"{k}={v}" for k, v in params.items())

    def get(self, name, /, headers=None, **params):
        return exchange(self.socket, scgi(b"", self.path(name, **params), "GET",
                                          **(headers or {})), 120)

    def put(self, name, body, /, length=None, headers=None, **params):
        return exchange(self.socket, scgi(body, self.path(name, **params), "PUT", length,
                                          **(headers or {})), 60)

    def vdi(self, size, name="disk"):
        return self.client.call("VDI.create", {
            "SR": self.sr, "name_label": name, "virtual_size": size, "type": "user",
            "sharable": False, "read_only": False, "other_config": {}})

    def vm(self, disks):
        """A halted VM with a disk for each of these contents."""
        call = self.client.call
        vm = call("VM.create", {
            "name_label": "exported", "name_description": "a <b> & c", "memory_static_max": 1 << 30,
            "memory_dynamic_max": 1 << 30, "memory_dynamic_min": 1 << 29,
            "memory_static_min": 1 << 28, "VCPUs_max": 3, "VCPUs_at_startup": 2,
            "PV_args": "console=hvc0", "other_config": {"a": "1"}})
        network = call("network.get_all")[0]
        call("VIF.create", {"VM": vm, "network": network, "device": "0", "MTU": 1500,
                            "MAC": "02:00:00:00:00:07", "other_config": {}})
        for i, data in enumerate(disks):
            vdi = self.vdi(len(data), f"disk {i}")
            assert self.put("import_raw_vdi", data, vdi=vdi)[0] == 200
            call("VBD.create", {"VM": vm, "VDI": vdi, "userdevice": str(i), "bootable": i == 0,
                                "mode": "RW", "type": "Disk", "empty": False, "other_config": {}})
        return vm

    def objects(self):
        return {c: set(self.client.call(f"{c}.get_all")) for c in ("VM", "VBD", "VIF", "VDI")}


@pytest.fixture(scope="module")
def streams(tmp_path_factory):
    folder = tmp_path_factory.mktemp("streams")
    server, s = Server(folder, BUILD / "api/checked/apid"), None
    try:
        s = Streams(server.start(), BUILD / "api/checked/transfer", folder)
        yield s
    finally:
        if s:
            s.daemon.terminate()
            ended = s.daemon.wait(120)
        stopped = server.stop()
    assert ended == 0 and stopped == 0
    log = (folder / "apid.log").read_text()
    assert "Sanitizer" not in log and "runtime error" not in log, log


def noise(size, seed=1):
    return random.Random(seed).randbytes(size)


def sparse(size):
    """Mostly zeroes."""
    data = bytearray(size)
    data[2 * MIB:2 * MIB + 1000] = noise(1000)
    data[-10:] = noise(10)
    return bytes(data)
