/* SPDX-License-Identifier: MIT */
/* How a file is read: its kind, the links on the way, the limits, and what happens while it is read. */
#include "faults.h"
#include "file_reading.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

static void test_file_read_regular_file_read_whole(void **state)
{
    struct stat st;

    (void)state; /* cmocka's signature, here and below */
    assert_text("text");
    assert_int_equal(stat(CONF, &st), 0);
    assert_int_equal(text_stat.st_dev, st.st_dev);
    assert_int_equal(text_stat.st_ino, st.st_ino);
    scratch_write(CONF, "");
    assert_text("");
    assert_int_equal(blocks_count, 0);
    scratch_write(CONF, "\n");
    assert_text("\n");
    scratch_write(CONF, "a\nb\nc");
    assert_text("a\nb\nc");
    assert_int_equal(blocks_count, 1);
}

/* Blocks end with a line, and the one line that is longer than a block comes in pieces, of which none is short. */
static void test_file_read_large_file_read_in_whole_lines(void **state)
{
    static char bytes[300000];
    static const size_t line_lens[] = {1, 2, 3, 100, 1000, 1024, 65535, 65536, 65537, 100000};
    struct trust large = trust;
    struct vmnetacl_error error;

    (void)state;
    large.size_max = sizeof bytes;
    for (size_t i = 0; i < COUNT_OF(line_lens); i++) {
        for (size_t len = sizeof bytes - 3; len <= sizeof bytes; len++) {
            struct file file;
            size_t done = 0;
            for (size_t j = 0; j < sizeof bytes; j++)
                bytes[j] = (j + 1) % line_lens[i] == 0 ? '\n' : (char)('a' + j % 23);
            scratch_write_bytes(CONF, bytes, len);
            assert_int_equal(file_open(&file, CONF, &large, &error), VMNETACL_OK);
            while (file_read(&file, &error) == VMNETACL_OK && file.lines_len > 0) {
                assert_true(done + file.lines_len <= len);
                assert_memory_equal(file.block, bytes + done, file.lines_len);
                done += file.lines_len;
                if (done < len && file.block[file.lines_len - 1] != '\n')
                    assert_true(file.lines_len > VMNETACL_LINE_MAX);
            }
            assert_int_equal(done, len);
            file_close(&file);
        }
    }
}

static void test_file_read_path_spellings_read(void **state)
{
    static const char *const rows[] = {
        CONF,
        INNER,
        "/" CONF,
        "//" SCRATCH "///a.conf",
        SCRATCH "/./a.conf",
        SCRATCH "/directory/../a.conf",
        DIRECTORY "/../directory/./b.conf",
        "/../.." CONF,
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_reads(rows[i]);
}

static void test_file_read_missing_told_from_dangling(void **state)
{
    (void)state;
    assert_code(SCRATCH "/none", VMNETACL_CODE_FILE_MISSING);
    assert_code(SCRATCH "/none/b.conf", VMNETACL_CODE_FILE_MISSING);
    assert_code("/none/b.conf", VMNETACL_CODE_FILE_MISSING);
    assert_int_equal(symlink("none", SCRATCH "/dangling"), 0);
    assert_code(SCRATCH "/dangling", VMNETACL_CODE_FILE_DANGLING);
    assert_int_equal(symlink("/none/none", SCRATCH "/dangling2"), 0);
    assert_code(SCRATCH "/dangling2", VMNETACL_CODE_FILE_DANGLING);
    assert_int_equal(symlink("dangling", SCRATCH "/twice"), 0);
    assert_code(SCRATCH "/twice", VMNETACL_CODE_FILE_DANGLING);
    assert_code(SCRATCH "/dangling/b.conf", VMNETACL_CODE_FILE_DANGLING); /* the directory's link is dangling */
    assert_int_equal(symlink("directory", SCRATCH "/link"), 0);
    assert_code(SCRATCH "/link/none", VMNETACL_CODE_FILE_MISSING); /* the link leads somewhere: nobody wrote the file */
    assert_int_equal(symlink("directory/none", SCRATCH "/into"), 0);
    assert_code(SCRATCH "/into", VMNETACL_CODE_FILE_DANGLING);
}

static void test_file_read_other_kind_refused(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SCRATCH "/socket"};
    int fd;

    (void)state;
    assert_int_equal(mkfifo(SCRATCH "/fifo", 0644), 0);
    assert_code(SCRATCH "/fifo", VMNETACL_CODE_FILE_KIND); /* and does not wait for a writer */
    assert_int_equal(symlink("fifo", SCRATCH "/to-fifo"), 0);
    assert_code(SCRATCH "/to-fifo", VMNETACL_CODE_FILE_KIND);
    assert_code(DIRECTORY, VMNETACL_CODE_FILE_KIND);
    assert_code(SCRATCH "/.", VMNETACL_CODE_FILE_KIND);
    assert_code(SCRATCH "/..", VMNETACL_CODE_FILE_KIND);
    assert_code("/dev/null", VMNETACL_CODE_FILE_KIND);
    /* Devices without a driver, whose open fails with ENXIO: they are not opened. */
    assert_int_equal(mknod(SCRATCH "/character", S_IFCHR | 0644, makedev(250, 250)), 0);
    assert_code(SCRATCH "/character", VMNETACL_CODE_FILE_KIND);
    assert_int_equal(mknod(SCRATCH "/block", S_IFBLK | 0644, makedev(250, 250)), 0);
    assert_code(SCRATCH "/block", VMNETACL_CODE_FILE_KIND);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_errno(SCRATCH "/socket", ENXIO);
    assert_int_equal(close(fd), 0);
    assert_errno("/", EISDIR);
    assert_errno(CONF "/", ENOTDIR);
    assert_errno(CONF "/b.conf", ENOTDIR);
    assert_errno("relative", EBADF);
}

