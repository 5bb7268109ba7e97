# SPDX-License-Identifier: GPL-2.0-or-later
"""Seeds of what the hypervisor and the builder read: kernels, tables, instructions, hypercalls."""
import bz2
import lzma
import random
import shutil
import struct
import subprocess
import tempfile
import zlib

PHYS32_ENTRY = 18


# ---- kernels ------------------------------------------------------------------------------------

def note(entry, width=4):
    desc = entry.to_bytes(width, 'little')
    return struct.pack('<III', 4, len(desc), PHYS32_ENTRY) + b'Xen\0' + desc


def elf64(entry=0x100000, width=4, sections=False):
    text, notes = b'\xf4' * 32, note(entry, width)
    at = 64 + 2 * 56
    phdrs = struct.pack('<IIQQQQQQ', 1, 5, at, 0x100000, 0x100000, len(text), 64, 4096)
    kind = 6 if sections else 4
    phdrs += struct.pack('<IIQQQQQQ', kind, 4, at + len(text), 0, 0, len(notes), len(notes), 4)
    body = text + notes
    shoff = at + len(body) if sections else 0
    if sections:
        body += struct.pack('<IIQQQQIIQQ', 0, 7, 0, 0, at + len(text), len(notes), 0, 0, 4, 0)
    head = b'\x7fELF\2\1\1' + bytes(9)
    head += struct.pack('<HHIQQQIHHHHHH', 2, 62, 1, 0x100000, 64, shoff, 0, 64, 56, 2, 64,
                        1 if sections else 0, 0)
    return head + phdrs + body


def elf32(entry=0x100000):
    text, notes = b'\xf4' * 32, note(entry)
    at = 52 + 2 * 32
    phdrs = struct.pack('<IIIIIIII', 1, at, 0x100000, 0x100000, len(text), 64, 5, 4096)
    phdrs += struct.pack('<IIIIIIII', 4, at + len(text), 0, 0, len(notes), len(notes), 4, 4)
    head = b'\x7fELF\1\1\1' + bytes(9) + struct.pack('<HHIIIIIHHHHHH', 2, 3, 1, 0x100000, 52, 0, 0,
                                                     52, 32, 2, 40, 0, 0)
    return head + phdrs + text + notes


def kernels():
    return [elf64(), elf64(width=8), elf64(sections=True), elf64(entry=0), elf32()]


# ---- the firmware's tables about IOMMUs ---------------------------------------------------------

def iommus():
    drhd = struct.pack('<HHBBHQ', 0, 16, 1, 0, 0, 0xfed90000)
    rmrr = struct.pack('<HHHHQQ', 1, 34, 0, 0, 0x7f000000, 0x7f0fffff)
    rmrr += bytes([1, 10, 0, 0, 0, 0, 0x1c, 0, 0, 0])
    entries = bytes([3, 8, 0, 0xd7, 4, 0xff, 4, 0, 0x42, 0, 5, 0, 0, 0x30, 0, 0])
    entries += bytes([0xf0, 0xa5]) + bytes(18) + bytes([1, 2, 65, 66])
    units = [struct.pack('<BBHHHQHHI', kind, 1, size + len(entries), 2, 0x40, 0xfed80000, 0, 0, 0) +
             bytes(size - 24) + entries for kind, size in ((0x10, 24), (0x11, 40), (0x40, 40))]
    memory = struct.pack('<BBHHHQQQ', 0x22, 8, 32, 8, 15, 0, 0x7e000000, 0x1000)
    return [b'\1' + drhd + rmrr, b'\0' + units[0] + memory, b'\0' + b''.join(units)]


# ---- packed kernels -----------------------------------------------------------------------------

def filtered(command, data):
    """data through a command line tool, or nothing where the tool is not installed."""
    if not shutil.which(command[0]):
        return []
    return [subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout]


def packed():
    data = elf64() + bytes(200)
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    yield packer.compress(data) + packer.flush()
    yield lzma.compress(data, check=lzma.CHECK_CRC32)
    yield lzma.compress(data, format=lzma.FORMAT_ALONE)
    yield from filtered(['zstd', '-q', '-c'], data)
    yield from filtered(['lz4', '-q', '-l', '-c'], data)
    yield bz2.compress(data)


def lz4_frames():
    """Frames as boot modules are: with their size, and with either kind of checksum."""
    data = elf64() + bytes(200) + b'some text, some text, some other text'
    for options in (['--no-frame-crc'], [], ['-BX'], ['-BX', '-BD'], ['-B4', '-1']):
        with tempfile.NamedTemporaryFile() as f:
            f.write(data)
            f.flush()
            yield from filtered(['lz4', '-q', '-c', '--content-size', *options, f.name], b'')


def bzimage(payload):
    setup = bytearray(1024)
    setup[0x1f1] = 1
    setup[0x1fe:0x200] = b'\x55\xaa'
    setup[0x202:0x206] = b'HdrS'
    struct.pack_into('<H', setup, 0x206, 0x20f)
    # gzip ends with the length of its content; behind the others the kernel's build appends it.
    if not payload.startswith(b'\x1f\x8b'):
        payload += struct.pack('<I', len(elf64()) + 200)
    struct.pack_into('<II', setup, 0x248, 0, len(payload))
    return bytes(setup) + payload


