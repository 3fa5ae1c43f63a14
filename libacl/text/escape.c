/* SPDX-License-Identifier: MIT */
/* The one place where bytes become fit to be shown. Pure. */
#include "vmnetacl.h"

size_t vmnetacl_escape(char *out, size_t out_size, const char *bytes, size_t bytes_len)
{
    static const char digits[] = "0123456789abcdef";
    size_t used = 0;

    if (out_size == 0)
        return 0;
    for (size_t i = 0; i < bytes_len; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        bool is_printable = byte >= 0x20 && byte <= 0x7e;
        if (out_size - 1 - used < (is_printable ? 1 : 4))
            break;
        if (is_printable) {
            out[used++] = (char)byte;
            continue;
        }
        out[used++] = '\\';
        out[used++] = 'x';
        out[used++] = digits[byte >> 4];
        out[used++] = digits[byte & 0xf];
    }
    out[used] = '\0';
    return used;
}
