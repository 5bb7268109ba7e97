# SPDX-License-Identifier: GPL-2.0-or-later
"""Backups by policies against a simulated host: what is written where, kept, checked, put back."""
import hashlib
import hmac
import json
import os
import random
import sqlite3
import subprocess
import time
import urllib.parse

import guard
import pytest
import sftp_server
from client import PASSWORD, Failure
from streaming import MIB, Streams


class Backups:
    def __init__(self, streams, daemon, folder):
        self.streams, self.daemon, self.folder = streams, daemon, folder
        self.meet(streams.client)
        folder.mkdir()

    def meet(self, client):
        """After a start of the API: sessions have ended."""
        self.streams.client, self.call = client, client.call

    def vm(self, data=None, name="protected"):
        vm = self.streams.vm([data if data is not None else os.urandom(MIB) + bytes(3 * MIB)])
        self.call("VM.set_name_label", vm, name)
        return vm

    def policy(self, kind="directory", keep=2, **config):
        config.setdefault("location", str(self.folder))
        return self.call("VMPP.create", {
            "name_label": "nightly", "backup_retention_value": keep, "archive_target_type": kind,
            "archive_target_config": config, "archive_frequency":
            "never" if kind == "none" else "always_after_backup"})

    def protected(self, policy, **more):
        vm = self.vm(**more)
        self.call("VM.set_protection_policy", vm, policy)
        return vm

    def wait(self, task, seconds=120):
        return self.streams.client.wait(task, seconds)

    def run(self, policy, *vm):
        """One in each second: their names differ."""
        time.sleep(1.01)
        return self.wait(self.call("VMPP.protect_now", policy, *vm))

    def archives(self, policy):
        return json.loads(self.wait(self.call("VMPP.get_archives", policy)))

    def files(self):
        return sorted(p.name for p in self.folder.iterdir() if p.suffix == ".zst")

    def snapshots(self):
        return [vm for vm in self.call("VM.get_all_records").values() if vm["is_a_snapshot"]]

    def messages(self, policy):
        uuid = self.call("VMPP.get_uuid", policy)
        return [m["name"] for m in self.call("message.get_all_records").values()
                if m["obj_uuid"] == uuid]

    def end(self, policy):
        for vm in self.call("VMPP.get_VMs", policy):
            self.call("VM.set_protection_policy", vm, "OpaqueRef:NULL")
        self.call("VMPP.destroy", policy)


@pytest.fixture(scope="module", name="backups")
def fixture_backups(server, build):
    streams = Streams(server, build / "api/checked/transfer", server.folder)
    daemon = guard.Guard(build, server, "backup").start()
    yield Backups(streams, daemon, server.folder / "target")
    text = daemon.stop()
    streams.daemon.terminate()
    assert streams.daemon.wait(120) == 0, text


def content(backups, vm):
    """Of its first disk, past the API."""
    vbd = backups.call("VM.get_VBDs", vm)[0]
    vdi = backups.call("VBD.get_VDI", vbd)
    status, _, body = backups.streams.get("export_raw_vdi", vdi=vdi, format="raw")
    assert status == 200
    return body


def test_written_kept_and_put_back(backups):
    policy = backups.policy(keep=2)
    data = os.urandom(MIB) + bytes(2 * MIB) + os.urandom(MIB)
    vm = backups.protected(policy, data=data)
    uuid = backups.call("VM.get_uuid", vm)
    for _ in range(3):
        backups.run(policy)
    found = backups.archives(policy)
    assert len(found) == 2 and [e["name"] for e in found] == backups.files()
    assert found[0]["vm"] == uuid and found[0]["vm_name"] == "protected"
    assert found[0]["size"] == (backups.folder / found[0]["name"]).stat().st_size
    assert not backups.snapshots() and not backups.messages(policy)
    record = backups.call("VMPP.get_record", policy)
    assert not record["is_backup_running"] and record["archive_last_run_time"] > "2020"
    assert len(record["recent_alerts"]) == 3 and found[1]["name"] in record["recent_alerts"][0]
    result = backups.wait(backups.call("VMPP.restore", policy, found[1]["name"]))
    made = result.removeprefix("<value>").removesuffix("</value>")
    assert content(backups, made) == data
    record = backups.call("VM.get_record", made)
    assert record["name_label"] == "protected" and not record["is_a_template"]
    assert "vmpp" not in record["other_config"] and record["power_state"] == "Halted"
    with pytest.raises(Failure, match="no such archive"):
        backups.wait(backups.call("VMPP.restore", policy, "nothing.xva.zst"))
    backups.end(policy)


