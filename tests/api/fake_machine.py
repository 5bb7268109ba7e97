# SPDX-License-Identifier: GPL-2.0-or-later
"""What a simulated vmd answers about the host itself: its settings, certificate, state and logs."""
import os
import time

from fake_host import GIB, Descriptor, Refused, memory_file

ZONES = ["UTC", "Europe/Berlin", "Asia/Tokyo"]


def host_info(h, _):
    cpu = {"vendor": "AuthenticAMD", "model_name": "Simulated", "speed_mhz": 2000, "flags": "svm",
           "stepping": "1", "family": "23", "model": "1"}
    return {"name": "testhost", "cpu": cpu, "cpus": [{"number": i} for i in range(2)],
            "cpu_count": 2, "sockets": 1, "threads_per_core": 1, "cores_per_socket": 2,
            "memory_total": 1024 * GIB, "memory_free": 800 * GIB, "memory_dom0": 256 << 20,
            "versions": {"socle": "0.1", "hypervisor": "4.20", "kernel": "6.12"},
            "hypervisor_capabilities": "hvm-3.0-x86_64",
            "nics": [{"name": f"nic{i}", "mac": f"52:54:00:12:34:{i + 56}", "speed": 1000,
                      "carrier": True, "mtu": 1500, "pci": f"0000:00:0{i + 2}.0",
                      "driver": "e1000"} for i in range(h.cards)],
            "boot_time": int(time.time()) - 100, "hypervisor_command_line": ""}


def host_set_syslog(h, args):
    h.syslog = args.get("destination")
    return {}


def host_set_name(_h, args):
    if not args["name"].replace("-", "").isalnum():
        raise Refused("HOST_NAME_INVALID", args["name"], "no name")
    return {}


def host_set_zone(h, args):
    if args["zone"] not in ZONES:
        raise Refused("INVALID_VALUE", "timezone")
    h.time["zone"] = args["zone"]
    return {}


def host_set_ntp(h, args):
    h.time["servers"] = args["servers"]
    h.tell({"settings": True})
    return {}


def host_certificate(h, _):
    fingerprint, name = h.certificates[-1]
    return {"pem": f"-----BEGIN CERTIFICATE-----\n{fingerprint}\n", "subject": f"CN={name}",
            "issuer": f"CN={name}", "key": "ECDSA 256", "fingerprint_sha256": fingerprint,
            "fingerprint_sha1": "00", "not_before": "20200101T00:00:00Z",
            "not_after": "20491231T23:59:59Z", "names": [name], "self_signed": True,
            "former": len(h.certificates) > 1}


def host_set_certificate(h, args):
    """A key is good when it is the certificate, backwards."""
    if args["key"] != args["certificate"][::-1]:
        raise Refused("SERVER_CERTIFICATE_KEY_MISMATCH", "the key is another's")
    if args["chain"] == "old":
        raise Refused("SERVER_CERTIFICATE_EXPIRED", "20261122T00:00:00Z", "20200101T00:00:00Z",
                      "it ended")
    h.certificates.append((args["certificate"], "brought"))
    return {}


def host_reset_certificate(h, _):
    h.certificates.append((f"A{len(h.certificates)}", "socle"))
    return {}


def host_former_certificate(h, _):
    if len(h.certificates) < 2:
        raise Refused("OPERATION_NOT_ALLOWED", "there is none")
    h.certificates.append(h.certificates[-2])
    return {}


def acme_set(h, args):
    if not args["directory"].startswith("https://"):
        raise Refused("INVALID_VALUE", "directory")
    if "unreachable" in args["directory"]:
        h.acme.update(tried=1, error="nobody answers")
        raise Refused("ACME_FAILED", "nobody answers")
    h.acme = {"enabled": True, **args}
    return acme_renew(h, {"now": True})


def acme_renew(h, _):
    if not h.acme["enabled"]:
        raise Refused("OPERATION_NOT_ALLOWED", "no authority is set up")
    h.certificates.append((f"C{len(h.certificates)}", h.acme["names"][0]))
    h.acme.update(tried=int(time.time()), error="", fingerprint=h.certificates[-1][0])
    return {}


def acme_forget(h, _):
    h.acme = {"enabled": False}
    return {}


def backup_folder(_h, args):
    """The path itself, if there is one."""
    if not os.path.isdir(args["path"]):
        raise Refused("INTERNAL_ERROR", "path")
    ok = Descriptor()
    ok.fd = os.open(args["path"], os.O_RDONLY | os.O_DIRECTORY)
    return ok


def ssh_change(add):
    def change(h, args):
        h.keys = [k for k in h.keys if k != args["key"]] + ([args["key"]] if add else [])
        return {}
    return change


def refuse(args):
    raise Refused("INTERNAL_ERROR", args["path"])


def state_open(h, args):
    if args["name"] not in h.state:
        raise Refused("INVALID_VALUE", args["name"])
    return memory_file(h.state[args["name"]])


def state_stage(h, args):
    if args["name"] not in h.state or args["name"] == "hosts":
        raise Refused("INVALID_VALUE", args["name"])
    ok = memory_file()
    h.staged[args["name"]] = ok.fd
    return ok


def state_commit(h, args):
    for name in args["names"]:
        fd = h.staged.pop(name)
        h.state[name] = os.pread(fd, 1 << 24, 0)
        os.close(fd)
    return {}


VERBS = {
    "host.logs": lambda h, a: {"paths": ["/var/log/socle/one.log", "/var/log/gone"]},
    "host.log_open": lambda h, a: memory_file(b"a line\n") if "one" in a["path"] else refuse(a),
    "host.state_list": lambda h, a: {"names": sorted(h.state)},
    "host.state_open": state_open,
    "host.state_stage": state_stage,
    "host.state_commit": state_commit,
    "host.info": host_info,
    "host.dmesg": lambda h, a: {"text": "(Socle) hello\n"},
    "host.log": lambda h, a: {"text": "Nov 21 12:00:00 socle daemon.notice apid: hello\n"
                                      "Nov 21 12:00:01 socle daemon.notice vmd[7]: there\n"},
    "host.set_syslog": host_set_syslog,
    "host.set_name": host_set_name,
    "host.power": lambda h, a: {},
    "host.certificate": host_certificate,
    "host.set_certificate": host_set_certificate,
    "host.reset_certificate": host_reset_certificate,
    "host.former_certificate": host_former_certificate,
    "acme.settings": lambda h, a: h.acme,
    "acme.set": acme_set,
    "acme.renew": acme_renew,
    "acme.forget": acme_forget,
    "host.time_settings": lambda h, a: h.time,
    "host.zones": lambda h, a: {"zones": ZONES},
    "host.set_zone": host_set_zone,
    "host.set_ntp": host_set_ntp,
    "host.set_clock": lambda h, a: {},
    "backup.folder": backup_folder,
    "ssh.list": lambda h, a: {"keys": h.keys},
    "ssh.add": ssh_change(True),
    "ssh.remove": ssh_change(False),
}
