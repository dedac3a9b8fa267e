#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Static checks: check.sh [--build FOLDER] [CHECK...]
#
#   --build FOLDER   a configured build, for clang-tidy's commands (build)
#   CHECK            spdx format scripts links commands mutants layers cppcheck tidy analyzer wireshark; default: all
#
# Wireshark's own rules need the tools/ of its source tree, which is not installed
# anywhere: WIRESHARK_TOOLS=FOLDER names it. Exit code: 0 nothing found, 1 something
# found, 77 nothing found, but a tool is missing (it is named).
# shellcheck disable=SC2046 # file names without blanks
set -u
top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1
cd "$top" || exit 1
build=build
[ "${1:-}" = --build ] && build=$2 && shift 2
[ $# -gt 0 ] || set -- spdx format scripts links commands mutants layers cppcheck tidy analyzer wireshark

found=0 skipped=0
log=$(mktemp) || exit 1
trap 'rm -f "$log" "$log.svg" "$log.test"' EXIT

skip() {
    echo "skipped  $check: $*"
    skipped=1
}

# result TEXT-IN-LOG-IS-A-FINDING
result() {
    if [ -s "$log" ]; then
        echo "FOUND    $check"
        cat "$log"
        found=1
    else
        echo "ok       $check"
    fi
}

files() {
    if git rev-parse --git-dir >/dev/null 2>&1; then
        git ls-files -- "$@"
    else
        for pattern; do
            find . \( -path './build*' -o -path ./.git -o -name __pycache__ \) -prune -o -path "./$pattern" -type f -print
        done | sed 's#^\./##'
    fi
}

# A line in each file; REUSE.toml has those that have no room for one.
check_spdx() {
    files '*' | grep -v -e '^LICENSE$' -e '^\.gitignore$' -e '^REUSE.toml$' -e '^tests/captures/' -e '^tests/golden/' -e '^docs/images/' \
        -e '^docs/opensearch/' -e '^tests/fuzz/corpus/' -e '^tests/fuzz/regressions/' -e '^plugin/profile/' |
        while read -r file; do grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' "$file" || grep -q '"SPDX-License-Identifier"' "$file" || echo "$file"; done >"$log"
    result
}

# Wireshark's style as far as a pattern tells: no tabs, no blanks at the end, a line end at the end, brace of a function on its own line
check_format() {
    {
        files '*.c' '*.h' '*.py' '*.sh' '*.cmake' '*.md' 'CMakeLists.txt' | while read -r file; do
            grep -n -H -P '\t' "$file" | grep -v '\.md:'
            grep -n -H -P '[ \t]+$' "$file"
            [ -n "$(tail -c 1 "$file")" ] && echo "$file: no line end at the end"
        done
        grep -L 'Editor modelines' $(files 'plugin/*.[ch]') | sed 's/$/: no editor modelines at the end/'
        grep -n -H -P '^[a-z_].*\)\s*\{$' $(files 'plugin/*.c')
        grep -n -H -P '^ {1,3}[a-z]' $(files 'plugin/*.[ch]')
        grep -n -H -P '\b(if|for|while|switch)\(' $(files 'plugin/*.[ch]')
    } >"$log"
    result
}

check_scripts() {
    command -v shellcheck >/dev/null || { skip 'no shellcheck'; return; }
    shellcheck $(files '*.sh') >"$log" 2>&1
    result
}

# Also run as test_docs.py, which follows the pages' commands
check_links() {
    files '*.md' | while read -r page; do
        grep -o '](\([^)#]*\)' "$page" | cut -c 3- | grep -v -e '^https\?:' -e '^$' | while read -r target; do
            [ -e "$(dirname "$page")/$target" ] || echo "$page: $target"
        done
    done >"$log"
    result
}

# Scripts that a page names are there and can be run
check_commands() {
    files '*.md' | while read -r page; do
        grep -o '\(tests\|docs\|\.ci\)/[a-z/_-]*\.\(sh\|py\)' "$page" | sort -u | while read -r script; do
            case $script in *.py) [ -e "$script" ] ;; *) [ -x "$script" ] ;; esac || echo "$page: $script"
        done
    done >"$log"
    result
}

# The rules that tests/mutation makes wrong stand where it looks for them
check_mutants() {
    python3 tests/mutation/run.py --list >"$log" 2>&1
    result
}

# The floors of plugin/ (floors.txt), their picture, and that the check finds what breaks them
check_layers() {
    [ -e "$build/compile_commands.json" ] || { skip "no build in $build"; return; }
    {
        tests/static/layers.py --build "$build" --draw "$log.svg" && { cmp "$log.svg" docs/images/house.svg || echo 'draw it again: tests/static/layers.py --draw docs/images/house.svg'; }
        BUILD=$build /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/static/test_layers.py >"$log.test" 2>&1 || cat "$log.test"
    } >"$log" 2>&1
    result
}

check_cppcheck() {
    command -v cppcheck >/dev/null || { skip 'no cppcheck'; return; }
    # knownConditionTrueFalse and variableScope are wrong where pointers are advanced; cppcheck has no headers of Wireshark, whose tvbuff_t is never const
    cppcheck --enable=warning,style,performance,portability --std=c11 --quiet -I plugin \
        --suppress=knownConditionTrueFalse --suppress=variableScope --suppress=constParameter --suppress=missingIncludeSystem --suppress=preprocessorErrorDirective \
        --inline-suppr plugin >"$log" 2>&1
    result
}

check_tidy() {
    command -v clang-tidy >/dev/null || { skip 'no clang-tidy'; return; }
    [ -e "$build/compile_commands.json" ] || { skip "no build in $build"; return; }
    files 'plugin/*.c' | xargs -n 4 -P "$(nproc)" clang-tidy -p "$build" --quiet 2>/dev/null | grep -E '(warning|error):' | sort -u >"$log"
    result
}

check_analyzer() {
    if ! command -v gcc >/dev/null || ! command -v pkg-config >/dev/null; then skip 'no gcc'; return; fi
    # What has no Wireshark in it: for the rest it only reports what wmem is, which it cannot know
    for file in plugin/bytes/httphead.c plugin/bytes/tlsrecords.c plugin/bytes/url.c $(files 'plugin/diagnose/*.c'); do
        gcc -fanalyzer -Wall -Wextra -std=c11 -O1 -c -o /dev/null -I plugin $(pkg-config --cflags wireshark) "$file"
    done >"$log" 2>&1
    result
}

check_wireshark() {
    tools=${WIRESHARK_TOOLS:-}
    [ -e "$tools/checkAPIs.pl" ] || { skip 'WIRESHARK_TOOLS names no tools/ of a Wireshark source tree'; return; }
    {
        # "time" shadows nothing that matters: C11 and gcc's -Wshadow agree
        perl "$tools/checkAPIs.pl" -- $(files 'plugin/*.c') 2>&1 | grep -v 'shadow variable(s) in .* : time$'
        perl "$tools/checkhf.pl" $(files 'plugin/*.c') 2>&1
        perl "$tools/checkfiltername.pl" $(files 'plugin/*.c') 2>&1 | grep -i -e 'error' -e 'duplicate'
        for file in plugin/show/show.c plugin/mwg502.c plugin/show/stats.c; do
            python3 "$tools/check_typed_item_calls.py" --mask --label --consecutive --file "$PWD/$file" 2>&1 | grep -i -e '^error' -e '^warning'
        done
    } >"$log"
    result
}

for check; do
    "check_$check"
done
[ $found = 0 ] || exit 1
[ $skipped = 0 ] || exit 77
