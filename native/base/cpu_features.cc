#include "base/cpu_features.h"

#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>

#include <cstdio>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#elif defined(__aarch64__) && defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#endif

namespace albert {
namespace {

#if defined(__x86_64__)

struct Registers {
  uint32_t a = 0, b = 0, c = 0, d = 0;
};

Registers cpuid(uint32_t leaf, uint32_t subleaf = 0) {
  Registers r;
  __get_cpuid_count(leaf, subleaf, &r.a, &r.b, &r.c, &r.d);
  return r;
}

uint64_t xgetbv() {
  uint32_t low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<uint64_t>(high) << 32) | low;
}

bool bit(uint64_t word, int index) { return (word >> index & 1) != 0; }

// Linux saves the tile registers only for a process that asked for them (Documentation/arch/x86/xstate.rst).
bool tiles_granted() {
#if defined(__linux__)
  constexpr long kRequest = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr long kTileData = 18;     // XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
#else
  return false;
#endif
}

std::string brand() {
  char text[49] = {};
  for (uint32_t i = 0; i < 3; i++) {
    const Registers r = cpuid(0x80000002 + i);
    std::memcpy(text + 16 * i, &r, 16);
  }
  std::string name = text;
  while (!name.empty() && (name.back() == ' ' || name.back() == '\0')) name.pop_back();
  return name;
}

// Bit numbers: Intel SDM volume 2A, CPUID leaves 1, 7.0 and 7.1.
CpuFeatures read() {
  CpuFeatures f;
  f.name = brand();
  const Registers one = cpuid(1);
  if (!bit(one.c, 27)) return f;  // OSXSAVE
  const uint64_t saved = xgetbv();
  const bool ymm = (saved & 0x6) == 0x6;
  const bool zmm = (saved & 0xe6) == 0xe6;
  const Registers seven = cpuid(7, 0);
  const Registers seven_one = seven.a >= 1 ? cpuid(7, 1) : Registers{};
  f.avx2 = ymm && bit(seven.b, 5) && bit(one.c, 12) && bit(one.c, 29);
  f.avx512 = zmm && f.avx2 && bit(seven.b, 16) && bit(seven.b, 17) && bit(seven.b, 30) && bit(seven.b, 31);
  f.avx512_vnni = f.avx512 && bit(seven.c, 11);
  f.avx512_bf16 = f.avx512 && bit(seven_one.a, 5);
  f.avx_vnni = f.avx2 && bit(seven_one.a, 4);
  const bool tiles = (saved & 0x60000) == 0x60000 && bit(seven.d, 24) && tiles_granted();
  f.amx_bf16 = tiles && bit(seven.d, 22);
  f.amx_int8 = tiles && bit(seven.d, 25);
  return f;
}

#elif defined(__aarch64__) && defined(__linux__)

// Bits: arch/arm64/include/uapi/asm/hwcap.h; the headers of old systems lack the newer ones.
constexpr unsigned long kHasIdentity = 1ul << 11;  // HWCAP_CPUID: the kernel answers for the register of the identity
constexpr unsigned long kHasDot = 1ul << 20;       // HWCAP_ASIMDDP
constexpr unsigned long kHasBf16 = 1ul << 14;      // HWCAP2_BF16

// Linux has no name for an ARM processor; lscpu finds one in a table of its own by these two numbers.
std::string brand() {
  if ((getauxval(AT_HWCAP) & kHasIdentity) == 0) return "ARM";
  uint64_t identity;
  asm("mrs %0, midr_el1" : "=r"(identity));
  char text[64];
  std::snprintf(text, sizeof text, "ARM implementer 0x%02x part 0x%03x", static_cast<unsigned>(identity >> 24 & 0xff),
                static_cast<unsigned>(identity >> 4 & 0xfff));
  return text;
}

CpuFeatures read() {
  CpuFeatures f;
  f.name = brand();
  f.neon = true;
  f.neon_dot = (getauxval(AT_HWCAP) & kHasDot) != 0;
  f.neon_bf16 = (getauxval(AT_HWCAP2) & kHasBf16) != 0;
  return f;
}

#elif defined(__aarch64__) && defined(__APPLE__)

// A name that the system does not know is a feature that it does not have.
bool has(const char* name) {
  int value = 0;
  size_t size = sizeof value;
  return sysctlbyname(name, &value, &size, nullptr, 0) == 0 && value != 0;
}

CpuFeatures read() {
  CpuFeatures f;
  char name[128] = {};
  size_t size = sizeof name - 1;
  if (sysctlbyname("machdep.cpu.brand_string", name, &size, nullptr, 0) == 0) f.name = name;
  f.neon = true;
  f.neon_dot = has("hw.optional.arm.FEAT_DotProd");
  f.neon_bf16 = has("hw.optional.arm.FEAT_BF16");
  return f;
}

#elif defined(__aarch64__) && defined(_WIN32)

// Windows before 11 24H2 has no word for bfloat16, nor has the compiler's copy of its headers.
CpuFeatures read() {
  CpuFeatures f;
  f.name = "ARM";
  f.neon = true;
  f.neon_dot = IsProcessorFeaturePresent(43) != 0;  // PF_ARM_V82_DP_INSTRUCTIONS_AVAILABLE
  return f;
}

#else

CpuFeatures read() { return {}; }

#endif

}  // namespace

const CpuFeatures& cpu_features() {
  static const CpuFeatures features = read();
  return features;
}

}  // namespace albert