static void test_file_read_links_any_followed(void **state)
{
    (void)state;
    assert_int_equal(symlink(CONF, SCRATCH "/absolute"), 0);
    assert_int_equal(symlink("a.conf", SCRATCH "/relative"), 0);
    assert_int_equal(symlink("directory", SCRATCH "/to-directory"), 0);
    assert_int_equal(symlink(DIRECTORY "/", SCRATCH "/to-directory-slash"), 0);
    assert_int_equal(symlink("../a.conf", DIRECTORY "/up"), 0);
    assert_int_equal(symlink("to-directory/up", SCRATCH "/round"), 0);
    assert_reads(SCRATCH "/absolute");
    assert_reads(SCRATCH "/relative");
    assert_reads(SCRATCH "/to-directory/b.conf");
    assert_reads(SCRATCH "/to-directory-slash/b.conf");
    assert_reads(SCRATCH "/to-directory/up");
    assert_reads(SCRATCH "/round");
    assert_int_equal(symlink("a.conf/", SCRATCH "/file-slash"), 0);
    assert_errno(SCRATCH "/file-slash", ENOTDIR);
}

static void test_file_read_links_limit_kept(void **state)
{
    char from[64];
    char to[64] = "a.conf";

    (void)state;
    for (int i = 1; i <= VMNETACL_SYMLINK_MAX + 1; i++) {
        (void)snprintf(from, sizeof from, SCRATCH "/link%d", i);
        assert_int_equal(symlink(to, from), 0);
        (void)snprintf(to, sizeof to, "link%d", i);
    }
    assert_reads(SCRATCH "/link16");
    assert_code(SCRATCH "/link17", VMNETACL_CODE_FILE_LINKS);
    assert_int_equal(symlink("loop", SCRATCH "/loop"), 0);
    assert_code(SCRATCH "/loop", VMNETACL_CODE_FILE_LINKS);
    assert_int_equal(symlink("ping", SCRATCH "/pong"), 0);
    assert_int_equal(symlink("pong/x", SCRATCH "/ping"), 0); /* gets longer each time round */
    assert_code(SCRATCH "/ping", VMNETACL_CODE_FILE_LINKS);
}

static void test_file_read_name_limit_kept(void **state)
{
    char path[sizeof SCRATCH + NAME_MAX + 2] = SCRATCH "/";

    (void)state;
    memset(path + sizeof SCRATCH, 'n', NAME_MAX);
    scratch_write(path, "");
    assert_reads(path);
    path[sizeof SCRATCH + NAME_MAX] = 'n'; /* is not cut to the file that there is */
    assert_errno(path, ENAMETOOLONG);
}

