# SPDX-License-Identifier: MIT
#
# For CMAKE_TOOLCHAIN_FILE: build for arm64 with Debian's gcc-aarch64-linux-gnu, and test under QEMU's user emulation.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64)
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig)

set(VMNET_FILTER_ARCH aarch64 CACHE STRING "As seccomp_arch_resolve_name(3) calls it")
