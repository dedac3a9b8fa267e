#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
set -u

usage() {
    cat <<'END'
usage: diagnose.sh [CAPTURE...]

Says for each HTTP 502 in the captures why the gateway sent it: a table with
the frame, time, client, URL, cause, server and evidence frames, and under each
row a summary and what to check next. Without CAPTURE one that ships with the
project is read.

Builds the plugin first where that is needed; as root it also installs what the
build lacks (Debian). BUILD_DIR=DIR builds elsewhere than in build/.
Exits with 1 when a capture could not be read to its end.
END
}

top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
case ${1-} in
-h | --help) usage; exit ;;
--) shift ;;
esac
[ $# -gt 0 ] || set -- "$top/tests/captures/lab/bg_mwg_mix.pcap"

# shellcheck source=cmake/setup.sh
. "$top/cmake/setup.sh"

# tshark with only our module and nobody's settings; it looks for a file of its
# own in the current folder, and must be allowed to
tshark_with_module() {
    (
        cd "$scratch" || exit
        export LC_ALL=C.UTF-8 HOME=/nonexistent WIRESHARK_CONFIG_DIR=/nonexistent
        export WIRESHARK_PLUGIN_DIR="$scratch/plugins"
        unprivileged tshark "$@"
    )
}

stage_module() {
    version=$(unprivileged tshark --version 2>/dev/null | sed -n '1s/[^0-9]*\([0-9]*\.[0-9]*\)\..*/\1/p')
    epan=$scratch/plugins/$version/epan
    mkdir -p "$epan" && cp "$module" "$epan/" && chmod -R a+rX "$scratch/plugins" || exit 1
    tshark_with_module -G plugins | grep -q '^mwg502\.so' || die "this tshark ($version) does not load $module"
}

# complain FILE MESSAGE: the one message about a capture
complain() {
    printf '%s: %s: %s\n' "${0##*/}" "$1" "$2" >&2
    return 1
}

diagnose() {
    [ -e "$1" ] || complain "$1" 'no such file' || return
    [ ! -d "$1" ] || complain "$1" 'is a directory, not a capture' || return
    [ -r "$1" ] || complain "$1" 'permission denied' || return
    case $1 in /*) capture=$1 ;; *) capture=$PWD/$1 ;; esac
    if [ ! -f "$1" ] || ! unprivileged test -r "$capture"; then
        capture=$scratch/capture
        cat <"$1" >"$capture" && chmod 644 "$capture" || return
    fi
    [ ! -f "$capture" ] || [ -s "$capture" ] || complain "$1" 'is empty' || return

    tshark_with_module -n -r "$capture" -Y mwg502.cause -T pdml -J 'frame mwg502' \
        >"$scratch/pdml" 2>"$scratch/errors"
    failed=$?
    [ ! -s "$scratch/pdml" ] || capture=$1 awk -f "$top/cmake/table.awk" "$scratch/pdml"
    if grep -q 'cut short' "$scratch/errors"; then
        complain "$1" 'is cut short in the middle of a packet; what lies before it was read'
    elif grep -q "isn't a capture file" "$scratch/errors"; then
        complain "$1" 'is not a capture file'
    elif [ -s "$scratch/errors" ] || [ "$failed" != 0 ]; then
        said=$(sed -n 's/^tshark: //;1p' "$scratch/errors")
        complain "$1" "${said:-tshark failed}"
    fi
}

need_packages
build_target mwg502
stage_module
status=0
for capture_name; do
    diagnose "$capture_name" || status=1
done
exit $status
