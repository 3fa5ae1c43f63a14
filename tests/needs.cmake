# SPDX-License-Identifier: MIT
# test_needs(ordinary|root|qemu TEST...): what these tests need, as a label; see tests/CMakeLists.txt. After their other
# labels and their environment are set. A test that ends with 77 is skipped: what it needs is not there; see
# tests/skip.sh. Whatever the locale, programs speak English, and [a-z] is what it looks like.
function(test_needs what)
  if(NOT what MATCHES "^(ordinary|root|qemu)$")
    message(FATAL_ERROR "'${what}' is no label of what a test needs; ordinary, root or qemu")
  endif()
  foreach(test IN LISTS ARGN)
    set_property(TEST ${test} APPEND PROPERTY LABELS ${what})
    set_property(TEST ${test} PROPERTY SKIP_RETURN_CODE 77)
    set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT LC_ALL=C)
  endforeach()
endfunction()

# ordinary_tests: the target that is built for "ctest -L ordinary" without the tests that build something themselves.
add_custom_target(ordinary_tests)
