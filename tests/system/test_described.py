# SPDX-License-Identifier: GPL-2.0-or-later
"""The docs know all: fields, preferences, causes, columns; and what they point to is there."""

import json
import re

import pytest
from conftest import TESTS
from test_docs import DOCS, PAGES, TOP


def test_template_knows_every_field(tshark):
    template = json.loads((DOCS / "opensearch" / "index-template.json").read_text())
    mapped = template["template"]["mappings"]["properties"]["layers"]["properties"]
    expert = {"explained", "unexplained", "differs", "evidence", "request", "branch"}
    fields = {name.replace(".", "_") for name in tshark.fields if name.split(".")[1] not in expert}
    assert {name for name in mapped if name.startswith("mwg502_")} == fields


def test_template_takes_any_text():
    """A word of more than 32766 bytes makes the servers refuse its document: where clients choose the text it is limited."""
    template = json.loads((DOCS / "opensearch" / "index-template.json").read_text())
    mapped = template["template"]["mappings"]["properties"]["layers"]["properties"]
    for name in ("host", "url", "method"):
        assert mapped[f"mwg502_{name}"]["ignore_above"] <= 32766 // 4, name


def test_mapping_types_exist():
    """The types of the servers' documentation, and no parameter that they do not know."""
    known = {"keyword": {"ignore_above", "index", "doc_values"}, "text": set(), "long": set(), "integer": set(),
             "double": set(), "ip": set(), "date": {"format"}}

    def check(properties):
        for name, mapping in properties.items():
            if "properties" in mapping:
                assert set(mapping) == {"properties"}, name
                check(mapping["properties"])
            else:
                assert set(mapping) - {"type"} <= known[mapping["type"]], name

    template = json.loads((DOCS / "opensearch" / "index-template.json").read_text())
    assert set(template) <= {"index_patterns", "template", "priority", "version", "_meta"}
    check(template["template"]["mappings"]["properties"])


def test_saved_search_uses_mapped_fields():
    template = json.loads((DOCS / "opensearch" / "index-template.json").read_text())
    mapped = template["template"]["mappings"]["properties"]["layers"]["properties"]
    lines = [json.loads(line) for line in (DOCS / "opensearch" / "saved-objects.ndjson").read_text().splitlines()]
    kinds = {line["type"]: line for line in lines}
    assert set(kinds) == {"index-pattern", "search"}
    assert kinds["index-pattern"]["attributes"]["title"] == template["index_patterns"][0]
    for column in kinds["search"]["attributes"]["columns"]:
        assert column.removeprefix("layers.") in mapped


def test_sql_has_the_columns_of_the_csv(tshark):
    columns = re.findall(r"^    ([a-z_0-9]+) ", (DOCS / "postgresql.sql").read_text(), re.M)
    capture = TESTS / "captures" / "lab" / "mwg_rst.pcap"
    head = tshark.run("-n", "-q", "-r", tshark.stage(capture.name, capture.read_bytes()), "-z", "mwg502,csv").splitlines()[0]
    assert columns == ["capture", *head.replace("case,", "case_number,", 1).split(",")]
    listed = re.search(r"The columns are (.*?)\. A cell", (DOCS / "scripting.md").read_text(), re.S).group(1)
    assert re.findall(r"`(\w+)`", listed) == head.split(",")


def table(text, heading):
    """The rows of the tables below a heading: the first cell, without its marks, to the others."""
    part = re.split(r"^## ", text, flags=re.M)
    (section,) = [p for p in part if p.startswith(heading + "\n")]
    rows = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for name in re.findall(r"`(mwg502[\w.]*)`", cells[0]) if line.startswith("| `mwg502") else []:
            assert name not in rows, name
            rows[name] = cells[1:]
    return rows


