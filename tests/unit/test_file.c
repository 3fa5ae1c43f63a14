/* SPDX-License-Identifier: MIT */
/*
 * Which files are obeyed: kind, owner, mode, the directories and links on the way, and what happens while one is read.
 * As root in the laboratory; where a permission has to be missing, as its unprivileged user.
 */
#include "child.h"
#include "faults.h"
#include "file.h"
#include "fuse.h"
#include "landlock.h"
#include "scratch.h"
#include "unit.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#define CONF      SCRATCH "/a.conf"
#define DIRECTORY SCRATCH "/directory"
#define INNER     DIRECTORY "/b.conf"

static const struct trust trust = {.owner = 0, .size_max = 4096};

static int setup(void **state)
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

/* What was read last, put together from its blocks. */
static char *text;
static size_t text_len;
static size_t blocks_count;
static struct stat text_stat;

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

static enum vmnetacl_code read_with(const char *path, const struct trust *wanted, struct vmnetacl_error *error)
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

static void assert_reads(const char *path)
{
    struct vmnetacl_error error;

    if (read_with(path, &trust, &error) != VMNETACL_CODE_NONE)
        fail_msg("%s: %s: %s", path, vmnetacl_code_name(error.code), error.message);
}

static void assert_code(const char *path, enum vmnetacl_code want)
{
    struct vmnetacl_error error;
    enum vmnetacl_code got = read_with(path, &trust, &error);

    if (got != want)
        fail_msg("%s: want %s, got %s: %s", path, vmnetacl_code_name(want), vmnetacl_code_name(got), error.message);
}

static void assert_errno(const char *path, int want)
{
    struct vmnetacl_error error;

    assert_int_equal(read_with(path, &trust, &error), VMNETACL_CODE_SYSTEM);
    assert_int_equal(error.system_errno, want);
}

static void assert_text(const char *want)
{
    assert_reads(CONF);
    assert_int_equal(text_len, strlen(want));
    if (text_len > 0)
        assert_memory_equal(text, want, text_len);
}

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

static void test_file_read_owner_other_refused(void **state)
{
    struct vmnetacl_error error;

    (void)state;
    assert_int_equal(chown(CONF, 4242, 0), 0);
    assert_code(CONF, VMNETACL_CODE_FILE_OWNER);
    assert_int_equal(read_with(CONF, &trust, &error), VMNETACL_CODE_FILE_OWNER);
    assert_string_equal(error.message, "the file is not owned by root; chown it");
    assert_int_equal(chown(CONF, 0, 4242), 0); /* any group */
    assert_reads(CONF);
}

static void test_file_read_mode_each_bit(void **state)
{
    struct trust lenient = trust;
    struct vmnetacl_error error;

    (void)state;
    lenient.group_may_write_file = true;
    for (mode_t mode = 0; mode <= 07777; mode++) {
        assert_int_equal(chmod(CONF, mode), 0);
        if ((mode & 0022) != 0)
            assert_code(CONF, VMNETACL_CODE_FILE_MODE);
        else
            assert_reads(CONF);
        assert_int_equal(read_with(CONF, &lenient, &error),
                         (mode & 0002) != 0 ? VMNETACL_CODE_FILE_MODE : VMNETACL_CODE_NONE);
    }
}

static void test_file_read_directory_owner_or_mode_refused(void **state)
{
    struct trust lenient = trust;
    struct vmnetacl_error error;

    (void)state;
    lenient.group_may_write_directory = true;
    assert_int_equal(chmod(DIRECTORY, 0770), 0);
    assert_code(INNER, VMNETACL_CODE_DIRECTORY_MODE);
    assert_int_equal(read_with(INNER, &lenient, &error), VMNETACL_CODE_NONE);
    assert_int_equal(chmod(DIRECTORY, 0757), 0);
    assert_code(INNER, VMNETACL_CODE_DIRECTORY_MODE);
    assert_int_equal(read_with(INNER, &lenient, &error), VMNETACL_CODE_DIRECTORY_MODE);
    assert_non_null(strstr(error.message, DIRECTORY));
    assert_int_equal(chmod(DIRECTORY, 01777), 0); /* a sticky bit does not help: what is there may be anybody's link */
    assert_int_equal(read_with(INNER, &lenient, &error), VMNETACL_CODE_DIRECTORY_MODE);
    assert_int_equal(chmod(DIRECTORY, 0755), 0);
    assert_reads(INNER);
    assert_int_equal(chown(DIRECTORY, 4242, 0), 0);
    assert_code(INNER, VMNETACL_CODE_DIRECTORY_OWNER);
    assert_int_equal(read_with(INNER, &lenient, &error), VMNETACL_CODE_DIRECTORY_OWNER);
    assert_int_equal(chown(SCRATCH, 4242, 0), 0); /* not the last directory alone, and not for a link's target alone */
    assert_int_equal(chown(DIRECTORY, 0, 0), 0);
    assert_int_equal(read_with(INNER, &lenient, &error), VMNETACL_CODE_DIRECTORY_OWNER);
}

