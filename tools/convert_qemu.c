/* SPDX-License-Identifier: MIT */
/*
 * A rule of bridge.conf is for those who may read the file that it is in, so it becomes a rule for them. An allow that
 * cannot be exact is left out; a deny that cannot be exact denies more.
 */
#include "convert_qemu.h"

#include "bridge_conf.h"
#include "memory.h"
#include "message.h"
#include "rule.h"
#include "rules_out.h"
#include "vmnetacl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* A file that is being converted. The library shows the rules in the order of the lines. */
struct conversion {
    const struct bridge_conf *conf;
    struct text_line line; /* the next to convert */
    size_t include;        /* the next of conf->includes */
    char *subjects[READERS_SUBJECTS_MAX];
    size_t subjects_count;
    bool is_whole;
};

static bool convert_file(const struct bridge_conf *conf);

static void note(struct conversion *conversion, const char *why)
{
    rules_out_note(conversion->line.number, conversion->conf->text.bytes + conversion->line.offset,
                   conversion->line.len, why);
    conversion->is_whole = false;
}

static void convert_include(struct conversion *conversion)
{
    const struct bridge_conf *include = &conversion->conf->includes[conversion->include++];

    if (include->error == ENOENT) {
        note(conversion, "the included file does not exist, so it was not converted");
    } else if (include->error != 0) {
        note(conversion,
             "you may not read the included file, so it was not converted, and it may have a deny; convert as root");
    } else {
        rules_out_say("# from %s", include->path);
        if (!convert_file(include))
            conversion->is_whole = false;
        rules_out_say("# end of %s", include->path);
    }
}

/* A line without a rule. */
static void convert_other(struct conversion *conversion)
{
    const char *text = conversion->conf->text.bytes + conversion->line.offset;
    size_t len = conversion->line.len;
    const char *path;

    if (bridge_conf_includes(text, len, &path, &len)) {
        convert_include(conversion);
        return;
    }
    while (len > 0 && strchr(" \t\r\f", text[len - 1]) != NULL)
        len--;
    while (len > 0 && strchr(" \t\r\f", *text) != NULL) {
        text++;
        len--;
    }
    len == 0 ? rules_out_blank() : rules_out_comment(text, len);
}

/* Convert the lines before this one; 0: all that are left. Returns whether there is such a line. */
static bool convert_until(struct conversion *conversion, unsigned number)
{
    while (text_measure(&conversion->conf->text, &conversion->line)) {
        if (conversion->line.number == number)
            return true;
        convert_other(conversion);
        text_next(&conversion->line);
    }
    return false;
}

/*
 * The bridges of the rule, to be freed. A name with a star is one name in bridge.conf, and a pattern in a rule; and
 * some names cannot be printed. An allow must not allow more: then it has none. A deny must not deny less, so it
 * becomes a deny of all names with the same beginning.
 */
static char *convert_bridge(struct conversion *conversion, const struct vmnetacl_rule *rule)
{
    size_t len = strlen(rule->bridge);
    size_t whole = rules_out_whole(rule->bridge, len);
    size_t star = strcspn(rule->bridge, "*");
    size_t kept = whole < star ? whole : star;

    if (kept == len)
        return memory_copy(rule->bridge);
    if (kept == star)
        note(conversion, rule->is_deny ? "a rule cannot deny only the one name that has a '*' in it; the next rule "
                                         "denies more"
                                       : "a rule cannot allow only the one name that has a '*' in it");
    else
        note(conversion, rule->is_deny ? "the name of the bridge has bytes that cannot be printed; the next rule "
                                         "denies more"
                                       : "the name of the bridge has bytes that cannot be printed");
    if (!rule->is_deny)
        return NULL;
    return kept == 0 ? memory_copy("all") : memory_format("%.*s*", (int)kept, rule->bridge);
}

/* Can the rule be for exactly those who may read the file, or deny more? */
static bool convert_subjects(struct conversion *conversion, const struct vmnetacl_rule *rule)
{
    if (conversion->conf->readers.is_exact && conversion->subjects_count > 0)
        return true;
    note(conversion, rule->is_deny ? "no rule can be for exactly the users who may read the file; the next rule "
                                     "denies it to more"
                                   : "no rule can be for exactly the users who may read the file");
    return rule->is_deny;
}

static void print_rule(const struct vmnetacl_rule *rule, const char *subject, const char *bridge)
{
    char *line = memory_format("%s %s bridge %s", rule->is_deny ? "deny" : "allow", subject, bridge);

    if (!rule_is_about("files", line, strcmp(bridge, "all") == 0 || strchr(bridge, '*') != NULL ? NULL : bridge))
        die(EX_SOFTWARE, "line %u has no valid rule as its equivalent; this is a bug", rule->place.line);
    rules_out_rule(line);
    free(line);
}

static void convert_rule(struct conversion *conversion, const struct vmnetacl_rule *rule)
{
    char *bridge;

    if (!convert_until(conversion, rule->place.line))
        die(EX_SOFTWARE, "line %u has a rule, but was not found; this is a bug", rule->place.line);
    bridge = convert_bridge(conversion, rule);
    if (bridge != NULL && convert_subjects(conversion, rule)) {
        for (size_t i = 0; i < conversion->subjects_count; i++)
            print_rule(rule, conversion->subjects[i], bridge);
        if (conversion->subjects_count == 0)
            print_rule(rule, "all", bridge);
    }
    free(bridge);
    text_next(&conversion->line);
}

/* Say why the rules of the file are not for everybody. */
static void say_readers(const struct conversion *conversion)
{
    const struct readers *readers = &conversion->conf->readers;
    char *const *subjects = conversion->subjects;

    if (!readers->is_exact)
        rules_out_say("# NOTE: who may read this file cannot be expressed in a rule (%s), so each allow is a comment, "
                      "and a deny may deny more.",
                      readers->because);
    else if (conversion->subjects_count == 0)
        rules_out_say("# NOTE: nobody may read this file (%s), so each allow is a comment, and each deny denies more.",
                      readers->because);
    else if (conversion->subjects_count == 2)
        rules_out_say("# NOTE: only %s and %s may read this file (%s), so its rules are for them.", subjects[0],
                      subjects[1], readers->because);
    else if (!readers->is_everybody)
        rules_out_say("# NOTE: only %s may read this file (%s), so its rules are for nobody else.", subjects[0],
                      readers->because);
}

static bool convert_file(const struct bridge_conf *conf)
{
    struct conversion conversion = {.conf = conf, .line = {.number = 1}, .is_whole = true};
    struct vmnetacl_rules *rules = rules_open(conf->policy);
    const struct vmnetacl_rule *rule;

    conversion.subjects_count = readers_subjects(&conf->readers, conversion.subjects);
    say_readers(&conversion);
    while ((rule = vmnetacl_rules_next(rules)) != NULL)
        convert_rule(&conversion, rule);
    vmnetacl_rules_close(rules);
    (void)convert_until(&conversion, 0); /* false: there is no line 0 */
    for (size_t i = 0; i < conversion.subjects_count; i++)
        free(conversion.subjects[i]);
    return conversion.is_whole;
}

bool convert_qemu(struct text *text, const char *path)
{
    struct bridge_conf conf;
    bool is_whole;

    bridge_conf_read(&conf, text, path);
    rules_out_head(path);
    is_whole = convert_file(&conf);
    bridge_conf_free(&conf);
    return is_whole;
}
