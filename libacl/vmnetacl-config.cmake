# SPDX-License-Identifier: MIT
# find_package(vmnetacl): the targets vmnetacl::vmnetacl, which is shared, and vmnetacl::vmnetacl_static.
include("${CMAKE_CURRENT_LIST_DIR}/vmnetacl-targets.cmake")
