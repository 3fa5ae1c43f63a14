/* SPDX-License-Identifier: MIT */
#include "escape.h"

#include "message.h"

#include <stdlib.h>
#include <sysexits.h>

size_t escape_byte(char out[5], unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";

    if (byte >= 0x20 && byte <= 0x7e) {
        out[0] = (char)byte;
        out[1] = '\0';
        return 1;
    }
    out[0] = '\\';
    out[1] = 'x';
    out[2] = digits[byte >> 4];
    out[3] = digits[byte & 0xf];
    out[4] = '\0';
    return 4;
}

void escape_print(FILE *out, const char *bytes, size_t bytes_len)
{
    char shown[5];

    for (size_t i = 0; i < bytes_len; i++) {
        (void)escape_byte(shown, (unsigned char)bytes[i]); /* the length is not needed here */
        (void)fputs(shown, out);                           /* main() looks at ferror(3) in the end */
    }
}

char *escape_copy(const char *bytes, size_t bytes_len)
{
    char *copy = calloc(bytes_len + 1, 4);
    size_t used = 0;

    if (copy == NULL)
        die(EX_TEMPFAIL, "no memory left; try again");
    for (size_t i = 0; i < bytes_len; i++)
        used += escape_byte(copy + used, (unsigned char)bytes[i]);
    return copy;
}
