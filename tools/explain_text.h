/* SPDX-License-Identifier: MIT */
/* An explanation for people. */
#pragma once

#include "advice.h"
#include "caveats.h"
#include "explanation.h"

void explain_print_text(const struct explanation *explanation, const struct advices *advices,
                        const struct caveats *caveats);
