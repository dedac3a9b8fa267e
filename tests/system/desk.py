# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a user follows the pages: the project in a folder, and stand-ins for what is elsewhere."""

import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading

from conftest import UNPRIVILEGED
from nametables import without_name_tables

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
        (self.top / "quickly.cmake").write_text("set(CMAKE_BUILD_TYPE Debug)\nset(MWG502_IPO OFF)\n")
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
            # That the module is optimized takes much of a build, and no page shows it.
            "CMAKE_TOOLCHAIN_FILE": str(self.top / "quickly.cmake"),
            **({"CMAKE_GENERATOR": "Ninja"} if shutil.which("ninja") else {}),
            "WIRESHARK_PLUGIN_DIR": str(plugins),
            **without_name_tables(self.top / "data"),
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
