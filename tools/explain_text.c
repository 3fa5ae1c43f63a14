/* SPDX-License-Identifier: MIT */
/* Output goes to stdout. Errors are checked once, with ferror(3) in main(). */
#include "explain_text.h"

#include "escape.h"
#include "excerpt.h"
#include "problem.h"
#include "rule.h"
#include "terminal.h"
#include "unreadable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many rules of one source that almost match are shown without --all. */
#define ALMOST_MAX 10

/* How many rules of one source that match, and how many sentences of advice of one kind. */
#define MATCHES_MAX 50

static void print_escaped(const char *text)
{
    escape_print(stdout, text, strlen(text));
}

static void print_verdict(const struct explanation *explanation)
{
    enum vmnetacl_status verdict = explanation->decision.verdict;
    char *who = account_describe(explanation->account);

    (void)printf("%s%s%s: ",
                 terminal_style(verdict != VMNETACL_ALLOW      ? STYLE_BAD
                                : explanation->refusal != NULL ? STYLE_DOUBT
                                                               : STYLE_GOOD),
                 vmnetacl_status_name(verdict), terminal_style(STYLE_PLAIN));
    if (verdict == VMNETACL_ALLOW)
        (void)printf("%s may use bridge '", who);
    else if (verdict == VMNETACL_DENY || verdict == VMNETACL_NOTFOUND)
        (void)printf("%s may not use bridge '", who);
    else
        (void)printf("the rules give no answer for %s and bridge '", who);
    print_escaped(explanation->bridge);
    (void)fputs("': ", stdout);
    if (verdict == VMNETACL_NOTFOUND)
        (void)fputs("no rule allows it", stdout);
    else if (explanation->decision.rule.file != NULL)
        problem_print_place(stdout, explanation->decision.rule.file, explanation->decision.rule.line,
                            explanation->decision.rule.column);
    else
        problem_print(stdout, &explanation->error);
    if (explanation->refusal != NULL) {
        (void)fputs(", but vmnet-helper refuses it: ", stdout);
        print_escaped(explanation->refusal);
    }
    (void)fputs("\n", stdout);
    free(who);
}

/* Show the line with the error. */
static void print_excerpt(const struct vmnetacl_error *error)
{
    const struct excerpt_origin origin = {.root = NULL};
    struct excerpt excerpt = {.path = NULL};
    size_t line_len;
    const char *line = excerpt_find(&excerpt, &origin, error->file, error->line, &line_len);

    if (line != NULL)
        excerpt_print(stdout, line, line_len, error->column);
    excerpt_free(&excerpt);
}

static const char *subject_words(const struct vmnetacl_event *event)
{
    bool is_group = event->rule->subject == VMNETACL_SUBJECT_GROUP || event->rule->subject == VMNETACL_SUBJECT_GID;

    switch (event->subject) {
    case VMNETACL_MATCH_NO:
        return is_group ? "not in the group" : "another user";
    case VMNETACL_MATCH_NO_SUCH_NAME:
        return is_group ? "no such group" : "no such user";
    case VMNETACL_MATCH_UNKNOWN:
        return is_group ? "the group was not looked up" : "the user was not looked up";
    case VMNETACL_MATCH_FAILED:
        return is_group ? "the group cannot be looked up" : "the user cannot be looked up";
    case VMNETACL_MATCH_YES:
        break;
    }
    return "";
}

static void print_rule(const struct vmnetacl_event *event)
{
    const struct vmnetacl_rule *rule = event->rule;
    const char *subject = subject_words(event);
    bool is_match = explanation_rule_matches(event);
    enum style style = !is_match ? STYLE_FAINT : rule->is_deny ? STYLE_BAD : STYLE_GOOD;

    (void)fputs("    ", stdout);
    problem_print_place(stdout, rule->place.file, rule->place.line, rule->place.column);
    (void)fputs(": ", stdout);
    print_escaped(rule->text);
    (void)printf("  %s(", terminal_style(style));
    if (is_match)
        (void)fputs("matches", stdout);
    else
        (void)printf("%s%s%s", subject, *subject != '\0' && event->bridge != VMNETACL_MATCH_YES ? ", " : "",
                     event->bridge != VMNETACL_MATCH_YES ? "another bridge" : "");
    (void)printf(")%s\n", terminal_style(STYLE_PLAIN));
}

/* The rules of one source, while they are visited. */
struct rules {
    bool has_all;
    size_t almost_count;
    size_t matches_count;
    size_t left_out; /* of those that almost match */
};

static void print_next_rule(const struct vmnetacl_event *event, void *data)
{
    struct rules *rules = data;

    bool is_match = explanation_rule_matches(event);
    bool is_shown = is_match ? rules->matches_count++ < MATCHES_MAX : rules->almost_count++ < ALMOST_MAX;

    if (rules->has_all || is_shown)
        print_rule(event);
    else if (!is_match)
        rules->left_out++;
}

static void print_rules(const struct explanation *explanation, size_t index)
{
    struct rules rules = {.has_all = explanation->has_all_rules,
                          .left_out = explanation->sources[index].rules_left_out};

    explanation_visit_rules(explanation, index, print_next_rule, &rules);
    if (rules.matches_count > MATCHES_MAX && !rules.has_all)
        (void)printf("    %zu more %s; --all shows them\n", rules.matches_count - MATCHES_MAX,
                     rules.matches_count == MATCHES_MAX + 1 ? "rule that matches" : "rules that match");
    if (rules.left_out > 0)
        (void)printf("    %zu more %s for others or for other bridges; --all shows them\n", rules.left_out,
                     rules.left_out == 1 ? "rule" : "rules");
}

