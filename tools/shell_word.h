/* SPDX-License-Identifier: MIT */
/* Words in commands that people paste into a shell. The name of an interface can be $(reboot). */
#pragma once

#include <stdio.h>

/* The name, if a shell takes it as it is and a command takes it for no option; else the placeholder. */
const char *shell_word(const char *name, const char *placeholder);

/*
 * Print the words of a command, which end with NULL, so that a shell reads them again. Bytes outside printable ASCII
 * are in $'...', as POSIX has it since 2024.
 */
void shell_command_print(FILE *out, char *const *words);
