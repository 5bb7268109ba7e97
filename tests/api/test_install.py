# SPDX-License-Identifier: GPL-2.0-or-later
"""A VM whose installer comes from a repository: what its first start asks for, and its later ones."""
import pytest
from client import Failure

URL = "http://192.0.2.7/debian"


@pytest.fixture(name="install")
def fixture_install(api):
    """Makes a VM of a template, with entries in its other_config."""
    made = []

    def install(template, args="", **config):
        found = next(ref for ref, vm in api.call("VM.get_all_records").items()
                     if vm["name_label"] == template and vm["is_a_template"])
        made.append(vm := api.call("VM.clone", found, "installed"))
        for key, value in config.items():
            api.call("VM.add_to_other_config", vm, key.replace("_", "-"), value)
        api.call("VM.set_PV_args", vm, args)
        api.call("VM.provision", vm)
        return vm

    yield install
    for vm in made:
        if api.call("VM.get_power_state", vm) != "Halted":
            api.call("VM.hard_shutdown", vm)
        api.call("VM.destroy", vm)


def asked(server, api, vm):
    """What vmd was told of an installer."""
    uuid = api.call("VM.get_uuid", vm)
    vms = server.vmd_request("vm.list", {})["ok"]["vms"]
    return next(v for v in vms if v["uuid"] == uuid)["install"]


def test_once(server, api, install):
    vm = install("Debian 13", "priority=low", install_repository=URL)
    api.call("VM.start", vm, False, False)
    assert asked(server, api, vm) == {"repository": URL, "distro": "debianlike",
                                      "release": "trixie", "args": "priority=low"}
    config = api.call("VM.get_other_config", vm)
    assert "install-repository" not in config and config["last-install-repository"] == URL
    api.call("VM.hard_shutdown", vm)
    api.call("VM.start", vm, False, False)
    assert asked(server, api, vm) is None
    # Whoever wants to begin once more.
    api.call("VM.hard_shutdown", vm)
    api.call("VM.add_to_other_config", vm, "install-repository", "nfs://192.0.2.7/debian")
    api.call("VM.start", vm, True, False)
    assert asked(server, api, vm)["repository"] == "nfs://192.0.2.7/debian"


def test_a_cd_is_none_of_it(server, api, install):
    vm = install("Alpine Linux", install_repository="cdrom")
    api.call("VM.start", vm, False, False)
    assert asked(server, api, vm) is None
    assert api.call("VM.get_other_config", vm)["install-repository"] == "cdrom"


def test_one_that_does_not_begin_is_tried_again(server, api, install):
    vm = install("Fedora", install_repository=URL)
    api.call("VM.set_name_label", vm, "broken")
    with pytest.raises(Failure):
        api.call("VM.start", vm, False, False)
    assert api.call("VM.get_other_config", vm)["install-repository"] == URL
    api.call("VM.set_name_label", vm, "whole")
    api.call("VM.start", vm, False, False)
    assert asked(server, api, vm) == {"repository": URL, "distro": "rhlike"}
