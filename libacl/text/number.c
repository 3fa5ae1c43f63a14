/* SPDX-License-Identifier: MIT */
#include "number.h"

#include <string.h>

char *number_put(char *at, uint32_t number)
{
    char digits[NUMBER_SIZE];
    char *first = digits + sizeof digits - 1;
    size_t len;

    *first = '\0';
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    len = (size_t)(digits + sizeof digits - 1 - first);
    memcpy(at, first, len + 1);
    return at + len;
}
