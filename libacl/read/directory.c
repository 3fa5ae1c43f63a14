/* SPDX-License-Identifier: MIT */
#include "directory.h"

#include "array.h"
#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUFFIX      ".rules"
#define IGNORED_MAX 1024 /* at most so many are reported; they have no effect */

static bool is_rule_file(const char *name)
{
    size_t len = strlen(name);
    size_t suffix_len = strlen(SUFFIX);

    return name[0] != '.' && len > suffix_len && strcmp(name + len - suffix_len, SUFFIX) == 0;
}

/* Append a copy of name. False when out of memory. */
static bool names_add(struct directory_names *names, const char *name)
{
    char **list = array_grow(names->list, names->count, 1, &names->capacity, sizeof *list);

    if (list == NULL)
        return false;
    names->list = list;
    list[names->count] = strndup(name, strlen(name));
    if (list[names->count] == NULL)
        return false;
    names->count++;
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
    if (is_rule_file(name) && directory->names.count == VMNETACL_FILES_MAX)
        return error_set(error, VMNETACL_CODE_DIRECTORY_LARGE, directory->path, 0, 0,
                         "more than %u rule files are in the directory; join some", (unsigned)VMNETACL_FILES_MAX);
    if (is_rule_file(name))
        is_taken = names_add(&directory->names, name);
    else if (directory->ignored.count < IGNORED_MAX)
        is_taken = names_add(&directory->ignored, name);
    return is_taken ? VMNETACL_OK
                    : error_set_system(error, ENOMEM, directory->path, "cannot get memory for the directory");
}

static enum vmnetacl_status read_names(struct directory *directory, struct vmnetacl_error *error)
{
    enum vmnetacl_status status = VMNETACL_OK;
    struct dirent *entry = NULL;

    do {
        errno = 0; /* readdir(3): NULL at the end as well as on failure */
        entry = readdir(directory->stream);
        if (entry == NULL && errno != 0)
            return error_set_system(error, errno, directory->path, "cannot read the directory");
        if (entry != NULL)
            status = take_name(directory, entry->d_name, error);
    } while (entry != NULL && status == VMNETACL_OK);
    if (directory->names.count > 0)
        qsort(directory->names.list, directory->names.count, sizeof *directory->names.list, compare_names);
    return status;
}

static enum vmnetacl_status check_directory(struct directory *directory, const struct trust *trust,
                                            struct vmnetacl_error *error)
{
    directory->everybody_may_read =
        directory->everybody_may_read && mode_lets_all(directory->stat.st_mode, S_IROTH | S_IXOTH);
    /* Whoever may add to it may add rules, so the sticky bit is of no use. */
    return path_trust_directory(directory->path, directory->path, trust, directory->stat.st_uid,
                                directory->stat.st_mode & ~(mode_t)S_ISVTX, error);
}

enum vmnetacl_status directory_open(struct directory *directory, const char *path, const struct trust *trust,
                                    struct vmnetacl_error *error)
{
    struct resolved_path found;
    enum vmnetacl_status status;

    *directory = (struct directory){.path = path};
    status = path_open(path, trust, O_RDONLY | O_DIRECTORY, &found, error);
    directory->everybody_may_read = path_is_public(&found, status, error);
    if (status != VMNETACL_OK && error->code == VMNETACL_CODE_SYSTEM && error->system_errno == ENOTDIR)
        return error_set(error, VMNETACL_CODE_DIRECTORY_KIND, path, 0, 0,
                         "not a directory; make one, with rule files in it");
    if (status != VMNETACL_OK)
        return status;
    directory->stat = found.stat;
    status = check_directory(directory, trust, error);
    if (status == VMNETACL_OK) {
        directory->stream = fdopendir(found.fd);
        if (directory->stream == NULL)
            status = error_set_system(error, errno, directory->path, "cannot open the directory");
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
        return error_set_system(error, errno, directory->path, "cannot examine the directory");
    if (now.st_mtim.tv_sec != directory->stat.st_mtim.tv_sec || now.st_mtim.tv_nsec != directory->stat.st_mtim.tv_nsec)
        return error_set(error, VMNETACL_CODE_FILE_CHANGED, directory->path, 0, 0,
                         "the directory changed while it was read");
    return VMNETACL_OK;
}

static void names_free(struct directory_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
}

void directory_close(struct directory *directory)
{
    names_free(&directory->names);
    names_free(&directory->ignored);
    if (directory->stream != NULL)
        (void)closedir(directory->stream); /* only read from: nothing to fail */
    *directory = (struct directory){.everybody_may_read = directory->everybody_may_read};
}
