/* SPDX-License-Identifier: MIT */
/* What other helpers with privilege give to the user, which the rules do not. */
#include "doctor_checks.h"
#include "doctor_usable.h"
#include "file_privilege.h"
#include "memory.h"
#include "other_helpers.h"
#include "rule.h"
#include "stock_rules.h"

#include <stdlib.h>

/* The bridges that the user gets from the helper, and not, or not so, by the rules. */
struct gain {
    const struct stock_rules *stock;
    const struct vmnetacl_caller *caller;
    const struct vmnetacl_names *names;
    size_t count;
    char *text; /* the first of them, and what the rules say about it; NULL: there is none */
};

static bool look_at_bridge(const char *bridge, const struct vmnetacl_decision *decision, void *data)
{
    struct gain *gain = data;
    struct vmnetacl_decision by_rules;
    enum vmnetacl_status status = vmnetacl_decide(gain->stock->whole, gain->caller, gain->names, bridge, &by_rules);
    char *options = status == VMNETACL_ALLOW ? rule_options_text(&by_rules.grant) : NULL;

    (void)decision; /* each is an ALLOW */
    if (status != VMNETACL_ALLOW || options != NULL)
        gain->count++;
    if (gain->count == 1 && gain->text == NULL)
        gain->text = options != NULL ? memory_format("'%s' without '%s', which the rules ask for", bridge, options)
                                     : memory_format("'%s', which the rules refuse", bridge);
    free(options);
    return true;
}

/* Returns whether it is known what the user gains. */
static bool find_gain(const struct doctor *doctor, struct stock_rules *stock, const char *bridge_conf,
                      struct gain *gain)
{
    struct vmnetacl_names *names = NULL;
    bool is_known = doctor->names != DOCTOR_NAMES_LATE && stock_rules_read(stock, bridge_conf, &doctor->interfaces) &&
                    vmnetacl_resolve(stock->whole, gain->caller, NULL, DOCTOR_LOOKUP_MS, &names, NULL) == VMNETACL_OK;

    gain->stock = stock;
    gain->names = names;
    if (is_known)
        stock_rules_visit(stock, gain->caller, look_at_bridge, gain);
    vmnetacl_names_free(names);
    return is_known;
}

static void report(struct doctor *doctor, const struct other_helper *other)
{
    struct gain gain = {.caller = &doctor->account.caller};
    struct stock_rules stock = {.whole = NULL};
    bool is_known = find_gain(doctor, &stock, other->bridge_conf, &gain);
    char *mode = file_describe_mode(&other->status, doctor->names != DOCTOR_NAMES_LATE);
    char *what = memory_format("%s (%s), another helper with privilege,", other->path, mode);

    if (is_known && gain.count == 0)
        doctor_ok(doctor, memory_format("%s gives the user nothing that the rules refuse", what));
    else if (is_known && gain.count > 1)
        doctor_note(doctor,
                    memory_format("%s gives the user %s, and %zu more such bridge%s", what, gain.text, gain.count - 1,
                                  gain.count == 2 ? "" : "s"),
                    other_helper_cure(other));
    else if (is_known)
        doctor_note(doctor, memory_format("%s gives the user %s", what, gain.text), other_helper_cure(other));
    else
        doctor_note(doctor, memory_format("%s does not read the rules in rules.d, so they do not bind the user", what),
                    other_helper_cure(other));
    free(what);
    free(mode);
    free(gain.text);
    stock_rules_free(&stock);
}

void doctor_report_others(struct doctor *doctor, const char *bridge_helper)
{
    struct other_helpers others = {.items = NULL};

    if (doctor->account.caller.uid == 0)
        return; /* needs no helper for what the rules refuse */
    other_helpers_find(&others);
    other_helpers_add(&others, bridge_helper);
    for (size_t i = 0; i < others.count; i++)
        if (file_may_execute(others.items[i].path, &doctor->account, &others.items[i].status))
            report(doctor, &others.items[i]);
    other_helpers_free(&others);
}