def test_only_one_of_several(backups):
    policy = backups.policy(keep=1)
    first, second = backups.protected(policy, name="a"), backups.protected(policy, name="b")
    before = backups.files()
    backups.run(policy, second)
    assert [e["vm_name"] for e in backups.archives(policy)
            if e["policy"] == backups.call("VMPP.get_uuid", policy)] == ["b"]
    backups.run(policy)
    assert len(backups.files()) == len(before) + 2      # each VM has its own
    with pytest.raises(Failure, match="OPERATION_NOT_ALLOWED"):
        backups.call("VMPP.protect_now", policy, backups.vm())
    assert first
    backups.end(policy)


def test_snapshots_that_stay_on_the_host(backups):
    policy = backups.policy("none", keep=2)
    vm = backups.protected(policy)
    by_hand = backups.call("VM.snapshot", vm, "by hand")
    for _ in range(3):
        backups.run(policy)
    names = [s["name_label"] for s in backups.snapshots()]
    assert len(names) == 3 and "by hand" in names
    assert not any(s["protection_policy"] != "OpaqueRef:NULL" for s in backups.snapshots())
    with pytest.raises(Failure, match="writes no archives"):
        backups.call("VMPP.get_archives", policy)
    for ref in backups.call("VM.get_snapshots", vm):
        backups.call("VM.destroy", ref)
    assert by_hand
    backups.end(policy)


def test_a_target_that_is_not_there_does_not_block(backups):
    policy = backups.policy(location=str(backups.folder / "nowhere"))
    backups.protected(policy)
    with pytest.raises(Failure, match="BACKUP_ERROR"):
        backups.run(policy)
    assert backups.messages(policy) == ["VMPP_ARCHIVE_TARGET_MOUNT_FAILED"]
    assert not backups.snapshots()
    backups.call("VMPP.set_archive_target_config", policy, {"location": str(backups.folder)})
    backups.run(policy)
    backups.end(policy)


def test_a_vm_that_fails_does_not_keep_the_others(backups):
    policy = backups.policy(keep=1)
    bad, good = backups.protected(policy, name="bad"), backups.protected(policy, name="good")
    vdi = backups.call("VBD.get_VDI", backups.call("VM.get_VBDs", bad)[0])
    backups.call("VDI.set_name_label", vdi, "unclonable, busy")
    backups.streams.server.vmd_request("vdi.rename", {
        "sr": backups.call("SR.get_uuid", backups.streams.sr),
        "vdi": backups.call("VDI.get_uuid", vdi), "name": "busy"})
    with pytest.raises(Failure, match="BACKUP_ERROR"):
        backups.run(policy)
    names = {e["vm_name"] for e in backups.archives(policy)
             if e["policy"] == backups.call("VMPP.get_uuid", policy)}
    assert "good" in names and "bad" not in names and good
    backups.end(policy)


