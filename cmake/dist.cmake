# SPDX-License-Identifier: MIT
# The target "dist": the source archive of a release, which has the same bytes wherever and whenever it is made.

add_custom_target(dist COMMAND sh "${CMAKE_CURRENT_LIST_DIR}/dist.sh" "${CMAKE_CURRENT_SOURCE_DIR}"
  "${CMAKE_CURRENT_BINARY_DIR}/vmnet-helper-${VMNET_VERSION}.tar.gz" VERBATIM)
