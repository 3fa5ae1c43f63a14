# SPDX-License-Identifier: MIT
# vmnet_wrap(TARGET FUNCTION...): in TARGET, what calls FUNCTION calls the test's __wrap_FUNCTION, which may call
# __real_FUNCTION.
#
# With 64-bit off_t and time_t (see cmake/types.cmake), glibc gives some functions another symbol: open() calls open64,
# and fstat() on 32-bit systems __fstat64_time64. The linker wraps symbols, so the test's two functions are renamed with
# them.
include(CheckSymbolExists)

set(CMAKE_REQUIRED_DEFINITIONS -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64)
check_symbol_exists(__USE_FILE_OFFSET64 stdlib.h VMNET_LIBC_RENAMES_FOR_FILES)
# glibc 2.34 calls it by the second name on 32-bit systems, later versions have the first for what is renamed.
check_symbol_exists(__USE_TIME64_REDIRECTS stdlib.h VMNET_LIBC_RENAMES_FOR_TIME)
check_symbol_exists(__USE_TIME_BITS64 stdlib.h VMNET_LIBC_HAS_TIME_BITS)
unset(CMAKE_REQUIRED_DEFINITIONS)

set(VMNET_RENAMED_FOR_FILES open=open64 openat=openat64 __openat_2=__openat64_2 fstat=fstat64 stat=stat64
  readdir=readdir64 fstatfs=fstatfs64 statvfs=statvfs64 fopen=fopen64 fcntl=fcntl64 getrlimit=getrlimit64
  setrlimit=setrlimit64)
set(VMNET_RENAMED_FOR_TIME fstat=__fstat64_time64 stat=__stat64_time64 fcntl=__fcntl_time64 ioctl=__ioctl_time64
  prctl=__prctl_time64 recvmsg=__recvmsg64 sendmsg=__sendmsg64 getsockopt=__getsockopt64
  timer_settime=__timer_settime64)

function(vmnet_wrap target)
  set(renamed "")
  if(VMNET_LIBC_RENAMES_FOR_FILES)
    list(APPEND renamed ${VMNET_RENAMED_FOR_FILES})
  endif()
  if(VMNET_LIBC_RENAMES_FOR_TIME OR (VMNET_LIBC_HAS_TIME_BITS AND CMAKE_SIZEOF_VOID_P EQUAL 4))
    list(PREPEND renamed ${VMNET_RENAMED_FOR_TIME}) # it comes on top of the other
  endif()
  foreach(function IN LISTS ARGN)
    set(symbol ${function})
    set(pairs ${renamed})
    list(FILTER pairs INCLUDE REGEX "^${function}=")
    if(pairs)
      list(GET pairs 0 pair)
      string(REGEX REPLACE ".*=" "" symbol ${pair})
      target_compile_definitions(${target} PRIVATE
        __wrap_${function}=__wrap_${symbol} __real_${function}=__real_${symbol})
    endif()
    target_link_options(${target} PRIVATE "LINKER:--wrap=${symbol}")
  endforeach()
endfunction()
