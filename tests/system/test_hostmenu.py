# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's menu on a host: what it says of it, and its way in and out over the serial line. Each
of its screens: tests/unit/hostmenu.
"""


def test_the_page_and_the_menu(host):
    page = host.run("i=0; until hostmenu --status | grep 'all 8 services' || [ $i -gt 30 ]; do "
                    "sleep 2; i=$((i+1)); done; hostmenu --status", 120)
    assert "all 8 services run" in page and "running, of" in page, page
    assert host.run("host-certificate").strip()[:47] in page
    host.start("TERM=vt100 hostmenu")
    for words, key in ((rb"Enter: log in", "\n"), (rb"What is to be done\?", "\x1b"),
                       (rb"Enter: log in", "\x1b")):
        host.must_see([words], 60, words)
        host.machine.send(key)
    host.finish()