static void print_source(const struct explanation *explanation, size_t index)
{
    const struct explanation_source *source = &explanation->sources[index];

    (void)printf("  %s%s%s (", terminal_style(STYLE_STRONG), source->name, terminal_style(STYLE_PLAIN));
    print_escaped(source->path == NULL ? "" : source->path);
    if (!source->was_asked) {
        (void)fputs("): not asked, since the search had ended\n", stdout);
        return;
    }
    (void)printf("): %s", vmnetacl_status_name(source->status));
    if (source->error != NULL) {
        (void)fputs(": ", stdout);
        problem_print(stdout, source->error);
    } else if (!source->is_there) {
        (void)fputs(", it does not exist", stdout);
    }
    (void)fputs(source->ends_search ? "; this ends the search\n" : "\n", stdout);
    print_rules(explanation, index);
}

static void print_skipped_file(const struct vmnetacl_file *file)
{
    char *directory = file->code == VMNETACL_CODE_FILE_DENIED ? unreadable_directory(file->path) : NULL;

    print_escaped(file->path);
    if (directory != NULL) {
        (void)fputs(": the directory ", stdout);
        print_escaped(directory);
        (void)fputs(" may not be searched, so its rules do not count\n", stdout);
    } else {
        (void)printf(": %s\n", file->code == VMNETACL_CODE_FILE_DENIED ? "may not be read, so its rules do not count"
                               : file->code == VMNETACL_CODE_FILE_DANGLING
                                   ? "a symbolic link whose target does not exist"
                                   : "does not exist");
    }
    free(directory);
}

/* Skipped files, except the files and directories of sources, which print_source() has shown as missing. */
static void print_skipped(const struct explanation *explanation)
{
    struct vmnetacl_file file;
    bool is_first = true;

    for (size_t i = 0; explanation->policy != NULL && vmnetacl_file_at(explanation->policy, i, &file); i++) {
        bool is_shown = file.found;
        for (size_t j = 0; j < explanation->sources_count; j++)
            is_shown = is_shown ||
                       (explanation->sources[j].path != NULL && strcmp(explanation->sources[j].path, file.path) == 0);
        if (is_shown)
            continue;
        (void)fputs(is_first ? "Skipped:\n  " : "  ", stdout);
        print_skipped_file(&file);
        is_first = false;
    }
}

static void print_options(const struct vmnetacl_decision *decision)
{
    char *text = rule_options_text(&decision->grant);
    struct vmnetacl_option option;

    if (text == NULL) {
        (void)fputs("Options: none\n", stdout);
        return;
    }
    (void)printf("Options: %s, from ", text);
    free(text);
    problem_print_place(stdout, decision->rule.file, decision->rule.line, 0);
    (void)fputs(", the first allow that matches\n", stdout);
    for (size_t i = 0; vmnetacl_option_at(&decision->grant, i, &option); i++)
        if (option.bit == VMNETACL_OPTION_MAC) /* QEMU chooses the guest's address, and never tells */
            (void)printf("    start QEMU with mac=%s: the port takes no frame from another address\n", option.value);
}

/* Those of one kind follow each other. */
static void print_advices(const struct advices *advices, bool with_all)
{
    size_t same_count = 0;
    size_t left_out = 0;

    for (size_t i = 0; i < advices->count; i++) {
        const struct advice *advice = &advices->items[i];
        same_count = i > 0 && strcmp(advices->items[i - 1].action, advice->action) == 0 ? same_count + 1 : 1;
        if (same_count > MATCHES_MAX && !with_all) {
            left_out++;
            continue;
        }
        (void)fputs("* ", stdout);
        print_escaped(advice->message);
        if (advice->rule != NULL) {
            (void)printf(":\n    %s", terminal_style(STYLE_STRONG));
            print_escaped(advice->rule);
            (void)fputs(terminal_style(STYLE_PLAIN), stdout);
        }
        (void)fputs("\n", stdout);
    }
    if (left_out > 0)
        (void)printf("* and %zu more; --all shows them\n", left_out);
}

void explain_print_text(const struct explanation *explanation, const struct advices *advices,
                        const struct caveats *caveats)
{
    print_verdict(explanation);
    if (explanation->decision.verdict == VMNETACL_UNAVAIL)
        print_excerpt(&explanation->error);
    if (explanation->decision.degraded) {
        (void)fputs("degraded: a source could not be read, and the switch continues without it: ", stdout);
        problem_print(stdout, &explanation->error);
        (void)fputs("\n", stdout);
    }
    if (explanation->sources_count > 0)
        (void)fputs("Asked, in this order:\n", stdout);
    for (size_t i = 0; i < explanation->sources_count; i++)
        print_source(explanation, i);
    print_skipped(explanation);
    if (explanation->decision.verdict == VMNETACL_ALLOW)
        print_options(&explanation->decision);
    print_advices(advices, explanation->has_all_rules);
    if (caveats->count > 0)
        (void)fputs("What is unknown:\n", stdout);
    for (size_t i = 0; i < caveats->count; i++)
        (void)printf("- %s\n", caveats->items[i]);
}
