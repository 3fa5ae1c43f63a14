/* SPDX-License-Identifier: MIT */
/* The command "explain". */
#pragma once

#include "options.h"

extern const struct command explain_command;