/* /nix/store is root's, 1775: its group adds to it, but cannot replace what root has put there. */
static void test_file_read_sticky_directory_of_a_group_obeyed(void **state)
{
    struct trust lenient = trust;
    struct vmnetacl_error error;

    (void)state;
    assert_int_equal(chown(DIRECTORY, 0, 4242), 0);
    assert_int_equal(chmod(DIRECTORY, 01775), 0);
    assert_reads(INNER);
    assert_int_equal(symlink("b.conf", DIRECTORY "/link"), 0);
    assert_reads(DIRECTORY "/link");
    assert_int_equal(lchown(DIRECTORY "/link", 4242, 4242), 0); /* one that the group has added */
    assert_int_equal(read_with(DIRECTORY "/link", &trust, &error), VMNETACL_CODE_DIRECTORY_OWNER);
    assert_non_null(strstr(error.message, "a symbolic link to it in the directory " DIRECTORY " is not owned by root"));
    assert_int_equal(symlink(DIRECTORY "/link", SCRATCH "/hop"), 0);
    assert_code(SCRATCH "/hop", VMNETACL_CODE_DIRECTORY_OWNER);
    /* It can link a file of root's that it may write, under a name that is free: that is no file of the rules. */
    lenient.group_may_write_file = true;
    assert_int_equal(chmod(INNER, 0664), 0);
    assert_int_equal(read_with(INNER, &lenient, &error), VMNETACL_CODE_FILE_MODE);
    assert_int_equal(chmod(DIRECTORY, 0755), 0);
    assert_int_equal(read_with(INNER, &lenient, &error), VMNETACL_CODE_NONE);
    assert_int_equal(chmod(INNER, 0644), 0);
    assert_int_equal(chmod(DIRECTORY, 0775), 0);
    assert_code(INNER, VMNETACL_CODE_DIRECTORY_MODE);
    assert_int_equal(chmod(DIRECTORY, 01777), 0);
    assert_code(INNER, VMNETACL_CODE_DIRECTORY_MODE);
}

/* The server says that all is root's; so it could if it were anybody's. */
static void test_file_read_on_fuse_refused(void **state)
{
    struct vmnetacl_error error;
    pid_t server;

    (void)state;
    unit_skip_if_emulated("the requests of FUSE are in this machine's byte order");
    server = lab_fuse_mount(DIRECTORY);
    assert_true(server > 0);
    assert_code(DIRECTORY "/" LAB_FUSE_FILE, VMNETACL_CODE_FILE_FUSE);
    assert_code(DIRECTORY "/missing", VMNETACL_CODE_FILE_FUSE);
    assert_int_equal(symlink(DIRECTORY "/" LAB_FUSE_FILE, SCRATCH "/to-fuse"), 0);
    assert_code(SCRATCH "/to-fuse", VMNETACL_CODE_FILE_FUSE);
    assert_int_equal(mount(DIRECTORY "/" LAB_FUSE_FILE, CONF, NULL, MS_BIND, NULL), 0); /* only the file */
    assert_int_equal(read_with(CONF, &trust, &error), VMNETACL_CODE_FILE_FUSE);
    assert_int_equal(umount(CONF), 0);
    assert_int_equal(lab_fuse_unmount(DIRECTORY, server), 0);
    assert_reads(INNER);
}

