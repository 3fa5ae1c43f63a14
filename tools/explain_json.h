/* SPDX-License-Identifier: MIT */
/* A story for other programs. */
#pragma once

#include "advice.h"
#include "story.h"
#include "unknowns.h"

void explain_print_json(const struct story *story, const struct advices *advices, const struct unknowns *unknowns);
