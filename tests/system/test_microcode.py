# SPDX-License-Identifier: GPL-2.0-or-later
"""Microcode from a boot module. QEMU's CPU takes none: what is found and tried is in the log."""
import struct

import pytest

from machine import Machine

pytestmark = pytest.mark.usefixtures("only_socle")
WAIT = 60
SIGNATURE = 0x60fb1     # qemu64
NUMBER = 0x6f1b


def container(signature, revision):
    """As AMD's: which CPUs have which number, and one patch."""
    patch = bytearray(struct.pack("<II", 0x20180101, revision).ljust(320, b"\0"))
    struct.pack_into("<H", patch, 24, NUMBER)
    table = struct.pack("<IIIHH", signature, 0, 0, NUMBER, 0) + bytes(16)
    return struct.pack("<III", 0x414d44, 0, len(table)) + table + \
        struct.pack("<II", 1, len(patch)) + patch


def archive(content):
    name = b"kernel/x86/microcode/AuthenticAMD.bin\0"
    header = "070701" + "%08x" * 13 % (1, 0, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0)
    return header.encode() + name + content


FILES = {
    "for-it": (container(SIGNATURE, 0x7fffffff), "ucode=-1",
               rb"does not take revision 0x7fffffff"),
    "for-others": (container(0x800f12, 0x7fffffff), "ucode=1",
                   rb"nothing newer for this CPU, 0x60fb1"),
    "archive": (archive(container(SIGNATURE, 0x7ffffffe)), "",
                rb"does not take revision 0x7ffffffe"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_module_is_looked_through(build, log, tmp_path, name):
    data, word, said = FILES[name]
    (tmp_path / "ucode").write_bytes(data)
    modules = f"{build}/tests/system/images/idle.elf,{tmp_path}/ucode"
    with Machine.direct(build, "socle", log, words=word, modules=modules) as machine:
        assert machine.expect([rb"microcode: [^\r\n]*" + said], WAIT) == 0, machine.why
        assert machine.expect([rb"starting domain 0 "], WAIT) == 0, machine.why
