#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
set -u

usage() {
    cat <<'END'
usage: run.sh [--roots DIR] [--headers DIR]... [SUITE...]
       run.sh --headers-only --headers DIR...

Builds and tests the committed HEAD on the Wiresharks of several Debians, each
in a system of its own (debootstrap, from where this machine's apt gets its
packages), and prints a table. SUITE is a Debian release, bookworm trixie sid
unless told; the verdicts on all captures are compared with the first one's.

  --roots DIR    where the systems and logs are kept, /var/tmp/mwg502-versions
                 unless told; a second run takes them as they are
  --headers DIR  headers of one more Wireshark (an unpacked wireshark-dev, or
                 built sources): the module is compiled with them, nothing runs
  --headers-only no SUITE at all, which needs no root

Exit code: 0 all passed, 1 something failed or differs, 2 wrong arguments,
3 nothing failed but something was skipped
END
}

misused() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    usage | sed -n 1,2p >&2
    exit 2
}

top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1
roots=/var/tmp/mwg502-versions headers='' suites=yes
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit ;;
    --roots | --headers)
        [ "${2-}" ] || misused "$1 needs a folder"
        case $1 in
        --roots) roots=$2 ;;
        --headers) headers="$headers$2
" ;;
        esac
        shift
        ;;
    --headers-only) suites= ;;
    -*) misused "unknown option $1" ;;
    *) break ;;
    esac
    shift
