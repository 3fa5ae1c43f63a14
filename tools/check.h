/* SPDX-License-Identifier: MIT */
/* The command "check". */
#pragma once

#include "options.h"

extern const struct command check_command;
