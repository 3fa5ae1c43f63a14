/* SPDX-License-Identifier: MIT */
/*
 * The kernel's check, for a process without capabilities (acl_permission_check() in fs/namei.c): the owner has the
 * first three bits of the mode, a member of the group the next, anybody else the last. vmnet-helper reads the rules so,
 * also for root. qemu-bridge-helper does the same, but root, whose capabilities it keeps, may read everything.
 */
#include "readers.h"

#include "escape.h"
#include "helper.h"
#include "memory.h"
#include "rule.h"
#include "vmnetacl.h"

#include <errno.h>
#include <grp.h>
#include <linux/magic.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The name of a user or a group that a rule can have, and that means this id; else NULL. To be freed. */
static char *user_name(uid_t uid)
{
    const struct passwd *entry = helper_looks_up_names ? getpwuid(uid) : NULL;
    char *name = memory_copy(entry != NULL ? entry->pw_name : NULL);

    entry = name != NULL ? getpwnam(name) : NULL;
    if (entry != NULL && entry->pw_uid == uid)
        return name;
    free(name);
    return NULL;
}

static char *group_name(gid_t gid)
{
    const struct group *entry = helper_looks_up_names ? getgrgid(gid) : NULL;
    char *name = memory_copy(entry != NULL ? entry->gr_name : NULL);

    entry = name != NULL ? getgrnam(name) : NULL;
    if (entry != NULL && entry->gr_gid == gid)
        return name;
    free(name);
    return NULL;
}

/* "KIND NAME", or "KIND_OF_ID ID" when there is no name that can be printed and that a rule can have. */
static char *subject_make(const char *kind, char *name, const char *kind_of_id, unsigned id)
{
    char *subject = name == NULL ? NULL : memory_format("%s %s", kind, name);
    char *rule = subject == NULL ? NULL : memory_format("allow %s bridge br0", subject);
    bool is_fit = rule != NULL && escape_whole(name, strlen(name), ESCAPE_KEEP_ASCII) == strlen(name) &&
                  rule_is_about("files", rule, "br0");

    free(rule);
    free(name);
    if (is_fit)
        return subject;
    free(subject);
    return memory_format("%s %u", kind_of_id, id);
}

size_t readers_subjects(const struct readers *readers, char *subjects[READERS_SUBJECTS_MAX])
{
    size_t count = 0;

    if (readers->is_everybody)
        subjects[count++] = memory_copy("all");
    if (readers->has_user) /* root's id is better known than its name */
        subjects[count++] = readers->uid == 0 ? memory_copy("uid 0")
                                              : subject_make("user", user_name(readers->uid), "uid", readers->uid);
    if (readers->has_group)
        subjects[count++] = subject_make("group", group_name(readers->gid), "gid", readers->gid);
    return count;
}

/* Is each of these among those? */
static bool are_among(const struct readers *these, const struct readers *those)
{
    if (these->is_everybody || those->is_everybody)
        return those->is_everybody;
    return (!these->has_user || (those->has_user && these->uid == those->uid)) &&
           (!these->has_group || (those->has_group && these->gid == those->gid));
}

/* Leave those who are also among the others. */
static void intersect(struct readers *readers, const struct readers *others)
{
    char *because = readers->because;
    bool is_exact = readers->is_exact && others->is_exact;

    if (are_among(others, readers)) {
        *readers = *others;
    } else if (!are_among(readers, others)) {
        /* Two other users leave nobody. Whether a user is a member of a group changes with time: these are enough. */
        is_exact = is_exact && !readers->has_group && !others->has_group;
        *readers = *others;
        readers->has_user = others->has_user && !is_exact;
    }
    readers->is_exact = is_exact;
    readers->because = because;
}

static bool has_acl(const char *path)
{
    return getxattr(path, "system.posix_acl_access", NULL, 0) >= 0 || (errno != ENODATA && errno != ENOTSUP);
}

/* Those for whom the mode has this bit, which is S_IROTH or S_IXOTH, in the place that is theirs. */
static struct readers readers_of_mode(const struct stat *status, mode_t bit)
{
    bool owner = (status->st_mode & bit << 6) != 0;
    bool group = (status->st_mode & bit << 3) != 0;

    if ((status->st_mode & bit) != 0) /* anybody but the owner or the group cannot be expressed */
        return (struct readers){.is_exact = owner && group, .is_everybody = true};
    return (struct readers){.is_exact = owner || !group, /* else the owner may be a member of the group */
                            .has_user = owner,
                            .has_group = group,
                            .uid = status->st_uid,
                            .gid = status->st_gid};
}

/* "root:kvm 0640", to be freed. */
static char *mode_text(const struct stat *status)
{
    char *user = user_name(status->st_uid);
    char *group = group_name(status->st_gid);
    char *user_id = memory_format("%u", (unsigned)status->st_uid);
    char *group_id = memory_format("%u", (unsigned)status->st_gid);
    char *text = memory_format("%s:%s %04o", user != NULL ? user : user_id, group != NULL ? group : group_id,
                               (unsigned)status->st_mode & 07777);

    free(user);
    free(group);
    free(user_id);
    free(group_id);
    return text;
}

