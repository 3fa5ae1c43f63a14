/* SPDX-License-Identifier: MIT */
/* The command "edit". */
#pragma once

#include "options.h"

extern const struct command edit_command;
