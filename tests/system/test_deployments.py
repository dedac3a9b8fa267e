# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways to deploy a gateway: the captures of tests/captures/deployments against what was done to make them."""

import hashlib
import json
import subprocess

import pytest
from conftest import TESTS
from test_truth import Reading, check, check_links, numbers

FOLDER = TESTS / "captures" / "deployments"
CAPTURES = sorted(FOLDER.glob("*.pcap"))
INTERCEPTED = FOLDER / "connect_mitmproxy_h1.pcap"
ENCRYPTED = sorted(FOLDER.glob("*.keys"))


def truth_of(capture):
    return json.loads((FOLDER / f"{capture.stem}.truth.json").read_text())


def statuses(truth):
    return "mwg502.status_codes:" + ",".join(sorted({str(entry["status"]) for entry in truth}))


def key_log(tshark, name, text):
    """The name tells the content, since what was asked before is not read again."""
    return f"tls.keylog_file:{tshark.stage(f'{hashlib.sha256(text.encode()).hexdigest()[:12]}-{name}', text.encode())}"


def read(tshark, capture, passes, keys=None):
    """keys: what is in the key log; None: the file beside the capture, if there is one."""
    file = FOLDER / f"{capture.stem}.keys"
    if keys is None and file.exists():
        keys = file.read_text()
    prefs = [statuses(truth_of(capture))] + ([key_log(tshark, file.name, keys)] if keys else [])
    return Reading(tshark.frames(capture, "frame", ["tcp.stream", *tshark.fields], passes, prefs))


@pytest.mark.parametrize("passes", (1, 2))
@pytest.mark.parametrize("capture", CAPTURES, ids=lambda c: c.stem)
def test_truth(tshark, capture, passes):
    reading = read(tshark, capture, passes)
    assert list(check(reading, truth_of(capture))) == []
    if passes == 2 and capture.stem != "chain_two_gateways":    # there a 502 is of two cases, see below
        assert list(check_links(reading)) == []


@pytest.mark.parametrize("keys", ENCRYPTED, ids=lambda k: k.stem)
def test_secrets_in_the_file(tshark, tmp_path, keys):
    """A pcapng names its interfaces, so that its facts are also put in order of time."""
    capture = tmp_path / f"{keys.stem}.pcapng"
    subprocess.run(["editcap", "-F", "pcapng", "--inject-secrets", f"tls,{keys}", keys.with_suffix(".pcap"), capture], check=True)
    for passes in (1, 2):
        assert list(check(read(tshark, capture, passes, keys=""), truth_of(capture))) == []


@pytest.mark.parametrize("keys", ENCRYPTED, ids=lambda k: k.stem)
def test_without_keys(tshark, keys):
    """No response can be read, none is reported; the server's own 502 without TLS is one, of a request that nobody saw."""
    causes = {v["mwg502.cause"][0] for v in read(tshark, keys.with_suffix(".pcap"), 1, keys="").verdicts.values()}
    assert causes <= {"unknown"}


def randoms(tshark, capture, display_filter):
    frames = tshark.frames(capture, f"tls.handshake.type == 1 and {display_filter}", ["tls.handshake.random"])
    return {value.replace(":", "") for frame in frames for value in frame["tls.handshake.random"]}


def test_keys_of_the_clients_leg_only(tshark):
    """To the server record directions tell, on the connection that the gateway made when it was asked for the tunnel."""
    client = randoms(tshark, INTERCEPTED, "ip.dst == 192.168.77.20")
    keys = "".join(line for line in (FOLDER / "connect_mitmproxy_h1.keys").read_text().splitlines(True) if line.split()[1] in client)
    verdicts = read(tshark, INTERCEPTED, 1, keys).verdicts
    got = {verdicts[e["frame"]]["mwg502.url"][0].split("?")[0]: (verdicts[e["frame"]], e) for e in truth_of(INTERCEPTED)}
    # An answer that cannot be read is none that explains; /empty came second on its connection.
    for path, cause, confidence in (("/rst", "server_reset", "likely"), ("/empty", "server_closed", "likely"), ("/garbage", "unknown", "none"),
                                    ("/s502", "unknown", "none")):
        verdict, entry = got[path]
        assert (verdict["mwg502.cause"], verdict["mwg502.confidence"]) == ([cause], [confidence]), path
        assert numbers(verdict["mwg502.request_frame"]) == [entry["request_frame"]]
        if cause != "unknown":
            assert numbers(verdict["mwg502.evidence_frame"]) == entry["evidence"]["frames"]


def test_the_outer_gateway_points_to_the_inner_one(tshark):
    reading = read(tshark, FOLDER / "chain_two_gateways.pcap", 2)
    outer = {frame: v for frame, v in reading.verdicts.items() if v["mwg502.cause"] == ["relayed"]}
    assert len(outer) == 2
    for frame, verdict in outer.items():
        (inner,) = numbers(verdict["mwg502.server_response_frame"])
        assert reading.verdicts[inner]["mwg502.cause"] in (["rst"], ["nxdomain"])
        assert numbers(reading.verdicts[inner]["mwg502.response_frame"]) == [frame]


def test_streams_that_are_answered_in_another_order(tshark):
    """Each 502 names the request of its own stream."""
    capture = FOLDER / "h2c_nginx.pcap"
    verdicts = read(tshark, capture, 1).verdicts
    truth = truth_of(capture)
    assert [e["http2_stream"] for e in truth] != sorted(e["http2_stream"] for e in truth)
    for entry in truth:
        (url,), (host,) = (verdicts[entry["frame"]][f"mwg502.{name}"] for name in ("url", "host"))
        assert f"http://{host}{url}" == entry["url"]
