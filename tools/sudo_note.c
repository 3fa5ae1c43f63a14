/* SPDX-License-Identifier: MIT */
#include "sudo_note.h"

#include "shell_word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Names of bridges and of the environment can be anything. */
static bool is_plain(const char *word)
{
    return shell_word(word, NULL) != NULL;
}

void sudo_note(const struct options *options, const char *command, const char *bridge)
{
    const char *user = getenv("SUDO_USER");

    if (getuid() != 0 || options->user != NULL || options->uid != NULL || user == NULL || strcmp(user, "root") == 0)
        return;
    if (is_plain(user) && (bridge == NULL || is_plain(bridge)))
        (void)fprintf(stderr, "vmnetctl: this is the answer for root; for %s: vmnetctl %s%s%s --user %s\n", user,
                      command, bridge == NULL ? "" : " ", bridge == NULL ? "" : bridge,
                      user); /* nothing to do if it fails */
    else
        (void)fputs("vmnetctl: this is the answer for root; --user NAME asks for another user\n",
                    stderr); /* as above */
}
