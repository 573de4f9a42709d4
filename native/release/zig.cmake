# CMake toolchain file of the release binaries: zig as the cross compiler. build.mjs passes
#   ALBERT_ZIG     the program
#   ALBERT_TRIPLE  the platform with its oldest system, for example x86_64-linux-gnu.2.28
# The C++ runtime is linked in. Paths of this machine stay out, so that every machine makes the same bytes.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ALBERT_ZIG ALBERT_TRIPLE)
# Programs are not linked while CMake looks around: zig would compile a whole C library for each platform.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

if(ALBERT_TRIPLE MATCHES "-linux-")
  set(CMAKE_SYSTEM_NAME Linux)
elseif(ALBERT_TRIPLE MATCHES "-macos")
  set(CMAKE_SYSTEM_NAME Darwin)
else()
  set(CMAKE_SYSTEM_NAME Windows)
endif()
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR ${ALBERT_TRIPLE})

set(CMAKE_CXX_COMPILER ${ALBERT_ZIG} c++ -target ${ALBERT_TRIPLE})
set(CMAKE_CXX_ARCHIVE_CREATE "\"${ALBERT_ZIG}\" ar qcD <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_FINISH "\"${ALBERT_ZIG}\" ranlib -D <TARGET>")

set(CMAKE_CXX_FLAGS_INIT "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -ffunction-sections -fdata-sections -fstack-protector-strong")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "-s -Wl,--gc-sections")
if(CMAKE_SYSTEM_NAME STREQUAL Windows)
  # Functions of Node are imported: called through the pointers that node_imports.cc fills.
  string(APPEND CMAKE_CXX_FLAGS_INIT " -DBUILDING_NODE_EXTENSION")
elseif(CMAKE_SYSTEM_NAME STREQUAL Darwin)
  string(APPEND CMAKE_SHARED_LINKER_FLAGS_INIT " -Wl,-undefined,dynamic_lookup")
else()
  # Only the two functions that Node looks for are visible: the C++ runtime inside must not meet Node's own.
  string(APPEND CMAKE_SHARED_LINKER_FLAGS_INIT
         " -Wl,--version-script=${CMAKE_CURRENT_LIST_DIR}/exports.map -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--build-id=none")
endif()
