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

static enum vmnetacl_status fail(const struct directory *directory, enum vmnetacl_code code, const char *message,
                                 struct vmnetacl_error *error)
{
    error_start(error, code, directory->path, 0, 0);
    error_add(error, message);
    return error_status(error);
}

static enum vmnetacl_status fail_system(const struct directory *directory, int system_errno, const char *what,
                                        struct vmnetacl_error *error)
{
    error_system(error, system_errno, directory->path, what);
    return error_status(error);
}

/* Append a copy of name. False when out of memory. */
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

static enum vmnetacl_status take_name(struct directory *directory, const char *name, struct vmnetacl_error *error)
{
    bool is_taken = true;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return VMNETACL_OK;
    if (is_rule_file(name) && directory->names_count == VMNETACL_FILES_MAX)
        return fail(directory, VMNETACL_CODE_DIRECTORY_LARGE,
                    "more than 1024 rule files are in the directory; join some", error);
    if (is_rule_file(name))
        is_taken = names_add(&directory->names, &directory->names_count, name);
    else if (directory->ignored_count < IGNORED_MAX)
        is_taken = names_add(&directory->ignored, &directory->ignored_count, name);
    return is_taken ? VMNETACL_OK : fail_system(directory, ENOMEM, "get memory for the directory", error);
}

static enum vmnetacl_status read_names(struct directory *directory, struct vmnetacl_error *error)
{
    enum vmnetacl_status status = VMNETACL_OK;
    struct dirent *entry = NULL;

    do {
        errno = 0; /* readdir(3): NULL at the end as well as on failure */
        entry = readdir(directory->stream);
        if (entry == NULL && errno != 0)
            return fail_system(directory, errno, "read the directory", error);
        if (entry != NULL)
            status = take_name(directory, entry->d_name, error);
    } while (entry != NULL && status == VMNETACL_OK);
    if (directory->names_count > 0)
        qsort(directory->names, directory->names_count, sizeof *directory->names, compare_names);
    return status;
}

static enum vmnetacl_status check_directory(struct directory *directory, int fd, const struct trust *trust,
                                            struct vmnetacl_error *error)
{
    if (fstat(fd, &directory->stat) != 0)
        return fail_system(directory, errno, "examine the directory", error);
    return path_trust_directory(directory->path, directory->path, trust, directory->stat.st_uid,
                                directory->stat.st_mode, error);
}

enum vmnetacl_status directory_open(struct directory *directory, const char *path, const struct trust *trust,
                                    struct vmnetacl_error *error)
{
    struct resolved_path found;
    enum vmnetacl_status status;

    *directory = (struct directory){.path = path};
    status = path_open(path, trust, O_RDONLY | O_DIRECTORY, &found, error);
    if (status != VMNETACL_OK && error->code == VMNETACL_CODE_SYSTEM && error->system_errno == ENOTDIR)
        return fail(directory, VMNETACL_CODE_DIRECTORY_KIND, "not a directory; make one, with rule files in it", error);
    if (status != VMNETACL_OK)
        return status;
    status = check_directory(directory, found.fd, trust, error);
    if (status == VMNETACL_OK) {
        directory->stream = fdopendir(found.fd);
        if (directory->stream == NULL)
            status = fail_system(directory, errno, "open the directory", error);
    }
    if (directory->stream == NULL)
        (void)close(found.fd); /* only read from: nothing to fail */
    if (status == VMNETACL_OK)
        status = read_names(directory, error);
    if (status != VMNETACL_OK)
        directory_close(directory);
    return status;
}

enum vmnetacl_status directory_check_unchanged(const struct directory *directory, struct vmnetacl_error *error)
{
    struct stat now;

    if (fstat(dirfd(directory->stream), &now) != 0)
        return fail_system(directory, errno, "examine the directory", error);
    if (now.st_mtim.tv_sec != directory->stat.st_mtim.tv_sec || now.st_mtim.tv_nsec != directory->stat.st_mtim.tv_nsec)
        return fail(directory, VMNETACL_CODE_FILE_CHANGED, "the directory changed while it was read", error);
    return VMNETACL_OK;
}

static void names_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

void directory_close(struct directory *directory)
{
    names_free(directory->names, directory->names_count);
    names_free(directory->ignored, directory->ignored_count);
    if (directory->stream != NULL)
        (void)closedir(directory->stream); /* only read from: nothing to fail */
    *directory = (struct directory){.path = NULL};
}
