/* SPDX-License-Identifier: MIT */
#include "status.h"

#include "status_json.h"
#include "status_taps.h"
#include "status_text.h"

#include <stdio.h>
#include <string.h>

enum {
    STATUS_GOOD = 0,
    STATUS_FINDINGS = 1,
    STATUS_ERROR = 2,
};

static int status_run(const struct options *options)
{
    struct status status;
    int result;

    status_make(&status);
    if (options->json)
        status_print_json(&status);
    else
        status_print_text(&status);
    result = !status_is_whole(&status) ? STATUS_ERROR : status.findings_count > 0 ? STATUS_FINDINGS : STATUS_GOOD;
    (void)fflush(stdout); /* main() checks ferror(3) */
    if (!status.interfaces.are_known && !options->json)
        (void)fprintf(stderr, "vmnetctl: the kernel did not list the interfaces: %s; see netlink(7)\n",
                      strerror(status.interfaces.error)); /* an error on stderr cannot be reported */
    status_free(&status);
    return result;
}

const struct command status_command = {
    .name = "status",
    .options = OPTION_JSON,
    .files_max = 0,
    .run = status_run,
    .help = "Usage: vmnetctl status [--json]\n"
            "Show the taps that vmnet-helper made in this network namespace and that exist now: the bridge,\n"
            "the user, the number that counts for a limit, the options in force, the process that holds\n"
            "the tap, and since when; and what is wrong with each, with the command that removes the cause.\n"
            "\n"
            "  --json    print one JSON object\n"
            "\n"
            "Only root sees the processes of other users.\n"
            "Exits 0 if nothing is wrong, 1 if something is, 2 if something is unknown: the taps, or what the\n"
            "rules say now.\n",
};
