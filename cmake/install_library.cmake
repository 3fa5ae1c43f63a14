# SPDX-License-Identifier: MIT
# The library, for programs that are built elsewhere. Included by install.cmake; adds its pages to those there.

if(NOT VMNET_SHARED_LIBRARY AND NOT VMNET_STATIC_LIBRARY)
  return()
endif()

# The shared and the static library have an export set each: a package may leave out one, even by removing its file.
set(cmake_directory ${CMAKE_INSTALL_LIBDIR}/cmake/vmnetacl)
foreach(kind IN ITEMS shared static)
  string(TOUPPER ${kind} option)
  if(VMNET_${option}_LIBRARY)
    install(TARGETS vmnetacl_${kind} EXPORT vmnetacl-${kind}
      LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
    install(EXPORT vmnetacl-${kind} NAMESPACE vmnetacl:: DESTINATION ${cmake_directory})
  endif()
endforeach()
include(CMakePackageConfigHelpers)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/vmnetacl-config-version.cmake
  VERSION ${VMNETACL_VERSION} COMPATIBILITY SameMajorVersion)
install(FILES libacl/vmnetacl-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/vmnetacl-config-version.cmake
  DESTINATION ${cmake_directory})

install(FILES libacl/vmnetacl.h libacl/vmnetacl_error.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(CODE "
set(template \"${CMAKE_CURRENT_SOURCE_DIR}/libacl/vmnetacl.pc.in\")
set(build_directory \"${CMAKE_CURRENT_BINARY_DIR}\")
set(libdir \"${CMAKE_INSTALL_LIBDIR}\")
set(includedir \"${CMAKE_INSTALL_INCLUDEDIR}\")
set(version \"${VMNET_VERSION}\")
include(\"${CMAKE_CURRENT_LIST_DIR}/install_pkgconfig.cmake\")
")
list(APPEND pages
  libacl/vmnetacl.3
  libacl/vmnetacl_caller_self.3
  libacl/vmnetacl_decide.3
  libacl/vmnetacl_error.3
  libacl/vmnetacl_explain.3
  libacl/vmnetacl_lint.3
  libacl/vmnetacl_load.3
  libacl/vmnetacl_name_valid.3
  libacl/vmnetacl_resolve.3
)
