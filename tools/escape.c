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
