# SPDX-License-Identifier: GPL-2.0-or-later
"""Intel VT-x, in Bochs: what micro-guests see of it, the control domain with a guest, and CPUs on which it must not start."""
import pytest

from bochs import Bochs
from control_domain import ControlDomain
from guest.run import listen

pytestmark = pytest.mark.usefixtures("only_socle")
# Seconds; Bochs takes a tenth of them when it has a CPU for itself.
REFUSED = 120
BOOT = 1200
CREATE = 1200


@pytest.mark.parametrize("image, model", [
    ("basics", "corei5_arrandale_m520"),    # the first one with unrestricted guest
    ("apic", "corei7_haswell_4770"),
    ("control", "corei7_haswell_4770"),
    ("faults", "corei7_skylake_x"),
    ("memory", "corei7_haswell_4770"),
    ("smp", "corei7_haswell_4770"),
])
def test_micro_guest(build, log, image, model):
    elf = build / f"tests/guest/{image}.elf"
    with Bochs.micro_guest(build, log, elf, "--cpu", model, "--smp", 2) as machine:
        verdicts, running, why = listen(machine, "bochs")
    assert not why, f"{why} in {running}; until then: {verdicts}"
    assert len(verdicts) > 5
    assert {name: said for name, said in verdicts.items() if said[0] != "PASS"} == {}


@pytest.mark.parametrize("model, option, apicv", [
    ("corei7_haswell_4770", "apicv=1", True),
    ("corei7_haswell_4770", "apicv=0", False),
    ("corei7_ivy_bridge_3770k", "apicv=1", False),     # has a part of it
])
def test_apicv(build, log, model, option, apicv):
    """With APICv interrupts cost no exits, without it they do; the guest finds nothing else different."""
    elf = build / "tests/guest/apicv.elf"
    with Bochs.micro_guest(build, log, elf, "--cpu", model, "--append", option) as machine:
        assert machine.expect([rb"delivered without exits \(APICv\)", rb"no APICv"],
                              REFUSED) == (0 if apicv else 1), machine.why
        verdicts, running, why = listen(machine, "bochs")
    assert not why, f"{why} in {running}; until then: {verdicts}"
    assert len(verdicts) > 5
    # Bochs 2.7 looks at no IF if an interrupt of the machine's arrives just then.
    if apicv:
        assert verdicts.pop("a_closed_guest_takes_nothing")
    assert {name: said for name, said in verdicts.items() if said[0] != "PASS"} == {}


@pytest.mark.parametrize("model, lacks", [
    ("core2_penryn_t9600", b"extended page tables (EPT) and unrestricted guest"),
    ("corei5_lynnfield_750", b"lacks unrestricted guest"),
])
def test_cpu_that_lacks_something(build, log, model, lacks):
    elf = build / "tests/guest/basics.elf"
    with Bochs.micro_guest(build, log, elf, "--cpu", model) as machine:
        assert machine.expect([rb"VT-x ([^\r\n]+)[\r\n]"], REFUSED) == 0, machine.why
        assert lacks in machine.match[1]
        assert machine.expect([rb"PANIC: ([^\r\n]+)[\r\n]", rb"RUN "], REFUSED) == 0, machine.why
        assert b"unrestricted guest" in machine.match[1]


def test_control_domain_and_a_guest(build, log):
    with Bochs(build, log, "--mem", 1024, "--smp", 1) as machine:
        host = ControlDomain(machine)
        host.login(BOOT)
        # Counted there: what looks like the hypervisor's own lines is left out of run()'s output.
        assert int(host.run("xl dmesg | grep -c 'Intel VT-x'", 300)) == 1
        host.enter_guest("xl create -c demo", CREATE)
        entered = host.count
        assert host.in_guest("uname -s", 300) == "Linux"
        host.leave_guest(entered)
        host.run("xl destroy demo", 600)
