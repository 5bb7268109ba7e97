# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference names what there is, and nothing else."""
import re


def test_every_method_of_the_reference_exists(api, build):
    listed = set(api.raw("system.listMethods"))
    documented, name, methods = set(), None, False
    for line in (build / "docs/api.md").read_text().splitlines():
        if line.startswith("## "):
            name = line[3:]
        methods = line.startswith("| method") or (methods and line.startswith("|"))
        method = re.match(r"\| `(\w+)` \|", line)
        if methods and method:
            documented.add(f"{name}.{method[1]}")
    assert len(documented) > 100
    assert documented - listed == set()
