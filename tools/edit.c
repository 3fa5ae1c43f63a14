/* SPDX-License-Identifier: MIT */
/*
 * Edits a file of rules as visudo(8) edits sudoers: the editor is given a copy, which is checked as if it were in the
 * file's place, and gets there by rename(2) only without an error. The editor runs as the user, without a shell.
 */
#include "edit.h"

#include "check_with.h"
#include "edit_place.h"
#include "escape.h"
#include "memory.h"
#include "message.h"
#include "policy_errors.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum {
    EDIT_DONE = 0,
    EDIT_NOT_SAVED = 1,
    EDIT_ERRORS = 2,
};

/* What to do with a text that was checked. */
enum answer {
    ANSWER_EDIT,
    ANSWER_INSTALL,
    ANSWER_EXIT
};

static const char *editor_name(void)
{
    static const char *const variables[] = {"SUDO_EDITOR", "VISUAL", "EDITOR"};

    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i]);
        if (value != NULL && value[strspn(value, " \t")] != '\0')
            return value;
    }
    return "vi";
}

/* Become the editor. Its words are separated by blanks, and no shell reads them. */
static noreturn void editor_exec(const char *file)
{
    char *words = memory_copy(editor_name());
    char **arguments = NULL;
    size_t count = 0;
    char *rest = words;
    char *word;

    while ((word = strtok_r(rest, " \t", &rest)) != NULL) {
        arguments = memory_grow(arguments, count, sizeof *arguments);
        arguments[count++] = word;
    }
    arguments = memory_grow(arguments, count, sizeof *arguments);
    arguments[count++] = memory_copy(file);
    arguments = memory_grow(arguments, count, sizeof *arguments);
    arguments[count] = NULL;
    (void)execvp(arguments[0], arguments); /* it returns only on failure */
    {
        char *shown = escape_copy(arguments[0], strlen(arguments[0]));
        (void)fprintf(stderr, "vmnetctl: cannot run the editor '%s': %s; set EDITOR\n", shown, strerror(errno));
    }
    _exit(127); /* no handler of exit(3) of the parent's */
}

/* Ctrl-C and Ctrl-\ are for the editor meanwhile. */
static void editor_run(const char *file)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction interrupt;
    struct sigaction quit;
    int status;
    pid_t child;

    (void)fflush(stdout); /* main() checks ferror(3) */
    if (sigaction(SIGINT, &ignore, &interrupt) != 0 || sigaction(SIGQUIT, &ignore, &quit) != 0)
        die(EX_OSERR, "cannot ignore signals: %m");
    child = fork();
    if (child < 0)
        die(EX_OSERR, "cannot start the editor: %m");
    if (child == 0) {
        static const int numbers[] = {SIGHUP, SIGINT, SIGPIPE, SIGQUIT, SIGTERM, SIGXFSZ};
        for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
            (void)signal(numbers[i], SIG_DFL); /* valid numbers */
        editor_exec(file);
    }
    edit_place_set_child(child);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            die(EX_OSERR, "cannot wait for the editor: %m");
    edit_place_set_child(0);
    if (sigaction(SIGINT, &interrupt, NULL) != 0 || sigaction(SIGQUIT, &quit, NULL) != 0)
        die(EX_OSERR, "cannot handle signals: %m");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        die(EX_OSERR, "the editor failed; the rules are as they were");
}

/* Ask until there is an answer; at the end of the input it is ANSWER_EXIT. */
static enum answer ask(bool may_install)
{
    char line[16];

    for (;;) {
        (void)printf("What now? (e)dit again, %se(x)it without saving: ", may_install ? "(i)nstall, " : "");
        if (fflush(stdout) != 0 || fgets(line, sizeof line, stdin) == NULL || strcmp(line, "x\n") == 0)
            return ANSWER_EXIT;
        if (strcmp(line, "e\n") == 0)
            return ANSWER_EDIT;
        if (may_install && strcmp(line, "i\n") == 0)
            return ANSWER_INSTALL;
    }
}

