# SPDX-License-Identifier: MIT
# The files by which an init system starts the service. Included by install.cmake.

# systemd looks in this directory below /usr and below /usr/local. pkg-config would give a full path, which an install
# below another prefix must not write to.
set(VMNET_SYSTEMD_UNIT_DIR "lib/systemd/system" CACHE STRING
  "Where the units of systemd are installed: a directory below the prefix, or a full path; empty: nowhere")

# The users who may run the setuid helper may also connect to the service.
set(helperd "${CMAKE_INSTALL_FULL_LIBEXECDIR}/vmnet-helperd")
set(socket_access "SocketMode=0666")
set(listen_mode "")
set(openrc_group "")
set(s6_mode 0666)
set(s6_as_group "")
if(VMNET_INSTALL_MODE STREQUAL "group")
  set(socket_access "SocketGroup=${VMNET_INSTALL_GROUP}\nSocketMode=0660")
  set(listen_mode " --mode=0660")
  set(openrc_group "# The socket gets this group.\ncommand_user=\"root:${VMNET_INSTALL_GROUP}\"\n")
  set(s6_mode 0660)
  # s6-setuidgid takes numbers, or a user and his own group.
  set(s6_as_group "s6-setuidgid 0:\"$(getent group ${VMNET_INSTALL_GROUP} | cut -d : -f 3)\" ")
endif()

set(service_dir "${CMAKE_CURRENT_BINARY_DIR}/service_files")
foreach(file IN ITEMS systemd/vmnet-helper.service systemd/vmnet-helper.socket openrc/vmnet-helper s6/vmnet-helper/run)
  configure_file(conf/${file}.in "${service_dir}/${file}" @ONLY)
endforeach()
if(NOT VMNET_SYSTEMD_UNIT_DIR STREQUAL "")
  install(FILES "${service_dir}/systemd/vmnet-helper.service" "${service_dir}/systemd/vmnet-helper.socket"
    DESTINATION ${VMNET_SYSTEMD_UNIT_DIR})
endif()
install(FILES "${service_dir}/openrc/vmnet-helper" DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples/openrc)
install(FILES "${service_dir}/s6/vmnet-helper/run" DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples/s6/vmnet-helper)
