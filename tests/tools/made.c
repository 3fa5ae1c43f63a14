/* SPDX-License-Identifier: MIT
 *
 * See made.h.
 */
#define _GNU_SOURCE
#include "made.h"

#include "world.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
    VMGROUP = 4250,
    TEXT_SIZE = 4096
};

struct text {
    char bytes[TEXT_SIZE]; /* more than any file of a world takes */
};

const char *const made_bridges[] = {"br0", "virbr0", "gone", "lo", NULL};

/* vmuser in a session that began before he was in vmgroup. */
static const struct lab_caller vmuser_alone = {.uid = 4242, .gid = 4242};
const struct lab_caller *const made_callers[] = {&lab_vmuser, &vmuser_alone, &lab_vmother};
const size_t made_callers_count = sizeof made_callers / sizeof made_callers[0];

static void append(struct text *text, const char *first, const char *second, const char *third)
{
    const size_t used = strlen(text->bytes);
    const int len = snprintf(text->bytes + used, sizeof text->bytes - used, "%s%s%s\n", first, second, third);

    if (len < 0 || (size_t)len >= sizeof text->bytes - used)
        lab_die("the text of a made-up world is too long");
}

/* A file; now and then of a mode that makes it another's secret, or one that others could have written. */
static void write_file(struct rng *rng, const char *path, const struct text *text)
{
    if (rng_percent(rng, 2))
        lab_text_write(path, text->bytes, 0, 0, 0666);
    else if (rng_percent(rng, 3))
        lab_text_write(path, text->bytes, 0, VMGROUP, 0640);
    else
        lab_text_write(path, text->bytes, 0, 0, 0644);
}

static void make_switch(struct rng *rng)
{
    static const char *const lines[] = {
        "acl: files qemu",
        "acl: qemu files",
        "acl: files",
        "acl: qemu",
        "acl: files [UNAVAIL=continue] qemu [UNAVAIL=continue]",
        "acl: files [ALLOW=return] qemu",
        "acl: files [NOTFOUND=return] qemu",
        "acl: qemu [ALLOW=return NOTFOUND=return] files [UNAVAIL=continue]",
        "acl: files nis",
        "acl: files [DENY=continue] qemu",
    };
    struct text text = {.bytes = ""};

    if (rng_percent(rng, 55))
        return;
    append(&text, RNG_PICK(rng, lines), "", "");
    write_file(rng, "/etc/vmnet/switch.conf", &text);
}

static void make_rule(struct rng *rng, struct text *text)
{
    static const char *const subjects[] = {
        "user vmuser",  "user vmother",  "user nobodyhere",   "uid 4242", "uid 4243", "group vmgroup", "group vmgroup",
        "group vmuser", "group vmother", "group nogrouphere", "gid 4250", "gid 4243", "all",           "all",
    };
    static const char *const bridges[] = {
        " bridge br0", " bridge virbr0", " bridge br*", " bridge v*", " bridge all", " bridge gone", " bridge lo",
    };
    static const char *const wrong[] = {"allow", "alow all bridge br0", "allow user vmuser bridge",
                                        "deny all bridge br0 limit 1"};
    /* A limit that no test reaches; an option that the bridges, which run no STP, cannot do. */
    static const char *const options[] = {"", "", "", "", "", "", "", "", "", "", "", "", " limit 1000", " guard"};
    const bool is_deny = rng_percent(rng, 25);
    char line[128];

    if (rng_percent(rng, 1)) {
        append(text, RNG_PICK(rng, wrong), "", "");
        return;
    }
    (void)snprintf(line, sizeof line, "%s %s", is_deny ? "deny" : "allow", RNG_PICK(rng, subjects)); /* always fits */
    append(text, line, RNG_PICK(rng, bridges), is_deny ? "" : RNG_PICK(rng, options));
}

static void make_files(struct rng *rng)
{
    static const char *const names[] = {"10-a.rules", "20-b.rules", "30-c.rules", "ignored.conf"};

    if (rng_percent(rng, 15))
        return;
    if (mkdir("/etc/vmnet/rules.d", 0755) != 0)
        lab_die("/etc/vmnet/rules.d");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct text text = {.bytes = ""};
        char path[64];
        if (!rng_percent(rng, 50))
            continue;
        for (size_t count = rng_below(rng, 5); count > 0; count--)
            make_rule(rng, &text);
        (void)snprintf(path, sizeof path, "/etc/vmnet/rules.d/%s", names[i]); /* always fits */
        write_file(rng, path, &text);
    }
}

static void make_lines(struct rng *rng, struct text *text)
{
    static const char *const lines[] = {
        "allow br0", "allow virbr0", "allow all", "allow gone",  "allow lo",
        "deny br0",  "deny virbr0",  "deny lo",   "# allow all", "include /etc/qemu/missing.conf",
    };

    for (size_t count = rng_below(rng, 4); count > 0; count--)
        append(text, RNG_PICK(rng, lines), "", "");
    if (rng_percent(rng, 1))
        append(text, "allow two words", "", "");
}

static void make_qemu(struct rng *rng)
{
    struct text main = {.bytes = ""};
    struct text group = {.bytes = ""};

    if (rng_percent(rng, 25))
        return;
    make_lines(rng, &main);
    if (rng_percent(rng, 40)) {
        append(&main, "include /etc/qemu/group.conf", "", "");
        make_lines(rng, &group);
        lab_text_write("/etc/qemu/group.conf", group.bytes, 0, VMGROUP, 0640);
    }
    write_file(rng, "/etc/qemu/bridge.conf", &main);
}

void made_write(struct rng *rng)
{
    lab_command("rm -rf /etc/vmnet/* /etc/qemu/*");
    make_switch(rng);
    make_files(rng);
    make_qemu(rng);
}
