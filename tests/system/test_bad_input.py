# SPDX-License-Identifier: GPL-2.0-or-later
"""Configuration files and guest images that are wrong or hostile: refused with the reason, and nothing is left."""
import pytest

CREATE = 300

BAD_CONFIGS = {
    "no-value": ('name = "x"\nmemory =\n', ["bad.cfg:2"]),
    "open-string": ('name = "x\nmemory = 64\n', ["bad.cfg:1"]),
    "text-for-number": ('name = "x"\nkernel = "/usr/share/socle/demo/vmlinuz"\nmemory = "much"\n',
                        ["bad.cfg:3", "memory"]),
    "no-kernel": ('name = "x"\nmemory = 64\n', ["kernel"]),
    "no-name": ('kernel = "/usr/share/socle/demo/vmlinuz"\nmemory = 64\n', ["name"]),
    "zero-vcpus": ('name = "x"\nkernel = "/usr/share/socle/demo/vmlinuz"\nvcpus = 0\n', ["vcpus"]),
    "wrong-action": ('name = "x"\nkernel = "/usr/share/socle/demo/vmlinuz"\non_crash = "dance"\n', ["dance"]),
    "missing-kernel-file": ('name = "x"\nkernel = "/no/such/file"\nmemory = 64\n', ["/no/such/file"]),
    "stray-bracket": ('name = "x"\nmemory = [ 64\n', ["bad.cfg"]),
}

BAD_IMAGES = ["empty", "text", "random", "cut-bzimage", "cut-elf", "bzimage-bad-payload",
              "elf-no-note", "elf-far-segment", "elf-huge-file-size", "elf-wrapping-segment", "elf-many-headers", "elf-entry-outside", "elf-32-class-64",
              "gzip-of-nothing"]


@pytest.fixture
def nothing_left(host):
    """Around a test: the same domains and the same free memory before and after."""
    before = host.free_memory()
    yield
    assert list(host.domains()) == ["Domain-0"]
    assert host.free_memory() == before


@pytest.mark.parametrize("name", BAD_CONFIGS)
def test_config(host, nothing_left, name):
    text, words = BAD_CONFIGS[name]
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n")
    host.run(f"printf '{escaped}' > /tmp/bad.cfg")
    status, output = host.try_run("xl create /tmp/bad.cfg", CREATE)
    assert status != 0
    for word in words:
        assert word in output, output


def test_garbage_config(host, nothing_left):
    host.run("dd if=/dev/urandom of=/tmp/bad.cfg bs=4096 count=4 2>/dev/null")
    status, output = host.try_run("xl create /tmp/bad.cfg | head -c 2000; false", CREATE)
    assert status != 0


def test_config_that_is_not_there(host, nothing_left):
    status, output = host.try_run("xl create /tmp/no-such.cfg", CREATE)
    assert status != 0 and "no-such.cfg" in output


@pytest.mark.parametrize("image", BAD_IMAGES)
def test_kernel(host, nothing_left, image):
    host.run(f"test -e /images/bad/{image}")
    status, output = host.try_run("xl create /dev/null 'name=\"bad\"' memory=64 'type=\"pvh\"' "
                                  f"'kernel=\"/images/bad/{image}\"'", CREATE)
    assert status != 0, "accepted"
    assert image in output or "kernel" in output, output


def test_missing_ramdisk(host, nothing_left):
    status, output = host.try_run("xl create demo 'ramdisk=\"/no/such/initrd\"'", CREATE)
    assert status != 0 and "/no/such/initrd" in output


def test_kernel_too_large_for_its_memory(host, nothing_left):
    status, output = host.try_run("xl create demo memory=8", CREATE)
    assert status != 0
