/* SPDX-License-Identifier: MIT
 *
 * The cases in which our helper is known to answer otherwise than the stock helper, and their neighbours in which it
 * is not: each by name, with what both do.
 */
#ifndef VMNET_DIFFERENTIAL_NAMED_H
#define VMNET_DIFFERENTIAL_NAMED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Make the bridges and files outside /etc/qemu that the cases speak of. */
void named_world_open(void);

/* How many cases there are. */
size_t named_count(void);

/* Run the index-th; tell a failure on out, after "# ". */
struct named_result {
    const char *name;
    bool is_passed;
};
struct named_result named_run(size_t index, FILE *out);

#endif
