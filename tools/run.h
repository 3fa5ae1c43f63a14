/* SPDX-License-Identifier: MIT */
/* The command "run". */
#pragma once

#include "options.h"

extern const struct command run_command;
