#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The first start of a disk image by the installer's engine, in a folder of its own: what it makes,
and that whatever stops it leaves an image that begins anew. Prints TAP.

usage: first_start.py INSTALL-ANSWERS BUSYBOX
"""
import subprocess
import sys

import tap
from engine import BOOTS, BUSYBOX, ENGINE, Place

tap.TESTS.clear()       # the engine's own are elsewhere
test = tap.test
GOOD = "hostname h1\nroot-password-hash $6$salt$hash\nfinish shell\n"
FIRST = "label b\nappend quiet socle.first gpt --- x\n"
# The boot partition is a folder: that it is mounted is a link.
MOUNTS = r"""#!/bin/sh
echo "${0##*/} $*" >>"$T/calls"
[ "${0##*/}" != "$FAIL" ] || { echo "broken"; exit 5; }
for last; do :; done
case "${0##*/} $*" in
"mount -t vfat"*) rmdir "$last" && ln -s "$T/image" "$last" ;;
"umount $T/work/boot") rm "$last" && mkdir "$last" ;;
"blkid "*) cat "$T/images" ;;
esac
exit 0
"""


class Image(Place):
    """A machine whose disk vda is an image."""

    def __init__(self, folder):
        super().__init__(folder)
        for name in ("mount", "umount", "blkid"):
            (self.at / "bin" / name).write_text(MOUNTS)
        sfdisk = self.at / "bin/sfdisk"
        sfdisk.write_text(sfdisk.read_text().replace(': >"$last$n"', ': >>"$last$n"'))
        self.boot_code_restore()
        (self.at / "dev/vda1").write_bytes(b"fat" * 2000)
        (self.at / "images").write_text(f"{self.at}/dev/vda1\n")
        self.boot = self.at / "image"
        for slot in "ab":
            (self.boot / slot).mkdir(parents=True)
        subprocess.run(["cp", "-a", *(self.at / "medium/socle").iterdir(), self.boot / "a"],
                       check=True)
        (self.boot / "default.cfg").write_text("default b\n")
        (self.boot / "b/boot.cfg").write_text(FIRST)

    def start(self, answers=GOOD, fail=""):
        (self.at / "answers").write_text(answers)
        env = {"PATH": str(self.at / "bin"), "T": str(self.at), "FAIL": fail,
               "INSTALLER": str(ENGINE), "INSTALL_WORK": str(self.at / "work"),
               "INSTALL_LOG": str(self.at / "log"), "INSTALL_DEV": str(self.at / "dev"),
               "INSTALL_SYS": str(self.at / "sys"), "INSTALL_ROOT": str(self.at)}
        done = subprocess.run([BUSYBOX, "sh", ENGINE / "install-socle", "--first-start",
                               self.at / "answers"], env=env, text=True, timeout=240, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def waits(self):
        return (self.boot / "default.cfg").read_text() == "default b\n" and \
            (self.boot / "b/boot.cfg").read_text() == FIRST

    def refused_with(self, *words, **how):
        status, said = self.start(**how)
        assert status == 1 and all(w in said for w in words), said
        assert self.waits() and self.boot_code() == BOOTS
        assert not self.calls("sfdisk") and not self.calls("wipefs")

    def boot_code_restore(self):
        with open(self.at / "dev/vda", "r+b") as disk:
            disk.write(BOOTS)

    def refused_again(self):
        status, said = self.start()
        assert status == 1 and "no disk holds an image" in said, said
        assert not self.calls("sfdisk") and not self.calls("mke2fs")


@test
def a_first_start(p):
    (p.boot / "answers").write_text("root-password x\n")
    status, said = p.start()
    assert status == 0, said
    assert p.boot_code() == BOOTS and p.untouched("vdb")
    table = (p.at / "table").read_text()
    assert "label: gpt" in table and table.count("name=socle-") == 4
    assert "--wipe never" in p.calls("sfdisk")[0]
    wiped = [c.split("/")[-1] for c in p.calls("wipefs")]
    assert wiped == ["vda2", "vda3", "vda4"], wiped
    made = [line for line in p.calls("mke2fs") if "socle-state" in line][0].split()
    uuid = made[made.index("-U") + 1]
    assert (p.boot / "a/boot.cfg").read_text() == f"label a state={uuid}\n"
    assert (p.boot / "default.cfg").read_text() == "default a\n"
    assert not (p.boot / "b/boot.cfg").exists() and not (p.boot / "answers").exists()
    assert (p.at / "work/state/etc/hostname").read_text() == "h1\n"
    assert len(list((p.at / "work/state/var/lib/storage").glob("uuid-*.sr"))) == 2


@test
def the_boot_partition_stays_and_has_an_id_of_its_own(p):
    p.start()
    image = (p.at / "dev/vda1").read_bytes()
    assert image[:67] == (b"fat" * 2000)[:67] and image[71:400] == (b"fat" * 2000)[71:400]
    number = int.from_bytes(image[67:71], "little")
    told = (p.at / "work/state/boot").read_text().strip()
    assert told == f"{number >> 16:04X}-{number & 0xffff:04X}", told


@test
def other_disks_for_vms(p):
    status, said = p.start(GOOD + "disk vda\nstorage-disk vdb\n")
    assert status == 0, said
    assert any("Storage on vdb" in call for call in p.calls("storage"))


@test
def a_disk_with_a_number_in_its_name(p):
    p.disk("nvme0n1")
    (p.at / "dev/nvme0n1p1").write_bytes(b"fat" * 2000)
    (p.at / "images").write_text(f"{p.at}/dev/nvme0n1p1\n")
    fake = (p.at / "bin/sfdisk").read_text().replace('"$last$n"', '"${last}p$n"')
    (p.at / "bin/sfdisk").write_text(fake)
    status, said = p.start()
    assert status == 0 and "on nvme0n1" in said, said


@test
def refusals(p):
    p.refused_with("answers are for vdb", answers=GOOD + "disk vdb\n")
    p.refused_with("no mirror", answers=GOOD + "mirror-disk vdb\n")
    p.refused_with("there is no setting", answers=GOOD + "colour blue\n")
    p.disk("vda", megabytes=300)
    p.boot_code_restore()
    p.refused_with("vda has 300 MB", "too small")
    (p.boot / "a/initrd.lz4").write_bytes(b"initramfz")
    p.refused_with("the image on vda is damaged", "initrd.lz4: FAILED")
    (p.at / "images").write_text(f"{p.at}/dev/vda1\n{p.at}/dev/vdb1\n")
    p.refused_with("several disks wait")


@test
def whatever_stops_it_it_begins_anew(p):
    for program in ("sfdisk", "wipefs", "mke2fs", "storage", "apid", "mount"):
        status, said = p.start(fail=program)
        assert status == 1 and p.waits() and p.boot_code() == BOOTS, (program, said)
        assert "begins anew" in said or program == "mount", said
    status, said = p.start()
    assert status == 0 and not p.waits(), said


@test
def a_host_that_has_had_its_first_start_is_left_alone(p):
    assert p.start()[0] == 0
    state = (p.boot / "a/boot.cfg").read_text()
    (p.at / "calls").write_text("")
    (p.at / "bin/sleep").unlink()
    (p.at / "bin/sleep").symlink_to(p.at / "bin/true")
    p.refused_again()
    assert (p.boot / "a/boot.cfg").read_text() == state


if __name__ == "__main__":
    sys.exit(tap.run(Image))
