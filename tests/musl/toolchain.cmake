# SPDX-License-Identifier: MIT
#
# For CMAKE_TOOLCHAIN_FILE: build for musl on this machine, with the compiler and the libraries that libraries.sh has
# made in VMNET_MUSL_DIR (an absolute path). Its programs run here, but nothing of glibc may be linked into them, so this is
# cross-compiling.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${CMAKE_HOST_SYSTEM_PROCESSOR})
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES VMNET_MUSL_DIR)

if(NOT IS_DIRECTORY "${VMNET_MUSL_DIR}/include")
  message(FATAL_ERROR "VMNET_MUSL_DIR is '${VMNET_MUSL_DIR}'; it must be the directory that libraries.sh was run with")
endif()
set(CMAKE_C_COMPILER "${VMNET_MUSL_DIR}/bin/musl-gcc")
set(CMAKE_C_FLAGS_INIT "-isystem ${VMNET_MUSL_DIR}/include")
set(CMAKE_FIND_ROOT_PATH "${VMNET_MUSL_DIR}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_LIBDIR} "${VMNET_MUSL_DIR}/lib/pkgconfig")
