# SPDX-License-Identifier: GPL-2.0-or-later
"""Networks of a simulated host, as its network.conf says, and changes that wait."""
import asyncio
import time

from fake_host import Refused


def blocks(config):
    """[(word, name, settings)...] of network.conf"""
    found = []
    for words in (line.split() for line in config.splitlines()):
        if words and words[0] in ("network", "bond"):
            found.append((words[0], words[1], {}))
        elif words and found:
            found[-1][2][words[0]] = words[1:]
    return found


def network_list(h, _):
    if h.failing.get("look"):
        raise Refused(h.failing.pop("look"))
    one = {"bridge": "xenbr0", "nic": "nic0", "vlan": 0, "carrier": True, "mtu": 1500,
           "mac": "52:54:00:12:34:56", "guests": 2, "addresses": ["192.0.2.10/24"],
           "gateway": "192.0.2.1"}
    networks, bonds = [one], []
    for word, name, settings in blocks(h.config):
        if word == "bond":
            bonds.append({"name": name, "mode": settings["mode"][0], "nics": settings["nics"]})
        elif name == "xenbr0":
            wanted = settings.get("address", ["dhcp"])[0]
            one["addresses"] = ["192.0.2.10/24" if wanted == "dhcp" else wanted]
        else:
            networks.append({**one, "bridge": name, "nic": settings.get("nic", [""])[0],
                             "vlan": int(settings.get("vlan", [0])[0]), "addresses": settings.get("address", []),
                             "mtu": int(settings.get("mtu", [0])[0])})
    return {"networks": networks, "bonds": bonds, "dns": []}


def network_change(h, args):
    if h.waiting:
        raise Refused("OPERATION_NOT_ALLOWED", "another change waits")
    if "192.0.2.66" in args["config"]:      # the gateway does not answer from there
        raise Refused("OPERATION_NOT_ALLOWED", "the host was lost; the former networks are back")
    within = args.get("confirm_within", 0)
    if within and args["config"] != h.config:
        timer = asyncio.get_running_loop().call_later(within, network_back, h, "nobody confirmed")
        h.waiting = {"former": h.config, "until": time.time() + within, "timer": timer}
    h.config = args["config"]
    h.tell({"networks": True})
    return {"text": "done"}


def network_back(h, because):
    h.config = h.waiting["former"]
    return network_end(h, "undone", f"{because}: the former networks are back")


def network_end(h, state, text):
    h.waiting["timer"].cancel()
    h.waiting, h.last_change = None, {"state": state, "seconds": 0, "text": text}
    h.tell({"networks": True})
    return {"text": text}


def network_state(h, _):
    if not h.waiting:
        return h.last_change
    return {"state": "waiting", "seconds": round(h.waiting["until"] - time.time()), "text": ""}


def network_verdict(keep):
    def end(h, _):
        if not h.waiting:
            raise Refused("OPERATION_NOT_ALLOWED", "no change waits for confirmation")
        if not keep:
            return network_back(h, "as asked")
        return network_end(h, "kept", "confirmed")
    return end


def test_cards(h, args):
    """For tests: so many, as when a driver comes late; told of more than once."""
    h.cards = args["nr"]
    for _ in range(100):
        h.tell({"networks": True})
    return {}


VERBS = {
    "test.cards": test_cards,
    "network.list": network_list,
    "network.get": lambda h, a: {"text": h.config},
    "network.change": network_change,
    "network.state": network_state,
    "network.confirm": network_verdict(True),
    "network.rollback": network_verdict(False),
}
