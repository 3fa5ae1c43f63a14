/* SPDX-License-Identifier: MIT */
/* The command "convert". */
#pragma once

#include "options.h"

extern const struct command convert_command;
