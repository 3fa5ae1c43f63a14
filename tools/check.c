/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "check_bridges.h"
#include "check_files.h"
#include "check_host.h"
#include "check_rules.h"
#include "check_with.h"
#include "findings.h"
#include "memory.h"
#include "message.h"
#include "vmnetacl.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

enum {
    CHECK_CLEAN = 0,
    CHECK_WARNINGS = 1,
    CHECK_ERRORS = 2,
};

static void check_system(struct findings *findings)
{
    check_rules(findings, NULL);
    check_bridges(findings, NULL);
    check_host(findings);
}

/* Returns the path of the root, to be freed after the findings. */
static char *check_root(struct findings *findings, const char *root)
{
    struct vmnetacl_origin origin = {.root = NULL};
    struct stat status;
    char *path = realpath(root, NULL);

    if (path == NULL || stat(path, &status) != 0)
        die(EX_NOINPUT, "cannot examine the directory '%s': %m", root);
    if (!S_ISDIR(status.st_mode))
        die(EX_NOINPUT, "'%s' is not a directory", root);
    origin.owner = findings->origin.owner = status.st_uid;
    if (strcmp(path, "/") != 0)
        origin.root = findings->origin.root = path;
    check_rules(findings, &origin);
    return path;
}

/* Returns what is to be freed after the findings. */
static char *check_find(struct findings *findings, const struct options *options)
{
    if ((options->root != NULL) + (options->with != NULL) + (options->files_count > 0) > 1)
        die(EX_USAGE, "--root, --with and FILE exclude each other; see 'vmnetctl check --help'");
    if (options->as != NULL && options->with == NULL && options->files_count == 0)
        die(EX_USAGE, "--as says what a FILE is, and there is none; see 'vmnetctl check --help'");
    if (options->root != NULL)
        return check_root(findings, options->root);
    if (options->with != NULL)
        check_with(findings, options->with, options->as);
    else if (options->files_count > 0)
        check_files(findings, options);
    else
        check_system(findings);
    return NULL;
}

static int check_run(const struct options *options)
{
    struct findings findings = {.items = NULL};
    char *root = check_find(&findings, options);
    int status = findings.counts[FINDING_ERROR] > 0     ? CHECK_ERRORS
                 : findings.counts[FINDING_WARNING] > 0 ? CHECK_WARNINGS
                                                        : CHECK_CLEAN;

    if (findings.rules_read_count == 0 && status != CHECK_ERRORS && options->files_count == 0)
        findings_add_note(&findings, "host", "rules-none", NULL,
                          memory_copy("no rule at all: every request is refused"));

    findings_sort(&findings);
    if (options->json) {
        findings_print_json(&findings);
    } else {
        findings_print(&findings, options->all);
        findings_print_summary(&findings);
    }
    findings_free(&findings);
    free(root);
    return status;
}

const struct command check_command = {
    .name = "check",
    .options = OPTION_ALL | OPTION_AS | OPTION_JSON | OPTION_ROOT | OPTION_WITH,
    .files_max = SIZE_MAX,
    .run = check_run,
    .help = "Usage: vmnetctl check [--root DIR] [--all] [--json]\n"
            "       vmnetctl check [--as FORMAT] [--all] [--json] FILE...\n"
            "       vmnetctl check --with FILE [--as FORMAT] [--all] [--json]\n"
            "Show all that is wrong with the rules: first the errors, then the warnings; then notes about\n"
            "this system, which do not count for the exit status.\n"
            "\n"
            "  --root DIR     check the rules of the system below DIR, whose owner takes the place of root\n"
            "  --with FILE    check the installed rules as if FILE were installed\n"
            "  --as FORMAT    read FILE as files (one of /etc/vmnet/rules.d), qemu (bridge.conf) or switch\n"
            "                 (switch.conf), whatever its name\n"
            "  --all          show all findings, not only the first 50 of each kind in a file\n"
            "  --json         print one JSON object\n"
            "\n"
            "A FILE is checked by itself; - is standard input. A file named switch.conf is read as the\n"
            "switch, a file whose name ends with .rules as one of /etc/vmnet/rules.d, and any other as a\n"
            "bridge.conf.\n"
            "\n"
            "Exits 0 after nothing but notes, 1 after warnings, 2 after errors.\n",
};
