# SPDX-License-Identifier: GPL-2.0-or-later
"""A host at rest: nothing is asked of it that did not change, and nobody is told of anything."""
import time

from client import Client

TWO = """automatic bridges
network xenbr0
    address dhcp
network lan
    nic nic1
    address 198.51.100.7/24
"""


def asked(server, *verbs):
    counts = server.vmd_request("test.asked", {})["ok"]
    return sum(counts.get(verb, 0) for verb in verbs)


def wait_until(true, seconds=120):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def events(api, token, seconds):
    return api.call("event.from", ["*"], token, float(seconds), timeout=seconds + 120)


def token_now(api):
    return events(api, "", 0)["token"]


def pifs(api):
    return {pif["device"]: pif for pif in api.call("PIF.get_all_records").values()}


def test_no_events_without_news(api, server):
    """Two networks have an address; memory and repositories differ by pages, look by look."""
    server.vmd_request("network.change", {"config": TWO})
    wait_until(lambda: pifs(api)["nic1"]["IP"] == "198.51.100.7")
    wait_until(lambda: asked(server, "vm.stats") and asked(server, "sr.vdis"))
    used = {sr: api.call("SR.get_physical_utilisation", sr) for sr in api.call("SR.get_all")}
    for sr in used:
        api.call("SR.update", sr)
    assert used == {sr: api.call("SR.get_physical_utilisation", sr) for sr in used}
    for _ in range(30):
        if not events(api, token_now(api), 2)["events"]:    # nothing is under way any more
            break
    token, stats = token_now(api), asked(server, "vm.stats")
    looks = asked(server, "host.info", "network.list", "network.get", "host.time_settings")
    assert events(api, token, 12)["events"] == []
    wait_until(lambda: asked(server, "vm.stats") > stats)
    assert looks == \
        asked(server, "host.info", "network.list", "network.get", "host.time_settings")


def test_a_look_without_news_is_no_event(api, server):
    token, looks = token_now(api), asked(server, "network.get")
    server.vmd_request("test.cards", {"nr": 3})
    wait_until(lambda: asked(server, "network.get") > looks)
    assert events(api, token, 1.5)["events"] == []
    # A hundred pieces of news at once are a look, and another for what came meanwhile; some more
    # where a busy machine lets them come one by one.
    assert asked(server, "network.get") < looks + 50
    assert api.call("host.get_address", api.call("host.get_all")[0]) == "192.0.2.10"


def test_a_card_that_comes_late(api, server):
    token = token_now(api)
    server.vmd_request("test.cards", {"nr": 4})
    told = set()
    while "PIF" not in told:
        batch = events(api, token, 60)
        assert batch["events"]
        token, told = batch["token"], told | {event["class"].upper() for event in batch["events"]}
    wait_until(lambda: "nic3" in pifs(api))
    assert pifs(api)["nic3"]["physical"] and pifs(api)["nic3"]["MAC"] == "52:54:00:12:34:59"


def test_a_look_that_fails_is_made_again(api, server):
    server.vmd_request("test.fail_look", {"code": "TOO_BUSY"})
    server.vmd_request("network.change", {"config": TWO + "network more\n"})
    wait_until(lambda: any(network["bridge"] == "more" for network in
                           api.call("network.get_all_records").values()))


def test_a_login_sees_what_is_now(api, server):
    """Figures are asked for as soon as somebody looks, and only as long."""
    api.call("session.logout")
    stats = asked(server, "vm.stats")
    time.sleep(11)
    assert asked(server, "vm.stats") == stats
    api.session = Client(server.socket).session
    wait_until(lambda: asked(server, "vm.stats") > stats, 9)
