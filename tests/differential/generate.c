/* SPDX-License-Identifier: MIT
 *
 * See generate.h. More than half of the worlds are valid and unlike only in what both helpers understand; the others
 * have odd lines, owners and modes.
 */
#include "generate.h"

#include <stdio.h>
#include <string.h>

enum {
    FILE_MAX = 10,
    EDGE_MAX = 24
};

const char *const generate_bridges[] = {
    "virbr0", "br0", "virbr00", "fifteenbytes-br", "br\xc3\xbc", "*", "br#1", "-br", NULL,
};

static const char *const absent_bridges[] = {"virbr1", "virbr", "fifteenbytes-b", "all"};

static const struct lab_caller nobody = {.uid = 65534, .gid = 65534};

/* What a world is made of, until it is text. */
struct plan {
    size_t file_count; /* bridge.conf is file 0 */
    char paths[FILE_MAX][RULEWORLD_PATH_SIZE];
    size_t include_counts[FILE_MAX];
    size_t includes[FILE_MAX][EDGE_MAX]; /* indices of files, in the order in which they are included */
    unsigned odd_line_percent;
    unsigned odd_mode_percent;
    bool has_loop;
    bool is_chain; /* every file includes the next, and nearly everybody may read them all */
};

const char *generate_bridge(struct rng *rng)
{
    const size_t dice = rng_below(rng, 100);

    if (dice < 45)
        return "virbr0";
    if (dice < 70)
        return "br0";
    if (dice < 95)
        return generate_bridges[rng_below(rng, sizeof generate_bridges / sizeof generate_bridges[0] - 1)];
    return RNG_PICK(rng, absent_bridges);
}

const struct lab_caller *generate_caller(struct rng *rng)
{
    const struct lab_caller *const callers[] = {&lab_vmuser, &lab_vmuser, &lab_vmother, &nobody};

    return RNG_PICK(rng, callers);
}

const char *generate_caller_name(const struct lab_caller *caller)
{
    return caller == &lab_vmuser ? "vmuser" : caller == &lab_vmother ? "vmother" : "nobody";
}

/* ---- lines that both helpers understand ---- */

static void blanks_append(struct rng *rng, struct ruleworld_entry *file)
{
    static const char *const blanks[] = {"", "", "", "", "", "", " ", "\t", "  ", "\f", "\r", " \t", "\t\r "};

    ruleworld_append_text(file, RNG_PICK(rng, blanks));
}

/* keyword argument, with blanks where they may be. A TAB first and a space later is the lenient form: in odd worlds. */
static void statement_append(struct rng *rng, struct ruleworld_entry *file, const char *keyword, const char *argument,
                             bool may_be_lenient)
{
    static const char *const separators[] = {" ", " ", " ", " ", "  ", " \t", " \f", " \r\t "};
    static const char *const tab_separators[] = {"\t", "\t\t", "\t\f", "\t\r"};
    static const char *const tab_ends[] = {"", "\t", "\r", "\f\t"};
    static const char *const lenient_separators[] = {"\t ", "\t", "\t\f "};
    static const char *const lenient_ends[] = {" ", "\t ", " \r"};

    blanks_append(rng, file);
    ruleworld_append_text(file, keyword);
    if (may_be_lenient && rng_percent(rng, 5)) {
        ruleworld_append_text(file, RNG_PICK(rng, lenient_separators));
        ruleworld_append_text(file, argument);
        ruleworld_append_text(file, RNG_PICK(rng, lenient_ends));
    } else if (rng_percent(rng, 30)) {
        ruleworld_append_text(file, RNG_PICK(rng, tab_separators));
        ruleworld_append_text(file, argument);
        ruleworld_append_text(file, RNG_PICK(rng, tab_ends));
    } else {
        ruleworld_append_text(file, RNG_PICK(rng, separators));
        ruleworld_append_text(file, argument);
        blanks_append(rng, file);
    }
}

static void rule_append(struct rng *rng, struct ruleworld_entry *file, const struct plan *plan)
{
    const char *keyword = rng_percent(rng, 78) ? "allow" : "deny";
    const char *name = rng_percent(rng, keyword[0] == 'a' ? 25 : 8) ? "all" : generate_bridge(rng);

    statement_append(rng, file, keyword, name, plan->odd_line_percent > 0);
}

