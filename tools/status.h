/* SPDX-License-Identifier: MIT */
/* The command "status". */
#pragma once

#include "options.h"

extern const struct command status_command;
