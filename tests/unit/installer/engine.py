#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The installer's engine in a folder of its own: disks are files, and programs that would need a
machine only note what they are asked for, or fail when a test wants them to. Prints TAP.

usage: engine.py INSTALL-ANSWERS BUSYBOX
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tap import run, test

ANSWERS, BUSYBOX = (Path(p).resolve() for p in sys.argv[1:3])
TOP = Path(__file__).resolve().parents[3]
ENGINE, UPGRADE = TOP / "installer/engine", TOP / "installer/upgrade"
PROGRAMS = TOP / "dom0-rootfs/overlay/usr/sbin"
MB = 1 << 20
UNFINISHED, BOOTS = b"not completed".ljust(440, b"U"), b"boots".ljust(440, b"B")
GOOD = "disk vda\nhostname h1\nroot-password-hash $6$salt$hash\nfinish shell\n"
# What the engine starts that is neither BusyBox's nor here under its own name.
FAKE = r"""#!/bin/sh
name=${0##*/}
echo "$name $*" >>"$T/calls"
[ "$name" != "$FAIL" ] || { echo "$name: broken"; exit 5; }
# The power goes at one of them.
[ -z "$CUT" ] || [ "$(wc -l <"$T/calls")" != "$CUT" ] || {
	kill -9 "$(cat "$T/pid")" $PPID
	exit 1
}
case $name in
blkid) case "$*" in
	*LABEL=SOCLE*) echo "$T/dev/sr0" ;;
	*LABEL=ANSWERS*) echo "$T/dev/stick" ;;
	*LABEL=socle-state*) cat "$T/states" ;;
	*UUID*) echo "uuid-of-${5##*/}" ;; esac ;;
mount) for last; do :; done
	case "$*" in
	*iso9660*) rm -rf "$last"/*; cp -a "$T/medium/." "$last/" ;;
	*10.0.0.1:/srv*) cp -a "$T/medium/." "$last/" ;;
	*dev/stick*) cp -a "$T/stick/." "$last/" ;;
	esac ;;
hook) env | grep ^SOCLE_ >"$T/hooked"; ls "$SOCLE_STATE" "$SOCLE_BOOT" >>"$T/hooked" ;;
findfs) echo "$T/dev/boot" ;;
sfdisk) for last; do :; done; cat >"$T/table"; for n in 1 2 3 4; do : >"$last$n"; done ;;
mdadm) case $2 in /*) : >"$2" ;; esac ;;
xl) echo "total_memory : 2048" ;;
storage)
	if [ "$2" = probe ]; then cat "$T/probe-${3##*/}"
	elif [ "$2" = introduce ]; then echo kept | tee "$T/id"; : >"$T/var/lib/storage/kept.sr"
	else echo "uuid-$(grep -c '^storage sr create' "$T/calls")" | tee "$T/id"
		: >"$T/var/lib/storage/$(cat "$T/id").sr"; fi ;;
dd | cp | sync) exec "$T/bin/busybox" "$name" "$@" ;;
esac
exit 0
"""
FAKES = ("blkid", "mount", "umount", "sfdisk", "mdadm", "xl", "storage", "wipefs", "mke2fs",
         "modprobe", "network", "apid", "reboot", "poweroff", "curl", "findfs", "hwclock", "date",
         "backup-unpack", "logger", "dd", "cp", "sync")


