/* SPDX-License-Identifier: MIT */
/* An error of the library, as text. */
#pragma once

#include "vmnetacl.h"

#include <stdio.h>

/* The message, with that of the errno if there is one. To be freed. */
char *problem_message(const struct vmnetacl_error *error);

/* "file:line:column", without the line or the column if it is 0; nothing without a file. Escaped. */
void problem_print_place(FILE *out, const char *file, unsigned line, unsigned column);

/* "file:line:column: message" */
void problem_print(FILE *out, const struct vmnetacl_error *error);
