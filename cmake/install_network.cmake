# SPDX-License-Identifier: MIT
# The networks to plug guests into. Included by install.cmake.
#
# All are installed as examples in the documentation. Only this installs the network of systemd-networkd for use, since
# not every host wants it:
#   cmake --install BUILD --component network
# vmnet-network.service then starts it.
set(network_dir "${CMAKE_CURRENT_SOURCE_DIR}/conf/network")
set(network_unit "${CMAKE_CURRENT_BINARY_DIR}/network_files/vmnet-network.service")
set(network_drop_in "${CMAKE_CURRENT_BINARY_DIR}/network_files/nftables-vmnet-network.conf")
configure_file("${network_dir}/networkd/vmnet-network.service.in" "${network_unit}" @ONLY)
configure_file("${network_dir}/networkd/nftables-vmnet-network.conf.in" "${network_drop_in}" @ONLY)

install(DIRECTORY conf/network DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples
  FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ PATTERN "*.in" EXCLUDE)
install(FILES "${network_unit}" "${network_drop_in}" DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples/network/networkd)

macro(install_network destination)
  install(${ARGN} DESTINATION ${destination} COMPONENT network EXCLUDE_FROM_ALL)
endmacro()
install_network(${CMAKE_INSTALL_LIBEXECDIR} PROGRAMS conf/network/networkd/vmnet-network)
install_network(${CMAKE_INSTALL_DATADIR}/vmnet-network FILES conf/network/networkd/70-vmbr0.netdev
  conf/network/networkd/70-vmbr0.network conf/network/networkd/vmbr0.nft conf/network/networkd/ipv6-nat.conf)
install_network(lib/systemd/network FILES conf/network/networkd/70-vmnet-tap.network)
install_network(lib/NetworkManager/conf.d FILES conf/network/networkd/50-vmnet-network.conf)
if(NOT VMNET_SYSTEMD_UNIT_DIR STREQUAL "")
  install_network(${VMNET_SYSTEMD_UNIT_DIR} FILES "${network_unit}")
  install_network(${VMNET_SYSTEMD_UNIT_DIR}/nftables.service.d FILES "${network_drop_in}" RENAME vmnet-network.conf)
endif()
