/* SPDX-License-Identifier: MIT */
#include "problem.h"

#include "escape.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>

char *problem_message(const struct vmnetacl_error *error)
{
    if (error->code == VMNETACL_CODE_NAMES_MISSING) /* the message of the library is for programmers */
        return memory_copy("it depends on a name that could not be looked up");
    return error->system_errno == 0 ? memory_copy(error->message)
                                    : memory_format("%s: %s", error->message, strerror(error->system_errno));
}

void problem_print_place(FILE *out, const char *file, unsigned line, unsigned column)
{
    if (file == NULL || *file == '\0')
        return;
    escape_print(out, file, strlen(file));
    if (line != 0)
        (void)fprintf(out, ":%u", line); /* main() checks ferror(3) */
    if (line != 0 && column != 0)
        (void)fprintf(out, ":%u", column);
}

void problem_print(FILE *out, const struct vmnetacl_error *error)
{
    char *message = problem_message(error);

    problem_print_place(out, error->file, error->line, error->column);
    (void)fputs(error->file[0] == '\0' ? "" : ": ", out); /* as above */
    escape_print(out, message, strlen(message));
    free(message);
}
