# SPDX-License-Identifier: GPL-2.0-or-later
"""A second real guest: Debian's installer, kernel and initramfs as Debian made them."""

BOOT = 400   # seconds; it unpacks 40 MB under emulated nested paging


def test_debian_installer_shows_its_first_screen(host):
    host.run("printf 'name = \"installer\"\\nmemory = 1024\\n"
             "kernel = \"/images/installer/vmlinuz\"\\n"
             "ramdisk = \"/images/installer/initrd.gz\"\\n"
             "cmdline = \"console=hvc0 TERM=linux\"\\ntype = \"pvh\"\\n' > /tmp/installer.cfg")
    host.start("xl create -c /tmp/installer.cfg")
    entered = host.count
    index = host.machine.expect([rb"Select a language|Choose the language", rb"end%d=" % entered],
                                BOOT)
    assert index == 0, f"no first screen: {host.machine.why or 'the console ended'}"
    host.leave_guest(entered)
    assert host.domains()["installer"]["memory"] == 1024
    host.run("xl destroy installer", 120)