def test_its_times(backups):
    """A run begins when its time has come, and not before; once. A last run of long ago stands for
    the hour that nobody has (policy_due has tests of its own)."""
    policy, server = backups.policy(keep=1), backups.streams.server
    uuid = backups.call("VMPP.get_uuid", policy)
    backups.protected(policy)
    backups.call("VMPP.set_backup_schedule", policy,
                 {"min": str((time.localtime().tm_min + 5) % 60)})
    backups.call("VMPP.set_backup_frequency", policy, "hourly")
    time.sleep(1)
    assert not backups.call("VMPP.get_recent_alerts", policy)
    server.kill()
    with sqlite3.connect(server.database) as db:
        db.execute("UPDATE VMPP SET backup_last_run_time = '20200101T00:00:00Z' WHERE uuid = ?",
                   (uuid,))
    server.start_daemon()
    backups.meet(server.settled())
    guard.soon(lambda: backups.call("VMPP.get_recent_alerts", policy))
    time.sleep(2)
    assert len(backups.call("VMPP.get_recent_alerts", policy)) == 1
    backups.end(policy)


def test_a_kill_in_the_middle(backups):
    policy = backups.policy(keep=3)
    backups.protected(policy, data=random.randbytes(48 * MIB))
    before = backups.files()
    for pause in (0.05, 0.3, 0.8):
        task = backups.call("VMPP.protect_now", policy)
        time.sleep(pause)
        backups.daemon.kill()
        backups.daemon.start()
        guard.soon(lambda: backups.call("task.get_status", task) != "pending")
        guard.soon(lambda: not (backups.daemon.state / "current").exists())
        assert not backups.snapshots()
        left = {p.name for p in backups.folder.iterdir() if p.name.startswith(".part")}
        assert not left
        known = {e["name"] for e in backups.archives(policy)}
        assert set(backups.files()) == known
    backups.run(policy)
    assert len(backups.files()) > len(before)
    backups.end(policy)


def test_what_was_written_is_read_again(backups):
    store = guard.store()
    policy = backups.policy("http", keep=1, location=f"http://127.0.0.1:{store.port}/a")
    backups.protected(policy)
    backups.run(policy)
    first = [e["name"] for e in backups.archives(policy)]
    assert [p for p in store.files if p.endswith(".zst")] == [f"/a/{first[0]}"]
    for spoil in (lambda d: d[:-5], lambda d: d[:1000] + bytes([d[1000] ^ 1]) + d[1001:],
                  lambda d: b""):
        store.spoil = spoil
        with pytest.raises(Failure, match="BACKUP_ERROR"):
            backups.run(policy)
        # The old one stays, and the bad one goes.
        assert [e["name"] for e in backups.archives(policy)] == first
        assert [p for p in store.files if p.endswith(".zst")] == [f"/a/{first[0]}"]
    store.spoil = None
    store.refuse = True
    with pytest.raises(Failure, match="BACKUP_ERROR"):
        backups.run(policy)
    store.refuse = False
    backups.run(policy)
    second = [e["name"] for e in backups.archives(policy)]
    assert len(second) == 1 and second != first
    assert [p for p in store.files if p.endswith(".zst")] == [f"/a/{second[0]}"]
    backups.wait(backups.call("VMPP.restore", policy, second[0]))
    backups.end(policy)
    store.stop()


def test_only_its_length(backups):
    store = guard.store()
    policy = backups.policy("http", keep=1, location=f"http://127.0.0.1:{store.port}/a",
                            verify="size")
    backups.protected(policy)
    store.spoil = lambda d: d[:-5]
    with pytest.raises(Failure, match="bytes arrived"):
        backups.run(policy)
    store.spoil = None
    backups.run(policy)
    backups.end(policy)
    store.stop()


