# SPDX-License-Identifier: MIT
# vmnet_types: off_t, ino_t and time_t have 64 bits on 32-bit systems, too. All of our code links vmnet_warnings, which
# links this target.
#
# Without it, stat(2) and readdir(3) fail on 32-bit systems with EOVERFLOW for a file with a large inode number, size or
# time. From 2038 on, that is every file; today it happens on XFS, NFS and overlays. A directory of rules then cannot be
# read to its end, and every request is refused. A program that took the error for the end of the directory would lose
# the denies in later files. All code must be compiled alike, so that struct stat is the same in the tests and in the
# library. The public headers have none of these types, so a program that uses the library is free to choose. musl has
# only the 64-bit types and ignores both macros. glibc before 2.34 ignores the second.
add_library(vmnet_types INTERFACE)
target_compile_definitions(vmnet_types INTERFACE _FILE_OFFSET_BITS=64 _TIME_BITS=64)
