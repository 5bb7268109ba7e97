# SPDX-License-Identifier: GPL-2.0-or-later
"""Images for CD drives, into a library and out of it; new disks out of streams."""
import pytest
from client import Failure, connect, scgi
from streaming import (MIB, OPEN_LENGTH, noise, sparse,  # noqa: F401
                       streams)  # pylint: disable=unused-import


@pytest.fixture(name="library")
def fixture_library(streams):
    sr, = streams.client.call("SR.get_by_name_label", "images")
    return sr


def refused(streams, method, *params):
    with pytest.raises(Failure) as failure:
        streams.client.call(method, *params)
    return failure.value.code


def upload(streams, sr, data, name, **more):
    """(status, task) of one; the task says which disk it became, or why it did not."""
    task = streams.client.call("task.create", "upload", name)
    status = streams.put("import_raw_vdi", data, sr_id=sr, name=name.replace(" ", "%20"),
                         task_id=task, **more)[0]
    record = streams.client.call("task.get_record", task)
    streams.client.call("task.destroy", task)
    return status, record


def test_in_and_out(streams, library):
    call, data = streams.client.call, noise(MIB + 2048)
    status, task = upload(streams, library, data, "debian 13.iso")
    assert (status, task["status"], task["progress"]) == (200, "success", 1)
    vdi = task["result"].removeprefix("<value>").removesuffix("</value>")
    record = call("VDI.get_record", vdi)
    assert (record["name_label"], record["SR"]) == ("debian 13.iso", library)
    assert (record["virtual_size"], record["read_only"]) == (len(data), True)
    assert "temporary" not in record["other_config"]
    assert streams.get("export_raw_vdi", vdi=vdi)[2] == data
    # It is what it is.
    assert streams.put("import_raw_vdi", b"x", vdi=vdi)[0] == 500
    assert streams.get("export_raw_vdi", vdi=vdi)[2] == data
    before = streams.objects()
    status, task = upload(streams, library, data, "debian 13.iso")
    assert status == 500 and task["error_info"][0] == "LOCATION_NOT_UNIQUE"
    status, task = upload(streams, library, data, "../x")
    assert status == 500 and task["error_info"][0] == "INVALID_VALUE"
    assert streams.objects() == before
    call("VDI.destroy", vdi)
    assert upload(streams, library, data, "debian 13.iso")[0] == 200
    call("VDI.destroy", call("VDI.get_by_name_label", "debian 13.iso")[0])


def test_by_hand(streams, library):
    """As clients do it that make the disk themselves."""
    vdi = streams.client.call("VDI.create", {"SR": library, "virtual_size": MIB,
                                             "name_label": "by hand", "read_only": False})
    assert streams.client.call("VDI.get_name_label", vdi) == "by hand.iso"
    assert not streams.client.call("VDI.get_read_only", vdi)
    assert streams.put("import_raw_vdi", noise(MIB), vdi=vdi)[0] == 200
    assert streams.client.call("VDI.get_read_only", vdi)
    streams.client.call("VDI.destroy", vdi)


def test_cut_off_and_cancelled(streams, library):
    before = streams.objects()
    sock = connect(streams.socket)
    path = streams.path("import_raw_vdi", sr_id=library, name="half.iso")
    sock.sendall(scgi(noise(MIB), path, "PUT", 4 * MIB))
    sock.shutdown(1)
    assert b" 500 " in sock.recv(1000)
    sock.close()
    assert streams.objects() == before
    assert upload(streams, library, noise(MIB), "half.iso")[0] == 200
    streams.client.call("VDI.destroy",
                        streams.client.call("VDI.get_by_name_label", "half.iso")[0])


def test_no_room(streams, library):
    before = streams.objects()
    status, task = upload(streams, library, b"x", "large.iso", length=95 << 30)
    assert status == 500 and task["error_info"][0] == "SR_FULL"
    for name in ("full.iso", "busy.iso"):     # the simulated disk has no room; it is in use
        status, task = upload(streams, library, noise(MIB), name)
        assert status == 500 and task["status"] == "failure"
    assert streams.objects() == before