def test_by_sftp(backups):
    server = sftp_server.SftpServer(backups.folder / "sftp")
    secret = backups.call("secret.create", {"value": sftp_server.PASSWORD})

    def policy_with(host_key):
        return backups.policy("sftp", keep=1, location=f"sftp://127.0.0.1:{server.port}/a/b",
                              username=sftp_server.USER, host_key=host_key,
                              password_secret=backups.call("secret.get_uuid", secret))

    def kept():
        return sorted(p.name for p in (server.folder / "a/b").iterdir() if p.suffix != ".json")

    other = policy_with("SHA256:" + "A" * 43)       # somebody who says that he is that server
    backups.protected(other)
    with pytest.raises(Failure, match="BACKUP_ERROR"):
        backups.run(other)
    assert not list(server.folder.iterdir())
    backups.end(other)
    policy = policy_with(server.fingerprint())
    data = os.urandom(2 * MIB) + bytes(2 * MIB)
    backups.protected(policy, data=data)
    backups.run(policy)
    first, = (e["name"] for e in backups.archives(policy))
    assert kept() == [first]
    server.full = True
    with pytest.raises(Failure, match="BACKUP_ERROR"):
        backups.run(policy)
    server.full = False
    assert kept() == [first] and [e["name"] for e in backups.archives(policy)] == [first]
    backups.run(policy)
    second, = (e["name"] for e in backups.archives(policy))
    assert second != first and kept() == [second]
    made = backups.wait(backups.call("VMPP.restore", policy, second))
    assert content(backups, made.removeprefix("<value>").removesuffix("</value>")) == data
    backups.call("secret.set_value", secret, "wrong")
    with pytest.raises(Failure, match="BACKUP_ERROR"):
        backups.run(policy)
    assert kept() == [second]
    backups.end(policy)
    server.stop()


KEY = "secret/key+of=S3"


def signed(handler):
    """Whether an AWS4 signature is right, by the definition."""
    words = handler.headers["Authorization"].removeprefix("AWS4-HMAC-SHA256 ").split(", ")
    auth = dict(w.split("=", 1) for w in words)
    user, date, region, service, _ = auth["Credential"].split("/")
    url = urllib.parse.urlsplit(handler.path)
    names = auth["SignedHeaders"].split(";")
    canonical = "\n".join([handler.command, url.path, url.query, *(
        f"{n}:{handler.headers[n].strip()}" for n in names), "", auth["SignedHeaders"],
        handler.headers["x-amz-content-sha256"]])
    scope = f"{date}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", handler.headers["x-amz-date"], scope,
                      hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + KEY).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return (user, region, service) == ("me", "eu-west-9", "s3") and \
        auth["Signature"] == hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def test_a_store_of_objects(backups):
    store = guard.store(signed)
    secret = backups.call("secret.create", {"value": KEY})
    policy = backups.policy("s3", keep=1, location=f"http://127.0.0.1:{store.port}/bucket/host",
                            username="me", region="eu-west-9",
                            password_secret=backups.call("secret.get_uuid", secret))
    data = random.randbytes(20 * MIB)
    backups.protected(policy, data=data)
    backups.run(policy)
    entry = backups.archives(policy)[0]
    assert entry["parts"] == 2
    assert sorted(store.files) == [f"/bucket/host/{entry['name']}.000000",
                                   f"/bucket/host/{entry['name']}.000001",
                                   "/bucket/host/socle-backup.json"]
    made = backups.wait(backups.call("VMPP.restore", policy, entry["name"]))
    assert content(backups, made.removeprefix("<value>").removesuffix("</value>")) == data
    backups.run(policy)
    assert len(store.files) == 3        # the first one's parts are gone
    backups.call("secret.set_value", secret, "wrong")
    with pytest.raises(Failure, match="BACKUP_ERROR"):
        backups.run(policy)
    backups.end(policy)
    store.stop()


def test_who_may(backups):
    policy = backups.policy()
    backups.call("user.create", {"short_name": "reader", "role": "read-only"})
    user = next(ref for ref, u in backups.call("user.get_all_records").items()
                if u["short_name"] == "reader")
    backups.call("user.set_password", user, "reader's own")
    reader = type(backups.streams.client)(backups.streams.server.socket, "reader", "reader's own")
    assert reader.call("VMPP.get_record", policy)["name_label"] == "nightly"
    for method, *args in (("VMPP.protect_now", policy), ("VMPP.destroy", policy),
                          ("VMPP.restore", policy, "x"), ("secret.get_all",)):
        with pytest.raises(Failure, match="RBAC_PERMISSION_DENIED"):
            reader.call(method, *args)
    backups.end(policy)


