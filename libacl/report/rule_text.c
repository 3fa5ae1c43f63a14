/* SPDX-License-Identifier: MIT */
#include "rule_text.h"

#include "number.h"

#include <assert.h>

/* The longest: allow group ACCOUNT bridge PREFIX*, and every option. */
static_assert(VMNETACL_LINE_MAX > sizeof "allow group  bridge  limit  isolated guard mac  vlan  tap " +
                                      VMNETACL_ACCOUNT_MAX + VMNETACL_NAME_MAX + 1 +
                                      4 * (size_t)VMNETACL_OPTION_VALUE_SIZE,
              "a rule that was read fits a line");

static char *put(char *at, const char *text)
{
    size_t len = strlen(text);

    memcpy(at, text, len + 1);
    return at + len;
}

static char *put_subject(char *at, const struct vmnetacl_rule *shown)
{
    static const char *const words[] = {[VMNETACL_SUBJECT_ALL] = " all",
                                        [VMNETACL_SUBJECT_USER] = " user ",
                                        [VMNETACL_SUBJECT_UID] = " uid ",
                                        [VMNETACL_SUBJECT_GROUP] = " group ",
                                        [VMNETACL_SUBJECT_GID] = " gid "};

    at = put(at, words[shown->subject]);
    if (shown->account != NULL)
        return put(at, shown->account);
    return shown->subject == VMNETACL_SUBJECT_ALL ? at : number_put(at, shown->id);
}

char *rule_put_options(char *at, const struct vmnetacl_grant *grant)
{
    struct vmnetacl_option option;

    *at = '\0';
    for (size_t i = 0; vmnetacl_option_at(grant, i, &option); i++) {
        at = put(put(at, " "), option.name);
        at = option.value[0] != '\0' ? put(put(at, " "), option.value) : at;
    }
    return at;
}

static void write_text(const struct loaded_source *source, const struct vmnetacl_rule *shown, char *at)
{
    at = put(at, shown->is_deny ? "deny" : "allow");
    if (!source->entry.source->has_subjects) { /* nor options */
        (void)put(put(at, " "), shown->bridge);
        return;
    }
    at = put_subject(at, shown);
    at = put(put(at, " bridge "), shown->bridge);
    (void)rule_put_options(at, &shown->grant); /* nothing comes after them */
}

void rule_show(const struct loaded_source *source, const struct rule_file *file, const struct rule *rule,
               struct rule_text *text, struct vmnetacl_rule *shown)
{
    *shown = (struct vmnetacl_rule){
        .place = {.source = source->entry.source->name,
                  .file = file->path,
                  .line = rule->place.line,
                  .column = rule->place.column},
        .is_deny = rule->is_deny,
        .subject = rule->subject,
        .id = rule->id,
        .bridge = text->bridge,
        .is_pattern = rule->is_pattern || rule->name_len == 0,
        .grant = options_grant(&rule->grant),
        .text = text->text,
    };
    if (rule->account != NULL) {
        memcpy(text->account, rule->account, rule->account_len);
        text->account[rule->account_len] = '\0';
        shown->account = text->account;
    }
    memcpy(text->bridge, rule->name_len > 0 ? rule->name : "all", rule->name_len > 0 ? rule->name_len : 3);
    text->bridge[rule->name_len > 0 ? rule->name_len : 3] = '\0';
    if (rule->is_pattern)
        (void)put(text->bridge + rule->name_len, "*");
    write_text(source, shown, text->text);
}
