/* SPDX-License-Identifier: MIT */
/* What a terminal is told and a file is not: colours, and columns for the eye. */
#pragma once

#include <stdbool.h>

enum style {
    STYLE_PLAIN,
    STYLE_GOOD,
    STYLE_BAD,
    STYLE_DOUBT,
    STYLE_STRONG,
    STYLE_FAINT,
};

/* stdout is a terminal. */
bool terminal_is_there(void);

/* What switches to a style; "" unless stdout is a terminal that shows colours, and NO_COLOR (no-color.org) is empty. */
const char *terminal_style(enum style style);
