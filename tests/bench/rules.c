/* SPDX-License-Identifier: MIT */
/*
 * Write the lab's /etc/qemu/bridge.conf. Runs as root, on the lab's private overlay of /etc.
 */
#include "rules.h"

#include <stdio.h>
#include <sys/stat.h>

#include "start.h"

#define RULES_PATH "/etc/qemu/bridge.conf"

/* What vmnet-helper reads of this file at most; a larger one would measure its refusal. */
#define RULES_SIZE_MAX (16L * 1024 * 1024)

bool rules_write(struct rules rules)
{
    FILE *file = fopen(RULES_PATH, "w");

    if (!file) {
        perror("bench: " RULES_PATH);
        return false;
    }
    for (size_t i = 0; i + 1 < rules.count; i++) {
        bool deny = rules.deny_every > 0 && i % rules.deny_every == 0;
        fprintf(file, "%s br%04zu\n", deny ? "deny" : "allow", i);
    }
    fprintf(file, "allow %s\n", START_BRIDGE);

    bool fits = ftell(file) <= RULES_SIZE_MAX;
    bool written = !ferror(file);
    if (fclose(file) || !written || !fits || chmod(RULES_PATH, 0644)) {
        fprintf(stderr, "bench: %s: %s\n", RULES_PATH, fits ? "cannot be written" : "too large");
        return false;
    }
    return true;
}
