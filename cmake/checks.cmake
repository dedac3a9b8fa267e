# SPDX-License-Identifier: GPL-2.0-or-later
# Builds that look for faults: with sanitizers, and counting the lines that tests run
option(MWG502_SANITIZE "Build with ASAN and UBSAN; docs/quality.md says how to load such a module" OFF)
option(MWG502_COVERAGE "Count executed lines; tests/static/coverage.sh prints the table" OFF)

if(MWG502_SANITIZE)
  # A module that is loaded by a program without ASAN finds its runtime only at run time.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

if(MWG502_COVERAGE)
  # Wireshark is left by exit(), so the counts are written; several processes add up.
  add_compile_options(--coverage -O0 -fprofile-update=atomic)
  add_link_options(--coverage)
endif()
