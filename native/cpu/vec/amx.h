// The tile registers of AMX: eight of up to 16 rows x 64 bytes, and products of whole tiles. Written out in assembly,
// because the numbers of registers are part of the instructions and the intrinsics take them from macros alone.
// Every word means exactly what cpu/vec/emulated_tiles.h says it does.
#pragma once

// What each register holds while a product runs, ldtilecfg's layout (Intel SDM volume 2A, LDTILECFG).
struct alignas(64) TileConfiguration {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {};
  uint8_t rows[16] = {};
};

inline void configure_tiles(const int (&rows)[8]) {
  TileConfiguration configuration;
  for (int i = 0; i < 8; i++) {
    configuration.row_bytes[i] = rows[i] > 0 ? 64 : 0;
    configuration.rows[i] = static_cast<uint8_t>(rows[i]);
  }
  asm volatile("ldtilecfg %0" : : "m"(configuration));
}
// The system need not save the registers of a thread that does not use them.
inline void release_tiles() { asm volatile("tilerelease"); }

template <int R>
inline void clear_tile() {
  asm volatile("tilezero %%tmm%c0" : : "i"(R));
}
template <int R>
inline void load_tile(const void* p, int64_t stride) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(p), "r"(stride), "i"(R) : "memory");
}
// The same for what is read once: it leaves the L1 cache to the others.
template <int R>
inline void stream_tile(const void* p, int64_t stride) {
  asm volatile("tileloaddt1 (%0,%1,1), %%tmm%c2" : : "r"(p), "r"(stride), "i"(R) : "memory");
}
template <int R>
inline void store_tile(void* p, int64_t stride) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(p), "r"(stride), "i"(R) : "memory");
}
template <int C, int A, int B>
inline void add_tile_bf16() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(C), "i"(A), "i"(B));
}
template <int C, int A, int B>
inline void add_tile_int8() {
  asm volatile("tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(C), "i"(A), "i"(B));
}
inline void prefetch_l2(const void* p) { asm volatile("prefetcht1 (%0)" : : "r"(p)); }
