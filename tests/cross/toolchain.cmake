# SPDX-License-Identifier: MIT
#
# For CMAKE_TOOLCHAIN_FILE: build for another architecture of Debian, with its cross compiler (gcc-TRIPLET), and run the
# tests under QEMU's user emulation (qemu-user).
#
#     -DVMNET_CROSS_ARCH=arm64              Debian's name of the architecture
#     -DVMNET_CROSS_SYSROOT=DIRECTORY       what sysroot.sh has made for it (an absolute path)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES VMNET_CROSS_ARCH VMNET_CROSS_SYSROOT)

# Debian's name: the compiler's, the kernel's, QEMU's, the program that loads the libraries
set(architectures
  arm64:aarch64-linux-gnu:aarch64:aarch64:lib/ld-linux-aarch64.so.1
  armhf:arm-linux-gnueabihf:armv7l:arm:lib/ld-linux-armhf.so.3
  i386:i686-linux-gnu:i686:i386:lib/ld-linux.so.2
  ppc64el:powerpc64le-linux-gnu:ppc64le:ppc64le:lib64/ld64.so.2
  riscv64:riscv64-linux-gnu:riscv64:riscv64:lib/ld-linux-riscv64-lp64d.so.1
  s390x:s390x-linux-gnu:s390x:s390x:lib/ld64.so.1)
list(FILTER architectures INCLUDE REGEX "^${VMNET_CROSS_ARCH}:")
if(architectures STREQUAL "")
  message(FATAL_ERROR "VMNET_CROSS_ARCH is '${VMNET_CROSS_ARCH}'; it can be arm64, armhf, i386, ppc64el, riscv64 or s390x")
endif()
if(NOT IS_DIRECTORY "${VMNET_CROSS_SYSROOT}/usr/include")
  message(FATAL_ERROR "VMNET_CROSS_SYSROOT is '${VMNET_CROSS_SYSROOT}'; it must be a directory that sysroot.sh has made")
endif()
string(REPLACE ":" ";" names ${architectures})
list(GET names 1 triplet)
list(GET names 2 CMAKE_SYSTEM_PROCESSOR)
list(GET names 3 emulator)
list(GET names 4 loader)

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_C_COMPILER ${triplet}-gcc)
set(CMAKE_CXX_COMPILER ${triplet}-g++)

# The libraries' directories, and those of the packages' .pc files, have i386 where the compiler has i686.
string(REPLACE i686 i386 CMAKE_LIBRARY_ARCHITECTURE ${triplet})
set(CMAKE_SYSROOT "${VMNET_CROSS_SYSROOT}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(libraries "${VMNET_CROSS_SYSROOT}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}")
# Not "qemu-... -L": with it, a program that opens "/" would see the sysroot.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-${emulator} "${VMNET_CROSS_SYSROOT}/${loader}" --library-path "${libraries}")
set(ENV{PKG_CONFIG_SYSROOT_DIR} "${VMNET_CROSS_SYSROOT}")
set(ENV{PKG_CONFIG_LIBDIR} "${libraries}/pkgconfig")

# Debian's cross compilers bring a C library of their own, and look for it first.
set(includes "${VMNET_CROSS_SYSROOT}/usr/include")
set(CMAKE_C_FLAGS_INIT "-B${libraries} -isystem ${includes}/${CMAKE_LIBRARY_ARCHITECTURE} -isystem ${includes}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-L${libraries}")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "-L${libraries}")
set(VMNET_TEST_CXX OFF CACHE BOOL "A C++ compiler for the architecture need not be there")
