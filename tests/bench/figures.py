# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured: samples by row and hypervisor, and the table of their medians and ratios."""
import copy
import statistics

HYPERVISORS = ("socle", "xen")
MORE_IS_BETTER = ("/s", "MB/s")     # units; of all others less is better


def verdict(ours, xen, unit):
    """The ratio, and whether it is a good one."""
    ahead = ours > xen if unit in MORE_IS_BETTER else ours < xen
    return f"{ours / xen:8.2f}  {'ahead' if ahead else 'same' if ours == xen else 'BEHIND'}"


class Figures:
    def __init__(self, rows):
        """rows: {name: (unit, scale)}, in the order in which the table shows them."""
        self.rows = rows
        self.samples = {}
        self.kept = {}

    def add(self, row, hypervisor, value):
        assert row in self.rows, row
        self.samples.setdefault(row, {}).setdefault(hypervisor, []).append(value)
        unit, scale = self.rows[row]
        print(f"  {hypervisor}: {row}: {value * scale:.2f} {unit}", flush=True)

    def keep(self):
        """What has been measured until now counts."""
        self.kept = copy.deepcopy(self.samples)

    def drop(self):
        """What has been measured since then does not."""
        self.samples = copy.deepcopy(self.kept)

    def show(self, heading):
        print(f"\n{heading:44} {'ours':>14} {'Xen 4.20':>14}    ratio")
        for row, (unit, scale) in self.rows.items():
            if row not in self.samples:
                continue
            medians = [statistics.median(v) if v else None
                       for v in (self.samples[row].get(h) for h in HYPERVISORS)]
            cells = [f"{'-':>9} {'':<4}" if m is None else f"{m * scale:9.2f} {unit:<4}"
                     for m in medians]
            ratio = verdict(*medians, unit) if all(medians) else ""
            print(f"{row:44} {cells[0]} {cells[1]} {ratio}".rstrip())
