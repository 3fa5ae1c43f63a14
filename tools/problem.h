/* SPDX-License-Identifier: MIT */
/* An error of the library's, in words. */
#pragma once

#include "vmnetacl.h"

#include <stdio.h>

/* The message, with the system's reason if there is one. To be freed. */
char *problem_message(const struct vmnetacl_error *error);

/* "file:line:column", as far as there are such; prints nothing when there is no file. Escaped. */
void problem_print_place(FILE *out, const char *file, unsigned line, unsigned column);

/* "file:line:column: message" */
void problem_print(FILE *out, const struct vmnetacl_error *error);
