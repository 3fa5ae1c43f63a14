/* SPDX-License-Identifier: MIT
 *
 * Rules for both sources, made up at random: a switch, files in rules.d, a bridge.conf with an include; now and then
 * with an error, or of a mode that makes them unreadable or untrusted. They are written to lab.sh's private /etc.
 */
#ifndef VMNET_TOOLS_MADE_H
#define VMNET_TOOLS_MADE_H

#include "rng.h"
#include "run.h"

#include <stddef.h>

/* The bridges and other names that rules and questions are about, NULL-terminated. */
extern const char *const made_bridges[];

/* Who asks, in made_callers_count ways. */
extern const struct lab_caller *const made_callers[];
extern const size_t made_callers_count;

/* Take the rules of the last world away, and write those of another. Faults end the program. */
void made_write(struct rng *rng);

#endif