/* Findings in other files do not prevent this edit, which may be the first of several that put them right. */
static bool has_finding(const struct findings *findings, const char *path, enum finding_level level)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        if (finding->level == level && finding->file != NULL && strcmp(finding->file, path) == 0)
            return true;
    }
    return false;
}

/* Check the copy, show what is wrong, and find out what to do. text: what was checked. */
static enum answer judge(const struct edit_place *place, struct text *text, int *status)
{
    struct findings findings = {.items = NULL};
    bool has_errors;
    bool has_doubts;

    if (!check_with_text(&findings, place->copy, place->path, place->source, text))
        die(EX_NOINPUT, "cannot read '%s', which the editor was given; the rules are as they were", place->copy);
    findings_sort(&findings);
    findings_print(&findings, false);
    has_errors = has_finding(&findings, place->path, FINDING_ERROR);
    has_doubts = has_finding(&findings, place->path, FINDING_WARNING) ||
                 has_finding(&findings, place->path, FINDING_NOTE); /* of a bridge whose name may be mistyped */
    findings_free(&findings);
    *status = has_errors ? EDIT_ERRORS : EDIT_NOT_SAVED;
    if (isatty(STDIN_FILENO) != 1)
        return has_errors ? ANSWER_EXIT : ANSWER_INSTALL;
    return has_errors || has_doubts ? ask(!has_errors) : ANSWER_INSTALL;
}

static bool is_unchanged(const struct edit_place *place, const struct text *text)
{
    return text->len == place->text.len && (text->len == 0 || memcmp(text->bytes, place->text.bytes, text->len) == 0);
}

static void tell(const char *path, const char *what)
{
    char *shown = escape_copy(path, strlen(path));

    (void)printf("%s: %s\n", shown, what); /* main() checks ferror(3) */
    free(shown);
}

/* The copy was checked without the owners and the modes of files, those of the files that it includes among them. */
static void report_refused(void)
{
    struct policy_errors errors;
    struct vmnetacl_policy *policy = policy_errors_load(&errors);

    if (policy_errors_report(&errors, false) != 0)
        (void)fputs("vmnetctl: until this is fixed, vmnet-helper refuses requests; 'vmnetctl check' says more\n",
                    stderr); /* an error on stderr cannot be reported */
    policy_errors_free(&errors);
    vmnetacl_free(policy);
}

static int edit_run(const struct options *options)
{
    struct edit_place place;
    struct text text = {.bytes = NULL};
    enum answer answer = ANSWER_EDIT;
    int status = EDIT_DONE;

    edit_place_open(&place, options->files_count > 0 ? options->files[0] : "/etc/vmnet/rules.d/50-local.rules");
    while (answer == ANSWER_EDIT) {
        text_free(&text);
        editor_run(place.copy);
        answer = judge(&place, &text, &status);
    }
    if (answer == ANSWER_INSTALL) {
        status = EDIT_DONE;
        if (!is_unchanged(&place, &text))
            edit_place_install(&place, &text);
        tell(place.path, is_unchanged(&place, &text) ? "unchanged" : "installed");
        report_refused();
    } else {
        tell(place.path, "not saved");
    }
    text_free(&text);
    edit_place_close(&place);
    return status;
}

const struct command edit_command = {
    .name = "edit",
    .options = 0,
    .files_max = 1,
    .run = edit_run,
    .help = "Usage: vmnetctl edit [FILE]\n"
            "Edit a file of rules, check it as if it were installed, and install it if it has no error.\n"
            "\n"
            "FILE is one of /etc/vmnet/rules.d/*.rules, /etc/vmnet/switch.conf or the bridge.conf of QEMU;\n"
            "by default, /etc/vmnet/rules.d/50-local.rules. The editor is that of SUDO_EDITOR, VISUAL or\n"
            "EDITOR, or vi.\n"
            "\n"
            "Exits 0 if the file was installed or is unchanged, 1 if it was not saved, 2 if it had errors.\n",
};
