#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The installer's screens on a terminal of their own, with a machine that is made up: keys are
pressed, and what is shown and what is answered is looked at. Prints TAP; with a folder it writes
each screen there as a picture instead.

usage: screens.py INSTALL-UI [FOLDER]
"""
import os
import sys
import time
from pathlib import Path

import pexpect

from tap import run, test

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tools"))

from screen import Screen  # noqa: E402

UI = Path(sys.argv[1]).resolve()
UP, DOWN, ESC = "\x1b[A", "\x1b[B", "\x1b"
# What the interface asks, and what it starts in the end.
FAKE = r"""#!/bin/sh
cd "$T"
case "${0##*/} $*" in
"host-keymap --list") cat keymaps ;;
"host-keymap --load"*) echo "$2" >keymap ;;
"host-timezone --list") printf 'UTC\nAmerica/Lima\nEurope/Berlin\nEurope/Paris\n' ;;
"xl info") echo "nr_cpus                : 4"; echo "total_memory           : 8192" ;;
"storage sr probe "*) cat "probe-${3##*/}" ;;
"install-socle --existing") cat existing ;;
"install-socle --backup"*) cat backup ;;
"install-socle "*)
	cp answers said
	echo "[ 10%] Checking the medium"; echo "       from sr0"
	echo "+ sha256sum" >log
	[ ! -e slow ] || { read -r wait <gate; }
	[ ! -e broken ] || { echo "FAILED: vda: broken"; exit 1; }
	echo "[100%] Socle is installed on vda" ;;
esac
"""


class Machine:
    """Two disks and a card, nothing on them."""

    def __init__(self, folder):
        self.at, self.child, self.screen = Path(folder), None, Screen()
        for name in ("bin", "sys/block", "sys/class/net/nic0"):
            (self.at / name).mkdir(parents=True)
        for name in ("host-keymap", "host-timezone", "xl", "storage", "install-socle"):
            (self.at / "bin" / name).write_text(FAKE)
            (self.at / "bin" / name).chmod(0o755)
        (self.at / "keymaps").write_text("us\tEnglish (US)\nde\tGerman\n")
        for name in ("existing", "backup"):
            (self.at / name).write_text("")
        (self.at / "sys/class/net/nic0/address").write_text("52:54:00:12:34:56\n")
        (self.at / "sys/class/net/nic0/carrier").write_text("1\n")
        self.disk("vda")

    def disk(self, name, megabytes=20000, found="nothing"):
        (self.at / "sys/block" / name / "device").mkdir(parents=True, exist_ok=True)
        (self.at / "sys/block" / name / "size").write_text(f"{megabytes * 2048}\n")
        (self.at / "sys/block" / name / "device/model").write_text("QEMU DISK\n")
        (self.at / f"probe-{name}").write_text(f"found: {found}\n")

    def nic(self, name):
        (self.at / f"sys/class/net/{name}").mkdir()
        (self.at / f"sys/class/net/{name}/address").write_text("52:54:00:12:34:57\n")

    def start(self, *words):
        env = {"PATH": f"{self.at}/bin:{os.environ['PATH']}", "T": str(self.at), "TERM": "xterm",
               "INSTALL_SYS": str(self.at / "sys"), "INSTALL_ANSWERS": str(self.at / "answers"),
               "INSTALL_LOG": str(self.at / "log"), "ESCDELAY": "20"}
        self.child = pexpect.spawn(str(UI), list(words), env=env, dimensions=(24, 80), timeout=120)
        self.child.delaybeforesend = None

    def shown(self):
        return "\n".join(self.screen.text())

    def see(self, *words):
        """Waits until all of that is on the screen."""
        end = time.monotonic() + 120
        while not all(w in self.shown() for w in words):
            assert time.monotonic() < end, f"no {words} in:\n{self.shown()}"
            try:
                self.screen.feed(self.child.read_nonblocking(65536, timeout=0.2))
            except (pexpect.TIMEOUT, pexpect.EOF):
                pass

    def settle(self):
        """All of a screen, when what was waited for came before its end."""
        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            try:
                self.screen.feed(self.child.read_nonblocking(65536, timeout=0.1))
            except pexpect.TIMEOUT:
                pass

    def press(self, keys):
        self.child.send(keys)

    def next(self, title, keys="\n"):
        self.see(f"Socle - {title}")
        self.press(keys)

    def to(self, title):
        """Enter on every screen up to that one."""
        for name, keys in DEFAULTS:
            if name == title:
                break
            self.next(name, keys)
        self.see(f"Socle - {title}")

    def end(self):
        """The exit status."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus

    def said(self):
        return (self.at / "said").read_text()


