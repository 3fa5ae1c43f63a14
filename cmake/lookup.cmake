# SPDX-License-Identifier: MIT
# VMNET_HELPER_LOOKS_UP_NAMES: whether the helper looks up the names of users and groups; see VMNET_LOOKUP.
# VMNET_STATIC_LOOKS_UP_NAMES: whether a static program can look up names with this C library.

include(CheckCSourceCompiles)

check_c_source_compiles("
#include <stdlib.h>
#ifdef __GLIBC__
#error its name service loads modules
#endif
int main(void) { return 0; }" VMNET_STATIC_LOOKS_UP_NAMES)

set(VMNET_HELPER_LOOKS_UP_NAMES ON)
if(VMNET_LOOKUP STREQUAL "OFF")
  set(VMNET_HELPER_LOOKS_UP_NAMES OFF)
elseif(VMNET_STATIC_PIE AND NOT VMNET_STATIC_LOOKS_UP_NAMES)
  set(VMNET_HELPER_LOOKS_UP_NAMES OFF)
  if(VMNET_LOOKUP STREQUAL "ON")
    message(FATAL_ERROR "VMNET_LOOKUP is ON, but VMNET_STATIC_PIE is on, too, and a static program cannot look up names "
      "with glibc; set only one of them, or use musl")
  endif()
endif()