@pytest.mark.parametrize("field,value", [
    ("backup_retention_value", 0), ("backup_schedule", {"min": "99"}),
    ("archive_target_config", {"location": "relative"}), ("archive_target_type", "s3")])
def test_policies_that_are_none(backups, field, value):
    policy = backups.policy()
    with pytest.raises(Failure, match="INVALID_VALUE"):
        backups.call(f"VMPP.set_{field}", policy, value)
    backups.end(policy)


def test_another_target_is_one_change(backups):
    """Type and location go together: apart, neither can be changed."""
    policy = backups.policy()
    elsewhere = {"archive_target_type": "s3", "backup_retention_value": 3,
                 "archive_target_config": {"location": "https://s3.example/bucket"}}
    backups.call("VMPP.modify", policy, elsewhere)
    record = backups.call("VMPP.get_record", policy)
    assert all(record[field] == value for field, value in elsewhere.items())
    assert record["name_label"] == "nightly"
    for wrong in ({"archive_target_type": "nfs"}, {"name_label": ""}, {"backup_frequency": "never"},
                  {"archive_target_config": {"location": "/mnt"}, "backup_retention_value": 9}):
        with pytest.raises(Failure, match="INVALID_VALUE|FIELD_TYPE_ERROR"):
            backups.call("VMPP.modify", policy, wrong)
    assert backups.call("VMPP.get_record", policy) == record
    backups.end(policy)


def test_an_index_that_others_wrote(backups):
    policy = backups.policy()
    index = backups.folder / "socle-backup.json"
    before = index.read_text()
    index.write_text("{")
    with pytest.raises(Failure, match="damaged"):
        backups.archives(policy)
    index.write_text(json.dumps([{"name": "../../etc/passwd", "time": "x", "size": 1, "parts": 0},
                                 5, {"name": "a", "size": -1}]))
    assert backups.archives(policy) == []
    index.write_text(before)
    backups.end(policy)


def test_by_xe(backups, build):
    """The commands, as an administrator gives them."""
    def xe(*args):
        done = subprocess.run([build / "api/checked/xe", "-s", backups.streams.server.folder, "-pw",
                               PASSWORD, *args], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=120, env={"HOME": str(backups.folder)},
                              check=False)
        return done.returncode, done.stdout.strip() or done.stderr

    status, policy = xe("vmpp-create", "name-label=by xe", "archive-target-type=directory",
                        f"archive-target-config:location={backups.folder}",
                        "archive-frequency=always_after_backup", "backup-retention-value=3",
                        "backup-schedule:hour=4")
    assert status == 0, policy
    vm = backups.call("VM.get_uuid", backups.vm(name="commanded"))
    assert xe("vm-param-set", f"uuid={vm}", f"protection-policy={policy}")[0] == 0
    time.sleep(1.01)
    assert xe("vmpp-protect-now", "vmpp=by xe") == (0, "")
    archive = [a for a in xe("vmpp-archives", f"uuid={policy}", "--minimal")[1].split(",")
               if a.startswith(vm)]
    assert len(archive) == 1 and "commanded" in xe("vmpp-archives", f"uuid={policy}")[1]
    status, made = xe("vmpp-restore", f"uuid={policy}", f"name={archive[0]}")
    assert status == 0 and xe("vm-param-get", f"uuid={made}", "param-name=name-label") == \
        (0, "commanded")
    status, words = xe("vmpp-restore", f"uuid={policy}", "name=nothing")
    assert status == 1 and "no such archive" in words
    status, secret = xe("secret-create", "value=a")
    assert status == 0 and xe("secret-destroy", f"uuid={secret}")[0] == 0
    status, message = xe("message-test")
    assert status == 0 and "TEST_ALERT" in xe("message-list", f"uuid={message}")[1]
    assert xe("message-create", "name=A", "body=b", f"vm-uuid={vm}", "priority=9")[0] == 2
    backups.end(backups.call("VMPP.get_by_uuid", policy))
