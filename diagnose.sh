#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
set -u

usage() {
    cat <<'END'
usage: diagnose.sh [--json | --csv] [CAPTURE...]
       diagnose.sh --case N CAPTURE

Says for each HTTP 502 in the captures why the gateway sent it: a table with
the frame, time, client, URL, cause, server and evidence frames, and under each
row a summary and what to check next. Without CAPTURE one that ships with the
project is read.

  --case N  only the Nth 502 of the capture: its verdict, its frames as tshark
            prints them, and the ladder between client, gateway, DNS and server
  --json    one JSON object a line, for each 502
  --csv     a header line, and a line for each 502

Builds the plugin first where that is needed; as root it also installs what the
build lacks (Debian). BUILD_DIR=DIR builds elsewhere than in build/. On a
terminal it says which of several captures it reads.

Exit code:
  0  there are 502s, and each is explained
  1  a capture could not be read to its end, or something else went wrong
  2  the arguments are wrong
  3  there is no 502, or no case N
  4  there are 502s whose cause the capture does not hold
END
}

misused() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    usage | sed -n 1,2p >&2
    exit 2
}

top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
format=table case=
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit ;;
    --json | --csv) format=${1#--} ;;
    --case)
        case ${2-} in '' | 0* | *[!0-9]*) misused '--case needs the number of a case, from 1' ;; esac
        case=$2
        shift
        ;;
    --) shift; break ;;
    *) break ;;
    esac
    shift
done
[ $# -gt 0 ] || [ ! "$case" ] || misused '--case needs a capture'
[ $# -le 1 ] || [ ! "$case" ] || misused '--case reads one capture'
[ "$format" = table ] || [ ! "$case" ] || misused '--case prints no JSON or CSV'
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

# print_verdicts NAME: as table, JSON or CSV; counted in $found and $unexplained
print_verdicts() {
    capture=$1 awk -v format="$format" -v only="$case" -v counts="$scratch/counts" -v filter="$scratch/filter" \
        -f "$top/cmake/table.awk" "$scratch/pdml"
    read -r count confessed <"$scratch/counts"
    found=$((found + count)) unexplained=$((unexplained + confessed))
}

# What the table's row stands for: the frames, and who sent what to whom
print_case() {
    [ -s "$scratch/filter" ] || return
    filter=$(cat "$scratch/filter")
    tshark_with_module -n -r "$capture" -Y "$filter" -z "flow,any,standard,$filter" 2>/dev/null |
        sed 's/^|Time /\n&/; s/ *$//'
}

# Only on a terminal, and gone when the table comes
progress() {
    [ -t 2 ] && [ "$of" -gt 1 ] && printf '\r\033[K[%d/%d] %s' "$nth" "$of" "$1" >&2
}

progress_done() {
    [ -t 2 ] && [ "$of" -gt 1 ] && printf '\r\033[K' >&2
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

    tshark_with_module -n -r "$capture" -Y "mwg502.cause${case:+ && mwg502.case == $case}" -T pdml -J 'frame mwg502' \
        >"$scratch/pdml" 2>"$scratch/errors"
    failed=$?
    progress_done
    [ ! -s "$scratch/pdml" ] || print_verdicts "$1"
    [ ! "$case" ] || print_case
    if grep -q 'cut short' "$scratch/errors"; then
        complain "$1" 'is cut short in the middle of a packet; what lies before it was read'
    elif grep -q "isn't a capture file" "$scratch/errors"; then
        complain "$1" 'is not a capture file'
    elif [ -s "$scratch/errors" ] || [ "$failed" != 0 ]; then
        said=$(sed -n 's/^tshark: //;1p' "$scratch/errors")
        complain "$1" "${said:-tshark failed}"
    fi
}

need_packages >&2
build_target mwg502 >&2
stage_module
status=0 found=0 unexplained=0 nth=0 of=$#
[ "$format" != csv ] || awk -v format=header -f "$top/cmake/table.awk" </dev/null
for capture_name; do
    nth=$((nth + 1))
    progress "$capture_name"
    diagnose "$capture_name" || status=1
done
[ "$status" = 0 ] || exit "$status"
[ "$found" -gt 0 ] || exit 3
[ "$unexplained" = 0 ] || exit 4
