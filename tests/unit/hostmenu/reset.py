#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""host-reset in a folder: what of a host's state stays, what goes, and that a reset that was cut
off is ended by the next start. Prints TAP.

usage: reset.py BUSYBOX
"""
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tests/unit/installer"))

from tap import run, test  # noqa: E402

BUSYBOX = Path(sys.argv[1]).resolve()
STAYS = {"library": "uuid\n", "boot": "1234-ABCD\n",
         "etc/shadow": "root:$6$s$h:1:::::\nnobody:!:1\n",
         "var/lib/storage/u1.sr": "type lvmthin\n"}
GOES = ("etc/hostname", "etc/socle/network.conf", "etc/dropbear/key", "root/.ssh/authorized_keys",
        "var/lib/socle/state.db", "var/lib/socle/tls/host.pem", "var/log/messages", "trial",
        "etc/.hidden", "var/lib/network/names", ".hidden")


class Host:
    def __init__(self, folder):
        self.at = Path(folder)
        self.state, self.bin = self.at / "state", self.at / "bin"
        self.bin.mkdir()
        for name in ("sh", "find", "rm", "sed", "sync", "grep", "mkdir", "cat"):
            (self.bin / name).symlink_to(BUSYBOX)
        self.program("apid", 'echo "$*" >>"$T/apid"; cat >>"$T/apid"')
        (self.at / "mounts").write_text(f"/dev/vda2 {self.state} ext4 rw 0 0\n")
        for name in (*STAYS, *GOES):
            file = self.state / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(STAYS.get(name, "x"))

    def program(self, name, text):
        (self.bin / name).unlink(missing_ok=True)
        (self.bin / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.bin / name).chmod(0o755)

    def reset(self, *words):
        env = {"PATH": str(self.bin), "T": str(self.at), "RESET_STATE": str(self.state),
               "RESET_MOUNTS": str(self.at / "mounts")}
        program = TOP / "dom0-rootfs/overlay/usr/sbin/host-reset"
        done = subprocess.run([BUSYBOX, "sh", program, *words], env=env, check=False, timeout=240,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def has(self, *names):
        return [name for name in names if (self.state / name).exists()]


@test
def nothing_goes_before_the_next_start_or_unasked(h):
    assert h.reset("--at-start") == (0, "")
    assert h.reset("--factory")[0] == 0
    assert h.reset("--cancel")[0] == 0
    assert h.reset("--at-start")[0] == 0
    assert h.has(*GOES) == list(GOES)


@test
def what_stays_and_what_goes(h):
    assert h.reset("--factory")[0] == 0
    assert h.reset("--at-start")[0] == 0
    assert not h.has(*GOES, "reset"), h.has(*GOES, "reset")
    assert all((h.state / name).read_text() == text for name, text in STAYS.items())
    assert (h.at / "apid").read_text() == \
        f"--database {h.state}/var/lib/socle/state.db set-password --hash root\n$6$s$h\n"


@test
def one_that_was_cut_off_is_ended(h):
    h.reset("--factory")
    real = (h.bin / "find").resolve()
    h.program("find", f'case "$1" in */var) kill -9 $PPID ;; esac; exec {real} find "$@"')
    assert h.reset("--at-start")[0] != 0
    assert h.has("reset", "var/log/messages") and not h.has("etc/hostname")
    (h.bin / "find").unlink()
    (h.bin / "find").symlink_to(BUSYBOX)
    assert h.reset("--at-start")[0] == 0
    assert not h.has(*GOES, "reset") and h.has(*STAYS) == list(STAYS)


@test
def only_an_installed_host(h):
    (h.at / "mounts").write_text("proc /proc proc rw 0 0\n")
    status, said = h.reset("--factory")
    assert status == 1 and "does not run from a disk" in said
    assert h.reset()[0] == 2 and h.reset("--nonsense")[0] == 2


if __name__ == "__main__":
    sys.exit(run(Host))
