#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's menu on a terminal of its own: what it shows, and which commands it starts for what
keys. The commands note what they were asked for and say what a host's would. Prints TAP.

usage: screens.py HOSTMENU BUSYBOX [FOLDER-FOR-PICTURES]
"""
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pexpect

TOP = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(TOP / "tests/unit/installer"), str(TOP / "tools")]

from screen import Screen  # noqa: E402
from tap import run, test  # noqa: E402

HOSTMENU, BUSYBOX = (Path(p).resolve() for p in sys.argv[1:3])
PICTURES = Path(sys.argv[3]) if len(sys.argv) > 3 else None
PASSWORD = "correct horse"
UP, DOWN, ESCAPE, ENTER = "\x1b[A", "\x1b[B", "\x1b", "\n"
WITHIN = 120
# A command of the host: says what is in a file of its name, or fails with that.
FAKE = r"""#!/bin/sh
name=${0##*/}
echo "$name $*" >>"$T/calls"
[ "$name" != chpasswd ] && [ "$name" != apid ] || cat >>"$T/input"
set -- "$name" "$@"
[ ! -e "$T/fails/$1-$2" ] || { cat "$T/fails/$1-$2"; exit 1; }
cat "$T/says/$1-$2" 2>/dev/null
exit 0
"""
FAKES = ("xe", "network", "host-certificate", "dropbearkey", "sv", "storage", "apid", "chpasswd",
         "host-upgrade", "host-reset", "host-keymap", "host-timezone", "reboot", "poweroff", "hwclock", "login", "less")
VMS = """uuid ( RO)                : 11111111-1111-1111-1111-111111111111
          name-label ( RW): web
         power-state ( RO): running


uuid ( RO)                : 22222222-2222-2222-2222-222222222222
          name-label ( RW): mail \x1b[31mred\x07 caf\xc3\xa9
         power-state ( RO): halted


"""
SRS = """uuid ( RO)                : aaaa
          name-label ( RW): Local storage
                type ( RO): lvmthin
       physical-size ( RO): 107374182400
 physical-utilisation ( RO): 10737418240


"""
PBDS = """uuid ( RO)                : bbbb
             sr-uuid ( RO): aaaa
  currently-attached ( RO): true


"""
PIFS = """uuid ( RO)                : cccc
              device ( RO): nic0
  ip-configuration-mode ( RO): DHCP
                  IP ( RO): 192.0.2.10
             netmask ( RO): 255.255.255.0
             gateway ( RO): 192.0.2.1
                 DNS ( RO): 192.0.2.53


"""
NETWORK = """NETWORK         STATE   ON                   GUESTS ADDRESS
xenbr1          no link nic1                      0 -
xenbr0          up      nic0                      2 192.0.2.10/24 (DHCP), gateway 192.0.2.1

NIC             STATE   MAC               PCI           IN
nic0            up      52:54:00:12:34:56 0000:00:02.0  xenbr0
"""
SERVICES = ("apid", "vmd", "lighttpd", "network", "xenstored", "consoled", "storage", "transfer")


class Menu:
    """A host in a folder, and its menu on a terminal."""

    def __init__(self, folder):
        self.at, self.child, self.screen = Path(folder), None, Screen()
        for name in ("bin", "says", "fails", "etc/socle", "proc/sys/kernel", "run", "tmp",
                     "sys/block/sdb"):
            (self.at / name).mkdir(parents=True)
        for name in FAKES:
            (self.at / "bin" / name).write_text(FAKE)
            (self.at / "bin" / name).chmod(0o755)
        for name in ("sh", "cat", "clear", "date"):
            (self.at / "bin" / name).symlink_to(BUSYBOX)
        hashed = subprocess.run([BUSYBOX, "mkpasswd", "-m", "sha512", PASSWORD], check=True,
                                stdout=subprocess.PIPE, text=True).stdout.strip()
        self.write("etc/shadow", f"root:{hashed}:20000:0:99999:7:::\n")
        self.write("etc/os-release", 'NAME="Socle"\nVERSION_ID="0.1"\n')
        self.write("proc/sys/kernel/hostname", "tower\n")
        self.write("sys/block/sdb/size", f"{20 << 21}\n")
        self.write("calls", "")
        self.says("host-certificate-", ":".join(["AB"] * 32) + "\n")
        self.says("dropbearkey--y", "ssh-ed25519 AAAA root\nFingerprint: SHA256:abcdefghij\n")
        self.says("network-show", NETWORK)
        self.says("sv-status", "".join(f"run: /etc/service/{s}: (pid 9) 4s\n" for s in SERVICES))
        self.says("xe-vm-list", "running,halted\n")
        self.says("xe-message-list", "SR_SPACE_LOW,VM_CRASHED\n")
        self.says("xe-sr-list", SRS)
        self.says("xe-pbd-list", PBDS)
        self.says("xe-pif-list", PIFS)
        self.says("xe-pool-list", "pppp\n")
        self.says("storage-sr", "found: nothing\nused: no\n")

    def write(self, name, text):
        (self.at / name).write_bytes(text.encode("latin-1"))

    def says(self, command, text):
        self.write(f"says/{command}", text)

    def fails(self, command, text="broken\n"):
        self.write(f"fails/{command}", text)

    def calls(self, *words):
        """Commands that were started and have these words."""
        lines = (self.at / "calls").read_text().splitlines()
        return [line for line in lines if all(word in line for word in words)]

    def start(self, *options):
        env = {"PATH": str(self.at / "bin"), "T": str(self.at), "TERM": "xterm", "TZ": "UTC0"}
        self.child = pexpect.spawn(str(HOSTMENU), ["--root", str(self.at), *options], env=env,
                                   dimensions=(24, 80), timeout=None)
        self.child.delaybeforesend = None
        return self

    def text(self):
        return "\n".join(self.screen.text())

    def see(self, *words):
        """Waits until all of them are on the screen."""
        end = time.monotonic() + WITHIN
        while not all(word in self.text() for word in words):
            assert time.monotonic() < end, f"no {words} on the screen:\n{self.text()}"
            try:
                self.screen.feed(self.child.read_nonblocking(65536, timeout=0.1))
            except pexpect.TIMEOUT:
                pass
        return self

    def press(self, *keys):
        for key in keys:
            self.child.send(key)
            if key == ESCAPE:
                time.sleep(0.8)     # otherwise it begins a longer key
        return self

    def log_in(self):
        self.see("Enter: log in").press(ENTER).see("The password of root")
        self.press(PASSWORD, ENTER).see("What is to be done?")
        return self

    def entry(self, number, *words):
        return self.press(*[DOWN] * number, ENTER).see(*words)

    def picture(self, name):
        if PICTURES:
            PICTURES.mkdir(exist_ok=True)
            text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "2026-11-21 21:00 UTC",
                          self.screen.svg(name))
            (PICTURES / f"hostmenu-{name}.svg").write_text(text)
        return self


@test
def the_status_page_needs_no_password(m):
    m.start().see("tower", "192.0.2.10/24 (DHCP) on xenbr0", "https://192.0.2.10/", "AB:AB",
                  "SHA256:abcdefghij", "all 8 services run", "1 running, of 2",
                  "2: SR_SPACE_LOW,VM_CRASHED").picture("status")
    assert len(m.screen.text()[0]) <= 80
    assert not m.calls("uuid=") and not m.calls("apply")


@test
def no_address_yet(m):
    m.says("network-show", NETWORK.replace("192.0.2.10/24 (DHCP), gateway 192.0.2.1", "-"))
    m.start().see("Address      none yet", "all 8 services run")
    assert "https://" not in m.text()


@test
def the_page_as_text(m):
    m.start("--status")
    m.see("Managed at   https://192.0.2.10/", "VMs          1 running, of 2")
    m.child.expect(pexpect.EOF, timeout=WITHIN)


@test
def a_screen_has_no_way_out(m):
    m.start("--stay").see("Esc: look again").press(ESCAPE).see("Managed at")
    looks = len(m.calls("network show"))
    m.press(ESCAPE)
    end = time.monotonic() + WITHIN
    while len(m.calls("network show")) == looks and time.monotonic() < end:
        time.sleep(0.1)
    assert m.child.isalive()
    m.child.close(force=True)
    m.screen = Screen()
    m.start().see("Esc: leave").press(ESCAPE)
    m.child.expect(pexpect.EOF, timeout=WITHIN)


@test
def a_wrong_password(m):
    m.start().see("Enter: log in").press(ENTER).see("The password of root")
    m.press("wrong", ENTER).see("That is not the password").press(ESCAPE).see("Managed at")
    m.press(ENTER).see("The password of root").press(PASSWORD, ENTER).see("What is to be done?")
    m.picture("menu")


@test
def a_locked_or_missing_password_lets_nobody_in(m):
    for entry in ("root:!:1::::::\n", "root:*:1::::::\n", "other::1::::::\n"):
        m.write("etc/shadow", entry)
        m.start().see("Enter: log in").press(ENTER).see("The password of root")
        m.press("", ENTER).see("That is not the password").press("!", ENTER)
        m.see("The password of root")
        m.child.close(force=True)
        m.screen = Screen()


@test
def the_live_system_asks_for_none(m):
    m.write("etc/shadow", "root::20000:0:99999:7:::\n")
    m.start().see("Enter: log in").press(ENTER).see("What is to be done?")


@test
def vms_are_started_and_stopped(m):
    m.start().log_in()
    m.says("xe-vm-list", VMS)
    m.entry(1, "web", "running", "mail ?[31mred? caf?", "halted").picture("vms")
    m.press(DOWN, ENTER).see("Start").press(ENTER).see("What there is")
    assert m.calls("xe vm-start uuid=2222")
    m.press(UP, ENTER).see("web is running").press(DOWN, DOWN, ENTER).see("is lost")
    m.press(ESCAPE).see("What there is")
    assert not m.calls("--force")
    m.press(ENTER).see("web is running").press(DOWN, DOWN, ENTER).see("is lost").press(ENTER)
    m.see("What there is")
    assert m.calls("xe vm-shutdown uuid=1111", "--force")
    m.fails("xe-vm-reboot", "The VM lacks a feature\nVM_LACKS_FEATURE 1111\n")
    m.press(ENTER).see("web is running").press(DOWN, ENTER).see("VM_LACKS_FEATURE 1111")


@test
def an_address(m):
    m.start().log_in().entry(0, "Address of an interface")
    m.press(DOWN, ENTER).see("nic0", "DHCP").press(ENTER).see("How is this host reached by nic0?")
    m.press(" ", DOWN, "\x15", "192.0.2.20").see("192.0.2.20").picture("address").press(ENTER)
    m.see("Done.")
    assert m.calls("xe pif-reconfigure-ip uuid=cccc mode=Static IP=192.0.2.20 "
                   "netmask=255.255.255.0 gateway=192.0.2.1 DNS=192.0.2.53")


@test
def name_servers_beside_dhcp_stay(m):
    m.says("xe-pif-list", PIFS.rstrip() + "\n             own-DNS ( RO): 192.0.2.54\n\n\n")
    m.start().log_in().entry(0, "Address of an interface")
    m.press(DOWN, ENTER).see("nic0", "DHCP").press(ENTER).see("How is this host reached by nic0?")
    m.press(ENTER).see("Done.")
    assert m.calls("xe pif-reconfigure-ip uuid=cccc mode=DHCP DNS=192.0.2.54")


@test
def without_the_api_there_is_a_way_out(m):
    for verb in ("vm-list", "message-list", "pif-list"):
        m.fails(f"xe-{verb}", "the API of this host does not answer\n")
    m.says("sv-status", "down: /etc/service/apid: 3s\n" + "run: /etc/service/x: (pid 9) 4s\n" * 7)
    m.start().see("down: apid", "the management API does not answer").press(ENTER)
    m.see("The password of root").press(PASSWORD, ENTER).see("The management API does not answer.")
    m.entry(0, "Emergency").press(DOWN, ENTER).see("does not answer").press(ENTER).see("Emergency")
    m.press(DOWN, DOWN, DOWN, ENTER).see("as on a new host").press(ENTER).see("Done.")
    assert m.calls(f"network apply {m.at}/run/network.default --confirm-within 60")
    assert m.calls("network confirm")
    assert (m.at / "run/network.default").read_text() == "automatic bridges\nautomatic address\n"


@test
def storage_is_detached_and_made(m):
    m.start().log_in().entry(2, "Local storage", "100.0 GiB").picture("storage")
    m.press(ENTER).see("10.0 of 100.0 GiB", "Detach").press(ENTER).see("Repositories")
    assert m.calls("xe pbd-unplug uuid=bbbb")
    m.press(DOWN, ENTER).see("These are empty", "sdb").press(ENTER).see("Storage on sdb")
    m.press(ENTER).see("Repositories")
    assert m.calls("xe sr-create name-label=Storage on sdb type=lvmthin "
                   "device-config:device=/dev/sdb")
    m.says("storage-sr", "found: ext4 photos\n")
    m.press(DOWN, ENTER).see("No disk is empty")


@test
def a_password_is_the_same_everywhere(m):
    m.start().log_in().entry(3, "Password of root").press(ENTER).see("New password")
    m.press("one", DOWN, "two", ENTER).see("differ").press("\x15one", DOWN, "\x15one", ENTER)
    m.see("The password is changed.")
    assert (m.at / "input").read_text() == "one\nroot:one\n"


@test
def name_and_time(m):
    m.start().log_in().entry(3, "Time servers").press(DOWN, ENTER).see("Host name", "tower")
    m.press("7", ENTER).see("The name is changed.").press(ENTER).see("Time servers")
    assert m.calls("xe host-set-hostname-live host-name=tower7")
    m.press(DOWN, ENTER).see("Who tells the time").press("192.0.2.5, ntp.example", ENTER)
    m.see("The time comes from these")
    assert (m.at / "etc/socle/ntp-servers").read_text() == "192.0.2.5\nntp.example\n"
    assert m.calls("sv restart /etc/service/ntpd")


@test
def zone_and_keyboard(m):
    m.says("host-timezone---list", "".join(f"Zone/{i:03}\n" for i in range(480)))
    m.says("host-keymap---list", "de\tGerman\nus\tAmerican\n")
    m.start().log_in().entry(3, "Time zone").press(*[DOWN] * 4, ENTER).see("Zone/000", "more: Down")
    m.press("\x1b[6~", "\x1b[6~", DOWN, ENTER).see("Password of root")
    assert m.calls("host-timezone Zone/021"), m.calls("host-timezone")
    m.press(DOWN, ENTER).see("de German").press(DOWN, ENTER).see("Password of root")
    assert "host-keymap us" in m.calls("host-keymap")


@test
def a_reset_needs_its_word(m):
    m.start().log_in().entry(5, "Reset to factory").press(DOWN, DOWN, DOWN, ENTER)
    m.see("There is no way back").press("yes", ENTER).see("Type the word").picture("reset")
    assert not m.calls("host-reset")
    m.press("\x15reset", ENTER).see("at the next start. Until then")
    assert m.calls("host-reset --factory")


@test
def versions_and_a_report(m):
    m.says("host-upgrade---status", "a: 0.1, running, starts\nb: 0.2\n")
    m.start().log_in().entry(5, "Report").press(ENTER).see("b: 0.2").press(ENTER).see("Report")
    m.press(DOWN, ENTER).see("the other slot runs").press(ESCAPE).see("Report")
    assert not m.calls("host-upgrade --back")
    m.press(DOWN, ENTER).see("without secrets")
    assert m.calls("xe host-get-system-status filename=/tmp/report-")


@test
def a_shell_only_behind_the_password(m):
    m.start().log_in().press(*[DOWN] * 6, ENTER)
    end = time.monotonic() + WITHIN
    while not m.calls("login -f root") and time.monotonic() < end:
        time.sleep(0.1)
    assert m.calls("login -f root")
    m.see("What is to be done?")


@test
def more_vms_than_lines(m):
    m.start().log_in()
    m.says("xe-vm-list", "".join(
        f"uuid ( RO) : {i:04}\n name-label ( RW): vm{i:03}\n power-state ( RO): halted\n\n\n"
        for i in range(700)))
    m.entry(1, "vm000", "more: Down").press(*[DOWN] * 30).see("vm030")
    assert "vm000" not in m.text()


if __name__ == "__main__":
    sys.exit(run(Menu))
