# SPDX-License-Identifier: GPL-2.0-or-later
"""The real Wireshark on a display of its own, told by a Lua script to change preferences.

What the script does to the open capture is what the preferences dialog does.
"""

import os
import shutil
import signal
import subprocess
import time

import pytest
from conftest import LAB, UNPRIVILEGED

# Once all frames were seen: writes the verdicts, then changes the next preference.
SCRIPT = """
local changes = { %s }
local out = io.open("%s", "w")
local causes = Field.new("mwg502.cause")
local tap = Listener.new("frame", "mwg502.cause || frame.number == 1")
local verdicts, seen = {}, false
local done = 0

function tap.reset()
    verdicts = {}
end

function tap.packet(pinfo)
    seen = true
    for _, cause in ipairs({ causes() }) do
        verdicts[#verdicts + 1] = pinfo.number .. " " .. tostring(cause)
    end
end

function tap.draw()
    if not seen then return end
    out:write(table.concat(verdicts, ","), "\\n")
    out:flush()
    done = done + 1
    if changes[done] then
        seen = false
        set_preference(changes[done][1], changes[done][2])
        apply_preferences()
        redissect_packets()
    end
end
"""


@pytest.fixture
def display():
    """A display that nobody sees, and nobody else uses."""
    if not shutil.which("Xvfb"):
        pytest.skip("no Xvfb")
    reader, writer = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-screen", "0", "1024x768x24"], pass_fds=[writer],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as numbers:
        number = numbers.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait(30)


def verdicts_after(tshark, display, capture, changes):
    """What stands in the open capture at first, and after each change of a preference."""
    if not shutil.which("wireshark"):
        pytest.skip("no Wireshark")
    if "with Lua" not in subprocess.run(["wireshark", "--version"], capture_output=True, text=True, check=True,
                                        env=dict(tshark.env, QT_QPA_PLATFORM="offscreen")).stdout:
        pytest.skip("this Wireshark has no Lua")
    home = tshark.top / "home"
    home.mkdir()
    if os.getuid() == 0:
        os.chown(home, 65534, 65534)
    home.chmod(0o700)
    staged = tshark.stage(capture.name, capture.read_bytes())
    listed = ", ".join(f'{{ "{name}", "{value}" }}' for name, value in changes)
    script = tshark.stage("gui.lua", (SCRIPT % (listed, home / "verdicts")).encode())
    command = ["wireshark", "-n", "-X", f"lua_script:{script}", "-r", staged]
    env = dict(tshark.env, DISPLAY=display, HOME=str(home), XDG_RUNTIME_DIR=str(home))
    del env["WIRESHARK_CONFIG_DIR"]         # it insists on being able to write there
    shark = subprocess.Popen((UNPRIVILEGED if os.getuid() == 0 else []) + command, cwd=tshark.top, env=env,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lines = []
    for _ in range(600):
        if shark.poll() is not None or len(lines) > len(changes):
            break
        time.sleep(0.5)
        if (home / "verdicts").exists():
            lines = (home / "verdicts").read_text().splitlines()
    ended = shark.poll()
    if ended is None:
        shark.send_signal(signal.SIGTERM)
        shark.wait(60)
    assert ended is None, "Wireshark ended by itself"
    staged.unlink()
    script.unlink()
    shutil.rmtree(home)
    return lines


def test_preferences(tshark, display):
    """A changed preference holds for the capture that is open."""
    changes = [("mwg502.status_codes", "502-504"), ("mwg502.memory", "1"), ("mwg502.ports", "9091"),
               ("mwg502.ports", "9090"), ("mwg502.status_codes", "502")]
    first, watched, memory, _, ports, last = verdicts_after(tshark, display, LAB / "squid_rst.pcap", changes)
    assert (first, last) == ("", "")
    assert watched.split()[1:] == ["rst"]
    assert (memory, ports) == (watched, watched)
