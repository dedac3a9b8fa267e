#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
set -u

usage() {
    cat <<'END'
usage: test.sh [CTEST-OPTION...]

Builds everything with warnings as errors and runs all tests, or those that the
options of ctest select (-R NAME, -E NAME, --rerun-failed). As root it also
installs what is missing (Debian); else it says what to install. BUILD_DIR=DIR
builds elsewhere than in build/; TEST_TOOLS names more packages that are to be
there (.ci/run has those without which tests are skipped). Ends with "N passed,
N failed, N skipped".

Exit code: 0 all passed or were skipped, else some failed or nothing was built
END
}

case ${1:-} in -h | --help) usage; exit 0 ;; esac
top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
# shellcheck source=cmake/setup.sh
. "$top/cmake/setup.sh"

# shellcheck disable=SC2086 # one word a package
need_packages ninja-build binutils python3-pytest python3-scapy jq curl dpkg-dev file lintian ${TEST_TOOLS:-}
build_target all -DBUILD_TESTING=ON -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
ctest --test-dir "$build" --output-on-failure --no-tests=error --parallel "$(nproc)" --output-log "$scratch/ctest" "$@"
status=$?
counts=$(sed -n 's/.* \([0-9]*\) tests failed out of \([0-9]*\)$/\1 \2/p' "$scratch/ctest")
[ "$counts" ] || die 'ctest ran no test'
failed=${counts% *} all=${counts#* }
skipped=$(grep -c '(Skipped)$' "$scratch/ctest")
echo "$((all - failed - skipped)) passed, $failed failed, $skipped skipped"
exit $status
