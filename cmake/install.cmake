# SPDX-License-Identifier: MIT
# What "cmake --install" puts where.

if(NOT VMNET_INSTALL_GROUP MATCHES "^[A-Za-z0-9_][A-Za-z0-9_.-]*$")
  message(FATAL_ERROR "VMNET_INSTALL_GROUP is '${VMNET_INSTALL_GROUP}'; it must be the name or the number of a group")
endif()

# Even with a umask of 002, no group may write to the directories: it could replace the helper.
if(NOT DEFINED CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS)
  set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endif()
install(SCRIPT "${CMAKE_CURRENT_LIST_DIR}/install_umask.cmake" ALL_COMPONENTS)

# CMAKE_INSTALL_LIBEXECDIR is a directory below the prefix, or a full path. The helper is copied without privilege, and
# gets it last: strip(1) and a change of the owner would remove it.
install(TARGETS vmnet-helper RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR})
install(TARGETS vmnet-helperd RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}) # never setuid
install(CODE "
set(directory \"${CMAKE_INSTALL_LIBEXECDIR}\")
set(mode \"${VMNET_INSTALL_MODE}\")
set(group \"${VMNET_INSTALL_GROUP}\")
include(\"${CMAKE_CURRENT_LIST_DIR}/install_privilege.cmake\")
")
include("${CMAKE_CURRENT_LIST_DIR}/install_service.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/install_security.cmake")

set(pages
  conf/vmnet-bridge.conf.5
  conf/vmnet-rules.5
  conf/vmnet-switch.conf.5
  helper/vmnet-helper.8
  service/vmnet-helperd.8
)

# Debian's zsh looks for completions of packages in vendor-completions, and not in site-functions.
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr" AND EXISTS "/etc/debian_version")
  set(zsh_dir "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions")
else()
  set(zsh_dir "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
endif()
set(VMNET_ZSH_DIR "${zsh_dir}" CACHE STRING "Where zsh looks for completions: a directory below the prefix, or a full path")

if(VMNET_TOOLS)
  list(APPEND pages tools/vmnetctl.1)
  install(TARGETS vmnetctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES tools/vmnetctl.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/vmnet-helper) # programs read it
  install(FILES tools/completions/vmnetctl.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
    RENAME vmnetctl)
  install(FILES tools/completions/_vmnetctl DESTINATION ${VMNET_ZSH_DIR})
  install(FILES tools/completions/vmnetctl.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()

include("${CMAKE_CURRENT_LIST_DIR}/install_library.cmake")

# replace_in_page(FROM TO): replace FROM in the variable text, a manual page. A "-" of FROM may be "\-" there. Each "-"
# of TO becomes "\-": roff(7) shows a plain "-" as a hyphen, which a shell does not take for "-".
function(replace_in_page from to)
  string(REPLACE "-" "\\-" escaped_from "${from}")
  string(REPLACE "-" "\\-" escaped_to "${to}")
  string(REPLACE "${escaped_from}" "${from}" text "${text}")
  string(REPLACE "${from}" "${escaped_to}" text "${text}")
  set(text "${text}" PARENT_SCOPE)
endfunction()

# The manual pages get the paths of this build. A page about several functions is installed under the name of each.
foreach(page IN LISTS pages)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page})
  file(READ ${page} text)
  replace_in_page("/usr/libexec/vmnet-helperd" "@helperd@")
  replace_in_page("/usr/libexec/vmnet-helper" "${VMNET_HELPER_PATH}")
  replace_in_page("@helperd@" "${CMAKE_INSTALL_FULL_LIBEXECDIR}/vmnet-helperd")
  replace_in_page("usr.libexec.vmnet-helper" "${apparmor_name}")
  replace_in_page("/usr/share/vmnet-helper" "${CMAKE_INSTALL_FULL_DATADIR}/vmnet-helper")
  replace_in_page("/etc/qemu/bridge.conf" "${VMNET_QEMU_CONF}")
  get_filename_component(name ${page} NAME)
  string(REGEX MATCH "[0-9]$" section ${name})
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/man/man${section})
  file(WRITE ${directory}/${name} "${text}")
  install(FILES ${directory}/${name} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
  string(REGEX MATCHALL "\n\\.Nm vmnetacl_[a-z_]+" aliases "${text}")
  string(REGEX REPLACE "\n\\.Nm " "" aliases "${aliases}")
  list(REMOVE_DUPLICATES aliases)
  foreach(alias IN LISTS aliases)
    if(NOT "${alias}.3" STREQUAL name)
      file(WRITE ${directory}/${alias}.3 ".\\\" SPDX-License-Identifier: MIT\n.so man3/${name}\n")
      install(FILES ${directory}/${alias}.3 DESTINATION ${CMAKE_INSTALL_MANDIR}/man3)
    endif()
  endforeach()
endforeach()

# These are examples, as in Debian's policy 12.6 and Fedora's %doc. /etc/qemu/bridge.conf belongs to the administrator,
# and on Fedora, RHEL and SUSE to QEMU's packages, so ours must not install it.
install(FILES conf/bridge.conf conf/switch.conf conf/sample.rules DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
include("${CMAKE_CURRENT_LIST_DIR}/install_network.cmake")
install(FILES NEWS README.md SECURITY.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
set(VMNET_LICENSE_DIR "${CMAKE_INSTALL_DATADIR}/licenses/vmnet-helper" CACHE STRING
  "Where LICENSE is installed: a directory below the prefix, or a full path; empty: nowhere")
if(NOT VMNET_LICENSE_DIR STREQUAL "")
  install(FILES LICENSE DESTINATION ${VMNET_LICENSE_DIR})
endif()
