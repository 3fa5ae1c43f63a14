# SPDX-License-Identifier: MIT
# What "cmake --install" puts where. The library is still the helper's own, and is not installed.

if(NOT VMNET_INSTALL_GROUP MATCHES "^[A-Za-z0-9_][A-Za-z0-9_.-]*$")
  message(FATAL_ERROR "VMNET_INSTALL_GROUP is '${VMNET_INSTALL_GROUP}'; it must be the name or the number of a group")
endif()

# A umask of 002 must not make folders in which a group could put something in the place of the helper.
if(NOT DEFINED CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS)
  set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endif()

# CMAKE_INSTALL_LIBEXECDIR is a folder below the prefix, or a full path. The helper comes without privilege, and gets
# it when it is complete: strip(1) and a change of the owner would take it away again.
install(TARGETS vmnet-helper RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR})
install(CODE "
set(folder \"${CMAKE_INSTALL_LIBEXECDIR}\")
set(mode \"${VMNET_INSTALL_MODE}\")
set(group \"${VMNET_INSTALL_GROUP}\")
include(\"${CMAKE_CURRENT_LIST_DIR}/install_privilege.cmake\")
")

set(pages helper/vmnet-helper.8 conf/vmnet-bridge.conf.5)

if(VMNET_TOOLS)
  list(APPEND pages tools/vmnetctl.1)
  install(TARGETS vmnetctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES tools/vmnetctl.schema.json DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(FILES tools/completions/vmnetctl.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
    RENAME vmnetctl)
  install(FILES tools/completions/_vmnetctl DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES tools/completions/vmnetctl.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()

# The manual pages tell the paths of this build.
foreach(page IN LISTS pages)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page})
  file(READ ${page} text)
  string(REPLACE "/usr/libexec/vmnet-helper" "${CMAKE_INSTALL_FULL_LIBEXECDIR}/vmnet-helper" text "${text}")
  string(REPLACE "/etc/qemu/bridge.conf" "${VMNET_QEMU_CONF}" text "${text}")
  get_filename_component(name ${page} NAME)
  string(REGEX MATCH "[0-9]$" section ${name})
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/man/${name} "${text}")
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/man/${name} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

# An example, as Debian's policy 12.6 and Fedora's %doc have it: /etc/qemu/bridge.conf is the administrator's, and on
# Fedora, RHEL and SUSE a file of QEMU's packages, which ours would clash with.
install(FILES conf/bridge.conf DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES LICENSE README.md SECURITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