/* SCRATCH, and enough of "/." in between, then the file: len bytes in all. */
static void dotted_path(char *path, size_t len, const char *end)
{
    size_t at = sizeof SCRATCH - 1;
    size_t end_len = strlen(end);

    memcpy(path, SCRATCH, at);
    if ((len - at - end_len) % 2 != 0)
        path[at++] = '/';
    for (; at < len - end_len; at += 2)
        memcpy(path + at, "/.", 2);
    memcpy(path + at, end, end_len + 1);
    assert_int_equal(strlen(path), len);
}

static void test_file_read_path_limit_kept(void **state)
{
    char path[2 * VMNETACL_PATH_SIZE];

    (void)state;
    dotted_path(path, VMNETACL_PATH_SIZE - 1, "/a.conf"); /* N: fits with its NUL */
    assert_reads(path);
    dotted_path(path, VMNETACL_PATH_SIZE, "/a.conf"); /* N + 1 */
    assert_errno(path, ENAMETOOLONG);
    dotted_path(path, sizeof path - 1, "/a.conf");
    assert_errno(path, ENAMETOOLONG);
}

static void test_file_read_link_target_limit_kept(void **state)
{
    char target[2 * VMNETACL_PATH_SIZE];
    static const struct {
        size_t len;
        bool fits;
    } rows[] = {{VMNETACL_PATH_SIZE - 1, true}, {VMNETACL_PATH_SIZE, false}, {VMNETACL_PATH_SIZE + 1, false}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        dotted_path(target, rows[i].len, "/a.conf");
        assert_int_equal(symlink(target, SCRATCH "/long"), 0);
        if (rows[i].fits)
            assert_reads(SCRATCH "/long");
        else
            assert_errno(SCRATCH "/long", ENAMETOOLONG);
        assert_int_equal(unlink(SCRATCH "/long"), 0);
    }
}

/* Links can make the way longer than the path: what the walk notes of it has a limit of its own. */
static void test_file_read_way_longer_than_room_refused(void **state)
{
    char target[VMNETACL_PATH_SIZE];

    (void)state;
    dotted_path(target, 600, "/./");
    memmove(target, target + sizeof SCRATCH, strlen(target) - sizeof SCRATCH + 1); /* relative: "./././" */
    assert_int_equal(symlink(target, SCRATCH "/dots"), 0);
    assert_reads(SCRATCH "/dots/a.conf");
    assert_errno(SCRATCH "/dots/dots/a.conf", ENAMETOOLONG);
}

static void test_file_read_size_limit_kept(void **state)
{
    char bytes[4097];

    (void)state;
    memset(bytes, '\n', sizeof bytes);
    scratch_write_bytes(CONF, bytes, 4096);
    assert_reads(CONF);
    scratch_write_bytes(CONF, bytes, 4097);
    assert_code(CONF, VMNETACL_CODE_FILE_LARGE);
    assert_int_equal(truncate(CONF, (off_t)1 << 40), 0); /* sparse: nothing is allocated for it */
    assert_code(CONF, VMNETACL_CODE_FILE_LARGE);
}

/* With a time_t of 32 bits, fstat(2) would fail for it: see cmake/types.cmake. */
static void test_file_read_of_time_after_2106_read(void **state)
{
    const int64_t seconds = INT64_C(1) << 33;
    const struct timespec times[2] = {{.tv_sec = (time_t)seconds}, {.tv_sec = (time_t)seconds}};
    struct stat file;

    (void)state;
    scratch_write(CONF, "c");
    assert_int_equal(utimensat(AT_FDCWD, CONF, times, 0), 0);
    assert_int_equal(stat(CONF, &file), 0);
    assert_int_equal(file.st_mtim.tv_sec, seconds);
    assert_reads(CONF);
}

static void grow(int fd)
{
    char path[64];
    int writer;

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    writer = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_int_equal(write(writer, "more", 4), 4);
    assert_int_equal(close(writer), 0);
}

static void shrink(int fd)
{
    (void)fd;
    assert_int_equal(truncate(CONF, 2), 0);
}

