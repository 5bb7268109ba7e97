# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes guest images that no toolstack should start, each wrong in one way.

usage: make_bad.py GOOD-BZIMAGE GOOD-ELF FOLDER
Deterministic, so that a failure can be had again.
"""
import gzip
import random
import struct
import sys
from pathlib import Path

EHDR = "<16sHHIQQQIHHHHHH"      # ELF-64 header
PHDR = "<IIQQQQQQ"              # type, flags, offset, vaddr, paddr, filesz, memsz, align
PHDR_AT = 64


def elf(**changes):
    """A small PVH ELF file with one loaded segment and its note, with fields of either header changed."""
    note = struct.pack("<III4sI", 4, 4, 18, b"Xen\0", changes.get("entry", 0x100000))
    body = b"\xfa\xeb\xfe" + bytes(13)
    at = PHDR_AT + 2 * struct.calcsize(PHDR)
    ident = b"\x7fELF" + bytes([changes.get("elf_class", 2), 1, 1]) + bytes(9)
    header = struct.pack(EHDR, ident, 2, 62, 1, 0x100000, PHDR_AT, 0, 0, 64, 56,
                         changes.get("phnum", 2), 0, 0, 0)
    load = struct.pack(PHDR, 1, 7, at, 0x100000, changes.get("paddr", 0x100000),
                       changes.get("filesz", len(body)), changes.get("memsz", len(body)), 4096)
    note_size = len(note) if changes.get("note", True) else 0
    notes = struct.pack(PHDR, 4, 4, at + len(body), 0, 0, note_size, 0, 4)
    return header + load + notes + body + note


def bzimage_with_bad_payload(good):
    """The header stays as it is, the compressed kernel behind it becomes noise."""
    setup = (good[0x1f1] + 1) * 512
    payload = setup + struct.unpack_from("<I", good, 0x248)[0]
    return good[:payload] + random.Random(1).randbytes(1 << 20)


def images(bzimage, kernel):
    return {
        "empty": b"",
        "text": b"This is not a kernel.\n" * 1000,
        "random": random.Random(2).randbytes(1 << 20),
        "cut-bzimage": bzimage[:1 << 20],
        "cut-elf": kernel[:1 << 20],
        "bzimage-bad-payload": bzimage_with_bad_payload(bzimage),
        "elf-no-note": elf(note=False),
        "elf-far-segment": elf(paddr=1 << 40),
        "elf-huge-file-size": elf(filesz=1 << 40, memsz=1 << 40),
        "elf-wrapping-segment": elf(paddr=(1 << 64) - 8),
        "elf-many-headers": elf(phnum=65535),
        "elf-entry-outside": elf(entry=0xfffffff0),
        "elf-32-class-64": elf(elf_class=1),
        "gzip-of-nothing": gzip.compress(b"", mtime=0),
    }


def main():
    bzimage, kernel, folder = (Path(a) for a in sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in images(bzimage.read_bytes(), kernel.read_bytes()).items():
        (folder / name).write_bytes(data)


main()
