/* SPDX-License-Identifier: MIT
 *
 * Rule worlds, callers and bridges made up at random.
 */
#ifndef VMNET_DIFFERENTIAL_GENERATE_H
#define VMNET_DIFFERENTIAL_GENERATE_H

#include "rng.h"
#include "ruleworld.h"
#include "run.h"

/* The bridges that exist, NULL-terminated; the laboratory has the first two already. */
extern const char *const generate_bridges[];

/* True when a file includes itself, directly or not, and the stock helper had better not be asked. */
bool generate_world(struct rng *rng, struct ruleworld *world);

/* The name of a bridge, mostly an existing one; and who asks. */
const char *generate_bridge(struct rng *rng);
const struct lab_caller *generate_caller(struct rng *rng);

/* "vmuser", "vmother" or "nobody". */
const char *generate_caller_name(const struct lab_caller *caller);

#endif
