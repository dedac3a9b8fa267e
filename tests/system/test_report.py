# SPDX-License-Identifier: GPL-2.0-or-later
"""diagnose.sh --html: the report, opened in a real Chromium."""

import base64
import functools
import hashlib
import json
import os
import re
import subprocess

import browser
import hostile_texts
import pytest
from conftest import ARTICLE, LAB, TESTS
from test_reported import article, pcap, response

TOP = TESTS.parent
MIX = LAB / "bg_mwg_mix.pcap"
ROWS = "document.querySelectorAll('tr.case').length"


@pytest.fixture(scope="module")
def report(module, tmp_path_factory):
    """Makes a report of captures (paths, or bytes)."""
    folder = tmp_path_factory.mktemp("report")

    @functools.cache
    def make(*captures):
        number = len(list(folder.glob("*.html")))
        names = []
        for capture in captures:
            if isinstance(capture, bytes):
                (folder / f"{number}.pcap").write_bytes(capture)
                capture = folder / f"{number}.pcap"
            names.append(capture)
        page = folder / f"{number}.html"
        done = subprocess.run([TOP / "diagnose.sh", "--html", page, *names], env=dict(os.environ, BUILD_DIR=str(module.parent.parent)),
                              capture_output=True, text=True, check=False)
        assert done.returncode in (0, 3, 4) and done.stderr == "", done
        return page

    return make


@pytest.fixture(scope="module")
def chromium():
    if not browser.EXECUTABLE:
        pytest.skip("no chromium")
    one = browser.Browser()
    yield one
    one.close()


def data_of(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text(), re.S).group(1))


def test_the_policy_admits_the_script_alone():
    """The page's policy names its script by a hash; whoever changes the script writes the new one there."""
    text = (TOP / "cmake" / "report" / "page.html").read_text()
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.S)
    expected = "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src '{expected}'" in text
    assert "default-src 'none'" in text


def test_it_loads_nothing(report):
    """No address outside the file, but in the text of the capture."""
    text = report(MIX).read_text()
    for attribute in re.findall(r'\b(?:src|href|action|srcset|data|poster)="([^"]*)"', text.split("<script", 1)[0]):
        assert attribute == "data:,", attribute
    assert "@import" not in text and "url(" not in text
    assert not re.search(r"\b(?:fetch|XMLHttpRequest|WebSocket|import)\s*\(", text)
    for unsafe in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert unsafe not in text


def test_it_holds_the_cases(report, tshark):
    page = report(MIX, ARTICLE / "rst.pcap", LAB / "nginx_h_raw.pcap")
    data = data_of(page)
    assert [c["cases"] for c in data["captures"]] == [6, 1, 0]
    assert [c["cause"] for c in data["cases"]] == ["nxdomain", "rst", "invalid_response", "icmp", "server_closed", "syn_timeout", "rst"]
    assert all(frame["info"] for case in data["cases"] for frame in case["evidence"])


def test_page_in_chromium(report, chromium):
    page = report(MIX)
    chromium.open(page)
    assert (chromium.requests, chromium.errors) == ([page.as_uri()], [])
    assert chromium.run(ROWS) == 6
    assert chromium.run("document.getElementById('codes').textContent") == "502"
    assert chromium.run("document.querySelectorAll('#chart rect').length") == 6
    # by host, by server
    chromium.run("document.getElementById('by').value = 'server'; document.getElementById('by').dispatchEvent(new Event('change'))")
    assert "10.20.0.131:80" in chromium.run("document.querySelector('#chart .legend').textContent")
    # a filter, a cause, a host; all again
    chromium.run("document.getElementById('filter').value = 'SHOP empty'; document.getElementById('filter').dispatchEvent(new Event('input'))")
    assert chromium.run(ROWS) == 1
    chromium.run("document.getElementById('clear').click()")
    chromium.run("[...document.querySelectorAll('.bar')].find(b => b.textContent.includes('www.shop.lab')).click()")
    assert chromium.run(ROWS) == 2
    assert chromium.run("document.getElementById('shown').textContent") == "2 of 6 cases"
    chromium.run("document.getElementById('clear').click()")
    assert chromium.run(ROWS) == 6
    # sorted by wait, longest first
    for _ in range(2):
        chromium.run("[...document.querySelectorAll('th button')].find(b => b.textContent === 'Wait').click()")
    assert chromium.run("document.querySelector('th[aria-sort=descending]').textContent") == "Wait"
    assert chromium.run("document.querySelector('tr.case button').textContent") == "6"


def test_details_of_a_case(report, chromium):
    chromium.open(report(ARTICLE / "rst.pcap"))     # the only case is open
    text = chromium.run("document.querySelector('td.details').innerText")
    assert "10.10.67.124:80 answered each of 4 SYNs with RST within 0.2 ms" in text
    assert "Verify that the service runs and listens on that port" in text
    assert "40003 \u2192 80 [SYN]" in text
    assert "frame.number in {825, 827, 828, 829, 830, 832, 833, 836, 837, 840}" in text
    assert chromium.run("document.querySelectorAll('.ladder path').length") == 10
    lanes = chromium.run("[...document.querySelectorAll('.ladder text')].map(t => t.textContent).join('|')")
    for name in ("client|10.10.67.4", "gateway|10.10.67.161", "server|10.10.67.124"):
        assert name in lanes


def test_arp_has_a_ladder(report, chromium):
    chromium.open(report(LAB / "mwg_arp.pcap"))
    chromium.run("document.querySelector('tr.case button[aria-expanded=false]')?.click()")
    assert "local network" in chromium.run("document.querySelector('.ladder').textContent")
    assert chromium.errors == []


