#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The installer's engine in a folder of its own: disks are files, and programs that would need a
machine only note what they are asked for, or fail when a test wants them to. Prints TAP.

usage: engine.py INSTALL-ANSWERS BUSYBOX
"""
import os
import subprocess
import sys
from pathlib import Path

from tap import run, test

ANSWERS, BUSYBOX = (Path(p).resolve() for p in sys.argv[1:3])
ENGINE = Path(__file__).resolve().parents[3] / "installer/engine"
MB = 1 << 20
UNFINISHED, BOOTS = b"not completed".ljust(440, b"U"), b"boots".ljust(440, b"B")
GOOD = "disk vda\nhostname h1\nroot-password-hash $6$salt$hash\nfinish shell\n"
# What the engine starts that is neither BusyBox's nor here under its own name.
FAKE = r"""#!/bin/sh
name=${0##*/}
echo "$name $*" >>"$T/calls"
[ "$name" != "$FAIL" ] || { echo "$name: broken"; exit 5; }
case $name in
blkid) echo "$T/dev/sr0" ;;
mount) case "$*" in *iso9660*)
	for last; do :; done; rm -rf "$last"/*; cp -a "$T/medium/." "$last/" ;; esac ;;
sfdisk) for last; do :; done; cat >"$T/table"; for n in 1 2 3 4; do : >"$last$n"; done ;;
mdadm) : >"$2" ;;
xl) echo "total_memory : 2048" ;;
storage)
	if [ "$2" = probe ]; then cat "$T/probe-${3##*/}"
	else echo "uuid-$(grep -c '^storage sr create' "$T/calls")" | tee "$T/id"
		: >"$T/var/lib/storage/$(cat "$T/id").sr"; fi ;;
