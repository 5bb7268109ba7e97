#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A vmd without a hypervisor: it speaks docs/management.md's messages and keeps all in memory.

Domains, repositories and disks are dictionaries; a watch tells of changes as the real one does.
For tests: a VM whose name begins with "slow" takes five seconds to start and to suspend itself,
"broken" does not start, "netless" has a network that is not there, "deaf" does not shut down when
it is asked to, "awake" does not suspend itself. Disks of the repository "images" cannot be
reverted, and one whose name begins with "unclonable" not be cloned.

usage: fake_vmd.py SOCKET [VMS]        VMS: that many run from the beginning
"""
import asyncio
import json
import os
import socket
import sys

import fake_machine
import fake_networks
import fake_storage
import fake_updates
import fake_vms
from fake_host import Descriptor, Host, Refused

LIMIT = 128 * 1024

# Each: (host, args) -> what is ok.
VERBS = {"test.asked": lambda h, a: dict(h.asked),
         **fake_machine.VERBS, **fake_updates.VERBS, **fake_networks.VERBS, **fake_vms.VERBS,
         **fake_storage.VERBS}


async def send(sock, message):
    data = json.dumps(message).encode()
    assert len(data) <= LIMIT, message
    await asyncio.get_running_loop().sock_sendall(sock, data)


async def watch(h, sock):
    queue = asyncio.Queue()
    h.watchers.add(queue)
    try:
        for vm in list(h.vms.values()):
            await send(sock, {"vm": vm})
        for news in ("settled", "networks", "settings"):
            await send(sock, {news: True})
        while True:
            await send(sock, await queue.get())
    finally:
        h.watchers.discard(queue)


async def answer(h, sock, request):
    verb, args = request["verb"], request["args"]
    h.asked[verb] += 1
    if verb == "watch":
        await watch(h, sock)
        return
    try:
        if verb not in VERBS:
            raise Refused("MESSAGE_METHOD_UNKNOWN", verb)
        await send(sock, {"progress": 0.5})
        ok = VERBS[verb](h, args)
        await h.held(verb, args)
        if isinstance(ok, Descriptor):
            socket.send_fds(sock, [json.dumps({"ok": ok}).encode()], [ok.fd])
        else:
            await send(sock, {"ok": await ok if asyncio.iscoroutine(ok) else ok})
    except Refused as refused:
        await send(sock, {"error": refused.error, "message": str(refused)})


async def serve_one(h, sock):
    loop = asyncio.get_running_loop()
    try:
        data = await loop.sock_recv(sock, LIMIT)
        if not data:
            return
        work = asyncio.ensure_future(answer(h, sock, json.loads(data)))
        closed = asyncio.ensure_future(loop.sock_recv(sock, 1))
        await asyncio.wait({work, closed}, return_when=asyncio.FIRST_COMPLETED)
        closed.cancel()
        if not work.done():
            work.cancel()
        await asyncio.gather(work, closed, return_exceptions=True)
    except OSError:
        pass
    finally:
        sock.close()


async def main():
    path, nr = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(f"{path}.new")
    listener.listen(256)
    listener.setblocking(False)
    os.rename(f"{path}.new", path)      # who sees it can connect
    host, tasks = Host(nr), set()
    while True:
        sock, _ = await asyncio.get_running_loop().sock_accept(listener)
        sock.setblocking(False)
        task = asyncio.ensure_future(serve_one(host, sock))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


if __name__ == "__main__":
    asyncio.run(main())