static void comment_append(struct rng *rng, struct ruleworld_entry *file)
{
    static const char *const comments[] = {"#", "# allow virbr0", "#allow all", "#\tdeny all \x80\xff", "## \v \x01"};
    char longest[1024];

    if (rng_percent(rng, 10)) {
        memset(longest, 'x', sizeof longest);
        longest[0] = '#';
        ruleworld_append(file, longest, 1023);
        return;
    }
    blanks_append(rng, file);
    ruleworld_append_text(file, RNG_PICK(rng, comments));
}

/* Another spelling of the path of a file, which need not exist. */
static void include_append(struct rng *rng, struct ruleworld_entry *file, const struct plan *plan, const char *path)
{
    char spelled[256];
    const char *name = path + strlen(RULEWORLD_DIRECTORY_PATH "/");

    switch (rng_below(rng, 8)) {
    case 0:
        snprintf(spelled, sizeof spelled, "/etc//qemu/./%s", name);
        break;
    case 1:
        snprintf(spelled, sizeof spelled, "/etc/qemu/../qemu/%s", name);
        break;
    default:
        snprintf(spelled, sizeof spelled, "%s", path);
        break;
    }
    statement_append(rng, file, "include", spelled, plan->odd_line_percent > 0);
}

/* ---- lines that at least one of them does not ---- */

static void long_line_append(struct rng *rng, struct ruleworld_entry *file)
{
    static const size_t lens[] = {1024, 1025, 2000, 4094, 4095, 4096};
    static const char *const starts[] = {"#", "allow virbr0 ", "deny virbr0", " "};
    const char *start = RNG_PICK(rng, starts);
    char line[4096];

    memset(line, start[0] == '#' ? 'x' : ' ', sizeof line);
    memcpy(line, start, strlen(start));
    ruleworld_append(file, line, RNG_PICK(rng, lens));
    if (rng_percent(rng, 50))
        ruleworld_append_text(file, "allow virbr0");
}

static void odd_line_append(struct rng *rng, struct ruleworld_entry *file)
{
    static const struct {
        const char *bytes;
        size_t len;
    } odd[] = {
#define ODD(text) {text, sizeof(text) - 1}
        ODD("foo virbr0"),
        ODD("Allow virbr0"),
        ODD("allows virbr0"),
        ODD("=allow virbr0"),
        ODD("\xef\xbb\xbf"
            "allow virbr0"),
        ODD("deny:virbr0"),
        ODD("allow"),
        ODD("deny"),
        ODD("include"),
        ODD("deny\r"),
        ODD("allow\fvirbr0"),
        ODD("allow\vvirbr0"),
        ODD("allow\v virbr0"),
        ODD("\vallow virbr0"),
        ODD("\v"),
        ODD("\v# comment"),
        ODD("\x85"),
        ODD("allow "),
        ODD("deny \t"),
        ODD(" deny\t"),
        ODD("allow \r"),
        ODD("deny virbr0 # for now"),
        ODD("allow virbr0 br0"),
        ODD("allow virbr0/"),
        ODD("allow virbr0:1"),
        ODD("deny virbr%d"),
        ODD("deny ."),
        ODD("allow .."),
        ODD("allow br\x01"),
        ODD("deny virbr0\x7f"),
        ODD("allow virbr0\xa0"),
        ODD("allow virbr0\v"),
        ODD("deny \vvirbr0"),
        ODD("allow\tvirbr0 br0"),
        ODD("allow fifteenbytes-br0"),
        ODD("deny fifteenbytes-brr"),
        ODD("deny a-name-of-far-more-than-fifteen-bytes"),
        ODD("include "),
        ODD("include\t"),
        ODD("include bridge.conf"),
        ODD("include ./a.conf"),
        ODD("include ~/a.conf"),
        ODD("include /etc/qemu"),
        ODD("include /etc/qemu/"),
        ODD("include /etc/qemu/bridge.conf/"),
        ODD("include /etc/qemu/bridge.conf/x"),
        ODD("include /etc/qemu/absent/x"),
        ODD("include /etc/qemu/a.conf/"),
        ODD("\0"),
        ODD("allow virbr0\0"),
        ODD("deny virbr0\0x"),
        ODD("# comment \0 deny virbr0"),
        ODD("allow br0 \0deny br0"),
#undef ODD
    };

    if (rng_percent(rng, 12)) {
        long_line_append(rng, file);
        return;
    }
    const size_t index = rng_below(rng, sizeof odd / sizeof odd[0]);
    ruleworld_append(file, odd[index].bytes, odd[index].len);
}

