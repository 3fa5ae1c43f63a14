# SPDX-License-Identifier: MIT
# vmnet_types: off_t, ino_t and time_t have 64 bits on 32-bit systems, too, in all of our code: vmnet_warnings brings
# it.
#
# Without it, stat(2) and readdir(3) fail with EOVERFLOW there for a file with a large inode number, size or time: from
# 2038 on for every file, and today on XFS, NFS and overlays. A directory of rules then could not be read to its end,
# and no request would be allowed; if a program took the error for the end of the directory, the deny in a later file
# would not count. All of it must be compiled alike: else struct stat is another one in the tests than in the library. The
# public headers have none of these types, so a program that uses the library chooses for itself. musl has only these
# types and ignores both macros; glibc before 2.34 ignores the second.
add_library(vmnet_types INTERFACE)
target_compile_definitions(vmnet_types INTERFACE _FILE_OFFSET_BITS=64 _TIME_BITS=64)
