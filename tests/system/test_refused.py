# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers that are asked by SOCKS or FTP, and refuse: what the summary says of it (test_applications.py has their truth)."""

import pytest
from conftest import TESTS

LAB14 = TESTS / "captures" / "lab14"


@pytest.mark.parametrize(("name", "says"), [
    ("socks_dante", ["connection refused (5)", "host unreachable (4)", "TTL expired (6)", "not allowed by its rules (2)", "host unreachable (4)"]),
    ("socks_login", ["no acceptable authentication method (255)"]),
    ("socks_login_wrong", ["login refused"]),
    ("ftp_squid", ["service not available (421)"]),
])
def test_code(tshark, name, says):
    """The reply that refused is named, and who gave it."""
    refused = [v for v in tshark.verdicts(LAB14 / f"{name}.pcap") if v["mwg502.cause"] == ["unknown"]]
    assert [v["mwg502.summary"][0].split(" answered: ")[1].split(", after")[0] for v in refused] == says
    assert all(v["mwg502.server.port"] == (["21"] if name == "ftp_squid" else ["1080"]) for v in refused)
