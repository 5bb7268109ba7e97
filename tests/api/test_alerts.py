# SPDX-License-Identifier: GPL-2.0-or-later
"""Alerts against a simulated host: what they are made of, when, how often, and where they go."""
import base64
import contextlib
import hashlib
import hmac
import json
import re
import struct
import time

import guard
import pytest

PERFMON = """<config><variable><name value="cpu_usage"/><alarm_trigger_level value="0.5"/>
<alarm_trigger_period value="0"/><alarm_priority value="2"/></variable></config>"""


def task_fails(api, name, *error):
    task = api.call("task.create", name, "")
    api.call("task.set_error_info", task, list(error))
    api.call("task.set_status", task, "failure")


def has_begun(api):
    """It tells of what happens, and so has seen what there was."""
    told, tries = [], 0
    while not told:
        tries += 1
        task_fails(api, f"try {tries}", "NONE")
        with contextlib.suppress(TimeoutError):
            told = guard.soon(lambda: [m for m in messages(api, "TASK_FAILED")
                                       if m["body"].startswith(f"try {tries}:")], 2)
        assert tries < 60
    for ref, message in api.call("message.get_all_records").items():
        if message["name"] == "TASK_FAILED":
            api.call("message.destroy", ref)


@pytest.fixture(scope="module", name="alerts")
def fixture_alerts(server, api, build):
    (server.folder / "metrics").mkdir()
    daemon = guard.Guard(build, server, "alerts").start()
    has_begun(api)
    yield daemon
    daemon.stop()


def messages(api, name, uuid=None):
    return [m for m in api.call("message.get_all_records").values()
            if m["name"] == name and uuid in (None, m["obj_uuid"])]


def a_vm(api):
    return next((ref, vm) for ref, vm in api.call("VM.get_all_records").items()
                if vm["name_label"] == "guest0")


def the_sr(api):
    return next((ref, sr) for ref, sr in api.call("SR.get_all_records").items()
                if sr["type"] == "lvmthin")


def sr_set(server, uuid, **fields):
    assert "ok" in server.vmd_request("test.sr", {"sr": uuid, **fields})


def test_a_vm_that_starts_and_ends(server, api, alerts):
    ref, vm = a_vm(api)
    before = len(messages(api, "VM_SHUTDOWN", vm["uuid"]))
    api.call("VM.hard_shutdown", ref)
    guard.soon(lambda: len(messages(api, "VM_SHUTDOWN", vm["uuid"])) == before + 1)
    api.call("VM.start", ref, False, False)
    guard.soon(lambda: messages(api, "VM_STARTED", vm["uuid"]))
    api.call("VM.pause", ref)
    guard.soon(lambda: messages(api, "VM_PAUSED", vm["uuid"]))
    api.call("VM.unpause", ref)
    guard.soon(lambda: messages(api, "VM_UNPAUSED", vm["uuid"]))
    assert messages(api, "VM_STARTED", vm["uuid"])[0]["priority"] == 5


def test_a_vm_that_crashes(server, api, alerts):
    uuid = "00000000-0000-0000-0000-00000000c0de"
    server.vmd_request("test.crash", {"uuid": uuid})
    found = guard.soon(lambda: messages(api, "VM_CRASHED", uuid))
    assert len(found) == 1 and found[0]["priority"] == 3


def test_a_vm_that_crashes_unseen(server, api, alerts):
    ref = api.call("VM.create", {"name_label": "brief"})
    uuid = api.call("VM.get_uuid", ref)
    api.call("VM.start", ref, False, False)
    server.vmd_request("test.crash_unseen", {"uuid": uuid})
    found = guard.soon(lambda: messages(api, "VM_CRASHED", uuid))
    assert len(found) == 1 and found[0]["body"] == "brief"
    assert guard.soon(lambda: api.call("VM.get_power_state", ref) == "Halted")


def test_a_task_that_fails(api, alerts):
    task_fails(api, "an import", "IMPORT_ERROR", "cut off")
    found = guard.soon(lambda: messages(api, "TASK_FAILED"))
    assert found[0]["body"] == "an import: IMPORT_ERROR cut off"


def test_a_pool_that_fills_up(server, api, alerts):
    _, sr = the_sr(api)
    gib = 1 << 30
    for part, priority in ((81, 3), (96, 1), (94, 1), (92, 2), (79, 3), (77, None)):
        sr_set(server, sr["uuid"], physical_utilisation=part * gib)

        def as_expected(priority=priority):
            found = messages(api, "SR_SPACE_LOW", sr["uuid"])
            return [m["priority"] for m in found] == ([priority] if priority else [])

        guard.soon(as_expected)
    sr_set(server, sr["uuid"], metadata=9600)
    found = guard.soon(lambda: messages(api, "SR_SPACE_LOW", sr["uuid"]))
    assert found[0]["priority"] == 1 and "metadata" in found[0]["body"]
    sr_set(server, sr["uuid"], metadata=0)
    guard.soon(lambda: not messages(api, "SR_SPACE_LOW", sr["uuid"]))


