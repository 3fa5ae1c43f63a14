/* SPDX-License-Identifier: MIT */
/* What each virtual machine monitor (VMM) wants to be told about a tap that it inherits. */
#pragma once

#include "run_taps.h"

/*
 * The words of this command with the options for the taps added, in which placeholders stand for descriptors. They end
 * with NULL, and must not be freed. Ends the program if the VMM is unknown, or cannot have what was asked for.
 */
char **vmm_add_options(char **words, size_t words_count, const struct taps *taps);
