# SPDX-License-Identifier: GPL-2.0-or-later
"""Installing, removing, and the packages, each in a folder of its own."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import zipfile

import pytest
from conftest import ARTICLE, TESTS, UNPRIVILEGED

TOP = TESTS.parent
PROFILE_FILES = sorted(path.name for path in (TOP / "plugin" / "profile" / "MWG 502").iterdir())
DEBIAN = shutil.which("dpkg-deb") and pathlib.Path("/etc/debian_version").exists()


def run(*command, **env):
    done = subprocess.run([str(part) for part in command], env=dict(os.environ, **env), capture_output=True, text=True,
                          timeout=600, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def configure(source, build, module, *options, **env):
    """A configured build whose module is the one under test: nothing is compiled."""
    run("cmake", "-S", source, "-B", build, "-DBUILD_TESTING=OFF", *options, **env)
    shutil.copy(module, build / "plugin" / "mwg502.so")


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


@pytest.fixture(scope="module")
def system(module, tmp_path_factory):
    build = tmp_path_factory.mktemp("system") / "build"
    configure(TOP, build, module, "-DMWG502_MAINTAINER=A Packager <packager@wireshark.org>",
              "-DCMAKE_INSTALL_PREFIX=/usr")
    return build


def test_system_install_and_uninstall(system, version, tmp_path):
    root = tmp_path / "root"
    run("cmake", "--install", system, DESTDIR=str(root))
    installed = files(root)
    assert any(name.endswith(f"/wireshark/plugins/{version}/epan/mwg502.so") for name in installed)
    assert any(name.endswith("/man/man7/mwg502.7") for name in installed)
    profile = [name for name in installed if "/wireshark/profiles/MWG 502/" in name]
    assert [pathlib.Path(name).name for name in profile] == PROFILE_FILES
    assert len(installed) == 2 + len(profile)
    run("cmake", "--build", system, "--target", "uninstall", DESTDIR=str(root))
    assert files(root) == []
    assert not list(root.rglob("MWG 502"))


@pytest.fixture
def open_folder():
    """One that another user can enter; pytest closes its own ones whenever it starts, for every run of it."""
    with tempfile.TemporaryDirectory(prefix="mwg502-personal-", dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        yield pathlib.Path(folder)


def test_personal_install_is_found(module, version, open_folder):
    home = open_folder / "home"
    home.mkdir()
    build = open_folder / "build"
    env = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    configure(TOP, build, module, "-DMWG502_INSTALL_PERSONAL=ON", **env)
    run("cmake", "--install", build, **env)
    shutil.copy(ARTICLE / "rst.pcap", home)
    unprivileged = []
    if os.getuid() == 0:
        unprivileged = UNPRIVILEGED
        run("chown", "-R", "65534:65534", home)
    plugins = run(*unprivileged, "tshark", "-G", "plugins", **env)
    (line,) = [line for line in plugins.splitlines() if line.startswith("mwg502.so")]
    assert line.split()[1:3] == ["0.1.0", "dissector"]
    assert line.split()[3] == str(home / f".local/lib/wireshark/plugins/{version}/epan/mwg502.so")
    out = run(*unprivileged, "tshark", "-n", "-C", "MWG 502", "-r", home / "rst.pcap", "-Y", "mwg502.cause", **env)
    assert " 1 rst " in out and " example.local 10.10.67.124 " in out
    run("cmake", "--build", build, "--target", "uninstall", **env)
    left = [name for name in files(home) if "mwg502" in name or "MWG" in name]
    assert left == []
    # Nor an empty folder that installing made.
    assert not any((home / name).exists() for name in (".local/lib", ".local/share", ".config/wireshark/profiles"))


def test_profile_zip(system):
    run("cmake", "--build", system, "--target", "profile-zip")
    with zipfile.ZipFile(system / "MWG-502-profile.zip") as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        texts = [archive.read(name).decode() for name in names]
    # Wireshark's import takes each folder of the archive that holds a file with more than comments.
    assert sorted(names) == [f"MWG 502/{name}" for name in PROFILE_FILES]
    for text in texts:
        assert any(line and not line.startswith("#") for line in text.splitlines())


@pytest.fixture(scope="module")
def packages(system, tmp_path_factory):
    """What cpack makes: {suffix: path}."""
    if not DEBIAN:
        pytest.skip("no Debian")
    out = tmp_path_factory.mktemp("packages")
    config = system / "CPackConfig.cmake"
    # Ninja has no step before installation, so that the copied module is not built anew.
    run("cpack", "--config", config, "-D", "CPACK_CMAKE_GENERATOR=Ninja", "-B", out)
    return {path.suffix: path for path in out.glob("wireshark-mwg502*")}


def test_deb(packages, version):
    deb = packages[".deb"]
    assert run("dpkg-deb", "-f", deb, "Package").strip() == "wireshark-mwg502"
    assert run("dpkg-deb", "-f", deb, "Version").strip() == f"0.1.0-0+wireshark{version}"
    # The soname of libwireshark differs from minor to minor: the module fits this one only.
    soname = run("dpkg-query", "-W", "-f", "${Package}\n", "libwireshark[0-9]*").split()
    depends = run("dpkg-deb", "-f", deb, "Depends")
    assert any(f"{name} (" in depends for name in soname)
    names = [line.split(None, 5)[5] for line in run("dpkg-deb", "-c", deb).splitlines()]
    assert any(name.endswith(f"/plugins/{version}/epan/mwg502.so") for name in names)
    assert "./usr/share/man/man7/mwg502.7.gz" in names
    assert [name.rsplit("/", 1)[1] for name in names if "/profiles/MWG 502/" in name and name[-1] != "/"] == PROFILE_FILES


@pytest.mark.skipif(not shutil.which("lintian"), reason="no lintian")
def test_lintian(packages):
    said = run("lintian", *(["--allow-root"] if os.getuid() == 0 else []), "--fail-on", "error", packages[".deb"])
    # How the module was hardened is the preset's matter: the one under test was built for tests.
    assert [line for line in said.splitlines() if "hardening-" not in line] == []


@pytest.mark.parametrize("tool, package", [("file", "file"), ("dpkg-shlibdeps", "dpkg-dev")])
def test_a_missing_tool_is_named(system, tmp_path, tool, package):
    """Instead of a package that depends on no library."""
    if not DEBIAN:
        pytest.skip("no Debian")
    # A PATH that holds everything else
    tools = tmp_path / "bin"
    tools.mkdir()
    for folder in ("/usr/bin", "/bin", "/usr/sbin", "/sbin"):
        for path in pathlib.Path(folder).iterdir():
            if path.name != tool and not (tools / path.name).exists():
                (tools / path.name).symlink_to(path)
    done = subprocess.run([shutil.which("cpack"), "-G", "DEB", "--config", system / "CPackConfig.cmake", "-D", "CPACK_CMAKE_GENERATOR=Ninja",
                           "-B", tmp_path / "out"], env={"PATH": str(tools), "HOME": str(tmp_path)},
                          capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert f"A Debian package needs {tool}: sudo apt-get install {package}" in " ".join((done.stdout + done.stderr).split())
    assert not list((tmp_path / "out").glob("*.deb"))


def test_tar(packages, version):
    names = run("tar", "tzf", packages[".gz"]).splitlines()
    assert any(name.endswith(f"/wireshark/plugins/{version}/epan/mwg502.so") for name in names)