esac
exit 0
"""
FAKES = ("blkid", "mount", "umount", "sfdisk", "mdadm", "xl", "storage", "wipefs", "mke2fs",
         "modprobe", "network", "apid", "reboot", "poweroff")


class Place:
    """A machine with an empty disk vda, a second one, and a medium."""

    def __init__(self, folder):
        self.at = Path(folder)
        for name in ("bin", "dev/md", "sys/block", "medium/socle", "medium/install", "etc",
                     "var/lib/storage", "proc/sys/vm", "work"):
            (self.at / name).mkdir(parents=True)
        (self.at / "etc/shadow").write_text("root::1::::::\nnobody:!:1::::::\n")
        (self.at / "calls").write_text("")
        self.programs()
        for disk in ("vda", "vdb"):
            self.disk(disk)
        self.medium()

    def programs(self):
        for name in subprocess.run([BUSYBOX, "--list"], check=True, text=True,
                                   stdout=subprocess.PIPE).stdout.split():
            (self.at / "bin" / name).symlink_to(BUSYBOX)
        for name in FAKES:
            file = self.at / "bin" / name
            file.unlink(missing_ok=True)
            file.write_text(FAKE)
            file.chmod(0o755)
        (self.at / "bin/install-answers").symlink_to(ANSWERS)

    def disk(self, name, megabytes=5000, found="nothing", used="no"):
        (self.at / "sys/block" / name).mkdir(exist_ok=True)
        (self.at / "sys/block" / name / "size").write_text(f"{megabytes * 2048}\n")
        (self.at / "dev" / name).write_bytes(b"\xee" * (3 * MB))
        (self.at / f"probe-{name}").write_text(
            f"device: {name}\nread-only: no\nfound: {found}\nused: {used}\n")

    def medium(self):
        files = {"socle/socle": b"hypervisor", "socle/vmlinux.lz4": b"kernel",
                 "socle/initrd.lz4": b"initramfs", "socle/version": b"7.1\n",
                 "socle/slot.cfg": b"label @SLOT@ state=@STATE@\n",
                 "install/gptmbr.bin": BOOTS, "install/unfinished.bin": UNFINISHED,
                 "install/boot.img.gz": subprocess.run(
                     ["gzip", "-c"], input=b"fat" * 2000, check=True,
                     stdout=subprocess.PIPE).stdout}
        for name, data in files.items():
            (self.at / "medium" / name).write_bytes(data)
        for folder in ("socle", "install"):
            (self.at / "medium" / folder / "SHA256SUMS").unlink(missing_ok=True)
            subprocess.run("sha256sum -- * >../sums && mv ../sums SHA256SUMS", shell=True,
                           check=True, cwd=self.at / "medium" / folder)

    def install(self, answers=GOOD, fail="", options=()):
        """(exit status, all that was said)"""
        (self.at / "answers").write_text(answers)
        env = {"PATH": str(self.at / "bin"), "T": str(self.at), "FAIL": fail,
               "INSTALLER": str(ENGINE), "INSTALL_WORK": str(self.at / "work"),
               "INSTALL_LOG": str(self.at / "log"), "INSTALL_DEV": str(self.at / "dev"),
               "INSTALL_SYS": str(self.at / "sys"), "INSTALL_ROOT": str(self.at)}
        done = subprocess.run([BUSYBOX, "sh", ENGINE / "install-socle", *options,
                               self.at / "answers"], env=env, text=True, timeout=60, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def calls(self, name):
        lines = (self.at / "calls").read_text().splitlines()
        return [line for line in lines if line.split()[0] == name]

    def boot_code(self, disk="vda"):
        return (self.at / "dev" / disk).read_bytes()[:440]

    def untouched(self, disk="vda"):
        return (self.at / "dev" / disk).read_bytes() == b"\xee" * (3 * MB)

    def refused(self, *words, **how):
        status, said = self.install(**how)
        assert status == 1 and all(w in said for w in words), said
        assert self.untouched() and self.untouched("vdb"), "a disk was written to"
        assert "No disk was written to" in said, said
        assert not self.calls("sfdisk") and not self.calls("wipefs")


@test
def a_whole_installation(p):
    status, said = p.install()
    assert status == 0, said
    assert "[100%] Socle is installed on vda" in said
    assert p.boot_code() == BOOTS and p.untouched("vdb")
    table = (p.at / "table").read_text()
    assert "label: gpt" in table and table.count("name=socle-") == 4
    boot, state = p.at / "work/boot", p.at / "work/state"
    assert (boot / "default.cfg").read_text() == "default a\n"
    assert (boot / "a/initrd.lz4").read_bytes() == b"initramfs"
    made = [line for line in p.calls("mke2fs") if "socle-state" in line][0].split()
    uuid = made[made.index("-U") + 1]
    assert (boot / "a/boot.cfg").read_text() == f"label a state={uuid}\n"
    assert (state / "etc/shadow").read_text().startswith("root:$6$salt$hash:1:")
    assert (state / "etc/shadow").stat().st_mode & 0o77 == 0
    assert (state / "etc/hostname").read_text() == "h1\n"
    assert sorted((state / "etc/socle/answers").read_text().split("\n")) == \
        sorted(GOOD.split("\n"))
    assert (state / "etc/socle/network.conf").read_text().startswith("automatic bridges")
    assert len(list((state / "var/lib/storage").glob("uuid-*.sr"))) == 2
    assert len(p.calls("mount")) == len(p.calls("umount")) == 4


@test
def a_volume_id_of_its_own(p):
    p.install()
    image = (p.at / "dev/vda1").read_bytes()
    assert image[67:71] == image[6 * 512 + 67:6 * 512 + 71] != b"fat"
    told = (p.at / "work/state/boot").read_text().strip()
    number = int.from_bytes(image[67:71], "little")
    assert told == f"{number >> 16:04X}-{number & 0xffff:04X}", told


@test
def two_disks(p):
    status, said = p.install(GOOD + "mirror-disk vdb\n")
    assert status == 0, said
    assert p.boot_code() == p.boot_code("vdb") == BOOTS
    made = p.calls("mdadm")
    assert len(made) == 4 and "--metadata=1.0" in made[0] and "vda1" in made[0]
    assert "socle.raid=1" in (p.at / "work/boot/a/boot.cfg").read_text()


@test
def only_a_look(p):
    status, said = p.install(options=("--check",))
    assert status == 0 and "nothing was written" in said, said
    assert p.untouched() and not p.calls("sfdisk")


@test
def refusals(p):
    p.refused("no disk vdx", "vda vdb", answers=GOOD.replace("vda", "vdx"))
    p.refused("answers:5: there is no setting", answers=GOOD + "colour blue\n")
    p.refused("ntp-server", answers=GOOD + "ntp-server $(x)\n")
    p.disk("vda", megabytes=2000)
    p.refused("vda has 2000 MB", "too small")
    p.disk("vda", used="mounted on /mnt")
    p.refused("in use: mounted on /mnt", answers=GOOD + "erase vda\n")
    p.disk("vda", found='ext4 "photos"')
    p.refused('not empty (ext4 "photos")', "erase vda")
    p.disk("vda")


@test
def a_disk_with_data_that_may_go(p):
    p.disk("vda", found='ext4 "photos"')
    status, said = p.install(GOOD + "erase vda\n")
    assert status == 0 and p.boot_code() == BOOTS, said


@test
def a_damaged_medium(p):
    (p.at / "medium/socle/initrd.lz4").write_bytes(b"initramfz")
    p.refused("the medium is damaged", "initrd.lz4: FAILED")
    p.medium()
    (p.at / "medium/install/gptmbr.bin").write_bytes(b"x")
    p.refused("damaged", "gptmbr.bin: FAILED")
    p.medium()
    (p.at / "medium/socle/vmlinux.lz4").unlink()
    p.refused("the medium is damaged")


@test
def whatever_fails_leaves_a_disk_that_says_so(p):
    for program in ("sfdisk", "wipefs", "mke2fs", "apid"):
        p.disk("vda")
        status, said = p.install(fail=program)
        assert status == 1 and "broken" in said, said
        assert "Not installed: vda; please install again" in said, said
        assert p.boot_code() == UNFINISHED, program
        open_still = {c.split()[-1] for c in p.calls("mount")} - \
            {c.split()[-1] for c in p.calls("umount")}
        assert not open_still, open_still


if __name__ == "__main__":
    sys.exit(run(Place))
