#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Looks for leaks and bad reads with valgrind: leaks.sh BUILD-FOLDER [CAPTURE...]
# The unit tests must leave nothing; of what tshark leaves (it leaves a lot) nothing may
# have been allocated by the module. Exit code 77: no valgrind.
set -u
top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1
build=$(CDPATH='' cd -- "$1" && pwd) || exit 1
shift
[ $# -gt 0 ] || set -- "$top/tests/captures/lab/bg_mwg_mix.pcap" "$top/tests/captures/lab/pcapng_mwg_mix.pcapng"
command -v valgrind >/dev/null || { echo 'skipped: no valgrind'; exit 77; }

scratch=$(mktemp -d /tmp/mwg502-leaks-XXXXXX) || exit 1
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
export G_SLICE=always-malloc G_DEBUG=gc-friendly WIRESHARK_DEBUG_WMEM_OVERRIDE=simple
status=0

for test in "$build"/tests/unit/test_*; do
    if [ ! -x "$test" ] || [ ! -f "$test" ]; then continue; fi
    if valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,indirect "$test" >"$scratch/log" 2>&1; then
        echo "ok      ${test##*/}"
    else
        echo "failed  ${test##*/}"
        cat "$scratch/log"
        status=1
    fi
done

version=$(tshark --version | sed -n '1s/.* \([0-9]*[.][0-9]*\)[.].*/\1/p')
mkdir -p "$scratch/plugins/$version/epan"
cp "$build/plugin/mwg502.so" "$scratch/plugins/$version/epan"
chmod -R a+rX "$scratch"
user=
[ "$(id -u)" = 0 ] && user='setpriv --reuid=65534 --regid=65534 --clear-groups'
for capture; do
    cp "$capture" "$scratch/capture"
    chmod a+r "$scratch/capture"
    # shellcheck disable=SC2086 # several words
    $user env HOME=/nonexistent WIRESHARK_CONFIG_DIR=/nonexistent WIRESHARK_PLUGIN_DIR="$scratch/plugins" \
        valgrind --leak-check=full --show-leak-kinds=definite,indirect --num-callers=40 --keep-debuginfo=yes --fullpath-after= \
        tshark -n -2 -r "$scratch/capture" -Y mwg502.cause -T fields -e mwg502.cause >"$scratch/out" 2>"$scratch/log"
    # With debugging information a line names the source, not the module.
    found=$(grep -c -e 'mwg502\.so' -e '/plugin/[a-z0-9_/]*\.c:' "$scratch/log")
    if [ "$found" = 0 ] && [ -s "$scratch/out" ]; then
        echo "ok      tshark ${capture##*/}"
    else
        echo "failed  tshark ${capture##*/}: $found lines of valgrind's name the module"
        cat "$scratch/log"
        status=1
    fi
done
exit $status
