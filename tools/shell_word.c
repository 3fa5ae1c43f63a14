/* SPDX-License-Identifier: MIT */
#include "shell_word.h"

#include <stddef.h>
#include <string.h>

const char *shell_word(const char *name, const char *placeholder)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

    return name != NULL && name[0] != '\0' && name[0] != '-' && name[strspn(name, plain)] == '\0' ? name : placeholder;
}
