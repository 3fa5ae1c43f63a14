# SPDX-License-Identifier: MIT
# vmnet_hardening: compiler options that make our mistakes harder to exploit; or the sanitizers, which find mistakes.

include(CheckCCompilerFlag)
include(CheckCSourceCompiles)
include(CheckPIESupported)

check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# VMNET_HAS_STATIC_PIE: whether static PIE can be linked. gcc 12 for RISC-V takes the option, and links a program that is
# not static. The program has fortified calls: Debian's C library of i386 fails only with these.
if(NOT DEFINED VMNET_HAS_STATIC_PIE)
  set(program "${PROJECT_BINARY_DIR}/CMakeFiles/static_pie")
  file(WRITE "${program}.c" "
#include <string.h>
char bytes[8];
int main(int argc, char *argv[])
{
    return memset(bytes, argc, (size_t)argc) == (void *)argv;
}
")
  try_compile(VMNET_LINKS_STATIC_PIE "${program}.dir" SOURCES "${program}.c" LINK_OPTIONS -static-pie
    COMPILE_DEFINITIONS -fPIE -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 COPY_FILE "${program}")
  set(segments " INTERP ")
  if(VMNET_LINKS_STATIC_PIE)
    execute_process(COMMAND "${CMAKE_READELF}" -lW "${program}" OUTPUT_VARIABLE segments COMMAND_ERROR_IS_FATAL ANY)
  endif()
  if(segments MATCHES " INTERP ")
    set(VMNET_HAS_STATIC_PIE 0 CACHE INTERNAL "")
  else()
    set(VMNET_HAS_STATIC_PIE 1 CACHE INTERNAL "")
  endif()
endif()

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

# _FORTIFY_SOURCE needs optimisation. Level 3 came with gcc 12 and clang 9, and glibc 2.34, which warns of it with other
# compilers; a C library that does not know it uses the highest level that it knows. -U first: distributions' compilers
# may define a level of their own.
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(CMAKE_REQUIRED_FLAGS "-Werror -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
  check_c_source_compiles("#include <stdio.h>\nint main(void) { return 0; }" VMNET_HAS_FORTIFY_3)
  unset(CMAKE_REQUIRED_FLAGS)
  target_compile_options(vmnet_hardening INTERFACE -U_FORTIFY_SOURCE
    -D_FORTIFY_SOURCE=$<IF:$<BOOL:${VMNET_HAS_FORTIFY_3}>,3,2>)
endif()

target_link_options(vmnet_hardening INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
