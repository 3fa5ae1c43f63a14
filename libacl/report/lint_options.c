/* SPDX-License-Identifier: MIT */
/*
 * Options that do not do what they look like. The options of the first allow that matches count, so a rule for some
 * users before one for more, or for one bridge before one for more, is the usual way to write an exception, and no
 * warning. But these are:
 *
 *     RULE_SHADOWED  an allow after one that gives all of it: its options, or that it has none, never count
 *     OPTION_GROUP   an address for one port, in a rule for many users
 *     OPTION_TAP     a name for one tap, in a rule or in rules that allow more; a name that is too long
 *     OPTION_SOME    isolated ports, and others on the same bridge, which reach them
 *
 * There can be a hundred thousand rules, so each check takes the time of a sort.
 */
#include "lint_options.h"

#include "error.h"
#include "number.h"
#include "rule_text.h"

#include <stdlib.h>
#include <string.h>

struct check {
    const struct lint_rules *rules;
    void (*warn)(const struct ruled *allow, const struct vmnetacl_error *error, void *data);
    void *data;
};

static bool has_option(const struct ruled *ruled, uint32_t option)
{
    return (ruled->rule.grant.options & option) != 0;
}

static bool is_for_many(const struct rule *rule)
{
    return rule->subject != VMNETACL_SUBJECT_USER && rule->subject != VMNETACL_SUBJECT_UID;
}

static void warn_at(const struct check *check, const struct ruled *allow, enum vmnetacl_code code, const char *format,
                    ...) __attribute__((format(printf, 4, 5)));

static void warn_at(const struct check *check, const struct ruled *allow, enum vmnetacl_code code, const char *format,
                    ...)
{
    struct vmnetacl_error error;
    va_list arguments;

    va_start(arguments, format);
    (void)error_vset(&error, code, allow->file->path, allow->rule.place.line, allow->rule.place.column, format,
                     arguments); /* a warning has no status; here and below */
    va_end(arguments);
    check->warn(allow, &error, check->data);
}

/* Redundant rules. */

static bool has_same_options(const struct ruled *a, const struct ruled *b)
{
    const struct vmnetacl_grant left = options_grant(&a->rule.grant);
    const struct vmnetacl_grant right = options_grant(&b->rule.grant);

    return memcmp(&left, &right, sizeof left) == 0;
}

/* What to do when the options of other count, and not those of the allow after it. */
static const char *advise_order(const struct ruled *allow, const struct ruled *other)
{
    if (redundancy_compare_meaning(&allow->rule, &other->rule) == 0)
        return "; remove one of them";
    if (allow->source == other->source)
        return "; move this rule before it, or remove this rule";
    if (allow->source->entry.source->has_subjects)
        return "; let switch.conf name the source of this rule first, or remove this rule";
    return "; remove this rule"; /* its source knows no options, and no order makes both count */
}

void lint_options_redundant(const struct ruled *allow, const struct ruled *other, struct vmnetacl_error *error)
{
    const struct position *place = &allow->rule.place;
    char options[VMNETACL_LINE_MAX + 1];

    (void)rule_put_options(options, &other->rule.grant);
    if (has_same_options(allow, other))
        (void)error_set(error, VMNETACL_CODE_RULE_SHADOWED, allow->file->path, place->line, place->column,
                        "redundant rule: %s:%u allows it already; remove this rule", other->file->path,
                        other->rule.place.line);
    else if (other->rule.grant.options == 0)
        (void)error_set(error, VMNETACL_CODE_RULE_SHADOWED, allow->file->path, place->line, place->column,
                        "redundant rule: %s:%u allows it already, without options, and those of the first rule count",
                        other->file->path, other->rule.place.line);
    else
        (void)error_set(error, VMNETACL_CODE_RULE_SHADOWED, allow->file->path, place->line, place->column,
                        "redundant rule: %s:%u allows it already, with '%s', and the options of the first rule count",
                        other->file->path, other->rule.place.line, options + 1);
    if (!has_same_options(allow, other))
        error_append(error, "%s", advise_order(allow, other));
}

/* One address. */

static void check_mac(const struct check *check, const struct ruled *allow)
{
    if (has_option(allow, VMNETACL_OPTION_MAC) && is_for_many(&allow->rule))
        warn_at(check, allow, VMNETACL_CODE_OPTION_GROUP,
                "more than one user can match this rule, and only one port of a bridge can have the address of 'mac'; "
                "write a rule for each user");
}

/* Names of taps. */

static bool allows_one_tap(const struct rule *rule)
{
    return (rule->grant.options & VMNETACL_OPTION_LIMIT) != 0 && rule->grant.limit == 1 && rule->name_len > 0 &&
           !rule->is_pattern;
}