PASSWORD = f"{DOWN}secret{DOWN}secret\n"
DEFAULTS = (("keyboard", "\n"), ("installation", "\n"), ("this machine", "\n"),
            ("the system's disk", "\n"), ("VMs' disks", "\n"), ("source", "\n"),
            ("name and password", PASSWORD), ("network", "\n"), ("time zone", "\n"),
            ("clock", "\n"), ("last question", "\n"), ("done", "\n"))


@test
def enter_is_enough(m):
    """A default installation: Enter a dozen times, and the password."""
    m.start()
    for name, keys in DEFAULTS:
        m.next(name, keys)
    assert sum(keys.count("\n") for _, keys in DEFAULTS) <= 12
    assert m.end() == 0
    assert m.said() == ("disk vda\nfinish shell\nstorage thin\nhostname socle\n"
                        "root-password secret\nkeymap us\nautomatic bridges\n"
                        "automatic address\n"), m.said()


@test
def back_from_every_screen(m):
    m.start()
    m.to("last question")
    for name, _ in reversed(DEFAULTS[:-2]):
        m.press(ESC)
        m.see(f"Socle - {name}")
    m.press(ESC)
    assert m.end() == 3 and not (m.at / "said").exists()


@test
def every_disk_is_named(m):
    m.disk("vda", found='ext4 "photos"')
    m.disk("vdb", found="nothing")
    m.disk("vdc", found="LVM")
    m.start()
    m.to("the system's disk")
    m.press("\n")
    m.next("other disks", " " + DOWN + "  \n")
    m.next("VMs' disks")
    m.next("source")
    m.next("name and password", PASSWORD)
    m.next("network")
    m.next("time zone")
    m.next("clock")
    m.see("Socle - last question", "will be erased", "vda", "photos", "vdb", "vdc", "LVM")
    m.press("\n")
    m.next("done")
    assert m.end() == 0
    assert m.said().startswith("disk vda\nerase vda\nmirror-disk vdb\nstorage-disk vdc\n"
                               "erase vdc\n"), m.said()


@test
def what_makes_no_sense_is_asked_again(m):
    m.disk("vdb", megabytes=2000)
    m.start()
    m.to("the system's disk")
    m.press(DOWN + "\n")
    m.see("4 GB or larger")
    m.press(UP + "\n")
    m.next("other disks")
    m.next("VMs' disks")
    m.next("source", f"{DOWN}\n")
    m.see("A URL is, for example")
    m.press(f"{DOWN}http://192.0.2.1/socle\n")
    m.next("name and password", f"{DOWN}one{DOWN}two\n")
    m.see("The two passwords differ")
    m.press(f"{DOWN}\x15secret{DOWN}\x15secret\n")
    m.next("network", f"{DOWN}{DOWN}{DOWN}{DOWN} \n")
    m.see("is written with its length")


@test
def all_there_is_to_set(m):
    m.nic("nic1")
    m.start()
    m.next("keyboard", f"{DOWN}\n")
    m.next("installation")
    m.next("this machine")
    m.next("the system's disk")
    m.next("VMs' disks", f"{DOWN}\n")
    m.next("source")
    m.next("name and password", "\x15web1" + PASSWORD)
    m.next("network", f"{DOWN} {DOWN} {DOWN}20{DOWN} {DOWN}192.0.2.10/24{DOWN}192.0.2.1{DOWN}  "
                      f"{DOWN}2001:db8::10/64{DOWN}2001:db8::1{DOWN}192.0.2.53\n")
    m.next("time zone", "e\n")
    m.see("Berlin", "Paris")
    m.press("p\n")
    m.next("clock", f"192.0.2.5, 192.0.2.6{DOWN}2026-11-21 20:15\n")
    m.next("last question")
    m.see("https://192.0.2.10/")
    m.press("\n")
    assert m.end() == 0
    assert (m.at / "keymap").read_text() == "de\n"
    assert m.said() == (
        "disk vda\nfinish shell\nstorage thick\nhostname web1\nroot-password secret\nkeymap de\n"
        "timezone Europe/Paris\nclock 2026-11-21 20:15\nntp-server 192.0.2.5\n"
        "ntp-server 192.0.2.6\nautomatic bridges\nbond bond0\n    nics nic0 nic1\n"
        "    mode 802.3ad\nnetwork host\n    nic bond0\n    vlan 20\n    address 192.0.2.10/24\n"
        "    gateway 192.0.2.1\n    address 2001:db8::10/64\n    gateway 2001:db8::1\n"
        "    dns 192.0.2.53\n"), m.said()


