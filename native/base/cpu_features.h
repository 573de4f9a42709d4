// What the processor and the operating system can run, read once. On x86-64 from CPUID and XGETBV (a feature counts
// only if the kernel saves its registers), on 64-bit ARM from the operating system; elsewhere nothing beyond the
// baseline is claimed.
#pragma once

#include <string>

namespace albert {

struct CpuFeatures {
  bool avx2 = false;    // AVX2, FMA, F16C
  bool avx512 = false;  // F, BW, VL, DQ
  bool avx512_bf16 = false;
  bool avx512_vnni = false;
  bool avx_vnni = false;
  bool amx_bf16 = false;  // Linux alone, which was asked for the registers and granted them
  bool amx_int8 = false;
  bool neon = false;       // with float32 and float64: all of 64-bit ARM
  bool neon_dot = false;   // FEAT_DotProd
  bool neon_bf16 = false;  // FEAT_BF16
  std::string name;        // brand string; on ARM under Linux the numbers of implementer and part
};

const CpuFeatures& cpu_features();

}  // namespace albert
