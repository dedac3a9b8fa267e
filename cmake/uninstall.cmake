# SPDX-License-Identifier: GPL-2.0-or-later
# Removes what `cmake --install` wrote: cmake -D MANIFEST=FILE -P uninstall.cmake
if(NOT EXISTS "${MANIFEST}")
  message(FATAL_ERROR "Nothing to uninstall: there is no ${MANIFEST}")
endif()
file(STRINGS "${MANIFEST}" files)
foreach(file IN LISTS files)
  message(STATUS "Removing $ENV{DESTDIR}${file}")
  file(REMOVE "$ENV{DESTDIR}${file}")
  # The profile's own folder; others hold other people's files.
  cmake_path(GET file PARENT_PATH folder)
  if(folder MATCHES "/profiles/MWG 502$")
    # Wireshark 4.4 and later write dfilter_macros anew under this name.
    file(REMOVE "$ENV{DESTDIR}${folder}/dmacros")
    file(GLOB left "$ENV{DESTDIR}${folder}/*")
    if(NOT left)
      file(REMOVE_RECURSE "$ENV{DESTDIR}${folder}")
    endif()
  endif()
endforeach()
