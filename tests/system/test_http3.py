# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP/3 towards the client: the captures of tests/captures/http3 against what was done to make them.

Where this tshark reads no header blocks of HTTP/3 (4.0) nothing of it can be known, and nothing is said.
"""

import json
import subprocess

import pcapfile
import pytest
from conftest import TESTS
from test_truth import Reading, check_links, numbers

FOLDER = TESTS / "captures" / "http3"
CAPTURES = sorted(FOLDER.glob("*.pcap"))
ONE_BY_ONE = [capture for capture in CAPTURES if capture.stem != "nginx_parallel"]


def name_of(capture):
    return capture.stem


def truth_of(capture):
    return json.loads(capture.with_suffix(".truth.json").read_text())


@pytest.fixture(scope="module")
def reads_http3(tshark):
    return "\thttp3.headers.status\t" in tshark.run("-G", "fields")


@pytest.fixture
def http3(reads_http3):
    if not reads_http3:
        pytest.skip("this Wireshark reads no header blocks of HTTP/3: older than 4.2, or without nghttp3")


def key_log(tshark, capture):
    return [f"tls.keylog_file:{tshark.stage(f'{capture.stem}.keys', capture.with_suffix('.keys').read_bytes())}"]


def with_secrets(capture, folder):
    """A pcapng that decrypts by itself."""
    made = folder / f"{capture.stem}.pcapng"
    subprocess.run(["editcap", "-F", "pcapng", "--inject-secrets", f"tls,{capture.with_suffix('.keys')}", capture, made], check=True)
    return made


def read(tshark, capture, passes=1, prefs=()):
    return Reading(tshark.frames(capture, "frame", ["tcp.stream", *tshark.fields], passes, prefs))


def found(reading):
    """Of each verdict, in order: its frame, cause, what was asked for and where, and the server"""
    return sorted((frame, *row) for frame, v in reading.verdicts.items()
                  for row in zip(v["mwg502.cause"], v["mwg502.url"], numbers_in_order(v["mwg502.request_frame"]), v["mwg502.server.ip"], strict=True))


def numbers_in_order(values):
    return list(map(int, values))


def expected(capture):
    return sorted((e["frame"], e["cause"], "/" + e["url"].split("/", 3)[3], e["request_frame"], e["server"].rpartition(":")[0]) for e in truth_of(capture))


def evidence_complaints(reading, capture):
    for frame, verdict in reading.verdicts.items():
        entries = [e for e in truth_of(capture) if e["frame"] == frame]
        listed = set(numbers(verdict["mwg502.evidence_frame"]))
        own = {n for e in entries for stream in e["related"]["tcp_streams"] for n in reading.streams[stream]}
        for e in entries:
            if lost := set(e["evidence"]["frames"]) - listed:
                yield f"frame {frame}: evidence lacks {sorted(lost)}"
        if alien := listed - own:
            yield f"frame {frame}: evidence of other requests {sorted(alien)}"


@pytest.mark.usefixtures("http3")
@pytest.mark.parametrize("passes", (1, 2))
@pytest.mark.parametrize("capture", CAPTURES, ids=name_of)
def test_truth(tshark, capture, passes):
    reading = read(tshark, capture, passes, key_log(tshark, capture))
    assert found(reading) == expected(capture)
    assert list(evidence_complaints(reading, capture)) == []
    if passes == 2:
        assert list(check_links(reading)) == []


@pytest.mark.usefixtures("http3")
@pytest.mark.parametrize("capture", CAPTURES, ids=name_of)
def test_secrets_in_the_file(tshark, tmp_path, capture):
    """A pcapng names its interfaces, so that its facts are also put in order of time."""
    for passes in (1, 2):
        assert found(read(tshark, with_secrets(capture, tmp_path), passes)) == expected(capture)


@pytest.mark.usefixtures("http3")
def test_whose_response_it_is(tshark):
    """Datagrams carry several responses, in another order than the requests came."""
    (capture,) = [c for c in CAPTURES if c.stem == "nginx_parallel"]
    truth = truth_of(capture)
    assert len({e["frame"] for e in truth}) < len(truth)
    assert [e["http3_stream"] for e in truth] != sorted(e["http3_stream"] for e in truth)


@pytest.mark.usefixtures("http3")
def test_a_header_in_several_datagrams(tshark):
    (capture,) = [c for c in CAPTURES if c.stem == "caddy"]
    shown = tshark.frames(capture, "http3.headers.method", ["quic.fragment"], 1, key_log(tshark, capture))
    assert shown and all(len(frame["quic.fragment"]) > 1 for frame in shown)


@pytest.mark.usefixtures("http3")
def test_what_is_shown_of_it(tshark):
    """No tcp.stream is the client's; the gateway is known by its own words, the port by what the scheme of HTTP/3 is."""
    for capture in CAPTURES:
        for verdict in read(tshark, capture, 1, key_log(tshark, capture)).verdicts.values():
            assert "mwg502.client.stream" not in verdict
            assert set(verdict["mwg502.port"]) == {"443"}
            assert set(verdict["mwg502.host"]) == {"shop.media.test"}
            assert set(verdict["mwg502.method"]) == {"GET"}
            if verdict["mwg502.cause"] != ["relayed"]:
                assert set(verdict["mwg502.product"]) == {"Caddy" if capture.stem == "caddy" else "nginx"}