static void change_modification_time(int fd)
{
    const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};

    assert_int_equal(futimens(fd, times), 0);
}

static void change_modification_nanoseconds(int fd)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000, .tv_nsec = 6}};

    assert_int_equal(futimens(fd, times), 0);
}

/* As one who hides a change: the modification time stays. The kernel's clock may tick in milliseconds. */
static void change_status_time(int fd)
{
    struct stat before;
    struct stat after;

    assert_int_equal(fstat(fd, &before), 0);
    do {
        assert_int_equal(fchmod(fd, 0600), 0);
        assert_int_equal(fstat(fd, &after), 0);
    } while (after.st_ctim.tv_sec == before.st_ctim.tv_sec && after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
}

/* After the last read, before it is looked at once more. */
static void grow_at_end(int fd)
{
    if (lseek(fd, 0, SEEK_CUR) != 4)
        return;
    faults.before_fstat = NULL;
    grow(fd);
}

static void test_file_read_grows_behind_its_end_try_again(void **state)
{
    struct vmnetacl_error error;

    (void)state;
    faults.before_fstat = grow_at_end;
    assert_int_equal(read_with(CONF, &trust, &error), VMNETACL_CODE_FILE_CHANGED);
    assert_null(faults.before_fstat);
}

static void test_file_read_changed_meanwhile_try_again(void **state)
{
    static const struct {
        const char *name;
        void (*input)(int fd);
    } rows[] = {
        {"grows", grow},
        {"shrinks", shrink},
        {"modification time", change_modification_time},
        {"nanoseconds of the modification time", change_modification_nanoseconds},
        {"status time", change_status_time},
    };
    const struct timespec times[2] = {{.tv_sec = 1000, .tv_nsec = 5}, {.tv_sec = 1000, .tv_nsec = 5}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_error error;
        scratch_write(CONF, "text");
        assert_int_equal(utimensat(AT_FDCWD, CONF, times, 0), 0);
        faults.before_read = rows[i].input;
        if (read_with(CONF, &trust, &error) != VMNETACL_CODE_FILE_CHANGED)
            fail_msg("%s: %s", rows[i].name, vmnetacl_code_name(error.code));
        faults.before_read = NULL;
        assert_reads(CONF);
    }
    /* Says that it is empty, and is not. */
    assert_code("/proc/version", VMNETACL_CODE_FILE_CHANGED);
}

static void test_file_read_short_reads_read_whole(void **state)
{
    (void)state;
    faults.short_read = 1;
    assert_text("text");
    /* EINTR in between changes nothing. */
    faults.call = FAULT_READ;
    faults.error = EINTR;
    faults.first = faults.calls[FAULT_READ] + 2;
    faults.last = faults.first + 1;
    assert_text("text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_file_read_regular_file_read_whole, setup),
        cmocka_unit_test_setup(test_file_read_large_file_read_in_whole_lines, setup),
        cmocka_unit_test_setup(test_file_read_path_spellings_read, setup),
        cmocka_unit_test_setup(test_file_read_missing_told_from_dangling, setup),
        cmocka_unit_test_setup(test_file_read_other_kind_refused, setup),
        cmocka_unit_test_setup(test_file_read_links_any_followed, setup),
        cmocka_unit_test_setup(test_file_read_links_limit_kept, setup),
        cmocka_unit_test_setup(test_file_read_name_limit_kept, setup),
        cmocka_unit_test_setup(test_file_read_path_limit_kept, setup),
        cmocka_unit_test_setup(test_file_read_link_target_limit_kept, setup),
        cmocka_unit_test_setup(test_file_read_way_longer_than_room_refused, setup),
        cmocka_unit_test_setup(test_file_read_size_limit_kept, setup),
        cmocka_unit_test_setup(test_file_read_of_time_after_2106_read, setup),
        cmocka_unit_test_setup(test_file_read_grows_behind_its_end_try_again, setup),
        cmocka_unit_test_setup(test_file_read_changed_meanwhile_try_again, setup),
        cmocka_unit_test_setup(test_file_read_short_reads_read_whole, setup),
    };

    return cmocka_run_group_tests(tests, scratch_setup, teardown);
}
