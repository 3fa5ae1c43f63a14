# SPDX-License-Identifier: MIT
# vmnet_warnings: what the compiler is asked to look at in our own code.

add_library(vmnet_warnings INTERFACE)
target_compile_options(vmnet_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes -Wvla
  -Wformat=2 -Wundef -Wcast-qual -Wwrite-strings -Wpointer-arith -Wswitch-enum -Wnull-dereference
  $<$<C_COMPILER_ID:GNU>:-Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init>
  $<$<BOOL:${VMNET_WERROR}>:-Werror>
)