@pytest.mark.usefixtures("http3")
@pytest.mark.parametrize("capture", ONE_BY_ONE, ids=name_of)
def test_exported_alone(tshark, tmp_path, capture):
    """A case in a file of its own, which can be decrypted and has the same verdict. Where streams run side by side the file lacks what others' verdicts rest on."""
    secret = with_secrets(capture, tmp_path)
    for verdict in tshark.verdicts(secret)[:3]:
        alone = tshark.stage("alone.pcapng", b"")
        alone.chmod(0o666)
        tshark.run("-n", "-r", tshark.stage("whole.pcapng", secret.read_bytes()), "-Y", verdict["mwg502.export_filter"][0], "-w", alone)
        cases = {(url, cause) for v in tshark.verdicts(alone) for url, cause in zip(v["mwg502.url"], v["mwg502.cause"], strict=True)}
        assert (verdict["mwg502.url"][0], verdict["mwg502.cause"][0]) in cases


@pytest.mark.usefixtures("http3")
@pytest.mark.parametrize("capture", CAPTURES, ids=name_of)
def test_captured_twice(tshark, tmp_path, capture):
    """A bridge shows each datagram twice: one case each."""
    link, frames = pcapfile.read(capture)
    twice = tmp_path / capture.name
    twice.write_bytes(pcapfile.written(link, [frame for frame in frames for _ in range(2)]))
    reading = read(tshark, twice, 1, key_log(tshark, capture))
    cases = [(frame, cause, url) for frame, cause, url, *_ in found(reading)]
    assert cases == sorted((2 * e["frame"] - 1, e["cause"], "/" + e["url"].split("/", 3)[3]) for e in truth_of(capture))


@pytest.mark.parametrize("capture", CAPTURES, ids=name_of)
def test_without_keys(tshark, capture):
    """Nothing is said of QUIC that is not decrypted; the server's own 502 to the gateway is in HTTP/1, and of a request that nobody saw."""
    reading = read(tshark, capture)
    assert {cause for v in reading.verdicts.values() for cause in v["mwg502.cause"]} <= {"unknown"}
    assert set(reading.verdicts).isdisjoint(e["frame"] for e in truth_of(capture))
    assert tshark.frames(capture, "quic && mwg502", []) == []


@pytest.mark.parametrize("capture", CAPTURES, ids=name_of)
def test_a_wireshark_that_cannot_read_it(tshark, capture, reads_http3):
    if reads_http3:
        pytest.skip("this one can")
    assert tshark.frames(capture, "quic && mwg502", [], 2, key_log(tshark, capture)) == []