def test_by_keyboard(report, chromium):
    chromium.open(report(MIX))
    focused = "document.activeElement.textContent"
    chromium.run("document.querySelector('tr.case button').focus()")
    chromium.press("ArrowDown")
    assert chromium.run(focused) == "2"
    chromium.press("Enter")
    assert chromium.run("document.querySelectorAll('td.details').length") == 1
    assert chromium.run("document.activeElement.getAttribute('aria-expanded')") == "true"
    chromium.press(" ")
    assert chromium.run("document.querySelectorAll('td.details').length") == 0
    chromium.press("/")
    assert chromium.run("document.activeElement.id") == "filter"
    chromium.press("ArrowDown")
    assert chromium.run(focused) == "1"


@pytest.mark.parametrize("width", [360, 700, 1024, 1280])
@pytest.mark.parametrize("name", ["mix", "hostile"])
def test_it_fits(report, chromium, width, name):
    """No page is wider than the window, with every case open."""
    chromium.open(report(MIX if name == "mix" else hostile_texts.capture()), width=width)
    chromium.run("document.getElementById('open').click()")
    assert chromium.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert chromium.run("document.querySelectorAll('td.details').length") == chromium.run(ROWS)


def test_dark(report, chromium):
    """In dark mode text is light on dark, in the ladder as well."""
    chromium.open(report(ARTICLE / "rst.pcap"), dark=True)
    for where, what in (("document.body", "color"), ("document.querySelector('.ladder text')", "fill")):
        ink = chromium.run(f"getComputedStyle({where}).{what}")
        assert min(map(int, re.findall(r"\d+", ink)[:3])) > 140
    page = chromium.run("getComputedStyle(document.body).backgroundColor")
    assert max(map(int, re.findall(r"\d+", page)[:3])) < 60


def test_printed(report, chromium):
    """Every row is printed, though the screen shows a hundred at first."""
    frames = []
    for number in range(150):
        outer = article.Connection(article.CLIENT, 20000 + number, article.GATEWAY, article.PROXY_PORT)
        lookup = article.Lookup(number + 1, f"nosuch{number}.example")
        frames += [*outer.handshake(), outer.up("PA", article.request(f"nosuch{number}.example", "/")), lookup.query(), lookup.no_such_name(),
                   outer.down("PA", response("Content-Length: 0", body=b"")), *outer.close()]
    chromium.open(report(pcap(frames)))
    assert chromium.run(ROWS) == 100
    chromium.run("dispatchEvent(new Event('beforeprint'))")
    assert chromium.run(ROWS) == 150
    assert chromium.pdf().startswith(b"%PDF")


def test_hostile_texts_stay_text(report, chromium):
    page = report(hostile_texts.capture())
    data = data_of(page)        # nothing in it ends the script
    assert data["cases"][2]["url"].startswith("http://</script><script>")
    assert page.read_text().count("</script>") == 2
    chromium.open(page)
    before = chromium.run("document.querySelectorAll('*').length")
    assert before > 100
    chromium.run("document.getElementById('open').click()")
    assert chromium.run("document.title") == "Why the gateway answered 502"
    assert chromium.run("document.querySelectorAll('script, img, iframe, object, [onerror], [onmouseover]').length") == 2
    assert (chromium.requests, chromium.errors) == ([page.as_uri()], [])
    shown = chromium.run("document.querySelector('tbody').innerText")
    assert "http://</script><script>document.title='owned'</script>/<img" in shown


def test_no_case(report, chromium):
    chromium.open(report(LAB / "nginx_h_raw.pcap"))
    assert chromium.errors == [] and chromium.run(ROWS) == 0
    assert chromium.run("document.getElementById('codes').textContent") == "502 to 504"


def repeated(page, to, n, changed=lambda line, n: line):
    """The page with n cases: its own again and again."""
    head, rest = page.read_text().split('"cases":[\n', 1)
    cases, tail = rest.split("\n]}", 1)
    lines = [line.rstrip(",") for line in cases.splitlines()]
    to.write_text(head + '"cases":[\n' + ",\n".join(changed(lines[i % len(lines)], i) for i in range(n)) + "\n]}" + tail)
    return to


@pytest.mark.parametrize(("causes", "last"), [(8, "cause7"), (9, "others")])
def test_legend(report, chromium, tmp_path, causes, last):
    """What is left over has its name where it is one alone."""
    chromium.open(repeated(report(MIX), tmp_path / "page.html", causes, lambda line, n: re.sub('"cause":"[a-z_]+"', f'"cause":"cause{n}"', line)))
    assert chromium.errors == []
    assert chromium.run("document.querySelectorAll('#chart .legend span').length") == 8
    assert chromium.run("document.querySelector('#chart .legend').lastChild.textContent") == last


def test_five_thousand(report, chromium, tmp_path):
    """Only what is looked at is drawn."""
    chromium.open(repeated(report(MIX), tmp_path / "large.html", 5000))
    assert chromium.errors == []
    assert chromium.run(ROWS) == 100
    assert chromium.run("document.getElementById('shown').textContent") == "5000 cases"
    assert chromium.run("document.querySelectorAll('*').length") < 5000
    chromium.run("scrollTo(0, document.body.scrollHeight)")
    chromium.run("new Promise(done => setTimeout(done, 300))")
    assert 100 < chromium.run(ROWS) < 5000