def test_a_state_is_told_of_once_and_survives_a_kill(server, api, alerts):
    _, sr = the_sr(api)
    sr_set(server, sr["uuid"], physical_utilisation=91 << 30)
    first = guard.soon(lambda: messages(api, "SR_SPACE_LOW", sr["uuid"]))
    alerts.kill()
    alerts.start()
    time.sleep(2.5)
    assert messages(api, "SR_SPACE_LOW", sr["uuid"]) == first
    sr_set(server, sr["uuid"], physical_utilisation=1 << 30)
    guard.soon(lambda: not messages(api, "SR_SPACE_LOW", sr["uuid"]))


def write_metrics(folder, uuid, value):
    """A file of the metrics daemon's, with cpu0 at value now."""
    levels = ((5, 120), (60, 120), (3600, 168), (86400, 366))
    now = int(time.time())
    data = struct.pack("=8sIIq", b"SocleRRD", 1, 1, now) + b"cpu0".ljust(48, b"\0")
    for i, (step, rows) in enumerate(levels):
        ring = [struct.pack("=qf", 0, 0.0)] * rows
        if i == 0:
            for slot in range(now // step - 6, now // step + 12):
                ring[slot % rows] = struct.pack("=qf", slot, value)
        data += b"".join(ring)
    (folder / f"{uuid}.rrd").write_bytes(data)


def test_a_threshold_of_perfmon(server, api, alerts):
    ref, vm = a_vm(api)
    write_metrics(server.folder / "metrics", vm["uuid"], 0.25)
    api.call("VM.add_to_other_config", ref, "perfmon", PERFMON)
    time.sleep(1.5)
    assert not messages(api, "ALARM")
    write_metrics(server.folder / "metrics", vm["uuid"], 0.75)
    found = guard.soon(lambda: messages(api, "ALARM", vm["uuid"]))
    assert found[0]["priority"] == 2
    value, _, config = found[0]["body"].partition("\nconfig:\n")
    assert value == "value: 0.750000"
    assert '<name value="cpu_usage"/>' in config and config.startswith("<variable>")
    time.sleep(1.5)
    assert len(messages(api, "ALARM")) == 1        # an hour of silence
    api.call("VM.remove_from_other_config", ref, "perfmon")
    api.call("VM.add_to_other_config", ref, "perfmon", "<config><variable>")
    assert guard.soon(lambda: messages(api, "PERFMON_INVALID", vm["uuid"]))
    api.call("VM.remove_from_other_config", ref, "perfmon")


def pool_set(api, **settings):
    pool = api.call("pool.get_all")[0]
    for key, value in settings.items():
        key = key.replace("_", "-")
        api.call("pool.remove_from_other_config", pool, key)
        if value:
            api.call("pool.add_to_other_config", pool, key, value)


def leave_message(api, name, priority, body="words"):
    host = next(iter(api.call("host.get_all_records").values()))
    return api.call("message.create", name, priority, "Host", host["uuid"], body)


def named(listener, name):
    return [json.loads(body) for _, _, body in listener.got
            if json.loads(body)["message"]["name"] == name]


def test_a_webhook_is_signed(server, api, alerts):
    hook = guard.webhook()
    secret = api.call("secret.create", {"value": 'key with " and \\'})
    uuid = api.call("secret.get_record", secret)["uuid"]
    assert "value" not in api.call("secret.get_record", secret)
    pool_set(api, webhook_url=f"http://127.0.0.1:{hook.port}/hook?a=1", webhook_secret=uuid,
             webhook_min_priority="4")
    leave_message(api, "TOO_UNIMPORTANT", 5)
    ref = leave_message(api, "TEST_ALERT", 4, 'quote " and\nline \u00e9')
    guard.soon(lambda: named(hook, "TEST_ALERT"))
    path, headers, body = hook.got[0]
    assert path == "/hook?a=1" and headers["Content-Type"] == "application/json"
    mac = hmac.new(b'key with " and \\', body, hashlib.sha256).hexdigest()
    assert headers["X-Socle-Signature"] == f"sha256={mac}"
    told = json.loads(body)
    assert told["event"] == "message" and told["message"]["body"] == 'quote " and\nline \u00e9'
    api.call("message.destroy", ref)
    guard.soon(lambda: any(m["event"] == "over" for m in named(hook, "TEST_ALERT")))
    assert not named(hook, "TOO_UNIMPORTANT")
    hook.stop()


def test_what_is_not_sent_waits_also_over_a_kill(server, api, alerts):
    hook = guard.webhook()
    hook.refuse = True
    pool_set(api, webhook_url=f"http://127.0.0.1:{hook.port}/")
    leave_message(api, "LATE_ALERT", 2)
    guard.soon(lambda: [f for f in alerts.state.iterdir() if f.name.endswith("-webhook")])
    alerts.kill()
    leave_message(api, "WHILE_AWAY", 2)
    hook.refuse = False
    time.sleep(1.1)
    alerts.start()
    guard.soon(lambda: named(hook, "LATE_ALERT"))
    guard.soon(lambda: named(hook, "WHILE_AWAY"))
    assert len(named(hook, "LATE_ALERT")) == 1
    pool_set(api, webhook_url="", webhook_secret="")
    hook.stop()


def test_mail(server, api, alerts):
    mail = guard.mail_server()
    secret = api.call("secret.create", {"value": "mail password"})
    uuid = api.call("secret.get_record", secret)["uuid"]
    pool_set(api, mail_destination="a@example.org, b@example.org", mail_tls="none",
             ssmtp_mailhub=f"127.0.0.1:{mail.port}", mail_user="me",
             mail_password_secret=uuid, mail_sender="host@example.org")
    leave_message(api, "UNIMPORTANT", 4)
    leave_message(api, "BAD\r\nBcc: x@example.org", 1, "first\n.\nlast " + "x" * 2000)
    found = guard.soon(lambda: mail.got)[0]
    assert len(found["rcpt"]) == 2 and "host@example.org" in found["from"]
    assert base64.b64decode(found["auth"]) == b"\0me\0mail password"
    head, _, body = found["data"].partition("\r\n\r\n")
    assert "BAD??Bcc: x@example.org" in head and "\r\nBcc" not in head
    assert body.startswith("first\r\n..\r\nlast xxx")
    assert max(len(line) for line in body.split("\r\n")) < 998
    assert not [m for m in mail.got if "UNIMPORTANT" in m["data"]]
    pool_set(api, mail_destination="", ssmtp_mailhub="")
    mail.stop()


# In turns, for a place that failed is tried ever more seldom until something is sent.
@pytest.mark.parametrize("wanted, offered, known, comes", [
    ("tls", "tls", False, False), ("tls", "tls", True, True),
    ("starttls", "starttls", False, False), ("starttls", "starttls", True, True),
    ("starttls", "none", True, False), ("none", "starttls", True, True),
    # What would be sent without TLS is not kept back by a certificate that nobody knows.
    ("", "starttls", True, True), ("", "starttls", False, True), ("", "none", True, True)])
def test_mail_over_tls(server, api, alerts, wanted, offered, known, comes):
    mail = guard.mail_server(offered, guard.certificate(server.folder,
                                                        "known" if known else "unknown"))
    name = f"TLS_{wanted}_{offered}_{known}"
    pool_set(api, mail_destination="a@example.org", mail_tls=wanted, mail_user="",
             ssmtp_mailhub=f"127.0.0.1:{mail.port}", mail_sender="host@example.org")
    leave_message(api, name, 1)
    if comes:
        found = guard.soon(lambda: [m for m in mail.got if name in m["data"]])[0]
        assert found["tls"] == (offered == "starttls" and wanted != "none" or wanted == "tls")
    else:
        told = guard.soon(lambda: messages(api, "ALERT_NOT_SENT"))
        assert re.search("certificate|TLS|SSL", told[0]["body"]), told
        assert not mail.got
    pool_set(api, mail_destination="", ssmtp_mailhub="")
    mail.stop()


def test_a_place_that_does_not_answer_is_told_of(server, api, alerts):
    pool_set(api, webhook_url="http://127.0.0.1:1/")
    leave_message(api, "NOBODY_HEARS", 2)
    found = guard.soon(lambda: messages(api, "ALERT_NOT_SENT"))
    assert "127.0.0.1" in found[0]["body"]
    pool_set(api, webhook_url="")


def test_a_flood_is_bounded(server, api, alerts):
    for i in range(150):
        task = api.call("task.create", f"flood {i}", "")
        api.call("task.set_status", task, "failure")

    def told():
        return len([m for m in messages(api, "TASK_FAILED") if "flood" in m["body"]])

    guard.soon(lambda: told() > 10)
    time.sleep(2.5)
    assert told() <= 65


def test_another_session_when_the_api_was_started_anew(server, api, alerts):
    server.kill()
    server.start_daemon()
    fresh = server.settled()
    ref, vm = a_vm(fresh)
    time.sleep(3)
    assert alerts.process.poll() is None
    api.session = fresh.session
    fresh.call("VM.pause", ref)
    fresh.call("VM.unpause", ref)
    guard.soon(lambda: len(messages(fresh, "VM_PAUSED", vm["uuid"])) >= 1)