@test
def what_is_there_is_offered(m):
    (m.at / "existing").write_text("vda vdb\n")
    m.start()
    m.to("this machine")
    m.press("\n")
    m.see("Socle - what to do", "Upgrade Socle on vda vdb")
    m.press(f"{DOWN}\n")
    m.see("Socle - last question", "tried", "No disk is erased")
    m.press(ESC)
    m.next("what to do", f"{DOWN}\n")
    m.next("source")
    m.next("name and password", PASSWORD)
    m.next("network")
    m.next("time zone")
    m.next("clock")
    m.see("Socle - last question", "Disks of VMs and CD images stay")
    m.press("\n")
    m.next("done")
    assert m.end() == 0 and m.said().startswith("install reinstall\ndisk vda\n"), m.said()


@test
def a_backup_comes_back(m):
    (m.at / "backup").write_text("host-backup.tar.zst\n")
    m.start()
    m.to("this machine")
    m.press("\n")
    m.see("Socle - what to do", "There is a backup of a host")
    m.press(f"{DOWN} \n")
    for name, keys in DEFAULTS[3:]:
        m.next(name, keys)
    assert m.end() == 0 and "restore-backup disk:/host-backup.tar.zst\n" in m.said(), m.said()


@test
def a_disk_images_first_start(m):
    m.start("--first-start")
    for name in ("keyboard", "name and password", "network", "time zone", "clock",
                 "last question", "done"):
        m.next(name, dict(DEFAULTS)[name])
    assert m.end() == 0 and "disk" not in m.said() and "storage" not in m.said(), m.said()


@test
def a_failure_leads_back(m):
    (m.at / "broken").write_text("")
    m.start()
    m.to("last question")
    m.press("\n")
    m.see("Socle - not installed", "FAILED: vda: broken")
    (m.at / "broken").unlink()
    m.press("\n")
    for name, keys in DEFAULTS:
        m.next(name, "\n" if name == "name and password" else keys)
    assert m.end() == 0


@test
def the_log_by_a_key(m):
    (m.at / "slow").write_text("")
    os.mkfifo(m.at / "gate")
    m.start()
    m.to("last question")
    m.press("\n")
    m.see("Socle - installing", "Checking the medium", "from sr0", "L: log")
    m.press("l")
    m.see("+ sha256sum", "L: no log")
    (m.at / "gate").write_text("go\n")
    m.next("done")
    assert m.end() == 0


@test
def no_disk_and_little_memory(m):
    (m.at / "sys/block/vda/size").write_text("2048\n")
    m.start()
    m.to("this machine")
    m.see("none of which has the 4 GB")
    m.press("\n")
    m.see("This machine has no disk")
    m.press("\n")
    m.see("It has to be 4 GB or larger")


def pictures(m, folder):
    """One of each screen."""
    m.disk("vda", 240000, 'ext4 "photos"')
    m.disk("vdb", 240000)
    (m.at / "slow").write_text("")
    (m.at / "existing").write_text("vdb\n")
    lines = (TOP / "installer/locale/keymaps").read_text().splitlines()
    (m.at / "keymaps").write_text("".join("{0}\t{2}\n".format(*line.split("\t"))
                                          for line in lines if not line.startswith("#")))
    os.mkfifo(m.at / "gate")
    m.start()
    titles = [title for title, _ in DEFAULTS]
    titles[3:3] = ["what to do"]
    titles[5:5] = ["other disks"]
    titles[-1:] = ["installing", "done"]
    keys = dict(DEFAULTS, **{"name and password": f"{DOWN}secret{DOWN}secret"})
    for number, title in enumerate(titles, 1):
        m.see(f"Socle - {title}")
        if title == "name and password":
            m.press(keys[title])
            m.see("*****")
            keys[title] = "\n"
        elif title == "installing":
            m.press("l")
            m.see("sha256sum")
        m.settle()
        name = f"{number:02}-{title.replace(chr(39), '').replace(' ', '-')}.svg"
        (folder / name).write_text(m.screen.svg(title))
        if title == "installing":
            (m.at / "gate").write_text("go\n")
        else:
            m.press(keys.get(title, "\n"))


def main():
    if len(sys.argv) == 2:
        return run(Machine)
    import tempfile     # pylint: disable=import-outside-toplevel
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        pictures(Machine(place), folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
