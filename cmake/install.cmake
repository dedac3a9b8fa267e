# SPDX-License-Identifier: GPL-2.0-or-later
# Where the module goes: Wireshark's own plugin folder, or the user's.
option(MWG502_INSTALL_PERSONAL "Install into the personal plugin folder, not Wireshark's own" OFF)

if(MWG502_INSTALL_PERSONAL)
  set(plugin_dir "$ENV{HOME}/.local/lib/wireshark/plugins/${Wireshark_MAJOR_VERSION}.${Wireshark_MINOR_VERSION}")
else()
  set(plugin_dir "${Wireshark_PLUGIN_INSTALL_DIR}")
endif()

install(TARGETS mwg502 LIBRARY DESTINATION "${plugin_dir}/epan")

add_custom_target(uninstall
  COMMAND "${CMAKE_COMMAND}" -D "MANIFEST=${CMAKE_BINARY_DIR}/install_manifest.txt"
          -P "${CMAKE_CURRENT_LIST_DIR}/uninstall.cmake"
  VERBATIM)
