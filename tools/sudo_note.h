/* SPDX-License-Identifier: MIT */
/* A reminder for who runs a command with sudo(8): the answer is then about root. */
#pragma once

#include "options.h"

/* Print it to stderr if this is root, by sudo, and no user was asked for. bridge: NULL when the command takes none. */
void sudo_note(const struct options *options, const char *command, const char *bridge);
