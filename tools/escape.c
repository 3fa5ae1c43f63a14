/* SPDX-License-Identifier: MIT */
#include "escape.h"

#include "message.h"
#include "vmnetacl.h"

#include <stdlib.h>
#include <sysexits.h>

void escape_print(FILE *out, const char *bytes, size_t bytes_len)
{
    char shown[5];

    for (size_t i = 0; i < bytes_len; i++) {
        (void)vmnetacl_escape(shown, sizeof shown, bytes + i, 1); /* always fits */
        (void)fputs(shown, out);                                  /* main() looks at ferror(3) in the end */
    }
}

char *escape_copy(const char *bytes, size_t bytes_len)
{
    char *copy = calloc(bytes_len + 1, 4);

    if (copy == NULL)
        die(EX_TEMPFAIL, "out of memory; try again");
    (void)vmnetacl_escape(copy, 4 * bytes_len + 1, bytes, bytes_len); /* always fits */
    return copy;
}

/* How many bytes a character of UTF-8 has that begins with this one; 0: none does. */
static size_t utf8_len(unsigned char first)
{
    return first >= 0xc2 && first <= 0xdf   ? 2
           : first >= 0xe0 && first <= 0xef ? 3
           : first >= 0xf0 && first <= 0xf4 ? 4
                                            : 0;
}

/* The character that the bytes begin with, and its length; a length of 0: there is none (RFC 3629). */
static unsigned utf8_read(const char *bytes, size_t bytes_len, size_t *len)
{
    static const unsigned least[] = {[2] = 0x80, [3] = 0x800, [4] = 0x10000};
    size_t wanted = utf8_len((unsigned char)bytes[0]);
    unsigned character = wanted == 0 ? 0 : (unsigned char)bytes[0] & (0x7fU >> wanted);

    *len = 0;
    if (wanted == 0 || wanted > bytes_len)
        return 0;
    for (size_t i = 1; i < wanted; i++) {
        if (((unsigned char)bytes[i] & 0xc0) != 0x80)
            return 0;
        character = character << 6 | ((unsigned char)bytes[i] & 0x3f);
    }
    if (character < least[wanted] || character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff))
        return 0;
    *len = wanted;
    return character;
}

/*
 * Does it control a terminal or an editor? The C1 codes, among them CSI; what ends a line; and what makes text look as
 * if its order were another.
 */
static bool is_control(unsigned character)
{
    return (character >= 0x80 && character <= 0x9f) || character == 0x061c || character == 0x200e ||
           character == 0x200f || (character >= 0x2028 && character <= 0x202e) ||
           (character >= 0x2066 && character <= 0x2069);
}

size_t escape_kept_len(const char *bytes, size_t bytes_len, enum escape_keep keep)
{
    size_t len;

    if (bytes[0] >= 0x20 && bytes[0] <= 0x7e)
        return 1;
    return keep == ESCAPE_KEEP_TEXT && !is_control(utf8_read(bytes, bytes_len, &len)) ? len : 0;
}

size_t escape_whole(const char *bytes, size_t bytes_len, enum escape_keep keep)
{
    size_t whole = 0;
    size_t len;

    while (whole < bytes_len && (len = escape_kept_len(bytes + whole, bytes_len - whole, keep)) > 0)
        whole += len;
    return whole;
}