def test_disks_out_of_streams(streams):
    data, before = noise(2 * MIB), streams.objects()
    status, task = upload(streams, streams.sr, data, "disk")
    assert status == 200
    vdi = task["result"].removeprefix("<value>").removesuffix("</value>")
    assert not streams.client.call("VDI.get_read_only", vdi)
    assert streams.get("export_raw_vdi", vdi=vdi)[2] == data
    streams.client.call("VDI.destroy", vdi)
    for more in ({"length": OPEN_LENGTH}, {"format": "qcow2"}, {"format": "vhd"}):
        assert upload(streams, streams.sr, data, "disk", **more)[0] == 500
    assert streams.put("import_raw_vdi", data, sr_id=streams.sr)[0] == 500     # without a name
    for texts in ({"name": "%FF"}, {"name": "x", "description": "a%E2%82"}):
        status, _, said = streams.put("import_raw_vdi", data, sr_id=streams.sr, **texts)
        assert status == 500 and b"in UTF-8" in said
    assert streams.put("import_raw_vdi", data, sr_id="OpaqueRef:1", name="x")[0] == 404
    assert streams.objects() == before


def test_new_disks_of_images(streams):
    """The disk is as large as is said, its contents those of the image, and nothing is beside it."""
    call, data, before = streams.client.call, sparse(9 * MIB), streams.objects()
    full = streams.vdi(len(data))
    streams.put("import_raw_vdi", data, vdi=full)
    for form in ("raw", "vhd", "qcow2"):
        image = streams.get("export_raw_vdi", vdi=full, format=form)[2]
        status, task = upload(streams, streams.sr, image, "of an image", format=form,
                              size=12 * MIB, description="came+by+mail")
        assert status == 200, task
        vdi = task["result"].removeprefix("<value>").removesuffix("</value>")
        record = call("VDI.get_record", vdi)
        assert (record["virtual_size"], record["name_description"]) == (12 * MIB, "came by mail")
        assert "temporary" not in record["other_config"]
        assert streams.get("export_raw_vdi", vdi=vdi)[2] == data + bytes(3 * MIB), form
        call("VDI.destroy", vdi)
    call("VDI.destroy", full)
    assert streams.objects() == before


@pytest.mark.parametrize("form", ["raw", "vhd", "qcow2"])
def test_of_half_an_image_nothing_is_left(streams, form):
    data = noise(3 * MIB)
    full = streams.vdi(len(data))
    streams.put("import_raw_vdi", data, vdi=full)
    image = streams.get("export_raw_vdi", vdi=full, format=form)[2]
    streams.client.call("VDI.destroy", full)
    before = streams.objects()
    with connect(streams.socket) as sock:
        sock.sendall(scgi(image[:2 * MIB], streams.path(
            "import_raw_vdi", sr_id=streams.sr, name="half", format=form, size=len(data)),
            "PUT", len(image)))
        sock.shutdown(1)
        assert b" 500 " in sock.recv(1000)
    assert streams.objects() == before
    # One that lies about its size, and ones that are no image of that kind.
    for sent, size in ((image, MIB), (noise(MIB) if form != "raw" else noise(MIB + 512), MIB)):
        status, task = upload(streams, streams.sr, sent, "wrong", format=form, size=size)
        assert status == 500 and task["error_info"][0] == "VDI_IO_ERROR", task
    status, task = upload(streams, streams.sr, image, "wrong", format=form, size=len(data),
                          description="x" * 256)
    assert status == 500 and task["error_info"][:2] == ["INVALID_VALUE", "description"], task
    for size in ("0", "-512", "1x", "9" * 30, 1 << 50):
        status, task = upload(streams, streams.sr, image, "wrong", format=form, size=size)
        assert status == 500 and task["error_info"][:2] == ["INVALID_VALUE", "size"], task
    assert streams.objects() == before


def test_who_may(streams, library):
    user = streams.client.call("user.create", {"short_name": "looker", "role": "read-only"})
    streams.client.call("user.set_password", user, "looks only")
    session = streams.client.raw("session.login_with_password", "looker", "looks only")
    status = streams.put("import_raw_vdi", b"x" * 512, session=False, session_id=session,
                         sr_id=library, name="mine.iso")[0]
    assert status == 403
    streams.client.call("user.destroy", user)
    assert streams.client.call("VDI.get_by_name_label", "mine.iso") == []
    assert refused(streams, "VDI.set_name_label", "OpaqueRef:NULL", "x") == "HANDLE_INVALID"
