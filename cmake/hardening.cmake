# SPDX-License-Identifier: MIT
# vmnet_hardening: compiler options that make our mistakes harder to exploit; or the sanitizers, which find mistakes.

include(CheckCCompilerFlag)
include(CheckCSourceCompiles)
include(CheckPIESupported)

check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Whether static PIE can be linked. The test has fortified calls: Debian's C library of i386 fails only with these.
set(CMAKE_REQUIRED_FLAGS "-fPIE -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2")
set(CMAKE_REQUIRED_LINK_OPTIONS -static-pie)
check_c_source_compiles("
#include <string.h>
char bytes[8];
int main(int argc, char *argv[])
{
    return memset(bytes, argc, (size_t)argc) == (void *)argv;
}" VMNET_HAS_STATIC_PIE)
unset(CMAKE_REQUIRED_FLAGS)
unset(CMAKE_REQUIRED_LINK_OPTIONS)

add_library(vmnet_hardening INTERFACE)

if(VMNET_SANITIZE)
  target_compile_options(vmnet_hardening INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(vmnet_hardening INTERFACE -fsanitize=address,undefined)
  return()
endif()

# Clang ignores some of these with a warning, so only -Werror tells whether it knows them.
set(CMAKE_REQUIRED_FLAGS -Werror)
foreach(flag IN ITEMS -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard
        -ftrivial-auto-var-init=zero -fno-strict-overflow -fno-delete-null-pointer-checks)
  string(MAKE_C_IDENTIFIER "VMNET_HAS${flag}" has_flag)
  check_c_compiler_flag(${flag} ${has_flag})
  if(${has_flag})
    target_compile_options(vmnet_hardening INTERFACE ${flag})
  endif()
endforeach()
unset(CMAKE_REQUIRED_FLAGS)

# _FORTIFY_SOURCE needs optimisation. Level 3 came with gcc 12 and clang 9 (glibc 2.34); a C library that does not know
# it uses the highest level that it knows. -U first: distributions' compilers may define a level of their own.
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(vmnet_hardening INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()

target_link_options(vmnet_hardening INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
