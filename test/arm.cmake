# CMake toolchain file of arm.mjs: Debian's cross compiler for 64-bit ARM.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
# Not of interest: that structures were passed in another way before gcc 10.
set(CMAKE_CXX_FLAGS_INIT "-Wno-psabi")
