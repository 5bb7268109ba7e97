#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast the API is on this machine, with a simulated host of 500 VMs that have a disk and an
interface each: calls per second over the daemon's socket, 200 watchers, and its memory.

The client is Python and shares the machine's CPUs, so the daemon's own CPU time is given as well.
usage: api.py APID
"""
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "api"))
# pylint: disable=wrong-import-position
from client import Client, Server, connect, scgi  # noqa: E402

VMS = 500
WATCHERS = 200
SECONDS = 5


def rss(server):
    with open(f"/proc/{server.daemon.pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * 4096 / 1e6


def cpu(server):
    with open(f"/proc/{server.daemon.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def fill(client):
    """A disk and an interface for each VM."""
    sr = next(iter(client.call("pool.get_all_records").values()))["default_SR"]
    network = client.call("network.get_all")[0]
    vms = [ref for ref, vm in client.call("VM.get_all_records").items()
           if not vm["is_control_domain"]]
    for vm in vms:
        vdi = client.call("VDI.create", {"SR": sr, "virtual_size": 1 << 30, "name_label": "disk"})
        client.call("VBD.create", {"VM": vm, "VDI": vdi, "userdevice": "0"})
        client.call("VIF.create", {"VM": vm, "network": network, "device": "0"})
    return vms


def one_call(path, request):
    with connect(path) as sock:
        sock.sendall(request)
        size = 0
        while data := sock.recv(1 << 16):
            size += len(data)
        return size


def calls_per_second(server, client, method, *params):
    body = json.dumps({"method": method, "params": [client.session, *params], "id": 1}).encode()
    request, nr = scgi(body), 0
    used, begun = cpu(server), time.monotonic()
    while time.monotonic() < begun + SECONDS:
        for _ in range(20):
            size = one_call(server.socket, request)
        nr += 20
    took = time.monotonic() - begun
    each = (cpu(server) - used) / nr
    print(f"{method:24} {nr / took:9.0f}/s   {each * 1e6:7.0f} us of the daemon's CPU "
          f"({1 / each:.0f}/s alone), {size} bytes")


def watch(server, client, vm):
    """From a change to the last of all watchers knowing it."""
    token = client.call("event.from", ["vm"], "", 0)["token"]
    body = json.dumps({"method": "event.from", "params": [client.session, ["vm"], token, 60.0]})
    request = scgi(body.encode())
    socks = [connect(server.socket, 60) for _ in range(WATCHERS)]
    for sock in socks:
        sock.sendall(request)
    time.sleep(1)
    idle = cpu(server)
    time.sleep(3)
    idle = cpu(server) - idle
    used, begun = cpu(server), time.monotonic()
    changer = threading.Thread(
        target=lambda: Client(server.socket).call("VM.set_name_description", vm, "changed"))
    changer.start()
    for sock in socks:
        while sock.recv(1 << 16):
            pass
        sock.close()
    changer.join()
    print(f"{WATCHERS} watchers: all know of a change after {time.monotonic() - begun:.3f} s, "
          f"{(cpu(server) - used) * 1e3:.0f} ms of CPU; {idle * 1e3:.0f} ms of CPU in 3 s idle")


def main():
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder, sys.argv[1], vms=VMS).start()
        try:
            client = server.settled()
            vms = fill(client)
            print(f"memory with {VMS} VMs: {rss(server):.1f} MB")
            calls_per_second(server, client, "VM.get_record", vms[0])
            calls_per_second(server, client, "VM.get_power_state", vms[0])
            calls_per_second(server, client, "VM.get_all_records")
            watch(server, client, vms[0])
            print(f"memory at the end: {rss(server):.1f} MB")
        finally:
            server.stop()


main()
