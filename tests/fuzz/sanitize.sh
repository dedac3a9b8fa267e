#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds everything with ASAN and UBSAN, runs what needs no dissection, then tshark over
# the captures, as they are and damaged: sanitize.sh [ARGUMENT-OF-MANGLE.PY...]
# Builds into BUILD_DIR (build-sanitize). Exit code 77: the compiler has no sanitizers.
set -u
top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1
build=${BUILD_DIR:-$top/build-sanitize}

if ! echo 'int main(void) { return 0; }' | gcc -x c -fsanitize=address,undefined -o /dev/null - 2>/dev/null; then
    echo 'skipped: gcc has no sanitizers here'
    exit 77
fi
for tool in tshark editcap randpkt; do
    command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
# Optimized, sanitized code takes longer to compile, and finds no more.
cmake -S "$top" -B "$build" -D CMAKE_C_COMPILER=gcc -D CMAKE_BUILD_TYPE=Debug -D CMAKE_C_FLAGS_DEBUG='-g1 -O0' \
    -D MWG502_SANITIZE=ON -D BUILD_TESTING=ON >/dev/null &&
    cmake --build "$build" --parallel "$(nproc)" >/dev/null || exit 1
ctest --test-dir "$build" -R '^(unit|fuzz.replay)[.]' --parallel "$(nproc)" --output-on-failure || exit 1
exec /usr/bin/python3 "$top/tests/fuzz/mangle.py" "$build/plugin/mwg502.so" --keep "$build/mangled" "$@"
