# SPDX-License-Identifier: GPL-2.0-or-later
"""What a simulated host has on it when somebody looks: made through the API, as users would."""
from client import Failure, Client

MIB, GIB = 1 << 20, 1 << 30
HOSTILE = '<img src=x onerror="document.title=\'injected\'"> & "quotes" \'single\' </script>'
# name, description, tags, CPUs, memory in MiB, sizes of disks in GiB, what becomes of it
VMS = [
    ("web-1", "Shop, behind the balancer", ["production", "web"], 2, 2048, [20], "run"),
    ("web-2", "Shop, behind the balancer", ["production", "web"], 2, 2048, [20], "run"),
    ("db-primary", "PostgreSQL 17; ask Ada before a restart", ["production", "database"], 4, 8192,
     [40, 80, 10], "run"),
    ("mail", "Postfix and Dovecot", ["production"], 2, 4096, [30], "suspend"),
    ("build-runner", "", ["ci"], 8, 8192, [60], "pause"),
    ("old-wiki", "Kept until the end of the year", [], 1, 512, [8], "halt"),
    (HOSTILE, HOSTILE, ["<b>bold</b>", "a\"b"], 1, 512, [4], "run"),
    ("שרת קבצים (خادم الملفات)", "Names from right to left", ["מעבדה"], 1, 1024, [10], "run"),
    ("\u202egnp.exe\u202c after an override", "", [], 1, 512, [], "halt"),
    ("🦊 fox den 👩‍💻", "Emoji 🎉 in words", ["🧪 lab"], 1, 512, [4], "run"),
    ("a-name-that-does-not-fit-anywhere-" * 3 + "end", "Long " * 60, [], 1, 512, [4], "halt"),
    ("broken appliance", "Does not start", ["lab"], 1, 512, [2], "halt"),
    ("deaf router", "Does not shut down when asked", ["lab"], 1, 256, [1], "run"),
    ("slow starter", "Takes five seconds for everything", ["lab"], 1, 256, [1], "halt"),
    ("diskless", "Starts from a CD", [], 1, 256, [], "halt"),
    ("desktop", "Has a screen", ["lab"], 2, 2048, [25], "run"),
]


