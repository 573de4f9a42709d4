// Windows: the functions of Node-API, found in the running process when the addon is loaded. An import table would name
// node.exe, and Electron and others name the program differently. Compilers call an imported function through the
// pointer __imp_<name>; here these pointers are ours, filled before any code of the addon runs.
#include <windows.h>

#include <cstdio>
#include <cstdlib>
#include <initializer_list>

namespace {

// Programs that embed Node may keep it in a library of its own.
FARPROC find(const char* name) {
  for (const HMODULE host :
       {GetModuleHandleW(nullptr), GetModuleHandleW(L"node.dll"), GetModuleHandleW(L"libnode.dll")}) {
    if (host == nullptr) continue;
    if (const FARPROC function = GetProcAddress(host, name); function != nullptr) return function;
  }
  return nullptr;
}

[[noreturn]] void missing() {
  std::fputs("albert: this program lacks a function of Node-API 8\n", stderr);
  std::abort();
}

}  // namespace

#define NODE_API(name) extern "C" FARPROC imported_##name __asm__("__imp_" #name) = nullptr;
#include "release/node_api.def"
#undef NODE_API

namespace {

const bool filled = [] {
  const auto fill = [](FARPROC& pointer, const char* name) {
    pointer = find(name);
    if (pointer == nullptr) pointer = reinterpret_cast<FARPROC>(missing);
  };
#define NODE_API(name) fill(imported_##name, #name);
#include "release/node_api.def"
#undef NODE_API
  return true;
}();

}  // namespace
