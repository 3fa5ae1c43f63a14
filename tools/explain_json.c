/* SPDX-License-Identifier: MIT */
#include "explain_json.h"

#include "json.h"
#include "message.h"
#include "rule.h"
#include "rule_index.h"

#include <sysexits.h>

static json_t *json_match(enum vmnetacl_match match)
{
    static const char *const words[] = {
        [VMNETACL_MATCH_NO] = "no",           [VMNETACL_MATCH_YES] = "yes",
        [VMNETACL_MATCH_UNKNOWN] = "unknown", [VMNETACL_MATCH_NO_SUCH_NAME] = "no-such-name",
        [VMNETACL_MATCH_FAILED] = "failed",
    };

    return json_string(words[match]);
}

static void write_rule(const struct vmnetacl_event *event, void *data)
{
    json_t *object = json_rule(event->rule);

    json_put(object, "subject_matches", json_match(event->subject));
    json_put(object, "bridge_matches", json_match(event->bridge));
    json_write(data, NULL, object);
}

static void write_source(struct json_answer *answer, const struct explanation *explanation, size_t index)
{
    const struct explanation_source *source = &explanation->sources[index];

    json_open_object(answer, NULL);
    json_write(answer, "name", json_escaped(source->name));
    json_write(answer, "path", json_escaped(source->path));
    json_write(answer, "asked", json_boolean(source->was_asked));
    json_write(answer, "status", source->was_asked ? json_string(vmnetacl_status_name(source->status)) : json_null());
    json_write(answer, "ends_search", json_boolean(source->ends_search));
    json_write(answer, "error", json_error(source->error));
    json_open_array(answer, "rules");
    explanation_visit_rules(explanation, index, write_rule, answer);
    json_close_array(answer);
    json_close_object(answer);
}

static void write_file(struct json_answer *answer, const struct vmnetacl_file *file)
{
    json_t *object = json_object();

    json_put(object, "source", json_escaped(file->source));
    json_put(object, "path", json_escaped(file->path));
    json_put(object, "skipped", file->found ? json_null() : json_string(vmnetacl_code_name(file->code)));
    json_write(answer, NULL, object);
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

/* The rule of an advice. The library reads its parts from the text; its place is that of the advice. */
struct advised_rule {
    const struct advice *advice;
    json_t *object;
};

static void read_advised(const struct vmnetacl_rule *rule, void *data)
{
    struct advised_rule *advised = data;
    struct vmnetacl_rule placed = *rule;

    placed.place = advised->advice->place;
    json_put(advised->object, "rule", json_rule(&placed));
}

static void write_advice(struct json_answer *answer, const struct advice *advice)
{
    struct advised_rule advised = {.advice = advice, .object = json_object()};

    json_put(advised.object, "action", json_string(advice->action));
    json_put(advised.object, "message", json_escaped(advice->message));
    json_put(advised.object, "rule", json_null());
    if (advice->rule != NULL && !rule_read(advice->place.source, advice->rule, read_advised, &advised))
        die(EX_SOFTWARE, "'%s' is not a valid rule; this is a bug", advice->rule);
    json_write(answer, NULL, advised.object);
}

static void write_decision(struct json_answer *answer, const struct explanation *explanation)
{
    const struct vmnetacl_decision *decision = &explanation->decision;
    bool is_error = decision->verdict == VMNETACL_UNAVAIL || decision->verdict == VMNETACL_TRYAGAIN;
    struct rule_index index = {.tree = NULL};

    json_write(answer, "verdict", json_string(vmnetacl_status_name(decision->verdict)));
    rule_index_add(&index, &decision->rule);
    rule_index_fill(&index, explanation->policy);
    json_write(answer, "helper_grants",
               json_boolean(decision->verdict == VMNETACL_ALLOW && explanation->refusal == NULL));
    json_write(answer, "helper_refusal", json_escaped(explanation->refusal));
    json_write(answer, "rule", json_rule(rule_index_at(&index, &decision->rule)));
    rule_index_free(&index);
    json_write(answer, "options", json_grant(&decision->grant));
    json_write(answer, "degraded", json_boolean(decision->degraded));
    json_write(answer, "error", is_error || decision->degraded ? json_error(&explanation->error) : json_null());
}

void explain_print_json(const struct explanation *explanation, const struct advices *advices,
                        const struct caveats *caveats)
{
    struct json_answer answer;
    struct vmnetacl_file file;

    json_begin(&answer, "explain");
    json_write(&answer, "bridge", json_escaped(explanation->bridge));
    json_write(&answer, "user", json_account(explanation->account));
    write_decision(&answer, explanation);
    json_open_array(&answer, "sources");
    for (size_t i = 0; i < explanation->sources_count; i++)
        write_source(&answer, explanation, i);
    json_close_array(&answer);
    json_open_array(&answer, "files");
    for (size_t i = 0; explanation->policy != NULL && vmnetacl_file_at(explanation->policy, i, &file); i++)
        write_file(&answer, &file);
    json_close_array(&answer);
    json_write(&answer, "interface", json_interface(&explanation->interface));
    json_open_array(&answer, "advice");
    for (size_t i = 0; i < advices->count; i++)
        write_advice(&answer, &advices->items[i]);
    json_close_array(&answer);
    json_open_array(&answer, "unknowns");
    for (size_t i = 0; i < caveats->count; i++)
        json_write(&answer, NULL, json_escaped(caveats->items[i]));
    json_close_array(&answer);
    json_end(&answer);
}
