/* SPDX-License-Identifier: MIT */
/* The command "doctor". */
#pragma once

#include "options.h"

extern const struct command doctor_command;
