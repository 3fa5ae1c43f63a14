# SPDX-License-Identifier: MIT
# Runs after the helper was copied to where it is installed, and gives the helper its privilege.
#
# directory: of the helper, below the prefix or absolute; mode: setuid, group, fscaps or none; group: for mode group.
# With DESTDIR, this says what it cannot do, and leaves it to the package. Without DESTDIR, that is an error. An install
# by a user other than root sets no set-user-ID bit: the program would run as that user for everybody.

cmake_minimum_required(VERSION 3.22)
cmake_path(ABSOLUTE_PATH directory BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}")
set(helper "$ENV{DESTDIR}${directory}/vmnet-helper")
set(is_staged FALSE)
if(NOT "$ENV{DESTDIR}" STREQUAL "")
  set(is_staged TRUE)
endif()
execute_process(COMMAND id -u OUTPUT_VARIABLE uid OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)

# Run a command on the helper. Sets the variable named by has_worked; if the command fails, why is the reason.
macro(try_on_helper has_worked)
  execute_process(COMMAND ${ARGN} "${helper}" RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE why
    ERROR_STRIP_TRAILING_WHITESPACE)
  set(${has_worked} TRUE)
  if(NOT status EQUAL 0)
    set(${has_worked} FALSE)
    string(REPLACE "\n" " " why "${why}")
    if(why STREQUAL "")
      set(why "${ARGV1}: ${status}")
    endif()
  endif()
endmacro()

macro(must_on_helper)
  try_on_helper(has_worked ${ARGN})
  if(NOT has_worked)
    message(FATAL_ERROR "vmnet-helper: cannot install ${helper}: ${why}")
  endif()
endmacro()

# The helper is not what the mode wants: an error, or the job of the package that is being made.
macro(leave_to_package reason)
  if(NOT is_staged)
    message(FATAL_ERROR "vmnet-helper: ${helper} was installed without privilege and cannot work: ${reason}; "
      "install as root, or configure with another VMNET_INSTALL_MODE (now ${mode})")
  endif()
  message(STATUS "vmnet-helper: ${reason}; the package must make it so, in this order: ${package_job}")
endmacro()

set(owner 0:0)
set(bits 0755)
set(package_job "chown root:root, chmod 0755 ${directory}/vmnet-helper")
if(mode STREQUAL "setuid")
  set(bits 4755)
  set(package_job "chown root:root, chmod 4755 ${directory}/vmnet-helper")
elseif(mode STREQUAL "group")
  set(owner 0:${group})
  set(bits 4750)
  set(package_job "chown root:${group}, chmod 4750 ${directory}/vmnet-helper")
elseif(mode STREQUAL "fscaps")
  set(package_job "chown root:root, chmod 0755, setcap cap_net_admin=ep ${directory}/vmnet-helper")
endif()

# The owner first: a change of the owner takes set-user-ID bits and capabilities away, also those of an earlier install.
must_on_helper(chmod 0755)
if(uid EQUAL 0)
  try_on_helper(is_owned chown ${owner})
  if(is_owned)
    must_on_helper(chmod ${bits})
  else()
    must_on_helper(chown 0:0)
    leave_to_package("cannot chown it to root:${group} (${why})")
  endif()
  if(mode STREQUAL "fscaps")
    find_program(setcap setcap PATHS /usr/sbin /sbin NO_CACHE)
    if(setcap)
      try_on_helper(is_capable ${setcap} cap_net_admin=ep)
    else()
      set(is_capable FALSE)
      set(why "there is no program setcap; it is in the package libcap2-bin or libcap")
    endif()
    if(NOT is_capable)
      leave_to_package("cannot give it the capability (${why})")
    endif()
  endif()
elseif(mode STREQUAL "none")
  message(STATUS "vmnet-helper: installed without privilege, as VMNET_INSTALL_MODE=none wants")
else()
  leave_to_package("uid ${uid} is not root, and mode ${mode} takes root")
endif()

# Some file systems accept a mode and do not keep it.
if(uid EQUAL 0 AND is_owned)
  execute_process(COMMAND stat -c %a "${helper}" OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "^0" "" wanted ${bits})
  if(NOT found STREQUAL wanted)
    leave_to_package("its mode is ${found}, not ${wanted}")
  endif()
endif()

# Few packages carry capabilities, fakeroot only pretends to set them, and a group has another number elsewhere.
if(is_staged AND uid EQUAL 0 AND mode MATCHES "^(group|fscaps)$")
  message(STATUS "vmnet-helper: what mode ${mode} needs may be lost on the way to other hosts; the package can make it "
    "so there, in this order: ${package_job}")
endif()
