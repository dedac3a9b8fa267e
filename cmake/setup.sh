# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Set-up that diagnose.sh and test.sh share; they set $top and source this.

build=${BUILD_DIR:-$top/build}
module=$build/plugin/mwg502.so

# Not below TMPDIR, which may be a folder that only we can enter.
scratch=$(mktemp -d /tmp/mwg502-XXXXXX) || exit 1
trap 'rm -rf "$scratch"' EXIT
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

# need_packages PACKAGE...: install what the build and these lack, or say what to
# install. Where there is no dpkg, CMake says what it cannot find.
need_packages() {
    set -- tshark wireshark-dev libglib2.0-dev cmake make gcc libc6-dev pkg-config "$@"
    command -v dpkg-query >/dev/null || return 0
    missing=
    for package; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            missing="$missing $package"
    done
    [ "$missing" ] || return 0
    [ "$(id -u)" = 0 ] || die "packages are missing; install them with: sudo apt-get install$missing"
    echo "Installing$missing ..."
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get update
    # shellcheck disable=SC2086 # one word a package
    quietly apt-get install -y --no-install-recommends $missing
}

# build_target TARGET CMAKE-OPTION...: configure and build
build_target() {
    target=$1
    shift
    if ! mkdir -p "$build" 2>/dev/null || [ ! -w "$build" ]; then
        [ -e "$module" ] && return # somebody else's build: take it as it is
        die "cannot write to $build; name another folder with BUILD_DIR=DIR"
    fi
    [ -e "$module" ] || echo "Building the plugin in $build ..."
    quietly cmake -S "$top" -B "$build" "$@"
    quietly cmake --build "$build" --target "$target" --parallel "$(nproc)"
}

# unprivileged COMMAND...: as root tshark ignores private plugin folders
unprivileged() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        "$@"
    fi
}
