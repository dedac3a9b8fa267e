#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC1091 # what is sourced below uses the settings
set -u

usage() {
    cat <<'END'
usage: diagnose.sh [OPTION...] [CAPTURE...]
       diagnose.sh --case N [OPTION...] CAPTURE
       diagnose.sh --annotate OUT.pcapng [OPTION...] CAPTURE
       diagnose.sh --ring [OPTION...] FILE-OR-FOLDER...

Says for each HTTP 502, 503 and 504 in the captures why the gateway sent it: a
table with the case's number, the frame, time, client, URL, cause, server and
evidence frames, and under each row a summary and what to check next. Without
CAPTURE it reads one that ships with the project; the CAPTURE "-" is standard
input. Options come before the captures; "--" ends them.

What to print or write:
  --case N         only case N of the capture: its verdict, its frames as tshark
                   prints them, and the ladder between client, gateway and server
  --json           one JSON object a line, for each case
  --csv            a header line, and a line for each case
  --html FILE      a report for a browser, in one file that needs nothing else
  --annotate FILE  a copy of the capture (pcapng) whose packets carry comments, so
                   that any Wireshark shows the cases, without the plugin

What to read:
  --status CODES   the status codes to diagnose (default 502-504)
  --ports PORTS    the proxy ports, such as 8080,9090 (default 9090)
  --keys FILE      a TLS key log
  --ring           the captures are consecutive files of one recording: a case that
                   begins in one and ends in the next is found, once

  --no-install     as root, only say which packages are missing

Builds the plugin first where that is needed; as root it also installs what the
build lacks (Debian), and says before what that is. BUILD_DIR=DIR builds elsewhere
than in build/. On a terminal it shows how far it is.

Exit code:
  0  there are such responses, and each is explained
  1  a capture could not be read to its end, or something else went wrong
  2  the arguments are wrong
  3  there is no such response, or no case N
  4  there are responses whose cause the capture does not hold
END
}

misused() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    usage | sed -n 1,4p >&2
    exit 2
}

# needs_numbers OPTION TEXT: numbers and ranges, with commas
needs_numbers() {
    case $2 in '' | *[!0-9,-]* | [!0-9]* | *[!0-9]) misused "$1 needs numbers, such as 502-504 or 8080,9090" ;; esac
}

needs_file() {
    case $2 in '' | -*) misused "$1 needs a file" ;; esac
}

top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
format=table case='' html='' annotated='' status_codes=502-504 ports='' keys='' ring='' install=yes ended=''
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit ;;
    --json | --csv)
        [ "$format" = table ] || misused 'only one of --json and --csv'
        format=${1#--}
        ;;
    --case)
        case ${2-} in '' | 0* | *[!0-9]*) misused '--case needs the number of a case, from 1' ;; esac
        case=$2
        shift
        ;;
    --html) needs_file "$1" "${2-}"; html=$2; shift ;;
    --annotate) needs_file "$1" "${2-}"; annotated=$2; shift ;;
    --keys) needs_file "$1" "${2-}"; keys=$2; shift ;;
    --status) needs_numbers "$1" "${2-}"; status_codes=$2; shift ;;
    --ports) needs_numbers "$1" "${2-}"; ports=$2; shift ;;
    --ring) ring=yes ;;
    --no-install) install=no ;;
    --) ended=yes; shift; break ;;
    -?*) misused "unknown option: $1" ;;
    *) break ;;
    esac
    shift
done
[ "$ended" ] || for argument; do
    case $argument in -?*) misused "options come before the captures: $argument" ;; esac
done
if [ "$case" ]; then
    [ "$format$html$annotated$ring" = table ] || misused '--case prints one case, and writes no report'
    [ $# = 1 ] || misused '--case reads one capture'
fi
if [ "$annotated" ]; then
    [ ! "$ring" ] || misused '--annotate reads no ring'
    [ $# = 1 ] || misused '--annotate reads one capture'
fi
if [ "$ring" ]; then
    [ $# -gt 0 ] || misused '--ring needs files or a folder'
    [ "$format" != csv ] || misused '--ring prints a table or JSON'
fi
[ ! "$keys" ] || [ -r "$keys" ] || misused "cannot read $keys"
[ $# -gt 0 ] || set -- "$top/tests/captures/lab/bg_mwg_mix.pcap"
[ "$format" != table ] || [ ! "$html$annotated" ] || format=none

# shellcheck source=cmake/setup.sh
. "$top/cmake/setup.sh"
# shellcheck source=cmake/report/read.sh
. "$top/cmake/report/read.sh"
# shellcheck source=cmake/report/write.sh
. "$top/cmake/report/write.sh"
# shellcheck source=cmake/report/ring.sh
. "$top/cmake/report/ring.sh"

need_packages ${ring:+jq} >&2
build_target mwg502 >&2
stage_module
[ ! "$keys" ] || keys=$(for_tshark "$keys" keys) || die "cannot read $keys"
status=0 nth=0 of=$# first=yes
: >"$scratch/cases"
: >"$scratch/captures"
if [ "$ring" ]; then
    read_ring "$@" || status=1
else
    for name; do
        nth=$((nth + 1))
        read_capture "$name" || status=1
    done
fi
found=$(wc -l <"$scratch/cases") unexplained=$(grep -c '"cause":"unknown","category":"Unknown"' "$scratch/cases")
if [ "$html" ]; then
    write_report >"$html" || die "cannot write $html"
fi
case $format in table | none) print_total ;; esac
[ "$status" = 0 ] || exit "$status"
[ "$found" -gt 0 ] || exit 3
[ "$unexplained" = 0 ] || exit 4
