/* SPDX-License-Identifier: MIT */
/* What each virtual machine monitor (VMM) wants to be told about a tap that it inherits. */
#pragma once

#include "run_taps.h"

/*
 * The words of a command, ended by NULL, with the options for the taps, in which placeholders stand for descriptors.
 * Not to be freed. Ends the program if the command is none of a known VMM, or if its VMM cannot have what was asked for.
 */
char **vmm_add_options(char **words, size_t words_count, const struct taps *taps);