/* Add a reason, which is freed. */
static void readers_explain(struct readers *readers, char *reason)
{
    char *both = readers->because == NULL ? memory_copy(reason) : memory_format("%s, %s", readers->because, reason);

    free(readers->because);
    free(reason);
    readers->because = both;
}

static void narrow_by(struct readers *readers, const char *path, const struct stat *status, mode_t bit)
{
    const struct readers before = *readers;
    bool is_acl = has_acl(path);
    struct readers these =
        is_acl ? (struct readers){.is_exact = false, .is_everybody = true} : readers_of_mode(status, bit);
    char *mode;

    intersect(readers, &these);
    if (before.is_exact == readers->is_exact && are_among(&before, readers))
        return;
    mode = mode_text(status);
    readers_explain(readers, memory_format("%s is %s%s", path, mode, is_acl ? " with an access control list" : ""));
    free(mode);
}

/* It is not known who may read it. */
static void readers_forget(struct readers *readers, const char *path)
{
    *readers = (struct readers){.is_exact = false, .is_everybody = true, .because = readers->because};
    readers_explain(readers, memory_format("the mode of %s does not tell", path));
}

/* A path that is being resolved: the directory that was reached, without a slash at its end, and what is left. */
struct walk {
    char *done;
    char *rest;
    unsigned links_count;
};

static void walk_go_to(struct walk *walk, char *done, char *rest)
{
    free(walk->done);
    free(walk->rest);
    *walk = (struct walk){.done = done, .rest = rest, .links_count = walk->links_count};
}

/* Follow a symbolic link. rest is what comes after it. Those in /proc are for one process, and may lead to no path. */
static bool walk_follow(struct walk *walk, const char *link, const char *rest)
{
    char target[4096]; /* PATH_MAX: the kernel has no longer ones */
    ssize_t len = readlink(link, target, sizeof target - 1);
    struct statfs system;

    if (len <= 0 || statfs(*walk->done != '\0' ? walk->done : "/", &system) != 0 || system.f_type == PROC_SUPER_MAGIC ||
        ++walk->links_count > VMNETACL_SYMLINK_MAX)
        return false;
    target[len] = '\0';
    walk_go_to(walk, memory_copy(target[0] == '/' ? "" : walk->done), memory_format("%s/%s", target, rest));
    return true;
}

/*
 * The path of the next component, to be freed. In a path without links, ".." is the directory that the last component
 * is in.
 */
static char *walk_next(const struct walk *walk, const char *component, size_t component_len)
{
    const char *slash = strrchr(walk->done, '/');

    if (component_len == 1 && component[0] == '.')
        return memory_copy(walk->done);
    if (component_len == 2 && component[0] == '.' && component[1] == '.')
        return memory_format("%.*s", slash == NULL ? 0 : (int)(slash - walk->done), walk->done);
    return memory_format("%s/%.*s", walk->done, (int)component_len, component);
}

/* Take one component of the path. Returns false when the file cannot be reached in this way. */
static bool walk_step(struct walk *walk, struct readers *readers)
{
    const char *begin = walk->rest + strspn(walk->rest, "/");
    size_t len = strcspn(begin, "/");
    const char *rest = begin + len + strspn(begin + len, "/");
    char *next = walk_next(walk, begin, len);
    const char *path = *next != '\0' ? next : "/";
    struct stat status;
    bool is_known = lstat(path, &status) == 0;

    if (is_known && S_ISLNK(status.st_mode)) {
        is_known = walk_follow(walk, next, rest);
        free(next);
        return is_known;
    }
    is_known = is_known && (S_ISREG(status.st_mode) || (S_ISDIR(status.st_mode) && *rest != '\0'));
    if (is_known)
        narrow_by(readers, path, &status, S_ISDIR(status.st_mode) ? S_IXOTH : S_IROTH);
    walk_go_to(walk, next, memory_copy(rest));
    return is_known;
}

void readers_narrow(struct readers *readers, const char *path)
{
    struct walk walk = {.done = memory_copy("")};
    char *directory = *path == '/' ? memory_copy("") : getcwd(NULL, 0);
    struct stat status;
    bool is_known = directory != NULL && stat("/", &status) == 0;

    if (is_known)
        narrow_by(readers, "/", &status, S_IXOTH);
    walk.rest = memory_format("%s/%s", directory != NULL ? directory : "", path);
    while (is_known && walk.rest[strspn(walk.rest, "/")] != '\0')
        is_known = walk_step(&walk, readers);
    if (!is_known)
        readers_forget(readers, path);
    free(directory);
    free(walk.done);
    free(walk.rest);
}

struct readers readers_copy(const struct readers *readers)
{
    struct readers copy = *readers;

    copy.because = memory_copy(readers->because);
    return copy;
}

void readers_free(struct readers *readers)
{
    free(readers->because);
    readers->because = NULL;
}
