/* SPDX-License-Identifier: MIT */
/* cmocka with the headers that it wants before it. */
#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* A test of what the kernel does is not one of what an emulator of its system calls (CMAKE_CROSSCOMPILING_EMULATOR) does. */
static inline void unit_skip_if_emulated(const char *reason)
{
    if (getenv("VMNET_TEST_EMULATED") == NULL)
        return;
    print_message("  skipped under emulation: %s\n", reason);
    skip();
}

#endif
