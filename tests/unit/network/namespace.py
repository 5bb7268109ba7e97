#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The network service against the real kernel, in network namespaces of their own.

The host under test has two NICs, which are ends of veth pairs; the other ends are in a second
namespace, the wire, where the gateway is. A third is a guest. No interface of the machine that runs
this is touched. Prints TAP. Needs root, or every test is skipped.

usage: namespace.py PROGRAM BUSYBOX
"""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else ""
BUSYBOX = sys.argv[2] if len(sys.argv) > 2 else "busybox"
TESTS = []
PLACES = {"e0": "0000:00:05.0", "e1": "0000:00:03.0", "e2": "0000:00:09.0"}

STATIC = """automatic bridges
network xenbr0
    nic nic0
    address 10.7.0.2/24
    gateway 10.7.0.1
"""


def test(function):
    TESTS.append(function)
    return function


def sh(*command, ok=True, netns=None):
    """Output of a command, in the namespace of a process if one is given."""
    if netns:
        command = ("nsenter", "-t", str(netns), "-n", *command)
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=240, check=False)
    if ok and done.returncode:
        raise AssertionError(f"{' '.join(command)}: {done.stdout.strip()}")
    return done.stdout if ok else (done.returncode, done.stdout)


def ip(line, netns=None):
    return sh("ip", *line.split(), netns=netns)


def wait(what, condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def namespace():
    """A process that holds a new network namespace."""
    holder = subprocess.Popen(["unshare", "-n", "sleep", "3600"])
    own = os.readlink("/proc/self/ns/net")
    wait("a namespace", lambda: os.readlink(f"/proc/{holder.pid}/ns/net") != own)
    ip("link set lo up", holder.pid)
    return holder


class Host:
    """The service, its root folder, two NICs, and what hangs on their wires."""

    def __init__(self, conf):
        self.root = Path(tempfile.mkdtemp(prefix="network-"))
        self.conf, self.candidate = self.root / "etc/socle/network.conf", self.root / "candidate"
        self.service, self.holders, self.links = None, [], []
        for folder in ("etc/socle", "run", "sys/class/net", "bin"):
            (self.root / folder).mkdir(parents=True)
        for number, (name, place) in enumerate(sorted(PLACES.items(), key=lambda p: p[1])):
            device = self.root / "sys/devices/pci0000:00" / place
            device.mkdir(parents=True)
            for link in (name, f"nic{number}"):
                (self.root / "sys/class/net" / link).mkdir()
                (self.root / "sys/class/net" / link / "device").symlink_to(device)
        for tool in ("udhcpc", "udhcpd"):
            (self.root / "bin" / tool).symlink_to(Path(BUSYBOX).resolve())
        if conf is not None:
            self.conf.write_text(conf)
        self.wire = self.new_namespace()
        # Two wires: the gateway answers only on its own.
        sh("sh", "-c", "echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore", netns=self.wire)
        self.add_nic("e0", 5)
        self.add_nic("e1", 3)
        # e1 has the lower address in the machine: nic0, whatever came first.
        ip("addr add 10.7.0.1/24 dev far-e1", self.wire)
        ip("-6 addr add 2001:db8::1/64 dev far-e1 nodad", self.wire)
        (self.root / "run/coldplug.done").touch()

    def new_namespace(self):
        holder = namespace()
        self.holders.append(holder)
        return holder.pid

    def add_nic(self, name, last):
        ip(f"link add {name} address 52:00:00:00:00:0{last} type veth peer name far-{name}")
        ip(f"link set far-{name} netns {self.wire}")
        ip(f"link set far-{name} up", self.wire)
        self.links.append(name)

    def add_guest(self, vif, bridge, mac, address):
        """A namespace whose eth0 is on a bridge."""
        guest = self.new_namespace()
        ip(f"link add {vif} type veth peer name eth0 netns {guest}")
        ip(f"link set {vif} master {bridge} up")
        ip(f"link set eth0 address {mac} up", guest)
        ip(f"addr add {address} dev eth0", guest)
        return guest

    def start(self):
        path = f"{self.root}/bin:{os.environ['PATH']}"
        log = open(self.root / "log", "ab")
        env = dict(os.environ, PATH=path, SOCLE_NETWORK_TEST_SECONDS="8")
        self.service = subprocess.Popen([PROGRAM, "--root", self.root, "serve"], env=env,
                                        stdout=log, stderr=log)
        log.close()
        wait("the service", (self.root / "run/socle/network.sock").exists)
        wait("an answer", lambda: self.ask("show")[0] == 0)

    def stop(self, how=signal.SIGTERM):
        self.service.send_signal(how)
        status = self.service.wait(120)
        if how == signal.SIGTERM:
            assert status == 0, f"the service ended with {status}: {self.log()}"

    def log(self):
        return (self.root / "log").read_text()

    def ask(self, *words):
        return sh(PROGRAM, "--root", str(self.root), *words, ok=False)

    def apply(self, text, *words):
        self.candidate.write_text(text)
        return self.ask("apply", str(self.candidate), *words)

    def resolv(self):
        return (self.root / "etc/resolv.conf").read_text()

    def addresses(self, link):
        return re.findall(r"inet6? (\S+)", sh("ip", "addr", "show", "dev", link, "scope", "global"))

    def close(self):
        if self.service and self.service.poll() is None:
            self.stop()
        for holder in self.holders:
            holder.kill()
            holder.wait()
        for name in indexes():
            if name != "lo":
                sh("ip", "link", "del", name, ok=False)
        for text in ("AddressSanitizer", "runtime error", "LeakSanitizer"):
            assert text not in self.log(), self.log()[-3000:]
        shutil.rmtree(self.root)


@contextlib.contextmanager
def host(conf=STATIC, started=True):
    h = Host(conf)
    try:
        if started:
            h.start()
        yield h
    except BaseException:
        with contextlib.suppress(OSError):
            sys.stderr.write(h.log()[-4000:])
        raise
    finally:
        h.close()


def exists(link):
    return Path(f"/proc/sys/net/ipv4/conf/{link}").exists()


def indexes():
    return {name: index for index, name in re.findall(r"^(\d+): ([^:@]+)", ip("-o link"), re.M)}


def pings(netns, address, *options):
    return sh(BUSYBOX, "ping", "-c1", "-W1", *options, address, ok=False, netns=netns)[0] == 0


@test
def bridges_come_up_in_the_order_of_places():
    with host() as h:
        wait("the address", lambda: h.addresses("xenbr0") == ["10.7.0.2/24"])
        first = ip("link show nic0")
        assert "master xenbr0" in first and "52:00:00:00:00:03" in first
        assert "master xenbr1" in ip("link show nic1")
        assert "default via 10.7.0.1 dev xenbr0" in ip("route")
        assert pings(h.wire, "10.7.0.2")
        assert "10.7.0.2/24, gateway 10.7.0.1" in h.ask("show")[1]


@test
def twice_changes_nothing():
    with host() as h:
        before, logged = indexes(), len(h.log())
        status, said = h.apply(STATIC)
        assert status == 0 and "so already" in said
        assert indexes() == before
        for word in ("create", "delete", "add ", "remove"):
            assert word not in h.log()[logged:], h.log()[logged:]
        status, said = h.ask("check", str(h.candidate))
        assert status == 0 and said == "nothing to do\n"


@test
def a_good_change_stays():
    with host() as h:
        before = indexes()
        status, said = h.apply(STATIC + "    address 2001:db8::2/64\n    gateway 2001:db8::1\n"
                               "network inner\n")
        assert status == 0 and "the gateway answers" in said, said
        assert exists("inner")
        assert sorted(h.addresses("xenbr0")) == ["10.7.0.2/24", "2001:db8::2/64"]
        assert {n: i for n, i in indexes().items() if n != "inner"} == before
        assert "network inner" in h.conf.read_text()
        assert not (h.root / "var/lib/socle/network/pending.conf").exists()


@test
def a_change_that_loses_the_gateway_goes_back():
    with host() as h:
        lost = STATIC.replace("nic nic0", "nic nic1").replace("automatic bridges\n", "")
        status, said = h.apply(lost)
        assert status != 0 and "no answer: gateway 10.7.0.1" in said, said
        assert h.conf.read_text() == STATIC
        assert (h.root / "etc/socle/network.conf.rejected").read_text() == lost
        assert "master xenbr0" in ip("link show nic0") and pings(h.wire, "10.7.0.2")
        status, said = h.apply("automatic bridges\n")
        assert status != 0 and "leaves no gateway" in said, said
        assert pings(h.wire, "10.7.0.2")


@test
def an_edited_file_goes_back_too():
    with host() as h:
        h.conf.write_text(STATIC.replace("10.7.0.1", "10.7.0.99"))
        status, said = h.ask("apply")
        assert status != 0 and "10.7.0.99" in said
        assert h.conf.read_text() == STATIC


@test
def confirmed_or_not():
    with host() as h:
        other = STATIC.replace("10.7.0.2/24", "10.7.0.3/24")
        status, said = h.apply(other, "--confirm-within", "10")     # for all of the following
        assert status == 0 and "network confirm" in said
        assert h.addresses("xenbr0") == ["10.7.0.3/24"]
        assert "waits for" in h.ask("show")[1]
        assert re.fullmatch(r"waiting ([1-9]|10)\n", h.ask("state")[1])
        status, said = h.apply(STATIC)
        assert status != 0 and "another change waits" in said
        wait("the way back", lambda: h.addresses("xenbr0") == ["10.7.0.2/24"])
        assert h.ask("state")[1].startswith("undone\nnobody confirmed in time")
        assert h.ask("confirm")[0] != 0
        h.apply(other, "--confirm-within", "60")
        assert h.ask("confirm")[0] == 0
        assert h.conf.read_text() == other and h.ask("state")[1] == "kept\nconfirmed\n"
        h.apply(STATIC, "--confirm-within", "60")
        status, said = h.ask("rollback")
        assert status == 0 and h.addresses("xenbr0") == ["10.7.0.3/24"]
        assert h.ask("rollback")[0] != 0


@test
def killed_before_it_was_confirmed():
    with host() as h:
        other = STATIC.replace("10.7.0.2/24", "10.7.0.3/24") + "network inner\n"
        assert h.apply(other, "--confirm-within", "60")[0] == 0
        assert exists("inner")
        h.stop(signal.SIGKILL)
        h.start()
        wait("the way back", lambda: h.addresses("xenbr0") == ["10.7.0.2/24"])
        wait("no network of the change", lambda: not exists("inner"))
        assert (h.root / "etc/socle/network.conf.rejected").read_text() == other
        assert "was not confirmed" in h.log()


@test
def started_again_nothing_moves():
    with host() as h:
        before = indexes()
        h.stop(signal.SIGKILL)
        h.start()
        assert indexes() == before and h.addresses("xenbr0") == ["10.7.0.2/24"]


@test
def mistakes_change_nothing():
    with host() as h:
        before = indexes()
        for text, word in (("netwrok a\n", "candidate:1: expected automatic"),
                           ("network a\nnic nic7\n", "there is no NIC nic7"),
                           ("network a\nnic nic0\nvlan 5000\n", "found \"5000\""),
                           ("network a\nnic nic0\nnetwork b\nnic nic0\n", "used by a already"),
                           (STATIC + "network xenbr1\n", "name of the automatic bridge of nic1")):
            status, said = h.apply(text)
            assert status != 0 and word in said, said
        assert indexes() == before and h.addresses("xenbr0") == ["10.7.0.2/24"]


@test
def guests_hold_their_network():
    with host(STATIC + "network inner\n") as h:
        wait("the network", lambda: exists("inner"))
        h.add_guest("vif1.0", "inner", "00:16:3e:00:00:01", "10.8.0.5/24")
        status, said = h.apply(STATIC)
        assert status != 0 and "network inner cannot go: vif1.0 is on it" in said
        assert "master inner" in ip("link show vif1.0")


@test
def guests_stay_when_their_card_goes():
    with host() as h:
        h.add_guest("vif1.0", "xenbr1", "00:16:3e:00:00:01", "10.8.0.5/24")
        ip("link del nic1")
        wait("the card to be missed", lambda: "nic1" not in h.ask("show")[1].split("NIC ")[-1])
        assert "master xenbr1" in ip("link show vif1.0")
        assert "cannot go" not in h.log()


@test
def a_guest_does_not_hold_up_the_way_back():
    with host() as h:
        h.add_guest("vif1.0", "xenbr1", "00:16:3e:00:00:01", "10.8.0.5/24")
        assert h.apply(STATIC + "network inner\n", "--confirm-within", "60")[0] == 0
        ip("link set vif1.0 master inner")
        status, said = h.ask("rollback")
        assert status == 0 and "failed" not in said, said
        assert "master inner" in ip("link show vif1.0")


@test
def a_nic_that_comes_later():
    with host() as h:
        h.add_nic("e2", 9)
        wait("its bridge", lambda: exists("xenbr2"))
        wait("it in its bridge", lambda: "master xenbr2" in ip("link show nic2"))
        ip("link del nic2")
        h.add_nic("e2", 9)
        wait("it again", lambda: exists("nic2") and "master xenbr2" in ip("link show nic2"))


@test
def a_file_that_is_broken_at_the_start():
    with host("nonsense\n") as h:
        assert "expected automatic" in h.log() and "what holds without a file" in h.log()
        wait("bridges", lambda: exists("xenbr0") and exists("xenbr1"))


@test
def a_network_that_somebody_deleted_comes_back():
    with host() as h:
        ip("link del xenbr0")
        wait("the bridge", lambda: exists("xenbr0") and h.addresses("xenbr0") == ["10.7.0.2/24"])
        wait("the route", lambda: "default via 10.7.0.1" in ip("route"))


@test
def nat_for_guests():
    with host(STATIC + "network out\n    nat 10.9.0.1/24\n") as h:
        wait("the network", lambda: exists("out"))
        wait("forwarding", lambda: Path("/proc/sys/net/ipv4/ip_forward").read_text() == "1\n")
        guest = h.add_guest("vif1.0", "out", "00:16:3e:00:00:01", "10.9.0.5/24")
        ip("route add default via 10.9.0.1", guest)
        # The wire has no route back: it answers only to the host's own address.
        wait("an answer through the host", lambda: pings(guest, "10.7.0.1"))
        # No way in, and no way out with somebody else's address.
        ip("route add 10.9.0.0/24 via 10.7.0.2", h.wire)
        assert not pings(h.wire, "10.9.0.5")
        ip("addr add 10.66.0.5/24 dev eth0", guest)
        assert not pings(guest, "10.7.0.1", "-I", "10.66.0.5")
        told = sh(BUSYBOX, "udhcpc", "-f", "-n", "-q", "-i", "eth0", "-s", "/bin/true", netns=guest)
        assert re.search(r"lease of 10\.9\.0\.\d+ obtained from 10\.9\.0\.1\b", told), told
        assert h.apply(STATIC)[0] != 0       # the guest is on it
        ip("link del vif1.0")
        status, said = h.apply(STATIC)
        assert status == 0, said
        assert Path("/proc/sys/net/ipv4/ip_forward").read_text() == "0\n"


@test
def mtu_there_and_back():
    def mtu(link):
        return int(re.search(r" mtu (\d+)", ip(f"link show {link}"))[1])

    with host(STATIC) as h:
        fast = "network fast\n    nic nic1\n    mtu 8000\n"
        status, said = h.apply(STATIC + fast)
        assert status == 0, said
        mtus = [mtu(link) for link in ("nic0", "xenbr0", "nic1", "fast")]
        assert mtus == [1500, 1500, 8000, 8000], mtus
        status, said = h.apply(STATIC)
        assert status == 0 and mtu("nic1") == mtu("xenbr1") == 1500, said


@test
def static_routes():
    with host(STATIC) as h:
        ip("route add 10.30.0.0/16 via 10.7.0.9")       # somebody else's
        status, said = h.apply(STATIC + "    route 10.20.0.0/16 10.7.0.9\n")
        assert status == 0, said
        assert "10.20.0.0/16 via 10.7.0.9 dev xenbr0" in ip("route")
        assert "10.20.0.0/16 by 10.7.0.9" in h.ask("show")[1]
        assert "so already" in h.apply(STATIC + "    route 10.20.0.0/16 10.7.0.9\n")[1]
        status, said = h.apply(STATIC)
        assert status == 0, said
        assert "10.20.0.0/16" not in ip("route") and "10.30.0.0/16" in ip("route")


@test
def a_locked_guest_cannot_pose_as_another():
    with host(STATIC + "network lan\n    address 10.8.0.1/24\n    address 2001:db8:8::1/64\n") as h:
        wait("the network", lambda: exists("lan"))
        mac, options = "00:16:3e:00:00:01", ["--mac", "00:16:3e:00:00:01"]
        guest = h.add_guest("vif1.0", "lan", mac, "10.8.0.5/24")
        ip("-6 addr add 2001:db8:8::5/64 dev eth0 nodad", guest)
        assert pings(guest, "10.8.0.1")
        assert h.ask("lock", "vif1.0", *options)[0] == 0
        assert pings(guest, "10.8.0.1")
        ip("link set eth0 address 00:16:3e:00:00:02", guest)
        assert not pings(guest, "10.8.0.1"), "another MAC address"
        ip(f"link set eth0 address {mac}", guest)
        wait("its own again", lambda: pings(guest, "10.8.0.1"))
        both = [*options, "--ip", "10.8.0.5", "--ip", "2001:db8:8::5"]
        assert h.ask("lock", "vif1.0", *both)[0] == 0
        assert pings(guest, "10.8.0.1")
        wait("IPv6", lambda: pings(guest, "2001:db8:8::1"))
        ip("addr add 10.8.0.6/24 dev eth0", guest)
        assert not pings(guest, "10.8.0.1", "-I", "10.8.0.6"), "another IPv4 address"
        ip("-6 addr add 2001:db8:8::6/64 dev eth0 nodad", guest)
        assert not pings(guest, "2001:db8:8::1", "-I", "2001:db8:8::6"), "another IPv6 address"
        assert h.ask("unlock", "vif1.0")[0] == 0
        wait("all again", lambda: pings(guest, "10.8.0.1", "-I", "10.8.0.6"))
        assert h.ask("unlock", "vif1.0")[0] == 0
        status, said = h.ask("lock", "vif7.0", *options)
        assert status != 0 and "there is no interface vif7.0" in said
        assert h.ask("lock", "vif1.0", "--mac", "nonsense")[0] == 2


@test
def a_lock_goes_with_its_interface():
    with host(STATIC + "network lan\n    address 10.8.0.1/24\n") as h:
        wait("the network", lambda: exists("lan"))
        for mac in ("00:16:3e:00:00:01", "00:16:3e:00:00:02"):
            guest = h.add_guest("vif1.0", "lan", mac, "10.8.0.5/24")
            assert h.ask("lock", "vif1.0", "--mac", mac, "--ip", "10.8.0.5")[0] == 0
            wait("an answer", lambda g=guest: pings(g, "10.8.0.1"))
            ip("link del vif1.0")


@test
def name_servers_without_dhcp():
    with host(STATIC + "    dns 10.7.0.53 2001:db8::53\n    search example.org b.test\n") as h:
        file = h.root / "etc/resolv.conf"
        wait("the file", file.exists)
        assert h.resolv() == ("search example.org b.test\nnameserver 10.7.0.53\n"
                              "nameserver 2001:db8::53\n")
        # What somebody else writes stays until there is something new to say.
        file.write_text("nameserver 10.7.0.99\n")
        assert h.apply(h.conf.read_text() + "network inner\n")[0] == 0
        assert h.resolv() == "nameserver 10.7.0.99\n"
        assert h.apply(STATIC + "    dns 10.7.0.54\n")[0] == 0
        assert h.resolv() == "nameserver 10.7.0.54\n"
        # What could not be written is written as soon as it can be; without any there is none.
        file.unlink()
        file.mkdir()
        assert h.apply(STATIC + "    dns 10.7.0.55\n")[0] == 0
        file.rmdir()
        assert h.apply(h.conf.read_text() + "network inner\n")[0] == 0
        assert h.resolv() == "nameserver 10.7.0.55\n"
        assert h.apply(STATIC)[0] == 0
        assert h.resolv() == ""
        status, said = h.apply(STATIC + "    search not/a/domain\n")
        assert status != 0 and "expected a domain" in said, said


@test
def dhcp_on_the_first_nic_with_a_link():
    with host("automatic bridges\nautomatic address\n", started=False) as h:
        ip("link set far-e1 down", h.wire)      # nic0 has no link
        ip("addr add 10.6.0.1/24 dev far-e0", h.wire)
        conf = h.root / "server.conf"
        conf.write_text("interface far-e0\nstart 10.6.0.50\nend 10.6.0.50\noption router 10.6.0.1\n"
                        "option subnet 255.255.255.0\noption dns 10.6.0.53\noption lease 60\n"
                        f"lease_file {h.root}/leases\npidfile {h.root}/pid\n")
        (h.root / "leases").touch()
        server = subprocess.Popen(["nsenter", "-t", str(h.wire), "-n", f"{h.root}/bin/udhcpd",
                                   "-f", str(conf)], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        try:
            h.start()
            wait("the lease", lambda: h.addresses("xenbr1") == ["10.6.0.50/24"])
            wait("the route", lambda: "default via 10.6.0.1 dev xenbr1" in ip("route"))
            file = h.root / "etc/resolv.conf"
            wait("the name server", lambda: file.exists() and file.read_text() ==
                 "nameserver 10.6.0.53\n")
            # Its own name servers stand in for those that DHCP brought, and for these only.
            own = "network xenbr1\nnic nic1\naddress dhcp\n"
            status, said = h.apply(f"automatic bridges\n{own}dns 10.6.0.1\nsearch example.org\n")
            assert status == 0, said
            assert h.resolv() == "search example.org\nnameserver 10.6.0.1\n"
            assert h.addresses("xenbr1") == ["10.6.0.50/24"]
            assert h.apply(f"automatic bridges\n{own}")[0] == 0
            assert h.resolv() == "nameserver 10.6.0.53\n"
            # A change elsewhere does not touch it; the service started again does not, either.
            status, said = h.apply("automatic bridges\nautomatic address\nnetwork inner\n")
            assert status == 0 and "the gateway answers" in said, said
            # No DHCP server on the other wire.
            status, said = h.apply("network xenbr0\nnic nic0\naddress dhcp\n")
            assert status != 0 and "no DHCP server on xenbr0" in said, said
            wait("the address again", lambda: h.addresses("xenbr1") == ["10.6.0.50/24"])
            h.stop(signal.SIGKILL)
            h.start()
            wait("the same address", lambda: h.addresses("xenbr1") == ["10.6.0.50/24"])
        finally:
            server.kill()
            server.wait()


def main():
    print(f"1..{len(TESTS)}")
    failed = 0
    wanted = os.environ.get("ONLY", "")
    for number, function in enumerate(TESTS, 1):
        if wanted and wanted not in function.__name__:
            continue
        try:
            skip = function()
            print(f"ok {number} - {function.__name__}" + (f" # SKIP {skip}" if skip else ""))
        except Exception as error:      # pylint: disable=broad-except
            failed += 1
            where = traceback.extract_tb(error.__traceback__)
            line = next((f.lineno for f in reversed(where) if f.name == function.__name__), 0)
            print(f"# line {line}: {type(error).__name__}: {error}")
            print(f"not ok {number} - {function.__name__}")
        sys.stdout.flush()
    return 1 if failed else 0


def enter():
    """Starts this again in a namespace of its own; False where that is not possible."""
    if os.environ.get("NETWORK_NAMESPACE"):
        return True
    if os.geteuid() == 0 and subprocess.run(["unshare", "-n", "true"], check=False).returncode == 0:
        os.environ["NETWORK_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])
    return False


if __name__ == "__main__":
    if enter():
        sys.exit(main())
    print(f"1..{len(TESTS)}")
    for place, each in enumerate(TESTS, 1):
        print(f"ok {place} - {each.__name__} # SKIP needs root and network namespaces")