# ---- instructions -------------------------------------------------------------------------------

INSTRUCTIONS = '''
8907 8b07 48 8907 488b4708 66890425b0b0e0fe c70780000000 c60701 0fb607 0fb70f 480fbe07 63c8 4863c8
f3a4 f3ab f348a5 ac aa 8704248b05100000 f00fb10f 0fa307 0fba2f05 83270f 810f00010000 f6070f
a100000000 48a10000e0fe00000000 0fa2 0f32 0f30 f4 0f01d9 0f01c1 e4f0 ec ed 6c 6f f36c 0f22c0 0f20d8
0f2300 0f0138 0f09 0f31 0f01f9 0f06 0f01f0 cc cd80 f1 f390 0f01c8 0f01c9 0f01d1 c5f877 6266
f20f10c1 e8fcffffff ff2508000000 f00fc107 41ff8424f0ffffff 36663e67894605
'''.split()


def instructions():
    return [bytes([mode]) + bytes(range(8)) + bytes.fromhex(code)
            for mode in range(3) for code in INSTRUCTIONS]


# ---- local APIC ---------------------------------------------------------------------------------

def step(kind, where=0, value=0, extra=0, vcpu=0):
    return struct.pack('<BHBQ', kind | vcpu << 4, where, extra, value)


def apic_steps():
    on = b''.join(step(0, 0xf0, 0x1ff, vcpu=v) for v in range(4))
    x2apic = b''.join(step(7, 0xd00 if v == 0 else 0xc00, vcpu=v) for v in range(4))
    timer = step(0, 0x320, 0x20040) + step(0, 0x3e0, 3) + step(0, 0x380, 1000)
    return [
        on + timer + step(14, value=5000) + step(13) + step(0, 0xb0),
        on + step(0, 0x320, 0x40040) + step(8, value=1000) + step(14, value=1 << 20) + step(13),
        on + step(0, 0x310, 2 << 24) + step(0, 0x300, 0x4041) + step(13, vcpu=1),
        on + x2apic + step(4, 0x30, 2 << 32 | 0x4500) + step(4, 0x30, 2 << 32 | 0x4610),
        on + step(10, 1, extra=0x50) + step(13) + step(10, extra=0x90) + step(13) + step(0, 0xb0),
        on + step(11, 0x4041, 0x2000) + step(15, 1, 3, 1) + step(12, extra=0x50) + step(13)]


# ---- event channels -----------------------------------------------------------------------------

def event(kind, domain, command=0, words=(), remote=None, vcpu=0):
    words = bytes(words) + bytes(6 - len(words))
    flags = 0 if remote is None else 0x40
    head = bytes([kind, domain | vcpu << 7, command, flags])
    return head + words + bytes([remote or 0]) + bytes(5)


def event_steps():
    pair = event(0, 1, 6, [1], remote=2) + event(0, 2, 0, [1, 1])
    fifo = b''.join(event(0, d, 11, [1, 0, 128 * v, v]) for d in (1, 2) for v in (0, 1))
    fifo += event(0, 1, 12, [2]) + event(0, 2, 12, [2])
    own = event(0, 1, 7, [1]) + event(0, 1, 1, [0, 1]) + event(0, 1, 1, [3, 0])
    send = event(0, 2, 4, [1]) + event(0, 1, 4, [1]) + event(0, 1, 9, [1])
    move = event(0, 1, 13, [1, 3]) + event(0, 1, 8, [1, 1])
    return [
        pair + send + event(0, 1, 3, [1]) + send,
        fifo + pair + send + move + send + event(5, 1, 2, [4]) + send,
        own + event(4, 1, 0) + event(4, 1, 3) + fifo + event(4, 1, 3) + event(0, 1, 5, [1, 1]),
        pair + event(6, 1, 1) + send + fifo + send + event(0, 0, 10, [1]) + pair + event(7, 2)]


# ---- grant tables -------------------------------------------------------------------------------

def grant(kind, domain, *words):
    return bytes([kind, domain, *words]) + bytes(14 - len(words))


def grant_steps():
    entry = grant(0, 1, 9, 1, 0, 2, 0x85)               # reference 9 of domain 1: its gfn 5, to 2
    to_map = grant(2, 2, 1, 0, 2, 9, 1)
    unmap = grant(2, 2, 0, 0, 0, 0, 0, 0, 0)
    version2 = grant(6, 1, 8, 0, 2)
    to_copy = grant(5, 2, 1, 1, 9, 0, 16, 7, 0x82, 1, 0, 0, 64)
    grow = grant(6, 1, 2, 0, 1, 3)
    dies = grant(7, 1, 0)
    accept = grant(0, 2, 9, 2, 0, 1, 0)                 # and of domain 2: takes a page of domain 1
    give = grant(6, 1, 4, 0, 0x85, 2, 9, 0x86, 2, 9)
    return [
        entry + to_map + unmap + to_copy,
        version2 + grow + entry + to_map + to_copy + dies + unmap,
        entry + to_map + dies + unmap + grant(7, 2, 0),
        accept + give + entry + to_map + accept + give + unmap,
        grant(6, 2, 8, 0, 2) + accept + give + grant(7, 2, 0),
        entry + grant(2, 2, 3, 1, 6, 9, 1, 0, 0, 2, 2, 9, 1) + unmap + version2
        + grant(6, 1, 11, 0, 9, 3),
        version2 + grant(0, 1, 9, 1, 1, 2, 0x85, 1, 0, 2, 0) + to_copy + grant(6, 1, 8, 0, 1)]


