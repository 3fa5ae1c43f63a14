# SPDX-License-Identifier: MIT
# vmnet_warnings: what the compiler is asked to look at in our own code, and the types that all of it shares.

include(CheckCSourceCompiles)

# musl's ioctl(2) takes an int, in which not every request fits; its CMSG_NXTHDR(3) mixes signed and unsigned.
set(CMAKE_REQUIRED_FLAGS -Werror=sign-conversion)
check_c_source_compiles("
#include <sys/ioctl.h>
#include <linux/if_tun.h>
int main(void) { return ioctl(0, TUNGETIFF, 0); }" VMNET_LIBC_CONVERTS_NO_SIGNS)
unset(CMAKE_REQUIRED_FLAGS)

add_library(vmnet_warnings INTERFACE)
target_link_libraries(vmnet_warnings INTERFACE vmnet_types)
target_compile_options(vmnet_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion $<IF:$<BOOL:${VMNET_LIBC_CONVERTS_NO_SIGNS}>,-Wsign-conversion,-Wno-sign-conversion> -Wstrict-prototypes -Wmissing-prototypes -Wvla
  -Wformat=2 -Wundef -Wcast-qual -Wwrite-strings -Wpointer-arith -Wswitch-enum -Wnull-dereference
  $<$<C_COMPILER_ID:GNU>:-Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init>
  $<$<BOOL:${VMNET_WERROR}>:-Werror>
)
