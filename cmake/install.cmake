# SPDX-License-Identifier: GPL-2.0-or-later
# Where the module, the profile and the manual page go: Wireshark's own folders, or the user's.
option(MWG502_INSTALL_PERSONAL "Install into the user's folders, not Wireshark's own" OFF)

set(minor "${Wireshark_MAJOR_VERSION}.${Wireshark_MINOR_VERSION}")
if(MWG502_INSTALL_PERSONAL)
  set(plugin_dir "$ENV{HOME}/.local/lib/wireshark/plugins/${minor}")
  if(DEFINED ENV{XDG_CONFIG_HOME})
    set(profile_dir "$ENV{XDG_CONFIG_HOME}/wireshark/profiles")
  else()
    set(profile_dir "$ENV{HOME}/.config/wireshark/profiles")
  endif()
  set(man_dir "$ENV{HOME}/.local/share/man")
else()
  set(plugin_dir "${Wireshark_PLUGIN_INSTALL_DIR}")
  set(profile_dir "${Wireshark_INSTALL_PREFIX}/share/wireshark/profiles")
  set(man_dir "${Wireshark_INSTALL_PREFIX}/share/man")
endif()

set(profile "${PROJECT_SOURCE_DIR}/plugin/profile/MWG 502")

install(TARGETS mwg502 LIBRARY DESTINATION "${plugin_dir}/epan" COMPONENT module)
install(DIRECTORY "${profile}" DESTINATION "${profile_dir}" COMPONENT module)
install(FILES "${PROJECT_SOURCE_DIR}/docs/mwg502.7" DESTINATION "${man_dir}/man7" COMPONENT manual)

# For File > Import in Wireshark's dialog of profiles
set(profile_zip "${PROJECT_BINARY_DIR}/MWG-502-profile.zip")
add_custom_target(profile-zip
  COMMAND "${CMAKE_COMMAND}" -E rm -f "${profile_zip}"
  COMMAND "${CMAKE_COMMAND}" -E tar cf "${profile_zip}" --format=zip "MWG 502"
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}/plugin/profile"
  COMMENT "Writing ${profile_zip}"
  VERBATIM)

add_custom_target(uninstall
  COMMAND "${CMAKE_COMMAND}" -D "MANIFEST=${CMAKE_BINARY_DIR}/install_manifest.txt"
          -P "${CMAKE_CURRENT_LIST_DIR}/uninstall.cmake"
  VERBATIM)
