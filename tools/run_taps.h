/* SPDX-License-Identifier: MIT */
/* The taps that vmnet-helper hands over: one for each card, and a descriptor for each of its queues. */
#pragma once

#include "options.h"

#include <stddef.h>

/* The most queues that vmnet-helper gives to a tap. */
#define QUEUES_MAX 16

struct taps {
    const struct options_card *cards;
    size_t cards_count;
    unsigned queues; /* of each card */
    int *fds;        /* the queues of the first card, then those of the next one; NULL until taps_open() */
};

/*
 * Ask the helper at this path for all of them. Ends the program if it does not get each of them: after a refusal, with
 * the exit status of the helper, which has said why.
 */
void taps_open(struct taps *taps, const char *helper);

/* Let them stay open in the program that takes the place of this one. */
void taps_inherit(const struct taps *taps);
