# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Set-up that diagnose.sh and test.sh share; they set $top and source this.

build=${BUILD_DIR:-$top/build}
module=$build/plugin/mwg502.so

# Not below TMPDIR, which may be a folder that only we can enter.
scratch=$(mktemp -d /tmp/mwg502-XXXXXX) || exit 1
reading=''
# What runs in the background does not hear Ctrl+C.
trap '[ ! "$reading" ] || kill "$reading" 2>/dev/null; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT PIPE TERM
chmod 755 "$scratch"

die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# quietly COMMAND...: what it prints is shown only when it fails
quietly() {
    "$@" >"$scratch/log" 2>&1 && return
    cat "$scratch/log" >&2
    die "failed: $*"
}

# what_installing_takes PACKAGE...: "136 packages (112 MB to download, 480 MB on disk)"
what_installing_takes() {
    LC_ALL=C apt-get install --no-install-recommends --assume-no "$@" 2>/dev/null | awk '
        / newly installed,/ { n = $3 }
        /^Need to get / { sub(/^Need to get /, ""); sub(/ of archives.*/, ""); get = $0 }
        /^After this operation, .* will be used/ { sub(/^After this operation, /, ""); sub(/ of additional.*/, ""); used = $0 }
        END { print n + 0 " packages (" (get == "" ? "nothing" : get) " to download, " (used == "" ? "nothing" : used) " on disk)" }'
}

# need_packages PACKAGE...: install what the build and these lack, or say what to
# install. Where there is no dpkg, CMake says what it cannot find. It never asks:
# it must run unattended, too.
need_packages() {
    set -- tshark wireshark-dev libglib2.0-dev cmake make gcc libc6-dev pkg-config "$@"
    command -v dpkg-query >/dev/null || return 0
    missing='' there=" $(dpkg-query -W -f '${Package}:${db:Status-Status} ' "$@" 2>/dev/null)"
    for package; do
        case $there in *" $package:installed "*) ;; *) missing="$missing $package" ;; esac
    done
    [ "$missing" ] || return 0
    told="apt-get install --no-install-recommends$missing"
    if [ "${install:-yes}" = no ] || [ "$(id -u)" != 0 ]; then
        die "packages are missing; install them with: sudo $told"
    fi
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get update
    # shellcheck disable=SC2086 # one word a package
    echo "Installing $(what_installing_takes $missing): $told"
    # shellcheck disable=SC2086
    quietly apt-get install -y --no-install-recommends $missing
}

# is_configured: the build is this project's, and complete; CMake configures it anew by itself when its files change
is_configured() {
    [ -e "$build/plugin/cmake_install.cmake" ] && grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$top" "$build/CMakeCache.txt" 2>/dev/null
}

# build_target TARGET CMAKE-OPTION...: configure (always where there are options) and build
build_target() {
    target=$1
    shift
    if ! mkdir -p "$build" 2>/dev/null || [ ! -w "$build" ]; then
        [ -e "$module" ] && return # somebody else's build: take it as it is
        die "cannot write to $build; name another folder with BUILD_DIR=DIR"
    fi
    [ -e "$module" ] || echo "Building the plugin in $build ..."
    # Several may run at once, in a shared folder too; CMake must not.
    if command -v flock >/dev/null; then
        exec 9>"$build/.lock"
        flock 9
    fi
    # Of a folder that is configured already CMake keeps the generator.
    ! command -v ninja >/dev/null || export CMAKE_GENERATOR="${CMAKE_GENERATOR:-Ninja}"
    if [ $# -gt 0 ] || ! is_configured; then
        quietly cmake -S "$top" -B "$build" "$@"
    fi
    quietly cmake --build "$build" --target "$target" --parallel "$(nproc)"
    exec 9>&-
}

# unprivileged COMMAND...: as root tshark ignores private plugin folders
unprivileged() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        "$@"
    fi
}
