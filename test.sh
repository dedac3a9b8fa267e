#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
set -u

usage() {
    cat <<'END'
usage: test.sh [CTEST-OPTION...]

Builds everything with warnings as errors and runs all tests, or those that the
options of ctest select (-R NAME, -E NAME, --rerun-failed). As root it also
installs what is missing (Debian); else it says what to install. BUILD_DIR=DIR
builds elsewhere than in build/. Ends with "N passed, N failed".

Exit code: 0 all passed or were skipped, else some failed or nothing was built
END
}

case ${1:-} in -h | --help) usage; exit 0 ;; esac
top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
# shellcheck source=cmake/setup.sh
. "$top/cmake/setup.sh"

need_packages python3-pytest python3-scapy jq curl dpkg-dev file lintian
build_target all -DBUILD_TESTING=ON -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
ctest --test-dir "$build" --output-on-failure --no-tests=error --parallel "$(nproc)" --output-log "$scratch/ctest" "$@"
status=$?
counts=$(sed -n 's/.* \([0-9]*\) tests failed out of \([0-9]*\)$/\1 \2/p' "$scratch/ctest")
[ "$counts" ] || die 'ctest ran no test'
failed=${counts% *} all=${counts#* }
echo "$((all - failed)) passed, $failed failed"
exit $status
