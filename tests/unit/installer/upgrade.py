#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""host-upgrade in a folder of its own: what a bundle does to the slots, and that the power may go
at any program that it starts. Signatures are not checked here: bundle-verify is one that says yes.
Prints TAP.

usage: upgrade.py BUSYBOX
"""
import shutil
import subprocess
import sys
from pathlib import Path

from tap import run, test

BUSYBOX = Path(sys.argv[1]).resolve()
UPGRADE = Path(__file__).resolve().parents[3] / "installer/upgrade"
CMDLINE = "console=hvc0 quiet socle.slot=a socle.state=11-22 socle.raid=1\n"
FILES = {"socle": "hypervisor 2", "vmlinux.lz4": "kernel 2", "initrd.lz4": "initramfs 2",
         "version": "2\n", "slot.cfg": "label @SLOT@ state=@STATE@\n"}
# Every program counts; at number CUT the power goes. These are not BusyBox's, or must not be.
SHIM = r"""#!/bin/sh
read -r n <"$T/count"
n=$((n + 1))
echo $n >"$T/count"
[ $n != "$CUT" ] || { kill -9 "$(cat "$T/pid")" $PPID; exit 1; }
case ${0##*/} in
bundle-verify) echo 5; echo "Socle 2"; exit $VERDICT ;;
mount) [ ! -e "$T/mounts" ]; exit ;;
umount) echo umount >>"$T/calls"; exit 0 ;;
modprobe | logger | sync | mountpoint) exit 0 ;;
findfs) echo "$T/disk"; exit 0 ;;
esac
exec "$BUSYBOX" "${0##*/}" "$@"
"""
PROGRAMS = ("bundle-verify mount umount modprobe logger sync findfs cat cut dd grep head mkdir "
            "mktemp printf rm sed sha256sum stat tail tar touch tr xxd").split()
ONCE = bytes.fromhex("a52f2d5a671704a3") + bytes(500) + bytes.fromhex("64bf28dd")
NO_GRUB_ONCE = "# GRUB Environment Block\nonce=\n".ljust(1024, "#")


class Host:
    """Slot a runs; slot b is empty."""

    def __init__(self, folder):
        self.at = Path(folder)
        shutil.rmtree(folder)
        for name in ("bin", "boot/a", "boot/b", "state", "proc/sys/vm"):
            (self.at / name).mkdir(parents=True)
        for name in PROGRAMS:
            (self.at / "bin" / name).write_text(SHIM)
            (self.at / "bin" / name).chmod(0o755)
        (self.at / "cmdline").write_text(CMDLINE)
        (self.at / "boot/default.cfg").write_text("default a\n")
        (self.at / "boot/ldlinux.sys").write_bytes(b"L" * 4096 + 2 * ONCE)
        (self.at / "boot/grubenv").write_text(NO_GRUB_ONCE)
        (self.at / "boot/a/version").write_text("1\n")
        (self.at / "boot/a/boot.cfg").write_text("label a\n")
        (self.at / "state/boot").write_text("1234-ABCD\n")
        self.bundle()

    def bundle(self, **changed):
        slot = self.at / "slot"
        shutil.rmtree(slot, ignore_errors=True)
        slot.mkdir()
        for name, text in FILES.items():
            (slot / name).write_text(text)
        subprocess.run("sha256sum -- * >../sums && mv ../sums SHA256SUMS", shell=True, check=True,
                       cwd=slot)
        for name, text in changed.items():
            (slot / name).write_text(text)
        with open(self.at / "bundle", "wb") as f:
            f.write(b"sign\n")
            f.flush()
            subprocess.run(["tar", "-C", slot, "-c", *FILES, "SHA256SUMS"], check=True, stdout=f)

    def run(self, *words, cut=0, verdict=0):
        """(exit status, what it said); status below 0: the power went."""
        (self.at / "count").write_text("0\n")
        env = {"PATH": str(self.at / "bin"), "T": str(self.at), "CUT": str(cut),
               "BUSYBOX": str(BUSYBOX), "VERDICT": str(verdict), "INSTALLER": str(UPGRADE),
               "SLOTS_BOOT": str(self.at / "boot"), "SLOTS_STATE": str(self.at / "state"),
               "SLOTS_CMDLINE": str(self.at / "cmdline"), "UPGRADE_KEYS": str(self.at / "keys"),
               "UPGRADE_WORK": str(self.at / "work"), "INSTALL_ROOT": str(self.at),
               "SLOTS_MOUNTS": str(self.at / "mounts")}
        with subprocess.Popen([BUSYBOX, "sh", "-c", 'echo $$ >"$T/pid"; exec "$@"', "-", BUSYBOX,
                               "sh", UPGRADE / "host-upgrade", *words], env=env, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            said, _ = process.communicate(timeout=240)
        return process.returncode, said

    def upgrade(self, **how):
        return self.run(str(self.at / "bundle"), **how)

    def once(self):
        """The slot that a boot loader would try; "b?": one does, the other does not."""
        loaders = {self.once_of_grub(), self.once_of_syslinux()}
        return loaders.pop() if len(loaders) == 1 else "b?"

    def once_of_grub(self):
        block = (self.at / "boot/grubenv").read_text()
        assert len(block) == 1024 and block.startswith("# GRUB Environment Block\nonce=")
        value, filling = block[30:].split("\n")
        assert set(filling) == {"#"} and value in ("", "b")
        return value or None

    def once_of_syslinux(self):
        """By the first copy. Both are sound."""
        copies = (self.at / "boot/ldlinux.sys").read_bytes()[4096:]
        assert len(copies) == 1024
        words = [int.from_bytes(copies[i:i + 4], "little") for i in range(0, 1024, 4)]
        for copy in (words[:128], words[128:]):
            assert copy[0] == 0x5a2d2fa5 and copy[127] == 0xdd28bf64
            assert sum(copy[1:127]) & 0xffffffff == 0xa3041767
        return copies[10:11].decode() if copies[8:10] == b"\x01\x01" else None

    def starts(self):
        """Slot a starts as it was; b is tried only when it is whole."""
        boot = self.at / "boot"
        assert (boot / "default.cfg").read_text() == "default a\n"
        assert (boot / "a/version").read_text() == "1\n" and (boot / "a/boot.cfg").exists()
        if self.once() or (boot / "b/boot.cfg").exists():
            assert all((boot / "b" / n).read_text() == t for n, t in FILES.items())
        if self.once():
            assert (self.at / "state/trial").read_text() == "b 2\n"
            assert (boot / "b/boot.cfg").exists()


@test
def a_bundle_becomes_slot_b(h):
    status, said = h.upgrade()
    assert status == 0 and "Version 2 is tried at the next start" in said, said
    assert h.once() == "b"
    h.starts()
    entry = (h.at / "boot/b/boot.cfg").read_text()
    assert entry == "label b state=11-22 socle.raid=1\n", entry


@test
def status_cancel_back(h):
    assert "a: 1, running, starts\nb: empty, not complete\n" in h.run("--status")[1]
    h.upgrade()
    assert "b: 2, is tried at the next start\non trial: b 2" in h.run("--status")[1]
    assert h.run("--cancel")[0] == 0 and h.once() is None
    assert not (h.at / "state/trial").exists()
    assert h.run("--back")[0] == 0
    assert (h.at / "boot/default.cfg").read_text() == "default b\n"


@test
def shown_to_programs(h):
    assert h.run("--show")[1] == "running a\nstarts a\nversion_a 1\n"
    h.upgrade()
    assert h.run("--show")[1] == ("running a\nstarts a\ntried b\nversion_a 1\nversion_b 2\n"
                                  "trial b 2\n")
    h.run("--cancel")
    (h.at / "state/trial.failed").write_text("b 2\n")
    (h.at / "boot/b/boot.cfg").unlink()
    assert h.run("--show")[1].endswith("version_b 2\nincomplete_b true\nfailed b 2\n")


@test
def who_looks_leaves_it_to_who_writes(h):
    """It is mounted: a program that asks must not take it away under an upgrade."""
    (h.at / "mounts").write_text(f"/dev/md/boot {h.at}/boot vfat rw 0 0\n")
    assert h.run("--show") == (0, "running a\nstarts a\nversion_a 1\n")
    assert not (h.at / "calls").exists()
    (h.at / "mounts").write_text("")
    assert h.run("--show")[0] == 1 and not (h.at / "calls").exists()
    (h.at / "mounts").unlink()
    assert h.run("--show")[0] == 0 and (h.at / "calls").read_text() == "umount\n"


@test
def what_is_refused_changes_nothing(h):
    status, said = h.upgrade(verdict=1)
    assert status == 1 and "nothing was changed" in said, said
    h.starts()
    assert not list((h.at / "boot/b").iterdir())
    status, said = h.run("--back")
    assert status == 1 and "nothing in slot b" in said
    assert h.run("--sideways")[0] == 2


@test
def a_slot_that_is_not_what_was_signed(h):
    h.bundle(**{"initrd.lz4": "something else"})
    status, said = h.upgrade()
    assert status == 1 and "not what was written" in said, said
    h.starts()
    assert h.once() is None and not (h.at / "boot/b/boot.cfg").exists()


@test
def only_on_an_installed_host(h):
    (h.at / "cmdline").write_text("quiet\n")
    status, said = h.upgrade()
    assert status == 1 and "not started from a disk" in said


@test
def the_power_goes_at_any_moment(h):
    status, cut = -9, 0
    while status != 0:
        cut += 1
        h.__init__(h.at)
        status, said = h.upgrade(cut=cut)
        assert cut < 200, said
        h.starts()
        if status != 0:     # and it can be done again
            again, said = h.upgrade()
            assert again == 0 and h.once() == "b", said
            h.starts()
    assert cut > 15, f"only {cut} places"


if __name__ == "__main__":
    sys.exit(run(Host))
