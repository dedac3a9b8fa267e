#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzzes what needs no dissection, with clang's libFuzzer, ASAN and UBSAN:
#
#   run.sh [--minutes N | --runs N] [DOOR...]     doors: see doors below; default: all, 5 minutes
#
# The time is for all of them together, one after the other on one core. What they learnt
# is kept in BUILD_DIR (build-fuzz) and used by the next run; a finding is left there too, and
# printed with its input in base64. Runs by number are the same ones in each new BUILD_DIR.
# Exit code: 0 no finding, 1 findings, 77 no clang with libFuzzer here.
set -u
doors='track diagnose httpstream appstream h2frames httphead tlsrecords reported url'
top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1
build=${BUILD_DIR:-$top/build-fuzz}
seconds=300
runs=-1
seed=0       # libFuzzer's word for another one each time

while [ $# -gt 0 ]; do
    case $1 in
    --minutes) seconds=$(($2 * 60)); shift 2 ;;
    --runs) runs=$2 seconds=0 seed=1; shift 2 ;;
    -*) sed -n '3,10s/^# \{0,1\}//p' "$0"; exit 2 ;;
    *) break ;;
    esac
done
[ $# -gt 0 ] && doors=$*

if ! command -v clang >/dev/null ||
   ! echo 'int LLVMFuzzerTestOneInput(const char *p, long n) { return !p && n; }' |
     clang -x c -fsanitize=fuzzer,address,undefined -o /dev/null - 2>/dev/null; then
    echo 'skipped: no clang with libFuzzer (Debian: apt-get install clang libclang-rt-dev)'
    exit 77
fi
mkdir -p "$build" || exit 1
for step in "-S $top -B $build -D CMAKE_C_COMPILER=clang -D MWG502_FUZZ=ON -D BUILD_TESTING=ON" "--build $build --target fuzzers"; do
    # shellcheck disable=SC2086 # several words
    cmake $step >"$build/log" 2>&1 || { cat "$build/log"; exit 1; }
done

# GLib's slices hide what ASAN looks for.
export G_SLICE=always-malloc ASAN_OPTIONS="detect_leaks=1:${ASAN_OPTIONS:-}"

# share DOOR: of the time, in per cent; the tracker has most to show
share() {
    [ "$doors" = "$1" ] && echo 100 && return
    case $1 in
    track) echo 46 ;;
    diagnose | httpstream) echo 12 ;;
    *) echo 6 ;;
    esac
}

# report LOG: from the failure on, without the list of words that libFuzzer recommends
report() {
    sed -n '/ERROR\|runtime error/,$p' "$1" | grep -v '^Base64: \|^stat::' | head -n 60
    grep '^Base64: ' "$1"
}

findings=0
printf '%-11s %12s %8s %9s %s\n' door executions seconds coverage findings
for door in $doors; do
    learnt=$build/corpus/$door
    mkdir -p "$learnt" "$build/findings"
    known=
    for folder in "$top/tests/fuzz/corpus/$door" "$top/tests/fuzz/regressions/$door"; do
        [ -d "$folder" ] && known="$known $folder"
    done
    log=$build/$door.log
    begin=$(date +%s)
    # shellcheck disable=SC2086 # several folders
    "$build/tests/fuzz/fuzz_$door" -max_total_time=$((seconds * $(share "$door") / 100)) -runs="$runs" -seed="$seed" -max_len=4096 \
        -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -dict="$top/tests/fuzz/http.dict" \
        -artifact_prefix="$build/findings/$door-" "$learnt" $known >"$log" 2>&1
    failed=$?
    executed=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
    covered=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    if [ $failed != 0 ]; then
        findings=$((findings + 1))
        result=$(sed -n 's/.*Test unit written to //p' "$log")
        [ "$result" ] || result="see $log"
    else
        result=none
    fi
    printf '%-11s %12s %8s %9s %s\n' "$door" "${executed:-?}" $(($(date +%s) - begin)) "${covered:-?}" "$result"
    [ $failed = 0 ] || report "$log"
done
[ $findings = 0 ]
