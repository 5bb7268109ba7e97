# SPDX-License-Identifier: GPL-2.0-or-later
"""The contents of disks in and out: as they are, as VHDs with and without a base, as qcow2 images."""
import gzip
import subprocess

import pytest

from streaming import MIB, OPEN_LENGTH, noise, sparse, streams  # noqa: F401


def test_raw_there_and_back(streams):
    data = sparse(9 * MIB)
    vdi = streams.vdi(len(data))
    assert streams.put("import_raw_vdi", data, vdi=vdi, format="raw")[0] == 200
    status, headers, body = streams.get("export_raw_vdi", vdi=vdi)
    assert status == 200 and headers["content-type"] == "application/octet-stream"
    assert body == data
    uuid = streams.client.call("VDI.get_uuid", vdi)
    assert streams.get("export_raw_vdi", vdi=uuid, format="raw")[2] == data


def test_vhd_there_and_back(streams):
    data = sparse(9 * MIB)
    vdi, other = streams.vdi(len(data)), streams.vdi(len(data))
    streams.put("import_raw_vdi", data, vdi=vdi)
    vhd = streams.get("export_raw_vdi", vdi=vdi, format="vhd")[2]
    assert vhd[:8] == b"conectix" and len(vhd) < 5 * MIB
    for length in (None, OPEN_LENGTH):
        assert streams.put("import_raw_vdi", vhd, length, vdi=other, format="vhd")[0] == 200
        assert streams.get("export_raw_vdi", vdi=other)[2] == data
        assert streams.put("import_raw_vdi", data, length, vdi=other)[0] == 200


def qemu_img(folder, data, *how):
    """What qemu-img makes of a file."""
    old, new = folder / "old", folder / "new"
    old.write_bytes(data)
    new.unlink(missing_ok=True)
    subprocess.run(["/usr/bin/qemu-img", "convert", *how, old, new], check=True)
    return new.read_bytes()


def test_qcow2_there_and_back(streams, tmp_path):
    data = sparse(9 * MIB)
    vdi, other = streams.vdi(len(data)), streams.vdi(len(data))
    streams.put("import_raw_vdi", data, vdi=vdi)
    disks = streams.client.call("VDI.get_all")
    ours = streams.get("export_raw_vdi", vdi=vdi, format="qcow2")[2]
    assert ours[:4] == b"QFI\xfb" and len(ours) < MIB
    assert qemu_img(tmp_path, ours, "-f", "qcow2", "-O", "raw") == data
    theirs = qemu_img(tmp_path, data, "-f", "raw", "-O", "qcow2", "-c")
    # A length that is known, one that is not (the client waits), and packed once more.
    for image, length in ((ours, None), (theirs, None), (theirs, OPEN_LENGTH),
                          (gzip.compress(ours), None)):
        streams.put("import_raw_vdi", noise(len(data), 4), vdi=other)
        task = streams.client.call("task.create", "import", "of an image")
        assert streams.put("import_raw_vdi", image, length, vdi=other, format="qcow2",
                           task_id=task)[0] == 200
        assert streams.get("export_raw_vdi", vdi=other)[2] == data
        streams.client.wait(task)
    assert streams.client.call("VDI.get_all") == disks      # and nothing beside them


@pytest.mark.parametrize("spoil, said", [
    (lambda image: image[:-70000], b"cut off"),
    (lambda image: image[:8] + b"\0\0\0\0\0\0\0\x68\0\0\0\x05" + image[20:], b"backing file"),
    (lambda image: noise(100000), b"no qcow2 image"),
    (lambda image: b"QFI\xfb", b"no qcow2 image"),
    (lambda image: image + bytes(40 * MIB), b"longer than"),
], ids=["cut", "backed", "noise", "short", "long"])
def test_no_qcow2_changes_nothing(streams, spoil, said):
    data = noise(3 * MIB)
    vdi = streams.vdi(len(data))
    streams.put("import_raw_vdi", data, vdi=vdi)
    image = spoil(streams.get("export_raw_vdi", vdi=vdi, format="qcow2")[2])
    disks = streams.client.call("VDI.get_all")
    status, _, words = streams.put("import_raw_vdi", image, vdi=vdi, format="qcow2")
    assert status == 500 and b"VDI_IO_ERROR" in words and said in words, words
    assert streams.client.call("VDI.get_all") == disks
    assert streams.get("export_raw_vdi", vdi=vdi)[2] == data


