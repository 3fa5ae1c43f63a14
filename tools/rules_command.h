/* SPDX-License-Identifier: MIT */
/* The command "rules". */
#pragma once

#include "options.h"

extern const struct command rules_command;
