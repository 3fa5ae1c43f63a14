/* SPDX-License-Identifier: MIT */
/*
 * A line is "USER TYPE BRIDGE COUNT" or "@GROUP TYPE BRIDGE COUNT": see lxc-usernet(5), and get_alloted() in
 * src/lxc/cmd/lxc_user_nic.c, which reads it with sscanf("%99[^ \t] %99[^ \t] %99[^ \t] %d").
 *
 * What counts there: get_nic_if_avail() takes the first line that matches and whose count is above what count_entries()
 * finds, and notes the new NIC under the name of that line. So all members of a group share a count. Since lxc 2.1,
 * count_entries() looks only at the name, and NICs on other bridges count, too, which lxc-usernet(5) does not say.
 */
#include "convert_lxc.h"

#include "convert_line.h"
#include "memory.h"
#include "rule.h"
#include "rules_out.h"
#include "string_set.h"

#include <stdlib.h>
#include <string.h>

#define FIELD_MAX 99

struct fields {
    char who[FIELD_MAX + 1];
    char type[FIELD_MAX + 1];
    char bridge[FIELD_MAX + 1];
    char count[FIELD_MAX + 1];
    long number; /* that count is */
};

/* Take the next field off a line. Returns false when there is none, or it is too long. */
static bool take_field(const char **rest, char field[FIELD_MAX + 1])
{
    size_t len = strcspn(*rest, " \t");

    if (len == 0 || len > FIELD_MAX)
        return false;
    memcpy(field, *rest, len);
    field[len] = '\0';
    *rest += len + strspn(*rest + len, " \t");
    return true;
}

static bool fields_read(struct fields *fields, const char *line)
{
    const char *rest = line;

    return take_field(&rest, fields->who) && take_field(&rest, fields->type) && take_field(&rest, fields->bridge) &&
           take_field(&rest, fields->count);
}

/* COUNT as %d reads it: digits, then anything. Returns 0 for a negative number, -1 when an int cannot hold it. */
static long count_read(const char *text)
{
    long count = 0;
    bool is_negative = *text == '-';

    if (*text == '-' || *text == '+')
        text++;
    if (*text < '0' || *text > '9')
        return -1;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (count > (0x7fffffff - (*text - '0')) / 10)
            return -1;
        count = count * 10 + (*text - '0');
    }
    return is_negative ? 0 : count;
}

/* Is it a line of another file, or without its first word? Returns why it is not converted; NULL: no. */
static const char *other_kind(const char *line)
{
    switch (convert_line_kind(line, strlen(line))) {
    case CONVERT_LINE_LXC_USERLESS:
        return "the user is missing; was $USER empty when the line was written?";
    case CONVERT_LINE_QEMU:
        return "this looks like a line of bridge.conf; if the file is one, use --from qemu";
    case CONVERT_LINE_RULE:
        return "this looks like a rule of a .rules file, which needs no conversion";
    case CONVERT_LINE_LXC:
    case CONVERT_LINE_UNKNOWN:
        break;
    }
    return NULL;
}

static bool is_printable(const char *name)
{
    return rules_out_whole(name, strlen(name)) == strlen(name);
}

/* The rule, to be freed; NULL when it would not be valid. */
static char *rule_make(const struct fields *fields, bool drop_limits)
{
    bool is_group = fields->who[0] == '@';
    long limit = fields->number < VMNETACL_LIMIT_MAX ? fields->number : VMNETACL_LIMIT_MAX;
    char *allow =
        memory_format("allow %s %s bridge %s", is_group ? "group" : "user", fields->who + is_group, fields->bridge);
    char *rule = drop_limits ? memory_copy(allow) : memory_format("%s limit %ld", allow, limit);

    free(allow);
    if (rule_is_about("files", rule, fields->bridge))
        return rule;
    free(rule);
    return NULL;
}

/* Convert a line. Returns NULL, with the equivalent in *rule; or why there is none. */
static const char *line_convert(const char *line, bool drop_limits, struct fields *fields, char **rule)
{
    const char *why = other_kind(line);

    if (why != NULL)
        return why;
    if (*line == ' ' || *line == '\t')
        return "lxc-user-nic ignores a line that begins with a blank";
    if (!fields_read(fields, line) || (fields->number = count_read(fields->count)) < 0)
        return "expected USER TYPE BRIDGE COUNT or @GROUP TYPE BRIDGE COUNT";
    if (strcmp(fields->type, "veth") != 0)
        return "only the type 'veth' is for bridges";
    if (strcmp(fields->bridge, "none") == 0)
        return "'none' is an interface without a bridge";
    if (fields->number == 0)
        return "a count of 0 allows nothing, and what no rule allows is denied";
    if (strcmp(fields->bridge, "all") == 0 || strchr(fields->bridge, '*') != NULL)
        return "in a rule, this name would mean more than one bridge";
    if (!is_printable(fields->who) || !is_printable(fields->bridge))
        return "its user, group or bridge has bytes that cannot be printed";
    *rule = rule_make(fields, drop_limits);
    if (*rule != NULL)
        return NULL;
    return "its user, group or bridge is not valid in a rule";
}