class Vhd:
    """As much of a VHD as a backup tool looks at."""

    def __init__(self, data):
        self.data = data
        self.type, self.uuid = int.from_bytes(data[60:64], "big"), data[68:84].hex()
        self.parent = data[512 + 40:512 + 56].hex()
        table, entries = (int.from_bytes(data[512 + a:512 + b], "big")
                          for a, b in ((16, 24), (28, 32)))
        places = [int.from_bytes(data[table + 4 * i:table + 4 * i + 4], "big")
                  for i in range(entries)]
        self.blocks = {i: p * 512 for i, p in enumerate(places) if p != 0xffffffff}
        assert data[-512:] == data[:512]

    def apply(self, disk):
        for block, at in self.blocks.items():
            bitmap, at = self.data[at:at + 512], at + 512
            for i in range(4096):
                if bitmap[i // 8] & 0x80 >> i % 8:
                    start = block * 2 * MIB + i * 512
                    disk[start:start + 512] = self.data[at + i * 512:at + i * 512 + 512]


def test_a_full_backup_and_its_deltas(streams):
    """As backup tools do it: a whole snapshot, then what differs from the one before."""
    call, size = streams.client.call, 10 * MIB
    states = [bytearray(sparse(size))]
    for change in (lambda d: d.__setitem__(slice(MIB, MIB + 700), noise(700, 6)),
                   lambda d: d.__setitem__(slice(2 * MIB, 3 * MIB), bytes(MIB))):
        states.append(bytearray(states[-1]))
        change(states[-1])
    vdis = [streams.vdi(size, f"snapshot {i}") for i in range(3)]
    for vdi, state in zip(vdis, states, strict=True):
        streams.put("import_raw_vdi", bytes(state), vdi=vdi)
    backups = [streams.get("export_raw_vdi", vdi=vdis[0], format="vhd")[2]]
    for i in (1, 2):
        backups.append(streams.get("export_raw_vdi", vdi=vdis[i], base=vdis[i - 1],
                                   format="vhd")[2])
    parsed = [Vhd(b) for b in backups]
    assert [v.type for v in parsed] == [3, 4, 4]
    assert [list(v.blocks) for v in parsed] == [[1, 4], [0], [1]]
    for i, vdi in enumerate(vdis):
        assert parsed[i].uuid == call("VDI.get_uuid", vdi).replace("-", "")
    assert [v.parent for v in parsed[1:]] == [v.uuid for v in parsed[:-1]]
    by_hand, restored = bytearray(size), streams.vdi(size)
    for vhd, backup, state in zip(parsed, backups, states, strict=True):
        vhd.apply(by_hand)
        assert by_hand == state
        assert streams.put("import_raw_vdi", backup, OPEN_LENGTH, vdi=restored,
                           format="vhd")[0] == 200
        assert streams.get("export_raw_vdi", vdi=restored)[2] == state


def test_no_such_base(streams):
    vdi, larger = streams.vdi(MIB), streams.vdi(2 * MIB)
    for how, said in (({"base": larger}, b"larger than the disk"),
                      ({"base": "OpaqueRef:1234"}, b"HANDLE_INVALID"),
                      ({"base": larger, "format": "raw"}, b"NOT_IMPLEMENTED"),
                      ({"base": larger, "format": "qcow2"}, b"NOT_IMPLEMENTED")):
        task = streams.client.call("task.create", "export", "of differences")
        streams.get("export_raw_vdi", **{"vdi": vdi, "format": "vhd", "task_id": task, **how})
        info = streams.client.call("task.get_error_info", task)
        assert said in " ".join(info).encode(), info
    assert streams.get("export_raw_vdi", vdi=vdi, format="vmdk")[0] == 500


def test_what_was_there_before_goes(streams):
    """An image of zeroes is one, too."""
    data = sparse(6 * MIB)
    empty, full = streams.vdi(len(data)), streams.vdi(len(data))
    for form in ("raw", "vhd", "qcow2"):
        streams.put("import_raw_vdi", noise(len(data)), vdi=full)
        image = streams.get("export_raw_vdi", vdi=empty, format=form)[2]
        assert streams.put("import_raw_vdi", image, vdi=full, format=form)[0] == 200
        assert streams.get("export_raw_vdi", vdi=full)[2] == bytes(len(data)), form
