/* SPDX-License-Identifier: MIT */
#include "directory.h"

#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUFFIX      ".rules"
#define IGNORED_MAX 1024 /* so many are told; they have no say */

static bool is_rule_file(const char *name)
{
    size_t len = strlen(name);
    size_t suffix_len = strlen(SUFFIX);

    return name[0] != '.' && len > suffix_len && strcmp(name + len - suffix_len, SUFFIX) == 0;
}

static enum vmnetacl_status fail(const struct folder *folder, enum vmnetacl_code code, const char *message,
                                 struct vmnetacl_error *error)
{
    error_start(error, code, folder->path, 0, 0);
    error_add(error, message);
    return error_status(error);
}

static enum vmnetacl_status fail_system(const struct folder *folder, int system_errno, const char *what,
                                        struct vmnetacl_error *error)
{
    error_system(error, system_errno, folder->path, what);
    return error_status(error);
}

/* Append a copy of name. False for want of memory. */
static bool names_add(char ***names, size_t *count, const char *name)
{
    char **grown = *names;

    if ((*count & (*count - 1)) == 0) /* full at each power of two */
        grown = reallocarray(*names, *count > 0 ? *count * 2 : 1, sizeof *grown);
    if (grown == NULL)
        return false;
    *names = grown;
    grown[*count] = strndup(name, strlen(name));
    if (grown[*count] == NULL)
        return false;
    (*count)++;
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum vmnetacl_status take_name(struct folder *folder, const char *name, struct vmnetacl_error *error)
{
    bool is_taken = true;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return VMNETACL_OK;
    if (is_rule_file(name) && folder->names_count == VMNETACL_FILES_MAX)
        return fail(folder, VMNETACL_CODE_FOLDER_LARGE, "more than 1024 rule files are in the folder; join some",
                    error);
    if (is_rule_file(name))
        is_taken = names_add(&folder->names, &folder->names_count, name);
    else if (folder->ignored_count < IGNORED_MAX)
        is_taken = names_add(&folder->ignored, &folder->ignored_count, name);
    return is_taken ? VMNETACL_OK : fail_system(folder, ENOMEM, "get memory for the folder", error);
}

static enum vmnetacl_status read_names(struct folder *folder, struct vmnetacl_error *error)
{
    enum vmnetacl_status status = VMNETACL_OK;
    struct dirent *entry = NULL;

    do {
        errno = 0; /* readdir(3): NULL at the end as well as on failure */
        entry = readdir(folder->stream);
        if (entry == NULL && errno != 0)
            return fail_system(folder, errno, "read the folder", error);
        if (entry != NULL)
            status = take_name(folder, entry->d_name, error);
    } while (entry != NULL && status == VMNETACL_OK);
    if (folder->names_count > 0)
        qsort(folder->names, folder->names_count, sizeof *folder->names, compare_names);
    return status;
}

static enum vmnetacl_status check_folder(struct folder *folder, int fd, const struct trust *trust,
                                         struct vmnetacl_error *error)
{
    if (fstat(fd, &folder->stat) != 0)
        return fail_system(folder, errno, "examine the folder", error);
    return path_trust_directory(folder->path, folder->path, trust, folder->stat.st_uid, folder->stat.st_mode, error);
}

enum vmnetacl_status folder_open(struct folder *folder, const char *path, const struct trust *trust,
                                 struct vmnetacl_error *error)
{
    struct resolved_path found;
    enum vmnetacl_status status;

    *folder = (struct folder){.path = path};
    status = path_open(path, trust, O_RDONLY | O_DIRECTORY, &found, error);
    if (status != VMNETACL_OK && error->code == VMNETACL_CODE_SYSTEM && error->system_errno == ENOTDIR)
        return fail(folder, VMNETACL_CODE_FOLDER_KIND, "not a folder; make one, with rule files in it", error);
    if (status != VMNETACL_OK)
        return status;
    status = check_folder(folder, found.fd, trust, error);
    if (status == VMNETACL_OK) {
        folder->stream = fdopendir(found.fd);
        if (folder->stream == NULL)
            status = fail_system(folder, errno, "open the folder", error);
    }
    if (folder->stream == NULL)
        (void)close(found.fd); /* only read from: nothing to fail */
    if (status == VMNETACL_OK)
        status = read_names(folder, error);
    if (status != VMNETACL_OK)
        folder_close(folder);
    return status;
}

enum vmnetacl_status folder_check_unchanged(const struct folder *folder, struct vmnetacl_error *error)
{
    struct stat now;

    if (fstat(dirfd(folder->stream), &now) != 0)
        return fail_system(folder, errno, "examine the folder", error);
    if (now.st_mtim.tv_sec != folder->stat.st_mtim.tv_sec || now.st_mtim.tv_nsec != folder->stat.st_mtim.tv_nsec)
        return fail(folder, VMNETACL_CODE_FILE_CHANGED, "the folder changed while it was read", error);
    return VMNETACL_OK;
}

static void names_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

void folder_close(struct folder *folder)
{
    names_free(folder->names, folder->names_count);
    names_free(folder->ignored, folder->ignored_count);
    if (folder->stream != NULL)
        (void)closedir(folder->stream); /* only read from: nothing to fail */
    *folder = (struct folder){.path = NULL};
}