done
[ "$suites" ] || [ $# = 0 ] || misused '--headers-only takes no suite'
[ ! "$suites" ] || [ $# -gt 0 ] || set -- bookworm trixie sid

scratch=$(mktemp -d /tmp/mwg502-versions-XXXXXX) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT PIPE TERM
failed=0 skipped=0
: >"$scratch/rows"
: >"$scratch/notes"

# row WIRESHARK DEBIAN BUILD TESTS VERDICTS
row() {
    printf '%-10s  %-9s  %-7s  %-22s  %s\n' "$@" >>"$scratch/rows"
}

note() {
    printf '%s\n' "$*" >>"$scratch/notes"
}

skip() {
    skipped=1
    row "$1" "$2" skipped - -
    note "$2: not run: $3"
}

# headers ********************************************************************

# compile DIR: the module's files with the headers below DIR
compile() {
    include=$(find "$1" -name ws_version.h -exec dirname {} \; 2>/dev/null | head -n 1)
    number=$(sed -n 's/^#define WIRESHARK_VERSION_M[A-Z]* \([0-9]*\).*/\1/p' "$include/ws_version.h" 2>/dev/null | paste -sd.)
    if [ ! "$number" ]; then
        skip - - "no ws_version.h with a version below $1"
        return
    fi
    built=ok flags=$(pkg-config --cflags glib-2.0)
    # One file that does not compile is enough: what the others say would be the same.
    for file in "$top"/plugin/*.c "$top"/plugin/*/*.c; do
        # shellcheck disable=SC2086 # one word an option
        gcc -I "$top/plugin" -std=gnu11 -fsyntax-only -Wall -Wextra -Wshadow -Werror -DMWG502_VERSION='"0"' \
            -isystem "$include" -isystem "$include/include" $flags "$file" >>"$scratch/compiler" 2>&1 || { built=failed; break; }
    done
    row "$number" - "$built" - -
    note "$number: compiled with its headers only: nothing was linked or run"
    [ "$built" = ok ] || { failed=1; cat "$scratch/compiler" >&2; }
}

# systems ********************************************************************

mirror() {
    # shellcheck disable=SC2016 # apt fills these in
    apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        sed -n '/ [a-z]*-/d; s/^Debian [a-z]* //p' | head -n 1
}

# make_root SUITE: the release's base system, once
make_root() {
    [ ! -e "$roots/$1.made" ] || return 0
    rm -rf --one-file-system "${roots:?}/$1"
    # shellcheck disable=SC2046 # none where apt knows of none: debootstrap has one itself
    debootstrap --variant=minbase "$1" "$roots/$1" $(mirror) >"$roots/$1.log" 2>&1 || return
    # Proxies, and whether a mirror may be old
    apt-config dump Acquire >"$roots/$1/etc/apt/apt.conf.d/90host"
    : >"$roots/$1.made"
}

# inside SUITE COMMAND...: in the project's folder there; mounts end with it
inside() {
    root=$roots/$1
    shift
    # shellcheck disable=SC2016 # for the inner shells
    unshare --mount --propagation private sh -euc '
        mount -t proc proc "$0/proc"
        mount --rbind /dev "$0/dev"
        exec chroot "$0" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            LC_ALL=C.UTF-8 TZ=UTC TERM=dumb sh -c "cd /project && exec \"\$@\"" sh "$@"' "$root" "$@"
}

# A busy gateway, beside the captures that ship: the same one for each
add_crowd() {
    if [ ! -e "$scratch/crowd.pcap" ]; then
        inside "$1" python3 tests/bench/generate.py --seed 7 --requests 600 --rate 300 --loss 0.05 --out crowd.pcap \
            >>"$roots/$1.log" 2>&1
        cp "$roots/$1/project/crowd.pcap" "$scratch/" || exit 1
    fi
    cp "$scratch/crowd.pcap" "$roots/$1/project/"
}

# compare SUITE: its verdicts with the first one's; says what came of it
compare() {
    add_crowd "$1"
    inside "$1" sh -c './diagnose.sh --csv tests/captures/*/*.pcap* crowd.pcap | tail -n +2' >"$scratch/$1.json" 2>>"$roots/$1.log"
    count=$(grep -c . "$scratch/$1.json")
    if [ "$count" = 0 ]; then
        echo none
    elif [ ! -e "$scratch/first.json" ]; then
        cp "$scratch/$1.json" "$scratch/first.json"
        echo "$count"
    elif cmp -s "$scratch/$1.json" "$scratch/first.json"; then
        echo "$count, the same"
    else
        cp "$scratch/$1.json" "$roots/$1.json"
        cp "$scratch/first.json" "$roots/first.json"
        echo "$count, $(diff "$scratch/first.json" "$scratch/$1.json" | grep -c '^>') differ"
    fi
}

run_suite() {
    if ! make_root "$1"; then
        skip - "$1" "debootstrap: $(tail -n 1 "$roots/$1.log")"
        return
    fi
    rm -rf --one-file-system "$roots/$1/project"
    git clone -q "$top" "$roots/$1/project" || exit 1
    inside "$1" ./test.sh >"$roots/$1.log" 2>&1
    tests=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$roots/$1.log")
    number=$(inside "$1" tshark --version 2>/dev/null | sed -n '1s/[^0-9]*\([0-9.]*[0-9]\).*/\1/p')
    if [ ! "$number" ]; then
        skip - "$1" "$(grep '^E: ' "$roots/$1.log" | head -n 1)"
        return
    fi
    if [ ! "$tests" ]; then
        failed=1
        row "$number" "$1" failed - -
        note "$1: see $roots/$1.log"
        return
    fi
    verdicts=$(compare "$1")
    row "$number" "$1" ok "$tests" "$verdicts"
    case $tests in *' 0 failed') ;; *) failed=1; note "$1: failed tests: see $roots/$1.log" ;; esac
    case $verdicts in none | *differ) failed=1; note "$1: verdicts: compare $roots/first.json with $roots/$1.json" ;; esac
    sed -n 's/^SKIPPED \[[0-9]*\] //p' "$roots/$1/project/build/Testing/Temporary/LastTest.log" | sort -u |
        sed "s/^/$1: skipped: /" >>"$scratch/notes"
}

if [ "$suites" ]; then
    [ "$(id -u)" = 0 ] || { echo "${0##*/}: needs root, to enter other systems" >&2; exit 1; }
    if ! command -v debootstrap >/dev/null; then
        echo 'Installing debootstrap ...'
        { apt-get update && apt-get install -y debootstrap; } >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
    fi
    mkdir -p "$roots" || exit 1
fi
for suite; do
    echo "Building and testing on $suite ..."
    run_suite "$suite"
done
printf %s "$headers" >"$scratch/headers"
while IFS= read -r folder; do
    compile "$folder"
done <"$scratch/headers"
[ "$headers" ] || { skipped=1; note 'Wireshark 4.2: no --headers given, and no Debian release has it'; }

echo
printf '%-10s  %-9s  %-7s  %-22s  %s\n' Wireshark Debian Build Tests Verdicts
sort -V "$scratch/rows"
[ ! -s "$scratch/notes" ] || { echo; cat "$scratch/notes"; }
[ "$failed" = 0 ] || exit 1
[ "$skipped" = 0 ] || exit 3