/* How many digits of a uid fit the name; %d takes two bytes, as helper/tap.c counts them. */
static size_t uid_room(const char *tap)
{
    return VMNETACL_NAME_MAX - (strlen(tap) - strlen("%u"));
}

static void check_tap_len(const struct check *check, const struct ruled *allow)
{
    const char *tap = allow->rule.grant.tap;
    bool is_exact = allow->rule.subject == VMNETACL_SUBJECT_UID;
    char digits[NUMBER_SIZE];
    size_t digits_len = (size_t)(number_put(digits, is_exact ? allow->rule.id : UINT32_MAX) - digits);

    if (strstr(tap, "%u") == NULL || digits_len <= uid_room(tap))
        return;
    if (is_exact)
        warn_at(check, allow, VMNETACL_CODE_OPTION_TAP,
                "the name of the tap '%s' is too long with the uid %u, so each request is refused; shorten it", tap,
                allow->rule.id);
    else
        warn_at(check, allow, VMNETACL_CODE_OPTION_TAP,
                "the name of the tap '%s' is too long for users with a uid of more than %u digits; shorten it", tap,
                (unsigned)uid_room(tap));
}

/* Without %d, a name is that of one tap: of one for each user when it has %u. Returns whether the rule allows more. */
static bool check_tap_count(const struct check *check, const struct ruled *allow)
{
    const char *tap = allow->rule.grant.tap;

    if (strstr(tap, "%d") != NULL)
        return false;
    if (strstr(tap, "%u") == NULL && is_for_many(&allow->rule))
        warn_at(check, allow, VMNETACL_CODE_OPTION_TAP,
                "more than one user can match this rule, and only one tap can have the name '%s'; write %%u or %%d in "
                "the name, or a rule for each user",
                tap);
    else if (!allows_one_tap(&allow->rule))
        warn_at(check, allow, VMNETACL_CODE_OPTION_TAP,
                "this rule allows a user more than one tap, and only one can have the name '%s'; write %%d in the "
                "name, or 'limit 1' in a rule for one bridge",
                tap);
    else
        return false;
    return true;
}

static int compare_taps(const void *a, const void *b)
{
    const struct ruled *const *left = a;
    const struct ruled *const *right = b;
    int order = strcmp((*left)->rule.grant.tap, (*right)->rule.grant.tap);

    return order != 0 ? order : ((*left)->order > (*right)->order) - ((*left)->order < (*right)->order);
}

/* taps: allows of one tap each, of whoever is the first to ask. */
static void check_same_taps(const struct check *check, const struct ruled **taps, size_t count)
{
    size_t first = 0;

    if (count > 0)
        qsort(taps, count, sizeof *taps, compare_taps);
    for (size_t i = 1; i < count; i++)
        if (strcmp(taps[i]->rule.grant.tap, taps[first]->rule.grant.tap) != 0)
            first = i;
        else
            warn_at(check, taps[i], VMNETACL_CODE_OPTION_TAP,
                    "the name '%s' is also that of the tap of %s:%u, and only one tap can have it; change one of them",
                    taps[i]->rule.grant.tap, taps[first]->file->path, taps[first]->rule.place.line);
}

/* There is an allow. False when out of memory. */
static bool check_taps(const struct check *check)
{
    const struct lint_rules *rules = check->rules;
    const struct ruled **taps = calloc(rules->allows_count, sizeof *taps);
    size_t count = 0;

    if (taps == NULL)
        return false;
    for (size_t i = 0; i < rules->allows_count; i++) {
        if (!has_option(rules->allows[i], VMNETACL_OPTION_TAP) || check_tap_count(check, rules->allows[i]))
            continue;
        check_tap_len(check, rules->allows[i]);
        if (strchr(rules->allows[i]->rule.grant.tap, '%') == NULL)
            taps[count++] = rules->allows[i];
    }
    check_same_taps(check, taps, count);
    free(taps);
    return true;
}

/* Isolated ports. */

/* How many rules about the same bridge are tried: without a limit, useless rules could make it take all day. */
#define CANDIDATES_MAX 64

/*
 * The allows that can take effect, sorted so that those about the same bridge are together: isolated, then others; of
 * both first those for all users, which it is most worth to tell of.
 */
struct by_bridge {
    const struct ruled **allows;
    size_t count;
};

static int compare_isolation(const struct rule *a, const struct rule *b)
{
    int order = redundancy_compare_bridges(a, b);
    bool is_isolated[] = {(a->grant.options & VMNETACL_OPTION_ISOLATED) != 0,
                          (b->grant.options & VMNETACL_OPTION_ISOLATED) != 0};

    return order != 0 ? order : is_isolated[1] - is_isolated[0];
}

