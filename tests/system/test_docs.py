# SPDX-License-Identifier: GPL-2.0-or-later
"""The docs do what they say: every command in them is run, every output shown is real.

A fenced block marked `sh` is run; a block marked `text` right behind it is what
it printed. `--update-golden` writes these outputs into the docs anew.
"""

import json
import re
import shutil
import subprocess

import pytest
from conftest import TESTS
from desk import Desk, give_away, open_folder

TOP = TESTS.parent
DOCS = TOP / "docs"
PAGES = sorted(path for path in [TOP / "README.md", *DOCS.rglob("*.md")] if path.exists())

BLOCK = re.compile(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.M | re.S)

# What Wireshark's Info column says of reassembly, differently in each version
REASSEMBLY = re.compile(r" \[TCP (?:segment of a reassembled PDU|PDU reassembled in \d+)\]")

# An ICMP error has no ports; in the ladder 4.0 shows those of the packet that it quotes, later versions 0.
ICMP_PORTS = re.compile(r"(\|ICMP: [^\n]*\n\|[^\n(]*)\(\d+\) *([<>-]+ +)\(\d+\) *")


def in_any_version(text):
    """The output without what Wireshark itself says differently from version to version."""
    return ICMP_PORTS.sub(r"\1\2", REASSEMBLY.sub("", text))


@pytest.fixture(scope="module")
def shelf():
    """The project once, for links: a copy for each page took longer than most pages."""
    top = open_folder()
    ignored = shutil.ignore_patterns("build*", ".*", "unit", "bench", "fuzz", "system", "golden", "__pycache__", "images")
    shutil.copytree(TOP, top / "mwg502", ignore=ignored)
    give_away(*top.rglob("*"))
    yield top / "mwg502"
    shutil.rmtree(top)


@pytest.fixture
def desk(shelf, module, version):
    desk = Desk(shelf, module, version)
    yield desk
    desk.close()


@pytest.mark.parametrize("page", [page for page in PAGES if BLOCK.search(page.read_text())], ids=lambda page: str(page.relative_to(TOP)))
def test_commands(desk, page, request):
    text = page.read_text()
    update = request.config.getoption("--update-golden")

    def follow(match):
        block, shown = match.groups()
        if not desk.has_tools(block):
            return match.group()
        printed = desk.run(block)
        if shown is None:
            return match.group()
        printed = "".join(line.rstrip() + "\n" for line in printed.splitlines())
        if not update:
            assert in_any_version(printed) == in_any_version(shown), block
        return match.group().replace(f"```text\n{shown}```", f"```text\n{printed}```")

    followed = BLOCK.sub(follow, text)
    if update:
        page.write_text(followed)
    if page.name == "scale.md":
        check_store(desk.store)


# Indented commands take minutes, or need what only their reader has: of these the options are checked.
INDENTED = [(page, command[1]) for page in PAGES for command in re.finditer(r"^    (tests/.*)$", re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S), re.M)]


@pytest.mark.parametrize(("page", "command"), INDENTED, ids=lambda value: value if isinstance(value, str) else value.name)
def test_options_of_long_commands(page, command):
    program, *words = command.split()
    subcommand = [word for word in words[:1] if word.isalpha()]
    shown = subprocess.run([TOP / program, *subcommand, "--help"], check=True, capture_output=True, text=True).stdout
    for option in (word for word in words if word.startswith("-")):
        assert re.search(rf"(?<![-\w]){option}(?![-\w])", shown), f"{page}: {program} has no {option}"


def check_store(store):
    """What the docs sent to OpenSearch fits the template that they put there."""
    (template,) = store.templates.values()
    assert template == json.loads((DOCS / "opensearch" / "index-template.json").read_text())
    mapped = template["template"]["mappings"]["properties"]["layers"]["properties"]
    assert store.documents
    for index, document in store.documents:
        assert index.startswith(template["index_patterns"][0].rstrip("*")), index
        assert int(document["timestamp"]) > 10**12
        assert set(document["layers"]) <= set(mapped)
        for name, values in document["layers"].items():
            for value in values:
                fits(mapped[name]["type"], value)
    ((path, body),) = store.imports
    assert path.startswith("/api/saved_objects/_import")
    assert "saved-objects.ndjson" in body


def fits(kind, value):
    if kind in ("long", "integer"):
        int(value)
    elif kind == "double":
        float(value)
    elif kind == "ip":
        assert re.fullmatch(r"[0-9a-f.:]+", value), value
    else:
        assert kind in ("keyword", "text"), kind