def test_fields_are_all_described(tshark):
    kinds = {"FT_STRINGZ": "string", "FT_STRING": "string", "FT_IPv4": "IPv4 address", "FT_IPv6": "IPv6 address",
             "FT_FRAMENUM": "frame number", "FT_RELATIVE_TIME": "relative time", "FT_NONE": "expert item or heading"}
    registered = {}
    for row in tshark.run("-G", "fields").splitlines():
        cells = row.split("\t")
        if cells[0] == "F" and cells[2].startswith("mwg502."):
            registered[cells[2]] = kinds.get(cells[3]) or f"unsigned, {re.search(r'[0-9]+', cells[3]).group()} bits"
    described = {name: cells[0] for name, cells in table((DOCS / "fields.md").read_text(), "Fields").items()}
    assert described == registered


def test_fields_describe_themselves(tshark):
    """What Wireshark shows below the packet details and in its list of fields: more than the title, or nothing."""
    def same_words(blurb, title):
        words = {word.lower() for word in re.findall(r"\w+", blurb)}
        return bool(words) and words <= {word.lower() for word in re.findall(r"\w+", title)} | {"a", "the", "of", "that", "is"}

    blurbs, titles = {}, {}
    for row in tshark.run("-G", "fields").splitlines():
        cells = row.split("\t")
        if cells[0] == "F" and cells[2].startswith("mwg502."):
            blurbs[cells[2]], titles[cells[2]] = cells[7], cells[1]
    assert set(blurbs) == set(tshark.fields)
    assert [name for name, title in titles.items() if same_words(blurbs[name], title)] == []
    assert [name for name, blurb in blurbs.items() if name.count(".") == 1 and not blurb.strip()] == ["mwg502.method", "mwg502.syn_frame"]


def test_preferences_are_all_described(tshark):
    defaults = {}
    for line in tshark.run("-G", "defaultprefs").splitlines():
        match = re.fullmatch(r"#?(mwg502\.\w+): (.*)", line)
        if match:
            defaults[match.group(1)] = match.group(2)
    described = {name: cells[0].strip("`") for name, cells in
                 table((DOCS / "fields.md").read_text(), "Preferences").items()}
    assert described == defaults
    current = re.findall(r"^#?(mwg502\.\w+): ", tshark.run("-G", "currentprefs"), re.M)
    assert sorted(current) == sorted(described)


def causes():
    header = (TOP / "plugin" / "diagnose" / "causes.h").read_text()
    return re.findall(r'X\(\w+,\s+"(\w+)",\s+CATEGORY', header)


def test_unknown_knows_every_summary():
    """The page about unknown verdicts quotes how each of their summaries begins, and leaves none out."""
    source = (TOP / "plugin" / "words" / "summaryunknown.c").read_text()
    source = re.sub(r'"\s*(BY_ITSELF)?\s*"', "", re.sub(r'"\s*\n\s*"', "", source))
    quoted = [cells[0].replace("...", "").strip() for cells in (
        [cell.strip() for cell in line.strip("|").split("|")] for line in (DOCS / "unknown.md").read_text().splitlines()
        if line.startswith("| ") and "summary begins" not in line)]
    for text in quoted:
        for piece in text.split(" with status "):
            assert piece.strip() in source, piece
    listed = re.findall(r"\[MISSING_(\w+)\] = \{ \"([^\"]{20,})", source)
    assert listed
    for name, words in listed:
        assert any(words.startswith(text) or text.split(" gave ")[0] in words for text in quoted) or name in ("NOTHING", "REASON", "KEYS"), words


def test_manual_page_knows_all():
    page = (DOCS / "mwg502.7").read_text().replace("\\-", "-")
    for cause in causes():
        assert f".B {cause}\n" in page
    for name in table((DOCS / "fields.md").read_text(), "Preferences"):
        assert f".BR {name} " in page


def test_every_cause_has_its_page():
    assert sorted(path.stem for path in (DOCS / "causes").glob("*.md")) == sorted([*causes(), "README"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("cause", causes())
def test_pictures_are_small(cause):
    picture = DOCS / "images" / f"{cause}.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 150_000
    assert f"images/{cause}.png" in (DOCS / "causes" / f"{cause}.md").read_text()