# ---- microcode, hypercalls ---------------------------------------------------------------------

def microcode_files():
    """A container of AMD's and an update of Intel's, bare and in an archive, behind who asks."""
    patch = bytearray(struct.pack('<II', 0x20180101, 0x101).ljust(128, b'\0'))
    struct.pack_into('<H', patch, 24, 0x8012)
    amd = struct.pack('<III', 0x414d44, 0, 32) + struct.pack('<IIIHH', 0x800f12, 0, 0, 0x8012, 0)
    amd += bytes(16) + struct.pack('<II', 1, len(patch)) + patch
    words = [1, 0x20, 0x20200101, 0x806e9, 0, 1, 2, 64, 48 + 64 + 32, 0, 0, 0] + [0] * 16
    words += [1, 0, 0, 0, 0, 0x506e3, 2, 0]
    words[4] = -sum(words) & 0xffffffff
    intel = struct.pack(f'<{len(words)}I', *words)
    for asks, content in ((b'\1', amd), (b'\0', intel)):
        yield asks + content
        header = '070701' + '%08x' * 13 % (1, 0, 0, 0, 1, 0, len(content), 0, 0, 0, 0, 10, 0)
        yield asks + header.encode() + b'microcode\0' + content


def hypercall(domain, group, operation, *fields, kind=(6,)):
    """Domain's vCPU 0 makes a call, its arguments at the beginning of its page for them."""
    return bytes([domain, *kind, group, operation, 0, *fields])


def domain_wish(vcpus, ports, frames):
    """createdomain's fields: domain, handle, flags, limits, and what must be 0."""
    header = bytes(4)           # the domain, and what must be 0
    return header + bytes(1 + 16 + 2) + bytes([vcpus, ports, frames, 1]) + bytes(24)


def hypercall_steps():
    """Any bytes are calls. Some that lead somewhere, and long rows of anything."""
    me, hole, list_of_gfns = 15, 0xa5, 1
    entry = bytes([1, 3, 9, 0, 5, 2, 0])                # domain 1 lends its frame 5 to domain 2
    to_map = hypercall(2, 2, 0, 0, hole, 0, 0, 9, 1, 0, 0, 0, 0)
    unmap = hypercall(2, 2, 3, 0, hole, 0, 0, 0, 0, 0)
    version2 = hypercall(1, 2, 11, 0, 0, 0)
    give = hypercall(1, 0, 3, list_of_gfns, 8, 0, 0, me)
    take = hypercall(1, 0, 1, list_of_gfns, 8, 0, 0, me)
    foreign = hypercall(0, 0, 10, me, 0, 4, 4, 1, list_of_gfns, 3, 5)
    channel = hypercall(1, 4, 0, me, 2, 0) + hypercall(2, 4, 2, 1, 1, 0)
    send = hypercall(1, 4, 8, 1) + hypercall(2, 4, 8, 1)
    fifo = hypercall(1, 4, 15, 7, 0, 0) + hypercall(1, 4, 16, 8)
    dies = hypercall(0, 6, 2, 1, 0, 0, 0)
    a_lot = [0xf0, 9]                                   # 8192
    save = hypercall(0, 6, 25, 1, 0, 0, 0, *a_lot, 1)
    restore = hypercall(0, 6, 24, 2, 0, 0, 0, *a_lot, 1)
    dice = random.Random(20)
    return [
        entry + to_map + unmap + give + take,
        entry + to_map + give + unmap + take,
        version2 + entry + to_map + dies + unmap,
        entry + to_map + unmap + foreign + give + dies,
        channel + send + fifo + send + dies + send,
        hypercall(0, 6, 0, 0, 0, 0, 0, *bytes(40)) + dies + entry,
        save + restore + save + dies,
        # One without grant frames, which is refused late, while interrupts are waiting.
        hypercall(0, 6, 0, *domain_wish(vcpus=2, ports=2, frames=0), kind=(0x46, 0)),
        *(dice.randbytes(dice.randint(100, 1500)) for _ in range(40))]


SEEDS = {
    'grant': grant_steps,
    'event': event_steps,
    'vlapic': apic_steps,
    'elf': kernels,
    'iommu': iommus,
    'elf_image': kernels,
    'bzimage': lambda: [bzimage(p) for p in packed()],
    'microcode': microcode_files,
    'lz4': lambda: list(lz4_frames()),
    'unpack': lambda: list(packed()),
    'insn': instructions,
    'hypercall': hypercall_steps,
}
