/* SPDX-License-Identifier: MIT */
#include "problem.h"

#include "escape.h"
#include "memory.h"
#include "unreadable.h"

#include <stdlib.h>
#include <string.h>

char *problem_message_below(const struct vmnetacl_error *error, const char *root)
{
    char *path;
    char *directory;
    char *message;

    if (error->code == VMNETACL_CODE_NAMES_MISSING) /* the message of the library is for programmers */
        return memory_copy("it depends on a name that could not be looked up");
    if (error->system_errno == 0)
        return memory_copy(error->message);
    if (error->code != VMNETACL_CODE_FILE_DENIED)
        return memory_format("%s: %s", error->message, strerror(error->system_errno));
    path = memory_format("%s%s", root == NULL ? "" : root, error->file);
    directory = unreadable_directory(path);
    message = memory_format("%s: %s%s%s%s", error->message, strerror(error->system_errno),
                            directory == NULL ? "" : "; the directory ", directory == NULL ? "" : directory,
                            directory == NULL ? "" : " may not be searched");
    free(directory);
    free(path);
    return message;
}

char *problem_message(const struct vmnetacl_error *error)
{
    return problem_message_below(error, NULL);
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
