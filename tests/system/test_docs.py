# SPDX-License-Identifier: GPL-2.0-or-later
"""The docs do what they say: every command in them is run, every output shown is real.

A fenced block marked `sh` is run; a block marked `text` right behind it is what
it printed. `--update-golden` writes these outputs into the docs anew.
"""

import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading

import pytest
from conftest import TESTS, UNPRIVILEGED

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


# What only a gateway, an administrator or a fleet has is played by these.
STAND_INS = {
    "sudo": 'export DESTDIR="$PWD/root"\nexec "$@"\n',
    "apt-get": "exit 0\n",
    "ssh": 'shift\nexec sh -c "$*"\n',
    # A live capture is the article's example
    "tshark": """
for argument; do
    shift
    case $argument in
    any) ;;
    -i) set -- "$@" -r ;;
    -a | duration:60) ;;
    *) set -- "$@" "$argument"; continue ;;
    esac
    [ "$argument" != any ] || set -- "$@" tests/captures/article/rst.pcap
done
exec /usr/bin/tshark "$@"
""",
    # A Slurm of one machine: sbatch --wait --array=1-N SCRIPT ARGUMENT...
    "sbatch": """
[ "$1" = --wait ] && shift
case $1 in --array=1-*) last=${1#--array=1-} ;; *) exit 2 ;; esac
shift
for SLURM_ARRAY_TASK_ID in $(seq "$last"); do
    export SLURM_ARRAY_TASK_ID
    "$@" || exit
done
""",
    "apt": '[ "$1" = install ] && for deb; do case $deb in *.deb) dpkg-deb -x "$deb" "$PWD/root" || exit; esac; done\n',
    # tcpdump and dumpcap -w FILE: what they captured is the article's example, in files of a ring with -b or -C
    "tcpdump": """
file= ring=
while [ $# -gt 0 ]; do
    case $1 in
    -w) file=$2; shift ;;
    -C | -W | -G | -b) ring=1; shift ;;
    -U) ;;
    -s) [ "$2" = 0 ] || exit 2; shift ;;
    -i) [ "$2" = any ] || exit 2; shift ;;
    -Z) shift ;;
    -q) ;;
    *) echo "unexpected argument: $1" >&2; exit 2 ;;
    esac
    shift
done
[ "$file" ] || exit 2
[ "$file" != - ] || exec cat tests/captures/article/rst.pcap
[ -d "$(dirname "$file")" ] || exit 3
if [ "$ring" ]; then
    cp tests/captures/article/rst.pcap "${file%.pcap*}_00001_20130309.pcap"
    cp tests/captures/article/nxdomain.pcap "${file%.pcap*}_00002_20130309.pcap"
else
    cp tests/captures/article/rst.pcap "$file"
fi
""",
}
STAND_INS["dumpcap"] = STAND_INS["tcpdump"]


