/* SPDX-License-Identifier: MIT */
/* The command "who". */
#pragma once

#include "options.h"

extern const struct command who_command;