static int compare_by_bridge(const void *a, const void *b)
{
    const struct ruled *const *left = a;
    const struct ruled *const *right = b;
    int order = compare_isolation(&(*left)->rule, &(*right)->rule);

    if (order == 0)
        order = ((*left)->rule.subject != VMNETACL_SUBJECT_ALL) - ((*right)->rule.subject != VMNETACL_SUBJECT_ALL);
    return order != 0 ? order : ((*left)->order > (*right)->order) - ((*left)->order < (*right)->order);
}

/* The first place of an allow with the bridges and the isolation of wanted, or where it would be. */
static size_t find_place(const struct by_bridge *by_bridge, const struct rule *wanted)
{
    size_t low = 0;
    size_t high = by_bridge->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_isolation(&by_bridge->allows[middle]->rule, wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* An allow that gives some users ports of this bridge, isolated or not; NULL when none is found. */
static const struct ruled *find_ports(const struct lint_rules *rules, const struct by_bridge *by_bridge,
                                      const struct rule *bridge, uint32_t options)
{
    struct rule wanted = *bridge;

    wanted.grant.options = options;
    do {
        size_t i = find_place(by_bridge, &wanted);
        size_t end = by_bridge->count - i > CANDIDATES_MAX ? i + CANDIDATES_MAX : by_bridge->count;
        for (; i < end && compare_isolation(&by_bridge->allows[i]->rule, &wanted) == 0; i++)
            if (redundancy_has_effect(rules->sorted, rules->count, by_bridge->allows[i], bridge))
                return by_bridge->allows[i];
    } while (redundancy_widen_bridge(&wanted));
    return NULL;
}

/* The bridges of one rule, which may be a pattern. is_told: of which rules it was told, by their index in sorted. */
static void check_isolation(const struct check *check, const struct by_bridge *by_bridge, const struct rule *bridge,
                            bool *is_told)
{
    const struct lint_rules *rules = check->rules;
    const struct ruled *isolated = find_ports(rules, by_bridge, bridge, VMNETACL_OPTION_ISOLATED);
    const struct ruled *open = isolated != NULL ? find_ports(rules, by_bridge, bridge, 0) : NULL;

    if (open == NULL || is_told[open - rules->sorted])
        return;
    is_told[open - rules->sorted] = true;
    warn_at(check, open, VMNETACL_CODE_OPTION_SOME,
            "ports of this rule are not isolated, and reach the isolated ones of %s:%u%s", isolated->file->path,
            isolated->rule.place.line,
            open->source->entry.source->has_subjects
                ? "; unless they must, write 'isolated' here, too"
                : "; unless they must, replace this rule by one with 'isolated' in rules.d");
}

/* Each overlap of two rules is the bridges of one of them. There is an allow. False when out of memory. */
static bool check_isolations(const struct check *check)
{
    const struct lint_rules *rules = check->rules;
    struct by_bridge by_bridge = {.allows = calloc(rules->allows_count, sizeof *by_bridge.allows)};
    bool *is_told = calloc(rules->count, sizeof *is_told);
    bool is_done = by_bridge.allows != NULL && is_told != NULL;

    if (is_done) {
        memcpy(by_bridge.allows, rules->allows, rules->allows_count * sizeof *rules->allows);
        by_bridge.count = rules->allows_count;
        qsort(by_bridge.allows, by_bridge.count, sizeof *by_bridge.allows, compare_by_bridge);
    }
    for (size_t i = 0; i < by_bridge.count; i++)
        if (i == 0 || redundancy_compare_bridges(&by_bridge.allows[i]->rule, &by_bridge.allows[i - 1]->rule) != 0)
            check_isolation(check, &by_bridge, &by_bridge.allows[i]->rule, is_told);
    free(is_told);
    free(by_bridge.allows);
    return is_done;
}

bool lint_options(const struct lint_rules *rules,
                  void (*warn)(const struct ruled *allow, const struct vmnetacl_error *error, void *data), void *data)
{
    const struct check check = {.rules = rules, .warn = warn, .data = data};
    uint32_t options = 0;

    for (size_t i = 0; i < rules->allows_count; i++) {
        check_mac(&check, rules->allows[i]);
        options |= rules->allows[i]->rule.grant.options;
    }
    return ((options & VMNETACL_OPTION_TAP) == 0 || check_taps(&check)) &&
           ((options & VMNETACL_OPTION_ISOLATED) == 0 || check_isolations(&check));
}