class Store(http.server.BaseHTTPRequestHandler):
    """As much of OpenSearch as the docs use: it takes the template, the bulk, the saved search."""

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def body(self):
        return self.rfile.read(int(self.headers["Content-Length"])).decode()

    def do_PUT(self):
        self.server.templates[self.path] = json.loads(self.body())
        self.answer(200, {"acknowledged": True})

    def do_POST(self):
        body = self.body()
        if self.path == "/_bulk":
            assert self.headers["Content-Type"] == "application/x-ndjson"
            assert body.endswith("\n"), "the last line of a bulk must end"
            lines = [json.loads(line) for line in body.splitlines()]
            for action, source in zip(lines[::2], lines[1::2], strict=True):
                # OpenSearch 2 and Elasticsearch 8 refuse any other parameter, _type above all.
                assert set(action) == {"index"} and set(action["index"]) <= {"_index", "_id"}, action
                self.server.documents.append((action["index"]["_index"], source))
            self.answer(200, {"errors": False, "items": [{"index": {"status": 201}}] * (len(lines) // 2)})
        else:
            assert self.headers["osd-xsrf"] == "true", self.path
            self.server.imports.append((self.path, body))
            self.answer(200, {"success": True, "successCount": body.count('"type"')})

    def log_message(self, *args):
        pass


def give_away(*paths):
    """To the user as whom the pages are followed."""
    for path in paths if os.getuid() == 0 else ():
        os.chown(path, 65534, 65534)


def open_folder():
    os.umask(0o022)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mwg502-docs-", dir="/tmp"))
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def shelf():
    """The project once, for links: a copy for each page took longer than most pages."""
    top = open_folder()
    ignored = shutil.ignore_patterns("build*", ".*", "unit", "bench", "fuzz", "system", "golden", "__pycache__", "images")
    shutil.copytree(TOP, top / "mwg502", ignore=ignored)
    give_away(*top.rglob("*"))
    yield top / "mwg502"
    shutil.rmtree(top)


class Postgres:
    """A real PostgreSQL of the user who follows the page, on a socket in a folder of its own; no program, no server."""

    def __init__(self, folder):
        self.programs = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), default=None)
        self.folder = folder
        self.running = False

    def _run(self, program, *args):
        unprivileged = UNPRIVILEGED if os.getuid() == 0 else []
        subprocess.run([*unprivileged, self.programs / program, "-D", self.folder / "data", *args], env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        if self.running:
            return
        self.folder.mkdir()
        give_away(self.folder)
        self._run("initdb", "-A", "trust", "-U", "reader")
        self._run("pg_ctl", "-w", "-l", self.folder / "log", "-o", f"-k {self.folder} -c listen_addresses=''", "start")
        self.running = True

    def stop(self):
        if self.running:
            self._run("pg_ctl", "-m", "immediate", "stop")


class Desk:
    """A folder with the project in it, where a user who is not root follows a page."""

    def __init__(self, shelf, module, version):
        self.top = open_folder()
        self.project = self.top / "mwg502"
        shutil.copytree(shelf, self.project, copy_function=os.link)
        plugins = self.top / "plugins"
        (plugins / version / "epan").mkdir(parents=True)
        shutil.copy(module, plugins / version / "epan")
        built = self.top / "built" / "plugin"
        built.mkdir(parents=True)
        shutil.copy(module, built)
        bin_dir = self.top / "bin"
        bin_dir.mkdir()
        for name, text in STAND_INS.items():
            (bin_dir / name).write_text("#!/bin/sh\n" + text)
            (bin_dir / name).chmod(0o755)
        (self.top / "home").mkdir()
        self.postgres = Postgres(self.top / "postgresql")
        self.store = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
        self.store.templates, self.store.documents, self.store.imports = {}, [], []
        threading.Thread(target=self.store.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{self.store.server_port}"
        self.env = {
            "PATH": f"{bin_dir}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME": str(self.top / "home"),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "BUILD_DIR": str(self.top / "built"),
            "CMAKE_BUILD_PARALLEL_LEVEL": str(os.cpu_count()),
            "WIRESHARK_PLUGIN_DIR": str(plugins),
            "PGHOST": str(self.postgres.folder),
            "PGUSER": "reader",
            "PGDATABASE": "postgres",
            "OPENSEARCH": url,
            "DASHBOARDS": url,
        }
        give_away(self.top / "home", self.project, *(path for path in self.project.rglob("*") if path.is_dir()))

    def has_tools(self, block):
        """What not every machine has; starts what runs in the background."""
        if re.search(r"^psql|\| psql", block, re.M):
            if not self.postgres.programs or not shutil.which("psql"):
                return False
            self.postgres.start()
        return all(shutil.which(tool) for tool in ("jq", "parallel") if re.search(rf"\b{tool}\b", block))

    def run(self, block):
        env = dict(self.env)
        if (self.top / "home" / ".local" / "lib" / "wireshark" / "plugins").exists():
            del env["WIRESHARK_PLUGIN_DIR"]  # the page has installed a module
        command = ["sh", "-euc", block]
        if os.getuid() == 0:
            command = UNPRIVILEGED + command
        done = subprocess.run(command, cwd=self.project, env=env, capture_output=True, text=True, timeout=300,
                              check=False)
        # diagnose.sh says with 3 and 4 what it found.
        allowed = (0, 3, 4) if block.startswith("./diagnose.sh") else (0,)
        said = [line for line in done.stderr.splitlines() if not line.startswith("CPackDeb: - ")]
        assert done.returncode in allowed and not said, (block, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def close(self):
        self.postgres.stop()
        self.store.shutdown()
        self.store.server_close()
        shutil.rmtree(self.top)


@pytest.fixture
def desk(shelf, module, version):
    desk = Desk(shelf, module, version)
    yield desk
    desk.close()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
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
