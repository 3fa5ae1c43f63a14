/* SPDX-License-Identifier: MIT */
#include "string_set.h"

#include "memory.h"
#include "message.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static int compare(const void *left, const void *right)
{
    return strcmp(left, right);
}

bool string_set_add(struct string_set *seen, const char *text)
{
    char *copy = memory_copy(text);
    char *const *found = tsearch(copy, &seen->tree, compare);

    if (found == NULL)
        die(EX_TEMPFAIL, "out of memory; try again");
    if (*found == copy)
        return true;
    free(copy);
    return false;
}

bool string_set_has(const struct string_set *seen, const char *text)
{
    return tfind(text, &seen->tree, compare) != NULL;
}

void string_set_free(struct string_set *seen)
{
    tdestroy(seen->tree, free);
    seen->tree = NULL;
}