/* ---- files ---- */

static void plan_add_include(struct plan *plan, size_t from, size_t to)
{
    if (plan->include_counts[from] < EDGE_MAX)
        plan->includes[from][plan->include_counts[from]++] = to;
}

/* Files include files of a higher number: without an odd line there is no loop. */
static void plan_make(struct rng *rng, struct plan *plan)
{
    const bool is_odd = rng_percent(rng, 45);
    const bool is_chain = rng_percent(rng, 8);

    *plan = (struct plan){.file_count = is_chain ? 7 + rng_below(rng, 4) : 1 + rng_below(rng, 7), .is_chain = is_chain};
    if (is_odd && rng_percent(rng, 70))
        plan->odd_line_percent = rng_percent(rng, 50) ? 4 : 12;
    if (is_odd && (plan->odd_line_percent == 0 || rng_percent(rng, 30)))
        plan->odd_mode_percent = 20;
    strcpy(plan->paths[0], RULEWORLD_MAIN_PATH);
    for (size_t i = 1; i < plan->file_count; i++) {
        const char *directory = rng_percent(rng, 20) ? "/sub" : !is_chain && rng_percent(rng, 5) ? "/absent" : "";
        snprintf(plan->paths[i], sizeof plan->paths[i], RULEWORLD_DIRECTORY_PATH "%s/%c.conf", directory,
                 (char)('a' + i - 1));
        plan_add_include(plan, is_chain ? i - 1 : rng_below(rng, i), i);
        if (rng_percent(rng, 15))
            plan_add_include(plan, rng_below(rng, i), i); /* a diamond, or the same twice */
    }
    if (plan->odd_line_percent > 0 && rng_percent(rng, 8)) {
        const size_t from = rng_below(rng, plan->file_count);
        plan_add_include(plan, from, rng_below(rng, from + 1));
        plan->has_loop = true;
    }
}

static void text_generate(struct rng *rng, const struct plan *plan, size_t number, struct ruleworld_entry *file)
{
    size_t line_count = rng_below(rng, number == 0 ? 7 : 5);
    size_t include = 0;

    while (line_count > 0 || include < plan->include_counts[number]) {
        const bool is_include = rng_below(rng, line_count + plan->include_counts[number] - include) >= line_count;
        const size_t dice = rng_below(rng, 100);

        if (is_include)
            include_append(rng, file, plan, plan->paths[plan->includes[number][include++]]);
        else if (rng_percent(rng, plan->odd_line_percent))
            odd_line_append(rng, file);
        else if (dice < 70)
            rule_append(rng, file, plan);
        else if (dice < 84)
            comment_append(rng, file);
        else
            blanks_append(rng, file);
        line_count -= is_include ? 0 : 1;
        /* The last line may lack its newline. */
        if (line_count > 0 || include < plan->include_counts[number] || !rng_percent(rng, 15))
            ruleworld_append_text(file, rng_percent(rng, 10) ? "\r\n" : "\n");
    }
}

struct access {
    uid_t uid;
    gid_t gid;
    mode_t mode;
};

static void access_set(struct ruleworld_entry *entry, struct access access)
{
    entry->uid = access.uid;
    entry->gid = access.gid;
    entry->mode = access.mode;
}

