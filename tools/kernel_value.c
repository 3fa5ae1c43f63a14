/* SPDX-License-Identifier: MIT */
#include "kernel_value.h"

#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *kernel_value_text(const char *path)
{
    char line[4096] = ""; /* the kernel gives at most a page */
    FILE *file = fopen(path, "re");
    bool is_read;

    if (file == NULL)
        return NULL;
    is_read = fgets(line, sizeof line, file) != NULL || !ferror(file); /* an empty file has an empty line */
    (void)fclose(file);                                                /* it was only read, so this cannot lose data */
    if (!is_read)
        return NULL;
    line[strcspn(line, "\n")] = '\0';
    return memory_copy(line);
}

bool kernel_value_is(const char *path, const char *text)
{
    char *value = kernel_value_text(path);
    bool is_equal = value != NULL && strcmp(value, text) == 0;

    free(value);
    return is_equal;
}

unsigned long kernel_value_number(const char *path, unsigned long fallback)
{
    char *value = kernel_value_text(path);
    char *end = value;
    unsigned long number = value != NULL ? strtoul(value, &end, 10) : 0;

    if (end == value)
        number = fallback;
    free(value);
    return number;
}
