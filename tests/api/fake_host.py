# SPDX-License-Identifier: GPL-2.0-or-later
"""What a simulated vmd knows: domains, repositories and disks, in memory."""
import asyncio
import collections
import os
import socket
import time
import uuid as uuids

DOM0 = "00000000-0000-0000-0000-000000000000"
GIB = 1 << 30


class Refused(Exception):
    def __init__(self, *error):
        super().__init__(" ".join(error))
        self.error = list(error)


class Descriptor(dict):
    """An answer that a descriptor comes along with."""
    fd = -1


def memory_file(data=b""):
    ok = Descriptor()
    ok.fd = os.memfd_create("file")
    os.write(ok.fd, data)
    os.lseek(ok.fd, 0, os.SEEK_SET)
    return ok


class Host:
    """What there is."""

    def __init__(self, nr):
        self.next_domid = 1
        self.asked = collections.Counter()      # how often, by verb
        self.cards = 3
        self.keys = []           # of root, for SSH
        self.certificates = [("A1:B2", "socle")]        # fingerprints and names; the last counts
        self.slots = {"installed": True, "running": "a", "starts": "a", "version_a": "1"}
        self.bundles, self.update_keys = {}, []     # descriptors by their tokens
        self.acme = {"enabled": False}
        self.time = {"zone": "UTC", "servers": [], "synchronised": True}
        self.vms, self.srs, self.vdis, self.watchers, self.files = {}, {}, {}, set(), {}
        self.guests = set()     # that have a console open
        self.consoles = {}      # their ends of them, by their uuid
        self.screens = {}       # of those that somebody looked at, by their uuid
        self.contents = {}      # of disks that were opened, by their uuid: descriptors
        self.state = {"state.db": b"", "hostname": b"testhost\n", "tls/host.pem": b"a key\n"}
        self.staged = {}        # descriptors of what is to be the host's state
        self.config = "automatic bridges\nautomatic address\n"
        self.failing = {}       # what a test wants to fail next
        self.late = None        # the answer that a test wants to come late: verb, repository
        self.is_late, self.go_on = asyncio.Event(), asyncio.Event()
        self.taken = set()      # disks that were given to repositories
        self.waiting = None     # a change of it that nobody has confirmed yet
        self.last_change = {"state": "none", "seconds": 0, "text": ""}
        self.vms[DOM0] = self.vm(DOM0, "Domain-0", 256 << 20, 2, domid=0)
        for kind, name in (("lvmthin", "local"), ("iso", "images")):
            sr = self.sr(kind, name, "/dev/vda4" if kind == "lvmthin" else "/srv/iso")
            self.srs[sr["uuid"]] = sr
        self.main = next(iter(self.srs))
        for i in range(nr):
            uuid = str(uuids.UUID(int=0x1000 + i))
            self.vms[uuid] = self.vm(uuid, f"guest{i}", 256 << 20, 1)

    def vm(self, uuid, name, memory, vcpus, domid=None, state="Running"):
        if domid is None:
            domid, self.next_domid = self.next_domid, self.next_domid + 1
        return {"uuid": uuid, "name": name, "domid": domid, "state": state,
                "memory_target": memory, "memory_actual": memory, "memory_static_max": memory,
                "vcpus": vcpus, "vcpus_max": vcpus, "start_time": int(time.time()),
                "supervised": True, "screen": False}

    @staticmethod
    def sr(kind, name, source, uuid=None):
        sr = {"uuid": uuid or str(uuids.uuid4()), "name": name, "description": "", "type": kind,
              "source": source, "plugged": True, "physical_size": 100 * GIB,
              "physical_utilisation": GIB, "virtual_allocation": 0}
        if kind == "lvmthin":
            sr.update({"thin": True, "data": 4125, "metadata": 305, "room": 5 * GIB,
                       "failed": False, "when_full": "queue"})
        return sr

    def vdi(self, sr, size, name="", description="", **more):
        vdi = {"uuid": str(uuids.uuid4()), "name": name, "description": description,
               "location": f"vdi-{len(self.vdis)}", "virtual_size": size,
               "physical_utilisation": 0, "time": int(time.time()), "snapshot": False,
               "read_only": False, "plugged": False, **more}
        self.vdis[vdi["uuid"]] = {"sr": sr, **vdi}
        return vdi

    async def held(self, verb, args):
        """One that is ready waits here for test.go_on, if it is to come late."""
        if self.late == (verb, args.get("sr")):
            self.late = None
            self.is_late.set()
            await self.go_on.wait()

    def tell(self, message):
        for queue in self.watchers:
            queue.put_nowait(message)

    def find_vm(self, args):
        vm = self.vms.get(args["uuid"])
        if not vm:
            raise Refused("VM_BAD_POWER_STATE", args["uuid"], "running", "halted")
        return vm

    def find_vdi(self, args):
        vdi = self.vdis.get(args["vdi"])
        if not vdi or vdi["sr"] != args["sr"]:
            raise Refused("VDI_MISSING", args["sr"], args["vdi"])
        return vdi

    def find_sr(self, args):
        if args["sr"] not in self.srs:
            raise Refused("SR_UUID_INVALID", args["sr"])
        return self.srs[args["sr"]]

    def gone(self, vm):
        """As the real one: a dying domain is paused, and it is seen a little later that it went."""
        del self.vms[vm["uuid"]]
        for sock in self.consoles.pop(vm["uuid"], []):
            sock.shutdown(socket.SHUT_RDWR)
        self.died(vm["uuid"], vm["domid"], {**vm, "state": "Paused"})

    def died(self, uuid, domid, dying):
        """Told to who watches now: who comes later is not told of a domain that is dying."""
        watching = set(self.watchers)

        def tell(vm):
            for queue in watching & self.watchers:
                queue.put_nowait({"vm": vm})

        later = asyncio.get_running_loop().call_later
        later(0.05, tell, dying)
        later(0.3, tell, {"uuid": uuid, "domid": domid, "state": "Gone"})
