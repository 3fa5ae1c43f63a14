/* SPDX-License-Identifier: MIT
 *
 * Where our helper is meant to answer otherwise than the stock helper: decided from the rule world and the caller
 * alone, by a plain model that shares nothing with libvmnetacl. It does not say who is right to use a bridge: where it
 * forecasts no difference, the stock helper says that.
 */
#ifndef VMNET_DIFFERENTIAL_FORECAST_H
#define VMNET_DIFFERENTIAL_FORECAST_H

#include "ruleworld.h"
#include "run.h"

#include <stdbool.h>

/* Every way in which our helper ends with an error in the rules (78) instead of a verdict. */
enum difference {
    DIFFERENCE_NONE,

    /* The stock helper refuses as well. */
    DIFFERENCE_MAIN_UNREADABLE, /* the caller may not read bridge.conf, or it is a link that leads nowhere */
    DIFFERENCE_MAIN_WORD,       /* a line in bridge.conf itself begins with no known word, or has nothing but one */

    /* The stock helper goes on, without what it could not understand: the stricter cases. */
    DIFFERENCE_INCLUDE_WORD, /* such a line in a readable include: the stock helper drops the rest of that file */
    DIFFERENCE_LINE_LONG,    /* more than 1023 bytes */
    DIFFERENCE_LINE_NUL,
    DIFFERENCE_NAME_MISSING,
    DIFFERENCE_NAME_LONG,    /* more than 15 bytes: to the stock helper as a word that it does not know */
    DIFFERENCE_NAME_INVALID, /* one that no interface can have, or that holds a control byte */
    DIFFERENCE_PATH_MISSING,
    DIFFERENCE_PATH_RELATIVE,
    DIFFERENCE_INCLUDE_DEEP, /* a ninth include in a row */
    DIFFERENCE_INCLUDE_LOOP, /* the stock helper runs into a limit, crashes or takes for ever: it is not asked */
    DIFFERENCE_FILE_OWNER,
    DIFFERENCE_FILE_MODE,
    DIFFERENCE_FILE_KIND, /* a directory or a FIFO in a file's place; the stock helper waits for ever at a FIFO */
    DIFFERENCE_DIRECTORY_OWNER,
    DIFFERENCE_DIRECTORY_MODE,
    DIFFERENCE_OPEN_ERROR, /* opening an include fails otherwise than with ENOENT or EACCES */

    DIFFERENCE_COUNT,
};

struct forecast {
    enum difference difference;          /* the first that is met */
    const struct ruleworld_entry *entry; /* where, or NULL; borrowed from the world */
    unsigned line;                       /* from 1; 0 for the whole file */

    /* Our helper ends the first word at a TAB even when a space comes later in the line, and the stock helper does not:
     * the one more lenient form. There is such a line among those that count. */
    bool is_lenient;
};

struct forecast forecast_make(const struct ruleworld *world, const struct lab_caller *caller);

/* A name for reports, as "line-long". */
const char *forecast_difference_name(enum difference difference);

/* The world as the stock helper has to see it to understand the lenient lines: that TAB made a space. */
void forecast_make_strict(struct ruleworld *world);

#endif