class Place:
    """A machine with an empty disk vda, a second one, and a medium."""

    def __init__(self, folder):
        self.at = Path(folder)
        for name in ("bin", "dev/md", "sys/block", "medium/socle", "medium/install", "etc",
                     "var/lib/storage", "proc/sys/vm", "work", "stick", "sys/class/block"):
            (self.at / name).mkdir(parents=True)
        (self.at / "etc/shadow").write_text("root::1::::::\nnobody:!:1::::::\n")
        (self.at / "calls").write_text("")
        (self.at / "proc/cmdline").write_text("quiet install\n")
        self.programs()
        for disk in ("vda", "vdb"):
            self.disk(disk)
        self.medium()

    def programs(self):
        for name in subprocess.run([BUSYBOX, "--list"], check=True, text=True,
                                   stdout=subprocess.PIPE).stdout.split():
            (self.at / "bin" / name).symlink_to(BUSYBOX)
        (self.at / "bin/busybox").symlink_to(BUSYBOX)
        for name in FAKES:
            file = self.at / "bin" / name
            file.unlink(missing_ok=True)
            file.write_text(FAKE)
            file.chmod(0o755)
        (self.at / "bin/install-answers").symlink_to(ANSWERS)
        for program in (UPGRADE / "host-upgrade", PROGRAMS / "host-timezone",
                        PROGRAMS / "host-keymap"):
            (self.at / "bin" / program.name).write_text(
                f'#!/bin/sh\nINSTALLER={UPGRADE} exec "{BUSYBOX}" sh {program} "$@"\n')
            (self.at / "bin" / program.name).chmod(0o755)

    def disk(self, name, megabytes=5000, found="nothing", used="no"):
        (self.at / "sys/block" / name).mkdir(exist_ok=True)
        (self.at / "sys/block" / name / "size").write_text(f"{megabytes * 2048}\n")
        (self.at / "dev" / name).write_bytes(b"\xee" * (3 * MB))
        (self.at / f"probe-{name}").write_text(
            f"device: {name}\nread-only: no\nfound: {found}\nused: {used}\n")

    def again(self):
        """As if nothing had been installed yet."""
        self.disk("vda")
        (self.at / "calls").write_text("")

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

    def install(self, answers=GOOD, fail="", options=(), cut=""):
        """(exit status, all that was said); status below 0: the power went"""
        (self.at / "answers").write_text(answers)
        env = {"PATH": str(self.at / "bin"), "T": str(self.at), "FAIL": fail,
               "CUT": str(cut),
               "INSTALLER": str(ENGINE), "INSTALL_WORK": str(self.at / "work"),
               "INSTALL_LOG": str(self.at / "log"), "INSTALL_DEV": str(self.at / "dev"),
               "INSTALL_SYS": str(self.at / "sys"), "INSTALL_ROOT": str(self.at),
               "ZONES": str(self.at / "zones"), "KEYMAPS": str(self.at)}
        done = subprocess.run([BUSYBOX, "sh", "-c", 'echo $$ >"$T/pid"; exec "$@"', "-", BUSYBOX,
                               "sh", ENGINE / "install-socle", *options,
                               self.at / "answers"], env=env, text=True, timeout=240, check=False,
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
        assert "No disk was written to" in said or "starts as before" in said, said
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
    assert len(p.calls("mount")) == len(p.calls("umount"))


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
    p.refused("the source is damaged", "initrd.lz4: FAILED")
    p.medium()
    (p.at / "medium/install/gptmbr.bin").write_bytes(b"x")
    p.refused("damaged", "gptmbr.bin: FAILED")
    p.medium()
    (p.at / "medium/socle/vmlinux.lz4").unlink()
    p.refused("the source is damaged")


def socle_there(p, *parts):
    """A Socle of version 6 on these halves of its state: vda2, or two of them in a mirror."""
    states = p.at / "states"
    mirrored = len(parts) > 1 or parts[0].startswith("md")
    disks = [part.rstrip("2") for part in parts]
    block = p.at / "sys/class/block"
    for disk in disks:
        (p.at / "sys/block" / disk / f"{disk}2").mkdir(parents=True)
        (p.at / "sys/block" / disk / f"{disk}2/partition").write_text("2\n")
        (block / f"{disk}2").symlink_to(p.at / "sys/block" / disk / f"{disk}2")
        for n in range(1, 5):
            (p.at / f"dev/{disk}{n}").write_bytes(b"")
    if mirrored:
        for name in ("boot", "state", "library", "storage"):
            (p.at / "dev/md" / name).write_bytes(b"")
        (p.at / "dev/md127").write_bytes(b"")
        (block / "md127/slaves").mkdir(parents=True)
        for disk in disks:
            (block / f"md127/slaves/{disk}2").symlink_to(p.at / "sys/block" / disk / f"{disk}2")
        states.write_text(f"{p.at}/dev/md127\n")
    else:
        states.write_text(f"{p.at}/dev/{parts[0]}\n")
    boot, state = p.at / "work/boot", p.at / "work/state"
    (boot / "a").mkdir(parents=True)
    (boot / "a/version").write_text("6\n")
    (boot / "a/boot.cfg").write_text("label a\n")
    (boot / "default.cfg").write_text("default a\n")
    (boot / "ldlinux.sys").write_bytes(b"L" * 2048)
    (state / "etc").mkdir(parents=True)
    (state / "boot").write_text("1234-ABCD\n")
    (state / "etc/hostname").write_text("old\n")
    for disk in disks:
        (p.at / f"probe-{disk}").write_text("found: gpt\nused: no\nread-only: no\n")


@test
def an_upgrade_from_the_medium(p):
    socle_there(p, "vda2")
    status, said = p.install("install upgrade\nfinish shell\n")
    assert status == 0 and "tries version 7.1 at its next start" in said, said
    boot, state = p.at / "work/boot", p.at / "work/state"
    assert (boot / "b/initrd.lz4").read_bytes() == b"initramfs"
    assert (boot / "b/boot.cfg").read_text() == "label b state=uuid-of-vda2\n"
    assert (boot / "a/version").read_text() == "6\n"
    assert (boot / "default.cfg").read_text() == "default a\n"
    assert (state / "trial").read_text() == "b 7.1\n"
    assert (state / "etc/hostname").read_text() == "old\n"
    assert p.untouched() and not p.calls("mke2fs") and not p.calls("sfdisk")


@test
def an_upgrade_of_a_mirror(p):
    socle_there(p, "vda2", "vdb2")
    status, said = p.install("install upgrade\nfinish shell\n")
    assert status == 0 and "on vda and vdb, mirrored" in said, said
    entry = (p.at / "work/boot/b/boot.cfg").read_text()
    assert entry == "label b state=uuid-of-state socle.raid=1\n", entry


@test
def an_upgrade_that_is_refused(p):
    (p.at / "states").write_text("")
    p.refused("there is no Socle to upgrade", answers="install upgrade\n")
    socle_there(p, "vda2")
    p.refused("there is no Socle on vdb to upgrade", answers="install upgrade\ndisk vdb\n")
    (p.at / "medium/socle/initrd.lz4").write_bytes(b"initramfz")
    p.refused("the source is damaged", answers="install upgrade\n")
    assert not (p.at / "work/boot/b").exists()


@test
def a_reinstallation_keeps_storage(p):
    socle_there(p, "vda2")
    (p.at / "probe-vda4").write_text("repository: kept of type lvmthin, \"Local storage\"\n")
    status, said = p.install("install reinstall\nhostname new\nfinish shell\n"
                             "root-password-hash $6$salt$hash\n")
    assert status == 0 and "Socle is installed on vda" in said, said
    state = p.at / "work/state"
    assert p.boot_code() == BOOTS and p.untouched("vdb")
    assert not p.calls("sfdisk") and not p.calls("wipefs")
    assert [c.split()[-1] for c in p.calls("mke2fs")] == [f"{p.at}/dev/vda2"]
    created = p.calls("storage")
    assert not [c for c in created if " create " in c]
    assert [c.split()[3] for c in created if " introduce " in c] == \
        [f"{p.at}/dev/vda4", f"{p.at}/srv/library/iso"]
    assert (state / "var/lib/storage/kept.sr").exists()
    assert (state / "library").read_text() == "uuid-of-vda3\n"
    assert (state / "etc/hostname").read_text() == "new\n"


@test
def a_reinstallation_that_fails_says_so(p):
    socle_there(p, "vda2")
    status, said = p.install("install reinstall\nroot-password-hash $6$salt$hash\n", fail="mke2fs")
    assert status == 1 and "Not installed: vda; please install again" in said
    assert p.boot_code() == UNFINISHED and not p.calls("wipefs")


@test
def time_and_keys(p):
    (p.at / "zones").write_text("UTC UTC0\nEurope/Berlin CET-1CEST,M3.5.0,M10.5.0/3\n")
    (p.at / "list").write_text("us\tEnglish (US)\nde\tGerman\n")
    p.refused("there is no time zone Mars/Base", answers=GOOD + "timezone Mars/Base\n")
    p.refused("there is no keymap zz; there are: us", answers=GOOD + "keymap zz\n")
    status, said = p.install(GOOD + "keymap de\ntimezone Europe/Berlin\nclock 2026-11-21 20:15\n")
    assert status == 0 and p.calls("date") == ["date -s 2026-11-21 20:15"], said
    assert (p.at / "work/state/etc/socle/timezone").read_text() == "Europe/Berlin\n"
    assert (p.at / "work/state/etc/socle/keymap").read_text() == "de\n"


@test
def hooks(p):
    (p.at / "stick/h").write_text((p.at / "bin/xl").read_text().replace("${0##*/}", "hook"))
    wanted = "".join(f"hook {stage} disk:/h\n"
                     for stage in ("before-disks", "after-files", "before-boot"))
    status, said = p.install(GOOD + wanted)
    assert status == 0 and len(p.calls("hook")) == 3, said
    lines = (p.at / "calls").read_text().splitlines()
    order = [line.split()[0] for line in lines if line.split()[0] in ("hook", "sfdisk", "apid")]
    assert order == ["hook", "sfdisk", "apid", "hook", "hook"], order
    assert "SOCLE_VERSION=7.1" in (p.at / "hooked").read_text()
    p.again()
    (p.at / "stick/h").write_text("#!/bin/sh\necho not today\nexit 3\n")
    p.refused("not today", answers=GOOD + "hook before-disks disk:/h\n")
    status, said = p.install(GOOD + "hook before-boot disk:/h\n")
    assert status == 1 and p.boot_code() == UNFINISHED and "not today" in said


@test
def sources_and_backups_elsewhere(p):
    (p.at / "stick/b").write_text("a backup")
    status, said = p.install(GOOD + "source nfs://10.0.0.1/srv/socle\nrestore-backup disk:/b\n")
    assert status == 0 and "nothing tells whose files these are" in said, said
    assert any("10.0.0.1:/srv/socle" in c for c in p.calls("mount"))
    unpacked = p.calls("backup-unpack")
    assert "--check" in unpacked[0] and unpacked[1].endswith("work/state"), unpacked
    p.again()
    (p.at / "proc/cmdline").write_text("quiet install source=nfs://10.0.0.1/srv/pxe\n")
    status, said = p.install()
    assert status == 0 and any("10.0.0.1:/srv/pxe" in c for c in p.calls("mount")), said
    p.again()
    p.refused("backup-unpack ended", answers=GOOD + "restore-backup disk:/b\n",
              fail="backup-unpack")


def power_goes(make, answers):
    """From the first write on, at every other program that is started: the disk is as it was, says
    that it is not installed, or is."""
    p = make()
    assert p.install(answers)[0] == 0
    calls = [line.split()[0] for line in (p.at / "calls").read_text().splitlines()]
    shutil.rmtree(p.at)
    seen = set()
    for cut in range(calls.index("dd"), len(calls) + 2, 2):
        p = make()
        status, said = p.install(answers, cut=cut)
        assert status == (-9 if cut <= len(calls) else 0), said
        code = p.boot_code()
        seen.add(code)
        if code == BOOTS:
            assert (p.at / "work/boot/default.cfg").exists() and \
                (p.at / "work/state/etc/shadow").exists()
        elif code != UNFINISHED:
            assert p.untouched() and not p.calls("sfdisk") and not p.calls("mke2fs")
        shutil.rmtree(p.at)
    assert len(seen) == 3


@test
def the_power_goes_while_it_installs(p):
    power_goes(lambda: Place(p.at / "again"), GOOD)


@test
def the_power_goes_while_it_installs_again(p):
    def make():
        place = Place(p.at / "again")
        socle_there(place, "vda2")
        return place
    power_goes(make, "install reinstall\nfinish shell\nroot-password-hash $6$salt$hash\n")


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
