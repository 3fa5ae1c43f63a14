/* SPDX-License-Identifier: MIT */
#include "stock_rules.h"

#include "bridges.h"
#include "memory.h"
#include "rule.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The files that bridge.conf consists of. */
struct conf {
    struct vmnetacl_buffer *buffers;
    struct text *texts;
    char **paths;
    size_t count;
};

/* Returns an errno, or 0. path lives as long as conf. */
static int conf_add(struct conf *conf, const char *path)
{
    struct text text;
    int error = text_read(&text, path);

    if (error != 0)
        return error;
    conf->texts = memory_grow(conf->texts, conf->count, sizeof *conf->texts);
    conf->buffers = memory_grow(conf->buffers, conf->count, sizeof *conf->buffers);
    conf->paths = memory_grow(conf->paths, conf->count, sizeof *conf->paths);
    conf->texts[conf->count] = text;
    conf->paths[conf->count] = memory_copy(path);
    conf->buffers[conf->count] = (struct vmnetacl_buffer){.source = "qemu",
                                                          .path = conf->paths[conf->count],
                                                          .text = text.len > 0 ? text.bytes : "",
                                                          .text_len = text.len};
    conf->count++;
    return 0;
}

/* Has an include been skipped that we can read? Then it is added. */
static bool conf_add_included(struct conf *conf, const struct vmnetacl_policy *policy)
{
    struct vmnetacl_file file;
    bool has_more = false;

    for (size_t i = 0; vmnetacl_file_at(policy, i, &file); i++)
        if (!file.found && strcmp(file.source, "qemu") == 0 && conf_add(conf, file.path) == 0)
            has_more = true;
    return has_more;
}

static void conf_free(struct conf *conf)
{
    for (size_t i = 0; i < conf->count; i++) {
        free(conf->paths[i]);
        text_free(&conf->texts[i]);
    }
    free(conf->buffers);
    free(conf->texts);
    free(conf->paths);
}

static bool has_error(const struct vmnetacl_policy *policy)
{
    struct vmnetacl_source source;

    for (size_t i = 0; vmnetacl_source_at(policy, i, &source); i++)
        if (source.error != NULL)
            return true;
    return false;
}

/* The policy of bridge.conf; NULL when there is none, or it has an error. is_there: it exists. */
static struct vmnetacl_policy *read_alone(const char *bridge_conf, bool *is_there)
{
    struct conf conf = {.buffers = NULL};
    struct vmnetacl_policy *policy = NULL;
    int error = conf_add(&conf, bridge_conf);

    *is_there = error != ENOENT && error != ENOTDIR;
    for (bool has_more = error == 0; has_more;) {
        const struct vmnetacl_origin origin = {.buffers = conf.buffers, .buffers_count = conf.count};
        vmnetacl_free(policy);
        has_more = vmnetacl_load_from(&origin, &policy, NULL) == VMNETACL_OK && conf_add_included(&conf, policy);
    }
    conf_free(&conf);
    if (policy != NULL && !has_error(policy))
        return policy;
    vmnetacl_free(policy);
    return NULL;
}

static bool has_source(const struct vmnetacl_policy *policy, const char *name)
{
    struct vmnetacl_source source;

    for (size_t i = 0; vmnetacl_source_at(policy, i, &source); i++)
        if (strcmp(source.name, name) == 0)
            return true;
    return false;
}

static void add_name(struct stock_rules *stock, const char *name)
{
    if (!string_set_add(&stock->named, name))
        return;
    stock->names = memory_grow(stock->names, stock->names_count, sizeof *stock->names);
    stock->names[stock->names_count++] = memory_copy(name);
}

static void add_names(struct stock_rules *stock, const struct interfaces *interfaces)
{
    struct vmnetacl_rules *rules = rules_open(stock->whole);
    const struct vmnetacl_rule *rule;
    const char **bridges;
    size_t bridges_count;

    bridges_list(interfaces, &bridges, &bridges_count);
    for (size_t i = 0; i < bridges_count; i++)
        add_name(stock, bridges[i]);
    free(bridges);
    while ((rule = vmnetacl_rules_next(rules)) != NULL)
        if (!rule->is_pattern)
            add_name(stock, rule->bridge);
    vmnetacl_rules_close(rules);
}

bool stock_rules_read(struct stock_rules *stock, const char *bridge_conf, const struct interfaces *interfaces)
{
    bool is_there = true;

    *stock = (struct stock_rules){.whole = NULL};
    if (bridge_conf == NULL || vmnetacl_load(&stock->whole, NULL) != VMNETACL_OK || has_error(stock->whole))
        return false;
    stock->has_source = strcmp(bridge_conf, VMNET_QEMU_CONF) == 0 && has_source(stock->whole, "qemu");
    stock->alone = read_alone(bridge_conf, &is_there);
    add_names(stock, interfaces);
    return stock->alone != NULL || !is_there;
}

void stock_rules_visit(const struct stock_rules *stock, const struct vmnetacl_caller *caller,
                       bool (*visit)(const char *bridge, const struct vmnetacl_decision *decision, void *data),
                       void *data)
{
    if (stock->alone != NULL) /* its rules have no names to look up, and its policy has no error */
        (void)vmnetacl_enumerate(stock->alone, caller, NULL, (const char *const *)stock->names, stock->names_count,
                                 visit, data, NULL);
}

void stock_rules_free(struct stock_rules *stock)
{
    for (size_t i = 0; i < stock->names_count; i++)
        free(stock->names[i]);
    free(stock->names);
    string_set_free(&stock->named);
    vmnetacl_free(stock->alone);
    vmnetacl_free(stock->whole);
    *stock = (struct stock_rules){.whole = NULL};
}
