/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool terminal_is_there(void)
{
    return isatty(STDOUT_FILENO) == 1;
}

static bool terminal_has_colours(void)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    if (no_colour != NULL && *no_colour != '\0')
        return false;
    return term != NULL && *term != '\0' && strcmp(term, "dumb") != 0 && terminal_is_there();
}

const char *terminal_style(enum style style)
{
    static const char *const codes[] = {
        [STYLE_PLAIN] = "\033[0m",    [STYLE_GOOD] = "\033[1;32m", [STYLE_BAD] = "\033[1;31m",
        [STYLE_DOUBT] = "\033[1;33m", [STYLE_STRONG] = "\033[1m",  [STYLE_FAINT] = "\033[2m",
    };

    return terminal_has_colours() ? codes[style] : "";
}
