# SPDX-License-Identifier: MIT
# The profiles of AppArmor, and the module for SELinux. Included by install.cmake.

set(VMNET_APPARMOR_DIR "" CACHE STRING
  "Where AppArmor's profiles are installed, such as /etc/apparmor.d; empty: only beside the other examples")
set(VMNET_SELINUX_DIR "" CACHE STRING
  "Where the sources of SELinux's module are installed; empty: only beside the other examples")

# AppArmor names a profile's file after the program's path.
string(REGEX REPLACE "^/" "" apparmor_name "${CMAKE_INSTALL_FULL_LIBEXECDIR}/vmnet-helper")
string(REPLACE "/" "." apparmor_name "${apparmor_name}")

# security_file(FILE DIRECTORY): make and install conf/FILE with the paths of this build.
function(security_file file directory)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS conf/${file})
  get_filename_component(qemu_directory "${VMNET_QEMU_CONF}" DIRECTORY)
  file(READ conf/${file} text)
  foreach(name IN ITEMS text file)
    string(REPLACE "/usr/libexec/vmnet-helper" "${CMAKE_INSTALL_FULL_LIBEXECDIR}/vmnet-helper" ${name} "${${name}}")
    string(REPLACE "usr.libexec.vmnet-helper" "${apparmor_name}" ${name} "${${name}}")
  endforeach()
  string(REPLACE "/etc/qemu/" "${qemu_directory}/" text "${text}")
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/security/${file} "${text}")
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/security/${file} DESTINATION ${directory})
endfunction()

# The file for local/ is always an example: below /etc/apparmor.d, this name is that of the administrator's own file.
set(apparmor_dir "${VMNET_APPARMOR_DIR}")
set(selinux_dir "${VMNET_SELINUX_DIR}")
if(selinux_dir STREQUAL "")
  set(selinux_dir "${CMAKE_INSTALL_DOCDIR}/examples/selinux")
endif()
if(apparmor_dir STREQUAL "")
  set(apparmor_dir "${CMAKE_INSTALL_DOCDIR}/examples/apparmor")
endif()
security_file(apparmor/usr.libexec.vmnet-helper ${apparmor_dir})
security_file(apparmor/usr.libexec.vmnet-helperd ${apparmor_dir})
security_file(apparmor/abstractions/vmnet-helper ${apparmor_dir}/abstractions)
security_file(apparmor/local/usr.sbin.libvirtd ${CMAKE_INSTALL_DOCDIR}/examples/apparmor/local)
foreach(suffix IN ITEMS fc if te)
  security_file(selinux/vmnet_helper.${suffix} ${selinux_dir})
endforeach()