/* May a line before this one match the same user and bridge? Adds this one to the set. */
static bool seen_before(struct string_set *seen, const struct fields *fields)
{
    bool is_group = fields->who[0] == '@';
    char *exact = memory_format("%s %s", fields->who, fields->bridge);
    char *any = memory_format("- %s", fields->bridge);
    char *group = memory_format("@ %s", fields->bridge);
    bool was_seen =
        !string_set_add(seen, exact) || string_set_has(seen, group) || (is_group && string_set_has(seen, any));

    (void)string_set_add(seen, any); /* was_seen already says whether it was there */
    if (is_group)
        (void)string_set_add(seen, group); /* as above */
    free(exact);
    free(any);
    free(group);
    return was_seen;
}

struct conversion {
    struct string_set seen; /* of seen_before() */
    bool drop_limits;
};

/* Append to a text, which is freed; NULL is an empty one. */
static char *append(char *text, const char *more)
{
    char *longer = text == NULL ? memory_copy(more) : memory_format("%s; %s", text, more);

    free(text);
    return longer;
}

/* Why the rule does not mean quite the same, to be freed; NULL: it does. */
static char *inexact(struct conversion *conversion, const struct fields *fields)
{
    char *why = NULL;

    if (conversion->drop_limits)
        return memory_copy("its count is left out, so the rule allows any number of taps");
    if (fields->who[0] == '@')
        why = append(why, "in lxc-user-nic the members of a group share the count, and here each of them may have that "
                          "many taps");
    if (fields->number > VMNETACL_LIMIT_MAX)
        why = append(why, "lxc-user-nic allows more, and a limit is at most 1023");
    if (seen_before(&conversion->seen, fields))
        why =
            append(why, "when the count of a line is reached, lxc-user-nic goes on to the next line that matches, but "
                        "here only the first allow that matches gives the limit");
    return why;
}

/* Returns whether the line has an equivalent. */
static bool convert_line(struct conversion *conversion, unsigned number, const char *line)
{
    const char *begin = line + strspn(line, " \t");
    struct fields fields;
    char *rule = NULL;
    const char *why;
    char *note;
    bool is_whole;

    if (*begin == '\0' || *begin == '#') {
        *begin == '\0' ? rules_out_blank() : rules_out_comment(begin, strlen(begin));
        return true;
    }
    why = line_convert(line, conversion->drop_limits, &fields, &rule);
    note = rule != NULL ? inexact(conversion, &fields) : memory_copy(why);
    is_whole = note == NULL;
    if (!is_whole)
        rules_out_note(number, line, strlen(line), note);
    if (rule != NULL)
        rules_out_rule(rule);
    free(note);
    free(rule);
    return is_whole;
}

/* What differs for every line. */
static void say_limits(void)
{
    rules_out_say("# The counts have become limits: of the taps that a user may have on a bridge at a time.");
    rules_out_say("# lxc-user-nic counts the NICs of a user or a group, since lxc 2.1 those on all bridges together.");
    rules_out_say("# Neither counts what the other has made.");
}

bool convert_lxc(struct text *text, const char *path, bool drop_limits)
{
    struct text_line place = {.number = 1};
    struct conversion conversion = {.drop_limits = drop_limits};
    bool is_whole = true;

    rules_out_head(path);
    if (!drop_limits)
        say_limits();
    for (; text_measure(text, &place); text_next(&place)) {
        /* sscanf(3) stops at a NUL. */
        size_t len = strnlen(text->bytes + place.offset, place.len);
        char *line;
        if (len > 0 && text->bytes[place.offset + len - 1] == '\r')
            len--;
        line = memory_format("%.*s", (int)len, text->bytes + place.offset);
        if (!convert_line(&conversion, place.number, line))
            is_whole = false;
        free(line);
    }
    string_set_free(&conversion.seen);
    text_free(text);
    return is_whole;
}
