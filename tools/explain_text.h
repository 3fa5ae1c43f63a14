/* SPDX-License-Identifier: MIT */
/* A story for people. */
#pragma once

#include "advice.h"
#include "story.h"
#include "unknowns.h"

void explain_print_text(const struct story *story, const struct advices *advices, const struct unknowns *unknowns);
