/* SPDX-License-Identifier: MIT */
/*
 * Placeholders in the arguments of a command, for the numbers of descriptors:
 *
 *   %FD%      the only queue of the first card
 *   %FDS%     all queues of the first card, joined by ':'
 *   %FDLIST%  all queues of the first card, joined by ','
 *   %FD2%, %FDS2%, %FDLIST2%  those of the second card, and so on
 */
#pragma once

#include "run_taps.h"

#include <stdbool.h>

/*
 * Are there placeholders in these arguments, which end with NULL? Ends the program if a placeholder is for a card that
 * was not asked for, or for one queue where there are several, or if only some of the cards have a placeholder.
 */
bool placeholders_require_valid(char *const *arguments, const struct taps *taps);

/* The text with numbers in place of its placeholders, to be freed. */
char *placeholders_replace(const char *text, const struct taps *taps);
