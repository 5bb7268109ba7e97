# SPDX-License-Identifier: GPL-2.0-or-later
"""Machines and boot files that cannot work: the console says so, with what is needed, and stops."""
import pytest

from machine import CPU, Machine

pytestmark = pytest.mark.usefixtures("only_socle")
WAIT = 60


def start(build, log, **kwargs):
    return Machine.direct(build, "socle", log, **kwargs)


def refused(machine, *words):
    """The panic line; it must hold each of the words (lower case)."""
    index = machine.expect([rb"PANIC: ([^\r\n]+)[\r\n]", rb"login: "], WAIT)
    assert index == 0, f"not refused: {machine.why}"
    line = machine.match[1].decode(errors="replace").lower()
    for word in words:
        assert word in line, f"'{word}' is not in: {line}"
    assert machine.expect([rb"login: "], 5, patience=1) == -1


def test_no_svm(build, log):
    with start(build, log, cpu="qemu64,-svm") as machine:
        refused(machine, "amd-v", "nested paging")


def test_no_nested_paging(build, log):
    with start(build, log, cpu="qemu64,+svm,-npt") as machine:
        refused(machine, "nested paging")


def test_no_long_mode(build, log):
    """Nothing 64-bit can run: the 32-bit entry itself has to say it."""
    with start(build, log, cpu="qemu32") as machine:
        assert machine.expect([rb"64-bit|long mode"], WAIT) == 0, machine.why


def test_too_little_memory(build, log):
    with start(build, log, memory=192) as machine:
        refused(machine, "mb")


def test_dom0_mem_beyond_the_machine(build, log):
    with start(build, log, memory=512, words="dom0_mem=4G") as machine:
        refused(machine, "dom0_mem", "mb")


def test_no_modules(build, log):
    with start(build, log, modules="") as machine:
        refused(machine, "module")


def test_module_is_no_kernel(build, log, tmp_path):
    bad = tmp_path / "not-a-kernel"
    bad.write_bytes(b"#!/bin/sh\necho hello\n" * 500)
    with start(build, log, modules=str(bad)) as machine:
        refused(machine, "module", "kernel")


def test_kernel_is_cut_short(build, log, tmp_path):
    bad = tmp_path / "cut-kernel"
    bad.write_bytes((build / "dom0/vmlinux").read_bytes()[:1 << 20])
    with start(build, log, modules=str(bad)) as machine:
        refused(machine, "kernel")


def test_packed_kernel_is_damaged(build, log, tmp_path):
    """As a worn disc would hand it over: one bit is not what it was."""
    packed = bytearray((build / "dom0/vmlinux.lz4").read_bytes())
    packed[len(packed) // 2] ^= 0x10
    bad = tmp_path / "damaged.lz4"
    bad.write_bytes(packed)
    with start(build, log, modules=str(bad)) as machine:
        refused(machine, "module 0", "lz4")


def test_packed_kernel_is_accepted(build, log):
    with start(build, log, modules=str(build / "dom0/vmlinux.lz4")) as machine:
        assert machine.expect([rb"starting domain 0", rb"PANIC"], WAIT) == 0, machine.why


def test_kernel_without_pvh_entry(build, log):
    """Our own hypervisor is an ELF file, but no PVH kernel."""
    with start(build, log, modules=str(build / "hypervisor/socle")) as machine:
        refused(machine, "kernel")


def test_usual_cpu_is_accepted(build, log):
    """The refusals above must not come from the way in which they start the machine."""
    with start(build, log, cpu=CPU) as machine:
        assert machine.expect([rb"starting domain 0", rb"PANIC"], WAIT) == 0, machine.why
