# SPDX-License-Identifier: GPL-2.0-or-later
"""Versions of a simulated host: two slots, and bundles that are signed or not."""
import asyncio
import os

from fake_host import Refused, memory_file


def update_stage(h, _):
    if not h.slots["installed"]:
        raise Refused("OPERATION_NOT_ALLOWED", "not installed")
    ok = memory_file()
    ok.update(token=f"{len(h.bundles):032x}", most=1 << 20)
    h.bundles[ok["token"]] = ok.fd
    return ok


def update_take(h, data):
    """A good one begins with "signed ", its version follows."""
    if not data.startswith(b"signed "):
        raise Refused("UPDATE_APPLY_FAILED", "refused; nothing was changed")
    version = data.split()[1].decode()
    h.slots.update(tried="b", version_b=version, trial=f"b {version}")
    return {"text": f"Version {version} is tried at the next start: reboot\n"}


def update_write(h, args):
    fd = h.bundles.pop(args["token"])
    data = os.pread(fd, 1 << 24, 0)
    os.close(fd)
    return update_take(h, data)


def update_discard(h, args):
    os.close(h.bundles.pop(args["token"]))
    return {}


async def update_fetch(h, args):
    if "slow" in args["url"]:
        await asyncio.sleep(5)
    return update_take(h, args["url"].rpartition("/")[2].replace("-", " ").encode())


def update_cancel(h, _):
    for word in ("tried", "trial"):
        h.slots.pop(word, None)
    return {}


def update_back(h, args):
    if "version_b" not in h.slots:
        raise Refused("UPDATE_APPLY_FAILED", "there is nothing in slot b")
    h.slots["starts"] = "b"
    return update_cancel(h, args)


def update_key(add):
    def change(h, args):
        h.update_keys = [k for k in h.update_keys if k != args["key"]] + [args["key"]] * add
        return {}
    return change


def test_slots(h, args):
    """For tests: the host runs from memory, or from a disk."""
    h.slots = args["slots"]
    return {}


VERBS = {
    "update.slots": lambda h, a: h.slots,
    "update.stage": update_stage,
    "update.write": update_write,
    "update.discard": update_discard,
    "update.fetch": update_fetch,
    "update.cancel": update_cancel,
    "update.back": update_back,
    "update.keys": lambda h, a: {"keys": h.update_keys},
    "update.key_add": update_key(True),
    "update.key_remove": update_key(False),
    "test.slots": test_slots,
}
