# SPDX-License-Identifier: MIT
# Runs when the library is being installed: writes vmnetacl.pc, for the prefix that it is being installed to.
#
# template: of vmnetacl.pc; build_directory: where it is made; libdir, includedir: below the prefix or absolute;
# version.

cmake_minimum_required(VERSION 3.22)
set(prefix "${CMAKE_INSTALL_PREFIX}")
cmake_path(ABSOLUTE_PATH libdir BASE_DIRECTORY "${prefix}" OUTPUT_VARIABLE directory)
foreach(variable IN ITEMS libdir includedir)
  if(NOT IS_ABSOLUTE "${${variable}}")
    set(${variable} "\${prefix}/${${variable}}")
  endif()
endforeach()
configure_file("${template}" "${build_directory}/vmnetacl.pc" @ONLY)
file(INSTALL "${build_directory}/vmnetacl.pc" DESTINATION "${directory}/pkgconfig")
