#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints which share of the plugin's lines the tests run, and which lines they do not:
#
#   coverage.sh [CTEST-ARGUMENT...]       default: the unit and system tests but those of docs and packages
#
# Builds into BUILD_DIR (build-coverage). Exit code 1: tests fail, or less than 90 per cent.
set -u
top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1
build=${BUILD_DIR:-$top/build-coverage}
least=90
[ $# -gt 0 ] || set -- -R '^(unit|fuzz.replay|system)[.]' -E '^system[.](docs|package)'

cmake -S "$top" -B "$build" -D MWG502_COVERAGE=ON -D BUILD_TESTING=ON -D CMAKE_BUILD_TYPE=Debug >/dev/null &&
    cmake --build "$build" --parallel "$(nproc)" >/dev/null || exit 1
find "$build" -name '*.gcda' -delete
# tshark writes its counts as another user where the tests run as root.
chmod -R a+rwX "$build"
ctest --test-dir "$build" "$@" >"$build/coverage.log" 2>&1
status=$?
[ $status = 0 ] || tail -n 20 "$build/coverage.log"

# The same source stands in several programs: a line counts if any of them ran it.
(cd "$build" && find . -name '*.gcda' -print0 | xargs -0 -n 1 gcov --json-format --stdout 2>/dev/null) |
    /usr/bin/python3 "$top/tests/static/coverage.py" "$top/plugin" $least || status=1
exit $status
