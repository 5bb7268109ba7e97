# SPDX-License-Identifier: GPL-2.0-or-later
"""A demo guest that writes to its disk, reads back what it wrote, and pings, all the time.

Owns: its start, what runs in it, and the judgement whether anything was lost. Does not own: what is
done to it meanwhile.
"""
import re

from test_devices import HERE, guest

MAC = "00:16:3e:00:00:77"
ADDRESS = "10.99.0.7"
# A round: new data to a file, from the disk again, compared; and a line of a list that only grows.
ROUNDS = (
    "n=0; while :; do n=$((n+1)); head -c 65536 /dev/urandom >/tmp/new; "
    "dd if=/tmp/new of=/mnt/data conv=fsync 2>/dev/null || echo $n: write >>/tmp/bad; "
    "echo 3 >/proc/sys/vm/drop_caches; cmp /tmp/new /mnt/data >>/tmp/bad 2>&1; "
    "echo $n >>/mnt/rounds; done")


class BusyGuest:
    def __init__(self, host, disk, bridge, settings=""):
        self.host = host
        command = (f"xl create -c demo memory=96 'disk=[\"{disk},raw,xvda,w\"]' "
                   f"'vif=[\"bridge={bridge},mac={MAC}\"]' {settings}")
        with guest(host, command) as run:
            run("mke2fs /dev/xvda >/dev/null && mkdir -p /mnt && mount -t ext4 /dev/xvda /mnt")
            self.kept = run("head -c 3000000 /dev/urandom >/mnt/kept; sync; md5sum </mnt/kept")
            run(f"ip addr add {ADDRESS}/24 dev eth0; ip link set eth0 up")
            run(f"(ping {HERE} >/tmp/pings 2>&1 &)")
            run(f"( ({ROUNDS}) >/dev/null 2>&1 &)")
            self.wait_rounds(run, 2)

    @property
    def id(self):
        return self.host.domains()["demo"]["id"]

    @staticmethod
    def wait_rounds(run, more):
        """Waits until so many more rounds are done."""
        run(f"n=$(($(wc -l </mnt/rounds) + {more})); i=0; "
            "until [ $(wc -l </mnt/rounds) -ge $n ] || [ $i -ge 60 ]; do "
            "sleep 1; i=$((i+1)); done; [ $i -lt 60 ] || echo no rounds >>/tmp/bad", 180)

    def check(self, lost_pings=0):
        """It works on, and has lost nothing but so many pings."""
        entered = self.host.enter_console()
        self.check_inside(lambda words, timeout=120: self.host.in_guest(words, timeout),
                          lost_pings)
        self.host.leave_guest(entered)
        said = self.host.run(f"ping -c 3 -W 20 {ADDRESS}", 90)
        assert "3 packets received" in said, said

    def check_inside(self, run, lost_pings):
        self.wait_rounds(run, 2)
        assert run("cat /tmp/bad") == ""
        assert run("awk '$1 != NR' /mnt/rounds") == ""
        assert run("echo 3 >/proc/sys/vm/drop_caches; md5sum </mnt/kept") == self.kept
        assert run("cat /sys/class/net/eth0/address") == MAC
        first = self.pings(run)
        run("sleep 3")
        seen = self.pings(run)
        assert max(seen) > max(first), "no answer to what it sends now"
        lost = sorted(set(range(max(seen) + 1)) - seen)
        assert len(lost) <= lost_pings, f"pings without an answer: {lost}"

    @staticmethod
    def pings(run):
        return {int(n) for n in re.findall(r"seq=(\d+) ", run("cat /tmp/pings"))}
