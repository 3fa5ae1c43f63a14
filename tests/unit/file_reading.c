/* SPDX-License-Identifier: MIT */
/* See file_reading.h. */
#include "file_reading.h"

#include "faults.h"

#include <stdlib.h>
#include <string.h>

const struct trust trust = {.owner = 0, .size_max = 4096};

int setup(void **state)
{
    (void)state;
    faults_start(); /* so that what is written here gets through */
    scratch_empty();
    scratch_write(CONF, "text");
    scratch_directory(DIRECTORY, 0755);
    scratch_write(INNER, "inner");
    faults_start();
    return 0;
}

static char *text;
static size_t text_len;
size_t blocks_count;
struct stat text_stat;

static enum vmnetacl_status read_blocks(struct file *file, struct vmnetacl_error *error)
{
    enum vmnetacl_status status;

    text_len = 0;
    blocks_count = 0;
    text_stat = file->stat;
    while ((status = file_read(file, error)) == VMNETACL_OK && file->lines_len > 0) {
        assert_true(file->lines_len <= file->filled && file->filled <= file->block_size);
        text = realloc(text, text_len + file->lines_len);
        assert_non_null(text);
        memcpy(text + text_len, file->block, file->lines_len);
        text_len += file->lines_len;
        blocks_count++;
    }
    return status;
}

enum vmnetacl_code read_with(const char *path, const struct trust *wanted, struct vmnetacl_error *error)
{
    struct file file = {.fd = -77};
    enum vmnetacl_status status;
    long descriptors = faults.open_descriptors;
    long allocations = faults.live_allocations - (text != NULL);

    memset(error, 'x', sizeof *error);
    status = file_open(&file, path, wanted, error);
    if (status != VMNETACL_OK) {
        assert_int_equal(file.fd, -77);
    } else {
        status = read_blocks(&file, error);
        file_close(&file);
    }
    assert_int_equal(faults.open_descriptors, descriptors);
    assert_int_equal(faults.live_allocations - (text != NULL), allocations);
    if (status == VMNETACL_OK)
        return VMNETACL_CODE_NONE;
    assert_int_not_equal(error->code, VMNETACL_CODE_NONE);
    assert_int_equal(error->line, 0);
    assert_int_equal(error->column, 0);
    assert_int_equal(strncmp(error->file, path, sizeof error->file - 1), 0);
    assert_string_not_equal(error->message, "");
    return error->code;
}

void assert_reads(const char *path)
{
    struct vmnetacl_error error;

    if (read_with(path, &trust, &error) != VMNETACL_CODE_NONE)
        fail_msg("%s: %s: %s", path, vmnetacl_code_name(error.code), error.message);
}

void assert_code(const char *path, enum vmnetacl_code want)
{
    struct vmnetacl_error error;
    enum vmnetacl_code got = read_with(path, &trust, &error);

    if (got != want)
        fail_msg("%s: want %s, got %s: %s", path, vmnetacl_code_name(want), vmnetacl_code_name(got), error.message);
}

void assert_errno(const char *path, int want)
{
    struct vmnetacl_error error;

    assert_int_equal(read_with(path, &trust, &error), VMNETACL_CODE_SYSTEM);
    assert_int_equal(error.system_errno, want);
}

void assert_text(const char *want)
{
    assert_reads(CONF);
    assert_int_equal(text_len, strlen(want));
    if (text_len > 0)
        assert_memory_equal(text, want, text_len);
}

int teardown(void **state)
{
    free(text);
    text = NULL;
    return scratch_teardown(state);
}