static void test_file_read_link_in_untrusted_directory_refused(void **state)
{
    (void)state;
    assert_int_equal(symlink(CONF, DIRECTORY "/link"), 0);
    assert_reads(DIRECTORY "/link");
    assert_int_equal(lchown(DIRECTORY "/link", 4242, 4242), 0); /* who owns a link says nothing: its directory counts */
    assert_reads(DIRECTORY "/link");
    assert_int_equal(chmod(DIRECTORY, 0777), 0);
    assert_code(DIRECTORY "/link", VMNETACL_CODE_DIRECTORY_MODE);
    assert_int_equal(chmod(DIRECTORY, 0755), 0);
    /* Through an untrusted directory and out again. */
    assert_int_equal(symlink("directory/../a.conf", SCRATCH "/through"), 0);
    assert_reads(SCRATCH "/through");
    assert_int_equal(chmod(DIRECTORY, 0777), 0);
    assert_code(SCRATCH "/through", VMNETACL_CODE_DIRECTORY_MODE);
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

static void test_file_read_permission_missing_denied(void **state)
{
    struct vmnetacl_error error;
    size_t last;

    (void)state;
    assert_int_equal(chmod(CONF, 0640), 0);
    assert_int_equal(chmod(DIRECTORY, 0750), 0);
    scratch_directory(SCRATCH "/search-only", 0711);
    scratch_write(SCRATCH "/search-only/c.conf", "c");
    assert_int_equal(symlink("directory/b.conf", SCRATCH "/link"), 0);
    scratch_as_user();
    assert_code(CONF, VMNETACL_CODE_FILE_DENIED);
    assert_code(INNER, VMNETACL_CODE_FILE_DENIED);
    assert_code(DIRECTORY "/none", VMNETACL_CODE_FILE_DENIED);
    assert_int_equal(read_with(INNER, &trust, &error), VMNETACL_CODE_FILE_DENIED);
    assert_string_equal(error.message, "cannot search its directory " DIRECTORY);
    assert_int_equal(error.system_errno, EACCES);
    assert_int_equal(read_with(CONF, &trust, &error), VMNETACL_CODE_FILE_DENIED);
    assert_string_equal(error.message, "cannot open the file");
    /* Whether it is the directory cannot be found out; it is closed all the same. */
    faults_start();
    assert_int_equal(read_with(CONF, &trust, &error), VMNETACL_CODE_FILE_DENIED);
    last = faults.calls[FAULT_OPEN];
    faults_start();
    faults.call = FAULT_OPEN;
    faults.first = faults.last = last - 1;
    faults.error = EMFILE;
    assert_int_equal(read_with(CONF, &trust, &error), VMNETACL_CODE_FILE_DENIED);
    assert_string_equal(error.message, "cannot open the file");
    /* Nor, without a descriptor, whether its owner wants it so. */
    faults_start();
    faults.call = FAULT_OPEN;
    faults.first = faults.last = last;
    faults.error = EMFILE;
    assert_int_equal(read_with(CONF, &trust, &error), VMNETACL_CODE_RESOURCES);
    faults_start();
    assert_code(SCRATCH "/link", VMNETACL_CODE_FILE_DENIED);
    assert_reads(SCRATCH "/search-only/c.conf"); /* a directory need not be readable */
    scratch_as_root();
    assert_int_equal(chown(CONF, 0, 4242), 0); /* the per-user idiom: root's, readable by his group */
    scratch_as_user();
    assert_reads(CONF);
    scratch_as_root();
}

/*
 * An access control list, acl(5), as the kernel keeps it, least significant byte first: everybody may read, but not the
 * laboratory's user.
 */
static void set_list_against_user(const char *path)
{
    const uint32_t version = htole32(2);
    const struct {
        uint16_t tag;
        uint16_t permissions;
        uint32_t id;
    } entries[] = {{htole16(0x01), htole16(6), UINT32_MAX},
                   {htole16(0x02), htole16(0), htole32(4242)},
                   {htole16(0x04), htole16(4), UINT32_MAX},
                   {htole16(0x10), htole16(4), UINT32_MAX},
                   {htole16(0x20), htole16(4), UINT32_MAX}}; /* owner, this user, group, mask, others */
    char list[sizeof version + sizeof entries];

    memcpy(list, &version, sizeof version);
    memcpy(list + sizeof version, entries, sizeof entries);
    assert_int_equal(setxattr(path, "system.posix_acl_access", list, sizeof list, 0), 0);
}

static void test_file_read_list_against_user_denied(void **state)
{
    (void)state;
    set_list_against_user(CONF);
    assert_reads(CONF);
    scratch_as_user();
    assert_code(CONF, VMNETACL_CODE_FILE_DENIED);
    scratch_as_root();
}

static const char hidden[] = DIRECTORY "/none/c.conf";

static int read_hidden(const void *argument)
{
    static const char *const directories[] = {"/usr", SCRATCH "/search-only", NULL};
    struct vmnetacl_error error;

    (void)argument;
    CHILD_CHECK(landlock_read_only_below(directories));
    assert_reads(SCRATCH "/search-only/c.conf");
    assert_code(CONF, VMNETACL_CODE_FILE_FORBIDDEN); /* root, who owns it */
    scratch_as_user();
    CHILD_CHECK(read_with(CONF, &trust, &error) == VMNETACL_CODE_FILE_FORBIDDEN);
    CHILD_CHECK(strcmp(error.message, "a security module, not its mode, forbids opening it") == 0);
    CHILD_CHECK(error.system_errno == EACCES);
    CHILD_CHECK(read_with(INNER, &trust, &error) == VMNETACL_CODE_FILE_DENIED); /* that, its owner forbids */
    CHILD_CHECK(read_with(hidden, &trust, &error) == VMNETACL_CODE_FILE_DENIED);
    return 0;
}

/* read_failing FIRST LAST: CONF, when these calls of open(2) fail with EACCES */
static enum vmnetacl_code read_failing(size_t first, size_t last, struct vmnetacl_error *error)
{
    enum vmnetacl_code code;

    faults_start();
    faults.call = FAULT_OPEN;
    faults.first = first;
    faults.last = last;
    faults.error = EACCES;
    code = read_with(CONF, &trust, error);
    faults_start();
    return code;
}

/* As a security module does it, without one: each call of open(2) fails, though the modes permit it. */
static void test_file_read_open_fails_though_permitted_forbidden(void **state)
{
    struct vmnetacl_error error;
    size_t count;

    (void)state;
    faults_start();
    assert_reads(CONF);
    count = faults.calls[FAULT_OPEN];
    assert_int_equal(read_failing(count, count, &error), VMNETACL_CODE_FILE_FORBIDDEN);
    assert_string_equal(error.message, "a security module, not its mode, forbids opening it");
    assert_int_equal(read_failing(count, count + 1, &error), VMNETACL_CODE_FILE_FORBIDDEN); /* "." cannot be opened */
    assert_string_equal(error.message, "a security module, not its mode, forbids searching " SCRATCH);
    assert_int_equal(error.system_errno, EACCES);
    for (size_t i = 2; i < count; i++)
        assert_int_equal(read_failing(i, i, &error), VMNETACL_CODE_FILE_FORBIDDEN);
    assert_int_equal(read_failing(1, 1, &error), VMNETACL_CODE_SYSTEM); /* "/", which no mode forbids */
    assert_int_equal(error.system_errno, EACCES);
}

/* Landlock forbids what modes permit. */
static void test_file_read_security_module_forbids_it(void **state)
{
    struct child_result result;

    (void)state;
    unit_skip_if_emulated("QEMU has no Landlock");
    scratch_directory(SCRATCH "/search-only", 0711);
    scratch_write(SCRATCH "/search-only/c.conf", "c");
    assert_int_equal(chmod(INNER, 0640), 0);
    scratch_directory(DIRECTORY "/none", 0700);
    scratch_write(hidden, "c");
    child_run(read_hidden, NULL, &result);
    child_assert_exit(&result, 0, "");
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

static int teardown(void **state)
{
    free(text);
    text = NULL;
    return scratch_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_file_read_regular_file_read_whole, setup),
        cmocka_unit_test_setup(test_file_read_large_file_read_in_whole_lines, setup),
        cmocka_unit_test_setup(test_file_read_path_spellings_read, setup),
        cmocka_unit_test_setup(test_file_read_missing_told_from_dangling, setup),
        cmocka_unit_test_setup(test_file_read_other_kind_refused, setup),
        cmocka_unit_test_setup(test_file_read_owner_other_refused, setup),
        cmocka_unit_test_setup(test_file_read_mode_each_bit, setup),
        cmocka_unit_test_setup(test_file_read_directory_owner_or_mode_refused, setup),
        cmocka_unit_test_setup(test_file_read_sticky_directory_of_a_group_obeyed, setup),
        cmocka_unit_test_setup(test_file_read_on_fuse_refused, setup),
        cmocka_unit_test_setup(test_file_read_link_in_untrusted_directory_refused, setup),
        cmocka_unit_test_setup(test_file_read_links_any_followed, setup),
        cmocka_unit_test_setup(test_file_read_links_limit_kept, setup),
        cmocka_unit_test_setup(test_file_read_name_limit_kept, setup),
        cmocka_unit_test_setup(test_file_read_path_limit_kept, setup),
        cmocka_unit_test_setup(test_file_read_link_target_limit_kept, setup),
        cmocka_unit_test_setup(test_file_read_way_longer_than_room_refused, setup),
        cmocka_unit_test_setup(test_file_read_size_limit_kept, setup),
        cmocka_unit_test_setup(test_file_read_of_time_after_2106_read, setup),
        cmocka_unit_test_setup(test_file_read_permission_missing_denied, setup),
        cmocka_unit_test_setup(test_file_read_list_against_user_denied, setup),
        cmocka_unit_test_setup(test_file_read_open_fails_though_permitted_forbidden, setup),
        cmocka_unit_test_setup(test_file_read_security_module_forbids_it, setup),
        cmocka_unit_test_setup(test_file_read_grows_behind_its_end_try_again, setup),
        cmocka_unit_test_setup(test_file_read_changed_meanwhile_try_again, setup),
        cmocka_unit_test_setup(test_file_read_short_reads_read_whole, setup),
    };

    return cmocka_run_group_tests(tests, scratch_setup, teardown);
}
