/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "check_bridges.h"
#include "check_helper.h"
#include "findings.h"
#include "memory.h"
#include "message.h"
#include "text.h"
#include "vmnetacl.h"

#include <errno.h>
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

/* Rules that are checked together. */
struct sight {
    struct findings *findings;
    const char *root; /* NULL: "/" */
    bool is_by_name;  /* these are files from the command line, and what they include is not read */
};

static bool sight_visit(const struct vmnetacl_finding *finding, void *data)
{
    const struct sight *sight = data;

    if (sight->is_by_name && finding->error->code == VMNETACL_CODE_INCLUDE_SKIPPED)
        return true; /* the included file was not looked for */
    findings_add_problem(sight->findings, finding->is_error, finding->source, finding->error, sight->root);
    return true;
}

static void sight_take(struct sight *sight, const struct vmnetacl_origin *origin)
{
    struct vmnetacl_error error;
    enum vmnetacl_status status = vmnetacl_lint(origin, 0, sight_visit, sight, &error);

    if (status != VMNETACL_OK)
        errno = error.system_errno;
    if (status == VMNETACL_TRYAGAIN)
        die(EX_TEMPFAIL, "cannot check the rules: %s; try again", error.message);
    if (status != VMNETACL_OK)
        die(EX_SOFTWARE, "cannot check the rules: %s", error.message);
    check_helper(sight->findings, origin, sight->root);
}

static void check_system(struct findings *findings)
{
    struct sight sight = {.findings = findings};

    sight_take(&sight, NULL);
    check_bridges(findings);
}

static void check_root(struct findings *findings, const char *root)
{
    struct sight sight = {.findings = findings};
    struct vmnetacl_origin origin = {.root = NULL};
    struct stat status;
    char *path = realpath(root, NULL);

    if (path == NULL || stat(path, &status) != 0)
        die(EX_NOINPUT, "cannot examine the directory '%s': %m", root);
    if (!S_ISDIR(status.st_mode))
        die(EX_NOINPUT, "'%s' is not a directory", root);
    origin.owner = status.st_uid;
    if (strcmp(path, "/") != 0)
        origin.root = sight.root = path;
    sight_take(&sight, &origin);
    free(path);
}

/* The grammars. Files of rules.d are checked together; any other file is checked by itself. */
static const struct grammar {
    const char *source;
    bool is_one_whole;
} grammar_switch = {.source = "switch"}, grammar_files = {.source = "files", .is_one_whole = true},
  grammar_qemu = {.source = "qemu"};

/* The grammar of a file, by its name. */
static const struct grammar *grammar_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t len = strlen(name);

    if (strcmp(name, "switch.conf") == 0)
        return &grammar_switch;
    return len >= 6 && strcmp(name + len - 6, ".rules") == 0 ? &grammar_files : &grammar_qemu;
}

/* Read a file. If that fails, it is a finding. */
static bool check_read(struct findings *findings, struct text *text, const char *path)
{
    int error = text_read(text, path);
    struct vmnetacl_error problem = {.code = VMNETACL_CODE_SYSTEM, .system_errno = error};

    if (error == 0)
        return true;
    if (error == ENOMEM)
        die(EX_TEMPFAIL, "out of memory; try again");
    if (error == EFBIG)
        problem.code = VMNETACL_CODE_FILE_LARGE;
    if (error == ENOENT || error == ENOTDIR)
        problem.code = VMNETACL_CODE_FILE_MISSING;
    if (error == EACCES)
        problem.code = VMNETACL_CODE_FILE_DENIED;
    if (error == EISDIR)
        problem.code = VMNETACL_CODE_FILE_KIND;
    (void)strncat(problem.file, path, sizeof problem.file - 1); /* truncated when too long, as in the library */
    strcpy(problem.message, "cannot read the file");
    findings_add_problem(findings, true, grammar_of(path)->source, &problem, NULL);
    return false;
}

/* Check the files of one grammar. */
static void check_files(struct findings *findings, const struct options *options, const struct grammar *grammar)
{
    struct sight sight = {.findings = findings, .is_by_name = true};
    struct text *texts = calloc(options->files_count, sizeof *texts);
    struct vmnetacl_buffer *buffers = calloc(options->files_count, sizeof *buffers);
    size_t count = 0;
    size_t taken;

    if (texts == NULL || buffers == NULL)
        die(EX_TEMPFAIL, "out of memory; try again");
    for (size_t i = 0; i < options->files_count; i++) {
        const char *path = options->files[i];
        if (grammar_of(path) != grammar || !check_read(findings, &texts[count], path))
            continue;
        buffers[count] = (struct vmnetacl_buffer){.source = grammar->source,
                                                  .path = path,
                                                  .text = texts[count].bytes,
                                                  .text_len = texts[count].len};
        count++;
    }
    for (size_t i = 0; i < count; i += taken) {
        taken = grammar->is_one_whole ? count : 1;
        sight_take(&sight, &(struct vmnetacl_origin){.buffers = &buffers[i], .buffers_count = taken});
    }
    for (size_t i = 0; i < count; i++)
        text_free(&texts[i]);
    free(buffers);
    free(texts);
}

static int check_run(const struct options *options)
{
    struct findings findings = {.items = NULL};
    int status;

    if (options->root != NULL && options->files_count > 0)
        die(EX_USAGE, "--root and FILE exclude each other; see 'vmnetctl check --help'");
    if (options->root != NULL) {
        check_root(&findings, options->root);
    } else if (options->files_count > 0) {
        check_files(&findings, options, &grammar_switch);
        check_files(&findings, options, &grammar_files);
        check_files(&findings, options, &grammar_qemu);
    } else {
        check_system(&findings);
    }
    findings_sort(&findings);
    if (options->json)
        findings_print_json(&findings);
    else
        findings_print(&findings);
    status = findings.error_count > 0 ? CHECK_ERRORS : findings.count > 0 ? CHECK_WARNINGS : CHECK_CLEAN;
    findings_free(&findings);
    return status;
}

const struct command check_command = {
    .name = "check",
    .options = OPTION_JSON | OPTION_ROOT,
    .files_max = SIZE_MAX,
    .run = check_run,
    .help = "Usage: vmnetctl check [--root DIR] [--json]\n"
            "       vmnetctl check [--json] FILE...\n"
            "Show all that is wrong with the rules: first the errors, then the warnings.\n"
            "\n"
            "  --root DIR    check the rules of the system below DIR, whose owner takes the place of root\n"
            "  --json        print one JSON object\n"
            "\n"
            "A FILE is checked by itself. A file named switch.conf is read as the switch, a file whose\n"
            "name ends with .rules as one of /etc/vmnet/rules.d, and any other as a bridge.conf.\n"
            "\n"
            "Exits 0 if nothing was found, 1 after warnings, 2 after errors.\n",
};