class Seed:
    def __init__(self, server):
        self.server, self.client = server, server.settled()
        self.call = self.client.call
        self.pool, = self.call("pool.get_all")
        self.host, = self.call("host.get_all")

    def all(self, tidy=False):
        self.tidy = tidy
        self.repositories()
        self.networks()
        self.vms()
        self.snapshots()
        self.others()

    def storage(self, kind, name, config, used, size):
        sr = self.call("SR.create", self.host, config, 0, name, "", kind, "user", False, {})
        self.sizes(sr, size, used)

    def sizes(self, sr, size, used):
        self.server.vmd_request("test.sr", {"sr": self.call("SR.get_uuid", sr),
                                            "physical_size": size, "physical_utilisation": used})
        self.call("SR.update", sr)

    def repositories(self):
        kinds = {sr["type"]: ref for ref, sr in self.call("SR.get_all_records").items()}
        self.sr, self.images = kinds["lvmthin"], kinds["iso"]
        self.sizes(self.sr, 1800 * GIB, 1130 * GIB)
        self.sizes(self.images, 64 * GIB, 9 * GIB)
        self.storage("nfs", "archive (NFS)", {"server": "192.0.2.9", "serverpath": "/archive"},
                     3400 * GIB, 4000 * GIB)
        self.storage("file", "scratch, nearly full", {"device": "/srv/scratch"}, 470 * GIB,
                     500 * GIB)
        for name, size in (("debian-13.2.0-amd64-netinst.iso", 670), ("alpine-virt.iso", 66),
                           ("FreeBSD-14.3-bootonly.iso", 460)):
            self.disk(self.images, name, size * MIB)

    def disk(self, sr, name, size, description=""):
        return self.call("VDI.create", {
            "SR": sr, "name_label": name, "name_description": description, "virtual_size": size,
            "type": "user", "sharable": False, "read_only": False, "other_config": {}})

    def networks(self):
        pifs = {pif["device"]: ref for ref, pif in self.call("PIF.get_all_records").items()}
        self.network = self.call("PIF.get_network", pifs["nic0"])
        self.dmz = self.call("network.create", {"name_label": "DMZ",
                                                "name_description": "What faces the world"})
        self.call("VLAN.create", pifs["nic0"], 120, self.dmz)
        storage = self.call("network.create", {"name_label": "Storage", "MTU": 9000})
        self.call("Bond.create", storage, [pifs["nic1"], pifs["nic2"]], "", "lacp", {})
        self.call("network.create", {"name_label": "inside only", "name_description":
                                     "No way out: for VMs among themselves"})

    def vms(self):
        self.made = {}
        for name, description, tags, cpus, memory, disks, end in VMS[:6] if self.tidy else VMS:
            self.made[name] = vm = self.vm(name, description, tags, cpus, memory)
            for i, size in enumerate(disks):
                self.attach(vm, self.disk(self.sr, f"{name[:40]} disk {i}", size * GIB), str(i))
            self.vif(vm, self.network, "0")
            if "web" in tags:
                self.vif(vm, self.dmz, "1")
            if end != "halt":
                self.call("VM.start", vm, False, False)
            if end in ("pause", "suspend"):
                self.call(f"VM.{end}", vm)

    def vm(self, name, description, tags, cpus, memory):
        return self.call("VM.create", {
            "name_label": name, "name_description": description, "tags": tags,
            "memory_static_max": memory * MIB, "memory_dynamic_max": memory * MIB,
            "memory_dynamic_min": memory * MIB // 2, "memory_static_min": 128 * MIB,
            "VCPUs_max": cpus, "VCPUs_at_startup": cpus, "actions_after_crash": "restart",
            "PV_args": "console=hvc0", "other_config": {},
            "platform": {"vga": "std"} if name == "desktop" else {}})

    def attach(self, vm, vdi, device, **more):
        return self.call("VBD.create", {
            "VM": vm, "VDI": vdi, "userdevice": device, "bootable": device == "0", "mode": "RW",
            "type": "Disk", "empty": False, "other_config": {}, **more})

    def vif(self, vm, network, device):
        return self.call("VIF.create", {"VM": vm, "network": network, "device": device,
                                        "MTU": 1500, "MAC": "", "other_config": {}})

    def snapshots(self):
        """A tree with a branch: two of them, back to the first, one more."""
        vm = self.made["db-primary"]
        first = self.call("VM.snapshot", vm, "before PostgreSQL 17")
        self.call("VM.snapshot", vm, "after the upgrade")
        wiki = self.made["old-wiki"]
        base = self.call("VM.snapshot", wiki, "fresh")
        self.call("VM.snapshot", wiki, "with plugins")
        self.call("VM.revert", base)
        self.call("VM.snapshot", wiki, "without plugins" + ("" if self.tidy else " " + HOSTILE))
        self.call("VM.set_name_description", first, "Taken by hand, Friday evening")

    def others(self):
        """Alerts, accounts, a task that takes its time, a VM that has crashed."""
        uuid = self.call("VM.get_uuid", self.made["web-1"])
        host = self.call("host.get_uuid", self.host)
        say = "message.create"
        self.call(say, "ALARM", 2, "VM", uuid, "value: 0.97\nconfig: cpu_usage over 0.9")
        self.call(say, "SR_FULL", 1, "Host", host, "Repository scratch is 94 % full")
        self.call(say, "BACKUP_DONE", 4, "Host", host, "Nightly backup: 3 VMs, 41 GiB, 22 minutes")
        viewer = self.call("user.create", {"short_name": "viewer", "role": "read-only"})
        self.call("user.set_password", viewer, "viewer's own")
        slow = self.disk(self.sr, "slow copy of a template", 10 * GIB)
        self.call("Async.VDI.copy", slow, self.sr)
        if self.tidy:
            self.call("host.set_name_label", self.host, "atlas")
            return
        self.call(say, HOSTILE, 1, "VM", uuid, HOSTILE * 3)
        broken = self.made["broken appliance"]
        self.server.vmd_request("test.crash", {"uuid": self.call("VM.get_uuid", broken)})
