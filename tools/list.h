/* SPDX-License-Identifier: MIT */
/* The command "list". */
#pragma once

#include "options.h"

extern const struct command list_command;
