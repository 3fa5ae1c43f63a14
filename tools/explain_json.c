/* SPDX-License-Identifier: MIT */
#include "explain_json.h"

#include "json.h"

static json_t *json_subject(const struct explanation_rule *rule)
{
    static const char *const words[] = {
        [VMNETACL_SUBJECT_ALL] = "all",     [VMNETACL_SUBJECT_USER] = "user", [VMNETACL_SUBJECT_UID] = "uid",
        [VMNETACL_SUBJECT_GROUP] = "group", [VMNETACL_SUBJECT_GID] = "gid",
    };

    return json_string(words[rule->subject]);
}

static json_t *json_match(enum vmnetacl_match match)
{
    static const char *const words[] = {
        [VMNETACL_MATCH_NO] = "no",           [VMNETACL_MATCH_YES] = "yes",
        [VMNETACL_MATCH_UNKNOWN] = "unknown", [VMNETACL_MATCH_NO_SUCH_NAME] = "no-such-name",
        [VMNETACL_MATCH_FAILED] = "failed",
    };

    return json_string(words[match]);
}

static json_t *json_rule(const struct explanation_rule *rule)
{
    json_t *object = json_object();

    json_put(object, "place", json_place(&rule->place));
    json_put(object, "text", json_escaped(rule->text));
    json_put(object, "effect", json_string(rule->is_deny ? "deny" : "allow"));
    json_put(object, "subject", json_subject(rule));
    json_put(object, "subject_matches", json_match(rule->subject_match));
    json_put(object, "bridge_matches", json_match(rule->bridge_match));
    return object;
}

static json_t *json_source(const struct explanation_source *source)
{
    json_t *object = json_object();
    json_t *rules = json_array();

    json_put(object, "name", json_escaped(source->name));
    json_put(object, "path", json_escaped(source->path));
    json_put(object, "asked", json_boolean(source->was_asked));
    json_put(object, "status", source->was_asked ? json_string(vmnetacl_status_name(source->status)) : json_null());
    json_put(object, "ends_search", json_boolean(source->ends_search));
    json_put(object, "error", json_error(source->error));
    json_put(object, "rules", rules);
    for (size_t i = 0; i < source->rules_count; i++)
        json_push(rules, json_rule(&source->rules[i]));
    return object;
}

static json_t *json_files(const struct vmnetacl_policy *policy)
{
    json_t *array = json_array();
    struct vmnetacl_file file;

    for (size_t i = 0; policy != NULL && vmnetacl_file_at(policy, i, &file); i++) {
        json_t *object = json_object();
        json_push(array, object);
        json_put(object, "source", json_escaped(file.source));
        json_put(object, "path", json_escaped(file.path));
        json_put(object, "passed_over", file.found ? json_null() : json_string(vmnetacl_code_name(file.code)));
    }
    return array;
}

static json_t *json_interface(const struct bridge *bridge)
{
    json_t *object;

    if (!bridge->is_known)
        return json_null();
    object = json_object();
    json_put(object, "exists", json_boolean(bridge->exists));
    json_put(object, "bridge", json_boolean(bridge->is_bridge));
    json_put(object, "up", json_boolean(bridge->is_up));
    return object;
}

static json_t *json_advices(const struct advices *advices)
{
    json_t *array = json_array();

    for (size_t i = 0; i < advices->count; i++) {
        const struct advice *advice = &advices->items[i];
        json_t *object = json_object();
        json_push(array, object);
        json_put(object, "action", json_string(advice->action));
        json_put(object, "message", json_escaped(advice->message));
        json_put(object, "file", json_escaped(advice->file));
        json_put(object, "line", json_number(advice->line));
        json_put(object, "text", json_escaped(advice->text));
    }
    return array;
}

void explain_print_json(const struct explanation *explanation, const struct advices *advices,
                        const struct caveats *caveats)
{
    const struct vmnetacl_decision *decision = &explanation->decision;
    bool is_error = decision->verdict == VMNETACL_UNAVAIL || decision->verdict == VMNETACL_TRYAGAIN;
    json_t *answer = json_answer("explain");
    json_t *sources = json_array();
    json_t *sentences = json_array();

    json_put(answer, "bridge", json_escaped(explanation->bridge));
    json_put(answer, "user", json_account(explanation->account));
    json_put(answer, "verdict", json_string(vmnetacl_status_name(decision->verdict)));
    json_put(answer, "rule", json_place(&decision->rule));
    json_put(answer, "options", json_grant(&decision->grant));
    json_put(answer, "degraded", json_boolean(decision->degraded));
    json_put(answer, "error", is_error || decision->degraded ? json_error(&explanation->error) : json_null());
    json_put(answer, "sources", sources);
    for (size_t i = 0; i < explanation->sources_count; i++)
        json_push(sources, json_source(&explanation->sources[i]));
    json_put(answer, "files", json_files(explanation->policy));
    json_put(answer, "interface", json_interface(&explanation->interface));
    json_put(answer, "advice", json_advices(advices));
    json_put(answer, "unknowns", sentences);
    for (size_t i = 0; i < caveats->count; i++)
        json_push(sentences, json_escaped(caveats->items[i]));
    json_print(answer);
}
