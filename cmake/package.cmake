# SPDX-License-Identifier: GPL-2.0-or-later
# `cpack -G DEB` and `cpack -G TGZ`: one package for each Wireshark X.Y, since a module fits no other
if(MWG502_INSTALL_PERSONAL)
  return()
endif()

# Whoever hands packages out is named in them, by Debian's own variables or this one; lintian wants a real address.
if(DEFINED ENV{DEBEMAIL} AND DEFINED ENV{DEBFULLNAME})
  set(maintainer "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
else()
  set(maintainer "The mwg502 authors <mwg502@localhost.localdomain>")
endif()
set(MWG502_MAINTAINER "${maintainer}" CACHE STRING "Maintainer of the package: NAME <ADDRESS>")

# cpack asks file for libraries and dpkg-shlibdeps for what they belong to; without them it would fail in its own
# words, or build a package that depends on no library.
file(WRITE "${PROJECT_BINARY_DIR}/package/tools.cmake" [=[
if(CPACK_GENERATOR STREQUAL "DEB")
  foreach(pair IN ITEMS "file|file" "dpkg-shlibdeps|dpkg-dev")
    string(REPLACE "|" ";" pair "${pair}")
    list(GET pair 0 tool)
    list(GET pair 1 package)
    find_program(found_${tool} "${tool}" NO_CMAKE_SYSTEM_PATH)   # where PATH leads, and nowhere else
    if(NOT found_${tool})
      message(FATAL_ERROR "A Debian package needs ${tool}: sudo apt-get install ${package}")
    endif()
  endforeach()
endif()
]=])
set(CPACK_PROJECT_CONFIG_FILE "${PROJECT_BINARY_DIR}/package/tools.cmake")

set(CPACK_PACKAGE_NAME wireshark-mwg502)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_CONTACT "${MWG502_MAINTAINER}")
set(CPACK_PACKAGE_VENDOR "The mwg502 authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Wireshark plugin that names the cause of a web proxy's 502")
set(CPACK_PACKAGE_FILE_NAME
    "${CPACK_PACKAGE_NAME}_${PROJECT_VERSION}_wireshark${minor}_${CMAKE_SYSTEM_PROCESSOR}")
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_STRIP_FILES ON)
# Wireshark's folders are absolute; the prefix is only for what has none of its own.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX "${Wireshark_INSTALL_PREFIX}")
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE "0+wireshark${minor}")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
# libwireshark's number changes with each X.Y, so the right one follows from it.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "tshark (>= ${minor}) | wireshark (>= ${minor}), libwireshark-data (>= ${minor})")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"For each 502 in a capture taken on the gateway it finds what the gateway did
for that request, and names the cause, the server and the frames that prove it.
It implements the article Examining HTTP 502 statuses returned by McAfee Web
Gateway, and works for other proxies too. A Wireshark profile comes with it.")

# What Debian wants in a package's documentation, compressed; only for packages
set(doc_dir "${Wireshark_INSTALL_PREFIX}/share/doc/wireshark-mwg502")
file(WRITE "${PROJECT_BINARY_DIR}/package/copyright"
"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: mwg502

Files: *
Copyright: 2026 The mwg502 authors
License: GPL-2.0-or-later
 On Debian systems the full text of the GNU General Public License version 2 is in
 /usr/share/common-licenses/GPL-2.
")
string(TIMESTAMP today "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE "${PROJECT_BINARY_DIR}/package/changelog.Debian"
"wireshark-mwg502 (${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Built for Wireshark ${minor}; see changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${today}
")
find_program(GZIP gzip REQUIRED)
foreach(pair IN ITEMS "${PROJECT_SOURCE_DIR}/CHANGELOG.md|changelog" "${PROJECT_BINARY_DIR}/package/changelog.Debian|changelog.Debian"
        "${PROJECT_SOURCE_DIR}/docs/mwg502.7|mwg502.7")
  string(REPLACE "|" ";" pair "${pair}")
  list(GET pair 0 from)
  list(GET pair 1 to)
  execute_process(COMMAND "${GZIP}" -9nc "${from}" OUTPUT_FILE "${PROJECT_BINARY_DIR}/package/${to}.gz"
                  COMMAND_ERROR_IS_FATAL ANY)
endforeach()
install(FILES "${PROJECT_BINARY_DIR}/package/copyright" "${PROJECT_BINARY_DIR}/package/changelog.gz"
              "${PROJECT_BINARY_DIR}/package/changelog.Debian.gz"
        DESTINATION "${doc_dir}" COMPONENT package EXCLUDE_FROM_ALL)
install(FILES "${PROJECT_BINARY_DIR}/package/mwg502.7.gz"
        DESTINATION "${man_dir}/man7" COMPONENT package EXCLUDE_FROM_ALL)

# Packages take the compressed page, so the plain one is a component of its own.
set(CPACK_INSTALL_CMAKE_PROJECTS
    "${PROJECT_BINARY_DIR};mwg502;module;/"
    "${PROJECT_BINARY_DIR};mwg502;package;/")
include(CPack)