static void file_access_generate(struct rng *rng, const struct plan *plan, bool is_main, struct ruleworld_entry *file)
{
    static const struct access usual[] = {
        {0, 0, 0644},
        {0, 0, 0644},
        {0, 0, 0444},
        {0, RULEWORLD_VMGROUP, 0640},
        {0, RULEWORLD_VMGROUP, 0640},
        {0, RULEWORLD_VMUSER, 0640},
        {0, RULEWORLD_VMOTHER, 0440},
        {0, 0, 0600},
        {0, RULEWORLD_VMGROUP, 0604},
        {0, 65534, 0640},
    };
    static const struct access odd[] = {
        {0, RULEWORLD_VMGROUP, 0664},
        {0, 0, 0666},
        {0, RULEWORLD_VMGROUP, 0660},
        {0, 0, 0646},
        {0, 0, 0622},
        {RULEWORLD_VMUSER, RULEWORLD_VMUSER, 0644},
        {RULEWORLD_VMOTHER, RULEWORLD_VMOTHER, 0600},
        {65534, RULEWORLD_VMGROUP, 0640},
        {RULEWORLD_VMUSER, 0, 0044},
    };

    if (rng_percent(rng, is_main ? plan->odd_mode_percent / 2 : plan->odd_mode_percent))
        access_set(file, RNG_PICK(rng, odd));
    else if (rng_percent(rng, is_main ? 15 : plan->is_chain ? 10 : 100))
        access_set(file, RNG_PICK(rng, usual));
}

static void directory_access_generate(struct rng *rng, const struct plan *plan, unsigned usual_percent,
                                      struct ruleworld_entry *directory)
{
    static const struct access usual[] = {
        {0, 0, 0711}, {0, RULEWORLD_VMGROUP, 0770}, {0, RULEWORLD_VMGROUP, 0750}, {0, RULEWORLD_VMGROUP, 0775},
        {0, 0, 0700},
    };
    static const struct access odd[] = {
        {0, 0, 0777},
        {0, 0, 01777},
        {RULEWORLD_VMUSER, RULEWORLD_VMUSER, 0755},
        {RULEWORLD_VMOTHER, RULEWORLD_VMGROUP, 0750},
    };

    if (rng_percent(rng, plan->odd_mode_percent / 2))
        access_set(directory, RNG_PICK(rng, odd));
    else if (rng_percent(rng, usual_percent))
        access_set(directory, RNG_PICK(rng, usual));
}

/* A symbolic link stands at the file's path, and the file itself elsewhere, or nowhere. */
static struct ruleworld_entry *link_generate(struct rng *rng, struct ruleworld *world, const char *path)
{
    char target[RULEWORLD_PATH_SIZE];
    struct ruleworld_entry *link = ruleworld_add(world, RULEWORLD_LINK, path);
    const char *name = strrchr(path, '/') + 1;

    if (rng_percent(rng, 50))
        ruleworld_append_text(link, "/etc/qemu/"); /* else it is relative to the directory that it stands in */
    ruleworld_append_text(link, name);
    ruleworld_append_text(link, ".real");
    if (rng_percent(rng, 20))
        return NULL;
    snprintf(target, sizeof target, RULEWORLD_DIRECTORY_PATH "/%s.real", name);
    return ruleworld_add(world, RULEWORLD_FILE, target);
}

bool generate_world(struct rng *rng, struct ruleworld *world)
{
    struct plan plan;

    plan_make(rng, &plan);
    ruleworld_start(world);
    directory_access_generate(rng, &plan, 5, &world->entries[0]);
    directory_access_generate(rng, &plan, plan.is_chain ? 0 : 20,
                              ruleworld_add(world, RULEWORLD_DIRECTORY, RULEWORLD_DIRECTORY_PATH "/sub"));
    for (size_t i = 0; i < plan.file_count; i++) {
        struct ruleworld_entry *file;

        if (rng_percent(rng, i == 0 ? 3 : plan.is_chain ? 1 : 8) || strstr(plan.paths[i], "/absent/") != NULL)
            continue;
        file = rng_percent(rng, plan.is_chain ? 1 : 6) ? link_generate(rng, world, plan.paths[i])
                                                       : ruleworld_add(world, RULEWORLD_FILE, plan.paths[i]);
        if (file == NULL)
            continue;
        file_access_generate(rng, &plan, i == 0, file);
        text_generate(rng, &plan, i, file);
    }
    return plan.has_loop;
}
