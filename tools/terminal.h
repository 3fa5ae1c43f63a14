/* SPDX-License-Identifier: MIT */
/* Is the output a terminal, and may it have colours? */
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

/* The bytes that switch to a style; "" if stdout is no terminal with colours, or NO_COLOR (no-color.org) is set. */
const char *terminal_style(enum style style);
